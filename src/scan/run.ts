/**
 * One scan, from the commit to the check run. The order of the phases is the order of the lines; everything is asked of
 * git objects that never change, so an attempt that broke off is simply run again and finds most of its work done.
 */
import { type Assessed, assess } from '../rosie/assess.ts'
import { hasRecord } from '../rosie/classify.ts'
import type { Content } from '../rosie/contents.ts'
import { nextChange } from '../rosie/due.ts'
import type { Snapshot, SourceState } from '../rosie/model.ts'
import type { Policy } from '../rosie/policy.ts'
import type { KeySet, TrustedKey } from '../rosie/verify.ts'
import { type BaseFacts, baseOf, confirmBase, type ScanBase } from './base.ts'
import { type Delta, deltaOf, listFiles, readTracked, type Tracked } from './discover.ts'
import { NotFound } from './errors.ts'
import { type Read, readContents } from './fetch.ts'
import { type RelevantFile, sameLimits, snapshotOf } from './files.ts'
import { trackedChange } from './persist.ts'
import { notesOn, policyIn, proposedPolicy } from './policy.ts'
import type { SignedCheckpoint } from './ports/audit.ts'
import type { Outcome } from './ports/outcome.ts'
import type { Publisher } from './ports/publisher.ts'
import type { RepositorySource, TreeEntry } from './ports/source.ts'
import type { CompletedScan, ContentStore, Phase, ReplayWish, Scan, ScanStore, StateStore } from './ports/store.ts'
import { hasReached, PHASES } from './ports/store.ts'
import { type Enter, type FilesRead, isNews, isUnasked, publish } from './publish.ts'
import { type KnownStates, knownStates } from './states.ts'
import { judgedBy, keySet, keysIn, verdictsOn } from './trust.ts'

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

/** Triggers that name no head: the scan looks what is there, and opens a check run only where there is a record. */
const HEADLESS: ReadonlySet<string> = new Set(['installation', 'installation_repositories', 'repository'])

const NOTHING_READ: Read = { contents: new Map(), fetched: 0 }

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
  const open = async () => {
    if (!quiet) await publisher.open()
  }
  if (announced && !alike) await open()

  const judging = { ...ports, policy: tracked.policy ?? policyIn({ files: [] }, tracked.organisation) }
  const there = await discover(scan, tracked, earlier, judging, enter)
  const { kept } = there
  if (kept && !alike) await open()
  const found = await find(there, judging, enter)
  const { files, base, delta, fetched, policy } = found
  const filesChanged = delta.changed.size + delta.removed.length
  await store.update(scan, { baseSha: base.commit, filesTotal: files.length, filesFetched: fetched, filesChanged })
  const told = announced || kept
  const awaited = told && !(alike && alike.baseSha === base.commit)
  if (awaited) await open()

  await enter('Validate', 'verifying signatures and applying the rules')
  const { assessed, keys, replay, dueAt } = await judge(scan, tracked, found, ports)
  const { assessment } = assessed
  // What stood in for this scan may have been judged before something expired.
  const news = quiet ? isNews(assessment, scan, earlier) : awaited || alike?.conclusion !== assessment.conclusion

  await enter('Persist', 'keeping the result')
  const change = await trackedChange(scan, tracked, delta, assessed, ports)
  const judged = judgedBy(policy, keys)
  const settled = change === null || judged === (await judgedNext(assessed.head.snapshot, tracked, ports))
  const due = isDue(scan)
  // A check run that an earlier attempt opened is completed whatever is new.
  const shown = (told && news) || scan.checkRunId !== null
  const outcome: Outcome = {
    assessment,
    judgedBy: judged,
    shown,
    asBefore: due && !shown,
    again: settled ? null : 'policy_changed',
    replay: due ? null : replay,
    dueAt,
    comment: policy.comment,
    notes: [...(base.note ? [base.note] : []), ...notesOn(tracked.organisation)],
    baseRequirements: assessed.base?.coverage.counts ?? null,
    ...{ filesTotal: files.length, filesFetched: fetched, requests: source.requests },
  }
  await store.persist(scan, outcome, change)
  return outcome
}

interface Plan {
  /** Why there is nothing to do; null: there is. */
  skip: string | null
  /** Nobody waits for it: there is a check run only where there is something new to say. */
  quiet: boolean
  /** May stand in for this scan. */
  alike: CompletedScan | null
  /** Its head was named: it gets a check run whatever is found. */
  announced: boolean
}

function planOf(scan: HeadedScan, tracked: Tracked, earlier: readonly CompletedScan[]): Plan {
  const quiet = isUnasked(scan)
  const alike = quiet ? null : judgedAlike(scan, tracked, earlier)
  return { skip: reasonToSkip(scan, tracked, alike), quiet, alike, announced: !HEADLESS.has(scan.trigger) }
}

function reasonToSkip(scan: HeadedScan, { commit }: Tracked, alike: CompletedScan | null): string | null {
  if (scan.kind !== 'tracked') return null
  if (isDue(scan) && commit !== scan.headSha) return 'The default branch was scanned at another commit meanwhile.'
  if (!alike || commit !== scan.headSha) return null
  return `Commit ${scan.headSha} was scanned before with the same policy and keys.`
}

/** It is judged from what is stored: what may be looked up besides is left to the next push. */
const isDue = (scan: HeadedScan) => isUnasked(scan) && scan.trigger === 'due'

/** What scans are judged by once this head has become the tracked snapshot. */
async function judgedNext(head: Snapshot, { organisation }: Tracked, { serverKeys }: ScanPorts): Promise<string> {
  return judgedBy(policyIn(head, organisation), await keySet(keysIn(head), serverKeys))
}

/**
 * The completed scan that may stand in for this one: of the same commit and base branch, judged by the same policy and
 * keys, and the newest, so that its check is the one people see. Whether its merge base is still the same is asked later.
 */
function judgedAlike(scan: HeadedScan, tracked: Tracked, [newest]: readonly CompletedScan[]): CompletedScan | null {
  if (scan.forced || newest?.baseRef !== scan.baseRef) return null
  return newest.judgedBy === tracked.judgedBy ? newest : null
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
interface Found {
  files: readonly RelevantFile[]
  base: ScanBase
  delta: Delta
  /** What it is judged by. */
  policy: Policy
  contents: ReadonlyMap<string, Content>
  fetched: number
}

/**
 * Delta, fetch and parse: the head and its base, each file read. Without a record nothing is fetched but the policy: it
 * judges the change that brings one, and an organisation's is shared.
 */
async function find({ facts, tree, likely, kept }: Discovered, ports: JudgingPorts, enter: Enter): Promise<Found> {
  const { scan, tracked } = facts
  await enter('Delta', 'comparing with what is known')
  const files = kept ? facts.files : facts.files.filter(({ kind }) => kind === 'policy')
  const delta = deltaOf(files, tracked.files)
  const wanted = [...files, ...((kept && likely.files) || [])]
  const first = await readContents(scan, wanted, tree, NOTHING_READ, ports, enter)
  const policy = scan.kind === 'tracked' && tracked.policy === null ? ownPolicy(facts, first) : ports.policy
  const judging = { ...ports, policy }
  // What its own policy says is known only now: of source in another scope, and with other limits, it is asked again.
  if (policy.stateScope !== ports.policy.stateScope) await listFiles(scan, scan.headSha, judging)
  const read = sameLimits(policy, ports.policy) ? first : await readContents(scan, wanted, tree, first, judging, enter)
  const base = await confirmBase(likely, delta, facts)
  const whole = await readContents(scan, (kept && base.files) || [], tree, read, judging, enter)
  return { files: facts.files, base, delta, policy, ...whole }
}

/** A first scan of the default branch is judged by its own policy, there being no other, as it trusts its own keys. */
const ownPolicy = ({ scan, tracked, files }: BaseFacts, { contents }: Read): Policy =>
  policyIn(snapshotOf(scan.headSha, files, contents), tracked.organisation)

/** The assessment, with the keys it trusts: a first scan of the default branch trusts its own, there being no others. */
async function judge(
  scan: HeadedScan,
  tracked: Tracked,
  { files, base, policy, contents }: Found,
  ports: ScanPorts,
): Promise<{ assessed: Assessed; keys: KeySet; replay: ReplayWish | null; dueAt: number | null }> {
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
  return { assessed, keys, replay: known.replay, dueAt: nextChange(assessed, judging) }
}

/** A base that was last listed for another scope is listed again: it is judged like the head. */
async function statesOf(
  scan: HeadedScan,
  head: Snapshot,
  base: Snapshot | null,
  ports: ScanPorts & JudgingPorts,
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
