/** Blobs by their ids: many small ones in one GraphQL request, any single one from the blob endpoint. */
import { Corrupt } from '../scan/errors.ts'
import { isBlob, isObjectId } from '../scan/git-objects.ts'
import type { Blob, Tip, TreeEntry } from '../scan/ports/source.ts'
import type { GitHubClient } from './octokit.ts'
import { queryRepository, type RepositoryName, readBytes } from './read.ts'

/**
 * How much one GraphQL request asks for. GitHub cuts a blob's `text` near 500 kB (`isTruncated`) and gives up on a query
 * after 10 s; 200 blobs of 1.5 MB together stay far from that.
 */
const CHUNK_BLOBS = 200
const CHUNK_BYTES = 1_500_000
const TEXT_BYTES = 400_000

const BRANCH = 'defaultBranchRef { name target { oid } }'

/** What is asked for together, and what is too large to be asked for as text. */
export interface Portions {
  chunks: TreeEntry[][]
  large: TreeEntry[]
}

export function portion(wanted: Iterable<TreeEntry>): Portions {
  const portions: Portions = { chunks: [], large: [] }
  let bytes = 0
  for (const entry of wanted) {
    const size = entry.size ?? 0
    if (size > TEXT_BYTES) {
      portions.large.push(entry)
      continue
    }
    const chunk = portions.chunks.at(-1)
    bytes += size
    if (chunk && chunk.length < CHUNK_BLOBS && bytes <= CHUNK_BYTES) {
      chunk.push(entry)
    } else {
      portions.chunks.push([entry])
      bytes = size
    }
  }
  return portions
}

/**
 * One request for all blobs of a chunk, and the tip of the default branch along with them. Only bytes that are the
 * blob come back: `text` is decoded by GitHub, so that binary content, a byte-order mark or invalid UTF-8 is lost in it.
 */
export async function queryBlobs(client: GitHubClient, repository: RepositoryName, chunk: readonly TreeEntry[]) {
  const fields = chunk.map(({ sha }, index) => `b${index}: object(oid: "${objectId(sha)}") { ...content }`)
  const answer = await queryRepository(
    client,
    repository,
    `query($owner: String!, $name: String!) {
      repository(owner: $owner, name: $name) { ${BRANCH} ${fields.join(' ')} }
    }
    fragment content on Blob { text isTruncated }`,
  )
  const found: Blob[] = []
  for (const [index, { sha }] of chunk.entries()) {
    const { text, isTruncated } = Object(answer[`b${index}`]) as Record<string, unknown>
    if (typeof text !== 'string' || isTruncated) continue
    const bytes = new TextEncoder().encode(text)
    if (isBlob(bytes, sha)) found.push({ sha, bytes })
  }
  return { tip: tipOf(answer), found }
}

/** The default branch and its commit; null for a repository without commits. */
export async function queryTip(client: GitHubClient, repository: RepositoryName): Promise<Tip | null> {
  const query = `query($owner: String!, $name: String!) { repository(owner: $owner, name: $name) { ${BRANCH} } }`
  return tipOf(await queryRepository(client, repository, query))
}

function tipOf(answer: Record<string, unknown>): Tip | null {
  const branch = answer.defaultBranchRef as { name?: unknown; target?: { oid?: unknown } | null } | null | undefined
  if (typeof branch?.name !== 'string' || typeof branch.target?.oid !== 'string') return null
  return { branch: branch.name, commit: branch.target.oid }
}

/** One blob as it is, of up to 100 MB. docs.github.com, REST, "Git blobs", "Get a blob". Throws `Corrupt`. */
export async function readBlob(client: GitHubClient, repository: RepositoryName, sha: string): Promise<Uint8Array> {
  const { bytes } = await readBytes(client, 'GET /repos/{owner}/{repo}/git/blobs/{file_sha}', {
    ...repository,
    file_sha: objectId(sha),
    headers: { accept: 'application/vnd.github.raw+json' },
  })
  if (!isBlob(bytes, sha)) throw new Corrupt(`What GitHub sent as blob ${sha} is not that blob.`)
  return bytes
}

/** Ids become part of a query and a URL. */
function objectId(sha: string): string {
  if (!isObjectId(sha)) throw new Corrupt(`Not an object id: ${JSON.stringify(sha)}`)
  return sha
}
