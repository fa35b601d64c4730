/**
 * Scans in a thread of their own, so that the main thread answers while they compute: webhooks, probes, and the renewal of
 * leases and jobs, which others would take over otherwise. The thread may die (an error, memory) or get stuck; the process
 * then lives on, and starts another.
 *
 *     starting ──ready──▶ at work ──exit──▶ resting ──▶ starting
 *                            └────stop────▶ ended
 *
 * Whatever it ended with, nobody else holds its leases: they are given back at once. Any of the scans that ran may have
 * ended it; each is under suspicion from then on and runs alone, so that one can't take the attempts of the others.
 */
import type { Worker } from 'node:worker_threads'
import { createBell } from '../scan/bell.ts'
import { reasonOf } from '../scan/failure.ts'
import type { TellProgress } from '../scan/ports/progress.ts'
import type { HeldLeases, JobOutcome, Scanning } from '../scan/ports/queue.ts'
import { type FromThread, type Measures, measure } from './messages.ts'
import { ThreadLife } from './thread-life.ts'
import { Turns } from './turns.ts'

export interface ThreadOptions {
  /** Starts the thread, which calls `serve`. */
  start(): Worker
  leases: HeldLeases
  leaseMs: number
  measures: Measures
  /** There are new wishes for scans. */
  onWish(): void
  /** A scan has come further. */
  onProgress: TellProgress
  /** A line of its log. */
  onLine(line: string): void
  log: { info(facts: object, message: string): void; error(facts: object, message: string): void }
  /** Before the first new start; doubles with each further one. In ms. */
  pauseMs?: number
  /** Between two pings. In ms. */
  pingMs?: number
}

/** Before the first new start; ms. */
const PAUSE_MS = 1_000
/** A pause gets no longer than this; ms. */
const LONGEST_PAUSE_MS = 30_000
/** A thread that lasted so long did not die of its start; ms. */
const LONG_LIFE_MS = 60_000
/** What it had sent to GitHub as it ended may still arrive: its scans rest so long before somebody takes them up; ms. */
const REST_MS = 2_000

export class ScanThread implements Scanning {
  readonly #options: ThreadOptions
  readonly #bell = createBell()
  readonly #finished: Promise<void>
  readonly #turns = new Turns()
  /** Scans that ran when a thread ended, and have not ended in another since. */
  readonly #suspects = new Set<string>()
  #life: ThreadLife | null = null
  #stopping = false
  /** Since when there is no thread that could take a job, as `performance.now()` has it; null: there is one. */
  #goneSince: number | null = performance.now()
  #onReady = () => {}
  /** Once it has started for the first time. */
  readonly ready = new Promise<void>((resolve) => {
    this.#onReady = resolve
  })

  constructor(options: ThreadOptions) {
    this.#options = options
    this.#finished = this.#keepAlive()
  }

  run = (scanId: string): Promise<JobOutcome> =>
    this.#turns.take(this.#suspects.has(scanId), () => this.#runIn(this.#life, scanId))

  /** Rejects once there has been no thread for longer than the first pause. */
  present = async (): Promise<void> => {
    const goneMs = this.#goneSince === null ? 0 : performance.now() - this.#goneSince
    if (goneMs > (this.#options.pauseMs ?? PAUSE_MS))
      throw new Error(`No thread has scanned for ${Math.round(goneMs)} ms.`)
  }

  /** Whatever the thread does once the grace is over, it ends. */
  async stop(graceMs = 0): Promise<void> {
    this.#stopping = true
    this.#bell.ring()
    await this.#life?.end(graceMs)
    await this.#finished
  }

  /** While there is no thread, others may take the job. */
  async #runIn(life: ThreadLife | null, scanId: string): Promise<JobOutcome> {
    const running = this.#stopping ? null : life?.run(scanId)
    if (!running) return { again: REST_MS }
    try {
      return await running
    } finally {
      if (this.#life === life) this.#suspects.delete(scanId)
    }
  }

  async #keepAlive(): Promise<void> {
    const { log, pauseMs = PAUSE_MS } = this.#options
    let pause = pauseMs
    while (!this.#stopping) {
      const began = performance.now()
      const life = new ThreadLife(this.#options, this.#hear)
      this.#life = life
      const error = await life.ended
      this.#life = null
      this.#goneSince ??= performance.now()
      const scans = life.held.map(({ id }) => id)
      if (!this.#stopping) {
        if (performance.now() - began > LONG_LIFE_MS) pause = pauseMs
        log.error({ err: error, scans, pauseMs: pause }, 'the thread that scans has ended; another is started')
      } else if (scans.length > 0) log.info({ scans }, 'scans that were running are handed back')
      await this.#giveBack(life, error)
      if (this.#stopping) return
      await this.#bell.wait(pause)
      pause = Math.min(2 * pause, LONGEST_PAUSE_MS)
    }
  }

  #hear = (message: FromThread): void => {
    if (message.kind === 'ready') {
      this.#goneSince = null
      this.#onReady()
    } else if (message.kind === 'wish') this.#options.onWish()
    else if (message.kind === 'line') this.#options.onLine(message.line)
    else if (message.kind === 'progress') this.#options.onProgress(message.progress)
    else if (message.kind === 'measured') measure(this.#options.measures, message)
  }

  /** The rows first: whoever gets the jobs then finds them free. */
  async #giveBack(life: ThreadLife, error: Error): Promise<void> {
    const { leases, measures, log } = this.#options
    const { held } = life
    if (!this.#stopping) {
      for (const { id } of held) {
        measures.givenBack('error')
        this.#suspects.add(id)
      }
    }
    const isKnown = !this.#stopping && held.length === 1
    await leases.giveBack(held, REST_MS, isKnown ? reasonOf(error) : null).catch((err) => {
      log.error({ err }, 'scans of the thread that ended could not be handed back; their leases will run out')
    })
    life.settle({ again: REST_MS })
  }
}
