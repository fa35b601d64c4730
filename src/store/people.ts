/** What is kept of people who signed in: what GitHub said they may do, and when it has to be asked again. */
import type { Grant } from '../access/grant.ts'
import { SCOPES } from '../access/grant.ts'
import { FRESH_MS } from '../access/people.ts'
import { Prisma } from '../generated/prisma/client.ts'
import type { Intent } from '../scan/ports/intents.ts'
import { recordAudit } from './audit.ts'
import type { Connection } from './database.ts'
import { toJson } from './json.ts'
import { addedUp, type Count, counted } from './removed.ts'

/** As JSON keeps it, which has no large integers. */
interface StoredGrant {
  scopes: string[]
  installationId: string | null
  repositoryIds: string[]
}

export const storedGrants = (grants: readonly Grant[]): string =>
  toJson(
    grants.map(
      ({ scopes, installationId, repositoryIds }): StoredGrant => ({
        scopes: [...scopes],
        installationId: installationId === null ? null : String(installationId),
        repositoryIds: repositoryIds.map(String),
      }),
    ),
  )

export const grantsFrom = (stored: unknown): Grant[] =>
  (stored as StoredGrant[]).map(({ scopes, installationId, repositoryIds }) => ({
    scopes: SCOPES.filter((scope) => scopes.includes(scope)),
    installationId: installationId === null ? null : BigInt(installationId),
    repositoryIds: repositoryIds.map(BigInt),
  }))

/**
 * What an event may have changed is dropped, in the transaction that processes it. Those of whom GitHub is being asked right
 * now are written too, which tells whoever asks that the answer may be older than the event.
 */
export async function dropGrants(connection: Connection, intent: Intent): Promise<void> {
  switch (intent.type) {
    case 'installation':
      return drop(connection, Prisma.sql`TRUE`)
    case 'repositories':
      if (intent.added.length + intent.removed.length === 0) return
      return drop(connection, concerned(intent.installation))
    case 'repository':
    case 'access':
      return drop(connection, concerned(intent.installation))
    case 'person':
      return revoke(connection, intent.person)
  }
}

/**
 * Whoever sees anything of the installation, and whoever may be asked about right now: what is kept of them is nothing, or
 * too old. By the time of the statement: the transaction may have begun before the question, when it was not too old yet.
 */
const concerned = (installation: bigint) => Prisma.sql`
  (asked_at IS NULL OR asked_at <= statement_timestamp() - ${FRESH_MS}::float8 * interval '1 ms'
    OR grants @> ${toJson([{ installationId: String(installation) }])}::jsonb)`

/** In one order, so that two processes don't wait for each other. */
async function drop(connection: Connection, where: Prisma.Sql): Promise<void> {
  await connection.$executeRaw`
    UPDATE person SET grants = NULL, asked_at = NULL
    WHERE id IN (SELECT id FROM person WHERE ${where} ORDER BY id FOR UPDATE)`
}

/** They took back what they had allowed the app: GitHub's tokens for them are of no use any more. */
async function revoke(connection: Connection, id: bigint): Promise<void> {
  await drop(connection, Prisma.sql`id = ${id}`)
  const ended = await connection.$queryRaw<{ id: string }[]>`DELETE FROM session WHERE person_id = ${id} RETURNING id`
  if (ended.length === 0) return
  await recordAudit(connection, {
    ...{ actor: 'github', action: 'session.ended', resource: `person/${id}` },
    previous: { sessions: ended.map((session) => session.id) },
    reason: 'The person revoked what they had allowed the app at GitHub.',
  })
}

/**
 * Of people without a session nothing is of use any more. They are locked before it counts, since one of them may be
 * signing in this very moment: what began meanwhile is seen by the second statement, not by the first.
 */
export async function removeAbsent(transaction: Connection, most: number): Promise<number> {
  const absent = await transaction.$queryRaw<{ id: bigint }[]>`
    SELECT id FROM person p WHERE NOT EXISTS (SELECT 1 FROM session s WHERE s.person_id = p.id)
    LIMIT ${most} FOR UPDATE SKIP LOCKED`
  return counted(transaction.$queryRaw<Count[]>`
    WITH removed AS (
      DELETE FROM person p WHERE id = ANY(${absent.map(({ id }) => id)}::bigint[])
        AND NOT EXISTS (SELECT 1 FROM session s WHERE s.person_id = p.id)
      RETURNING 1
    ), ${addedUp('people')}`)
}
