/** A repository on GitHub, in as few requests as its API allows. */
import type {
  Blob,
  BlobRequest,
  Directory,
  RepositorySource,
  Tip,
  TreeEntry,
  WantedBlob,
} from '../scan/ports/source.ts'
import { readArchive, UNPACK_LIMITS, type UnpackLimits } from './archive.ts'
import { portion, queryBlobs, queryTip, readBlob } from './blobs.ts'
import { queryDirectories } from './commits.ts'
import { NoCommonAncestor } from './errors.ts'
import { BytesInFlight, withinBytes } from './in-flight.ts'
import type { GitHubClient } from './octokit.ts'
import type { RepositoryName } from './read.ts'
import { readHead } from './refs.ts'
import { readTree } from './trees.ts'

/** GitHub asks for few requests at once ("Best practices for using the REST API"); each holds a chunk in memory. */
const AT_ONCE = 4
/** More requests than this for single blobs, and the archive is worth its bytes. */
const MANY_REQUESTS = 4
/** What the archive may move for each request it saves. */
const BYTES_PER_REQUEST = 32 * 2 ** 20

export class GitHubSource implements RepositorySource {
  readonly #client: GitHubClient
  readonly #repository: RepositoryName
  readonly #inFlight: BytesInFlight
  readonly #limits: UnpackLimits
  /** What an answer of this scan said; undefined while none has. */
  #tip: Tip | null | undefined

  /** `client`: of the repository's installation, used by this scan alone. `inFlight`: of the process, used by all. */
  constructor(
    client: GitHubClient,
    owner: string,
    name: string,
    inFlight = new BytesInFlight(),
    limits: UnpackLimits = UNPACK_LIMITS,
  ) {
    this.#client = client
    this.#repository = { owner, repo: name }
    this.#inFlight = inFlight
    this.#limits = limits
  }

  /** All that this scan's client sent, the check run's requests among them. An archive is one request. */
  get requests(): number {
    return this.#client.traffic.requests
  }

  /** Costs a request only if no blob was asked for before. */
  async tip(): Promise<Tip | null> {
    if (this.#tip === undefined) this.#tip = await queryTip(this.#client, this.#repository)
    return this.#tip
  }

  head(ref: string): Promise<string | null> {
    return readHead(this.#client, this.#repository, ref)
  }

  async mergeBase(base: string, head: string): Promise<string | null> {
    try {
      const { data } = await this.#client.rest.repos.compareCommitsWithBasehead({
        ...this.#repository,
        basehead: `${base}...${head}`,
        per_page: 1,
      })
      return data.merge_base_commit.sha
    } catch (error) {
      if (error instanceof NoCommonAncestor) return null
      throw error
    }
  }

  tree(commit: string): Promise<TreeEntry[]> {
    return readTree(this.#client, this.#repository, commit)
  }

  async *blobs({ commit, wanted, tree }: BlobRequest): AsyncGenerator<Blob> {
    const pending = new Map<string, WantedBlob>()
    for (const entry of wanted) {
      if (entry.size !== null && entry.size > entry.maxBytes) yield { sha: entry.sha, bytes: null }
      else pending.set(entry.sha, entry)
    }
    for await (const blob of this.#inBulk(commit, pending, tree)) {
      if (pending.delete(blob.sha)) yield blob
    }
    const fetch = async ({ sha, maxBytes }: WantedBlob) => {
      const bytes = await readBlob(this.#client, this.#repository, sha)
      return { sha, bytes: bytes.byteLength > maxBytes ? null : bytes }
    }
    const sizeOf = ({ size, maxBytes }: WantedBlob) => size ?? maxBytes
    yield* withinBytes(this.#inFlight, [...pending.values()], AT_ONCE, sizeOf, fetch)
  }

  directories(commits: readonly string[], path: string): Promise<Map<string, Directory>> {
    return queryDirectories(this.#client, this.#repository, commits, path)
  }

  /** As much as the archive and GraphQL can give of what is pending. The caller takes what came off `pending`. */
  async *#inBulk(commit: string, pending: ReadonlyMap<string, TreeEntry>, tree: readonly TreeEntry[]) {
    if (archiveIsCheaper([...pending.values()], tree)) {
      const files = tree.filter(({ sha }) => pending.has(sha))
      yield* readArchive(this.#client, this.#repository, commit, files, this.#inFlight, this.#limits)
    }
    const { chunks } = portion(pending.values())
    const queries = withinBytes(this.#inFlight, chunks, AT_ONCE, bytesOf, (chunk) =>
      queryBlobs(this.#client, this.#repository, chunk),
    )
    for await (const { tip, found } of queries) {
      this.#tip = tip
      yield* found
    }
  }
}

/**
 * Whether one archive, with all files of the commit in it, is cheaper than asking for the wanted blobs alone: when these
 * take many requests, or more than one and are most of the commit's bytes anyway.
 */
export function archiveIsCheaper(wanted: readonly TreeEntry[], tree: readonly TreeEntry[]): boolean {
  const { chunks, large } = portion(wanted)
  const requests = chunks.length + large.length
  const treeBytes = bytesOf(tree)
  if (requests < 2 || treeBytes > Math.min(UNPACK_LIMITS.bytes, requests * BYTES_PER_REQUEST)) return false
  return requests > MANY_REQUESTS || bytesOf(wanted) * 2 > treeBytes
}

const bytesOf = (entries: readonly TreeEntry[]) => entries.reduce((sum, { size }) => sum + (size ?? 0), 0)
