/**
 * From rows to the queue. The rows are the truth, the queue only says when: whatever it lost, or never heard of, is found
 * here again. Also takes back the scans of workers that are gone.
 */
import { createBell } from './bell.ts'
import type { Queue, Wishes } from './ports/queue.ts'

export interface DispatcherOptions {
  wishes: Wishes
  queue: Pick<Queue, 'add'>
  log: { info(facts: object, message: string): void; error(facts: object, message: string): void }
  /** Between looks that nobody asked for; ms. */
  pollMs?: number
  /** A scan that was handed over this long ago and still waits is handed over again; ms. */
  staleMs?: number
}

export interface Dispatcher {
  /** There are new wishes. */
  nudge(): void
  stop(): Promise<void>
}

const BATCH = 200

/** `alone`: no other process works on these rows, so every scan that is running as it starts was left behind. */
export function startDispatcher(options: DispatcherOptions, alone: boolean): Dispatcher {
  const { wishes, queue, log, pollMs = 5_000, staleMs = 30_000 } = options
  const bell = createBell()
  let stopping = false

  async function handOver(): Promise<void> {
    for (;;) {
      const due = await wishes.take(BATCH, staleMs)
      for (const scanId of due) await queue.add(scanId)
      if (due.length > 0) await wishes.given(due)
      if (due.length < BATCH) return
    }
  }

  async function run(): Promise<void> {
    let left = alone
    while (!stopping) {
      try {
        const recovered = await wishes.recover(left)
        left = false
        if (recovered > 0) log.info({ recovered }, 'scans without a worker are queued again')
        await handOver()
      } catch (error) {
        log.error({ err: error }, 'scans could not be handed to the queue; going on soon')
      }
      await bell.wait(pollMs)
    }
  }

  const finished = run()
  return {
    nudge: bell.ring,
    async stop() {
      stopping = true
      bell.ring()
      await finished
    },
  }
}
