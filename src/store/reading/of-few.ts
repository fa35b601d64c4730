/**
 * Lists of what belongs to repositories, for whoever may read few of them: the newest of each are found by the index that begins
 * with the repository. In the order of all, as many rows would be looked at as it takes to meet theirs: 30 ms for none of 200,000.
 */
import { type Grant, hasScope, type Scope } from '../../access/grant.ts'
import { Prisma } from '../../generated/prisma/client.ts'
import { toJson } from '../json.ts'
import { belonging } from './visible.ts'

/** Places of which the newest rows are looked at: 3 ms for 50. */
const FEW = 50

interface Place {
  repository: string
  /** Null: whichever. */
  installation: string | null
}

/** Of the table: the columns that say whose a row is. Of the list: its order, by its own columns. */
export interface Listed {
  installation: Prisma.Sql
  repository: Prisma.Sql
  order: Prisma.Sql
  limit: number
}

/** `list`: the statement with its order and limit, of rows that fit this condition, which says that the grants allow that. */
export function ofFew(
  grants: readonly Grant[],
  scope: Scope,
  { installation, repository, order, limit }: Listed,
  list: (theirs: Prisma.Sql) => Prisma.Sql,
): Prisma.Sql {
  const places = placesOf(grants.filter((grant) => hasScope(grant, scope)))
  if (places === null || places.length > FEW) return list(belonging(grants, scope, installation, repository))
  const theirs = Prisma.sql`
    (${repository} = theirs.repository AND (theirs.installation IS NULL OR ${installation} = theirs.installation))`
  return Prisma.sql`
    SELECT newest.* FROM json_to_recordset(${toJson(places)}::json) AS theirs (repository bigint, installation bigint)
    CROSS JOIN LATERAL (${list(theirs)}) AS newest ORDER BY ${order} LIMIT ${limit}`
}

/** Each once, so that no row is met twice. Null: one of the grants is for all repositories. */
function placesOf(grants: readonly Grant[]): Place[] | null {
  if (grants.some(({ repositoryIds }) => repositoryIds.length === 0)) return null
  const places = new Map<string, Place>()
  for (const { installationId, repositoryIds } of grants) {
    const installation = installationId === null ? null : String(installationId)
    for (const repository of repositoryIds.map(String))
      places.set(`${repository}/${installation}`, { repository, installation })
  }
  return [...places.values()].filter(
    ({ repository, installation }) => installation === null || !places.has(`${repository}/null`),
  )
}
