import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { closest } from '../../rosie/ids.ts'
import { SEVERITIES } from '../../rosie/model.ts'
import { RULES } from '../../rosie/rules/index.ts'
import type { FindingRow } from '../../store/reading/findings.ts'
import type { Reading } from '../../store/reading/index.ts'
import { Problem } from '../problem.ts'
import { decodeCursor, encodeCursor, pageOf, pageQuery } from './cursor.ts'
import { repositoryParams } from './in-repository.ts'
import { problems, serial, text } from './schemas.ts'

export const finding = z
  .object({
    id: z.string(),
    scanId: z.uuid(),
    rule: z.string().describe('As in the list of rules: `trace/broken-reference`.'),
    severity: z.enum(SEVERITIES),
    path: z.string().nullable(),
    line: z.int().nullable(),
    endLine: z.int().nullable(),
    column: z.int().nullable(),
    endColumn: z.int().nullable(),
    gxpId: z.string().nullable().describe('The artifact it is about.'),
    message: z.string(),
    fingerprint: z.string().describe('The same for the same finding of another scan.'),
    status: z.enum(['introduced', 'existing']),
  })
  .meta({ id: 'Finding' })

const RULE_IDS = RULES.map(({ id }) => id)

/** A rule of the catalogue: for one that is misspelt, no findings would pass for a good answer. */
const ruleId = text(100)
  .regex(/^[a-z0-9-]+\/[a-z0-9-]+$/, {
    error: 'must be the id of a rule, such as `trace/broken-reference`',
    abort: true,
  })
  .refine((id) => RULE_IDS.includes(id), {
    error: ({ input }) => `names no rule that there is.${insteadOf(String(input))}`,
  })

/** The nearest id; else all that begin alike. */
function insteadOf(id: string): string {
  const near = closest(id, RULE_IDS)
  if (near) return ` Did you mean \`${near}\`?`
  const [area = ''] = id.split('/')
  const alike = RULE_IDS.filter((each) => each.startsWith(`${area}/`)).map((each) => `\`${each}\``)
  return alike.length > 0 ? ` Of \`${area}\` there are ${alike.join(', ')}.` : ''
}

export const findingQuery = pageQuery.extend({
  severity: z.enum(SEVERITIES).optional(),
  rule: ruleId.optional(),
  status: z.enum(['introduced', 'existing']).optional(),
  path: text(4_096).optional(),
  gxpId: text(500).optional(),
})

const position = z.tuple([z.uuid(), serial])

const told = ({ id, ...row }: FindingRow): z.infer<typeof finding> => ({ id: String(id), ...row })

/**
 * A page of what that scan found; a cursor of an earlier scan of the repository goes on with that one. Throws `Problem` 400
 * where that is not kept any more: an empty page would pass for the end of the list.
 */
export async function findingsPage(
  { findings }: Pick<Reading, 'findings'>,
  of: { repositoryId: bigint; scanId: string },
  { limit, cursor, ...filter }: z.output<typeof findingQuery>,
) {
  const after = decodeCursor(cursor, position)
  if (after && after[0] !== of.scanId && !(await findings.knows({ repositoryId: of.repositoryId, scanId: after[0] }))) {
    throw new Problem(400, 'The scan that this list began with is not kept any more. Begin with the first page.')
  }
  const { items, next } = await findings.list(of, filter, limit, after)
  return { items: items.map(told), next: encodeCursor(next) }
}

/** Below `/repositories/:repositoryId`. */
export const repositoryFindings: FastifyPluginAsyncZod<{ store: Pick<Reading, 'findings'> }> = async (
  app,
  { store },
) => {
  app.get(
    '/findings',
    {
      config: { revised: true, keepSeconds: 300 },
      schema: {
        operationId: 'listFindings',
        tags: ['scans'],
        summary: 'What the last scan of the default branch found',
        params: repositoryParams,
        querystring: findingQuery,
        response: { 200: pageOf(finding), ...problems(400, 404) },
      },
    },
    async ({ repository: { id: repositoryId, trackedScanId: scanId }, query }) =>
      scanId === null ? { items: [], next: null } : findingsPage(store, { repositoryId, scanId }, query),
  )
}
