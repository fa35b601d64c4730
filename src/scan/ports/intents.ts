/** An **intent** is what an event asks for, with what it says of installations and repositories. */

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
  /** Their login on GitHub, for the audit trail; null: GitHub doesn't say. */
  askedBy?: string | null
  /** Only when no scan of this head is known: for events that repeat what another one says. */
  onlyIfUnknown: boolean
}

export type Intent =
  | ScanRequested
  | { type: 'installation'; installation: InstallationFacts; state: 'active' | 'suspended' | 'removed' }
  | { type: 'repositories'; installation: bigint; added: RepositoryFacts[]; removed: bigint[] }
  /** A first scan of each of these repositories, when there is time. */
  | { type: 'first_scans'; installation: bigint; repositories: bigint[]; trigger: string }
  | { type: 'repository'; installation: bigint; repository: RepositoryFacts; state: 'active' | 'archived' | 'removed' }
  | { type: 'pull'; installation: bigint; repository: RepositoryFacts; pull: PullRequestFacts }
  /** Who may read or change what there is another question than before. */
  | { type: 'access'; installation: bigint }
  /** Somebody, by GitHub's id, took back what they had allowed the app. */
  | { type: 'person'; person: bigint }
