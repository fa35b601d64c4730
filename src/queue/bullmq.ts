import type { Job, JobsOptions, Processor, QueueOptions as ProducerOptions, WorkerOptions } from 'bullmq'
import { DelayedError } from 'bullmq'
import type { JobOutcome, Queue } from '../scan/ports/queue.ts'
import { within } from '../scan/within.ts'
import type { QueueOptions } from './options.ts'
import { ATTEMPTS, GRACE_MS, logFailure } from './options.ts'

export interface ScanJob {
  scanId: string
}

/** Of BullMQ's Queue, what is used here. Its own type names the backend in every listener. */
interface Jobs {
  waitUntilReady(): Promise<unknown>
  count(): Promise<number>
  add(name: string, data: ScanJob, options: JobsOptions): Promise<unknown>
  on(event: 'error', listener: (error: Error) => void): unknown
  close(): Promise<void>
}

/** Of BullMQ's Worker, what is used here. */
interface JobWorker {
  waitUntilReady(): Promise<unknown>
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'failed', listener: (job: Job<ScanJob> | undefined, error: Error) => void): unknown
  pause(doNotWaitActive: boolean): Promise<void>
  close(force: boolean): Promise<void>
}

/** What Redis and PostgreSQL do differently: how they are reached. */
export interface Backend {
  producer(name: string, options: Omit<ProducerOptions, 'connection'>): Jobs
  worker(name: string, work: Processor<ScanJob, void>, options: Omit<WorkerOptions, 'connection'>): JobWorker
  /** Rejects when the server can't be reached now. */
  reachable(): Promise<void>
  /** Rejects when the server takes nothing: it answers, but has no room. */
  writable(): Promise<void>
  close(): void
}

/** An outbox tries again soon: better a quick refusal than a promise that hangs as long as the server is down. */
export const ANSWER_MS = 2000

/** After the last job has ended: ms to tell the server so, and again to hang up. */
const HANG_UP_MS = 2000

/** A server that is down reports each connection's every attempt: one line in this time says enough. */
const ERROR_LOG_MS = 30_000

/** How often, while a lock lasts, jobs are looked for that nobody holds any more. */
const STALLED_LOOKS = 3

const HOUR_S = 3600

/**
 * BullMQ, on either backend. A job carries nothing but a scan's id, which is also its deduplication id: while it waits,
 * is delayed or runs, adding it makes no second job; `keepLastIfActive` makes one that follows the running one.
 */
export class BullQueue implements Queue {
  readonly #backend: Backend
  readonly #options: QueueOptions
  readonly #jobs: Jobs
  readonly #running = new Set<Promise<void>>()
  readonly #onError: (error: Error) => void
  #worker: JobWorker | null = null
  #closed = false

  constructor(backend: Backend, options: QueueOptions) {
    this.#backend = backend
    this.#options = options
    this.#onError = onceIn(ERROR_LOG_MS, (err) => options.log.error({ err }, 'The queue has trouble with its server'))
    this.#jobs = backend.producer(options.name, {
      defaultJobOptions: {
        attempts: ATTEMPTS,
        backoff: { type: 'exponential', delay: options.backoffMs },
        removeOnComplete: { age: options.keepHours.completed * HOUR_S },
        removeOnFail: { age: options.keepHours.failed * HOUR_S },
      },
    })
    this.#jobs.on('error', this.#onError)
  }

  /** BullMQ's own queue, for the board (board.ts). */
  get producer(): unknown {
    return this.#jobs
  }

  /** The server was reached and its tables, if it has any, are there. */
  async ready(): Promise<void> {
    await this.#jobs.waitUntilReady()
  }

  /** Rejects within 2 s while the server is down. */
  async add(scanId: string): Promise<void> {
    if (this.#closed) throw new Error('The queue is closed.')
    await this.#answered(() =>
      this.#jobs.add('scan', { scanId }, { deduplication: { id: scanId, keepLastIfActive: true } }),
    )
  }

  async reachable(): Promise<void> {
    await this.#answered(() => Promise.all([this.#jobs.count(), this.#backend.writable()]))
  }

  process(handler: (scanId: string, attempt: number) => Promise<JobOutcome>): void {
    if (this.#worker) throw new Error('The queue has a handler already.')
    const work = async (job: Job<ScanJob>, token?: string) => {
      const outcome = await handler(job.data.scanId, job.attemptsMade + 1)
      if (!outcome) return
      await job.moveToDelayed(Date.now() + outcome.again, token)
      throw new DelayedError() // tells BullMQ that the job was moved; it isn't counted as an attempt
    }
    this.#worker = this.#backend.worker(this.#options.name, (job, token) => this.#track(work(job, token)), {
      concurrency: this.#options.concurrency,
      lockDuration: this.#options.leaseMs,
      // Looked for by whichever worker comes first; a job is back at the second look after its process died.
      stalledInterval: Math.ceil(this.#options.leaseMs / STALLED_LOOKS), // Redis takes whole milliseconds
      // The row counts attempts. What left the queue here would wait for the dispatcher to miss it.
      maxStalledCount: 2 ** 31 - 1, // the largest number that PostgreSQL takes
    })
    this.#worker.on('error', this.#onError)
    this.#worker.on('failed', (job, error) => {
      if (job) logFailure(this.#options.log, job.data.scanId, job.attemptsMade, error)
    })
  }

  async close(graceMs = GRACE_MS): Promise<void> {
    this.#closed = true
    if (this.#worker) await this.#stop(this.#worker, graceMs)
    await within(HANG_UP_MS, this.#jobs.close())
    this.#backend.close()
  }

  /**
   * BullMQ's own `close` waits for ever for a job that hangs or a server that is gone, and forced it says no farewell:
   * the right one is chosen once the grace is over. Closed while it connects it would keep the connections open.
   */
  async #stop(worker: JobWorker, graceMs: number): Promise<void> {
    const answers = Promise.all([worker.pause(true), this.#backend.reachable(), worker.waitUntilReady()]).then(
      () => true,
      () => false,
    )
    await within(graceMs, Promise.allSettled([...this.#running]))
    const farewell = this.#running.size === 0 && (await within(HANG_UP_MS, answers)) && (await answers)
    await within(HANG_UP_MS, worker.close(!farewell))
  }

  async #answered(ask: () => Promise<unknown>): Promise<void> {
    const answer = this.#backend.reachable().then(ask)
    if (!(await within(ANSWER_MS, answer))) throw new Error('The queue server does not answer.')
  }

  #track(work: Promise<void>): Promise<void> {
    this.#running.add(work)
    return work.finally(() => this.#running.delete(work))
  }
}

function onceIn(ms: number, report: (error: Error) => void): (error: Error) => void {
  let quietUntil = 0
  return (error) => {
    if (Date.now() < quietUntil) return
    quietUntil = Date.now() + ms
    report(error)
  }
}
