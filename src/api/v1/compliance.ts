/**
 * Compliance of one repository: its reports, its score, and how its record came to be. A report is rendered once for each scan
 * of the default branch and kept; what is large, and every PDF, is made by a job.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { renderText } from '../../report/compliance/render.ts'
import { REPORT_FORMATS, type ReportFormat } from '../../scan/ports/reports.ts'
import { sha256Of } from '../../scan/report.ts'
import { ReportAltered, type StoredReport } from '../../store/reading/compliance.ts'
import type { Reading } from '../../store/reading/index.ts'
import { Problem } from '../problem.ts'
import { byOf } from './by.ts'
import { jobAccepted, reportFile, sendReport, signatureFile, storedReport, toldReport } from './compliance-schemas.ts'
import { decodeCursor, encodeCursor, pageOf, pageQuery } from './cursor.ts'
import { isAmong, repositoryParams } from './in-repository.ts'
import { jobHeaders } from './scan-schemas.ts'
import { placeInTime, problems } from './schemas.ts'

export type SignReport = (content: Uint8Array) => Promise<string>

export interface ComplianceOptions {
  store: Pick<Reading, 'compliance' | 'reports'>
  /** There is a new job. */
  onScans: () => void
  /** Answers a detached JWS over the bytes; null: this server signs nothing. */
  sign: SignReport | null
  /** Where addresses in reports begin; null: that isn't known. */
  publicUrl: string | null
}

/** Rows of a kind: what is made of more takes so long that a job does it. */
const MOST_AT_ONCE = 1_000

const tags = ['compliance']
const reportParams = repositoryParams.extend({ reportId: z.uuid() })
const position = z.tuple([placeInTime, z.uuid()])

/** Below `/repositories/:repositoryId`. */
export const compliance: FastifyPluginAsyncZod<ComplianceOptions> = async (app, options) => {
  const { store, sign } = options
  const inFlight: InFlight = new Map()
  app.get(
    '/compliance/report',
    {
      // Asking for it may make it, which is an event.
      exposeHeadRoute: false,
      schema: {
        ...{ operationId: 'getComplianceReport', tags },
        summary: 'The report of the default branch as it was last scanned',
        description:
          'Rendered once for each scan, with the audit trail as of its completion, and kept. What is not there yet and can ' +
          'not be made at once is made by a job: 202, and `location` says where to ask how far it is, `retry-after` how soon.',
        params: repositoryParams,
        querystring: z.object({ format: z.enum(REPORT_FORMATS).default('json') }),
        response: { 200: reportFile, 202: jobAccepted, ...problems(400, 404) },
      },
    },
    async (request, reply) => {
      const { format } = request.query
      const scanId = request.repository.trackedScanId
      if (scanId === null) throw new Problem(404, 'There is no report: the default branch was never scanned.')
      const report = await shared(inFlight, `${scanId} ${format}`, async () => {
        return (await store.compliance.reportOf(scanId, format)) ?? (await atOnce(request, format, options))
      })
      if (report) return answer(request, reply, report, store)
      const { id, installationId } = request.repository
      const jobId = await store.reports.request({ id, installationId, scanId }, byOf(request))
      options.onScans()
      return reply.code(202).headers(jobHeaders(jobId)).send({ jobId })
    },
  )

  app.get(
    '/compliance/reports',
    {
      schema: {
        ...{ operationId: 'listComplianceReports', tags },
        summary: 'Reports that are kept, the newest first',
        params: repositoryParams,
        querystring: pageQuery,
        response: { 200: pageOf(storedReport), ...problems(400, 404) },
      },
    },
    async ({ repository, query: { limit, cursor } }) => {
      const page = await store.compliance.reports(repository.id, limit, decodeCursor(cursor, position))
      return { items: page.items.map(toldReport), next: encodeCursor(page.next) }
    },
  )

  app.get(
    '/compliance/reports/:reportId',
    {
      schema: {
        ...{ operationId: 'getStoredComplianceReport', tags },
        summary: 'A report that is kept, as it was made',
        params: reportParams,
        response: { 200: reportFile, ...problems(400, 404) },
      },
    },
    async (request, reply) =>
      answer(request, reply, await kept(request.repository.id, request.params.reportId, store), store),
  )

  app.get(
    '/compliance/reports/:reportId/signature',
    {
      schema: {
        ...{ operationId: 'getComplianceReportSignature', tags },
        summary: "A detached signature over a report's bytes",
        description:
          'A compact JWS without its payload, which is the report as it was made (RFC 7515, appendix F; RFC 7797, ' +
          '`b64: false`). The key is at `/audit/checkpoint-key`.',
        params: reportParams,
        response: { 200: signatureFile, ...problems(400, 404) },
      },
    },
    async (request, reply) => {
      if (!sign) throw new Problem(404, 'This server signs no reports: its configuration has no CHECKPOINT_KEY.')
      const report = await kept(request.repository.id, request.params.reportId, store)
      const signature = await sign(await contentOf(request, report, store))
      // As bytes, which get no `etag`: each signing makes another, as good as the last.
      return reply.type('application/jose').send(Buffer.from(signature) as unknown as string)
    },
  )
}

/** What is looked up or made right now, by scan and format. */
type InFlight = Map<string, Promise<StoredReport | null>>

/** Whoever asks while it is made waits for the same. */
function shared(inFlight: InFlight, key: string, make: () => Promise<StoredReport | null>) {
  const made = inFlight.get(key) ?? make().finally(() => inFlight.delete(key))
  inFlight.set(key, made)
  return made
}

/** Made and kept within the request, where that is soon done; null: by a job. */
async function atOnce(
  request: FastifyRequest,
  format: ReportFormat,
  { store: { compliance, reports }, publicUrl }: ComplianceOptions,
): Promise<StoredReport | null> {
  const { id, installationId, trackedScanId } = request.repository
  if (format === 'pdf' || trackedScanId === null) return null
  if (!(await compliance.isSmall(id, trackedScanId, MOST_AT_ONCE))) return null
  const found = await reports.source(id)
  if (found === null || found === 'wait') return null
  const scanId = found.source.scan.id
  const content = Buffer.from(renderText(found.source, format, publicUrl))
  await reports.keep({ id, installationId, scanId }, { format, sha256: sha256Of(content), content }, byOf(request))
  return compliance.reportOf(scanId, format)
}

async function kept(repositoryId: bigint, id: string, { compliance: rows }: ComplianceOptions['store']) {
  const report = await rows.report(repositoryId, id)
  if (!report) throw new Problem(404, 'There is no such report.')
  return report
}

/** Its bytes never change: they are their own revision. */
async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  report: StoredReport,
  store: ComplianceOptions['store'],
): Promise<FastifyReply> {
  const etag = `"${report.sha256}"`
  const headers = { etag, 'cache-control': 'private, no-cache' }
  if (isAmong(etag, request.headers['if-none-match'])) return reply.code(304).headers(headers).send()
  const content = await contentOf(request, report, store)
  return sendReport(reply.headers(headers), report, request.repository, content)
}

const ALTERED =
  'What is stored of this report is not what was made: their SHA-256 differ. So it is neither handed out nor signed. ' +
  'Tell whoever runs this server; its log says more under the request id'

/** Nothing that was altered since it was made leaves this server, or is signed. */
async function contentOf(
  { id, log }: FastifyRequest,
  report: StoredReport,
  { compliance: rows }: ComplianceOptions['store'],
): Promise<Buffer> {
  try {
    return await rows.content(report)
  } catch (error) {
    if (!(error instanceof ReportAltered)) throw error
    log.error({ err: error, reportId: report.id }, 'A stored report was altered.')
    throw new Problem(500, `${ALTERED} ${id}.`)
  }
}
