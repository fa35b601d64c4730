/** Traceability: what an id rests on and what rests on it, links that lead nowhere, and what proves a requirement. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { RecordReading } from '../../../store/reading/record/index.ts'
import { Problem } from '../../problem.ts'
import { decodeCursor, encodeCursor, goingOn, pageOf, pageQuery } from '../cursor.ts'
import { repositoryParams } from '../in-repository.ts'
import { problems, serial } from '../schemas.ts'
import { edge, gxpIdParams, toldEdge } from './schemas.ts'

const brokenPosition = z.tuple([z.uuid(), serial])

const MOST_NODES = 2_000
const MOST_EDGES = 10_000

const chain = z
  .object({
    nodes: z
      .array(
        z.object({
          id: z.string(),
          depth: z.int().describe('Edges from where the chain begins.'),
          kind: z.string().nullable().describe('Of an artifact.'),
          title: z.string().nullable(),
          path: z.string().nullable(),
        }),
      )
      .describe('Each once, the nearest first.'),
    edges: z.array(edge).describe('That join two of the nodes.'),
    truncated: z.boolean().describe(`There are more than ${MOST_NODES} nodes or ${MOST_EDGES} edges.`),
  })
  .meta({ id: 'Chain' })

const broken = edge
  .extend({
    finding: z
      .object({ id: z.string(), severity: z.string(), message: z.string() })
      .nullable()
      .describe('That tells it; null: it is set aside, or told by another one.'),
  })
  .meta({ id: 'BrokenLink' })

const proof = z
  .object({
    gxpId: z.string(),
    commit: z.string().nullable().describe('Of the tracked snapshot.'),
    level: z.enum(['proven', 'traced', 'linked', 'none']).describe('The highest that it reaches.'),
    steps: z
      .array(
        z.object({
          from: z.string(),
          to: z.string(),
          type: z.string().nullable().describe('Null: only the ends of this step were kept.'),
          by: z.string().nullable(),
          path: z.string().nullable(),
          line: z.int().nullable(),
        }),
      )
      .describe(
        'From the test or evidence to the requirement, each with the place that says so; none where it is not traced.',
      ),
  })
  .meta({ id: 'PathProof' })

/** Below `/repositories/:repositoryId`. */
export const traceability: FastifyPluginAsyncZod<{ record: RecordReading }> = async (app, { record }) => {
  await app.register(chains, { record })
  await app.register(brokenLinks, { record })
  await app.register(proofs, { record })
}

const chains: FastifyPluginAsyncZod<{ record: RecordReading }> = async (app, { record: { traceability } }) => {
  app.get(
    '/traceability/chain/:gxpId',
    {
      config: { revised: true, keepSeconds: 300 },
      schema: {
        operationId: 'getChain',
        tags: ['traceability'],
        summary: 'All that an id leads to, or that leads to it',
        params: gxpIdParams,
        querystring: z.object({
          direction: z
            .enum(['up', 'down'])
            .default('up')
            .describe(
              '`up`, where nothing is said: what it fulfils, towards requirements; of a requirement there is nothing more. `down`: what fulfils it, towards code, tests and evidence.',
            ),
          depth: z.coerce.number().int().min(1).max(20).default(10).describe('Edges at most.'),
        }),
        response: { 200: chain, ...problems(400, 404) },
      },
    },
    async ({ repository: { id }, params: { gxpId }, query: { direction, depth } }) => {
      const met = await traceability.chain(id, gxpId, direction, depth, MOST_NODES + 1)
      if (met.length < 2 && !(await traceability.knows(id, gxpId))) throw new Problem(404, 'The record has no such id.')
      const nodes = met.slice(0, MOST_NODES)
      const names = nodes.map(({ node }) => node)
      const edges = await traceability.among(id, names, MOST_EDGES + 1)
      return {
        nodes: nodes.map(({ node, ...rest }) => ({ id: node, ...rest })),
        edges: edges.slice(0, MOST_EDGES).map(toldEdge),
        truncated: met.length > MOST_NODES || edges.length > MOST_EDGES,
      }
    },
  )
}

const brokenLinks: FastifyPluginAsyncZod<{ record: RecordReading }> = async (app, { record: { traceability } }) => {
  app.get(
    '/traceability/broken',
    {
      config: { revised: true, keepSeconds: 300 },
      schema: {
        operationId: 'listBrokenLinks',
        tags: ['traceability'],
        summary: 'Links to ids that nothing defines, with the finding that tells each',
        params: repositoryParams,
        querystring: pageQuery,
        response: { 200: pageOf(broken), ...problems(400, 404) },
      },
    },
    async ({ repository: { id, trackedScanId }, query: { limit, cursor } }) => {
      const after = decodeCursor(cursor, brokenPosition)
      const { items, next } = goingOn(await traceability.broken(id, trackedScanId, limit, after))
      return {
        items: items.map(({ findingId, severity, message, ...row }) => ({
          finding:
            findingId === null || severity === null || message === null
              ? null
              : { id: String(findingId), severity, message },
          ...toldEdge(row),
        })),
        next: encodeCursor(next),
      }
    },
  )
}

const proofs: FastifyPluginAsyncZod<{ record: RecordReading }> = async (app, { record: { links, traceability } }) => {
  app.get(
    '/traceability/proof/:gxpId',
    {
      config: { revised: true },
      schema: {
        operationId: 'getPathProof',
        tags: ['traceability'],
        summary: 'The path that shows how far a requirement is covered, step by step with its places',
        params: gxpIdParams,
        response: { 200: proof, ...problems(400, 404) },
      },
    },
    async ({ repository: { id, trackedHead: commit }, params: { gxpId } }) => {
      const coverage = await links.coverage(id, gxpId)
      if (!coverage) throw new Problem(404, 'The record has no such requirement in force.')
      const { proven, traced, linked, path } = coverage
      const steps = await traceability.steps(id, path)
      const level = proven ? 'proven' : traced ? 'traced' : linked ? 'linked' : 'none'
      return { gxpId, commit, level, steps } as const
    },
  )
}
