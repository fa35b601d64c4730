/** `--format json`: the versioned contract for programs. Fields are only ever added; anything else raises the version. */
// @ts-nocheck

import type { AssessedFinding, Assessment, Conclusion, Summary } from '../rosie/model.ts'

export interface JsonReport {
  schemaVersion: 1
  conclusion: Conclusion
  /** Commit SHA; null when what was scanned is no commit. */
  head: string | null
  base: string | null
  summary: Summary
  findings: Pick<
    AssessedFinding,
    'rule' | 'severity' | 'path' | 'line' | 'endLine' | 'gxpId' | 'message' | 'fingerprint' | 'status'
  >[]
}

export function jsonReport({ conclusion, head, base, summary, findings }: Assessment): JsonReport {
  const { artifacts, annotations, evidence, packages, provenance, requirements } = summary
  return {
    schemaVersion: 1,
    conclusion,
    head,
    base,
    summary: { artifacts, annotations, evidence, packages, provenance, requirements, findings: summary.findings },
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
  }
}
