import type { JobOutcome, Queue } from '../scan/ports/queue.ts'
import { within } from '../scan/within.ts'
import type { QueueOptions } from './options.ts'
import { ATTEMPTS, GRACE_MS, logFailure } from './options.ts'

type Handler = (scanId: string, attempt: number) => Promise<JobOutcome>

/** Longer delays would overflow Node's timer and fire at once. */
const LONGEST_DELAY_MS = 2 ** 31 - 1

/**
 * The queue of the embedded mode: one process, ids in memory. The scan rows are the durable part; after a restart the
 * dispatcher adds them again.
 *
 * An id is in one of three states, and waits again after it was active if it was added meanwhile:
 *
 *     add → waiting → active → gone
 *              ↑        ↓
 *              └──── delayed   (asked to run again later, or failed with attempts left)
 */
export class InProcessQueue implements Queue {
  readonly #options: QueueOptions
  /** In the order they were added, with the attempts made so far. */
  readonly #waiting = new Map<string, number>()
  readonly #delayed = new Map<string, NodeJS.Timeout>()
  readonly #active = new Map<string, Promise<void>>()
  readonly #addedWhileActive = new Set<string>()
  #handler: Handler | null = null
  #closed = false

  constructor(options: QueueOptions) {
    this.#options = options
  }

  async add(scanId: string): Promise<void> {
    if (this.#closed) throw new Error('The queue is closed.')
    if (this.#active.has(scanId)) this.#addedWhileActive.add(scanId)
    else if (!this.#delayed.has(scanId) && !this.#waiting.has(scanId)) this.#wait(scanId, 0)
  }

  process(handler: Handler): void {
    if (this.#handler) throw new Error('The queue has a handler already.')
    this.#handler = handler
    this.#startNext()
  }

  async reachable(): Promise<void> {}

  async close(graceMs = GRACE_MS): Promise<void> {
    this.#closed = true
    for (const timer of this.#delayed.values()) clearTimeout(timer)
    await within(graceMs, Promise.all(this.#active.values()))
  }

  #wait(scanId: string, attemptsMade: number): void {
    this.#waiting.set(scanId, attemptsMade)
    this.#startNext()
  }

  #delay(scanId: string, attemptsMade: number, ms: number): void {
    if (this.#closed) return
    const timer = setTimeout(
      () => {
        this.#delayed.delete(scanId)
        this.#wait(scanId, attemptsMade)
      },
      Math.min(ms, LONGEST_DELAY_MS),
    )
    this.#delayed.set(scanId, timer)
  }

  #startNext(): void {
    const handler = this.#handler
    if (!handler) return
    for (const [scanId, attemptsMade] of this.#waiting) {
      if (this.#closed || this.#active.size >= this.#options.concurrency) return
      this.#waiting.delete(scanId)
      this.#active.set(scanId, this.#run(handler, scanId, attemptsMade))
    }
  }

  async #run(handler: Handler, scanId: string, attemptsMade: number): Promise<void> {
    const attempt = attemptsMade + 1
    // The handler starts in a turn of its own: `add` has returned by then, and the id is registered as active.
    await new Promise(setImmediate)
    const later = await handler(scanId, attempt).then(
      (outcome) => outcome && { ms: outcome.again, attemptsMade },
      (error: unknown) => {
        logFailure(this.#options.log, scanId, attempt, error)
        return attempt < ATTEMPTS
          ? { ms: this.#options.backoffMs * 2 ** attemptsMade, attemptsMade: attempt }
          : undefined
      },
    )
    this.#active.delete(scanId)
    const addedMeanwhile = this.#addedWhileActive.delete(scanId)
    if (later) this.#delay(scanId, later.attemptsMade, later.ms)
    else if (addedMeanwhile) this.#waiting.set(scanId, 0)
    this.#startNext()
  }
}
