/**
 * The lease on a scan row, the only thing that says who may work on it.
 *
 *     queued ──take──▶ running ──finish / skip / fail / withdraw──▶ completed / skipped / failed / superseded
 *        ▲                │
 *        └── release, or the lease ran out and somebody recovered it
 *
 * Taking raises the row's token; every write of a worker names the token it holds and meets no row once it is another's.
 * All times are the database's.
 */
import { Prisma } from '../generated/prisma/client.ts'
import { LeaseLost, type Scan, Superseded, type Taken } from '../scan/ports/store.ts'
import type { Connection, Database } from './database.ts'
import { isUniqueViolation } from './errors.ts'
import { restsUntil } from './limits.ts'
import { isLocal, outOfReach, skipOutOfReach } from './reach.ts'

type Row = Omit<Scan, 'repository'> & {
  repositoryId: bigint
  installationId: bigint
  owner: string
  name: string
  defaultBranch: string | null
  trackedHead: string | null
}

export async function takeLease({ client }: Database, scanId: string, leaseMs: number): Promise<Taken> {
  const taken = await lease(client, scanId, leaseMs)
  if (taken) return { scan: taken }
  if ((await skipOutOfReach(client, Prisma.sql`s.id = ${scanId}::uuid`)) > 0) return 'gone'
  const lane = Prisma.sql`lane = (SELECT lane FROM scan WHERE id = ${scanId}::uuid) AND lease_until < now()`
  if ((await recoverLeases(client, lane)) > 0) {
    const retried = await lease(client, scanId, leaseMs)
    if (retried) return { scan: retried }
  }
  const [open] = await client.$queryRaw<{ restMs: number | null }[]>`
    SELECT ceil(extract(epoch FROM greatest(${restsUntil}, ${dueAt}) - now()) * 1000)::float8 AS "restMs"
    FROM scan s JOIN repository r ON r.id = s.repository_id JOIN installation i ON i.id = r.installation_id
    WHERE s.id = ${scanId}::uuid AND s.status IN ('queued', 'running')`
  if (!open) return 'gone'
  return open.restMs === null ? 'busy' : { restMs: open.restMs }
}

/** Over `s` (scan): when it is due; null where it is, or runs. */
const dueAt = Prisma.sql`CASE WHEN s.status = 'queued' AND s.not_before > now() THEN s.not_before END`

/**
 * One statement; the index `scan_lane_key` decides between two that run at once. Tracked scans run in the order they were
 * asked for, each compared with the snapshot of the one before; one that isn't due yet keeps nobody waiting.
 */
async function lease(connection: Connection, scanId: string, leaseMs: number): Promise<Scan | null> {
  const leasing = connection.$queryRaw<Row[]>`
    UPDATE scan s SET status = 'running', attempts = s.attempts + 1, token = s.token + 1, phase = NULL, progress = 0,
      lease_until = now() + ${leaseMs}::float8 * interval '1 ms', started_at = coalesce(s.started_at, now())
    FROM repository r JOIN installation i ON i.id = r.installation_id
    WHERE s.id = ${scanId}::uuid AND r.id = s.repository_id AND s.status = 'queued'
      AND (s.not_before IS NULL OR s.not_before <= now())
      AND (${outOfReach} IS NULL OR ${isLocal}) AND ${restsUntil} IS NULL
      AND NOT EXISTS (SELECT 1 FROM scan other WHERE other.lane = s.lane AND other.status = 'running')
      AND NOT EXISTS (
        SELECT 1 FROM scan older
        WHERE s.kind = 'tracked' AND older.repository_id = s.repository_id AND older.lane = s.lane
          AND older.status = 'queued' AND (older.not_before IS NULL OR older.not_before <= now())
          AND (older.created_at, older.id) < (s.created_at, s.id))
    RETURNING s.id, s.kind::text, s.head_sha AS "headSha", s.ref, s.base_ref AS "baseRef", s.base_sha AS "baseSha",
      s.trigger, s.forced, s.attempts AS attempt, s.token, s.check_run_id AS "checkRunId",
      s.annotations_sent AS "annotationsSent", s.stage::text,
      (extract(epoch FROM now() - s.started_at) * 1000)::float8 AS "tryingMs", ${newerHead} AS "newerHead", s.replay,
      r.id AS "repositoryId", r.installation_id AS "installationId", r.owner,
      r.name, r.default_branch AS "defaultBranch", r.tracked_head AS "trackedHead"`
  const [row] = await leasing.catch((error) => {
    if (isUniqueViolation(error)) return []
    throw error
  })
  if (!row) return null
  const { repositoryId: id, installationId, owner, name, defaultBranch, trackedHead, ...scan } = row
  return { ...scan, repository: { id, installationId, owner, name, defaultBranch, trackedHead } }
}

/** Over `s` (scan): the head that superseded it; null while none has. */
export const newerHead = Prisma.sql`(SELECT newer.head_sha FROM scan newer WHERE newer.id = s.superseded_by)`

/** Running scans that `which` selects become queued again. Answers how many. */
export async function recoverLeases(connection: Connection, which: Prisma.Sql): Promise<number> {
  return connection.$executeRaw`
    UPDATE scan SET status = 'queued', lease_until = NULL, dispatched_at = NULL WHERE status = 'running' AND ${which}`
}

/** Writes to a scan's row under its lease. A superseded one enters no phase. Throws `LeaseLost`, `Superseded`. */
export async function writeLeased(
  connection: Connection,
  scan: Scan,
  data: Prisma.ScanUncheckedUpdateManyInput,
): Promise<void> {
  const { id, token } = scan
  const wanted = data.phase === undefined ? {} : { supersededBy: null }
  const { count } = await connection.scan.updateMany({ where: { id, token, status: 'running', ...wanted }, data })
  if (count === 0) throw await refusal(connection, scan)
}

/** As `writeLeased`, for what only SQL can say. */
export async function setLeased(connection: Connection, scan: Scan, assignments: Prisma.Sql): Promise<void> {
  await set(connection, scan, assignments, Prisma.empty)
}

/** As `setLeased`, unless the scan is superseded. Throws `Superseded` too. */
export async function setWanted(connection: Connection, scan: Scan, assignments: Prisma.Sql): Promise<void> {
  await set(connection, scan, assignments, Prisma.sql`AND superseded_by IS NULL`)
}

async function set(connection: Connection, scan: Scan, assignments: Prisma.Sql, where: Prisma.Sql): Promise<void> {
  const { id, token } = scan
  const written = await connection.$executeRaw`
    UPDATE scan SET ${assignments} WHERE id = ${id}::uuid AND token = ${token} AND status = 'running' ${where}`
  if (written === 0) throw await refusal(connection, scan)
}

/** Why a write met no row. */
async function refusal(connection: Connection, { id, token }: Scan): Promise<Error> {
  const [held] = await connection.$queryRaw<{ newerHead: string | null }[]>`
    SELECT ${newerHead} AS "newerHead" FROM scan s
    WHERE s.id = ${id}::uuid AND s.token = ${token} AND s.status = 'running'`
  return held?.newerHead ? new Superseded(id, held.newerHead) : new LeaseLost(id)
}
