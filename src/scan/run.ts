/**
 * One scan, from the commit to the check run. The order of the phases is the order of the lines; everything is asked of
 * git objects that never change, so an attempt that broke off is simply run again and finds most of its work done.
 */
import { hasRecord } from '../rosie/classify.ts'
import type { Snapshot } from '../rosie/model.ts'
import type { Policy } from '../rosie/policy.ts'
import type { TrustedKey } from '../rosie/verify.ts'
import { type BaseFacts, baseOf, confirmBase, type ScanBase } from './base.ts'
import { type Delta, deltaOf, listFiles, readTracked, type Tracked } from './discover.ts'
import { NotFound } from './errors.ts'
import { fetchedOf, NOTHING_READ, type Read, readContents } from './fetch.ts'
import { type RelevantFile, sameLimits, snapshotOf } from './files.ts'
import { type Judged, judge } from './judge.ts'
import { isDue } from './news.ts'
import { trackedChange } from './persist.ts'
import { hasNews, planOf, standsIn } from './plan.ts'
import { notesOn, policyIn } from './policy.ts'
import type { SignedCheckpoint } from './ports/audit.ts'
import type { Outcome } from './ports/outcome.ts'
import type { Publisher } from './ports/publisher.ts'
import type { RepositorySource, TreeEntry } from './ports/source.ts'
import type { CompletedScan, ContentStore, Phase, Scan, ScanStore, StateStore } from './ports/store.ts'
import { hasReached, PHASES } from './ports/store.ts'
import { type Enter, type FilesRead, publish } from './publish.ts'
import { judgedBy, keySet, keysIn } from './trust.ts'

export interface ScanPorts {
  source: RepositorySource
  contents: ContentStore
  states: StateStore
  store: ScanStore
  publisher: Publisher
  /** Keys that the server trusts for this repository. */
  serverKeys: readonly TrustedKey[]
  /** ms since 1970. */
  now: () => number
  /** The newest of the audit trail, which the check run carries out of the server's reach; absent where none are signed. */
  checkpoint?: () => Promise<SignedCheckpoint | null>
  /** Aborted when the lease is lost: the scan ends between two phases. */
  signal: AbortSignal
  log: { error(facts: object, message: string): void }
  /** Whether this error ends the scan: nothing is gained by another attempt. */
  isLast: (error: unknown) => boolean
}

/** With the policy that the scan is judged by. */
export type JudgingPorts = ScanPorts & { policy: Policy }

/** A scan whose head is known. */
export type HeadedScan = Scan & { headSha: string }

/** What an earlier attempt has kept is told; what none has reached is found out first. */
export async function runScan(scan: HeadedScan, ports: ScanPorts): Promise<void> {
  const enter = progressOf(scan, ports)
  const earlier = await ports.store.completedScans(scan.repository.id, scan.headSha)
  const kept = hasReached(scan, 'persisted') ? await ports.store.outcome(scan) : null
  const outcome = kept ?? (await reach(scan, earlier, ports, enter))
  if (outcome) await publish(scan, outcome, earlier, ports, enter)
}

/** The outcome, kept; null where the scan was skipped. */
async function reach(
  scan: HeadedScan,
  earlier: readonly CompletedScan[],
  ports: ScanPorts,
  enter: Enter,
): Promise<Outcome | null> {
  const { store, publisher, source } = ports
  const tracked = await readTracked(scan, ports)
  const plan = planOf(scan, tracked, earlier)
  if (plan.skip !== null) {
    await store.skip(scan, plan.skip)
    return null
  }
  const { quiet, alike, announced } = plan
  const openIf = async (wanted: boolean) => {
    if (wanted && !quiet) await publisher.open()
  }
  await openIf(announced && !alike)

  const judging = { ...ports, policy: tracked.policy ?? policyIn({ files: [] }, tracked.organisation) }
  const there = await discover(scan, tracked, earlier, judging, enter)
  await openIf(there.kept && !alike)
  const found = await find(there, judging, enter)
  await store.update(scan, { baseSha: found.base.commit, ...countsOf(found) })
  const told = announced || there.kept
  await openIf(told && !standsIn(alike, found.base))

  await enter('Validate', 'verifying signatures and applying the rules')
  const judged = await judge(scan, tracked, found, ports)
  const { assessed } = judged

  await enter('Persist', 'keeping the result')
  const change = await trackedChange(scan, tracked, found.delta, assessed, ports)
  const settled = change === null || judged.by === (await judgedNext(assessed.head.snapshot, tracked, ports))
  // A check run that an earlier attempt opened is completed whatever is new.
  const shown = (told && hasNews(plan, found.base, assessed.assessment, scan, earlier)) || scan.checkRunId !== null
  const outcome = outcomeOf(scan, tracked, found, judged, { shown, settled, requests: source.requests })
  await store.persist(scan, outcome, change)
  return outcome
}

const countsOf = ({ files, delta, fetched, news }: Found) => ({
  filesTotal: files.length,
  filesFetched: fetchedOf(files, news),
  blobsRead: fetched,
  filesChanged: delta.changed.size + delta.removed.length,
})

function outcomeOf(
  scan: HeadedScan,
  { organisation }: Tracked,
  { files, base, news, policy }: Found,
  { assessed, by, replay, dueAt }: Judged,
  { shown, settled, requests }: { shown: boolean; settled: boolean; requests: number },
): Outcome {
  const due = isDue(scan)
  return {
    assessment: assessed.assessment,
    judgedBy: by,
    shown,
    asBefore: due && !shown,
    again: settled ? null : 'policy_changed',
    replay: due ? null : replay,
    dueAt,
    comment: policy.comment,
    notes: [...(base.note ? [base.note] : []), ...notesOn(organisation)],
    baseRequirements: assessed.base?.coverage.counts ?? null,
    ...{ filesTotal: files.length, filesFetched: fetchedOf(files, news), requests },
  }
}

/** What scans are judged by once this head has become the tracked snapshot. */
async function judgedNext(head: Snapshot, { organisation }: Tracked, { serverKeys }: ScanPorts): Promise<string> {
  return judgedBy(policyIn(head, organisation), await keySet(keysIn(head), serverKeys))
}

interface Discovered {
  facts: BaseFacts
  tree: readonly TreeEntry[]
  /** The base as far as it is known before the fetch. */
  likely: ScanBase
  /** A record is kept: by the head, by what it is compared with, or by the default branch. */
  kept: boolean
}

async function discover(
  scan: HeadedScan,
  tracked: Tracked,
  earlier: readonly CompletedScan[],
  ports: JudgingPorts,
  enter: Enter,
): Promise<Discovered> {
  await enter('Discovery', 'listing the files')
  const { files, tree } = await listFiles(scan, scan.headSha, ports)
  const list = async (commit: string) => (await listFiles(scan, commit, ports)).files
  const facts = { scan, tracked, files, earlier, list, source: ports.source }
  const likely = await baseOf(facts)
  return { facts, tree, likely, kept: [files, likely.files ?? [], tracked.files].some(hasRecord) }
}

/** What there is to judge. */
export interface Found extends Read {
  files: readonly RelevantFile[]
  base: ScanBase
  delta: Delta
  /** What it is judged by. */
  policy: Policy
}

/**
 * Delta, fetch and parse: the head and its base, each file read. Without a record nothing is fetched but the policy: it
 * judges the change that brings one, and an organisation's is shared.
 */
async function find({ facts, tree, likely, kept }: Discovered, ports: JudgingPorts, enter: Enter): Promise<Found> {
  const { scan, tracked } = facts
  await enter('Delta', 'comparing with what is known')
  const files = ofMatter(facts.files, kept)
  const delta = deltaOf(files, tracked.files)
  const wanted = [...files, ...(kept ? (likely.files ?? []) : [])]
  const first = await readContents(scan, wanted, tree, NOTHING_READ, ports, enter)
  const policy = scan.kind === 'tracked' && tracked.policy === null ? ownPolicy(facts, first) : ports.policy
  const judging = { ...ports, policy }
  // What its own policy says is known only now: of source in another scope, and with other limits, it is asked again.
  if (policy.stateScope !== ports.policy.stateScope) await listFiles(scan, scan.headSha, judging)
  const read = sameLimits(policy, ports.policy) ? first : await readContents(scan, wanted, tree, first, judging, enter)
  const base = await confirmBase(likely, delta, facts)
  const before = base.files ?? []
  // The base that was confirmed may keep a record that the likely one did not.
  const keeps = kept || hasRecord(before)
  const compared = [...(keeps && !kept ? facts.files : []), ...ofMatter(before, keeps)]
  const whole = await readContents(scan, compared, tree, read, judging, enter).catch((error: unknown) => {
    // What is gone from GitHub of a policy that judges nothing any more.
    if (keeps || !(error instanceof NotFound)) throw error
    return read
  })
  return { files: facts.files, base, delta, policy, ...whole }
}

/** Without a record only the policy is looked at. */
const ofMatter = (files: readonly RelevantFile[], kept: boolean): readonly RelevantFile[] =>
  kept ? files : files.filter(({ kind }) => kind === 'policy')

/** A first scan of the default branch is judged by its own policy, there being no other, as it trusts its own keys. */
const ownPolicy = ({ scan, tracked, files }: BaseFacts, { contents }: Read): Policy =>
  policyIn(snapshotOf(scan.headSha, files, contents), tracked.organisation)

/**
 * A scan may come back to a phase; what it shows never falls. Once the result is kept, the check run's next change is its
 * conclusion: a request about progress would only delay it.
 */
function progressOf(scan: Scan, { store, publisher, signal, now }: ScanPorts): Enter {
  let progress = 0
  const phases: Partial<Record<Phase, string>> = {}
  let files: FilesRead = { filesProcessed: null, totalFiles: null }
  return async (phase, message, read) => {
    signal.throwIfAborted()
    progress = Math.max(progress, PHASES[phase])
    files = read ?? files
    phases[phase] ??= new Date(now()).toISOString()
    await store.update(scan, { phase, progress, phases: { ...phases } }, { message, ...files })
    if (progress <= PHASES.Persist) await publisher.progress(phase, message)
  }
}
