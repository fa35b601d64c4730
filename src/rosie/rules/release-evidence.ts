/** The evidence that a release rests on, as its manifest names it: by file, id or package, or by what was tested. */
import { kindOfId } from '../ids.ts'
import { type Json, TIERS, type Tier } from '../model.ts'
import type { ComplianceRecord } from '../record.ts'
import { specificationInName } from './evidence-missing.ts'
import { objectIn, textsIn } from './payload.ts'
import { faultsOfTested } from './release-runs.ts'
import type { Released } from './release-time.ts'
import type { Case } from './rule.ts'
import { listed, shown } from './words.ts'

export interface EntryFault {
  message: string
  /** What the entry names. */
  detail: string
}

/** Members of an entry that name the evidence itself, the most telling first. */
const NAMING = ['gxp_id', 'evidence_id', 'package_id', 'id', 'path', 'file', 'evidence', 'package']

/** What is wrong with one entry of `evidence_summary` of a release of that time; null when nothing is. */
export function faultsOfEntries(at: Pick<Case, 'head' | 'policy'>): (entry: Json, when: Released) => EntryFault | null {
  const named = evidenceByName(at.head)
  const faultOfTested = faultsOfTested(at)
  return (entry, when) => {
    const names = textsIn(entry, NAMING)
    const [stated] = typeof entry === 'string' ? [] : textsIn(entry, ['spec_id'])
    const tier = tierIn(entry)
    if (tier !== null && !isTier(tier)) return { message: `${WRONG_TIER} ${shown(tier)}. ${RIGHT_TIER}`, detail: tier }
    const found = names.flatMap((name) => named.get(canonicalName(name)) ?? [])
    const [name] = names
    const isSpecification = name !== undefined && found.length === 0 && kindOfId(name) === 'specification'
    if (name !== undefined && !isSpecification) return faultOfNamed(name, found, { specId: stated, tier })
    const specId = stated ?? name
    if (specId === undefined) return { message: NAMELESS, detail: '' }
    return faultOfTested({ specId, tier }, when)
  }
}

const NAMELESS =
  'An entry of `evidence_summary` names no evidence. Write its `gxp_id`, its path, the id of its package, or `spec_id` and `tier`.'
const WRONG_TIER = 'An entry of `evidence_summary` names the tier'
const RIGHT_TIER = `Write ${listed(TIERS, 'or')}.`

/** As written, also where it is none; null where the entry says none. */
function tierIn(entry: Json): string | null {
  const { tier, verification_tier: other } = objectIn(entry)
  const said = tier ?? other ?? null
  return said === null ? null : typeof said === 'string' ? said : JSON.stringify(said)
}

const isTier = (word: string): word is Tier => TIERS.some((tier) => tier === word)

// ── by name ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What goes by one name. */
interface Named {
  /** The best, where several evidence files have one name. That one can't be verified is told elsewhere. */
  standing: 'valid' | 'untrusted' | 'invalid'
  /** What the best of them are evidence of, as `SPEC-001 OQ`, and each of the two words alone. */
  of: Set<string>
}

interface Said {
  specId: string | null | undefined
  tier: Tier | null
}

function faultOfNamed(name: string, found: readonly Named[], said: Said): EntryFault | null {
  const rests = `The release rests on the evidence ${name}`
  if (found.length === 0) return { message: `${rests}, which is not in the record.`, detail: name }
  const sound = found.filter(({ standing }) => standing !== 'invalid')
  if (sound.length === 0) return { message: `${rests}, which is invalid.`, detail: name }
  const what = [said.specId, said.tier].filter((word) => word).join(' ')
  if (what === '' || sound.some(({ of }) => of.has(what))) return null
  return { message: `${rests} as ${what}, but that evidence is of something else.`, detail: `${name} ${what}` }
}

/** Evidence by all that it may be called: its id, its package's id, its path or the end of it, with or without the ending. */
function evidenceByName({ evidence, packages, testingRecords }: ComplianceRecord): Map<string, Named> {
  const found = new Map<string, Named>()
  const add = (names: readonly (Json | undefined)[], standing: Named['standing'], of: Said) => {
    for (const name of names) {
      if (typeof name !== 'string') continue
      const key = canonicalName(name)
      const known = found.get(key)
      if (known && standing === 'invalid') continue
      const entry: Named = known && known.standing !== 'invalid' ? known : { standing, of: new Set<string>() }
      for (const word of wordsOf(of)) entry.of.add(word)
      found.set(key, entry)
    }
  }
  for (const { path, content, verdict } of evidence) {
    if (content.form === 'test') add([path, lastOf(path), content.gxpId], verdict.result, content)
  }
  for (const { path, metadata, verdict } of packages) {
    const { claims = null, specId = null, tier = null } = metadata?.content ?? {}
    add([path, lastOf(path), claims?.package_id, claims?.gxp_id], verdict.result, { specId, tier })
  }
  // One that is malformed, or failed, is told as such.
  for (const { path, content } of testingRecords) {
    const names = [path, lastOf(path)].flatMap((name) => [name, name.replace(/\.md$/, '')])
    add(names, 'valid', { specId: content.specId ?? specificationInName(path), tier: null })
  }
  return found
}

/** Evidence that names no tier may be of any. */
function wordsOf({ specId, tier }: Said): string[] {
  const tiers = tier ? [tier] : TIERS
  return [...tiers, ...(specId ? [specId, ...tiers.map((each) => `${specId} ${each}`)] : [])]
}

const lastOf = (path: string) => path.slice(path.lastIndexOf('/') + 1)

/** Paths are given from the root, from `.gxp/` or from `.gxp/evidence/`, with or without the ending. */
const canonicalName = (name: string): string =>
  name
    .trim()
    .replace(/^\/?(?:\.\/)?(?:\.gxp\/)?(?:evidence\/)?/, '')
    .replace(/\/$/, '')
    .replace(/\.jws$/, '')
