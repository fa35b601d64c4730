import { Prisma } from '../generated/prisma/client.ts'
import type { Wishes } from '../scan/ports/queue.ts'
import type { Database } from './database.ts'
import { toJson } from './json.ts'
import { recoverLeases } from './leases.ts'
import { restsUntil } from './limits.ts'

/** What is taken, and not given to the queue within this time, is taken again: its process died, or the queue did. */
const CLAIM_MS = 5_000

/**
 * Scans that are in no hurry and with the queue, or run, at once. A process runs three scans: whatever else comes finds one
 * free, and none of these waiting before it.
 */
const UNHURRIED = 2

/** Of one installation, what is with the queue at once and waits there: others come after so many, not after all it has. */
const HANDED_OVER = 20

/** Over `s` (scan): its lane is busy, so it leaves the queue at once, and is handed over again as the lane gets free. */
const laneBusy = Prisma.sql`
  EXISTS (SELECT 1 FROM scan running WHERE running.lane = s.lane AND running.status = 'running')`

/**
 * Over `s` (scan): no push and no pull request waits for it. First scans, and of changes what was asked for through the API
 * alone, where one key may name a thousand commits. Scans of a default branch come one after the other, each in its turn.
 */
const unhurried = Prisma.sql`(s.background OR s.kind = 'change' AND s.trigger = 'api')`

/** The scan rows as an outbox. */
export class ScanWishes implements Wishes {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /**
   * The oldest of each installation before the second oldest of any, and no more of one than the queue may hold of it, so
   * that one with a thousand pushes doesn't keep the others waiting; the next follow as scans end. What is in no hurry comes
   * after all else of its installation, first scans last, a few at a time: the next of an installation that has fewer of
   * them under way goes first. A scan that two processes pick at once goes to the one that marks it first. What GitHub's
   * limits hold back stays here until they don't. By the indexes on status and on lanes that run.
   */
  async take(limit: number, olderThanMs: number): Promise<string[]> {
    const stale = Prisma.sql`now() - ${olderThanMs}::float8 * interval '1 ms'`
    const due = Prisma.sql`
      s.status = 'queued' AND (s.not_before IS NULL OR s.not_before <= now())
      AND (s.dispatched_at IS NULL OR s.dispatched_at <= ${stale})`
    const rows = await this.#database.client.$queryRaw<{ id: string }[]>`
      WITH handed AS (
        SELECT r.installation_id, count(DISTINCT s.lane) AS waiting
        FROM scan s JOIN repository r ON r.id = s.repository_id
        WHERE s.status = 'queued' AND s.dispatched_at > ${stale} AND NOT ${laneBusy}
        GROUP BY r.installation_id
      ), slots AS (
        SELECT r.installation_id, count(*) AS used FROM scan s JOIN repository r ON r.id = s.repository_id
        WHERE ${unhurried} AND (s.status = 'running' OR s.status = 'queued' AND s.dispatched_at > ${stale})
        GROUP BY r.installation_id
      ), seen AS (
        SELECT s.id, s.created_at, s.background, ${unhurried} AS unhurried, r.installation_id, ${laneBusy} AS busy
        FROM scan s JOIN repository r ON r.id = s.repository_id JOIN installation i ON i.id = r.installation_id
        WHERE ${due} AND ${restsUntil} IS NULL
      ), due AS (
        SELECT *, row_number() OVER (
          PARTITION BY installation_id, busy ORDER BY background, unhurried, created_at) AS turn
        FROM seen
      ), placed AS (
        SELECT due.*, row_number() OVER (PARTITION BY unhurried ORDER BY turn + coalesce(used, 0), created_at) AS place
        FROM due LEFT JOIN handed USING (installation_id) LEFT JOIN slots USING (installation_id)
        WHERE busy OR turn <= ${HANDED_OVER} - coalesce(handed.waiting, 0)
      ), turns AS (
        SELECT id, created_at, turn FROM placed
        WHERE NOT unhurried OR place <= ${UNHURRIED} - (SELECT coalesce(sum(used), 0) FROM slots)
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
