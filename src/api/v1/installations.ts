import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Scope } from '../../access/grant.ts'
import type { Reading } from '../../store/reading/index.ts'
import type { InstallationRow } from '../../store/reading/installations.ts'
import { Problem } from '../problem.ts'
import { decodeCursor, encodeCursor, pageOf, pageQuery } from './cursor.ts'
import { jobStatistics, statisticsOf } from './job-statistics.ts'
import { gitHubId, problems, serial, text, time, timeOf, timeOrNull } from './schemas.ts'

const quota = z.object({
  resource: z.string().describe("GitHub's word: `core`, `graphql`."),
  remaining: z.number(),
  limit: z.number(),
  resetsAt: time,
})

const installation = z
  .object({
    id: z.int().describe("GitHub's id."),
    account: z.string().describe('The organisation or user that the app is installed on.'),
    accountType: z.string(),
    suspendedAt: time.nullable(),
    createdAt: time.describe('When this server first heard of it.'),
    repositories: z.int().describe('How many of them you may read.'),
    blockedUntil: time.nullable().describe('GitHub asked the app to wait; null: it may ask.'),
    quota: z.array(quota).describe('What GitHub last said is left of its limits.'),
    scans: jobStatistics,
  })
  .meta({ id: 'Installation' })

export const installationParams = z.object({ installationId: gitHubId.describe("GitHub's id of the installation.") })

const position = z.tuple([text(200), serial])

/** `now`: ms since 1970. A quota whose hour has passed is whole again. */
const told = (row: InstallationRow, now: number): z.infer<typeof installation> => ({
  id: Number(row.id),
  account: row.account,
  accountType: row.accountType,
  suspendedAt: timeOrNull(row.suspendedAt),
  createdAt: timeOf(row.createdAt),
  repositories: row.repositories,
  blockedUntil: row.blockedUntil && row.blockedUntil.getTime() > now ? timeOf(row.blockedUntil) : null,
  quota: Object.entries(row.quota ?? {}).map(([resource, { remaining, limit, reset }]) => ({
    ...{ resource, limit, resetsAt: timeOf(new Date(reset)) },
    remaining: reset <= now ? limit : remaining,
  })),
  scans: statisticsOf(row.scans),
})

const GONE = 'There is no such installation, or it is not for you.'

/** All of an installation, for whoever may do that in it. Throws `Problem`: 403, 404. */
export async function demandInstallation(
  store: Pick<Reading, 'installations'>,
  { reader }: Pick<FastifyRequest, 'reader'>,
  id: bigint,
  scope: Scope,
): Promise<void> {
  const allowed = await store.installations.allows(reader.grants, id, scope)
  if (allowed === null) throw new Problem(404, GONE)
  if (!allowed) throw new Problem(403, `This needs the scope ${scope} for the whole installation.`)
}

export const installations: FastifyPluginAsyncZod<{ store: Pick<Reading, 'installations'> }> = async (
  app,
  { store },
) => {
  app.get(
    '/installations',
    {
      schema: {
        operationId: 'listInstallations',
        tags: ['installations'],
        summary: 'Installations, by account',
        querystring: pageQuery,
        response: { 200: pageOf(installation), ...problems(400) },
      },
    },
    async ({ query: { limit, cursor }, reader }) => {
      const page = await store.installations.list(reader.grants, limit, decodeCursor(cursor, position))
      return { items: page.items.map((row) => told(row, Date.now())), next: encodeCursor(page.next) }
    },
  )

  app.get(
    '/installations/:installationId',
    {
      schema: {
        operationId: 'getInstallation',
        tags: ['installations'],
        summary: 'An installation, what GitHub leaves it, and how its scans stand',
        params: installationParams,
        response: { 200: installation, ...problems(400, 404) },
      },
    },
    async ({ params: { installationId }, reader }) => {
      const row = await store.installations.withId(reader.grants, BigInt(installationId))
      if (!row) throw new Problem(404, GONE)
      return told(row, Date.now())
    },
  )
}
