/**
 * Provenance, as far as it is known when a scan judges: what the source is like at the head, at its base and at the
 * commits that evidence names; and what has to be replayed before more can be said. See replay.ts.
 */
import type { Snapshot, SourceState, States } from '../rosie/model.ts'
import { filesInScope, NOT_HASHED, StateHasher, scopeOf, stateIdOf } from '../rosie/state-hash.ts'
import { type Claimed, readClaims } from '../rosie/test-evidence.ts'
import { Corrupt } from './errors.ts'
import type { Blob, RepositorySource, TreeEntry, WantedBlob } from './ports/source.ts'
import type { ReplayWish, Scan, StateStore } from './ports/store.ts'

/** A push may bring a commit that was not there; asking about each on every scan would cost a request each time. */
const ASK_AGAIN_MS = 24 * 60 * 60 * 1000

/** What one replay is asked at most; it makes the next scan ask for the rest. */
const MOST_COMMITS = 1_000

/** A larger scope is not hashed: its files may have to be held in memory until their turn comes. */
export const MAX_SCOPE_BYTES = 200 * 2 ** 20

export interface KnownStates {
  states: States
  /** Of the head and the base, by commit. */
  listed: ReadonlyMap<string, SourceState>
  /** Null when there is nothing to find out. */
  replay: ReplayWish | null
}

/** `snapshots`: the head, and the base if there is one. */
export async function knownStates(
  { repository, headSha }: Pick<Scan, 'repository'> & { headSha: string },
  snapshots: readonly Snapshot[],
  stateScope: string,
  store: StateStore,
): Promise<KnownStates> {
  const scope = scopeOf(stateScope)
  if (scope === null) return { states: new Map(), listed: new Map(), replay: null }
  const at = snapshots.flatMap(({ commit }) => commit ?? [])
  const listed = await store.listed(repository.id, at, scope)
  const claims = snapshots.flatMap(claimsIn)
  if (claims.length === 0) return { states: new Map(), listed, replay: null }
  const named = commitsOf(claims)
  const states = await store.replayed(repository.id, [...named, headSha], scope)
  const wanted = needsOwnHashes(claims, states) && !listed.get(headSha)?.plain ? [...named, headSha] : named
  const unknown = wanted.filter((commit) => !states.has(commit)).slice(0, MOST_COMMITS)
  const lost = named.filter((commit) => states.get(commit) === null)
  const unavailable = lost.length > 0 ? await store.lostSince(repository.id, lost, scope, ASK_AGAIN_MS) : []
  const replay = { scope, unknown, unavailable: unavailable.slice(0, MOST_COMMITS) }
  return { states, listed, replay: unknown.length + unavailable.length > 0 ? replay : null }
}

/** What the evidence of a snapshot says about the source it was made for, packages included. */
export function claimsIn({ files }: Pick<Snapshot, 'files'>): Pick<Claimed, 'stateHash' | 'commit'>[] {
  return files.flatMap(({ content }) => {
    const claims =
      content?.kind === 'package_metadata' || (content?.kind === 'evidence' && content.form === 'test')
        ? content.claims
        : null
    if (claims === null) return []
    const { stateHash, commit } = readClaims(claims)
    return stateHash === null && commit === null ? [] : [{ stateHash, commit }]
  })
}

/** The commits that are named, each once. */
export const commitsOf = (claims: readonly Pick<Claimed, 'commit'>[]): string[] => [
  ...new Set(claims.flatMap(({ commit }) => commit ?? [])),
]

/**
 * Whether an evidence can be held against the head only by its hash: it names no commit, or one that is not there (after a
 * squash, say). All others are told by the states' identities.
 */
export const needsOwnHashes = (claims: readonly Pick<Claimed, 'stateHash' | 'commit'>[], states: States): boolean =>
  claims.some(({ stateHash, commit }) => stateHash !== null && (commit === null || states.get(commit) === null))

/** Lists a commit and hashes what is in the scope. */
export async function hashCommit(
  source: Pick<RepositorySource, 'tree' | 'blobs'>,
  commit: string,
  scope: string,
): Promise<SourceState> {
  const tree = await source.tree(commit)
  return hashTree(tree, scope, (wanted) => source.blobs({ commit, tree, wanted }))
}

/**
 * Blobs come in any order, once each, and are hashed in the order of the paths: whatever comes early is held until its
 * turn. An archive comes nearly in that order. Hashes stay null for a scope that is too large.
 */
export async function hashTree(
  tree: readonly TreeEntry[],
  scope: string,
  blobs: (wanted: readonly WantedBlob[]) => AsyncIterable<Blob>,
  maxBytes = MAX_SCOPE_BYTES,
): Promise<SourceState> {
  const id = stateIdOf(tree, scope)
  const files = filesInScope(tree, scope)
  const [uses, held, hasher] = [new Map<string, number>(), new Map<string, Uint8Array>(), new StateHasher()]
  for (const { sha } of files) uses.set(sha, (uses.get(sha) ?? 0) + 1)
  const wanted = [...new Map(files.map((file) => [file.sha, { ...file, maxBytes }])).values()]
  if (files.reduce((sum, { size }) => sum + (size ?? 0), 0) > maxBytes) return { id, ...NOT_HASHED }
  let [next, arrived] = [0, 0]
  for await (const { sha, bytes } of blobs(wanted)) {
    arrived += bytes?.byteLength ?? 0
    if (bytes === null || arrived > maxBytes) return { id, ...NOT_HASHED }
    held.set(sha, bytes)
    for (let file = files[next]; file; file = files[++next]) {
      const content = held.get(file.sha)
      if (!content) break
      hasher.add(file.path, content)
      const left = (uses.get(file.sha) ?? 1) - 1
      uses.set(file.sha, left)
      if (left === 0) held.delete(file.sha)
    }
  }
  if (next < files.length) throw new Corrupt(`${files.length - next} files of "${scope}" never came.`)
  return { id, ...hasher.hashes() }
}
