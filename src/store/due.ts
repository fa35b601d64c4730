/** When time alone may change what was judged: `repository.due_at`, the first such moment of all that is known there. */
import { Prisma } from '../generated/prisma/client.ts'
import type { DueStore, Scan } from '../scan/ports/store.ts'
import type { Connection, Database } from './database.ts'
import { outOfReach } from './reach.ts'

/** How soon a head is judged again whose scan failed. */
const AGAIN = Prisma.sql`interval '1 hour'`

/** Notes a moment, ms since 1970. An earlier one that is known stays: it may be that of another head. */
export async function keepDue(connection: Connection, { repository }: Scan, dueAt: number | null): Promise<void> {
  if (dueAt === null) return
  const moment = Prisma.sql`to_timestamp(${dueAt}::float8 / 1000)`
  await connection.$executeRaw`
    UPDATE repository SET due_at = ${moment}
    WHERE id = ${repository.id} AND (due_at IS NULL OR due_at > ${moment})`
}

/** A scan that came to nothing leaves its moment behind. The tracked head, which it may have replaced, is looked at again. */
export async function dueAgain(connection: Connection, { repository, kind, trigger }: Scan): Promise<void> {
  if (kind !== 'tracked' && trigger !== 'due') return
  await connection.$executeRaw`
    UPDATE repository SET due_at = least(due_at, now() + ${AGAIN})
    WHERE id = ${repository.id} AND tracked_head IS NOT NULL`
}

/** What a verdict rests on is another now: the heads that were judged, of these repositories, are judged once more. */
export async function judgeAgain(connection: Connection, which: Prisma.Sql): Promise<void> {
  await connection.$executeRaw`
    UPDATE repository SET due_at = least(due_at, now()) WHERE ${which} AND tracked_scan_id IS NOT NULL`
}

export class Due implements DueStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /**
   * One statement: the moment is cleared as the scans are queued. They are those that judged the heads last, once more; but
   * no branch asked for them, so that none of them is superseded, or has a branch asked where it stands. While the default
   * branch is scanned, or something is replayed, the moment waits for what that says.
   */
  async queueDue(most: number): Promise<number> {
    return this.#database.client.$executeRaw`
      WITH due AS (
        SELECT r.id, r.tracked_scan_id
        FROM repository r JOIN installation i ON i.id = r.installation_id
        WHERE r.due_at <= now() AND r.tracked_scan_id IS NOT NULL
          AND ${outOfReach} IS NULL AND (i.blocked_until IS NULL OR i.blocked_until <= now())
          AND NOT EXISTS (
            SELECT 1 FROM scan s WHERE s.repository_id = r.id AND s.kind <> 'change' AND s.status IN ('queued', 'running'))
        ORDER BY r.due_at
        LIMIT greatest(0, ${most} - (
          SELECT count(*) FROM scan WHERE trigger = 'due' AND status IN ('queued', 'running')))
        FOR UPDATE OF r SKIP LOCKED
      ), cleared AS (
        UPDATE repository SET due_at = NULL FROM due WHERE repository.id = due.id
      ), newest AS (
        SELECT DISTINCT ON (s.repository_id, s.head_sha, s.base_ref) s.id
        FROM due JOIN pull_request p ON p.repository_id = due.id AND p.open
          JOIN scan s ON s.repository_id = p.repository_id AND s.head_sha = p.head_sha AND s.base_ref = p.base_ref
        WHERE s.kind = 'change' AND s.status = 'completed'
        ORDER BY s.repository_id, s.head_sha, s.base_ref, s.completed_at DESC
      ), heads AS (
        SELECT tracked_scan_id AS id FROM due UNION ALL SELECT id FROM newest
      )
      INSERT INTO scan (repository_id, kind, head_sha, base_ref, base_sha, trigger, lane)
      SELECT s.repository_id, s.kind, s.head_sha, s.base_ref, s.base_sha, 'due', s.lane
      FROM heads JOIN scan s ON s.id = heads.id
      ON CONFLICT DO NOTHING`
  }
}
