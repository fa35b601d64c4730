import { Prisma } from '../generated/prisma/client.ts'
import type { Wishes } from '../scan/ports/queue.ts'
import type { Database } from './database.ts'
import { toJson } from './json.ts'
import { recoverLeases } from './leases.ts'
import { restsUntil } from './limits.ts'

/** What is taken, and not given to the queue within this time, is taken again: its process died, or the queue did. */
const CLAIM_MS = 5_000

/**
 * First scans that are with the queue, or run, at once. A process runs three scans: whatever else comes finds one free, and
 * none of these waiting before it.
 */
const FIRST_SCANS = 2

/** The scan rows as an outbox. */
export class ScanWishes implements Wishes {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /**
   * The oldest of each installation before the second oldest of any, so that one with a thousand pushes doesn't keep the
   * others waiting; first scans come after all others of their installation, a few at a time. A scan that two processes
   * pick at once goes to the one that marks it first. What GitHub's limits hold back stays here until they don't.
   */
  async take(limit: number, olderThanMs: number): Promise<string[]> {
    const stale = Prisma.sql`now() - ${olderThanMs}::float8 * interval '1 ms'`
    const due = Prisma.sql`
      s.status = 'queued' AND (s.not_before IS NULL OR s.not_before <= now())
      AND (s.dispatched_at IS NULL OR s.dispatched_at <= ${stale})`
    const rows = await this.#database.client.$queryRaw<{ id: string }[]>`
      WITH due AS (
        SELECT s.id, s.created_at, s.background,
          row_number() OVER (PARTITION BY r.installation_id ORDER BY s.background, s.created_at) AS turn
        FROM scan s JOIN repository r ON r.id = s.repository_id JOIN installation i ON i.id = r.installation_id
        WHERE ${due} AND ${restsUntil} IS NULL
      ), placed AS (
        SELECT *, row_number() OVER (PARTITION BY background ORDER BY turn, created_at) AS place FROM due
      ), turns AS (
        SELECT id, created_at, turn FROM placed
        WHERE NOT background OR place <= ${FIRST_SCANS} - (
          SELECT count(*) FROM scan s
          WHERE s.background AND (s.status = 'running' OR s.status = 'queued' AND s.dispatched_at > ${stale}))
        ORDER BY turn, created_at LIMIT ${limit}
      ), taken AS (
        UPDATE scan s SET dispatched_at = now() - greatest(0, ${olderThanMs - CLAIM_MS}::float8) * interval '1 ms'
        FROM turns WHERE s.id = turns.id AND ${due}
        RETURNING s.id, turns.turn, s.created_at
      )
      SELECT id FROM taken ORDER BY turn, created_at`
    return rows.map(({ id }) => id)
  }

  /** Whoever asked for one again meanwhile has taken the mark away: it is handed over once more. */
  async given(scanIds: readonly string[]): Promise<void> {
    await this.#database.client.$executeRaw`
      UPDATE scan SET dispatched_at = now()
      WHERE id IN (SELECT value::uuid FROM json_array_elements_text(${toJson(scanIds)}::json))
        AND status = 'queued' AND dispatched_at IS NOT NULL`
  }

  async recover(all: boolean): Promise<number> {
    return recoverLeases(this.#database.client, all ? Prisma.sql`true` : Prisma.sql`lease_until < now()`)
  }
}
