/**
 * The compliance report of one scan as data: what every format says. Made of nothing but what is stored, without a clock, so
 * that it is the same whenever it is made. It counts, lists and links; whether that is enough is for those who sign.
 */
import type { AssessedFinding, IgnoredFinding, RiskCoverage, Score } from '../../rosie/assessment.ts'
import type { AppliedPolicy } from '../../rosie/policy.ts'
import type { ReportedRisk, ReportedTrail, ReportSource } from '../../scan/ports/reports.ts'
import { evidenceQuality, type NumberedEvidence, type TierQuality } from './evidence-quality.ts'
import { findingsTotal } from './listed.ts'
import { type MatrixRow, matrixRows } from './matrix.ts'
import { REGULATIONS_DATE, REGULATIONS_VERSION } from './regulations.ts'
import { type MapRow, regulatoryMap } from './regulatory-map.ts'
import { type RequirementDocumentCounts, requirementDocuments } from './requirement-documents.ts'

export interface ComplianceReport {
  schemaVersion: 1
  repository: ReportSource['repository']
  scan: ReportSource['scan']
  /** Null: of a scan from before it was kept. */
  score: Score | null
  /** What it was judged by; null: of a scan from before it was kept. */
  policy: AppliedPolicy | null
  regulatoryMap: { version: string; date: string; rows: MapRow[] }
  risk: { coverage: RiskCoverage[] | null; riskMatrix: string | null; register: readonly ReportedRisk[] }
  /** What coverage and traceability have no row of, in numbers. */
  requirementDocuments: RequirementDocumentCounts
  traceability: MatrixRow[]
  evidence: { byTier: TierQuality[]; files: NumberedEvidence[] }
  findings: (AssessedFinding & { ref: string })[]
  /** All that the scan found, also those that are not listed. */
  findingsTotal: number
  ignored: { total: number | null; findings: (IgnoredFinding & { ref: string })[] }
  audit: ReportedTrail
  /** For people to fill in. */
  signOff: { role: string; name: ''; date: ''; signature: '' }[]
}

const ROLES = ['Author', 'Reviewer', 'Quality assurance', 'System owner']

export function complianceReport(source: ReportSource): ComplianceReport {
  const { repository, scan, assessed, audit, risks } = source
  return {
    schemaVersion: 1,
    ...{ repository, scan, score: assessed?.score ?? null, policy: assessed?.policy ?? null },
    regulatoryMap: { version: REGULATIONS_VERSION, date: REGULATIONS_DATE, rows: regulatoryMap(source) },
    risk: { coverage: assessed?.coverage ?? null, riskMatrix: assessed?.riskMatrix ?? null, register: risks },
    requirementDocuments: requirementDocuments(source),
    traceability: matrixRows(source),
    evidence: evidenceQuality(source),
    findingsTotal: findingsTotal(source),
    findings: source.findings.map((finding, at) => ({ ref: `F${at + 1}`, ...finding })),
    ignored: {
      total: assessed?.ignoredTotal ?? null,
      findings: (assessed?.ignored ?? []).map((ignored, at) => ({ ref: `I${at + 1}`, ...ignored })),
    },
    audit,
    signOff: ROLES.map((role) => ({ role, name: '', date: '', signature: '' })),
  }
}
