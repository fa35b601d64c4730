/** What reconciliation asks of our rows: deliveries, heads, and check runs of our own. */
import type { PullRequestFacts } from './intents.ts'

export interface ReceivedDeliveries {
  /** Those of these ids (`X-GitHub-Delivery`) that were never stored. */
  missing(ids: readonly string[]): Promise<Set<string>>
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
