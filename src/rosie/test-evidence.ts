/**
 * Signed accounts of test runs, whether kept as a single file or as a package: what rules and coverage look at. RFC-001,
 * "Evidence".
 */
import { claimFaults, hasUnknownTier } from './claims.ts'
import type { Evidence } from './contents.ts'
import { isDay, isNumericDate } from './dates.ts'
import { remembered } from './memo.ts'
import type { Json, Place, Provenance, SourceState, States, Tier, Verdict } from './model.ts'

export interface TestEvidence {
  /** The `.jws` file, or the package's directory. */
  path: string
  /** Where findings about it are shown: a file that is there. */
  place: Place
  form: 'single' | 'package'
  gxpId: string | null
  specId: string | null
  tier: Tier | null
  results: Evidence['results']
  claims: { [claim: string]: Json }
  /** `timestamp` (`created_at` of a package), `iat` and `exp` as ms since 1970; null when absent or no time. */
  time: number | null
  issued: number | null
  expires: number | null
  /** The claimed `system_state_hash`: 64 hex digits, without a prefix; null when absent or no hash. */
  stateHash: string | null
  /** The `git_commit` it names, 7 to 64 hex digits: whole or abbreviated, as git does; null when absent or none. */
  commit: string | null
  /** For a package: of the whole protocol, not of its signature alone. */
  verdict: Verdict
  provenance: Provenance
}

/** Real packages abbreviate it. What the oldest form says, `system_state: git:…`, claims no hash and is no `git_commit`. */
const COMMIT = /^([0-9a-f]{7,64})$/i

/** The part of it that its claims say. */
export type Claimed = Pick<TestEvidence, 'claims' | 'time' | 'issued' | 'expires' | 'stateHash' | 'commit'>

export function readClaims(claims: { [claim: string]: Json }): Claimed {
  return {
    claims,
    time: instantOf(claims.timestamp ?? claims.created_at),
    issued: secondsOf(claims.iat),
    expires: secondsOf(claims.exp),
    stateHash: matched(claims.system_state_hash, /^(?:sha256:)?([0-9a-f]{64})$/i),
    commit: matched(claims.git_commit, COMMIT),
  }
}

/** RFC 3339, section 5.6. Only instants: a day or a local time would be read in this machine's zone. */
const INSTANT = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,20})?)?)(Z|[+-]\d{2}:?\d{2})$/i

export function instantOf(claim: Json | undefined): number | null {
  const [, day = '', clock = '', zone = ''] = (typeof claim === 'string' && INSTANT.exec(claim)) || []
  // 30 February would be read as 2 March.
  if (!isDay(day)) return null
  const time = Date.parse(`${day}${clock}${zone.replace(/^(.\d{2})(\d{2})$/, '$1:$2')}`.toUpperCase())
  return Number.isNaN(time) ? null : time
}

const secondsOf = (claim: Json | undefined): number | null => (isNumericDate(claim) ? claim * 1000 : null)

const matched = (claim: Json | undefined, pattern: RegExp): string | null =>
  typeof claim === 'string' ? (pattern.exec(claim.trim())?.[1]?.toLowerCase() ?? null) : null

/** Whether the source at the commit an evidence names is what it claims. */
export function provenanceOf({ stateHash, commit }: Pick<Claimed, 'stateHash' | 'commit'>, states: States): Provenance {
  const state = commit === null ? undefined : states.get(commit)
  if (state === undefined) return { result: 'unknown' }
  if (state === null) return { result: 'unavailable' }
  if (stateHash === null || (state.plain === null && state.separated === null)) return { result: 'unknown' }
  if (stateHash === state.plain) return { result: 'verified', form: 'plain', state }
  if (stateHash === state.separated) return { result: 'verified', form: 'separated', state }
  return { result: 'contradicted', state }
}

/**
 * Whether it shows anything: its signature is valid, all its claims can be read, none is contradicted, its time has come and
 * it has not expired. What doesn't count neither speaks for a requirement nor makes good what is older. `now`: ms since
 * 1970.
 */
export const counts = (each: TestEvidence, now: number): boolean =>
  each.verdict.result === 'valid' &&
  each.provenance.result !== 'contradicted' &&
  !isFuture(each, now) &&
  !isExpired(each, now) &&
  claimFaults(each).length === 0

/** What counts, with tests that ran and none that failed: all that speaks for anything. */
export const isPassing = (each: TestEvidence, now: number): boolean =>
  counts(each, now) && !hasFailed(each) && (each.results?.passed ?? 0) > 0

/** A run that says it failed has failed, also where it counts no failed test. */
export const hasFailed = ({ results }: Pick<TestEvidence, 'results'>): boolean =>
  results !== null && (results.failed > 0 || results.failedAsWhole === true)

/** Whether an evidence was made for this state of the source; null where that can't be told. */
export function isCurrent({ provenance, stateHash }: TestEvidence, state: SourceState | null): boolean | null {
  if (state === null) return null
  if (provenance.result === 'verified') return provenance.state.id === state.id
  if (stateHash === null || (state.plain === null && state.separated === null)) return null
  return stateHash === state.plain || stateHash === state.separated
}

/** Of each specification and tier, the newest: by its time, and among equals by its path. */
export function newestOf(evidence: readonly TestEvidence[]): Map<string, TestEvidence> {
  const newest = new Map<string, TestEvidence>()
  for (const each of evidence) {
    const known = newest.get(runKey(each))
    if (!known || isNewer(each, known)) newest.set(runKey(each), each)
  }
  return newest
}

/** What evidence is newest of: its specification and tier. */
export const runKey = ({ specId, tier }: Pick<TestEvidence, 'specId' | 'tier'>): string =>
  `${specId ?? ''} ${tier ?? ''}`

export function isNewer(a: TestEvidence, b: TestEvidence): boolean {
  const [left, right] = [madeAt(a), madeAt(b)]
  return left === right ? a.path > b.path : left > right
}

/** When it says it was made, ms since 1970; what says nothing is older than all that does. */
const madeAt = ({ time, issued }: TestEvidence): number => time ?? issued ?? Number.NEGATIVE_INFINITY

/** What a signer's clock may be ahead of the scan's, in ms. RULES, evidence/future. */
export const CLOCK_TOLERANCE = 5 * 60_000

/** Whether it says it is of a time that has not come: what it is older or newer than can't be told. */
export const isFuture = ({ time, issued }: TestEvidence, now: number): boolean =>
  Math.max(time ?? now, issued ?? now) > now + CLOCK_TOLERANCE

/** RFC 7519, section 4.1.4: from that moment on. */
export const isExpired = ({ expires }: TestEvidence, now: number): boolean => expires !== null && expires <= now

/**
 * Whether it may be the newest of its specification and tier: what is of the future would stay that for ever, and what
 * names a tier that is none is of no tier.
 */
export const isComparable = (each: TestEvidence, now: number): boolean => !isFuture(each, now) && !hasUnknownTier(each)

/** The newest of each specification and tier with a valid signature, whatever it says. */
export const newestValid = remembered((evidence: readonly TestEvidence[], now: number): readonly TestEvidence[] => [
  ...newestOf(evidence.filter((each) => each.verdict.result === 'valid' && isComparable(each, now))).values(),
])

/**
 * Whether newer evidence that counts exists for the same specification and tier: then what is wrong with the older one is
 * worth a notice, since it is immutable and must not block for ever. `now`: ms since 1970.
 */
export function supersededIn(evidence: readonly TestEvidence[], now: number): (each: TestEvidence) => boolean {
  const newest = newestOf(evidence.filter((each) => counts(each, now)))
  return (each) => {
    const newer = newest.get(runKey(each))
    return newer !== undefined && madeAt(newer) > madeAt(each)
  }
}
