/**
 * The chain over the audit trail. Events are written without waiting for each other; here they get their places, in the
 * order of the transactions that wrote them, once no transaction is open any more that could write an earlier one.
 */
import { BEFORE_FIRST, linkHash } from '../audit/chain.ts'
import type { AuditedEvent, LinkedEvent } from '../audit/event.ts'
import { type AuditEvent, Prisma } from '../generated/prisma/client.ts'
import type { ChainHead, ChainStore, SignedCheckpoint } from '../scan/ports/audit.ts'
import type { Connection, Database } from './database.ts'
import { toJson } from './json.ts'

/** Of an advisory lock: who links waits for who is linking. Any number will do that no other lock has. */
const LOCK = 5_061_402

/** Over `e` (audit_event), named as `AuditRow` has them. */
export const COLUMNS = Prisma.sql`
  e.id, e.at, e.actor, e.action, e.resource, e.previous, e.next, e.reason, e.address, e.request_id AS "requestId",
  e.installation_id AS "installationId", e.repository_id AS "repositoryId", e.transaction`

/** As the database has it: the same members, ids and the time aside. */
export type AuditRow = Omit<AuditEvent, 'previous' | 'next'> & Pick<AuditedEvent, 'previous' | 'next'>

export type LinkedRow = AuditRow & { position: bigint; hash: string }

/** Of transactions that had ended when the statement began: none that is open has a lower number, or will get one. */
const OVER = Prisma.sql`e.transaction < pg_snapshot_xmin(pg_current_snapshot())::text::bigint`
/** Numbers that the database has not come to: of another one, from which this was restored. */
const RESTORED = Prisma.sql`e.transaction >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint`
const UNLINKED = Prisma.sql`NOT EXISTS (SELECT 1 FROM audit_link l WHERE l.event_id = e.id)`

interface Last {
  position: bigint
  hash: string
  id: bigint
  transaction: bigint
  /** Its number is another database's, from which this was restored, and says nothing of what follows. */
  restored: boolean
}

export class AuditChain implements ChainStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Positions are counted here: a sequence would leave a gap where a transaction is rolled back. */
  async link(most: number, everywhere: boolean): Promise<number> {
    return this.#database.client.$transaction(async (transaction) => {
      await transaction.$executeRaw`SELECT pg_advisory_xact_lock(${LOCK})`
      const last = await lastLink(transaction)
      const rows = await transaction.$queryRaw<AuditRow[]>(unlinked(last, everywhere, most))
      let [position, hash] = [Number(last?.position ?? 0n), last?.hash ?? BEFORE_FIRST]
      const links = rows.map((row) => {
        position += 1
        hash = linkHash(hash, position, eventOf(row))
        return { position, event_id: String(row.id), hash }
      })
      if (links.length > 0) await keep(transaction, links)
      return links.length
    })
  }

  async head(): Promise<ChainHead | null> {
    const row = await this.#database.client.auditLink.findFirst({ orderBy: { position: 'desc' } })
    return row && { position: Number(row.position), hash: row.hash }
  }

  async newestCheckpoint(): Promise<SignedCheckpoint | null> {
    const row = await this.#database.client.auditCheckpoint.findFirst({ orderBy: { position: 'desc' } })
    return row && { ...row, position: Number(row.position) }
  }

  async keepCheckpoint({ position, hash, at, jws }: SignedCheckpoint): Promise<void> {
    await this.#database.client.$executeRaw`
      INSERT INTO audit_checkpoint (position, hash, jws, at) VALUES (${position}, ${hash}, ${jws}, ${at}::timestamptz)
      ON CONFLICT (position) DO NOTHING`
  }
}

/** By the primary keys. */
async function lastLink(connection: Connection): Promise<Last | null> {
  const [last] = await connection.$queryRaw<Last[]>`
    SELECT l.position, l.hash, e.id, e.transaction, ${RESTORED} AS restored
    FROM audit_link l JOIN audit_event e ON e.id = l.event_id
    ORDER BY l.position DESC LIMIT 1`
  return last ?? null
}

/**
 * The next events: what lies before the last one that was linked, in the order of the index on (transaction, id), is linked.
 * A database that was restored from a dump counts its transactions anew, and what the dump holds unlinked may have any
 * number: it is linked first, when all are looked at.
 */
export function unlinked(
  last: Pick<Last, 'id' | 'transaction' | 'restored'> | null,
  everywhere: boolean,
  most: number,
): Prisma.Sql {
  if (everywhere) {
    return Prisma.sql`
      SELECT ${COLUMNS} FROM audit_event e WHERE (${OVER} OR ${RESTORED}) AND ${UNLINKED}
      ORDER BY ${RESTORED} DESC, e.transaction, e.id LIMIT ${most}`
  }
  const after = last && !last.restored ? last : { transaction: 0n, id: 0n }
  return Prisma.sql`
    SELECT ${COLUMNS} FROM audit_event e
    WHERE ${OVER} AND ${UNLINKED} AND (e.transaction, e.id) > (${after.transaction}::bigint, ${after.id}::bigint)
    ORDER BY e.transaction, e.id LIMIT ${most}`
}

async function keep(connection: Connection, links: readonly object[]): Promise<void> {
  await connection.$executeRaw`
    INSERT INTO audit_link (position, event_id, hash)
    SELECT position, event_id, hash
    FROM json_to_recordset(${toJson(links)}::json) AS link (position bigint, event_id bigint, hash text)`
}

const numberOrNull = (id: bigint | null) => (id === null ? null : Number(id))

/** All members of a row are the event's: each of them is linked. */
export const eventOf = ({ id, at, installationId, repositoryId, transaction, ...same }: AuditRow): AuditedEvent => ({
  ...same,
  id: String(id),
  at: at.toISOString(),
  installationId: numberOrNull(installationId),
  repositoryId: numberOrNull(repositoryId),
  transaction: String(transaction),
})

export const linkedOf = ({ position, hash, ...row }: LinkedRow): LinkedEvent => ({
  ...eventOf(row),
  position: Number(position),
  hash,
})
