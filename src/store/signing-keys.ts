/** The server's registry of keys: each belongs to an installation or to one repository of it. */
import type { Json } from '../rosie/model.ts'
import { publicMembers } from '../rosie/parse/keys.ts'
import type { TrustedKey } from '../rosie/verify.ts'
import type { RepositoryRef } from '../scan/ports.ts'
import type { Database } from './database.ts'

export class SigningKeys {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** The keys of a repository and of its installation, also those that are not in force: evidence may be older. */
  async of({ id, installationId }: Pick<RepositoryRef, 'id' | 'installationId'>): Promise<TrustedKey[]> {
    // An installation's key that names a repository as well is that repository's alone.
    const rows = await this.#database.client.signingKey.findMany({
      where: { OR: [{ repositoryId: id }, { installationId, repositoryId: null }] },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    })
    return rows.map(({ kid, jwk, validFrom, validUntil, revokedAt }) => ({
      name: kid,
      kid,
      jwk: publicMembers(isObject(jwk) ? jwk : {}),
      validFrom: validFrom?.getTime() ?? null,
      validUntil: validUntil?.getTime() ?? null,
      revokedAt: revokedAt?.getTime() ?? null,
    }))
  }
}

const isObject = (value: unknown): value is { [member: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
