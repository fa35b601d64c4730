/** What anyone did here, written in the transaction that does it. A trigger keeps what is written as it is. */
import type { Connection } from './database.ts'
import { storable, toJson } from './json.ts'

/** Who did something, and where that came from. */
export interface By {
  /** `rosie-guard` for the server itself, `cli` for whoever has the server's command line; access/grant.ts for others. */
  actor: string
  /** Of a request: the network address it came from, and its id in the log. */
  address?: string
  requestId?: string
}

export interface AuditEntry extends By {
  /** What happened: `api_key.created`. */
  action: string
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

export async function recordAudit(
  transaction: Connection,
  { actor, action, resource, previous, next, reason, address, requestId, ...whose }: AuditEntry,
): Promise<void> {
  await transaction.$executeRaw`
    INSERT INTO audit_event
      (actor, action, resource, previous, next, reason, address, request_id, installation_id, repository_id)
    VALUES (${storable(actor)}, ${action}, ${storable(resource)},
      ${previous ? toJson(previous) : null}::jsonb, ${next ? toJson(next) : null}::jsonb,
      ${reason === undefined ? null : storable(reason)}::text, ${address ?? null}::text, ${requestId ?? null}::text,
      ${whose.installationId ?? null}::bigint, ${whose.repositoryId ?? null}::bigint)`
}
