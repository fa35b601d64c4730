import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { OpenQueue } from '../../src/queue/index.ts'
import { openQueue } from '../../src/queue/index.ts'
import type { JobOutcome, Queue } from '../../src/scan/ports/queue.ts'
import { createLogger } from '../../src/telemetry/logger.ts'

export interface Run {
  scanId: string
  attempt: number
  /** ms, as `performance.now()` counts. */
  at: number
}

/** Keeps what a handler was called with, and what of it is still running. */
export class Runs {
  readonly all: Run[] = []
  readonly active: string[] = []
  mostAtOnce = 0

  handler(work: (run: Run) => Promise<JobOutcome | undefined> | JobOutcome = () => undefined) {
    return async (scanId: string, attempt: number): Promise<JobOutcome> => {
      const run = { scanId, attempt, at: performance.now() }
      this.all.push(run)
      this.active.push(scanId)
      this.mostAtOnce = Math.max(this.mostAtOnce, this.active.length)
      try {
        return await work(run)
      } finally {
        this.active.splice(this.active.indexOf(scanId), 1)
      }
    }
  }

  get ids(): string[] {
    return this.all.map((run) => run.scanId)
  }

  /** Pauses between one run's start and the next, in ms. */
  get gaps(): number[] {
    return this.all.slice(1).map((run, i) => run.at - (this.all[i]?.at ?? 0))
  }
}

export async function until(what: string, holds: () => boolean, ms = 10_000): Promise<void> {
  const end = performance.now() + ms
  while (!holds()) {
    if (performance.now() > end) throw new Error(`Waited ${ms} ms in vain: ${what}`)
    await pause(5)
  }
}

/** Long enough for a run that must not happen to show itself. */
export const quietly = () => pause(300)

/** A door that a handler waits behind until the test opens it. */
export function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

/** Opens queues of a name no other test uses, and closes them in the end. */
export class Queues {
  readonly #name = `test-${randomUUID()}`
  readonly #open: Queue[] = []
  readonly log: { level: string; msg: string; scanId?: string; attempt?: number }[] = []

  async open(options: Omit<OpenQueue, 'log' | 'name'>): Promise<Queue> {
    const log = createLogger('debug', { write: (line) => void this.log.push(JSON.parse(line)) })
    const queue = await openQueue({ backoffMs: 50, ...options, name: this.#name, log })
    this.#open.push(queue)
    return queue
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((queue) => queue.close(0)))
  }
}
