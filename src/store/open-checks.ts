import { Prisma } from '../generated/prisma/client.ts'
import { UNAWAITED } from '../scan/news.ts'
import type { CheckStore, OpenCheck } from '../scan/ports/reconcile.ts'
import type { Database } from './database.ts'
import { storable, toJson } from './json.ts'
import { outOfReach } from './reach.ts'

/** As PostgreSQL writes them. */
const SCAN_ID = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'

/** Over `s` (scan): it ended without a verdict, and its check run was, or may have been, left in progress. */
export const mayBeOpen = Prisma.sql`
  s.status IN ('failed', 'skipped', 'superseded') AND s.kind <> 'replay' AND s.head_sha IS NOT NULL
  AND s.completed_at > now() - interval '14 days'
  AND (s.stage IN ('opened', 'persisted') OR (s.stage IS NULL AND s.status = 'failed'))`

/** Check runs that were, or may have been, left in progress by scans that ended. */
export class OpenChecks implements CheckStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /**
   * `stage` says how far GitHub was told. A scan that failed may have opened a check run without hearing of it. After 14 days
   * GitHub itself calls a check stale. By `scan_open_check_idx`.
   */
  async open(limit: number): Promise<OpenCheck[]> {
    return this.#database.client.$queryRaw<OpenCheck[]>`
      SELECT s.id AS "scanId", r.installation_id AS "installationId", r.owner, r.name, s.head_sha AS "headSha",
        s.status::text AS outcome, s.check_run_id AS "checkRunId",
        s.status = 'failed' AND s.trigger NOT IN (${Prisma.join([...UNAWAITED])}) AND NOT EXISTS (
          SELECT 1 FROM scan other
          WHERE other.repository_id = s.repository_id AND other.head_sha = s.head_sha AND other.kind <> 'replay'
            AND other.status IN ('queued', 'running', 'completed')) AS awaited
      FROM scan s JOIN repository r ON r.id = s.repository_id JOIN installation i ON i.id = r.installation_id
      WHERE ${mayBeOpen}
        AND ${outOfReach} IS NULL AND (i.blocked_until IS NULL OR i.blocked_until <= now())
      ORDER BY s.completed_at LIMIT ${limit}`
  }

  async closed(scanId: string): Promise<void> {
    await this.#database.client.$executeRaw`
      UPDATE scan SET stage = 'concluded'
      WHERE id = ${scanId}::uuid AND status IN ('failed', 'skipped', 'superseded')`
  }

  /** Any app may write any external id: only one of the form of a scan's id can be one. By the primary key. */
  async strangers(externalIds: readonly string[]): Promise<Set<string>> {
    const unknown = await this.#database.client.$queryRaw<{ id: string }[]>`
      SELECT DISTINCT id FROM json_array_elements_text(${toJson(externalIds.map(storable))}::json) AS asked (id)
      WHERE NOT EXISTS (SELECT 1 FROM scan s WHERE s.id = CASE WHEN asked.id ~ ${SCAN_ID} THEN asked.id::uuid END)`
    return new Set(unknown.map(({ id }) => id))
  }
}
