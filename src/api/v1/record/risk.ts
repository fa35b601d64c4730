/** The risk register, and what its risks are covered by. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Policy } from '../../../rosie/policy.ts'
import { resolvePolicy } from '../../../rosie/resolve-policy.ts'
import type { Reading } from '../../../store/reading/index.ts'
import type { RecordReading } from '../../../store/reading/record/index.ts'
import type { RiskLevels } from '../../../store/reading/record/risk.ts'
import { Problem } from '../../problem.ts'
import { decodeCursor, encodeCursor, goingOn, pageOf, pageQuery } from '../cursor.ts'
import { repositoryParams } from '../in-repository.ts'
import { problems, serial, sha, someText } from '../schemas.ts'
import { FILTERS } from './schemas.ts'

const entry = z
  .object({
    id: z.string(),
    title: z.string().nullable(),
    date: z.string().nullable().describe('`YYYY-MM-DD`.'),
    risk: z.string().nullable(),
    status: z.string().nullable().describe('In small letters, as written.'),
    line: z.int(),
  })
  .meta({ id: 'RiskEntry' })

const wholeEntry = entry
  .extend({
    endLine: z.int(),
    fields: z.record(z.string(), z.string()).describe('By their names in small letters.'),
    text: z.string().describe('What it says besides.'),
  })
  .meta({ id: 'WholeRiskEntry' })

const position = z.tuple([sha, serial])

const counts = z.record(z.string(), z.int())
const register = z
  .object({
    commit: z.string().nullable().describe('Of the tracked snapshot.'),
    artifactId: z.uuid(),
    path: z.string(),
    sha: z.string(),
    entries: z.int(),
    risks: z.int().describe('Ids; several entries of one id are its history.'),
    lastDate: z.string().nullable(),
    byRisk: counts.describe('Ids by what their newest entry rates them.'),
    byStatus: counts.describe('Ids by the status of their newest entry.'),
  })
  .meta({ id: 'RiskRegister' })

const assessment = z
  .object({
    commit: z.string().nullable().describe('Of the tracked snapshot.'),
    riskMatrix: z.string().describe('Where what is demanded comes from.'),
    risks: z
      .array(
        z.object({
          risk: z.string().nullable().describe('Null: requirements that nothing rates.'),
          requirements: z.int(),
          ...{ linked: z.int(), traced: z.int(), proven: z.int() },
          demanded: z
            .object({
              coverage: z.int().describe('Percent of the requirements.'),
              tiers: z.array(z.string()),
              signatures: z.int().describe('Independent ones on evidence.'),
            })
            .nullable(),
          reached: z
            .object({ traced: z.int(), proven: z.int() })
            .describe('Percent of the requirements, rounded down.'),
          tiers: z.object({ IQ: z.int(), OQ: z.int(), PQ: z.int() }).describe('Requirements that have the tier.'),
          missingTiers: z.int().describe('Requirements that lack a tier that is demanded.'),
        }),
      )
      .describe('From the highest; only risks that occur.'),
  })
  .meta({ id: 'RiskAssessment' })

type Stores = { record: RecordReading } & Pick<Reading, 'policies'>

/** Below `/repositories/:repositoryId`. */
export const risk: FastifyPluginAsyncZod<Stores> = async (app, stores) => {
  await app.register(entries, stores)
  await app.register(wholes, stores)
}

const entries: FastifyPluginAsyncZod<{ record: RecordReading }> = async (app, { record: { risks } }) => {
  app.get(
    '/risks',
    {
      config: { revised: true, keepSeconds: 300 },
      schema: {
        operationId: 'listRisks',
        tags: ['risk'],
        summary: 'Entries of the risk register, in its order',
        params: repositoryParams,
        querystring: pageQuery.extend({ risk: FILTERS.risk, status: FILTERS.status, q: FILTERS.q }),
        response: { 200: pageOf(entry), ...problems(400, 404) },
      },
    },
    async ({ repository, query: { limit, cursor, q: text, ...filter } }) => {
      const after = decodeCursor(cursor, position)
      const { items, next } = goingOn(await risks.entries(repository.id, { ...filter, text }, limit, after))
      return { items: items.map(({ place: _, path: __, sha: ___, ...row }) => row), next: encodeCursor(next) }
    },
  )

  app.get(
    '/risks/:riskId',
    {
      config: { revised: true },
      schema: {
        operationId: 'getRisk',
        tags: ['risk'],
        summary: 'All that the register says of one risk: its entries, in their order',
        params: repositoryParams.extend({
          riskId: someText(200),
        }),
        response: { 200: z.object({ entries: z.array(wholeEntry) }).meta({ id: 'Risk' }), ...problems(400, 404) },
      },
    },
    async ({ repository, params: { riskId } }) => {
      const found = await risks.withId(repository.id, riskId)
      if (found.length === 0) throw new Problem(404, 'The register has no such risk.')
      return {
        entries: found.map(({ fields, id, title, date, risk, status, line, endLine, text }) => ({
          ...{ id, title, date, risk, status, line, endLine, text },
          fields: Object.fromEntries(Object.entries(fields).map(([name, { value }]) => [name, value])),
        })),
      }
    },
  )
}

const wholes: FastifyPluginAsyncZod<Stores> = async (app, { record: { risks }, policies }) => {
  app.get(
    '/risk/register',
    {
      config: { revised: true },
      schema: {
        operationId: 'getRiskRegister',
        tags: ['risk'],
        summary: 'The risk register as a whole',
        params: repositoryParams,
        response: { 200: register, ...problems(400, 404) },
      },
    },
    async ({ repository: { id, trackedHead: commit } }) => {
      const found = await risks.register(id)
      if (!found) throw new Problem(404, 'The default branch has no risk register, or was never scanned.')
      return { commit, ...found }
    },
  )

  app.get(
    '/risk/assessment',
    {
      schema: {
        operationId: 'getRiskAssessment',
        tags: ['risk'],
        summary: 'How far requirements are covered, by their risk, against what the policy demands',
        params: repositoryParams,
        response: { 200: assessment, ...problems(400, 404) },
      },
    },
    async ({ repository }) => {
      const [levels, sources] = await Promise.all([risks.levels(repository.id), policies.sourcesOf(repository)])
      const policy = resolvePolicy(sources)
      return {
        commit: repository.trackedHead,
        riskMatrix: policy.riskMatrixFrom,
        risks: levels.map((row) => assessed(row, policy)),
      }
    },
  )
}

function assessed({ risk, total, linked, traced, proven, iq, oq, pq, missing }: RiskLevels, { riskMatrix }: Policy) {
  const demands = risk === 'HIGH' || risk === 'MEDIUM' || risk === 'LOW' ? riskMatrix[risk] : null
  const percent = (count: number) => Math.floor((count * 100) / total)
  return {
    ...{ risk, requirements: total, linked, traced, proven },
    demanded: demands && { ...demands, tiers: [...demands.tiers] },
    reached: { traced: percent(traced), proven: percent(proven) },
    tiers: { IQ: iq, OQ: oq, PQ: pq },
    missingTiers: missing,
  }
}
