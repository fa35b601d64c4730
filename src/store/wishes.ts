import { Prisma } from '../generated/prisma/client.ts'
import type { Wishes } from '../scan/ports/queue.ts'
import type { Database } from './database.ts'
import { recoverLeases } from './leases.ts'
import { restsUntil } from './limits.ts'

/** The scan rows as an outbox. */
export class ScanWishes implements Wishes {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /**
   * The oldest of each installation before the second oldest of any, so that one with a thousand pushes doesn't keep the
   * others waiting. A scan that two processes pick at once goes to the one that marks it first. What GitHub's limits hold
   * back stays here until they don't.
   */
  async take(limit: number, olderThanMs: number): Promise<string[]> {
    const due = Prisma.sql`
      s.status = 'queued' AND (s.not_before IS NULL OR s.not_before <= now())
      AND (s.dispatched_at IS NULL OR s.dispatched_at <= now() - ${olderThanMs}::float8 * interval '1 ms')`
    const rows = await this.#database.client.$queryRaw<{ id: string }[]>`
      WITH turns AS (
        SELECT s.id, s.created_at, row_number() OVER (PARTITION BY r.installation_id ORDER BY s.created_at) AS turn
        FROM scan s JOIN repository r ON r.id = s.repository_id JOIN installation i ON i.id = r.installation_id
        WHERE ${due} AND ${restsUntil} IS NULL
        ORDER BY turn, s.created_at LIMIT ${limit}
      ), taken AS (
        UPDATE scan s SET dispatched_at = now() FROM turns WHERE s.id = turns.id AND ${due}
        RETURNING s.id, turns.turn, s.created_at
      )
      SELECT id FROM taken ORDER BY turn, created_at`
    return rows.map(({ id }) => id)
  }

  async recover(all: boolean): Promise<number> {
    return recoverLeases(this.#database.client, all ? Prisma.sql`true` : Prisma.sql`lease_until < now()`)
  }
}
