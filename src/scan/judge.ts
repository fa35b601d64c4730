/** The head, and what it is compared with, judged: by the keys that count, and by what is known of the source. */
import { type Assessed, assess } from '../rosie/assess.ts'
import { hasRecord } from '../rosie/classify.ts'
import { nextChange } from '../rosie/due.ts'
import type { Snapshot, SourceState } from '../rosie/model.ts'
import { listFiles, type Tracked } from './discover.ts'
import { NotFound } from './errors.ts'
import { snapshotOf } from './files.ts'
import { proposedPolicy } from './policy.ts'
import type { ReplayWish } from './ports/store.ts'
import type { Found, HeadedScan, JudgingPorts, ScanPorts } from './run.ts'
import { type KnownStates, knownStates } from './states.ts'
import { judgedBy, keySet, keysIn, verdictsOn } from './trust.ts'

export interface Judged {
  assessed: Assessed
  /** Hash over policy, trusted keys and parser version. */
  by: string
  /** What could not be said yet; null: nothing. */
  replay: ReplayWish | null
  /** When time alone may change the verdict, ms since 1970; null: never. */
  dueAt: number | null
}

/** A first scan of the default branch trusts its own keys, there being no others. */
export async function judge(
  scan: HeadedScan,
  tracked: Tracked,
  { files, base, policy, contents }: Found,
  ports: ScanPorts,
): Promise<Judged> {
  const { serverKeys, contents: store } = ports
  const read = snapshotOf(scan.headSha, files, contents)
  const readBefore = base.files && snapshotOf(base.commit, base.files, contents)
  const known = await statesOf(scan, read, readBefore, { ...ports, policy })
  const head = withState(read, known.listed)
  const before = readBefore && withState(readBefore, known.listed)
  const keys = tracked.keys ?? (await keySet(scan.kind === 'tracked' ? keysIn(head) : [], serverKeys))
  const now = ports.now()
  const verdicts = await verdictsOn(before ? [head, before] : [head], keys, scan.repository.id, store, now)
  const judging = {
    policy,
    proposed: proposedPolicy(head, before, tracked.organisation),
    verdicts,
    states: known.states,
    keys: keys.keys.length,
    now,
    trackedRecord: hasRecord(tracked.files),
  }
  const assessed = assess(head, before, judging)
  return { assessed, by: judgedBy(policy, keys), replay: known.replay, dueAt: nextChange(assessed, judging) }
}

/** A base that was last listed for another scope is listed again: it is judged like the head. */
async function statesOf(
  scan: HeadedScan,
  head: Snapshot,
  base: Snapshot | null,
  ports: JudgingPorts,
): Promise<KnownStates> {
  const ask = () => knownStates(scan, base ? [head, base] : [head], ports.policy.stateScope, ports.states)
  const known = await ask()
  const commit = base?.commit ?? null
  if (commit === null || known.listed.has(commit)) return known
  try {
    await listFiles(scan, commit, ports)
  } catch (error) {
    if (error instanceof NotFound) return known
    throw error
  }
  return ask()
}

const withState = (snapshot: Snapshot, listed: ReadonlyMap<string, SourceState>): Snapshot => ({
  ...snapshot,
  state: listed.get(snapshot.commit ?? '') ?? null,
})
