/**
 * Runs the sweeps of this process, one after the other, each when it is due. The rows say who does which: any number of
 * processes may run this, and a round whose process died is begun again by another.
 */
import { createBell } from './bell.ts'
import type { Sweep, SweepStore } from './ports/sweeps.ts'

export interface SweepsOptions {
  store: SweepStore
  sweeps: readonly Sweep[]
  log: { info(facts: object, message: string): void; error(facts: object, message: string): void }
  /** Between looks at what is due; ms. */
  pollMs?: number
  leaseMs?: number
}

export interface Sweeps {
  /** The round at hand is told to break off, and waited for. */
  stop(): Promise<void>
}

/** What another process has just done at its own start is not done again; ms. */
const JUST_DONE_MS = 30_000
/** A round that broke off is tried again after this long at most; ms. */
const RETRY_MS = 60_000

export function startSweeps({ store, sweeps, log, pollMs = 5_000, leaseMs = 60_000 }: SweepsOptions): Sweeps {
  const bell = createBell()
  const stopping = new AbortController()
  const failed = new Set<string>()
  let starting = true

  const pauseOf = ({ name, everyMs, atStart = false }: Sweep): number => {
    if (starting && atStart) return Math.min(everyMs, JUST_DONE_MS)
    return failed.has(name) ? Math.min(everyMs, RETRY_MS) : everyMs
  }

  async function round(sweep: Sweep): Promise<void> {
    const { name } = sweep
    const begun = await store.begin(name, pauseOf(sweep), leaseMs)
    if (!begun) return
    const lease = setInterval(() => store.renew(name, leaseMs).catch(() => {}), leaseMs / 3)
    try {
      const cursor = await sweep.run(begun.cursor, stopping.signal)
      failed.delete(name)
      await store.end(name, cursor, null)
    } catch (error) {
      failed.add(name)
      // A round that was told to stop is taken up by whoever starts next.
      if (!stopping.signal.aborted) log.error({ err: error, sweep: name }, 'a sweep broke off; it is tried again soon')
      await store.end(name, begun.cursor, error instanceof Error ? error.message : String(error))
    } finally {
      clearInterval(lease)
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      for (const sweep of sweeps) {
        if (stopping.signal.aborted) break
        await round(sweep).catch((error) => {
          log.error({ err: error, sweep: sweep.name }, 'a sweep could not be begun or ended; going on soon')
        })
      }
      starting = false
      await bell.wait(pollMs)
    }
  }

  const finished = run()
  return {
    async stop() {
      stopping.abort()
      bell.ring()
      await finished
    },
  }
}
