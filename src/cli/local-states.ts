/** Provenance of a local scan: what the app learns in a job of its own is asked of git at once. */
import type { Checkout } from '../local/checkout.ts'
import type { Snapshot, SourceState } from '../rosie/model.ts'
import { filesInScope, NO_SOURCE, NOT_HASHED, scopeOf, stateIdOf } from '../rosie/state-hash.ts'
import type { TreeEntry } from '../scan/ports/source.ts'
import { claimsIn, commitsOf, hashCommit, hashTree } from '../scan/states.ts'

export interface LocalStates {
  /** The snapshots as given, each with its state. */
  head: Snapshot
  base: Snapshot | null
  /** Every commit that evidence names; null: not in this repository, or there is none. */
  states: Map<string, SourceState | null>
}

/** The scope as a person gives it. Throws with words for that person. */
export function checkedScope(given: string): string {
  const scope = scopeOf(given)
  if (scope === null) throw new Error(`${JSON.stringify(given)} names no directory below the root.`)
  return scope
}

/** The same, of a tree in which it must name something: a scope without files would compare nothing with nothing. */
export function scopeWithFiles(given: string, tree: readonly TreeEntry[], option: string): string {
  const scope = checkedScope(given)
  if (filesInScope(tree, scope).length === 0)
    throw new Error(`There are no files in ${JSON.stringify(scope)}: name the source with ${option}.`)
  return scope
}

/** Nothing is hashed where no evidence claims anything. */
export async function replayLocally(
  { files, source }: Pick<Checkout, 'files' | 'source'>,
  { head, base }: Pick<LocalStates, 'head' | 'base'>,
  scope: string,
): Promise<LocalStates> {
  const claims = [head, base].flatMap((snapshot) => (snapshot ? claimsIn(snapshot) : []))
  if (claims.length === 0) {
    const listed = (snapshot: Snapshot, tree: readonly TreeEntry[]): Snapshot => ({
      ...snapshot,
      state: { id: stateIdOf(tree, scope), ...NOT_HASHED },
    })
    const before = base?.commit && source ? listed(base, await source.tree(base.commit)) : base
    return { head: listed(head, files.tree), base: before, states: new Map() }
  }
  const hashed = new Map<string, SourceState>()
  const states = new Map<string, SourceState | null>()
  const named = commitsOf(claims)
  const directories = await source?.directories(named, scope)
  for (const name of named) {
    const { commit = name, tree } = directories?.get(name) ?? {}
    if (!tree || !source) {
      states.set(name, tree === null ? NO_SOURCE : null)
      continue
    }
    const state = hashed.get(tree) ?? (await hashCommit(source, commit, scope))
    hashed.set(tree, state)
    states.set(name, state)
  }
  const ours = await hashTree(files.tree, scope, (wanted) => files.blobs(wanted))
  const theirs = base?.commit && source ? await hashCommit(source, base.commit, scope) : null
  return { head: { ...head, state: ours }, base: base && { ...base, state: theirs }, states }
}
