/** What anyone did here, written in the transaction that does it. A trigger keeps what is written as it is. */
import type { AuditAction } from '../audit/actions.ts'
import type { Connection } from './database.ts'
import { toJson } from './json.ts'

/** Who did something, and where that came from. */
export interface By {
  /** `rosie-guard` for the server itself, `cli` for whoever has the server's command line; access/grant.ts for others. */
  actor: string
  /** Of a request: the network address it came from, and its id in the log. */
  address?: string
  requestId?: string
}

export interface AuditEntry extends By {
  /** What happened. */
  action: AuditAction
  /** To what: `api-key/…`. */
  resource: string
  previous?: object
  next?: object
  /** Why, in the words of whoever did it. */
  reason?: string
  /** Whose it is; neither: the server's own. */
  installationId?: bigint | null
  repositoryId?: bigint | null
}

export const recordAudit = (transaction: Connection, entry: AuditEntry): Promise<void> =>
  recordAudits(transaction, [entry])

/** In this order. */
export async function recordAudits(transaction: Connection, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return
  const rows = entries.map(({ requestId, installationId, repositoryId, ...entry }) => ({
    ...{ ...entry, request_id: requestId },
    ...{ installation_id: idOf(installationId), repository_id: idOf(repositoryId) },
  }))
  await transaction.$executeRaw`
    INSERT INTO audit_event
      (actor, action, resource, previous, next, reason, address, request_id, installation_id, repository_id)
    SELECT actor, action, resource, previous, next, reason, address, request_id, installation_id, repository_id
    FROM json_to_recordset(${toJson(rows)}::json) AS entry (actor text, action text, resource text, previous jsonb,
      next jsonb, reason text, address text, request_id text, installation_id bigint, repository_id bigint)`
}

const idOf = (id: bigint | null | undefined) => (id == null ? null : String(id))
