import type { Queue } from '../scan/ports/queue.ts'
import type { Logger } from '../telemetry/logger.ts'
import { BullQueue } from './bullmq.ts'
import { InProcessQueue } from './in-process.ts'
import type { QueueOptions } from './options.ts'
import { postgresBackend } from './postgres.ts'
import { redisBackend } from './redis.ts'

export interface OpenQueue {
  redisUrl?: string | null | undefined
  databaseUrl?: string | null | undefined
  /** Jobs at once in this process. */
  concurrency?: number
  /** Pause before the second attempt; it doubles with each further one. */
  backoffMs?: number
  /** A job whose process is silent for so long, and up to a third more, is another's. */
  leaseMs?: number
  /** How long the server remembers jobs that have ended. */
  keepHours?: QueueOptions['keepHours']
  /** Queues of different names share a server without seeing each other. */
  name?: string
  log: Logger
}

/** The database is there, but its role may not make what the queue needs. The message says what to do. */
export class QueueRefused extends Error {
  override name = 'QueueRefused'
}

const KEEP_HOURS = { completed: 1, failed: 24 }

/**
 * Redis where there is one, else PostgreSQL, else (embedded mode) the memory of this process. Redis may be down at the
 * start; PostgreSQL, which holds everything else too, must answer, or this rejects. Throws `QueueRefused`.
 */
export async function openQueue(options: OpenQueue): Promise<Queue> {
  const { redisUrl, databaseUrl, concurrency = 3, leaseMs = 15_000, backoffMs = 1000, name = 'scans', log } = options
  const common = { concurrency, leaseMs, backoffMs, keepHours: options.keepHours ?? KEEP_HOURS, name, log }
  if (redisUrl) return new BullQueue(redisBackend(redisUrl), common)
  if (!databaseUrl) return new InProcessQueue(common)
  const queue = new BullQueue(postgresBackend(databaseUrl), common)
  try {
    await queue.ready()
  } catch (error) {
    await queue.close(0).catch(() => {})
    throw refused(error) ?? error
  }
  return queue
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const INSUFFICIENT_PRIVILEGE = '42501'

function refused(error: unknown): QueueRefused | null {
  const { code, message } = error as { code?: unknown; message?: unknown }
  if (code !== INSUFFICIENT_PRIVILEGE) return null
  return new QueueRefused(
    `REDIS_URL is not set, so the queue needs tables of its own in the database, and the role in DATABASE_URL may not make ` +
      `them (${message}). Set REDIS_URL, or name a role in DATABASE_URL that may create schemas in this database. See ` +
      'docs/audit.md, "A role without UPDATE and DELETE".',
  )
}
