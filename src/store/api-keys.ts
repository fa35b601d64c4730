/** API keys as rows: the key itself never gets here, only its hash (access/api-key.ts). */
import { type ApiKey, hashOfKey } from '../access/api-key.ts'
import { SCOPES } from '../access/grant.ts'
import type { Prisma, ApiKey as Row } from '../generated/prisma/client.ts'
import { type By, recordAudit } from './audit.ts'
import type { Database } from './database.ts'

/** What a new key is for. */
export type NewApiKey = Pick<ApiKey, 'name' | 'scopes' | 'installationId' | 'repositoryIds' | 'expiresAt'>

/** A key, and the names of what it is for. */
export interface NamedApiKey extends ApiKey {
  /** The account of its installation; null: the whole server. */
  account: string | null
  /** `owner/name`, or `#id` of one that is known no more; none: all. */
  repositories: string[]
}

/** An account on which the app is installed, or one of its repositories. */
export interface Place {
  installationId: bigint
  account: string
  repositoryId: bigint | null
}

/** More often than this, the last use is not written. */
const USED_EVERY_MS = 60_000

export class ApiKeys {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** The key as it is kept, in force or not; null: nobody's. By the unique index on `hash`. */
  async find(key: string): Promise<ApiKey | null> {
    const row = await this.#database.client.apiKey.findUnique({ where: { hash: hashOfKey(key) } })
    return row && keyOf(row)
  }

  /** The key was used: kept to the minute, so that a busy one is no row that is always written. */
  async used({ id, lastUsedAt }: Pick<ApiKey, 'id' | 'lastUsedAt'>, now: number): Promise<void> {
    if (lastUsedAt !== null && now - lastUsedAt.getTime() < USED_EVERY_MS) return
    // Asked again where it is written: several requests may have read the row at once, in several processes.
    await this.#database.client.$executeRaw`
      UPDATE api_key SET last_used_at = now()
      WHERE id = ${id}::uuid AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`
  }

  /** `by`: who does it; alone, the name that the audit trail has for them. */
  async create(key: string, wanted: NewApiKey, by: By | string): Promise<ApiKey> {
    return this.#database.client.$transaction(async (transaction) => {
      const row = await transaction.apiKey.create({
        data: {
          ...wanted,
          hash: hashOfKey(key),
          scopes: SCOPES.filter((scope) => wanted.scopes.includes(scope)),
          repositoryIds: [...wanted.repositoryIds],
        },
      })
      await recordAudit(transaction, { ...eventOf(row, by), action: 'api_key.created', next: told(row) })
      return keyOf(row)
    })
  }

  /** Of no effect from now on. Answers when it was revoked, which may have been long ago; null: there is no such key. */
  async revoke(id: string, by: By | string, reason?: string): Promise<Date | null> {
    return this.#database.client.$transaction(async (transaction) => {
      const { count } = await transaction.apiKey.updateMany({
        where: { id, revokedAt: null },
        data: { revokedAt: new Date() },
      })
      const row = await transaction.apiKey.findUnique({ where: { id } })
      if (row && count > 0) {
        const changed = { previous: told({ ...row, revokedAt: null }), next: told(row) }
        const because = reason === undefined ? {} : { reason }
        await recordAudit(transaction, { ...eventOf(row, by), action: 'api_key.revoked', ...changed, ...because })
      }
      return row?.revokedAt ?? null
    })
  }

  /** The newest first. Without an installation: all there are. */
  list(installationId?: bigint): Promise<NamedApiKey[]> {
    return this.#named(installationId === undefined ? {} : { installationId })
  }

  async withId(id: string): Promise<NamedApiKey | null> {
    return (await this.#named({ id }))[0] ?? null
  }

  async #named(where: Prisma.ApiKeyWhereInput): Promise<NamedApiKey[]> {
    const { client } = this.#database
    const rows = await client.apiKey.findMany({
      where,
      include: { installation: { select: { account: true } } },
      orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
    })
    const repositories = await client.repository.findMany({
      where: { id: { in: [...new Set(rows.flatMap((row) => row.repositoryIds))] } },
      select: { id: true, owner: true, name: true },
    })
    const names = new Map(repositories.map(({ id, owner, name }) => [id, `${owner}/${name}`]))
    return rows.map(({ installation, ...row }) => ({
      ...keyOf(row),
      account: installation?.account ?? null,
      repositories: row.repositoryIds.map((id) => names.get(id) ?? `#${id}`),
    }))
  }

  /** Where the app is installed under this name now; null: nowhere. GitHub's names have no case. */
  async installationOn(account: string): Promise<Place | null> {
    const [place] = await this.#database.client.$queryRaw<Place[]>`
      SELECT id AS "installationId", account, NULL::bigint AS "repositoryId" FROM installation
      WHERE lower(account) = lower(${account}) AND removed_at IS NULL ORDER BY created_at DESC LIMIT 1`
    return place ?? null
  }

  /** The repository of that name which the app may read now; null: none. */
  async repositoryNamed(owner: string, name: string): Promise<Place | null> {
    const [place] = await this.#database.client.$queryRaw<Place[]>`
      SELECT i.id AS "installationId", i.account, r.id AS "repositoryId"
      FROM repository r JOIN installation i ON i.id = r.installation_id
      WHERE lower(r.owner) = lower(${owner}) AND lower(r.name) = lower(${name})
        AND r.removed_at IS NULL AND i.removed_at IS NULL
      ORDER BY r.created_at DESC LIMIT 1`
    return place ?? null
  }

  /** Accounts on which the app is installed, by name. */
  async accounts(most: number): Promise<string[]> {
    const rows = await this.#database.client.installation.findMany({
      where: { removedAt: null },
      select: { account: true },
      orderBy: { account: 'asc' },
      take: most,
    })
    return rows.map(({ account }) => account)
  }
}

/** A scope that this version doesn't know allows nothing. */
const keyOf = ({ hash: _, scopes, ...row }: Row): ApiKey => ({
  ...row,
  scopes: SCOPES.filter((scope) => scopes.includes(scope)),
})

/** Who did something to which key. */
const eventOf = ({ id, installationId }: Pick<Row, 'id' | 'installationId'>, by: By | string) => ({
  ...(typeof by === 'string' ? { actor: by } : by),
  ...{ resource: `api-key/${id}`, installationId },
})

/** What the audit trail keeps of a key: all that decides what it opens. */
const told = ({ name, scopes, installationId, repositoryIds, expiresAt, revokedAt }: Omit<Row, 'hash'>) => ({
  ...{ name, scopes, expiresAt, revokedAt },
  installationId: installationId === null ? null : String(installationId),
  repositoryIds: repositoryIds.map(String),
})
