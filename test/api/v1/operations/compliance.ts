import type { Stage } from '../stage.ts'
import type { Operations } from './operation.ts'
import type { Things } from './things.ts'

const inRepository = ({ repositoryId }: Things) => ({ params: { repositoryId } })
const noReport = { params: { reportId: '17' } }

/** Of the report as JSON, which is made at once. */
async function aReport({ repositoryId }: Things, stage: Stage) {
  const { headers } = await stage.ask(stage.acme.keys.read, `/repositories/${repositoryId}/compliance/report`)
  return { params: { repositoryId, reportId: headers['x-report-id'] ?? '' } }
}

export const compliance: Operations = {
  getComplianceReport: { good: inRepository, bad: { query: { format: 'docx' } } },
  listComplianceReports: { good: inRepository, bad: { query: { limit: 101 } } },
  getStoredComplianceReport: { good: aReport, bad: noReport },
  getComplianceReportSignature: { good: aReport, bad: noReport },
  getComplianceScore: { good: inRepository, bad: { params: { repositoryId: 'pump' } } },
  listRecordRevisions: { good: inRepository, bad: { query: { cursor: 'AAAA' } } },
}
