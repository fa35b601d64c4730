/** What `rosie-guard scan DIR` scans: the files in a folder, and the history they come from where there is one. */
import { realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { NotFound } from '../scan/errors.ts'
import type { ObjectFormat } from '../scan/git-objects.ts'
import type { TreeEntry } from '../scan/ports/source.ts'
import { LocalFiles } from './files.ts'
import { listFolder } from './folder.ts'
import { GitFailed, git } from './git.ts'
import { LocalSource } from './source.ts'

export interface Checkout {
  /** HEAD's commit; null for a plain folder, a repository without commits, or when a file differs from HEAD. */
  head: string | null
  /** The files as they lie in the folder. */
  files: LocalFiles
  /** The commits, for a base to compare with; null for a plain folder. */
  source: LocalSource | null
}

/**
 * Git is used only if `dir` is itself the top of a work tree; otherwise it is a plain folder, even inside another
 * repository. Of a work tree, tracked files and untracked ones that aren't ignored count. Throws `NotFound` for a folder
 * that isn't there, `GitMissing`, `GitFailed`.
 */
export async function openCheckout(dir: string): Promise<Checkout> {
  const root = await folder(dir)
  const format = await topOfWorkTree(root)
  if (!format) return { head: null, files: LocalFiles.read(root, await listFolder(root), 'sha1'), source: null }
  const source = new LocalSource(root)
  const [names, tip] = await Promise.all([workingFiles(root), source.tip()])
  const files = LocalFiles.read(root, names, format)
  const unchanged = tip && sameFiles(files.tree, await source.tree(tip.commit))
  return { head: unchanged ? tip.commit : null, files, source }
}

async function folder(dir: string): Promise<string> {
  const stats = await stat(dir).catch(() => null)
  if (!stats?.isDirectory()) throw new NotFound(`There is no folder ${JSON.stringify(dir)}.`)
  return realpath(dir)
}

/** The repository's object format; null when `root` is no top of a work tree. */
async function topOfWorkTree(root: string): Promise<ObjectFormat | null> {
  // Every top has a `.git`, so that a plain folder needs no git at all.
  if (!(await stat(join(root, '.git')).catch(() => null))) return null
  try {
    const answer = (await git(root, ['rev-parse', '--show-object-format', '--show-toplevel'])).toString()
    const [format, top = ''] = [answer.slice(0, answer.indexOf('\n')), answer.slice(answer.indexOf('\n') + 1, -1)]
    // `core.worktree` may point anywhere.
    if ((await realpath(top)) !== root) return null
    return format === 'sha256' ? 'sha256' : 'sha1'
  } catch (error) {
    // Only words tell a `.git` that is none from one that can't be read.
    if (error instanceof GitFailed && /not a git repository|must be run in a work tree/.test(error.message)) return null
    throw error
  }
}

/** Names as bytes. A file with merge conflicts is listed once for each side; a nested repository ends with a slash. */
async function workingFiles(root: string): Promise<Iterable<Buffer>> {
  const listing = await git(root, ['ls-files', '-z', '--cached', '--others', '--exclude-standard'])
  const names = new Set(listing.toString('latin1').split('\0'))
  return [...names].filter((name) => name !== '' && !name.endsWith('/')).map((name) => Buffer.from(name, 'latin1'))
}

function sameFiles(ours: readonly TreeEntry[], theirs: readonly TreeEntry[]): boolean {
  const committed = new Map(theirs.map(({ path, sha }) => [path, sha]))
  return ours.length === committed.size && ours.every(({ path, sha }) => committed.get(path) === sha)
}
