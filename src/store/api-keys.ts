/** API keys as rows: the key itself never gets here, only its hash (access/api-key.ts). */
import { type ApiKey, hashOfKey } from '../access/api-key.ts'
import { SCOPES } from '../access/grant.ts'
import type { Prisma, ApiKey as Row } from '../generated/prisma/client.ts'
import { type By, recordAudit, recordAudits } from './audit.ts'
import type { Connection, Database } from './database.ts'

/** What a new key is for. */
export type NewApiKey = Pick<ApiKey, 'name' | 'scopes' | 'installationId' | 'repositoryIds' | 'expiresAt'> &
  Partial<Pick<ApiKey, 'makerId'>>

/** A key may not make that one. The message is for whoever has it. */
export class NotByThatKey extends Error {
  override name = 'NotByThatKey'
}

/** The installation has as many keys as may be. The message is for whoever wants another. */
export class TooManyKeys extends Error {
  override name = 'TooManyKeys'
}

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

/** Of one installation, in force: each may ask as much as any other. */
const MOST_KEYS = 200

export class ApiKeys {
  readonly #database: Database
  /** Uses that are being written: many requests may have read the row at once. */
  readonly #written = new Map<string, Promise<void>>()

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
    const known = this.#written.get(id)
    if (known) return known
    const written = this.#writeUse(id).finally(() => this.#written.delete(id))
    this.#written.set(id, written)
    await written
  }

  async #writeUse(id: string): Promise<void> {
    // Asked again where it is written: several processes may have read the row at once.
    await this.#database.client.$executeRaw`
      UPDATE api_key SET last_used_at = now()
      WHERE id = ${id}::uuid AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`
  }

  /** By its id: the key that made it, or that made that one, and so on; itself, where no key did. It never changes. */
  async rootOf(id: string): Promise<string> {
    const [root] = await this.#database.client.$queryRaw<{ id: string }[]>`
      WITH RECURSIVE line AS (
        SELECT id, maker_id FROM api_key WHERE id = ${id}::uuid
        UNION SELECT k.id, k.maker_id FROM line JOIN api_key k ON k.id = line.maker_id)
      SELECT id::text FROM line WHERE maker_id IS NULL`
    return root?.id ?? id
  }

  /** `by`: who does it; alone, the name that the audit trail has for them. Throws `NotByThatKey`, `TooManyKeys`. */
  async create(key: string, { makerId = null, ...wanted }: NewApiKey, by: By | string): Promise<ApiKey> {
    return this.#database.client.$transaction(async (transaction) => {
      const { expiresAt, installationId } = wanted
      if (installationId !== null) await demandRoom(installationId, transaction)
      const row = await transaction.apiKey.create({
        data: {
          ...wanted,
          makerId,
          createdBy: actorOf(by),
          expiresAt: makerId === null ? expiresAt : await endOf(expiresAt, makerId, transaction),
          hash: hashOfKey(key),
          scopes: SCOPES.filter((scope) => wanted.scopes.includes(scope)),
          repositoryIds: [...wanted.repositoryIds],
        },
      })
      await recordAudit(transaction, { ...eventOf(row, by), action: 'api_key.created', next: told(row) })
      return keyOf(row)
    })
  }

  /**
   * Of no effect from now on, and with it what it has made. Answers when it was revoked, which may have been long ago; null:
   * there is no such key.
   */
  async revoke(id: string, by: By | string, reason: string): Promise<Date | null> {
    return this.#database.client.$transaction(async (transaction) => {
      const { count } = await transaction.apiKey.updateMany({
        where: { id, revokedAt: null },
        data: { revokedAt: new Date() },
      })
      const row = await transaction.apiKey.findUnique({ where: { id } })
      if (row && count > 0) {
        const changed = { previous: told({ ...row, revokedAt: null }), next: told(row) }
        await recordAudit(transaction, { ...eventOf(row, by), action: 'api_key.revoked', ...changed, reason })
        await revokeMadeBy(row, by, transaction)
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

/** For one more key. Whoever else makes one waits meanwhile, so that they are counted one after the other. Throws `TooManyKeys`. */
async function demandRoom(installationId: bigint, transaction: Connection): Promise<void> {
  await transaction.$queryRaw`SELECT FROM installation WHERE id = ${installationId} FOR NO KEY UPDATE`
  const inForce = await transaction.apiKey.count({
    where: { installationId, revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }] },
  })
  if (inForce < MOST_KEYS) return
  throw new TooManyKeys(
    `The installation has ${MOST_KEYS} API keys in force, which is as many as may be. Revoke one first.`,
  )
}

/**
 * When a key ends that another makes: with that one at the latest. It is locked, so that it is not revoked while it makes
 * one. Throws `NotByThatKey`.
 */
async function endOf(wanted: Date | null, makerId: string, transaction: Connection): Promise<Date | null> {
  const [maker] = await transaction.$queryRaw<Pick<Row, 'expiresAt'>[]>`
    SELECT expires_at AS "expiresAt" FROM api_key
    WHERE id = ${makerId}::uuid AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now()) FOR SHARE`
  if (!maker) throw new NotByThatKey('The key that asks for it has ended.')
  const { expiresAt: end } = maker
  if (end !== null && wanted !== null && wanted > end) {
    throw new NotByThatKey(`A key ends with the one that made it at the latest: ${end.toISOString()}.`)
  }
  return wanted ?? end
}

/** Level by level: what a key has made is known once it is revoked, since then it makes no more. */
async function revokeMadeBy({ id, revokedAt }: Row, by: By | string, transaction: Connection): Promise<void> {
  for (let makers = [id]; makers.length > 0; ) {
    const madeByThem = { makerId: { in: makers } }
    const ended = await transaction.apiKey.updateManyAndReturn({
      where: { ...madeByThem, revokedAt: null },
      data: { revokedAt },
    })
    await recordAudits(
      transaction,
      ended.map((row) => ({
        ...{ ...eventOf(row, by), action: 'api_key.revoked' },
        ...{ previous: told({ ...row, revokedAt: null }), next: told(row) },
        reason: `api-key/${row.makerId}, which made it, was revoked.`,
      })),
    )
    const made = await transaction.apiKey.findMany({ where: madeByThem, select: { id: true } })
    makers = made.map((one) => one.id)
  }
}

/** A scope that this version doesn't know allows nothing. */
const keyOf = ({ hash: _, scopes, ...row }: Row): ApiKey => ({
  ...row,
  scopes: SCOPES.filter((scope) => scopes.includes(scope)),
})

const actorOf = (by: By | string): string => (typeof by === 'string' ? by : by.actor)

/** Who did something to which key. */
const eventOf = ({ id, installationId }: Pick<Row, 'id' | 'installationId'>, by: By | string) => ({
  ...(typeof by === 'string' ? {} : by),
  ...{ actor: actorOf(by), resource: `api-key/${id}`, installationId },
})

/** What the audit trail keeps of a key: all that decides what it opens. */
const told = ({ name, scopes, installationId, repositoryIds, makerId, expiresAt, revokedAt }: Omit<Row, 'hash'>) => ({
  ...{ name, scopes, makerId, expiresAt, revokedAt },
  installationId: installationId === null ? null : String(installationId),
  repositoryIds: repositoryIds.map(String),
})
