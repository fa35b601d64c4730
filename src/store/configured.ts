/** What processes are configured with, as the audit trail has it. */
import type { AuditAction } from '../audit/actions.ts'
import { recordAudit } from './audit.ts'
import type { Database } from './database.ts'
import { toJson } from './json.ts'

const ACTION: AuditAction = 'server.configured'

/**
 * Tells it where it differs from what was last told of processes in that role: several of them start at once, and again and
 * again. Nothing is changed by that; the change was whoever started this one with other variables.
 */
export async function tellConfigured(database: Database, role: string, configured: object): Promise<void> {
  const resource = `server/${role}`
  await database.client.$transaction(async (transaction) => {
    await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${resource}, 0))`
    const [last] = await transaction.$queryRaw<{ next: object; same: boolean }[]>`
      SELECT next, next = ${toJson(configured)}::jsonb AS same FROM audit_event
      WHERE resource = ${resource} AND action = ${ACTION} ORDER BY at DESC, id DESC LIMIT 1`
    if (last?.same) return
    await recordAudit(transaction, {
      ...{ actor: 'rosie-guard', action: ACTION, resource, next: configured },
      ...(last && { previous: last.next }),
    })
  })
}
