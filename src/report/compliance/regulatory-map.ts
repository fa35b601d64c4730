/** The regulatory map: for each clause, what the record shows, and what that rests on. It says what is there; people judge. */
import type { ReportSource } from '../../scan/ports/reports.ts'
import { many } from '../words.ts'
import { CHECKS, type Shown } from './checks.ts'
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
  return clauses.map(({ check, besides, ...clause }) => {
    const shown = check ? CHECKS[check](looked) : {}
    const [state, because] = stateOf(shown)
    const all = unique([...(shown.against ?? []), ...(shown.missing ?? []), ...(shown.found ?? [])])
    const links = fewOf(all)
    return {
      ...clause,
      state,
      because: state === 'not checked' || besides === null ? because : `${because} Not looked at: ${besides}.`,
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

/** A row that nothing stands behind says that nothing was checked, never that all is well. */
function stateOf(shown: Shown): [State, string] {
  const { found = [], missing = [], against = [] } = shown
  const items = (links: readonly Link[], one: string, more: string) => {
    const count = unique(links).length
    return `${many(count, 'item')} in the record ${count === 1 ? one : more}.`
  }
  if (against.length > 0) return ['contradicted', items(against, 'speaks against it', 'speak against it')]
  if (missing.length > 0) return ['missing', items(missing, 'is to be added or mended', 'are to be added or mended')]
  if (found.length > 0) return ['evidence found', `${named(shown)}.`]
  if (shown.found) return ['not checked', 'The record holds nothing on it.']
  if (shown.against) return ['not checked', 'No finding speaks against it, and nothing in a repository speaks for it.']
  return ['not checked', 'Nothing in a repository shows it: see your procedures.']
}

/** What was found: queries say themselves what they count. */
function named({ found = [], says }: Shown): string {
  const counted = found.flatMap(({ kind, text }) => (kind === 'query' ? [text] : []))
  return [...counted, ...(says === undefined ? [] : [says])].join('; ')
}

/** An evidence may be untrusted and a finding say so; two entries of one number are one. */
const unique = (links: readonly Link[]): Link[] => [
  ...new Map(links.map((link) => [link.ref ?? link.text, link])).values(),
]
