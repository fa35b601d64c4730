import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Reading } from '../../store/reading/index.ts'
import { Problem } from '../problem.ts'
import { decodeCursor, encodeCursor, pageOf, pageQuery } from './cursor.ts'
import { jobStatistics, statisticsOf } from './job-statistics.ts'
import { job, jobOf } from './scan-schemas.ts'
import { problems, serial, text } from './schemas.ts'

const statistics = z.object({ installationId: z.int(), account: z.string(), jobs: jobStatistics })

const position = z.tuple([text(200), serial])

export const jobs: FastifyPluginAsyncZod<{ store: Pick<Reading, 'scans' | 'installations'> }> = async (
  app,
  { store },
) => {
  app.get(
    '/jobs/stats',
    {
      schema: {
        operationId: 'listJobStatistics',
        tags: ['jobs'],
        summary: 'How the work stands, by installation',
        querystring: pageQuery,
        response: { 200: pageOf(statistics), ...problems(400) },
      },
    },
    async ({ query: { limit, cursor }, reader }) => {
      const page = await store.installations.list(reader.grants, limit, decodeCursor(cursor, position))
      const items = page.items.map(({ id, account, scans }) => ({
        ...{ installationId: Number(id), account, jobs: statisticsOf(scans) },
      }))
      return { items, next: encodeCursor(page.next) }
    },
  )

  app.get(
    '/jobs/:jobId',
    {
      schema: {
        operationId: 'getJob',
        tags: ['jobs'],
        summary: 'A job: how far it is, and where its result is',
        params: z.object({ jobId: z.uuid() }),
        response: { 200: job, ...problems(400, 404) },
      },
    },
    async ({ params: { jobId }, reader }) => {
      const row = await store.scans.withId(reader.grants, jobId)
      if (!row) throw new Problem(404, 'There is no such job, or it is not for you.')
      return jobOf(row)
    },
  )
}
