// @ts-nocheck
import { Prisma } from '../generated/prisma/client.ts'
import type { Connection } from './database.ts'

/** Over `r` (repository) and `i` (installation): why the app can do nothing there; null where it can. */
export const outOfReach = Prisma.sql`
  CASE WHEN i.removed_at IS NOT NULL THEN 'The app was uninstalled.'
       WHEN i.suspended_at IS NOT NULL THEN 'The installation is suspended.'
       WHEN r.removed_at IS NOT NULL THEN 'The app has no access to the repository any more.'
       WHEN r.archived_at IS NOT NULL THEN 'The repository is archived.' END`

/**
 * Queued scans, of those that `which` selects over `s` (scan), `r` and `i`, that can't run become skipped with the reason.
 * Answers how many.
 */
export async function skipOutOfReach(connection: Connection, which: Prisma.Sql): Promise<number> {
  return connection.$executeRaw`
    UPDATE scan s SET status = 'skipped', error = ${outOfReach}, completed_at = now()
    FROM repository r JOIN installation i ON i.id = r.installation_id
    WHERE r.id = s.repository_id AND s.status = 'queued' AND ${outOfReach} IS NOT NULL AND ${which}`
}
