/** The files of a commit, complete or an error. docs.github.com, REST, "Git trees", "Get a tree". */
import { concurrently } from '../scan/concurrently.ts'
import { Corrupt, TruncatedTree, Unreachable } from '../scan/errors.ts'
import { isFilePath, isObjectId, isRegularMode } from '../scan/git-objects.ts'
import type { TreeEntry } from '../scan/ports/source.ts'
import type { GitHubClient } from './octokit.ts'
import { type RepositoryName, readJson } from './read.ts'

const TIMEOUT_MS = 30_000
const AT_ONCE = 4

/** A directory still to be listed, `prefix` being its path with a slash at the end, or empty for the root. */
interface Directory {
  sha: string
  prefix: string
  recursive: boolean
}

interface Listing {
  truncated: boolean
  files: TreeEntry[]
  directories: Directory[]
}

/**
 * One request for trees of up to 100,000 entries and 7 MB. A larger one is walked: what can't be listed with everything
 * below it is listed alone, and each of its directories is tried again the same way. Throws `TruncatedTree` when a
 * single directory is too large, `Corrupt` for entries that no repository should have.
 */
export async function readTree(client: GitHubClient, repository: RepositoryName, commit: string): Promise<TreeEntry[]> {
  const files: TreeEntry[] = []
  let open: Directory[] = [{ sha: commit, prefix: '', recursive: true }]
  while (open.length > 0) {
    const next: Directory[] = []
    const listings = concurrently(open, AT_ONCE, async (directory) => ({
      directory,
      listing: await list(client, repository, directory),
    }))
    for await (const { directory, listing } of listings) {
      if (!listing.truncated) {
        for (const file of listing.files) files.push(file)
        if (!directory.recursive) next.push(...listing.directories)
      } else if (directory.recursive) {
        next.push({ ...directory, recursive: false })
      } else {
        throw new TruncatedTree(`GitHub doesn't list all entries of "${directory.prefix || '/'}" in ${commit}.`)
      }
    }
    open = next
  }
  return files
}

async function list(client: GitHubClient, repository: RepositoryName, directory: Directory): Promise<Listing> {
  const route = 'GET /repos/{owner}/{repo}/git/trees/{tree_sha}'
  const parameters = { ...repository, tree_sha: directory.sha, ...(directory.recursive ? { recursive: '1' } : {}) }
  const { data } = await readJson(client, route, parameters, TIMEOUT_MS)
  if (!isTree(data)) throw new Unreachable(`The answer for tree ${directory.sha} is no tree.`)
  const listing: Listing = { truncated: data.truncated === true, files: [], directories: [] }
  if (!listing.truncated) for (const entry of data.tree) sort(entry, directory.prefix, listing)
  return listing
}

const isTree = (data: unknown): data is { tree: unknown[]; truncated?: unknown } =>
  typeof data === 'object' && data !== null && 'tree' in data && Array.isArray(data.tree)

/** Puts a regular file or a directory where it belongs. Symbolic links and submodules are left out. */
function sort(entry: unknown, prefix: string, { files, directories }: Listing): void {
  const { path, mode, type, sha, size } = Object(entry) as Record<string, unknown>
  if (typeof path !== 'string' || typeof sha !== 'string' || !isFilePath(path) || !isObjectId(sha)) {
    throw new Corrupt(`Not a tree entry: ${JSON.stringify(entry)}`)
  }
  if (type === 'tree') directories.push({ sha, prefix: `${prefix}${path}/`, recursive: true })
  if (type === 'blob' && isRegularMode(String(mode))) {
    files.push({ path: prefix + path, sha, size: typeof size === 'number' ? size : null })
  }
}
