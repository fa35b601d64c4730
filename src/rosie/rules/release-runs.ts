/** The evidence that a release rests on where its manifest names what was tested: the newest that there was then. */
import { hasUnknownTier } from '../claims.ts'
import type { Tier } from '../model.ts'
import type { ComplianceRecord } from '../record.ts'
import { isNewer, isPassing, type TestEvidence } from '../test-evidence.ts'
import { tieredRuns, tierOf } from '../tracing.ts'
import { runWords } from './evidence-age.ts'
import { specificationInName } from './evidence-missing.ts'
import { dayIn } from './record-fields.ts'
import type { EntryFault } from './release-evidence.ts'
import type { Released } from './release-time.ts'
import type { Case } from './rule.ts'
import { risksOfSpecifications } from './specification-risk.ts'

export interface Tested {
  specId: string
  /** Null: of each tier that there was evidence of. */
  tier: Tier | null
}

/** What is wrong with a release that rests on the evidence of what was tested; null when nothing is. */
export function faultsOfTested(at: Pick<Case, 'head' | 'policy'>): (of: Tested, when: Released) => EntryFault | null {
  const histories = historiesIn(at.head)
  const recorded = recordsIn(at.head)
  const demandsSignature = signatureDemands(at)
  return (of, when) => {
    const words = runWords(of)
    const fault = (which: string): EntryFault => ({
      message: `The release rests on ${words}, ${which}.`,
      detail: words,
    })
    const failed = (path: string) => fault(`but the newest then, \`${path}\`, does not show that the tests passed`)
    const isOf = ({ tier }: { tier: Tier | null }) => of.tier === null || tier === of.tier
    const runs = (histories.get(of.specId) ?? []).filter(isOf)
    if (runs.length > 0 && !runs.some(({ isSound }) => isSound)) return fault('which is invalid')
    const signed = runs.flatMap(({ steps }) => newestThen(steps, when) ?? [])
    const open = signed.find(({ isOpen }) => isOpen)
    if (open) return failed(open.path)
    if (signed.length > 0) return null
    // It names no tier: it is of its specification's, and of any where that names none either.
    const known = recorded.get(of.specId)
    const records = known && (known.tier === null || isOf(known)) ? known.records : []
    const record = records[countWhile(records, ({ day }) => day <= when.day) - 1]
    if (record && demandsSignature(of.specId)) return fault(UNSIGNED)
    if (record) return record.failed ? failed(record.path) : null
    return fault(
      runs.length + records.length > 0 ? 'but there was none when it was released' : 'which is not in the record',
    )
  }
}

const UNSIGNED = 'but there was no more than a record of testing, and its risk demands signed evidence'

function signatureDemands(at: Pick<Case, 'head' | 'policy'>): (specId: string) => boolean {
  const riskOf = risksOfSpecifications(at)
  return (specId) => {
    const risk = riskOf(specId)
    return risk !== null && at.policy.riskMatrix[risk].signatures > 0
  }
}

/** How many of the first entries this is true of; of the rest it is not. */
function countWhile<Entry>(entries: readonly Entry[], is: (entry: Entry) => boolean): number {
  let [low, high] = [0, entries.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const entry = entries[middle]
    if (entry !== undefined && is(entry)) low = middle + 1
    else high = middle
  }
  return low
}

// ── signed ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** All evidence of one specification and tier. */
interface History {
  tier: Tier | null
  /** Not all of it is invalid. */
  isSound: boolean
  /** What was the newest, from when on, in the order of time. */
  steps: readonly Step[]
}

interface Step {
  /** ms since 1970. */
  since: number
  newest: TestEvidence
  /** How many steps up to this one, itself included, began with tests that passed. */
  passed: number
}

/** By specification. */
function historiesIn(head: ComplianceRecord): ReadonlyMap<string, readonly History[]> {
  const runs = new Map<string, Map<Tier | null, TestEvidence[]>>()
  for (const run of tieredRuns(head)) {
    if (run.specId === null) continue
    const tiers = runs.get(run.specId) ?? new Map<Tier | null, TestEvidence[]>()
    const known = tiers.get(run.tier)
    if (known) known.push(run)
    else tiers.set(run.tier, [run])
    runs.set(run.specId, tiers)
  }
  const historiesOf = (tiers: ReadonlyMap<Tier | null, readonly TestEvidence[]>) =>
    [...tiers].map(([tier, all]): History => {
      const sound = all.filter(({ verdict }) => verdict.result !== 'invalid')
      return { tier, isSound: sound.length > 0, steps: stepsOf(sound.filter((run) => !hasUnknownTier(run))) }
    })
  return new Map([...runs].map(([specId, tiers]) => [specId, historiesOf(tiers)]))
}

/** Evidence was there once its tests were run and it was signed; what says neither was there always. */
const knownSince = ({ time, issued }: TestEvidence): number =>
  Math.max(time ?? Number.NEGATIVE_INFINITY, issued ?? Number.NEGATIVE_INFINITY)

function stepsOf(runs: readonly TestEvidence[]): Step[] {
  const steps: Step[] = []
  const ordered = runs.map((run) => ({ run, since: knownSince(run) })).sort((a, b) => order(a.since, b.since))
  for (const { run, since } of ordered) {
    const before = steps.at(-1)?.newest
    const newest = before && !isNewer(run, before) ? before : run
    if (steps.at(-1)?.since === since) steps.pop()
    steps.push({ since, newest, passed: (steps.at(-1)?.passed ?? 0) + (isPassing(newest, since) ? 1 : 0) })
  }
  return steps
}

const order = <Ordered extends number | string>(a: Ordered, b: Ordered): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * The newest when it was released, and whether that is told. Of a day it is not known at which time: a run of that day
 * that passed is what the release rests on, and what had not expired when the day began will do. Null: there was none.
 */
function newestThen(steps: readonly Step[], when: Released): { path: string; isOpen: boolean } | null {
  const known = steps[countWhile(steps, ({ since }) => since <= when.latest) - 1]
  if (known === undefined) return null
  const before = steps[countWhile(steps, ({ since }) => since < when.start) - 1]
  const { newest } = steps[countWhile(steps, ({ since }) => since <= when.end) - 1] ?? known
  const isShown = known.passed > (before?.passed ?? 0) || isPassing(newest, when.start)
  // That nobody can verify it is told elsewhere.
  return { path: newest.path, isOpen: newest.verdict.result === 'valid' && !isShown }
}

// ── recorded ────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Recorded {
  path: string
  /** Empty where it names none. */
  day: string
  failed: boolean
}

/** Records of testing by specification, in the order of time; of one day, those that passed come last. */
function recordsIn(head: ComplianceRecord): ReadonlyMap<string, { tier: Tier | null; records: readonly Recorded[] }> {
  const found = new Map<string, { tier: Tier | null; records: Recorded[] }>()
  for (const { path, content } of head.testingRecords) {
    const specId = content.specId ?? specificationInName(path)
    if (specId === null) continue
    const known = found.get(specId) ?? { tier: tierOf(specId, head), records: [] }
    known.records.push({ path, day: dayIn(content.fields, 'test_date') ?? '', failed: content.result === 'FAIL' })
    found.set(specId, known)
  }
  for (const { records } of found.values()) {
    records.sort((a, b) => order(a.day, b.day) || Number(b.failed) - Number(a.failed))
  }
  return found
}
