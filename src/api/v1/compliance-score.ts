/** The score with the numbers that went in, and the history of the record on the default branch. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Reading } from '../../store/reading/index.ts'
import { Problem } from '../problem.ts'
import { decodeCursor, encodeCursor, pageOf, pageQuery } from './cursor.ts'
import { repositoryParams } from './in-repository.ts'
import { problems, serial, text, time, timeOf } from './schemas.ts'

const counts = { total: z.int(), linked: z.int(), traced: z.int(), proven: z.int() }

const score = z
  .object({
    scanId: z.uuid(),
    commit: z.string(),
    value: z
      .int()
      .nullable()
      .describe('0 to 100; null: there is nothing to measure. It measures a record and judges nobody.'),
    parts: z.array(
      z.object({
        name: z.string(),
        weight: z.number(),
        reached: z.number(),
        of: z.number().describe('A part of nothing does not count.'),
      }),
    ),
    coverage: z.array(
      z.object({
        risk: z.string().nullable().describe('Null: requirements without a known risk.'),
        ...counts,
        gate: z.string().describe('The level that the gate of this risk goes by.'),
        demanded: z.number().nullable().describe('Percent.'),
        reached: z.number().describe('Percent, rounded down.'),
        tiers: z.array(z.object({ tier: z.string(), reached: z.int(), demanded: z.int() })),
      }),
    ),
    riskMatrix: z.string().describe('Where the numbers of the risk matrix come from.'),
  })
  .meta({ id: 'ComplianceScore' })

const revision = z
  .object({
    id: z.string(),
    at: time,
    change: z.string().describe('`added`, `changed` or `removed`.'),
    path: z.string(),
    kind: z
      .string()
      .describe(
        'Of an artifact, or `key`, `policy`, `package_file`; `known` and `unknown`: what else lies in `.gxp/`.',
      ),
    gxpId: z.string().nullable(),
    sha: z.string().nullable().describe('Of the git blob; null: removed.'),
    commit: z.string(),
    scanId: z.uuid().describe('The scan that met it.'),
  })
  .meta({ id: 'RecordRevision' })

const position = z.tuple([serial])

/** Below `/repositories/:repositoryId`. */
export const complianceScore: FastifyPluginAsyncZod<{ store: Pick<Reading, 'compliance'> }> = async (
  app,
  { store },
) => {
  app.get(
    '/compliance/score',
    {
      config: { revised: true },
      schema: {
        ...{ operationId: 'getComplianceScore', tags: ['compliance'] },
        summary: 'The score of the default branch, with what went into it, and coverage by risk',
        params: repositoryParams,
        response: { 200: score, ...problems(400, 404) },
      },
    },
    async ({ repository: { trackedScanId, trackedHead } }) => {
      const kept = trackedScanId === null ? null : await store.compliance.assessment(trackedScanId)
      if (trackedScanId === null || trackedHead === null || kept === null) {
        throw new Problem(
          404,
          'There is no score: the default branch was not scanned yet, or not since scores are kept.',
        )
      }
      const { coverage, riskMatrix } = kept
      return { scanId: trackedScanId, commit: trackedHead, ...kept.score, coverage, riskMatrix }
    },
  )

  app.get(
    '/compliance/audit-trail',
    {
      config: { revised: true, keepSeconds: 300 },
      schema: {
        ...{ operationId: 'listRecordRevisions', tags: ['compliance'] },
        summary: 'What became of each file of the record on the default branch, the newest first',
        params: repositoryParams,
        querystring: pageQuery.extend({ path: text(4_096).optional() }),
        response: { 200: pageOf(revision), ...problems(400, 404) },
      },
    },
    async ({ repository, query: { limit, cursor, path } }) => {
      const [before] = decodeCursor(cursor, position) ?? []
      const after = before === undefined ? null : BigInt(before)
      const { items, next } = await store.compliance.trail(repository.id, path, limit, after)
      const told = items.map(({ id, at, ...row }) => ({ id: String(id), at: timeOf(at), ...row }))
      return { items: told, next: encodeCursor(next === null ? null : [next]) }
    },
  )
}
