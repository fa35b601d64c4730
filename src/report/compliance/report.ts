/**
 * The compliance report of one scan as data: what every format says. Made of nothing but what is stored, without a clock, so
 * that it is the same whenever it is made. It counts, lists and links; whether that is enough is for those who sign.
 */
import type { AssessedFinding, IgnoredFinding, RiskCoverage, Score } from '../../rosie/assessment.ts'
import type { ReportedEvidence, ReportedRisk, ReportedTrail, ReportSource } from '../../scan/ports/reports.ts'
import { type MatrixRow, matrixRows } from './matrix.ts'
import { REGULATIONS_DATE, REGULATIONS_VERSION } from './regulations.ts'
import { type MapRow, regulatoryMap } from './regulatory-map.ts'
import { type RequirementDocumentCounts, requirementDocuments } from './requirement-documents.ts'

export interface ComplianceReport {
  schemaVersion: 1
  repository: ReportSource['repository']
  /** With its conclusion, as the check run says it. */
  scan: ReportSource['scan']
  /** Null: of a scan from before it was kept. */
  score: Score | null
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

export interface NumberedEvidence extends ReportedEvidence {
  ref: string
  /** Rules of findings on this file. */
  findings: string[]
}

export interface TierQuality {
  /** `IQ`, `OQ`, `PQ`; else what it is: `package`, `release`, `no tier`. */
  tier: string
  total: number
  valid: number
  untrusted: number
  invalid: number
  /** No verdict is kept of it. */
  unverified: number
  /** The source has changed since. */
  stale: number
  expired: number
  failed: number
  /** The source was not what it claims. */
  contradicted: number
}

const ROLES = ['Author', 'Reviewer', 'Quality assurance', 'System owner']

export function complianceReport(source: ReportSource): ComplianceReport {
  const { repository, scan, assessed, audit, risks } = source
  const files = numbered(source)
  return {
    schemaVersion: 1,
    ...{ repository, scan, score: assessed?.score ?? null },
    regulatoryMap: { version: REGULATIONS_VERSION, date: REGULATIONS_DATE, rows: regulatoryMap(source) },
    risk: { coverage: assessed?.coverage ?? null, riskMatrix: assessed?.riskMatrix ?? null, register: risks },
    requirementDocuments: requirementDocuments(source),
    traceability: matrixRows(source),
    evidence: { byTier: qualityByTier(files), files },
    findingsTotal: totalOf(source),
    findings: source.findings.map((finding, at) => ({ ref: `F${at + 1}`, ...finding })),
    ignored: {
      total: assessed?.ignoredTotal ?? null,
      findings: (assessed?.ignored ?? []).map((ignored, at) => ({ ref: `I${at + 1}`, ...ignored })),
    },
    audit,
    signOff: ROLES.map((role) => ({ role, name: '', date: '', signature: '' })),
  }
}

const totalOf = ({ findings, scan }: ReportSource): number => {
  const { error, warning, notice } = scan.summary.findings
  return Math.max(findings.length, error + warning + notice)
}

function numbered({ evidence, findings }: ReportSource): NumberedEvidence[] {
  const rules = new Map<string, Set<string>>()
  for (const { path, rule } of findings) {
    if (path === null) continue
    rules.set(path, (rules.get(path) ?? new Set()).add(rule))
  }
  return evidence.map((each, at) => ({
    ref: `E${at + 1}`,
    ...each,
    findings: [...(rules.get(each.path) ?? [])].sort(),
  }))
}

const ORDER = ['IQ', 'OQ', 'PQ', 'package', 'release', 'no tier']

function qualityByTier(files: readonly NumberedEvidence[]): TierQuality[] {
  const tiers = new Map<string, TierQuality>()
  for (const { tier, form, verdict, findings } of files) {
    const name = tier ?? (form === 'test' ? 'no tier' : form)
    const counts = tiers.get(name) ?? { tier: name, ...NOTHING }
    tiers.set(name, counts)
    counts.total += 1
    counts[verdict ?? 'unverified'] += 1
    for (const [rule, count] of QUALITIES) if (findings.includes(rule)) counts[count] += 1
  }
  return [...tiers.values()].sort((a, b) => ORDER.indexOf(a.tier) - ORDER.indexOf(b.tier))
}

const NOTHING = {
  ...{ total: 0, valid: 0, untrusted: 0, invalid: 0, unverified: 0 },
  ...{ stale: 0, expired: 0, failed: 0, contradicted: 0 },
}

const QUALITIES = [
  ['evidence/stale', 'stale'],
  ['evidence/expired', 'expired'],
  ['evidence/failed', 'failed'],
  ['evidence/state-mismatch', 'contradicted'],
] as const
