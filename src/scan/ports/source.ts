/** A repository as a scan reads it: from GitHub, or from a folder. */

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
  /**
   * The commit that a branch (its name), or a pull request (`refs/pull/N/head`), stands at now; null when there is no such
   * branch. Never remembered.
   */
  head(ref: string): Promise<string | null>
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
