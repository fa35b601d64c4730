/** Which rows a reader may see: every list asks, so that no row of another tenant is ever read. */
import { type Grant, hasScope, type Scope } from '../../access/grant.ts'
import { Prisma } from '../../generated/prisma/client.ts'
import { all, any } from './where.ts'

/** Over `r` (repository) and `i` (installation): those that the app can't see any more are nobody's. */
export const PRESENT = Prisma.sql`r.removed_at IS NULL AND i.removed_at IS NULL`

/**
 * Over `r` (repository): those with which the grants allow that. One repository is asked for with `may` (access/grant.ts),
 * which says the same.
 */
export const visible = (grants: readonly Grant[], scope: Scope): Prisma.Sql =>
  belonging(grants, scope, Prisma.sql`r.installation_id`, Prisma.sql`r.id`)

/**
 * What belongs to where the grants allow that, by the columns that say whose it is. A row that names no repository is whoever's
 * that may do so in all of its installation, and one that names no installation either is for those of the whole server.
 */
export const belonging = (
  grants: readonly Grant[],
  scope: Scope,
  installation: Prisma.Sql,
  repository: Prisma.Sql,
): Prisma.Sql =>
  any(
    having(grants, scope).map(({ installationId, repositoryIds }) =>
      all([
        installationId !== null && Prisma.sql`${installation} = ${installationId}`,
        repositoryIds.length > 0 && Prisma.sql`${repository} = ANY(${[...repositoryIds]}::bigint[])`,
      ]),
    ),
  )

/** What is an affair of a whole installation, by the column that names it: some of its repositories are not enough. */
export const ofWhole = (grants: readonly Grant[], scope: Scope, installation: Prisma.Sql): Prisma.Sql =>
  any(
    having(grants, scope)
      .filter(({ repositoryIds }) => repositoryIds.length === 0)
      .map(({ installationId }) => all([installationId !== null && Prisma.sql`${installation} = ${installationId}`])),
  )

/** Over `i` (installation): those of which the grants show anything. */
export const visibleInstallations = (grants: readonly Grant[], scope: Scope): Prisma.Sql =>
  any(having(grants, scope).map(reached))

function reached({ installationId, repositoryIds }: Grant): Prisma.Sql {
  if (installationId !== null) return Prisma.sql`i.id = ${installationId}`
  if (repositoryIds.length === 0) return Prisma.sql`TRUE`
  return Prisma.sql`EXISTS (
    SELECT 1 FROM repository r WHERE r.installation_id = i.id AND r.id = ANY(${[...repositoryIds]}::bigint[]))`
}

const having = (grants: readonly Grant[], scope: Scope) => grants.filter((grant) => hasScope(grant, scope))
