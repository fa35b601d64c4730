/** A git repository on this machine, as commits: what GitHub is to the app, for the command line, the demo and tests. */
import { Corrupt, NotFound } from '../scan/errors.ts'
import { isBlob, isFilePath, isObjectName, isRegularMode } from '../scan/git-objects.ts'
import type { Blob, BlobRequest, Directory, RepositorySource, Tip, TreeEntry } from '../scan/ports/source.ts'
import { GitFailed, git, resolveCommit, startGit } from './git.ts'

export class LocalSource implements RepositorySource {
  readonly requests = 0
  readonly #dir: string

  /** `dir`: the top of a work tree, or a bare repository, as a real path. */
  constructor(dir: string) {
    this.#dir = dir
  }

  /** The branch that HEAD is on, `HEAD` when it is on none. */
  async tip(): Promise<Tip | null> {
    try {
      const commit = await resolveCommit(this.#dir, 'HEAD')
      return { branch: (await this.#branch()) ?? 'HEAD', commit }
    } catch (error) {
      if (error instanceof NotFound) return null
      throw error
    }
  }

  /** The commit that a branch, tag or revision names. Throws `NotFound`. */
  resolve(ref: string): Promise<string> {
    return resolveCommit(this.#dir, ref)
  }

  async head(ref: string): Promise<string | null> {
    try {
      return await this.resolve(ref.startsWith('refs/') ? ref : `refs/heads/${ref}`)
    } catch (error) {
      if (error instanceof NotFound) return null
      throw error
    }
  }

  /** Whether history was cut off when this was cloned. */
  async isShallow(): Promise<boolean> {
    return (await git(this.#dir, ['rev-parse', '--is-shallow-repository'])).toString().trim() === 'true'
  }

  async mergeBase(base: string, head: string): Promise<string | null> {
    const [ours, theirs] = [await this.resolve(base), await this.resolve(head)]
    return this.#unless(1, ['merge-base', ours, theirs])
  }

  async tree(commit: string): Promise<TreeEntry[]> {
    const listing = await git(this.#dir, ['ls-tree', '-r', '-z', '-l', '--full-tree', await this.resolve(commit)])
    return listing.toString().split('\0').slice(0, -1).flatMap(parseTreeLine)
  }

  async *blobs({ wanted }: BlobRequest): AsyncGenerator<Blob> {
    const limits = new Map<string, number>()
    for (const { sha, size, maxBytes } of wanted) {
      if (size !== null && size > maxBytes) yield { sha, bytes: null }
      else limits.set(sha, maxBytes)
    }
    for await (const { sha, bytes } of readObjects(this.#dir, [...limits.keys()])) {
      yield { sha, bytes: bytes.byteLength > (limits.get(sha) ?? 0) ? null : bytes }
    }
  }

  /** Through one `git cat-file --batch-check`, which answers every line with one line. */
  async directories(named: readonly string[], path: string): Promise<Map<string, Directory>> {
    const ids = named.filter(isObjectName)
    // Of objects whose ids begin alike, the commit. git-rev-parse(1), "SPECIFYING REVISIONS".
    const peeled = (id: string) => `${id}^{commit}`
    // A name with a line feed would be two questions. git-cat-file(1), "BATCH OUTPUT".
    const asked = ids.flatMap((id) => [peeled(id), ...(path.includes('\n') ? [] : [`${peeled(id)}:${path}`])])
    const answers = await checkObjects(this.#dir, asked)
    const typed = (name: string, type: string) => (answers.get(name)?.type === type ? answers.get(name)?.id : undefined)
    const found = new Map<string, Directory>()
    for (const id of ids) {
      const commit = typed(peeled(id), 'commit')
      // A branch may be called like an abbreviation, and a tag leads to a commit.
      if (commit?.startsWith(id)) found.set(id, { commit, tree: typed(`${peeled(id)}:${path}`, 'tree') ?? null })
    }
    return found
  }

  #branch() {
    return this.#unless(1, ['symbolic-ref', '--quiet', '--short', 'HEAD'])
  }

  /** What git prints, or null when it ends with this code, by which it says "there is none". */
  async #unless(none: number, args: string[]): Promise<string | null> {
    try {
      return (await git(this.#dir, args)).toString().trim()
    } catch (error) {
      if (error instanceof GitFailed && error.exitCode === none) return null
      throw error
    }
  }
}

/**
 * `mode type sha size TAB path`. git-ls-tree(1), "Output format". Links and submodules are left out. The size of an object
 * that a partial clone lacks is `BAD`.
 */
function parseTreeLine(line: string): TreeEntry[] {
  const tab = line.indexOf('\t')
  const path = line.slice(tab + 1)
  const [mode = '', , sha = '', size] = line.slice(0, tab).split(/ +/)
  if (!isFilePath(path)) throw new Corrupt(`Not a path below the root: ${JSON.stringify(path)}`)
  return isRegularMode(mode) ? [{ path, sha, size: size === 'BAD' ? null : Number(size) }] : []
}

/** Type and id of what each name stands for; what is missing, or ambiguous, is absent. */
async function checkObjects(dir: string, names: readonly string[]): Promise<Map<string, { type: string; id: string }>> {
  const found = new Map<string, { type: string; id: string }>()
  if (names.length === 0) return found
  const { child, ended } = startGit(dir, ['cat-file', '--batch-check=%(objecttype) %(objectname)'])
  child.stdin.end(names.map((name) => `${name}\n`).join(''))
  const output = new Output(child.stdout)
  for (const name of names) {
    const line = await output.line()
    if (line === null) await ended // throws what git complained of
    const [, type, id] = /^(commit|tree|blob|tag) ([0-9a-f]+)$/.exec(line ?? '') ?? []
    if (type && id) found.set(name, { type, id })
  }
  await ended
  return found
}

/** Objects through one `git cat-file --batch`, in the order asked for. Throws `NotFound`, `Corrupt`. */
async function* readObjects(dir: string, ids: readonly string[]): AsyncGenerator<{ sha: string; bytes: Uint8Array }> {
  if (ids.length === 0) return
  const { child, ended } = startGit(dir, ['cat-file', '--batch'])
  child.stdin.end(ids.map((id) => `${id}\n`).join(''))
  const output = new Output(child.stdout)
  try {
    for (const sha of ids) {
      const line = await output.line()
      if (line === null) await ended // throws what git complained of
      const [, type, size] = line?.split(' ') ?? []
      if (type !== 'blob') throw new NotFound(`There is no blob ${sha}: git says "${line}".`)
      const bytes = await output.bytes(Number(size))
      await output.bytes(1) // the line feed after each object
      if (!isBlob(bytes, sha)) throw new Corrupt(`What git holds as blob ${sha} is not that blob.`)
      yield { sha, bytes }
    }
  } finally {
    child.kill()
  }
}

/** Reads a stream by lines and by counts of bytes. */
class Output {
  readonly #chunks: AsyncIterator<Buffer>
  #rest: Buffer = Buffer.alloc(0)

  constructor(stream: AsyncIterable<Buffer>) {
    this.#chunks = stream[Symbol.asyncIterator]()
  }

  /** Without its line feed; null at the end. */
  async line(): Promise<string | null> {
    let end = this.#rest.indexOf(10)
    while (end < 0) {
      const chunk = await this.#next()
      if (!chunk) return null
      this.#rest = Buffer.concat([this.#rest, chunk])
      end = this.#rest.indexOf(10)
    }
    const line = this.#rest.subarray(0, end).toString()
    this.#rest = this.#rest.subarray(end + 1)
    return line
  }

  async bytes(count: number): Promise<Uint8Array> {
    const parts = [this.#rest]
    let length = this.#rest.length
    while (length < count) {
      const chunk = await this.#next()
      if (!chunk) throw new Corrupt('git ended in the middle of an object.')
      parts.push(chunk)
      length += chunk.length
    }
    const all = parts.length === 1 ? this.#rest : Buffer.concat(parts)
    this.#rest = all.subarray(count)
    return all.subarray(0, count)
  }

  async #next(): Promise<Buffer | null> {
    const { done, value } = await this.#chunks.next()
    return done ? null : value
  }
}
