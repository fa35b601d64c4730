/**
 * Provenance replay: what the source was like at the commits that evidence names. A job of its own, since it may move a
 * whole archive: the scan has told its verdict by then. All commits are looked up in one request; each git tree of the
 * scope is fetched once for ever. What is learnt queues the same head once more, which updates the verdict.
 *
 * A replay never opens or fails a check run. When it learns nothing it queues nothing, so it comes to an end.
 */
import { Corrupt, NotFound, TruncatedTree, Unreachable } from './errors.ts'
import type { RepositorySource } from './ports/source.ts'
import type { ReplayWish, Scan, ScanStore, StateStore } from './ports/store.ts'
import { hashCommit } from './states.ts'

export interface ReplayPorts {
  source: RepositorySource
  store: Pick<ScanStore, 'finishReplay'>
  states: StateStore
  /** Aborted when the lease is lost. */
  signal: AbortSignal
  log: { info(facts: object, message: string): void; error(facts: object, message: string): void }
}

/** Trees that one replay fetches at most; the scan that follows asks for the rest, after the scans that wait meanwhile. */
const MOST_TREES = 25

export async function runReplay(scan: Scan, ports: ReplayPorts): Promise<void> {
  const { replay, repository } = scan
  if (replay === null) return ports.store.finishReplay(scan, false)
  const { scope, unknown, unavailable } = replay
  const trees = await lookUp(scan, replay, ports)
  const failure = await hashAll(scan, trees, scope, ports)
  const now = await ports.states.replayed(repository.id, [...unknown, ...unavailable], scope)
  const learnt = unknown.some((commit) => now.has(commit)) || unavailable.some((commit) => now.get(commit))
  // What was learnt is told first; the scan that tells it asks for the rest once more.
  if (failure && !learnt) throw failure
  await ports.store.finishReplay(scan, learnt)
}

/** The trees to hash, each with a commit that has it. */
async function lookUp(
  { repository: { id }, headSha }: Scan,
  { scope, unknown, unavailable }: ReplayWish,
  { source, states }: ReplayPorts,
): Promise<Map<string, string>> {
  // Another replay may have answered meanwhile.
  const known = await states.replayed(id, unknown, scope)
  const asked = [...unknown.filter((commit) => !known.has(commit)), ...unavailable]
  if (asked.length === 0) return new Map()
  // The head goes along for nothing: it is needed when a commit turns out to be unavailable.
  const heads = headSha === null || asked.includes(headSha) ? [] : [headSha]
  const directories = await source.directories([...asked.filter((commit) => isLike(commit, headSha)), ...heads], scope)
  if (asked.some((commit) => !directories.has(commit))) asked.push(...heads)
  const lying = new Map([...directories].map(([commit, { tree }]) => [commit, tree]))
  await states.keepDirectories(id, asked, scope, lying)
  const trees = new Map<string, string>()
  for (const name of asked) {
    const { tree = null, commit = name } = directories.get(name) ?? {}
    if (tree) trees.set(tree, commit)
  }
  return trees
}

/** A longer id than the head's names nothing here, and would make GitHub refuse the whole request. */
const isLike = (commit: string, headSha: string | null) => headSha !== null && commit.length <= headSha.length

/** Hashes what was not hashed yet. Answers what went wrong, if anything: one commit that fails keeps no other back. */
async function hashAll(
  { id, repository }: Scan,
  trees: ReadonlyMap<string, string>,
  scope: string,
  { source, states, signal, log }: ReplayPorts,
): Promise<Error | null> {
  const known = await states.hashed(repository.id, [...trees.keys()])
  const open = [...trees].filter(([tree]) => !known.has(tree)).slice(0, MOST_TREES)
  let failure: Error | null = null
  for (const [tree, commit] of open) {
    signal.throwIfAborted()
    try {
      const state = await hashCommit(source, commit, scope)
      await states.keepState(repository.id, tree, state)
      if (state.plain === null)
        log.info({ scan: id, commit, scope }, 'nothing to replay: the scope is empty or too large')
    } catch (error) {
      if (!isOfThisCommit(error)) throw error
      log.error({ scan: id, commit, err: error }, 'the source at a commit could not be replayed')
      failure ??= error
      if (error instanceof Unreachable) return failure
    }
  }
  return failure
}

const isOfThisCommit = (error: unknown): error is Error =>
  [Corrupt, NotFound, TruncatedTree, Unreachable].some((kind) => error instanceof kind)
