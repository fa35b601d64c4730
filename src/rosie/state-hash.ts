/**
 * `system_state_hash`: SHA-256 over the files of a scope, sorted by path, feeding path then content. RFC-001, "Evidence".
 *
 * The RFC puts nothing between path and content, the one real generator puts one NUL there: both are computed at once.
 * Symbolic links and submodules never count; whoever lists the files leaves them out.
 */
import { createHash, type Hash } from 'node:crypto'
import type { SourceState } from './model.ts'

export type StateHashes = Pick<SourceState, 'plain' | 'separated'>

/** What a source is like whose hashes are not known: nothing is held against it. */
export const NOT_HASHED: StateHashes = { plain: null, separated: null }

/**
 * The scope as the rest expects it: no slash at either end, empty for the root. Null where it names no directory below the
 * root, so that it can become part of a revision (`commit:scope`).
 */
export function scopeOf(text: string): string | null {
  if (text.length > LONGEST || CONTROL.test(text)) return null
  const segments = text.split('/').filter((segment) => segment !== '' && segment !== '.')
  return segments.includes('..') ? null : segments.join('/')
}

/** It becomes part of a database key. */
const LONGEST = 1024

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
const CONTROL = /[\u0000-\u001f\u007f]/

/** The files of a tree that count, in the order in which they are hashed, their paths relative to the scope. */
export function filesInScope<File extends { path: string }>(tree: Iterable<File>, scope: string): File[] {
  const prefix = scope === '' ? '' : `${scope}/`
  const files: File[] = []
  for (const file of tree) {
    if (!file.path.startsWith(prefix)) continue
    const path = file.path.slice(prefix.length)
    if (!isExcluded(path)) files.push({ ...file, path })
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1)) // no two have one path
}

/** Below `node_modules` or a directory whose name begins with a dot, at any depth. A file may be called either. */
const isExcluded = (path: string) => /(?:^|\/)(?:node_modules|\.[^/]*)\//.test(path)

/**
 * The identity of the source in a scope, from a listing alone: 64 hex digits over its paths and git blob SHAs. Two commits
 * with one identity have the same hashes, whatever else differs in their trees.
 */
export function stateIdOf(tree: Iterable<{ path: string; sha: string }>, scope: string): string {
  const hash = createHash('sha256')
  for (const { path, sha } of filesInScope(tree, scope)) hash.update(`${path}\0${sha}\n`)
  return hash.digest('hex')
}

/** Both hashes of files that come in the order of `filesInScope`, one after the other. */
export class StateHasher {
  readonly #plain: Hash = createHash('sha256')
  readonly #separated: Hash = createHash('sha256')
  #empty = true

  add(path: string, bytes: Uint8Array): void {
    this.#plain.update(path).update(bytes)
    this.#separated.update(`${path}\0`).update(bytes)
    this.#empty = false
  }

  /** A scope without files has no hashes: it is more likely not where the source lies than empty. */
  hashes(): StateHashes {
    if (this.#empty) return NOT_HASHED
    return { plain: this.#plain.digest('hex'), separated: this.#separated.digest('hex') }
  }
}

/** Where there is nothing in the scope: no hash of it can be held against an evidence. */
export const NO_SOURCE: SourceState = { id: stateIdOf([], ''), ...NOT_HASHED }

/** Both hashes of the files of a tree that count, whatever their order. */
export function stateHashes(files: Iterable<{ path: string; bytes: Uint8Array }>, scope: string): StateHashes {
  const hasher = new StateHasher()
  for (const { path, bytes } of filesInScope(files, scope)) hasher.add(path, bytes)
  return hasher.hashes()
}
