import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { SEVERITIES } from '../../rosie/model.ts'
import type { SettingKey } from '../../rosie/parse/policy-schema.ts'
import type { Policy } from '../../rosie/policy.ts'
import { matrixOrigin, ORIGINS, originOf, severityOrigin } from '../../rosie/policy-origins.ts'
import { type PolicySources, resolvePolicy } from '../../rosie/resolve-policy.ts'
import type { Reading } from '../../store/reading/index.ts'
import { repositoryParams } from './in-repository.ts'
import { problems } from './schemas.ts'

const origin = z
  .enum(ORIGINS)
  .describe(
    "Who has set it: the standard's defaults, the organisation's `.github/rosie.yml`, `GxP.MD`, or the repository's own `.github/rosie.yml`.",
  )

const part = <Value extends z.ZodType>(value: Value) =>
  z.object({ value, origin, locked: z.boolean().describe('The organisation lets nobody change it.') })

const demands = z.object({
  tiers: z.array(z.string()),
  coverage: z.number().describe('Percent of requirements.'),
  signatures: z.int().describe('Independent ones on evidence.'),
})

const settings = z
  .object({
    fail_on: part(z.enum(['error', 'warning', 'never'])),
    introduced_only: part(z.boolean()),
    severities: z
      .array(part(z.enum([...SEVERITIES, 'off'])).extend({ rule: z.string() }))
      .describe("Those that differ from the rules' own."),
    ignore: part(
      z.array(
        z.object({
          paths: z.array(z.string()),
          rules: z.array(z.string()).describe('Empty: all rules.'),
          reason: z.string(),
          expires: z.string().describe('The last day on which it holds.'),
        }),
      ),
    ),
    sources: part(z.array(z.string())),
    tests: part(z.array(z.string())),
    limits: z.object({ file_bytes: part(z.int()), package_file_bytes: part(z.int()) }),
    comment: part(z.enum(['always', 'on_findings', 'never'])),
    annotation_schema: part(z.enum(['v1', 'v2', 'v3']).nullable()),
    evidence: z.object({ state_hash: z.object({ scope: part(z.string()) }) }),
    risk_matrix: z.object({ HIGH: demands, MEDIUM: demands, LOW: demands, origin, all_high: z.boolean() }),
  })
  .meta({ id: 'Settings', description: 'The policy in force, by the keys of `.github/rosie.yml`.' })

/** Below `/repositories/:repositoryId`. Not `revised`: the organisation's part changes without a scan of the repository. */
export const settingsOfRepository: FastifyPluginAsyncZod<{ store: Pick<Reading, 'policies'> }> = async (
  app,
  { store },
) => {
  app.get(
    '/settings',
    {
      schema: {
        operationId: 'getRepositorySettings',
        tags: ['repositories'],
        summary: 'The policy that a repository is judged by, and where each part comes from (it is changed in git)',
        params: repositoryParams,
        response: { 200: settings, ...problems(400, 404) },
      },
    },
    async ({ repository }) => told(await store.policies.sourcesOf(repository)),
  )
}

function told(sources: PolicySources): z.infer<typeof settings> {
  const policy = resolvePolicy(sources)
  const of = <Value>(key: SettingKey, value: Value, field?: keyof Policy) => ({
    value,
    origin: originOf(sources, key, field),
    locked: policy.locked.includes(key),
  })
  return {
    fail_on: of('fail_on', policy.failOn),
    introduced_only: of('introduced_only', policy.introducedOnly),
    severities: Object.entries(policy.severities).map(([rule, severity]) => ({
      ...of('severities', severity),
      ...{ rule, origin: severityOrigin(sources, rule) },
    })),
    ignore: of('ignore', policy.ignore.map(ignoreOf)),
    sources: of('sources', [...policy.sources]),
    tests: of('tests', [...policy.tests]),
    limits: {
      file_bytes: of('limits', policy.maxFileBytes, 'maxFileBytes'),
      package_file_bytes: of('limits', policy.maxPackageFileBytes, 'maxPackageFileBytes'),
    },
    comment: of('comment', policy.comment),
    annotation_schema: of('annotation_schema', policy.annotationSchema && (`v${policy.annotationSchema}` as const)),
    evidence: { state_hash: { scope: of('evidence', `/${policy.stateScope}`) } },
    risk_matrix: {
      ...{ HIGH: demandsOf(policy, 'HIGH'), MEDIUM: demandsOf(policy, 'MEDIUM'), LOW: demandsOf(policy, 'LOW') },
      ...{ origin: matrixOrigin(sources), all_high: policy.allHigh },
    },
  }
}

const demandsOf = ({ riskMatrix }: Policy, risk: keyof Policy['riskMatrix']) => {
  const { tiers, coverage, signatures } = riskMatrix[risk]
  return { tiers: [...tiers], coverage, signatures }
}

const ignoreOf = ({ paths, rules, reason, expires }: Policy['ignore'][number]) => ({
  ...{ paths: [...paths], rules: [...rules], reason, expires },
})
