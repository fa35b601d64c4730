/** Webhooks that were received, as whoever reads may see them: the payload is another question. */
import type { Grant } from '../../access/grant.ts'
import { Prisma } from '../../generated/prisma/client.ts'
import { type By, recordAudit } from '../audit.ts'
import type { Database } from '../database.ts'
import { MAX_ATTEMPTS } from '../deliveries.ts'
import { ofFew } from './of-few.ts'
import { type Page, pageOf } from './page.ts'
import { belonging } from './visible.ts'
import { all } from './where.ts'

export const DELIVERY_STATES = ['waiting', 'processed', 'given_up'] as const
export type DeliveryState = (typeof DELIVERY_STATES)[number]

export interface DeliveryRow {
  id: string
  event: string
  action: string | null
  installationId: bigint | null
  repositoryId: bigint | null
  state: DeliveryState
  attempts: number
  error: string | null
  receivedAt: Date
  processedAt: Date | null
}

export interface DeliveryFilter {
  event?: string | undefined
  state?: DeliveryState | undefined
  from?: Date | undefined
  to?: Date | undefined
}

/** The order of the list. */
export type DeliveryPosition = readonly [receivedAt: string, id: string]

const STATE = Prisma.sql`
  CASE WHEN d.processed_at IS NOT NULL THEN 'processed' WHEN d.attempts >= ${MAX_ATTEMPTS} THEN 'given_up'
    ELSE 'waiting' END`

/** The same as conditions on the columns, by which the few that wait are found without all others. */
const IN_STATE: Record<DeliveryState, Prisma.Sql> = {
  waiting: Prisma.sql`d.processed_at IS NULL AND d.attempts < ${MAX_ATTEMPTS}`,
  processed: Prisma.sql`d.processed_at IS NOT NULL`,
  given_up: Prisma.sql`d.processed_at IS NULL AND d.attempts >= ${MAX_ATTEMPTS}`,
}

/** Over `d`: whose it is. */
const OWNER = { installation: Prisma.sql`d.installation_id`, repository: Prisma.sql`d.repository_id` }

const COLUMNS = Prisma.sql`
  d.id, d.event, d.action, d.installation_id AS "installationId", d.repository_id AS "repositoryId", ${STATE} AS state,
  d.attempts, d.error, d.received_at AS "receivedAt", d.processed_at AS "processedAt"`

export class ReceivedWebhooks {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** The newest first. By the indexes on (…, received_at, id); what is not processed by the one on (processed_at, received_at). */
  async list(
    grants: readonly Grant[],
    { event, state, from, to }: DeliveryFilter,
    limit: number,
    after: DeliveryPosition | null,
  ): Promise<Page<DeliveryRow, DeliveryPosition>> {
    const where = [
      event !== undefined && Prisma.sql`d.event = ${event}`,
      state !== undefined && IN_STATE[state],
      from !== undefined && Prisma.sql`d.received_at >= ${from}::timestamptz`,
      to !== undefined && Prisma.sql`d.received_at < ${to}::timestamptz`,
      after && Prisma.sql`(d.received_at, d.id) < (${after[0]}::timestamptz, ${after[1]})`,
    ]
    const few = {
      ...OWNER,
      order: Prisma.sql`"receivedAt" DESC, id DESC`,
      limit: limit + 1,
    }
    const rows = await this.#database.client.$queryRaw<DeliveryRow[]>(
      ofFew(
        grants,
        'read',
        few,
        (theirs) => Prisma.sql`
          SELECT ${COLUMNS} FROM webhook_delivery d WHERE ${theirs} AND ${all(where)}
          ORDER BY d.received_at DESC, d.id DESC LIMIT ${limit + 1}`,
      ),
    )
    return pageOf(rows, limit, ({ receivedAt, id }) => [receivedAt.toISOString(), id])
  }

  /** Null: there is none, or it is not the reader's to see. */
  async withId(grants: readonly Grant[], id: string): Promise<DeliveryRow | null> {
    const [row] = await this.#database.client.$queryRaw<DeliveryRow[]>`
      SELECT ${COLUMNS} FROM webhook_delivery d WHERE d.id = ${id} AND ${theirs(grants)}`
    return row ?? null
  }

  /** What GitHub sent, as JSON. Reading it is an event of its own, in the same transaction; the caller asks who may. */
  async payload({ id, installationId, repositoryId }: DeliveryRow, by: By): Promise<unknown> {
    return this.#database.client.$transaction(async (transaction) => {
      const resource = `webhook-delivery/${id}`
      await recordAudit(transaction, { ...by, action: 'webhook_delivery.read', resource, installationId, repositoryId })
      const row = await transaction.webhookDelivery.findUnique({ where: { id }, select: { payload: true } })
      return row?.payload ?? null
    })
  }
}

/** Over `d` (webhook_delivery). A delivery that names no repository is whoever's that may read all of its installation. */
const theirs = (grants: readonly Grant[]) => belonging(grants, 'read', OWNER.installation, OWNER.repository)
