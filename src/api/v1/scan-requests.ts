import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Reading } from '../../store/reading/index.ts'
import { SCAN_STATUSES } from '../../store/reading/scans.ts'
import { Problem } from '../problem.ts'
import { byOf } from './by.ts'
import { repositoryParams } from './in-repository.ts'
import { jobHeaders } from './scan-schemas.ts'
import { problems } from './schemas.ts'

/** As CI has it in `GITHUB_REF`: `refs/heads/main` is the branch `main`. */
const branchOf = (ref: string): string => ref.replace(/^refs\/heads\//, '')

const asked = z
  .strictObject({
    ref: z
      .string()
      .overwrite(branchOf)
      .min(1)
      .max(255)
      .optional()
      .describe('A branch, also as `refs/heads/NAME`, or `refs/pull/N/head`, at the commit that was last seen there.'),
    commit: z
      .string()
      .regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, 'is no full commit id')
      .optional()
      .describe('Judged against the default branch, unless it was scanned before: then against the same base.'),
  })
  .nullish()
  .describe('What to scan; nothing: the tip of the default branch.')
  .meta({ examples: [{}] })

const accepted = z
  .object({
    scanId: z.uuid(),
    jobId: z.uuid().describe('The same id: at `/jobs/{id}` it stays when the queue has forgotten it.'),
    status: z.enum(SCAN_STATUSES),
  })
  .meta({ id: 'ScanAccepted' })

const STATUS = { unknown: 400, conflict: 409, busy: 429 } as const
/** Scans take seconds, and there are some before this one. */
const BUSY_FOR = { 'retry-after': '30' }

/** Below `/repositories/:repositoryId`. `onScans`: something may be due. */
export const scanRequests: FastifyPluginAsyncZod<{
  store: Pick<Reading, 'scanRequests'>
  onScans: () => void
}> = async (app, { store, onScans }) => {
  app.post(
    '/scan',
    {
      config: { scope: 'scan' },
      schema: {
        operationId: 'requestScan',
        tags: ['scans'],
        summary: 'Have a repository scanned, whatever was found before',
        description:
          'A scan of the same head that is queued or running is joined. With an `Idempotency-Key` the same request, sent again within a day, leads to the same scan.',
        params: repositoryParams,
        headers: z.object({
          'idempotency-key': z.string().min(1).max(200).optional().describe('Of your choice, a new one each time.'),
        }),
        body: asked,
        response: { 202: accepted, ...problems(400, 403, 404, 409) },
      },
    },
    async (request, reply) => {
      const key = request.headers['idempotency-key'] ?? null
      const answer = await store.scanRequests.request(request.repository.id, request.body ?? {}, byOf(request), key)
      if ('refused' in answer)
        throw new Problem(STATUS[answer.refused], answer.because, answer.refused === 'busy' ? BUSY_FOR : {})
      if (answer.news) onScans()
      const { scanId, status } = answer
      return reply
        .code(202)
        .headers(jobHeaders(scanId))
        .send({ scanId, jobId: scanId, status: z.enum(SCAN_STATUSES).parse(status) })
    },
  )
}
