import type { Logger } from '../telemetry/logger.ts'

/** How often a job runs before it is dropped. Its scan row stays: a sweep finds it again. */
export const ATTEMPTS = 3

/** How long `close` waits for running jobs unless told otherwise; container platforms kill after 30 s by default. */
export const GRACE_MS = 25_000

export interface QueueOptions {
  /** Jobs at once in this process. */
  concurrency: number
  /** A job whose process is silent for so long, and up to a third more, is another's. */
  leaseMs: number
  /** Pause before the second attempt; it doubles with each further one. */
  backoffMs: number
  /** How long the server remembers jobs that have ended. */
  keepHours: { readonly completed: number; readonly failed: number }
  /** Queues of different names share a server without seeing each other. */
  name: string
  log: Logger
}

/** The one place that says how a failed attempt is logged. `attempt` counts from 1. */
export function logFailure(log: Logger, scanId: string, attempt: number, err: unknown): void {
  if (attempt < ATTEMPTS) log.warn({ scanId, attempt, err }, 'The job failed and is tried again')
  else log.error({ scanId, attempt, err }, 'The job failed for the last time and leaves the queue')
}
