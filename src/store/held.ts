import { Prisma } from '../generated/prisma/client.ts'
import type { HeldLease, HeldLeases } from '../scan/ports/queue.ts'
import type { Database } from './database.ts'
import { storable, toJson } from './json.ts'

/** Leases seen from outside the worker that took them: whoever has taken one since has raised its token, and keeps it. */
export class LeasesHeld implements HeldLeases {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async renew(held: readonly HeldLease[], leaseMs: number): Promise<void> {
    await this.#set(held, Prisma.sql`lease_until = now() + ${leaseMs}::float8 * interval '1 ms'`)
  }

  async giveBack(held: readonly HeldLease[], restMs: number, error: string | null): Promise<void> {
    await this.#set(
      held,
      Prisma.sql`status = 'queued', lease_until = NULL, dispatched_at = NULL,
        not_before = now() + ${restMs}::float8 * interval '1 ms', attempts = attempts - ${error === null ? 1 : 0}::int,
        error = coalesce(${error === null ? null : storable(error)}::text, error)`,
    )
  }

  /** By the primary key. */
  async #set(held: readonly HeldLease[], assignments: Prisma.Sql): Promise<void> {
    if (held.length === 0) return
    const rows = toJson(held.map(({ id, token }) => ({ id, token })))
    await this.#database.client.$executeRaw`
      UPDATE scan SET ${assignments} FROM json_to_recordset(${rows}::json) AS held (id uuid, token int)
      WHERE scan.id = held.id AND scan.token = held.token AND scan.status = 'running'`
  }
}
