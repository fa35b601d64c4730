/** API keys as whoever administers their installation may see them: what each may do, never the key. */
import { type ApiKey, standingOf } from '../../access/api-key.ts'
import { type Grant, SCOPES } from '../../access/grant.ts'
import { Prisma } from '../../generated/prisma/client.ts'
import type { Database } from '../database.ts'
import { type Page, pageOf } from './page.ts'
import { ofWhole } from './visible.ts'
import { all } from './where.ts'

/** The order of the list. */
export type ApiKeyPosition = readonly [createdAt: string, id: string]

export const KEY_STATES = ['in force', 'expired', 'revoked'] as const
export type KeyState = (typeof KEY_STATES)[number]

export interface ApiKeyRow extends ApiKey {
  state: KeyState
}

export interface ApiKeyFilter {
  installationId?: bigint | undefined
  state?: KeyState | undefined
  /** As the audit trail names them. */
  createdBy?: string | undefined
}

const STATE = Prisma.sql`
  CASE WHEN k.revoked_at IS NOT NULL THEN 'revoked' WHEN k.expires_at <= now() THEN 'expired' ELSE 'in force' END`

const COLUMNS = Prisma.sql`
  k.id, k.installation_id AS "installationId", k.name, k.scopes, k.repository_ids AS "repositoryIds",
  k.maker_id AS "makerId", k.expires_at AS "expiresAt", k.last_used_at AS "lastUsedAt", k.revoked_at AS "revokedAt", k.created_at AS "createdAt",
  k.created_by AS "createdBy"`

export class ApiKeyRows {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** The newest first. */
  async list(
    grants: readonly Grant[],
    { installationId, state, createdBy }: ApiKeyFilter,
    limit: number,
    after: ApiKeyPosition | null,
  ): Promise<Page<ApiKeyRow, ApiKeyPosition>> {
    const where = [
      administered(grants),
      installationId !== undefined && Prisma.sql`k.installation_id = ${installationId}`,
      state !== undefined && Prisma.sql`${STATE} = ${state}`,
      createdBy !== undefined && Prisma.sql`k.created_by = ${createdBy}`,
      after && Prisma.sql`(k.created_at, k.id) < (${after[0]}::timestamptz, ${after[1]}::uuid)`,
    ]
    const rows = await this.#database.client.$queryRaw<ApiKey[]>`
      SELECT ${COLUMNS} FROM api_key k WHERE ${all(where)}
      ORDER BY k.created_at DESC, k.id DESC LIMIT ${limit + 1}`
    return pageOf(rows.map(told), limit, ({ createdAt, id }) => [createdAt.toISOString(), id])
  }

  /** Null: there is none, or it is not the reader's to see. */
  async withId(grants: readonly Grant[], id: string): Promise<ApiKeyRow | null> {
    const [row] = await this.#database.client.$queryRaw<ApiKey[]>`
      SELECT ${COLUMNS} FROM api_key k WHERE k.id = ${id}::uuid AND ${administered(grants)}`
    return row ? told(row) : null
  }

  /** Those of them that are repositories of this installation now. */
  async repositoriesIn(installationId: bigint, ids: readonly bigint[]): Promise<bigint[]> {
    const rows = await this.#database.client.repository.findMany({
      where: { id: { in: [...ids] }, installationId, removedAt: null },
      select: { id: true },
    })
    return rows.map(({ id }) => id)
  }
}

/** A scope that this version doesn't know allows nothing. */
const told = (row: ApiKey): ApiKeyRow => ({
  ...row,
  scopes: SCOPES.filter((scope) => row.scopes.includes(scope)),
  state: standingOf(row, Date.now()),
})

/** Over `k` (api_key): keys are an affair of the whole installation, or of the server. */
const administered = (grants: readonly Grant[]) => ofWhole(grants, 'admin', Prisma.sql`k.installation_id`)
