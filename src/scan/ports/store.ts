/**
 * Scan rows, contents and states. A **scan** is one row: the wish to run, the progress, the outcome. A worker that runs it
 * holds a **lease** on it; the lease's token goes with every write, so that a worker that lost its lease changes nothing.
 * A **lane** is a name under which only one scan runs at a time.
 */
import type { AssessedFinding, RequirementCoverage, Summary } from '../../rosie/assessment.ts'
import type { Content } from '../../rosie/contents.ts'
import type { Edge, Reader, SnapshotFile, SourceState, Verdict } from '../../rosie/model.ts'
import type { PolicyFile } from '../../rosie/parse/policy-file.ts'
import type { SignedFile } from '../../rosie/signed-files.ts'
import type { Next, Outcome } from './outcome.ts'
import type { ProgressDetail } from './progress.ts'
import type { MadeReport } from './reports.ts'
import type { RepositoryRef, TreeEntry } from './source.ts'

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

/**
 * `replay` looks up the source at commits that evidence names (replay.ts), `report` renders a report of what is stored
 * (report.ts): these judge nothing and have no check run.
 */
export type ScanKind = 'tracked' | 'change' | 'replay' | 'report'

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
  /** Since it was first taken up, in ms. */
  tryingMs: number
  /** How far an earlier attempt came; null: nobody was told anything yet. */
  stage: ScanStage | null
  /** The head that its branch has moved on to: then this scan is only to be withdrawn. */
  newerHead: string | null
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
 * What `take` says: the leased scan; `busy`: another scan holds its lane or comes first, and hands over when it ends;
 * `restMs`: it isn't due yet, or GitHub's limits hold it back, for so long; `gone`: nothing left to do.
 */
export type Taken = { scan: Scan } | 'busy' | { restMs: number } | 'gone'

/**
 * How far GitHub was told, in order; each is confirmed by GitHub, or by the transaction that says so, and never taken back.
 *
 * - `opened`: there is a check run, in progress
 * - `persisted`: the result is kept, with all that is to be told of it: from here on a scan only tells
 * - `concluded`: the check run is completed; annotations may be missing
 * - `annotated`: it has all of them
 * - `commented`: so have the pull requests their comment; the scan is completed
 */
export const STAGES = ['opened', 'persisted', 'concluded', 'annotated', 'commented'] as const
export type ScanStage = (typeof STAGES)[number]

/** Whether a scan came as far as that. */
export const hasReached = ({ stage }: Pick<Scan, 'stage'>, wanted: ScanStage): boolean =>
  stage !== null && STAGES.indexOf(stage) >= STAGES.indexOf(wanted)

export type ScanUpdate = Partial<{
  headSha: string
  baseSha: string | null
  phase: Phase
  progress: number
  /** When each phase of this attempt began first, RFC 3339. */
  phases: Partial<Record<Phase, string>>
  filesTotal: number
  /** Those that are new, other or gone, against the tracked snapshot. */
  filesChanged: number
  /** Files of the head whose content was not known. */
  filesFetched: number
  /** Blobs that had to be read, the base's too. */
  blobsRead: number
  requests: number
  stage: ScanStage
  checkRunId: bigint
  annotationsSent: number
}>

/** An earlier scan of the same head, or of the tracked snapshot, as far as publishing needs it. */
export interface CompletedScan {
  id: string
  baseRef: string | null
  baseSha: string | null
  checkRunId: bigint | null
  conclusion: string
  summary: Summary
  judgedBy: string
  findings: readonly AssessedFinding[]
}

/** The tracked snapshot's change, as one scan of the default branch makes it. */
export interface TrackedChange {
  commit: string
  /** Paths that are gone. */
  removed: readonly string[]
  /** Files that are new or differ. */
  changed: readonly SnapshotFile[]
  /** All of the whole snapshot. */
  signed: readonly SignedFile[]
  /** Edges of the whole snapshot. */
  edges: readonly Edge[]
  /** Ids that they lead to and that nothing defines. */
  unknown: ReadonlySet<string>
  /** Of each requirement of the whole snapshot. */
  coverage: readonly RequirementCoverage[]
  /** The traceability matrix of the whole snapshot, as JSON (rosie/matrix.ts). */
  matrix: string
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

/** Thrown by the writes of a scan whose branch has moved on before its result was kept. */
export class Superseded extends Error {
  readonly newerHead: string
  constructor(scanId: string, newerHead: string) {
    super(`Scan ${scanId} is superseded: its branch has moved on to ${newerHead}.`)
    this.name = 'Superseded'
    this.newerHead = newerHead
  }
}

/** Scans of several heads of one branch (or pull request) are open: only the branch itself can say which one counts. */
export interface Contest {
  repository: RepositoryRef
  kind: ScanKind
  /** As in `Scan.ref`. */
  ref: string
  baseRef: string | null
  /** The database's time when this was read: what was asked for later is not decided by an answer to an earlier question. */
  asOf: Date
}

export interface FailedScan {
  /** GitHub has it not, or does not allow it: it is asked again once the repository comes back into reach. */
  refused?: boolean
}

export interface ScanStore {
  /** Takes the lease: `running`, attempt + 1, token + 1, in one statement that respects the lane and `notBefore`. */
  take(scanId: string, leaseMs: number): Promise<Taken>
  /** Whether this scan, or another one of its branch, may be superseded; null where the branch need not be asked. */
  contest(scanId: string): Promise<Contest | null>
  /**
   * The branch stands at `head`: open scans of its other heads are superseded by the scan of that one, which is queued if
   * nobody has asked for it yet. Those that never began end; the others, whose check run may be open, are marked, and
   * whoever holds or takes them next withdraws them. Answers all of them.
   */
  supersede(contest: Contest, head: string): Promise<Set<string>>
  /** Ends a superseded scan; a head that was asked for again meanwhile is queued anew. Throws `LeaseLost`. */
  withdraw(scan: Scan): Promise<void>
  /** This scan has left its lane: what waits for it is due to be handed to the queue. Answers whether anything is. */
  handOver(scan: Scan): Promise<boolean>
  /** Prolongs the lease. Throws `LeaseLost`. */
  renew(scan: Scan, leaseMs: number): Promise<void>
  /** Writes progress; `detail` is for those who watch. Throws `LeaseLost`, and, where it names a phase, `Superseded`. */
  update(scan: Scan, update: ScanUpdate, detail?: ProgressDetail): Promise<void>
  /**
   * Keeps the outcome, its findings, when it is due again and, for a tracked scan, the snapshot, in one transaction; the
   * scan still runs, since its outcome has yet to be told. Throws `LeaseLost`, `Superseded`. From here on it can't be
   * superseded: what the next scan is compared with was told to somebody.
   */
  persist(scan: Scan, outcome: Outcome, tracked: TrackedChange | null): Promise<void>
  /** What an earlier attempt kept; null where none came so far. */
  outcome(scan: Scan): Promise<Outcome | null>
  /**
   * Completed, after publishing, with what the outcome leads to queued (`Next`), and what a person asked for after it was
   * kept; unless open pull requests of this head and base are not among those `told`, which are then answered and the scan
   * still runs: a pull request may be opened at any moment, and joins a scan that runs. Throws `LeaseLost`.
   */
  finish(scan: Scan, told: readonly number[], next: Next): Promise<PullRequest[]>
  /** Completes a replay; `again`: its head is scanned once more, with the trigger `provenance`. Throws `LeaseLost`. */
  finishReplay(scan: Scan, again: boolean): Promise<void>
  /** Completes a report job; the reports are kept, unless they are already. `of`: the scan that they report. Throws `LeaseLost`. */
  finishReport(scan: Scan, of: string, made: readonly MadeReport[]): Promise<void>
  /** Ends a scan that need not run, with the reason. Throws `LeaseLost`. */
  skip(scan: Scan, reason: string): Promise<void>
  /** Gives the scan back: to run again after `delayMs`. `counted`: whether this was an attempt. Throws `LeaseLost`. */
  release(scan: Scan, delayMs: number, error: string | null, counted: boolean): Promise<void>
  /** Ends the scan for good after its last attempt. Throws `LeaseLost`. */
  fail(scan: Scan, error: string, more?: FailedScan): Promise<void>
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

/** Verdicts that time alone may change. */
export interface DueStore {
  /**
   * Queues the tracked heads, and the heads of open pull requests, of repositories whose moment has passed, with the trigger
   * `due`: the longest overdue first, and none while `most` such scans are open. Answers how many were queued.
   */
  queueDue(most: number): Promise<number>
}

export const contentKey = (sha: string, reader: Reader) => `${sha} ${reader}`
