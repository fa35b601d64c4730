/** What somebody may do, with the names of where. */
import type { Grant, Scope } from '../../access/grant.ts'
import type { Database } from '../database.ts'

export interface NamedGrant {
  scopes: readonly Scope[]
  /** Null: the whole server. `account`: null where it is known no more. */
  installation: { id: bigint; account: string | null } | null
  /** Null: all of them. */
  repositories: { id: bigint; owner: string | null; name: string | null }[] | null
}

export class Grants {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** 2 queries, however many there are. */
  async named(grants: readonly Grant[]): Promise<NamedGrant[]> {
    const { client } = this.#database
    const ids = [...new Set(grants.flatMap((grant) => grant.repositoryIds))]
    const [accounts, repositories] = await Promise.all([
      client.$queryRaw<{ id: bigint; account: string }[]>`
        SELECT id, account FROM installation
        WHERE id = ANY(${grants.flatMap(({ installationId }) => installationId ?? [])}::bigint[])`,
      client.$queryRaw<{ id: bigint; installationId: bigint; owner: string; name: string }[]>`
        SELECT id, installation_id AS "installationId", owner, name FROM repository WHERE id = ANY(${ids}::bigint[])`,
    ])
    const accountOf = new Map(accounts.map(({ id, account }) => [id, account]))
    const repositoryOf = new Map(repositories.map((one) => [one.id, one]))
    // One that went to another account has its name there, which is not theirs to see.
    const named = (id: bigint, installation: bigint | null) => {
      const known = repositoryOf.get(id)
      const theirs = known && [null, known.installationId].includes(installation)
      return { id, owner: theirs ? known.owner : null, name: theirs ? known.name : null }
    }
    return grants.map(({ scopes, installationId: id, repositoryIds }) => ({
      scopes,
      installation: id === null ? null : { id, account: accountOf.get(id) ?? null },
      repositories: repositoryIds.length === 0 ? null : repositoryIds.map((repositoryId) => named(repositoryId, id)),
    }))
  }
}
