/** Reports as they are told and handed out. */
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { REPORT_FORMATS, type ReportFormat } from '../../scan/ports/reports.ts'
import type { StoredReport } from '../../store/reading/compliance.ts'
import type { RepositoryRow } from '../../store/reading/repositories.ts'
import { time, timeOf } from './schemas.ts'

export const storedReport = z
  .object({
    id: z.uuid(),
    scanId: z.uuid(),
    commit: z.string().nullable(),
    format: z.enum(REPORT_FORMATS),
    sha256: z.string().describe('Of its bytes, in hex.'),
    size: z.int().describe('Bytes.'),
    createdAt: time,
  })
  .meta({ id: 'ComplianceReport' })

export const toldReport = ({ createdAt, ...report }: StoredReport): z.infer<typeof storedReport> => ({
  ...report,
  createdAt: timeOf(createdAt),
})

export const jobAccepted = z
  .object({ jobId: z.uuid().describe('At `/jobs/{jobId}`. Ask for the report again once it is completed.') })
  .meta({ id: 'ReportAccepted' })

const MEDIA: Record<ReportFormat, { type: string; ending: string }> = {
  json: { type: 'application/json; charset=utf-8', ending: 'json' },
  markdown: { type: 'text/markdown; charset=utf-8', ending: 'md' },
  sarif: { type: 'application/sarif+json; charset=utf-8', ending: 'sarif' },
  pdf: { type: 'application/pdf', ending: 'pdf' },
}

const text = (description: string) => ({ schema: z.string().describe(description) })

export const reportFile = {
  description: 'The report, with `repr-digest` (RFC 9530) and `x-report-id`.',
  content: {
    'application/json': {
      schema: z
        .looseObject({
          schemaVersion: z.literal(1),
          repository: z.unknown().describe('Its id and names, as of the scan.'),
          scan: z.unknown().describe('With its conclusion and its counts.'),
          score: z.unknown().describe('With what went in; null: it was not kept.'),
          policy: z
            .unknown()
            .optional()
            .describe(
              'What the scan was judged by; null: it was not kept; absent: an earlier version made the report.',
            ),
          regulatoryMap: z.looseObject({ rows: z.array(z.unknown()) }).describe('What there is for each clause.'),
          risk: z.unknown().describe('Coverage by risk, and the register.'),
          requirementDocuments: z.unknown().describe('How many there are, and of which there is no row.'),
          traceability: z.array(z.unknown()).describe('A row for each requirement.'),
          evidence: z
            .looseObject({ byTier: z.array(z.unknown()), files: z.array(z.unknown()) })
            .describe('How much there is of what, and each signed file.'),
          findingsTotal: z.int().describe('Also of those that are not listed.'),
          findings: z.array(z.unknown()),
          ignored: z.unknown().describe('What the policy ignores.'),
          audit: z.unknown().describe('The newest events of the audit trail until the scan was completed.'),
          signOff: z.array(z.unknown()).describe('For people to fill in.'),
        })
        .describe('For programs: docs/reports.md, "Members of the JSON".'),
    },
    'text/markdown': text('For people.'),
    'application/sarif+json': {
      schema: z.looseObject({ version: z.literal('2.1.0'), runs: z.array(z.unknown()) }).describe('The findings.'),
    },
    'application/pdf': {
      schema: z.string().meta({
        ...{ format: 'binary', contentMediaType: 'application/pdf' },
        description: 'For people to read and sign.',
      }),
    },
  },
}

export const signatureFile = {
  description: 'Header, two dots, signature.',
  content: { 'application/jose': text('A compact JWS with detached payload.') },
}

export function sendReport(
  reply: FastifyReply,
  { id, format, sha256, commit }: StoredReport,
  { name }: Pick<RepositoryRow, 'name'>,
  content: Buffer,
): FastifyReply {
  const { type, ending } = MEDIA[format]
  // A repository's name has no character that would end the quotes.
  const file = `${name}-compliance-${commit?.slice(0, 7) ?? 'report'}.${ending}`
  return reply
    .headers({
      'content-disposition': `attachment; filename="${file}"`,
      'x-content-type-options': 'nosniff',
      'x-report-id': id,
      'repr-digest': `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`,
    })
    .type(type)
    .send(content)
}
