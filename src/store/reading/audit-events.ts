/** The audit trail as whoever reads may see it: the newest first, or from its beginning, link after link. */
import { type Grant, hasScope } from '../../access/grant.ts'
import type { LinkedEvent } from '../../audit/event.ts'
import { Prisma } from '../../generated/prisma/client.ts'
import { type AuditEntry, type By, recordAudits } from '../audit.ts'
import { type AuditRow, COLUMNS, type LinkedRow, linkedOf } from '../audit-chain.ts'
import type { Database } from '../database.ts'
import { storable } from '../json.ts'
import { ofFew } from './of-few.ts'
import { type Page, pageOf } from './page.ts'
import { belonging } from './visible.ts'
import { all } from './where.ts'

export { ACTIONS as AUDIT_ACTIONS } from '../../audit/actions.ts'

/** An event, and its link once it has one. */
export type AuditEventRow = AuditRow & { position: bigint | null; hash: string | null }

/** The order of the list, backwards. `at`: RFC 3339. */
export type AuditEventPosition = readonly [at: string, id: string]

export interface AuditEventFilter {
  action?: string | undefined
  actor?: string | undefined
  resource?: string | undefined
  installationId?: bigint | undefined
  /** From this moment on, and before that one. */
  from?: Date | undefined
  to?: Date | undefined
}

export interface CheckpointRow {
  position: bigint
  hash: string
  jws: string
  at: Date
}

/** What an export is made of. */
export interface LinkedPart {
  /** Batch after batch, in the chain's order: links are never changed. */
  events: AsyncGenerator<LinkedEvent[]>
  /** How many newer ones are not in it, since they have no place in the chain yet. */
  unlinked: number
}

/** Rows of one statement of an export. */
const BATCH = 1_000

/** Over `e`: whose it is. */
const OWNER = { installation: Prisma.sql`e.installation_id`, repository: Prisma.sql`e.repository_id` }

const FROM = Prisma.sql`audit_event e LEFT JOIN audit_link l ON l.event_id = e.id`

export class AuditEvents {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** The newest first. By the indexes on (…, at, id). */
  async list(
    grants: readonly Grant[],
    filter: AuditEventFilter,
    limit: number,
    after: AuditEventPosition | null,
  ): Promise<Page<AuditEventRow, AuditEventPosition>> {
    const rows = await this.#database.client.$queryRaw<AuditEventRow[]>(listed(grants, filter, limit, after))
    return pageOf(rows, limit, ({ at, id }) => [at.toISOString(), String(id)])
  }

  async withId(grants: readonly Grant[], id: bigint): Promise<AuditEventRow | null> {
    const [row] = await this.#database.client.$queryRaw<AuditEventRow[]>`
      SELECT ${COLUMNS}, l.position, l.hash FROM ${FROM} WHERE e.id = ${id} AND ${visibleEvents(grants)}`
    return row ?? null
  }

  /** What is linked now. Both are told by one statement: no event is neither in it nor counted. */
  async linked(grants: readonly Grant[]): Promise<LinkedPart> {
    const [now] = await this.#database.client.$queryRaw<{ until: bigint | null; unlinked: number }[]>`
      SELECT (SELECT max(position) FROM audit_link) AS until, (
        SELECT count(*)::int FROM audit_event e
        WHERE NOT EXISTS (SELECT 1 FROM audit_link l WHERE l.event_id = e.id) AND ${visibleEvents(grants)}) AS unlinked`
    return { events: this.#linkedUntil(now?.until ?? 0n, grants), unlinked: now?.unlinked ?? 0 }
  }

  async *#linkedUntil(until: bigint, grants: readonly Grant[]): AsyncGenerator<LinkedEvent[]> {
    const { client } = this.#database
    for (let after = 0n; after < until; ) {
      const rows = await client.$queryRaw<LinkedRow[]>`
        SELECT ${COLUMNS}, l.position, l.hash FROM audit_link l JOIN audit_event e ON e.id = l.event_id
        WHERE l.position > ${after} AND l.position <= ${until} AND ${visibleEvents(grants)}
        ORDER BY l.position LIMIT ${BATCH}`
      if (rows.length > 0) yield rows.map(linkedOf)
      const last = rows.at(-1)
      if (last === undefined || rows.length < BATCH) return
      after = last.position
    }
  }

  /**
   * Whoever reads all of it leaves a trace themselves, before the first byte: an event of each installation, which is theirs to
   * see, or one of the whole server. Who may see some repositories has read the events of these alone.
   */
  async exporting(by: By, grants: readonly Grant[], format: string): Promise<void> {
    const entries = readOf(grants).map(
      ([installationId, ids]): AuditEntry => ({
        ...{ ...by, action: 'audit.exported', resource: 'audit-events', installationId },
        ...(ids.length === 1 && { repositoryId: ids[0] }),
        next: { format, ...(ids.length > 0 && { repositoryIds: ids.map(String) }) },
      }),
    )
    await recordAudits(this.#database.client, entries)
  }

  /** The newest first. */
  async checkpoints(limit: number, before: string | null): Promise<Page<CheckpointRow, readonly [string]>> {
    const rows = await this.#database.client.auditCheckpoint.findMany({
      where: before === null ? {} : { position: { lt: BigInt(before) } },
      orderBy: { position: 'desc' },
      take: limit + 1,
    })
    return pageOf(rows, limit, ({ position }) => [String(position)])
  }
}

/** One more than the limit. */
export function listed(
  grants: readonly Grant[],
  { action, actor, resource, installationId, from, to }: AuditEventFilter,
  limit: number,
  after: AuditEventPosition | null,
): Prisma.Sql {
  const where = [
    action !== undefined && Prisma.sql`e.action = ${storable(action)}`,
    actor !== undefined && Prisma.sql`e.actor = ${storable(actor)}`,
    resource !== undefined && Prisma.sql`e.resource = ${storable(resource)}`,
    installationId !== undefined && Prisma.sql`e.installation_id = ${installationId}`,
    from !== undefined && Prisma.sql`e.at >= ${from}::timestamptz`,
    to !== undefined && Prisma.sql`e.at < ${to}::timestamptz`,
    after && Prisma.sql`(e.at, e.id) < (${after[0]}::timestamptz, ${after[1]}::bigint)`,
  ]
  const few = { ...OWNER, order: Prisma.sql`at DESC, id DESC`, limit: limit + 1 }
  return ofFew(
    grants,
    'admin',
    few,
    (theirs) => Prisma.sql`
      SELECT ${COLUMNS}, l.position, l.hash FROM ${FROM} WHERE ${theirs} AND ${all(where)}
      ORDER BY e.at DESC, e.id DESC LIMIT ${limit + 1}`,
  )
}

/** What the grants administer, by installation (null: the server): these repositories; none: all. */
function readOf(grants: readonly Grant[]): [installationId: bigint | null, repositoryIds: readonly bigint[]][] {
  const read = new Map<bigint | null, readonly bigint[]>()
  for (const { installationId, repositoryIds } of grants.filter((grant) => hasScope(grant, 'admin'))) {
    const before = read.get(installationId)
    const all = repositoryIds.length === 0 || before?.length === 0
    read.set(installationId, all ? [] : [...new Set([...(before ?? []), ...repositoryIds])])
  }
  return read.get(null)?.length === 0 ? [[null, []]] : [...read]
}

/** Over `e` (audit_event): those of what the grants administer; the server's own are for who administers the server. */
const visibleEvents = (grants: readonly Grant[]) => belonging(grants, 'admin', OWNER.installation, OWNER.repository)
