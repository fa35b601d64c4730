/**
 * Scans whose branch (or pull request) has moved on. The branch itself says which head counts (scan/supersede.ts asks it),
 * never the order in which events came.
 *
 *     queued ──supersede──▶ superseded                     never begun: nobody was told anything
 *     queued, running ──supersede──▶ marked ──withdraw──▶ superseded
 *
 * A scan is marked by `superseded_by`; it keeps its lease, or is taken once more, only to close its check run. A mark does
 * not outlive a new wish for the same head (intents.ts).
 */
import { Prisma } from '../generated/prisma/client.ts'
import type { Contest, Scan, ScanKind } from '../scan/ports/store.ts'
import type { Connection, Database } from './database.ts'
import { addScan } from './intents.ts'
import { setLeased } from './leases.ts'

/**
 * Over `s`: not what a person or a merge queue asked for, nor what another branch waits for too; nor a scan whose result is
 * kept, since what the next one is compared with must have been told to somebody.
 */
const supersedable = Prisma.sql`
  s.status IN ('queued', 'running') AND s.kind NOT IN ('replay', 'report') AND NOT s.forced AND NOT s.shared
  AND s.trigger <> 'merge_group' AND s.head_sha IS NOT NULL AND s.ref IS NOT NULL AND s.conclusion IS NULL
  AND s.superseded_by IS NULL`

/** Handed to the queue, where it may have found its lane busy. By the index on status. */
const waiting = Prisma.sql`status = 'queued' AND dispatched_at IS NOT NULL`

interface ContestRow {
  id: bigint
  installationId: bigint
  owner: string
  name: string
  defaultBranch: string | null
  trackedHead: string | null
  kind: ScanKind
  ref: string
  baseRef: string | null
  asOf: Date
}

/** Over `p` (pull_request) and the ref of a branch or pull request: what events of one second have left open. */
const unsure = (ref: Prisma.Sql) =>
  Prisma.sql`p.open AND p.head_unsure AND (p.head_ref = ${ref} OR 'refs/pull/' || p.number || '/head' = ${ref})`

/**
 * There is something to ask the branch where scans of another of its heads are open, and where this head was superseded
 * before: then the branch was pushed back to it, or an event of the first time comes late. And where nobody knows which of two
 * heads its pull request has.
 */
export async function readContest({ client }: Database, scanId: string): Promise<Contest | null> {
  const [row] = await client.$queryRaw<ContestRow[]>`
    SELECT r.id, r.installation_id AS "installationId", r.owner, r.name, r.default_branch AS "defaultBranch",
      r.tracked_head AS "trackedHead", own.kind::text, own.ref, own.base_ref AS "baseRef", now() AS "asOf"
    FROM scan own JOIN repository r ON r.id = own.repository_id
    WHERE own.id = ${scanId}::uuid AND own.status IN ('queued', 'running') AND own.kind <> 'replay'
      AND NOT own.forced AND own.trigger <> 'merge_group' AND own.head_sha IS NOT NULL AND own.ref IS NOT NULL
      AND own.superseded_by IS NULL
      AND (EXISTS (
          SELECT 1 FROM scan s
          WHERE s.repository_id = own.repository_id AND s.kind = own.kind AND s.ref = own.ref
            AND s.base_ref IS NOT DISTINCT FROM own.base_ref AND s.head_sha <> own.head_sha AND ${supersedable})
        OR EXISTS (
          SELECT 1 FROM scan s
          WHERE s.repository_id = own.repository_id AND s.kind = own.kind AND s.ref = own.ref
            AND s.base_ref IS NOT DISTINCT FROM own.base_ref AND s.head_sha = own.head_sha AND s.status = 'superseded'
            AND NOT own.shared AND own.conclusion IS NULL)
        OR EXISTS (
          SELECT 1 FROM pull_request p
          WHERE p.repository_id = own.repository_id AND ${unsure(Prisma.sql`own.ref`)}))`
  if (!row) return null
  const { kind, ref, baseRef, asOf, ...repository } = row
  return { repository, kind, ref, baseRef, asOf }
}

export async function supersede({ client }: Database, contest: Contest, head: string): Promise<Set<string>> {
  const { repository, kind, ref, baseRef, asOf } = contest
  return client.$transaction(async (transaction) => {
    const rows = await transaction.$queryRaw<{ id: string }[]>`
      SELECT s.id FROM scan s
      WHERE s.repository_id = ${repository.id} AND s.kind = ${kind}::scan_kind AND s.ref = ${ref}
        AND s.base_ref IS NOT DISTINCT FROM ${baseRef}::text AND s.head_sha <> ${head} AND ${supersedable}
        AND s.created_at < ${asOf}::timestamptz
      ORDER BY s.id FOR UPDATE`
    const ids = rows.map(({ id }) => id)
    const untold = await settlePulls(transaction, contest, head)
    if (ids.length === 0 && !untold) return new Set()
    const newer = await scanOf(transaction, contest, head, untold)
    // A check run may be open wherever an attempt was made, also one whose id was never heard of.
    const begun = Prisma.sql`(status = 'running' OR attempts > 0 OR check_run_id IS NOT NULL)`
    const left = Prisma.sql`(SELECT value::uuid FROM json_array_elements_text(${JSON.stringify(ids)}::json))`
    await transaction.$executeRaw`
      UPDATE scan SET superseded_by = ${newer}::uuid,
        status = CASE WHEN ${begun} THEN status ELSE 'superseded' END,
        completed_at = CASE WHEN ${begun} THEN completed_at ELSE now() END
      WHERE id IN ${left}`
    await transaction.$executeRaw`
      UPDATE scan SET dispatched_at = NULL
      WHERE ${waiting} AND lane IN (SELECT lane FROM scan WHERE id IN ${left} OR id = ${newer}::uuid)`
    return new Set(ids)
  })
}

/**
 * Pull requests of the branch whose head events of one second have left open: it is what the branch says. Answers whether
 * one had another: the scan of that head may have ended without a word to it. A fork's branch of the same name is another
 * one: none of its heads was asked for under this ref.
 */
async function settlePulls(connection: Connection, { repository, ref, asOf }: Contest, head: string): Promise<boolean> {
  const [moved] = await connection.$queryRaw<{ count: number }[]>`
    WITH unsure AS (
      SELECT p.number, p.head_sha FROM pull_request p
      WHERE p.repository_id = ${repository.id} AND ${unsure(Prisma.sql`${ref}`)} AND p.updated_at < ${asOf}::timestamptz
        AND EXISTS (SELECT 1 FROM scan s
          WHERE s.repository_id = p.repository_id AND s.head_sha = p.head_sha AND s.ref = ${ref})
      FOR UPDATE
    ), settled AS (
      UPDATE pull_request p SET head_sha = ${head}, head_unsure = false
      FROM unsure WHERE p.repository_id = ${repository.id} AND p.number = unsure.number
    )
    SELECT count(*)::int AS count FROM unsure WHERE head_sha <> ${head}`
  return (moved?.count ?? 0) > 0
}

/**
 * The scan of the head: an open one, asked for once more by this; the completed one that still stands, unless there is
 * somebody it did not tell; or a new one.
 */
async function scanOf(connection: Connection, contest: Contest, head: string, untold: boolean): Promise<string> {
  const { repository, kind, ref, baseRef } = contest
  const [known] = await connection.$queryRaw<{ id: string; open: boolean }[]>`
    SELECT s.id, s.status <> 'completed' AS open FROM scan s JOIN repository r ON r.id = s.repository_id
    WHERE s.repository_id = ${repository.id} AND s.kind = ${kind}::scan_kind AND s.head_sha = ${head}
      AND s.base_ref IS NOT DISTINCT FROM ${baseRef}::text
      AND (s.status IN ('queued', 'running')
        OR s.status = 'completed' AND (s.kind <> 'tracked' OR r.tracked_head = s.head_sha))
    ORDER BY open DESC, s.completed_at DESC LIMIT 1`
  if (known && !known.open && !untold) return known.id
  const trigger = ref.startsWith('refs/pull/') ? 'pull_request' : 'push'
  const wish = { ref, baseRef, baseSha: null, headSha: head, trigger, forced: false }
  return (await addScan(connection, repository.id, wish)).id
}

/**
 * Ends a marked scan. Where its mark is gone the head was asked for again after its check run was closed, or as it was:
 * that wish is carried over to a scan, and a check run, of its own.
 */
export async function withdraw({ client }: Database, scan: Scan): Promise<void> {
  await client.$transaction(async (transaction) => {
    await setLeased(
      transaction,
      scan,
      Prisma.sql`status = 'superseded', lease_until = NULL, error = NULL, completed_at = now()`,
    )
    await transaction.$executeRaw`
      WITH again AS (
        INSERT INTO scan (repository_id, kind, head_sha, ref, base_ref, base_sha, trigger, forced, shared, lane)
        SELECT repository_id, kind, head_sha, ref, base_ref, base_sha, trigger, forced, shared, lane
        FROM scan WHERE id = ${scan.id}::uuid AND superseded_by IS NULL
        RETURNING id)
      UPDATE scan SET superseded_by = again.id FROM again WHERE scan.id = ${scan.id}::uuid`
  })
}

/** Asked after the scan has left its lane: whoever found it busy was handed over before, so that none is overlooked. */
export async function handOver({ client }: Database, { id }: Scan): Promise<boolean> {
  const due = await client.$executeRaw`
    UPDATE scan SET dispatched_at = NULL
    WHERE ${waiting} AND lane = (SELECT lane FROM scan WHERE id = ${id}::uuid) AND id <> ${id}::uuid`
  return due > 0
}
