/**
 * Keys of the server's registry as people register and revoke them: of an installation, or of one repository. What was
 * judged with other keys is due to be judged again.
 */
import { Prisma } from '../generated/prisma/client.ts'
import type { Json } from '../rosie/model.ts'
import { materialOf } from '../rosie/trusted-keys.ts'
import { type By, recordAudit } from './audit.ts'
import type { Connection, Database } from './database.ts'
import { judgeAgain } from './due.ts'
import { storable, toJson } from './json.ts'
import { type Page, pageOf } from './reading/page.ts'

/** Where a key counts: in all repositories of an installation, or in one of them. */
export interface KeyPlace {
  installationId: bigint
  repositoryId: bigint | null
}

export interface RegisteredKey extends KeyPlace {
  id: string
  kid: string
  /** Whose signatures it verifies, as people call them. */
  owner: string
  /** Public members only. */
  jwk: { [member: string]: Json }
  validFrom: Date | null
  validUntil: Date | null
  revokedAt: Date | null
  createdAt: Date
}

export type NewSigningKey = Pick<RegisteredKey, 'kid' | 'owner' | 'jwk' | 'validFrom' | 'validUntil'>

/** A key that was revoked where it is to be registered: it would count for nothing. The message is for whoever has it. */
export class RevokedBefore extends Error {
  override name = 'RevokedBefore'
}

/** The order of the list. */
export type KeyPosition = readonly [createdAt: string, id: string]

const COLUMNS = Prisma.sql`
  k.id, k.kid, k.owner, k.jwk, k.installation_id AS "installationId", k.repository_id AS "repositoryId",
  k.valid_from AS "validFrom", k.valid_until AS "validUntil", k.revoked_at AS "revokedAt", k.created_at AS "createdAt"`

export class KeyRegistry {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Those that count there, the newest first, also where they are not in force: evidence may be older. */
  async list(place: KeyPlace, limit: number, after: KeyPosition | null): Promise<Page<RegisteredKey, KeyPosition>> {
    const from = after
      ? Prisma.sql`AND (k.created_at, k.id) < (${after[0]}::timestamptz, ${after[1]}::uuid)`
      : Prisma.empty
    const rows = await this.#database.client.$queryRaw<RegisteredKey[]>`
      SELECT ${COLUMNS} FROM signing_key k WHERE ${countsIn(place)} ${from}
      ORDER BY k.created_at DESC, k.id DESC LIMIT ${limit + 1}`
    return pageOf(rows, limit, ({ createdAt, id }) => [createdAt.toISOString(), id])
  }

  /**
   * Null: that place has a key of this name which is not revoked. Its row is locked, so that of two one waits. Throws
   * `RevokedBefore`.
   */
  async register(place: KeyPlace, key: NewSigningKey, by: By): Promise<RegisteredKey | null> {
    return this.#database.client.$transaction(async (transaction) => {
      await transaction.$queryRaw`SELECT id FROM installation WHERE id = ${place.installationId} FOR UPDATE`
      await refuseRevoked(transaction, place, key)
      const [row] = await transaction.$queryRaw<RegisteredKey[]>`
        INSERT INTO signing_key AS k (installation_id, repository_id, kid, owner, jwk, valid_from, valid_until)
        SELECT ${place.installationId}, ${place.repositoryId}::bigint, ${storable(key.kid)}, ${storable(key.owner)},
          ${toJson(key.jwk)}::jsonb, ${key.validFrom}::timestamptz, ${key.validUntil}::timestamptz
        WHERE NOT EXISTS (
          SELECT 1 FROM signing_key k WHERE ${ownedBy(place)} AND k.kid = ${storable(key.kid)} AND k.revoked_at IS NULL)
        RETURNING ${COLUMNS}`
      if (!row) return null
      await recordAudit(transaction, { ...by, ...eventOf(row), action: 'signing_key.registered', next: told(row) })
      await judgeAgain(transaction, repositoriesOf(place))
      return row
    })
  }

  /** It counts for nothing that is first seen from now on. Revoked already: as it is. Null: that place has no such key. */
  async revoke(place: KeyPlace, id: string, reason: string, by: By): Promise<RegisteredKey | null> {
    return this.#database.client.$transaction(async (transaction) => {
      const which = Prisma.sql`k.id = ${id}::uuid AND ${ownedBy(place)}`
      const [revoked] = await transaction.$queryRaw<RegisteredKey[]>`
        UPDATE signing_key k SET revoked_at = now() WHERE ${which} AND k.revoked_at IS NULL RETURNING ${COLUMNS}`
      if (!revoked) {
        const [row] = await transaction.$queryRaw<RegisteredKey[]>`SELECT ${COLUMNS} FROM signing_key k WHERE ${which}`
        return row ?? null
      }
      const changed = { previous: told({ ...revoked, revokedAt: null }), next: told(revoked), reason }
      await recordAudit(transaction, { ...by, ...eventOf(revoked), action: 'signing_key.revoked', ...changed })
      await judgeAgain(transaction, repositoriesOf(place))
      return revoked
    })
  }
}

/**
 * Over `k` (signing_key): as `SigningKeys.of` has it, a key that names a repository is that repository's alone, and counts while
 * that is the account's whose key it is: another has not chosen it.
 */
const countsIn = ({ installationId, repositoryId }: KeyPlace) =>
  repositoryId === null
    ? Prisma.sql`k.installation_id = ${installationId} AND k.repository_id IS NULL`
    : Prisma.sql`k.installation_id = ${installationId} AND (k.repository_id = ${repositoryId} OR k.repository_id IS NULL)`

/** Over `k`: registered for exactly this place. */
const ownedBy = ({ installationId, repositoryId }: KeyPlace) =>
  repositoryId === null
    ? Prisma.sql`k.installation_id = ${installationId} AND k.repository_id IS NULL`
    : Prisma.sql`k.installation_id = ${installationId} AND k.repository_id = ${repositoryId}`

/**
 * A key is its material: revoked once, it counts for nothing under another name either (rosie/trusted-keys.ts). Why an
 * installation's key was revoked is not told where only one of its repositories is administered.
 */
async function refuseRevoked(connection: Connection, place: KeyPlace, { jwk }: NewSigningKey): Promise<void> {
  const [before] = await connection.$queryRaw<{ kid: string; revokedAt: Date; reason: string | null }[]>`
    SELECT k.kid, k.revoked_at AS "revokedAt", (
      SELECT e.reason FROM audit_event e
      WHERE e.resource = 'signing-key/' || k.id AND e.action = 'signing_key.revoked' AND ${ownedBy(place)}
      ORDER BY e.at LIMIT 1) AS reason
    FROM signing_key k
    WHERE ${countsIn(place)} AND k.revoked_at IS NOT NULL AND k.jwk @> ${toJson(materialOf(jwk))}::jsonb
    ORDER BY k.revoked_at, k.id LIMIT 1`
  if (!before) return
  const { kid, revokedAt, reason } = before
  throw new RevokedBefore(
    `This key was registered as \`${kid}\` and revoked at ${revokedAt.toISOString()}${reason === null ? '' : ` ("${reason}")`}. ` +
      'A key that was revoked stays revoked, under whatever name: register another.',
  )
}

/** Over `repository`: where a key of this place counts. */
const repositoriesOf = ({ installationId, repositoryId }: KeyPlace) =>
  repositoryId === null ? Prisma.sql`installation_id = ${installationId}` : Prisma.sql`id = ${repositoryId}`

const eventOf = ({ id, installationId, repositoryId }: RegisteredKey) => ({
  ...{ resource: `signing-key/${id}`, installationId, repositoryId },
})

/** What the audit trail keeps of a key: all that decides what it verifies. */
const told = ({ kid, owner, jwk, validFrom, validUntil, revokedAt }: RegisteredKey) => ({
  ...{ kid, owner, jwk, validFrom, validUntil, revokedAt },
})
