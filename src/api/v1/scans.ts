import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Reader } from '../../access/grant.ts'
import type { Reading } from '../../store/reading/index.ts'
import { type ListedKind, SCAN_KINDS, SCAN_STATUSES, type ScanRow } from '../../store/reading/scans.ts'
import { Problem } from '../problem.ts'
import { decodeCursor, encodeCursor, pageOf, pageQuery } from './cursor.ts'
import { finding, findingQuery, findingsPage } from './findings.ts'
import { repositoryParams } from './in-repository.ts'
import { listedScan, listedScanOf, scan, scanOf } from './scan-schemas.ts'
import { BACKWARDS, gitHubId, isInOrder, momentOrDay, placeInTime, problems } from './schemas.ts'

const filters = pageQuery.extend({
  status: z.enum(SCAN_STATUSES).optional(),
  kind: z.enum(SCAN_KINDS).optional(),
  from: momentOrDay
    .optional()
    .describe('Asked for at that moment or later: RFC 3339, or a day, which is its beginning in UTC.'),
  to: momentOrDay.optional().describe('Asked for before that moment, or before that day begins.'),
})

const position = z.tuple([placeInTime, z.uuid()])

const scanParams = z.object({ scanId: z.uuid() })

type Store = Pick<Reading, 'scans' | 'findings'>

/** Throws `Problem` 404. `report` is a job and no scan. */
async function scanWith({ scans }: Store, { grants }: Reader, id: string): Promise<ScanRow & { kind: ListedKind }> {
  const row = await scans.withId(grants, id)
  if (!row || row.kind === 'report') throw new Problem(404, 'There is no such scan, or it is not for you.')
  return { ...row, kind: row.kind }
}

async function page(
  { scans }: Store,
  { grants }: Reader,
  { limit, cursor, repositoryId, ...filter }: z.output<typeof filters> & { repositoryId?: number | undefined },
) {
  const { items, next } = await scans.list(
    grants,
    { ...filter, repositoryId: repositoryId === undefined ? repositoryId : BigInt(repositoryId) },
    limit,
    decodeCursor(cursor, position),
  )
  return { items: items.map(listedScanOf), next: encodeCursor(next) }
}

export const scans: FastifyPluginAsyncZod<{ store: Store }> = async (app, { store }) => {
  app.get(
    '/scans',
    {
      schema: {
        operationId: 'listScans',
        tags: ['scans'],
        summary: 'Scans of all repositories, the newest first',
        querystring: filters.extend({ repositoryId: gitHubId.optional() }).refine(isInOrder, BACKWARDS),
        response: { 200: pageOf(listedScan), ...problems(400) },
      },
    },
    async ({ query, reader }) => page(store, reader, query),
  )

  app.get(
    '/scans/:scanId',
    {
      schema: {
        operationId: 'getScan',
        tags: ['scans'],
        summary: 'A scan: how far it is, and what came of it',
        params: scanParams,
        response: { 200: scan, ...problems(400, 404) },
      },
    },
    async ({ params, reader }) => scanOf(await scanWith(store, reader, params.scanId)),
  )

  app.get(
    '/scans/:scanId/findings',
    {
      schema: {
        operationId: 'listScanFindings',
        tags: ['scans'],
        summary: 'What a scan found',
        params: scanParams,
        querystring: findingQuery,
        response: { 200: pageOf(finding), ...problems(400, 404) },
      },
    },
    async ({ params, query, reader }) => {
      const { repositoryId, id: scanId } = await scanWith(store, reader, params.scanId)
      return findingsPage(store, { repositoryId, scanId }, query)
    },
  )
}

/** Below `/repositories/:repositoryId`. */
export const repositoryScans: FastifyPluginAsyncZod<{ store: Store }> = async (app, { store }) => {
  app.get(
    '/scans',
    {
      schema: {
        operationId: 'listRepositoryScans',
        tags: ['scans'],
        summary: 'Scans of a repository, the newest first',
        params: repositoryParams,
        querystring: filters.refine(isInOrder, BACKWARDS),
        response: { 200: pageOf(listedScan), ...problems(400, 404) },
      },
    },
    async ({ query, reader, params: { repositoryId } }) => page(store, reader, { ...query, repositoryId }),
  )
}
