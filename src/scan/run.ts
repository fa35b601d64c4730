/**
 * One scan, from the commit to the check run. The order of the phases is the order of the lines; everything is asked of
 * git objects that never change, so an attempt that broke off is simply run again and finds most of its work done.
 */
import { type Assessed, assess } from '../rosie/assess.ts'
import { hasRecord } from '../rosie/classify.ts'
import type { Content } from '../rosie/model.ts'
import type { Policy } from '../rosie/policy.ts'
import type { TrustedKey } from '../rosie/verify.ts'
import { baseOf, type ScanBase } from './base.ts'
import { Forbidden, NotFound } from './errors.ts'
import { fetchContents, type RelevantFile, relevantFiles, snapshotOf, wantedContents } from './files.ts'
import type {
  CompletedScan,
  ContentStore,
  Phase,
  Publisher,
  PullRequest,
  Report,
  RepositorySource,
  Scan,
  ScanStore,
  TrackedChange,
  TreeEntry,
} from './ports.ts'
import { contentKey, PHASES } from './ports.ts'
import { judgedBy, keySet, keysIn, verdictsOn } from './trust.ts'

export interface ScanPorts {
  source: RepositorySource
  contents: ContentStore
  store: ScanStore
  publisher: Publisher
  /** Keys that the server trusts for this repository. */
  serverKeys: readonly TrustedKey[]
  policy: Policy
  /** Aborted when the lease is lost or the process stops: the scan ends between two phases. */
  signal: AbortSignal
  log: { error(facts: object, message: string): void }
}

/** A scan whose head is known. */
export type HeadedScan = Scan & { headSha: string }

/** Triggers that name no head: the scan looks what is there, and opens a check run only where there is a record. */
const HEADLESS: ReadonlySet<string> = new Set(['installation', 'installation_repositories', 'repository'])

export async function runScan(scan: HeadedScan, ports: ScanPorts): Promise<void> {
  const { store, publisher, source } = ports
  const enter = progressOf(scan, ports)
  const tracked = await readTracked(scan, ports)
  const earlier = await store.completedScans(scan.repository.id, scan.headSha)
  // A completed scan stands in for this one only while its check is the one that people see: the newest.
  const [newest] = earlier
  const same = !scan.forced && newest?.baseRef === scan.baseRef ? newest : undefined
  const judgedAlike = same !== undefined && same.judgedBy === tracked.judgedBy
  if (judgedAlike && scan.kind === 'tracked' && scan.repository.trackedHead === scan.headSha) {
    return store.skip(scan, `Commit ${scan.headSha} was scanned before with the same policy and keys.`)
  }

  // The check run opens before anything is asked, unless an earlier scan may stand in for this one, or nobody named
  // this head and the repository may keep no record at all.
  const announced = !HEADLESS.has(scan.trigger)
  if (announced && !judgedAlike) await publisher.open()

  await enter('Discovery', 'listing the files')
  const { files, tree } = await listFiles(scan, scan.headSha, ports)
  const list = async (commit: string) => (await listFiles(scan, commit, ports)).files
  const base = await baseOf(scan, tracked.files, files, earlier, list, source)
  await store.update(scan, { baseSha: base.commit, filesTotal: files.length })
  const repeats = judgedAlike && same.baseSha === base.commit
  const keeps = [files, base.files ?? [], tracked.files].some((some) => hasRecord(some.map(({ path }) => path)))
  if (repeats ? false : announced ? judgedAlike : keeps) await publisher.open()

  await enter('Delta', 'comparing with what is known')
  const { contents, fetched } = await readContents(
    scan,
    keeps ? [...files, ...(base.files ?? [])] : [],
    tree,
    ports,
    enter,
  )

  await enter('Validate', 'verifying signatures and applying the rules')
  const head = snapshotOf(scan.headSha, files, contents)
  const before = base.files && snapshotOf(base.commit, base.files, contents)
  const keys = tracked.keys ?? (await keySet(scan.kind === 'tracked' ? keysIn(head) : [], ports.serverKeys))
  const verdicts = await verdictsOn(before ? [head, before] : [head], keys, scan.repository.id, ports.contents)
  const trackedRecord = hasRecord(tracked.files.map(({ path }) => path))
  const assessed = assess(head, before, ports.policy, verdicts, trackedRecord)
  const { assessment } = assessed

  await enter('Persist', 'keeping the result')
  const change = await trackedChange(scan, tracked.files, assessed, source)
  const result = {
    conclusion: assessment.conclusion,
    summary: assessment.summary,
    judgedBy: judgedBy(ports.policy, keys),
    findings: assessment.findings,
  }
  await store.update(scan, { filesFetched: fetched, requests: source.requests })
  await store.persist(scan, result, change)

  await enter('Traceability', 'comparing with the other bases of this commit')
  const others = await otherBases(scan, earlier, result.judgedBy, store)
  const report = describe(scan, assessed, base, others, { total: files.length, fetched, requests: source.requests })
  await enter('Evidence', 'publishing the result')
  if (!repeats && (announced || keeps)) await publisher.conclude(report)
  const settled = change === null || (await keySet(keysIn(head), ports.serverKeys)).hash === keys.hash
  await tellPulls(scan, report, settled ? null : 'keys_changed', ports)
}

/** One comment for each open pull request of this head and base, also for those that are opened meanwhile. */
async function tellPulls(scan: Scan, report: Report, again: string | null, ports: ScanPorts): Promise<void> {
  const told: number[] = []
  for (;;) {
    const waiting = await ports.store.finish(scan, told, again)
    if (waiting.length === 0) return
    for (const pull of waiting) {
      await tell(pull, scan, report, ports)
      told.push(pull.number)
    }
  }
}

/** The check has said it all already: a locked conversation, or a permission that is missing, takes nothing of it back. */
async function tell(pull: PullRequest, scan: Scan, report: Report, { publisher, log }: ScanPorts): Promise<void> {
  try {
    await publisher.comment(pull, report)
  } catch (error) {
    if (!(error instanceof Forbidden || error instanceof NotFound)) throw error
    log.error({ scan: scan.id, pull: pull.number, err: error }, 'GitHub takes no comment on this pull request')
  }
}

function progressOf(scan: Scan, { store, publisher, signal }: ScanPorts) {
  return async (phase: Phase, detail: string) => {
    signal.throwIfAborted()
    await store.update(scan, { phase, progress: PHASES[phase] })
    await publisher.progress(phase, detail)
  }
}

interface Tracked {
  files: RelevantFile[]
  /** The keys of the default branch as last scanned; null when it never was: then a tracked scan trusts its own head. */
  keys: Awaited<ReturnType<typeof keySet>> | null
  judgedBy: string | null
}

/** The tracked snapshot as it stands, and what it says is trusted. */
async function readTracked(scan: Scan, { contents, serverKeys, policy }: ScanPorts): Promise<Tracked> {
  if (scan.repository.trackedHead === null) return { files: [], keys: null, judgedBy: null }
  const stored = await contents.tracked(scan.repository.id)
  const files = relevantFiles([...stored].map(([path, sha]) => ({ path, sha, size: null })))
  const keyFiles = files.filter(({ kind }) => kind === 'key')
  const known = await contents.contents(scan.repository.id, wantedContents(keyFiles))
  const keys = await keySet(keysIn(snapshotOf(null, keyFiles, known)), serverKeys)
  return { files, keys, judgedBy: judgedBy(policy, keys) }
}

/** The relevant files of a commit, asked of the source once for ever; and its whole tree, as far as it is known. */
async function listFiles(
  scan: Scan,
  commit: string,
  { contents, source }: ScanPorts,
): Promise<{ files: RelevantFile[]; tree: readonly TreeEntry[] }> {
  const kept = await contents.tree(scan.repository.id, commit)
  if (kept) return { files: relevantFiles(kept), tree: kept }
  const tree = await source.tree(commit)
  const files = relevantFiles(tree)
  await contents.keepTree(scan.repository.id, commit, files)
  return { files, tree }
}

/** The contents of the files: those known already, and the others fetched, read and kept. */
async function readContents(
  scan: HeadedScan,
  files: readonly RelevantFile[],
  tree: readonly TreeEntry[],
  { source, contents, policy }: ScanPorts,
  enter: (phase: Phase, detail: string) => Promise<void>,
): Promise<{ contents: Map<string, Content>; fetched: number }> {
  const wanted = wantedContents(files)
  const known = await contents.contents(scan.repository.id, wanted)
  const unknown = files.filter(({ sha, reader }) => reader !== null && !known.has(contentKey(sha, reader)))
  const count = new Set(unknown.map(({ sha }) => sha)).size
  await enter('Fetch', `${count} of ${wanted.length} files are new`)
  if (count === 0) return { contents: known, fetched: 0 }
  const at = { commit: scan.headSha, tree, maxBytes: policy.maxFileBytes, repositoryId: scan.repository.id }
  const progress = (done: number) => enter('Parse', `${done} of ${count} files read`)
  const fetched = await fetchContents(unknown, at, { source, contents }, progress)
  await enter('Parse', `${count} of ${count} files read`)
  return { contents: new Map([...known, ...fetched]), fetched: count }
}

/**
 * How the tracked snapshot changes; null for any other scan, and when the head is no longer the default branch's tip: an
 * older commit never replaces a newer one. The tip is asked for only where something would change.
 */
async function trackedChange(
  scan: HeadedScan,
  before: readonly RelevantFile[],
  { head }: Assessed,
  source: RepositorySource,
): Promise<TrackedChange | null> {
  if (scan.kind !== 'tracked') return null
  const known = new Map(before.map((file) => [file.path, file]))
  const changed = head.snapshot.files.filter(({ path, sha, kind }) => {
    const old = known.get(path)
    return old?.sha !== sha || old.kind !== kind
  })
  const now = new Set(head.snapshot.files.map(({ path }) => path))
  const removed = before.map(({ path }) => path).filter((path) => !now.has(path))
  const differs = changed.length > 0 || removed.length > 0 || scan.repository.trackedHead === null
  if (differs && (await source.tip())?.commit !== scan.headSha) return null
  return { commit: scan.headSha, removed, changed, edges: head.graph.edges }
}

/**
 * Earlier scans of the same commit against other bases that still speak: those of the default branch and of open pull
 * requests. Judged by other keys or another policy they don't; nor does the pull request's scan once the commit has
 * become the default branch.
 */
async function otherBases(
  { kind, baseRef, headSha, repository }: HeadedScan,
  earlier: readonly CompletedScan[],
  judged: string,
  store: ScanStore,
): Promise<CompletedScan[]> {
  const others = earlier.filter((other) => other.baseRef !== baseRef && other.judgedBy === judged)
  if (others.length === 0) return []
  const bases = new Set<string | null>([null, ...(await store.openBases(repository.id, headSha))])
  if (kind === 'tracked') bases.delete(repository.defaultBranch)
  else bases.add(repository.defaultBranch)
  return others.filter((other) => bases.has(other.baseRef))
}

function describe(
  scan: HeadedScan,
  { assessment, base: before }: Assessed,
  base: ScanBase,
  others: readonly CompletedScan[],
  { total, fetched, requests }: { total: number; fetched: number; requests: number },
): Report {
  const nameOf = (baseRef: string | null) => baseRef ?? `${scan.repository.defaultBranch ?? 'default branch'} before`
  const own = { baseRef: nameOf(scan.baseRef), conclusion: assessment.conclusion, counts: assessment.summary.findings }
  return {
    scanId: scan.id,
    assessment,
    notes: base.note ? [base.note] : [],
    bases: [
      own,
      ...others.map(({ baseRef, conclusion, summary }) => ({
        baseRef: nameOf(baseRef),
        conclusion,
        counts: summary.findings,
      })),
    ],
    otherFindings: others.flatMap(({ findings }) => findings),
    baseRequirements: before?.coverage.counts ?? null,
    filesTotal: total,
    filesFetched: fetched,
    requests,
  }
}
