/** The server's registry of keys: each belongs to an installation, for all of its repositories or for one of them. */
import type { Json } from '../rosie/model.ts'
import { keptKey } from '../rosie/parse/keys.ts'
import { type TrustedKey, trustedKey } from '../rosie/verify.ts'
import type { RepositoryRef } from '../scan/ports/source.ts'
import type { Database } from './database.ts'

export class SigningKeys {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** The keys of a repository and of its installation, also those that are not in force: evidence may be older. */
  async of({ id, installationId }: Pick<RepositoryRef, 'id' | 'installationId'>): Promise<TrustedKey[]> {
    const rows = await this.#database.client.signingKey.findMany({
      where: { installationId, OR: [{ repositoryId: id }, { repositoryId: null }] },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    })
    return rows.map(({ kid, jwk, validFrom, validUntil, revokedAt }) => {
      const key = trustedKey(kid, kid, keptKey(isObject(jwk) ? jwk : {}))
      // Whichever of the two accounts lets it count for less.
      return {
        ...key,
        validFrom: bound(Math.max, validFrom, key.validFrom),
        validUntil: bound(Math.min, validUntil, key.validUntil),
        revokedAt: bound(Math.min, revokedAt, key.revokedAt),
      }
    })
  }
}

const isObject = (value: unknown): value is { [member: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Of a time in the registry and one in the key, ms since 1970; null where neither says any. */
function bound(pick: typeof Math.min, registered: Date | null, said: number | null | undefined): number | null {
  const times = [registered?.getTime(), said].flatMap((time) => time ?? [])
  return times.length > 0 ? pick(...times) : null
}
