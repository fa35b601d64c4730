import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Reading } from '../../store/reading/index.ts'
import type { RepositoryRow } from '../../store/reading/repositories.ts'
import { decodeCursor, encodeCursor, pageOf, pageQuery } from './cursor.ts'
import { repositoryParams } from './in-repository.ts'
import { gitHubId, problems, serial, text, time, timeOrNull } from './schemas.ts'

const repository = z
  .object({
    id: z.int().describe("GitHub's id, which survives renames and transfers."),
    installationId: z.int(),
    owner: z.string(),
    name: z.string(),
    defaultBranch: z.string().nullable(),
    private: z.boolean(),
    archivedAt: time.nullable(),
    tracked: z
      .object({
        commit: z.string(),
        scanId: z.uuid(),
        at: time.nullable(),
        conclusion: z.string().nullable().describe('`success`, `failure` or `neutral`, as the check run says.'),
        summary: z.unknown().describe('Counts, as `rosie-guard scan --format json` has them.'),
      })
      .nullable()
      .describe('The default branch as it was last scanned; null: never.'),
  })
  .meta({ id: 'Repository' })

const position = z.tuple([text(200), text(200), serial])

const told = (row: RepositoryRow): z.infer<typeof repository> => ({
  id: Number(row.id),
  installationId: Number(row.installationId),
  owner: row.owner,
  name: row.name,
  defaultBranch: row.defaultBranch,
  private: row.private,
  archivedAt: timeOrNull(row.archivedAt),
  tracked:
    row.trackedHead !== null && row.trackedScanId !== null
      ? {
          commit: row.trackedHead,
          scanId: row.trackedScanId,
          at: timeOrNull(row.trackedAt),
          conclusion: row.conclusion,
          summary: row.summary,
        }
      : null,
})

export const repositories: FastifyPluginAsyncZod<{ store: Pick<Reading, 'repositories'> }> = async (app, { store }) => {
  app.get(
    '/repositories',
    {
      schema: {
        operationId: 'listRepositories',
        tags: ['repositories'],
        summary: 'Repositories, by owner and name',
        querystring: pageQuery.extend({
          installationId: gitHubId.optional(),
          owner: text(100).optional().describe('In capitals or not.'),
          name: text(100).optional().describe('In capitals or not.'),
          conclusion: z.enum(['success', 'failure', 'neutral']).optional(),
        }),
        response: { 200: pageOf(repository), ...problems(400) },
      },
    },
    async ({ query: { limit, cursor, installationId, ...filter }, reader }) => {
      const { items, next } = await store.repositories.list(
        reader.grants,
        { ...filter, ...(installationId && { installationId: BigInt(installationId) }) },
        limit,
        decodeCursor(cursor, position),
      )
      return { items: items.map(told), next: encodeCursor(next) }
    },
  )
}

/** Below `/repositories/:repositoryId`. */
export const oneRepository: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '/',
    {
      prefixTrailingSlash: 'no-slash',
      schema: {
        operationId: 'getRepository',
        tags: ['repositories'],
        summary: 'A repository, and what its default branch was last found to be',
        params: repositoryParams,
        response: { 200: repository, ...problems(400, 404) },
      },
    },
    async (request) => told(request.repository),
  )
}
