/**
 * First scans: of the default branch of each repository that an installation brings along, or gets later. Nobody waits for
 * them, so they stay in the background (`scan.background`): they come one after the other, after whatever else their
 * installation asks for (wishes.ts), and rest while GitHub leaves it little (limits.ts). As soon as an event asks for a
 * scan of its repository, a first scan is one like any other.
 */
import { Prisma } from '../generated/prisma/client.ts'
import type { Connection } from './database.ts'
import { toJson } from './json.ts'
import { outOfReach } from './reach.ts'

/** Due at once: what a small installation brings along doesn't wait. */
const AT_ONCE = 50
/** From one to the next of all others. 1,800 an hour, each some 5 requests where there is a record, stay within a quota. */
const PACE = Prisma.sql`interval '2 seconds'`

/** Of these repositories, where nothing keeps the app from scanning them. One statement. Answers whether any was added. */
export async function queueFirstScans(
  connection: Connection,
  installation: bigint,
  repositories: readonly bigint[],
  trigger: string,
): Promise<boolean> {
  const open = Prisma.sql`s.status IN ('queued', 'running')`
  const added = await connection.$executeRaw`
    WITH wanted AS (
      SELECT r.id, wanted.nth, EXISTS (SELECT 1 FROM scan s WHERE s.repository_id = r.id AND ${open}) AS awaited
      FROM json_array_elements_text(${toJson(repositories.map(String))}::json) WITH ORDINALITY AS wanted (id, nth)
        JOIN repository r ON r.id = wanted.id::bigint JOIN installation i ON i.id = r.installation_id
      WHERE i.id = ${installation} AND ${outOfReach} IS NULL
    ), placed AS (
      SELECT id, awaited, row_number() OVER (PARTITION BY awaited ORDER BY nth) + (
        SELECT count(*) FROM scan s JOIN repository r ON r.id = s.repository_id
        WHERE s.background AND s.status = 'queued' AND r.installation_id = ${installation}) AS place
      FROM wanted
    )
    INSERT INTO scan (repository_id, kind, trigger, lane, background, not_before)
    SELECT id, 'tracked', ${trigger}, 'tracked:' || id, NOT awaited,
      CASE WHEN NOT awaited AND place > ${AT_ONCE} THEN now() + (place - ${AT_ONCE}) * ${PACE} END
    FROM placed
    ON CONFLICT DO NOTHING`
  return added > 0
}

/** Somebody waits for the first scan of this repository. One that failed waits as long as it would. Answers whether there was one. */
export async function hurry(connection: Connection, repositoryId: bigint): Promise<boolean> {
  const hurried = await connection.$executeRaw`
    UPDATE scan SET background = false, dispatched_at = NULL,
      not_before = CASE WHEN attempts = 0 THEN NULL ELSE not_before END
    WHERE repository_id = ${repositoryId} AND background AND status IN ('queued', 'running')`
  return hurried > 0
}
