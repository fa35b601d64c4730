/**
 * Keys of the server's registry as people register and revoke them: of an installation, or of one repository. What was
 * judged with other keys is due to be judged again.
 */
import { Prisma } from '../generated/prisma/client.ts'
import { type By, recordAudit } from './audit.ts'
import type { Connection, Database } from './database.ts'
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
  jwk: { [member: string]: unknown }
  validFrom: Date | null
  validUntil: Date | null
  revokedAt: Date | null
  createdAt: Date
}

export type NewSigningKey = Pick<RegisteredKey, 'kid' | 'owner' | 'jwk' | 'validFrom' | 'validUntil'>

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

  /** Null: that place has a key of this name which is not revoked. Its row is locked, so that of two one waits. */
  async register(place: KeyPlace, key: NewSigningKey, by: By): Promise<RegisteredKey | null> {
    return this.#database.client.$transaction(async (transaction) => {
      await transaction.$queryRaw`SELECT id FROM installation WHERE id = ${place.installationId} FOR UPDATE`
      const [row] = await transaction.$queryRaw<RegisteredKey[]>`
        INSERT INTO signing_key AS k (installation_id, repository_id, kid, owner, jwk, valid_from, valid_until)
        SELECT ${place.installationId}, ${place.repositoryId}::bigint, ${storable(key.kid)}, ${storable(key.owner)},
          ${toJson(key.jwk)}::jsonb, ${key.validFrom}::timestamptz, ${key.validUntil}::timestamptz
        WHERE NOT EXISTS (
          SELECT 1 FROM signing_key k WHERE ${ownedBy(place)} AND k.kid = ${storable(key.kid)} AND k.revoked_at IS NULL)
        RETURNING ${COLUMNS}`
      if (!row) return null
      await recordAudit(transaction, { ...by, ...eventOf(row), action: 'signing_key.registered', next: told(row) })
      await judgeAgain(transaction, place)
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
      await judgeAgain(transaction, place)
      return revoked
    })
  }
}

/** Over `k` (signing_key): as `SigningKeys.of` has it, a key that names a repository is that repository's alone. */
const countsIn = ({ installationId, repositoryId }: KeyPlace) =>
  repositoryId === null
    ? Prisma.sql`k.installation_id = ${installationId} AND k.repository_id IS NULL`
    : Prisma.sql`(k.repository_id = ${repositoryId} OR k.installation_id = ${installationId} AND k.repository_id IS NULL)`

/** Over `k`: registered for exactly this place. */
const ownedBy = ({ installationId, repositoryId }: KeyPlace) =>
  repositoryId === null
    ? Prisma.sql`k.installation_id = ${installationId} AND k.repository_id IS NULL`
    : Prisma.sql`k.repository_id = ${repositoryId}`

/** As when time has changed something: the heads that were judged are judged once more (due.ts). */
async function judgeAgain(connection: Connection, { installationId, repositoryId }: KeyPlace): Promise<void> {
  const which =
    repositoryId === null ? Prisma.sql`installation_id = ${installationId}` : Prisma.sql`id = ${repositoryId}`
  await connection.$executeRaw`
    UPDATE repository SET due_at = least(due_at, now()) WHERE ${which} AND tracked_scan_id IS NOT NULL`
}

const eventOf = ({ id, installationId, repositoryId }: RegisteredKey) => ({
  ...{ resource: `signing-key/${id}`, installationId, repositoryId },
})

/** What the audit trail keeps of a key: all that decides what it verifies. */
const told = ({ kid, owner, jwk, validFrom, validUntil, revokedAt }: RegisteredKey) => ({
  ...{ kid, owner, jwk, validFrom, validUntil, revokedAt },
})
