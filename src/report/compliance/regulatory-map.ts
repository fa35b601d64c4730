/** The regulatory map: for each clause, what the record shows, and what that rests on. It says what is there; people judge. */
import type { ReportSource } from '../../scan/ports/reports.ts'
import { many } from '../words.ts'
import { CHECKS, type Shown } from './checks.ts'
import { cutSentence, findingsTotal } from './listed.ts'
import { type Link, look } from './looked.ts'
import { CLAUSES, type Clause } from './regulations.ts'

export const STATES = ['evidence found', 'missing', 'contradicted', 'not checked'] as const
export type State = (typeof STATES)[number]

export interface MapRow extends Omit<Clause, 'check' | 'besides'> {
  state: State
  because: string
  /** What it rests on, that which decides first: at most `MOST_LINKS`. Empty: not checked. */
  links: Link[]
  /** Links that are left out. */
  more: number
}

/** Shown of one row; the sections below list everything. */
export const MOST_LINKS = 12

export function regulatoryMap(source: ReportSource, clauses: readonly Clause[] = CLAUSES): MapRow[] {
  const looked = look(source)
  const { findings, assessed } = source
  const ignored = { findings: assessed?.ignored ?? [], total: assessed?.ignoredTotal ?? null }
  const cut = cutSentence({ findings, findingsTotal: findingsTotal(source), ignored })
  return clauses.map(({ check, besides, ...clause }) => {
    const shown = check ? CHECKS[check](looked) : {}
    const [state, because] = restingStateOf(shown)
    const { against = [], missing = [], open = [], found = [] } = shown
    const all = unique([...against, ...missing, ...open, ...found])
    const links = fewOf(all)
    return {
      ...clause,
      state,
      because: [
        because,
        ...(check === null || cut === null ? [] : [cut]),
        ...(state === 'not checked' || besides === null ? [] : [`Not looked at: ${besides}.`]),
        ...open.map(({ text }) => `To be looked at: ${text}.`),
      ].join(' '),
      links,
      more: all.length - links.length,
    }
  })
}

/** What has a number is found again in the sections below; the others stand here alone. */
function fewOf(all: readonly Link[]): Link[] {
  let room = MOST_LINKS - all.filter(({ ref }) => !ref).length
  return all.filter(({ ref }) => !ref || room-- > 0)
}

/** What nobody looked by may have spoken against it: then what was found shows nothing. */
function restingStateOf(shown: Shown): [State, string] {
  const { missing = [], against = [] } = shown
  const looked = (links: readonly Link[]) => links.filter(({ kind }) => kind !== 'policy')
  const [state, because] = stateOf({
    ...shown,
    ...(shown.missing && { missing: looked(missing) }),
    ...(shown.against && { against: looked(against) }),
  })
  const resting = unique([...against, ...missing].filter(({ kind }) => kind === 'policy'))
  if (resting.length === 0) return [state, because]
  const off = `The policy turns off what would look at this: ${resting.map(({ text }) => text).join(', ')}.`
  return [state === 'evidence found' ? 'not checked' : state, `${because} ${off}`]
}

/** A row that nothing stands behind says that nothing was checked, never that all is well. */
function stateOf(shown: Shown): [State, string] {
  const { found = [], missing = [], against = [] } = shown
  const twice = new Set(shown.twice)
  const items = (links: readonly Link[], one: string, more: string) => {
    const count = unique(links.filter((link) => link.kind !== 'query' && !twice.has(link))).length
    const others = count === 0 ? [] : [`${many(count, 'item')} in the record ${count === 1 ? one : more}`]
    return `${[...queriesIn(links), ...others].join('; ')}.`
  }
  if (against.length > 0) return ['contradicted', items(against, 'speaks against it', 'speak against it')]
  if (missing.length > 0) return ['missing', items(missing, 'is to be added or mended', 'are to be added or mended')]
  if (found.length > 0) return ['evidence found', `${named(shown)}.`]
  if (shown.found) return ['not checked', 'The record holds nothing on it.']
  if (shown.against) return ['not checked', 'No finding speaks against it, and nothing in a repository speaks for it.']
  return ['not checked', 'Nothing in a repository shows it: see your procedures.']
}

const named = ({ found = [], says }: Shown): string =>
  [...queriesIn(found), ...(says === undefined ? [] : [says])].join('; ')

/** Queries say themselves what they count. */
const queriesIn = (links: readonly Link[]): string[] =>
  links.flatMap(({ kind, text }) => (kind === 'query' ? [text] : []))

/** An evidence may be untrusted and a finding say so; two entries of one number are one. */
const unique = (links: readonly Link[]): Link[] => [
  ...new Map(links.map((link) => [link.ref ?? link.text, link])).values(),
]
