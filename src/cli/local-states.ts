/** Provenance of a local scan: what the app learns in a job of its own is asked of git at once. */
import type { Checkout } from '../local/checkout.ts'
import type { Snapshot, SourceState } from '../rosie/model.ts'
import { NO_SOURCE, NOT_HASHED, scopeOf, stateIdOf } from '../rosie/state-hash.ts'
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

/** Nothing is hashed where no evidence claims anything. */
export async function replayLocally(
  { files, source }: Pick<Checkout, 'files' | 'source'>,
  { head, base }: Pick<LocalStates, 'head' | 'base'>,
  scope: string,
): Promise<LocalStates> {
  const claims = [head, base].flatMap((snapshot) => (snapshot ? claimsIn(snapshot) : []))
  if (claims.length === 0) {
    return { head: { ...head, state: { id: stateIdOf(files.tree, scope), ...NOT_HASHED } }, base, states: new Map() }
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
