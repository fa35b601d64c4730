import { type Grant, hasScope, type Scope } from '../../access/grant.ts'
import { Prisma } from '../../generated/prisma/client.ts'

/**
 * Over `r` (repository): those with which the grants allow that. Every list asks it, so that no row of another tenant is
 * ever read; one repository is asked for with `may` (access/grant.ts), which says the same.
 */
export function visible(grants: readonly Grant[], scope: Scope): Prisma.Sql {
  const held = grants.filter((grant) => hasScope(grant, scope)).map(within)
  return held.length === 0 ? Prisma.sql`FALSE` : Prisma.sql`(${Prisma.join(held, ' OR ')})`
}

function within({ installationId, repositoryIds }: Grant): Prisma.Sql {
  const place = installationId === null ? Prisma.sql`TRUE` : Prisma.sql`r.installation_id = ${installationId}`
  if (repositoryIds.length === 0) return place
  return Prisma.sql`(${place} AND r.id = ANY(${[...repositoryIds]}::bigint[]))`
}

/** Over `i` (installation): those of which the grants show anything. */
export function visibleInstallations(grants: readonly Grant[], scope: Scope): Prisma.Sql {
  const held = grants.filter((grant) => hasScope(grant, scope)).map(reached)
  return held.length === 0 ? Prisma.sql`FALSE` : Prisma.sql`(${Prisma.join(held, ' OR ')})`
}

function reached({ installationId, repositoryIds }: Grant): Prisma.Sql {
  if (installationId !== null) return Prisma.sql`i.id = ${installationId}`
  if (repositoryIds.length === 0) return Prisma.sql`TRUE`
  return Prisma.sql`EXISTS (
    SELECT 1 FROM repository r WHERE r.installation_id = i.id AND r.id = ANY(${[...repositoryIds]}::bigint[]))`
}
