/** `--format json`: the versioned contract for programs. Fields are only ever added; anything else raises the version. */
import type {
  AssessedFinding,
  Assessment,
  Conclusion,
  Finding,
  PolicyPreview,
  RiskCoverage,
  Score,
  Summary,
} from '../rosie/assessment.ts'
import type { AppliedPolicy } from '../rosie/policy.ts'

export interface JsonReport {
  schemaVersion: 1
  conclusion: Conclusion
  /** Commit SHA; null when what was scanned is no commit. */
  head: string | null
  base: string | null
  summary: Summary
  /** By risk, against the risk matrix; `riskMatrix` says where that comes from. */
  coverage: RiskCoverage[]
  riskMatrix: string
  score: Score
  /** What it was judged by: from where on a check fails, and the severities that the policy sets; `off`: the rule rests. */
  policy: AppliedPolicy | null
  findings: Pick<
    AssessedFinding,
    'rule' | 'severity' | 'path' | 'line' | 'endLine' | 'gxpId' | 'message' | 'fingerprint' | 'status'
  >[]
  /** What the policy ignores, never counted; `expires` is the last day. */
  ignored: (Pick<Finding, 'rule' | 'path' | 'line' | 'gxpId' | 'message' | 'fingerprint'> & {
    reason: string
    expires: string
  })[]
  /** What an edited policy would come to, beside what the one in force does; null unless the change edits it. */
  preview: PolicyPreview | null
}

export function jsonReport(assessment: Assessment): JsonReport {
  const { conclusion, head, base, summary, coverage, riskMatrix, score, policy, findings, ignored, preview } =
    assessment
  const { artifacts, annotations, evidence, packages, provenance, requirements } = summary
  return {
    schemaVersion: 1,
    conclusion,
    head,
    base,
    summary: { artifacts, annotations, evidence, packages, provenance, requirements, findings: summary.findings },
    coverage,
    riskMatrix,
    score,
    policy,
    findings: findings.map(({ rule, severity, path, line, endLine, gxpId, message, fingerprint, status }) => ({
      rule,
      severity,
      path,
      line,
      endLine,
      gxpId,
      message,
      fingerprint,
      status,
    })),
    ignored: ignored.map(({ finding: { rule, path, line, gxpId, message, fingerprint }, reason, expires }) => ({
      rule,
      path,
      line,
      gxpId,
      message,
      fingerprint,
      reason,
      expires,
    })),
    preview,
  }
}
