/** The files of a commit, complete or an error. docs.github.com, REST, "Git trees", "Get a tree". */
import { setImmediate } from 'node:timers/promises'
import { concurrently } from '../scan/concurrently.ts'
import { Corrupt, TruncatedTree } from '../scan/errors.ts'
import { isFilePath, isObjectId, isRegularMode, isTreeOf, type TreeChild } from '../scan/git-objects.ts'
import type { TreeEntry } from '../scan/ports/source.ts'
import type { GitHubClient } from './octokit.ts'
import { type RepositoryName, readJson } from './read.ts'

const TIMEOUT_MS = 30_000
const AT_ONCE = 4
/** Entries that are read in one turn of the event loop: some 10 ms. */
const AT_A_TIME = 5_000

/** A directory still to be listed, `prefix` being its path with a slash at the end, or empty for the root. */
interface Directory {
  sha: string
  prefix: string
  recursive: boolean
  /** What a listing said that was cut: some of what lies below. */
  told: Entries | null
}

/** By the path of their directory, with a slash at the end, in the order in which they were listed. */
type Entries = Map<string, Entry[]>

interface Entry extends TreeChild {
  type: string
  path: string
  size: number | null
}

/**
 * One request for trees of up to 100,000 entries and 7 MB. A larger one is walked: what can't be listed with everything
 * below it is listed alone, and each of its directories is tried again the same way, but for those of which the listing
 * that was cut has told everything. Throws `TruncatedTree` when a single directory is too large, `Corrupt` for entries that
 * no repository should have.
 */
export async function readTree(client: GitHubClient, repository: RepositoryName, commit: string): Promise<TreeEntry[]> {
  const files: TreeEntry[] = []
  let open: Directory[] = [{ sha: commit, prefix: '', recursive: true, told: null }]
  while (open.length > 0) {
    const next: Directory[] = []
    const listings = concurrently(open, AT_ONCE, async (directory) => ({
      directory,
      listing: await list(client, repository, directory),
    }))
    for await (const { directory, listing } of listings) {
      const { prefix } = directory
      const { truncated, entries } = listing
      if (truncated && !directory.recursive) {
        throw new TruncatedTree(`GitHub doesn't list all entries of "${prefix || '/'}" in ${commit}.`)
      }
      if (truncated) {
        next.push({ ...directory, recursive: false, told: entries })
      } else if (directory.recursive) {
        for (const listed of entries.values()) takeFiles(listed, files)
      } else {
        const alone = entries.get(prefix) ?? []
        takeFiles(alone, files)
        for (const { sha, path } of alone.filter(isDirectory)) {
          const below = wholeBelow({ sha, prefix: `${path}/` }, directory.told)
          if (below) for (const listed of below) takeFiles(listed, files)
          else next.push({ sha, prefix: `${path}/`, recursive: true, told: null })
        }
      }
    }
    open = next
  }
  return files
}

const isDirectory = ({ type }: Entry) => type === 'tree'

/** The regular files. Symbolic links and submodules are left out. */
function takeFiles(listed: readonly Entry[], files: TreeEntry[]): void {
  for (const { type, mode, path, sha, size } of listed) {
    if (type === 'blob' && isRegularMode(mode)) files.push({ path, sha, size })
  }
}

/**
 * All directories from this one on, each with its entries, where a listing that was cut has told of all of them; null where
 * it has not. What it told of a directory is whole where it makes the very object that git names so.
 */
function wholeBelow({ sha, prefix }: Pick<Directory, 'sha' | 'prefix'>, told: Entries | null): Entry[][] | null {
  const listed = told?.get(prefix)
  if (!listed || !isTreeOf(listed, sha)) return null
  const all = [listed]
  for (const directory of listed.filter(isDirectory)) {
    const below = wholeBelow({ sha: directory.sha, prefix: `${directory.path}/` }, told)
    if (!below) return null
    for (const entries of below) all.push(entries)
  }
  return all
}

async function list(
  client: GitHubClient,
  repository: RepositoryName,
  directory: Directory,
): Promise<{ truncated: boolean; entries: Entries }> {
  const route = 'GET /repos/{owner}/{repo}/git/trees/{tree_sha}'
  const parameters = { ...repository, tree_sha: directory.sha, ...(directory.recursive ? { recursive: '1' } : {}) }
  const { data } = await readJson(client, route, parameters, TIMEOUT_MS)
  if (!isTree(data)) throw new Corrupt(`The answer for tree ${directory.sha} is no tree.`)
  const entries: Entries = new Map()
  for (const [index, raw] of data.tree.entries()) {
    if (index % AT_A_TIME === AT_A_TIME - 1) await setImmediate()
    const [place, entry] = entryOf(raw, directory.prefix)
    const beside = entries.get(place)
    if (beside) beside.push(entry)
    else entries.set(place, [entry])
  }
  return { truncated: data.truncated === true, entries }
}

const isTree = (data: unknown): data is { tree: unknown[]; truncated?: unknown } =>
  typeof data === 'object' && data !== null && 'tree' in data && Array.isArray(data.tree)

/** An entry with the path of its directory. */
function entryOf(raw: unknown, prefix: string): [place: string, entry: Entry] {
  const { path, mode, type, sha, size } = Object(raw) as Record<string, unknown>
  if (typeof path !== 'string' || typeof sha !== 'string' || !isFilePath(path) || !isObjectId(sha)) {
    throw new Corrupt(`Not a tree entry: ${JSON.stringify(raw)}`)
  }
  const [whole, name] = [prefix + path, path.slice(path.lastIndexOf('/') + 1)]
  const place = whole.slice(0, whole.length - name.length)
  const facts = { name, mode: String(mode), type: String(type), sha, size: typeof size === 'number' ? size : null }
  return [place, { ...facts, path: whole }]
}
