/** The traceability matrix of the tracked snapshot, as `rosie-guard matrix` writes it. GxP.MD, "Traceability matrix". */
import { createGunzip } from 'node:zlib'
import { negotiate } from '@fastify/accept-negotiator'
import type { FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { RecordReading } from '../../../store/reading/record/index.ts'
import { Problem } from '../../problem.ts'
import { repositoryParams } from '../in-repository.ts'
import { problems } from '../schemas.ts'

const name = z.string()
const names = z.array(name)

const matrix = z
  .object({
    gxpmd_version: name,
    generated_at: name.describe('When the snapshot was taken: UTC, RFC 3339.'),
    summary: z.object({
      total_nodes: z.int(),
      total_edges: z.int(),
      total_requirements: z.int(),
      covered_requirements: z.int(),
      coverage_by_risk: z.record(name, z.object({ total: z.int(), covered: z.int(), percent: z.int() })),
    }),
    nodes: z.record(
      name,
      z.object({ phase: name, risk: name.nullable(), title: name.nullable(), files: names, tiers: names }),
    ),
    edges: z.array(z.object({ from: name, to: name, type: name, source_file: name })),
    coverage: z.record(
      name,
      z.object({
        risk: name.nullable(),
        covered: z.boolean().describe('By the traced level, which gates go by.'),
        ...{ linked: z.boolean(), traced: z.boolean(), proven: z.boolean() },
        ...{ tiers: names, missing_tiers: names, test_nodes: names },
        reachable_nodes: names.describe('What leads to it, nearest first; cut short where the graph is very dense.'),
        path: names.describe('From the test or evidence to the requirement.'),
      }),
    ),
  })
  .meta({ id: 'TraceabilityMatrix' })

/** Below `/repositories/:repositoryId`. */
export const matrixJson: FastifyPluginAsyncZod<{ record: RecordReading }> = async (app, { record }) => {
  app.get(
    '/traceability/matrix',
    {
      config: { revised: true, coded: true },
      schema: {
        operationId: 'getMatrix',
        tags: ['traceability'],
        summary: 'The traceability matrix, as `rosie-guard matrix` writes it',
        params: repositoryParams,
        response: { 200: matrix, ...problems(400, 404) },
      },
    },
    async ({ repository: { id }, headers }, reply: FastifyReply) => {
      const content = await record.matrix.content(id)
      if (content === null) throw new Problem(404, 'There is no matrix yet: the default branch has to be scanned.')
      // Sent as it is kept, past the schema: checking 100,000 entries would take longer than all else.
      void reply.type('application/json')
      const coding = negotiate(headers['accept-encoding'] ?? '', ['gzip', 'identity'])
      if (coding === 'gzip') return reply.header('content-encoding', 'gzip').send(content)
      const gunzip = createGunzip()
      gunzip.end(content)
      return reply.send(gunzip)
    },
  )
}
