/** The sweep that removes what is old enough to go: batch after batch, each a short statement. */
import { setImmediate } from 'node:timers/promises'
import type { Keep, RetentionStore } from './ports/retention.ts'
import type { Sweep } from './ports/sweeps.ts'

export interface RetentionOptions {
  store: RetentionStore
  keep: Keep
  /**
   * Of this process. What older ones have read is removed once for each version: of files of the tracked snapshot that nothing
   * newer has read by then, with the next one.
   */
  parserVersion: number
  log: { info(facts: object, message: string): void }
}

const HOUR_MS = 3_600_000
/** Rows of one statement: some 10 ms on the embedded database, which does nothing else meanwhile; 120 where a snapshot has 20,000 files. */
const ROWS = 500
/** A scan takes its findings along, thousands of them at times. */
const SCANS = 20
const REPOSITORIES = 100

/** What an earlier round has finished. */
interface Done {
  /** Contents of older parsers than this one are gone. */
  parserVersion: number
}

export function retention(options: RetentionOptions): Sweep {
  const { parserVersion } = options
  return {
    name: 'retention',
    everyMs: HOUR_MS,
    async run(cursor, signal) {
      const stale = (cursor as Done | null)?.parserVersion !== parserVersion
      // What a process removed that died before it told of it, and what was removed between two rounds.
      await tell(options)
      try {
        await removeAll(options, stale, inBatches(signal))
      } finally {
        // Of a round that breaks off, too: what it removed is gone.
        await tell(options)
      }
      return { parserVersion } satisfies Done
    },
  }
}

async function tell({ store, log }: RetentionOptions): Promise<void> {
  const removed = await store.record()
  if (Object.keys(removed).length > 0) log.info({ removed }, 'what was kept long enough is removed')
}

/** `stale`: what older parsers have read is still there. */
async function removeAll(
  { store, keep, log }: RetentionOptions,
  stale: boolean,
  all: ReturnType<typeof inBatches>,
): Promise<void> {
  await all(ROWS, (most) => store.removeDeliveries(keep.deliveriesDays, most))
  await all(ROWS, (most) => store.removeSessions(most))
  await all(ROWS, (most) => store.removePeople(most))
  for (const installation of await store.erasable(keep.installationsDays)) {
    for await (const id of repositoriesOf(store, installation)) {
      await all(ROWS, (most) => store.emptyRepository(id, installation, most))
    }
    await all(ROWS, (most) => store.removeDeliveriesOf(installation, most))
    await store.erase(installation)
    log.info({ installation }, 'the data of an installation that was removed is erased')
  }
  for (const { id, installationId } of await store.erasableRepositories(keep.installationsDays)) {
    await all(ROWS, (most) => store.emptyRepository(id, installationId, most))
    await all(ROWS, (most) => store.removeDeliveriesAbout(id, most))
    await store.eraseRepository(id)
    log.info({ repository: id }, 'the data of a repository that was removed is erased')
  }
  for await (const id of repositoriesOf(store)) {
    await all(SCANS, (most) => store.removeScans(id, keep, most))
    await all(ROWS, (most) => store.removeTrees(id, most))
    if (stale) await all(ROWS, (most) => store.removeOldContents(id, most))
  }
}

async function* repositoriesOf(store: RetentionStore, installation?: bigint): AsyncGenerator<bigint> {
  for (let after = -1n; ; ) {
    const ids = await store.repositories(after, REPOSITORIES, installation)
    yield* ids
    const last = ids.at(-1)
    if (last === undefined) return
    after = last
  }
}

/** Repeats a removal until there is nothing left of it, and lets others have their turn in between. */
const inBatches =
  (signal: AbortSignal) =>
  async (most: number, remove: (most: number) => Promise<number>): Promise<void> => {
    for (let removed = most; removed >= most; ) {
      signal.throwIfAborted()
      removed = await remove(most)
      await setImmediate()
    }
  }
