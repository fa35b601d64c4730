import { REPORT_FORMATS, type ReportFormat } from '../../../../src/scan/ports/reports.ts'
import type { Operations } from './operation.ts'
import type { Things } from './things.ts'

const inRepository = ({ repositoryId }: Things) => ({ params: { repositoryId } })
const noReport = { params: { reportId: '17' } }

const report =
  (format: ReportFormat) =>
  ({ repositoryId, reportIds }: Things) => ({ params: { repositoryId, reportId: reportIds[format] } })

const [json, ...others] = REPORT_FORMATS

export const compliance: Operations = {
  getComplianceReport: {
    good: inRepository,
    also: others.map((format) => (things) => ({ ...inRepository(things), query: { format } })),
    bad: { query: { format: 'docx' } },
  },
  listComplianceReports: { good: inRepository, bad: { query: { limit: 101 } } },
  getStoredComplianceReport: { good: report(json), also: others.map(report), bad: noReport },
  getComplianceReportSignature: { good: report('pdf'), bad: noReport },
  getComplianceScore: { good: inRepository, bad: { params: { repositoryId: 'pump' } } },
  listRecordRevisions: { good: inRepository, bad: { query: { cursor: 'AAAA' } } },
}
