import { DomainError, isThrown } from '../scan/errors.ts'
import type { HeldLease, JobOutcome } from '../scan/ports/queue.ts'
import { within } from '../scan/within.ts'
import type { FromThread, ToThread } from './messages.ts'
import type { ThreadOptions } from './scan-thread.ts'

/** Between two pings, and how many of them a thread may leave unanswered: a large record is judged in some seconds. */
const PING_MS = 5_000
const UNANSWERED = 24

interface Run {
  resolve(outcome: JobOutcome): void
  reject(error: unknown): void
}

/** One thread, from its start to its end. */
export class ThreadLife {
  /** Resolves, once it has ended, with what it died of. */
  readonly ended: Promise<Error>
  readonly #worker: ReturnType<ThreadOptions['start']>
  readonly #onMessage: (message: FromThread) => void
  readonly #runs = new Map<number, Run>()
  /** By run: another job of the same scan may end meanwhile. */
  readonly #held = new Map<number, HeldLease>()
  #ready = false
  #lastRun = 0
  #unanswered = 0
  #error: Error | null = null
  #onStopped = () => {}

  constructor({ start, leases, leaseMs, pingMs = PING_MS }: ThreadOptions, onMessage: (message: FromThread) => void) {
    this.#worker = start()
    this.#onMessage = onMessage
    const timers = [
      // Where the database can't be asked, the next renewal may still be in time.
      setInterval(() => void leases.renew(this.held, leaseMs).catch(() => {}), leaseMs / 3),
      setInterval(() => this.#ping(pingMs), pingMs),
    ]
    this.#worker.on('message', (message: FromThread) => this.#hear(message))
    this.#worker.on('error', (error: unknown) => {
      this.#error ??= isThrown(error) ? error : new Error(String(error))
    })
    this.ended = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        for (const timer of timers) clearInterval(timer)
        resolve(this.#error ?? new DomainError(`The thread ended with exit code ${code}.`))
      })
    })
  }

  /** The leases on the scans that it works on. */
  get held(): HeldLease[] {
    return [...this.#held.values()]
  }

  /** Null while it starts. */
  run(scanId: string): Promise<JobOutcome> | null {
    if (!this.#ready) return null
    const run = ++this.#lastRun
    return new Promise((resolve, reject) => {
      this.#runs.set(run, { resolve, reject })
      this.#tell({ kind: 'run', run, scanId })
    })
  }

  /** Resolves when it has ended. */
  async end(graceMs: number): Promise<void> {
    const stopped = new Promise<void>((resolve) => {
      this.#onStopped = resolve
    })
    this.#tell({ kind: 'stop' })
    await within(graceMs, Promise.race([stopped, this.ended]))
    await this.#worker.terminate()
    await this.ended
  }

  /** Jobs that it left unfinished. */
  settle(outcome: JobOutcome): void {
    for (const { resolve } of this.#runs.values()) resolve(outcome)
    this.#runs.clear()
  }

  #hear(message: FromThread): void {
    this.#unanswered = 0
    if (message.kind === 'ready') this.#ready = true
    else if (message.kind === 'stopped') this.#onStopped()
    else if (message.kind === 'took') this.#held.set(message.run, message.lease)
    else if (message.kind === 'ran') {
      const run = this.#runs.get(message.run)
      this.#runs.delete(message.run)
      this.#held.delete(message.run)
      if (!run) return
      if ('error' in message.end) run.reject(message.end.error)
      else run.resolve(message.end.outcome)
    }
    this.#onMessage(message)
  }

  #ping(everyMs: number): void {
    if (++this.#unanswered > UNANSWERED) {
      this.#error = new DomainError(`The thread has not answered for ${(UNANSWERED * everyMs) / 1000} s.`)
      void this.#worker.terminate()
    } else this.#tell({ kind: 'ping' })
  }

  #tell(message: ToThread): void {
    this.#worker.postMessage(message)
  }
}
