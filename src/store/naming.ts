/** A scan that was asked for without a head finds out which it is: then another one may wait for the same. */
import type { Scan, ScanUpdate } from '../scan/ports/store.ts'
import type { Connection, Database } from './database.ts'
import { isUniqueViolation } from './errors.ts'
import { writeLeased } from './leases.ts'

/** `update` has the head. A wish for the same may be queued between the two statements of one try. */
export async function nameHead({ client }: Database, scan: Scan, update: ScanUpdate): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await client.$transaction((transaction) => join(transaction, scan, update))
    } catch (error) {
      if (tries === 3 || !isUniqueViolation(error)) throw error
    }
  }
}

type Joined = Pick<Scan, 'trigger' | 'forced' | 'baseSha' | 'checkRunId' | 'annotationsSent'>

/**
 * A scan of the same head and base that still waits is joined: it ends here, and what was promised for it becomes this
 * scan's (also in the object given): its trigger, since a head that was pushed gets a check run whatever is found, a
 * person's wish, what it was compared with, and the check run that an earlier attempt opened, if any.
 */
async function join(connection: Connection, scan: Scan, update: ScanUpdate): Promise<void> {
  const [joined] = await connection.$queryRaw<Joined[]>`
    UPDATE scan SET status = 'skipped', error = ${`Scan ${scan.id} has this head already.`}, completed_at = now(),
      outcome = NULL, stage = CASE WHEN ${scan.checkRunId === null} THEN NULL ELSE stage END
    WHERE repository_id = ${scan.repository.id} AND kind = ${scan.kind}::scan_kind AND head_sha = ${update.headSha}
      AND base_ref IS NOT DISTINCT FROM ${scan.baseRef}::text AND status = 'queued' AND id <> ${scan.id}::uuid
    RETURNING trigger, forced, base_sha AS "baseSha", check_run_id AS "checkRunId", annotations_sent AS "annotationsSent"`
  if (!joined) return writeLeased(connection, scan, update)
  const { trigger, forced, baseSha, ...check } = joined
  const opened = check.checkRunId !== null && scan.checkRunId === null
  const inherited = { trigger, forced: forced || scan.forced, baseSha: scan.baseSha ?? baseSha, ...(opened && check) }
  await writeLeased(connection, scan, { ...inherited, ...(opened && { stage: 'opened' as const }), ...update })
  Object.assign(scan, inherited)
}
