/** What reconciliation asks of our rows: deliveries, installations, heads, and check runs of our own. */
import type { InstallationFacts, Intent, PullRequestFacts, RepositoryFacts } from './intents.ts'

export interface ReceivedDeliveries {
  /** Those of these ids (`X-GitHub-Delivery`) that were never stored. */
  missing(ids: readonly string[]): Promise<Set<string>>
}

export interface KnownInstallation extends InstallationFacts {
  suspended: boolean
}

/** An installation whose repositories are to be listed. */
export interface Unlisted {
  id: bigint
  /** By the database's clock, before GitHub is asked: what is learnt later is newer than its answer. */
  askedAt: Date
}

/** The repositories of an installation, as GitHub lists them. */
export interface Listing {
  repositories: RepositoryFacts[]
  /** The ids of all of them; null where the list was changed while it was read, so that one may be missing in it. */
  all: bigint[] | null
}

/** What a listing told that no event had told. */
export interface Found {
  /** Scans were queued. */
  queued: boolean
  added: number
  removed: number
}

export interface DiscoveryStore {
  /** Those that were removed aside. */
  installations(): Promise<KnownInstallation[]>
  learn(intents: readonly Intent[]): Promise<void>
  /** Those never listed, or at least so long ago, the longest first. None that is suspended or asked to wait. */
  unlisted(olderThanMs: number): Promise<Unlisted[]>
  /** Learns what is listed and queues first scans of what is new, in one transaction. */
  listed(installation: Unlisted, listing: Listing): Promise<Found>
  /** Listed as far as it could be. */
  pass(installation: Unlisted): Promise<void>
}

/** A repository whose turn it is. */
export interface SweptRepository {
  id: bigint
  installationId: bigint
  owner: string
  name: string
  /** What GitHub named the state that was seen last; null: ask without. */
  headEtag: string | null
  pullsEtag: string | null
  /** When its turn came, by the database's clock: what was learnt later is newer than what GitHub is asked now. */
  askedAt: Date
}

export interface SeenPull {
  facts: PullRequestFacts
  /** The branch of the head, or `refs/pull/N/head`. */
  ref: string
}

/** What GitHub answered; null: nothing new since the last time. */
export interface SeenHeads {
  /** Of the default branch. */
  head: { sha: string; etag: string | null } | null
  /** Pull requests that are open, and those of ours that are not any more. */
  pulls: { seen: readonly SeenPull[]; etag: string | null } | null
}

export interface HeadStore {
  /**
   * Those swept, or learnt of, at least so long ago, the longest first, `except` aside. None that is out of reach, or whose
   * installation is asked to wait.
   */
  due(limit: number, olderThanMs: number, except: readonly bigint[]): Promise<SweptRepository[]>
  /** Numbers of the pull requests that are open as far as we know. */
  openPulls(repositoryId: bigint): Promise<number[]>
  /** Heads that events would have had scanned and didn't. */
  unscanned(repository: SweptRepository, seen: SeenHeads): Promise<string[]>
  /** Learns what was seen and queues a scan of each head that is unscanned, in one transaction. Answers those heads. */
  learn(repository: SweptRepository, seen: SeenHeads): Promise<string[]>
  /** Swept as far as it could be. */
  pass(repositoryId: bigint): Promise<void>
}

/** A check run that nobody will complete: its scan has ended without. */
export interface OpenCheck {
  scanId: string
  installationId: bigint
  owner: string
  name: string
  headSha: string
  outcome: 'failed' | 'skipped' | 'superseded'
  /** Null: GitHub never said, so there may be one or none. */
  checkRunId: bigint | null
  /** It failed, and no other scan of the head speaks or will speak for it: there is to be a check run that says so. */
  awaited: boolean
}

export interface CheckStore {
  /** Of scans that ended in the last days, the longest ended first. Only where the app may write now. */
  open(limit: number): Promise<OpenCheck[]>
  /** Nothing is left to do for the check run of this scan. */
  closed(scanId: string): Promise<void>
  /** Those of these external ids that are no scans of ours. */
  strangers(externalIds: readonly string[]): Promise<Set<string>>
}
