/**
 * What a scan needs of the world. `github/`, `store/` and `queue/` implement these; nothing here knows them.
 *
 * An **intent** is what an event asks for. A **scan** is one row: the wish to run, the progress, the outcome. A worker
 * that runs it holds a **lease** on it; the lease's token goes with every write, so that a worker that lost its lease
 * changes nothing. A **lane** is a name under which only one scan runs at a time.
 */
import type {
  AssessedFinding,
  Assessment,
  Content,
  Edge,
  Reader,
  RequirementCounts,
  Severity,
  SnapshotFile,
  SourceState,
  Summary,
  Verdict,
} from '../rosie/model.ts'
import type { PolicyFile } from '../rosie/parse/policy-file.ts'

/** The phases, in order, with the percentage shown when each begins. The labels are part of the interface. */
export const PHASES = {
  Discovery: 10,
  Delta: 20,
  Fetch: 30,
  Parse: 50,
  Validate: 60,
  Persist: 70,
  Traceability: 85,
  Evidence: 90,
  Complete: 100,
} as const
export type Phase = keyof typeof PHASES

export interface RepositoryRef {
  /** GitHub's ids. */
  id: bigint
  installationId: bigint
  owner: string
  name: string
  /** Null until GitHub named it. */
  defaultBranch: string | null
  /** The commit of the tracked snapshot; null when the default branch was never scanned to the end. */
  trackedHead: string | null
}

// ── intents ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The repository as an event names it. */
export interface RepositoryFacts {
  id: bigint
  owner: string
  name: string
  private: boolean
  /** Undefined where the event doesn't say. */
  defaultBranch?: string
  archived?: boolean
}

export interface InstallationFacts {
  id: bigint
  account: string
  accountType: string
}

export interface PullRequestFacts {
  number: number
  headSha: string
  headRef: string
  baseRef: string
  open: boolean
  /** The event is the pull request's opening: it can't have a comment of ours yet. */
  opening: boolean
  /** When GitHub last changed the pull request, as of this event; null for check events, which don't say. */
  updatedAt: Date | null
}

export interface ScanRequested {
  type: 'scan'
  installation: bigint
  repository: RepositoryFacts
  /** Null: the tip of the default branch when the scan starts. */
  headSha: string | null
  /** The branch or ref the head was seen on, without `refs/heads/`. */
  ref: string | null
  /** Null: the default branch itself (a tracked scan). */
  baseRef: string | null
  /** A base commit that the event itself fixes (merge groups); otherwise the merge base is asked for. */
  baseSha: string | null
  pull: PullRequestFacts | null
  trigger: string
  /** Asked for by a person: scanned again even when nothing changed. */
  forced: boolean
  /** Only when no scan of this head is known: for events that repeat what another one says. */
  onlyIfUnknown: boolean
}

export type Intent =
  | ScanRequested
  | { type: 'installation'; installation: InstallationFacts; state: 'active' | 'suspended' | 'removed' }
  | { type: 'repositories'; installation: bigint; added: RepositoryFacts[]; removed: bigint[] }
  | { type: 'repository'; installation: bigint; repository: RepositoryFacts; state: 'active' | 'archived' | 'removed' }
  | { type: 'pull'; installation: bigint; repository: RepositoryFacts; pull: PullRequestFacts }

// ── repository source ───────────────────────────────────────────────────────────────────────────────────────────────

/** A regular file of a commit. Symbolic links and submodules are never listed: they are never followed. */
export interface TreeEntry {
  path: string
  /** Git blob SHA. */
  sha: string
  /** Bytes; null where the source doesn't say. */
  size: number | null
}

export interface WantedBlob extends TreeEntry {
  /** A blob over this many bytes comes back without bytes. */
  maxBytes: number
}

export interface Blob {
  sha: string
  /** Null: larger than the limit; the bytes were not read. */
  bytes: Uint8Array | null
}

export interface BlobRequest {
  commit: string
  /** What to fetch; each SHA once. */
  wanted: readonly WantedBlob[]
  /** All files of the commit, to judge whether an archive is cheaper. */
  tree: readonly TreeEntry[]
}

export interface Tip {
  branch: string
  commit: string
}

/**
 * One repository, read-only. Implementations: GitHub, a local git checkout, a plain folder. Errors are the domain's:
 * see errors.ts. One object serves one scan and may remember what it was told within it.
 */
export interface RepositorySource {
  /** The default branch and its commit now; null for a repository without commits. */
  tip(): Promise<Tip | null>
  /** The merge base of two commits or branches; null without common history. */
  mergeBase(base: string, head: string): Promise<string | null>
  /** All regular files of a commit, complete or an error, never silently cut. Throws `NotFound` for an unknown commit. */
  tree(commit: string): Promise<TreeEntry[]>
  /** Each wanted blob exactly once, in any order, its bytes checked against its SHA. */
  blobs(request: BlobRequest): AsyncIterable<Blob>
  /**
   * Where a directory (empty: the root) lies at each of the commits, by the id as given: it may be abbreviated. Ids that no
   * commit of the repository has, or several have, are absent.
   */
  directories(commits: readonly string[], path: string): Promise<Map<string, Directory>>
  /** Requests sent so far. */
  readonly requests: number
}

/** A directory at a commit. */
export interface Directory {
  /** The commit's whole id. */
  commit: string
  /** The git tree's SHA; null where the commit has no such directory. */
  tree: string | null
}

// ── scan rows ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** `replay` looks up the source at commits that evidence names: it judges nothing and has no check run. See replay.ts. */
export type ScanKind = 'tracked' | 'change' | 'replay'

export interface Scan {
  id: string
  repository: RepositoryRef
  kind: ScanKind
  headSha: string | null
  ref: string | null
  baseRef: string | null
  baseSha: string | null
  trigger: string
  forced: boolean
  /** 1 for the first attempt. */
  attempt: number
  /** Fencing token of the lease under which this was read. */
  token: number
  checkRunId: bigint | null
  annotationsSent: number
  /** What a replay is to find out; null for all other scans. */
  replay: ReplayWish | null
}

/** Commits that a scan could say nothing, or nothing new, about. */
export interface ReplayWish {
  /** Of `system_state_hash`, as the policy names it. */
  scope: string
  /** Commits whose state is not known. */
  unknown: string[]
  /** Commits that the repository did not have when it was last asked, long enough ago to ask again. */
  unavailable: string[]
}

/**
 * What `take` says: the leased scan; `busy`: another scan holds its lane or comes first, or it isn't due yet; `gone`:
 * nothing left to do.
 */
export type Taken = { scan: Scan } | 'busy' | 'gone'

export type ScanUpdate = Partial<{
  headSha: string
  baseSha: string | null
  phase: Phase
  progress: number
  filesTotal: number
  filesFetched: number
  requests: number
  checkRunId: bigint
  annotationsSent: number
}>

export interface ScanResult {
  conclusion: string
  summary: Summary
  judgedBy: string
  findings: readonly AssessedFinding[]
}

/** An earlier scan of the same head, or of the tracked snapshot, as far as publishing needs it. */
export interface CompletedScan extends ScanResult {
  id: string
  baseRef: string | null
  baseSha: string | null
  checkRunId: bigint | null
}

/** The tracked snapshot's change, as one scan of the default branch makes it. */
export interface TrackedChange {
  commit: string
  /** Paths that are gone. */
  removed: readonly string[]
  /** Files that are new or differ. */
  changed: readonly SnapshotFile[]
  /** Edges of the whole snapshot. */
  edges: readonly Edge[]
}

export interface PullRequest {
  number: number
  headSha: string
  baseRef: string
  fromOpening: boolean
  commentId: bigint | null
  commentHash: string | null
  commentUnsure: boolean
}

/** Thrown by every write whose lease is no longer the row's. The worker stops without another write. */
export class LeaseLost extends Error {
  constructor(scanId: string) {
    super(`The lease on scan ${scanId} was taken over by another worker.`)
    this.name = 'LeaseLost'
  }
}

export interface ScanStore {
  /** Takes the lease: `running`, attempt + 1, token + 1, in one statement that respects the lane and `notBefore`. */
  take(scanId: string, leaseMs: number): Promise<Taken>
  /** Prolongs the lease. Throws `LeaseLost`. */
  renew(scan: Scan, leaseMs: number): Promise<void>
  /** Writes progress. Throws `LeaseLost`. */
  update(scan: Scan, update: ScanUpdate): Promise<void>
  /**
   * Keeps the result, its findings (replacing those of an earlier attempt) and, for a tracked scan, the snapshot, in one
   * transaction; the scan still runs, since its result has yet to be published. Throws `LeaseLost`.
   */
  persist(scan: Scan, result: ScanResult, tracked: TrackedChange | null): Promise<void>
  /**
   * Completed, after publishing; unless open pull requests of this head and base are not among those `told`, which are
   * then answered and the scan still runs: a pull request may be opened at any moment, and joins a scan that runs.
   * `again`: what the verdict rests on has changed by this very scan, so the same head is queued once more, with this as
   * its trigger. `replay`: what could not be said yet, queued as a job of its own. Throws `LeaseLost`.
   */
  finish(scan: Scan, told: readonly number[], again: string | null, replay?: ReplayWish | null): Promise<PullRequest[]>
  /** Completes a replay; `again`: its head is scanned once more, with the trigger `provenance`. Throws `LeaseLost`. */
  finishReplay(scan: Scan, again: boolean): Promise<void>
  /** Ends a scan that need not run, with the reason. Throws `LeaseLost`. */
  skip(scan: Scan, reason: string): Promise<void>
  /** Gives the scan back: to run again after `delayMs`. `counted`: whether this was an attempt. Throws `LeaseLost`. */
  release(scan: Scan, delayMs: number, error: string | null, counted: boolean): Promise<void>
  /** Ends the scan for good after its last attempt. Throws `LeaseLost`. */
  fail(scan: Scan, error: string): Promise<void>
  /** Completed scans of a head (never this one's own row, which still runs), the newest of each base, newest first. */
  completedScans(repositoryId: bigint, headSha: string): Promise<CompletedScan[]>
  /** The base branches of the open pull requests of a head. */
  openBases(repositoryId: bigint, headSha: string): Promise<string[]>
  /** Makes sure that a scan of the default branch is queued or running, or has been tried. True while one is under way. */
  ensureTracked(repository: RepositoryRef): Promise<boolean>
  updatePull(
    repositoryId: bigint,
    number: number,
    update: Partial<Pick<PullRequest, 'commentId' | 'commentHash' | 'commentUnsure'>>,
  ): Promise<void>
}

/** Parsed contents and trees, kept by git object. */
export interface ContentStore {
  /** Of the wanted (blob, reader) pairs, those that are known. Keys as made by `contentKey`. */
  contents(repositoryId: bigint, wanted: readonly { sha: string; reader: Reader }[]): Promise<Map<string, Content>>
  keepContents(
    repositoryId: bigint,
    contents: readonly { sha: string; reader: Reader; content: Content }[],
  ): Promise<void>
  /** Verdicts reached earlier with exactly these keys, by blob SHA. */
  verdicts(repositoryId: bigint, shas: readonly string[], keysHash: string): Promise<Map<string, Verdict>>
  keepVerdicts(repositoryId: bigint, verdicts: ReadonlyMap<string, Verdict>, keysHash: string): Promise<void>
  /** When each evidence (by blob SHA) was first seen, ms since 1970; those never asked for are noted as seen `now`. */
  firstSeen(repositoryId: bigint, shas: readonly string[], now: number): Promise<Map<string, number>>
  /** The relevant files of a commit as kept by `keepTree`; null when never asked, or asked with another scope in mind. */
  tree(repositoryId: bigint, commit: string, scope: string): Promise<TreeEntry[] | null>
  /** `state`: the identity of the source in the scope, which only a whole listing tells. */
  keepTree(
    repositoryId: bigint,
    commit: string,
    entries: readonly TreeEntry[],
    state: { scope: string; id: string },
  ): Promise<void>
  /** The tracked snapshot: its commit, and path → blob SHA, both of one moment; null when there is none. */
  tracked(repositoryId: bigint): Promise<{ commit: string; files: Map<string, string> } | null>
  /**
   * `.github/rosie.yml` of the tracked snapshot of the repository named `.github` of the same owner and installation; null
   * where the app knows of none, and for that repository itself.
   */
  organisationPolicy(repository: RepositoryRef): Promise<PolicyFile | null>
}

/** What the source in the scope of `system_state_hash` is like: found out once for each git tree, kept for ever. */
export interface StateStore {
  /** Of commits whose trees are kept; their hashes where a replay has computed them, of whatever commit. */
  listed(repositoryId: bigint, commits: readonly string[], scope: string): Promise<Map<string, SourceState>>
  /** Of commits that were replayed; null: the repository had no such commit. */
  replayed(repositoryId: bigint, commits: readonly string[], scope: string): Promise<Map<string, SourceState | null>>
  /** Of commits that the repository did not have, those last asked for more than so many ms ago. */
  lostSince(repositoryId: bigint, commits: readonly string[], scope: string, ms: number): Promise<string[]>
  /** What `directories` answered about these commits. */
  keepDirectories(
    repositoryId: bigint,
    commits: readonly string[],
    scope: string,
    directories: ReadonlyMap<string, string | null>,
  ): Promise<void>
  /** Which of these trees were hashed. */
  hashed(repositoryId: bigint, trees: readonly string[]): Promise<Set<string>>
  keepState(repositoryId: bigint, tree: string, state: SourceState): Promise<void>
}

export const contentKey = (sha: string, reader: Reader) => `${sha} ${reader}`

// ── publishing ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** The same commit against one of its bases. */
export interface BaseVerdict {
  /** The branch compared with. */
  baseRef: string
  conclusion: string
  counts: Record<Severity, number>
}

/** What is told about one scan, whoever reads it. */
export interface Report {
  assessment: Assessment
  scanId: string
  /** Sentences about how the scan was done, as plain text: "No common history: rules that compare with a base rested." */
  notes: readonly string[]
  /** One for each base of the commit, this scan's own first. */
  bases: readonly BaseVerdict[]
  /** Findings of the same commit against its other bases: a commit has one check, the worst over its bases. */
  otherFindings: readonly AssessedFinding[]
  /** The base's coverage; null without a base. */
  baseRequirements: RequirementCounts | null
  filesTotal: number
  filesFetched: number
  /** GitHub requests until the result was known. */
  requests: number
}

/** The check run and the comment of one scan on GitHub. Writes are idempotent: what GitHub already has isn't sent twice. */
export interface Publisher {
  /** Opens the check run in progress, or finds the one that an earlier attempt, or an earlier call, opened. */
  open(): Promise<void>
  /** Shows progress while a long scan runs; may choose to send nothing. */
  progress(phase: Phase, detail: string): Promise<void>
  /** Completes the check run: conclusion with the first 50 annotations, then the others, 50 a request. */
  conclude(report: Report): Promise<void>
  /** Completes the check run with an error a person can act on. Markdown. */
  fail(title: string, summary: string): Promise<void>
  /** Creates or edits the one comment of a pull request; leaves it alone when its text would be the same. */
  comment(pull: PullRequest, report: Report): Promise<void>
}

// ── queue ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** `again`: run me again after so many ms; doesn't count as an attempt. */
export type JobOutcome = undefined | { again: number }

/**
 * Says when a scan runs; the scan row says whether. At most `concurrency` jobs at once in a process; a job whose handler
 * throws is run again, three attempts in all, with exponential backoff; one scan id is in the queue at most once.
 */
export interface Queue {
  /** Adding an id that is waiting already changes nothing. */
  add(scanId: string): Promise<void>
  /** Starts working; called once. */
  process(handler: (scanId: string, attempt: number) => Promise<JobOutcome>): void
  /** Rejects while the queue's server can't be reached. */
  reachable(): Promise<void>
  /** No new jobs; running ones are waited for, at most `graceMs`. */
  close(graceMs?: number): Promise<void>
}

// ── inbox ───────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface Delivery {
  /** `X-GitHub-Delivery`. */
  id: string
  /** `X-GitHub-Event`. */
  event: string
  payload: unknown
}

export interface Inbox {
  /** Stores a delivery before it is answered. `repeat`: a row with this id exists; nothing was written. */
  store(delivery: Delivery): Promise<'stored' | 'repeat'>
  /** The oldest delivery that is due and not processed, claimed for a minute so that no other worker takes it; or null. */
  next(): Promise<Delivery | null>
  /**
   * Applies the intents of a delivery and marks it processed, in one transaction. A wish for a scan that is queued or
   * running already (same repository, head and base branch) joins that scan. Answers whether new scans were queued.
   */
  done(deliveryId: string, intents: readonly Intent[]): Promise<boolean>
  /** The delivery could not be processed: kept, due again with backoff, given up after ten attempts (the row stays). */
  failed(deliveryId: string, error: string): Promise<void>
}

/** The scan rows as an outbox: wishes that the queue has yet to hear of. */
export interface Wishes {
  /** Queued scans that are due and were not handed over in the last `olderThanMs`; marks them as handed over. */
  take(limit: number, olderThanMs: number): Promise<string[]>
  /** Running scans whose lease ran out become queued again. `all`: also those whose lease still holds (embedded mode). */
  recover(all: boolean): Promise<number>
}
