/** What anyone did here, written in the transaction that does it. A trigger keeps what is written as it is. */
import type { Connection } from './database.ts'
import { storable, toJson } from './json.ts'

export interface AuditEntry {
  /** `rosie-guard` for the server itself, `cli` for whoever has the server's command line. */
  actor: string
  /** What happened: `api_key.created`. */
  action: string
  /** To what: `api-key/…`. */
  resource: string
  previous?: object
  next?: object
}

export async function recordAudit(
  transaction: Connection,
  { actor, action, resource, previous, next }: AuditEntry,
): Promise<void> {
  await transaction.$executeRaw`
    INSERT INTO audit_event (actor, action, resource, previous, next)
    VALUES (${storable(actor)}, ${action}, ${storable(resource)},
      ${previous ? toJson(previous) : null}::jsonb, ${next ? toJson(next) : null}::jsonb)`
}
