import { Prisma } from '../generated/prisma/client.ts'
import type { Connection } from './database.ts'
import { queueFirstScans } from './first-scans.ts'
import { toJson } from './json.ts'

/** Over `r` (repository) and `i` (installation): why the app can do nothing there; null where it can. */
export const outOfReach = Prisma.sql`
  CASE WHEN i.removed_at IS NOT NULL THEN 'The app was uninstalled.'
       WHEN i.suspended_at IS NOT NULL THEN 'The installation is suspended.'
       WHEN r.removed_at IS NOT NULL THEN 'The app has no access to the repository any more.'
       WHEN r.archived_at IS NOT NULL THEN 'The repository is archived.' END`

/** Over `s` (scan): it needs GitHub for nothing. An archived repository has its reports all the same. */
export const isLocal = Prisma.sql`s.kind = 'report'`

/**
 * Queued scans, of those that `which` selects over `s` (scan), `r` and `i`, that can't run become skipped with the reason.
 * Answers how many.
 */
export async function skipOutOfReach(connection: Connection, which: Prisma.Sql): Promise<number> {
  return connection.$executeRaw`
    UPDATE scan s SET status = 'skipped', error = ${outOfReach}, refused = true, completed_at = now()
    FROM repository r JOIN installation i ON i.id = r.installation_id
    WHERE r.id = s.repository_id AND s.status = 'queued' AND NOT ${isLocal} AND ${outOfReach} IS NOT NULL AND ${which}`
}

/**
 * Does what may bring repositories, of those that `which` selects over `r` and `i`, back into reach. Nothing was heard of
 * these meanwhile: their heads are looked at next (heads.ts), and what was asked for and refused is queued once more.
 * Answers whether anything was.
 */
export async function comesBack(
  connection: Connection,
  which: Prisma.Sql,
  learn: () => Promise<unknown>,
): Promise<boolean> {
  const away = await connection.$queryRaw<{ id: bigint }[]>`
    SELECT r.id FROM repository r JOIN installation i ON i.id = r.installation_id
    WHERE ${which} AND ${outOfReach} IS NOT NULL`
  await learn()
  if (away.length === 0) return false
  const back = await connection.$queryRaw<{ id: bigint }[]>`
    UPDATE repository r SET swept_at = to_timestamp(0), head_etag = NULL, pulls_etag = NULL
    FROM installation i
    WHERE i.id = r.installation_id AND ${outOfReach} IS NULL AND r.id IN ${listOf(away)}
    RETURNING r.id`
  return back.length > 0 && (await askAgain(connection, back))
}

const listOf = (repositories: readonly { id: bigint }[]) =>
  Prisma.sql`(SELECT value::bigint FROM json_array_elements_text(${toJson(repositories.map(({ id }) => String(id)))}::json))`

/** Over `s` (scan). Null for the default branch, whatever it was called. */
const branch = Prisma.sql`s.base_ref, CASE WHEN s.base_ref IS NOT NULL THEN s.ref END`

/** The last word of each branch, or pull request, where it was a refusal. First scans wait in line again. */
async function askAgain(connection: Connection, repositories: readonly { id: bigint }[]): Promise<boolean> {
  const last = Prisma.sql`
    (SELECT DISTINCT ON (s.repository_id, ${branch}) s.*,
       s.background AND s.head_sha IS NULL AS unseen
     FROM scan s
     WHERE s.repository_id IN ${listOf(repositories)} AND s.kind NOT IN ('replay', 'report') AND s.status <> 'superseded'
       AND s.trigger NOT IN ('due', 'provenance')
     ORDER BY s.repository_id, ${branch}, s.created_at DESC, s.id) last`
  const firsts = await connection.$queryRaw<{ installation: bigint; trigger: string; ids: bigint[] }[]>`
    SELECT r.installation_id AS installation, last.trigger, array_agg(r.id ORDER BY last.created_at, r.id) AS ids
    FROM ${last} JOIN repository r ON r.id = last.repository_id
    WHERE last.refused AND last.unseen GROUP BY r.installation_id, last.trigger`
  let queued =
    0 <
    (await connection.$executeRaw`
    INSERT INTO scan (repository_id, kind, head_sha, ref, base_ref, base_sha, trigger, forced, shared, lane, background)
    SELECT repository_id, kind, head_sha, ref, base_ref, base_sha, trigger, forced, shared, lane, background
    FROM ${last} WHERE refused AND NOT unseen
    ON CONFLICT DO NOTHING`)
  for (const { installation, trigger, ids } of firsts) {
    queued = (await queueFirstScans(connection, installation, ids, trigger)) || queued
  }
  return queued
}
