/** What a rule is. A rule looks at the record and yields what it finds; it never throws and knows no other rule. */
import { createHash } from 'node:crypto'
import type { Finding, Place, Risk, Severity } from '../model.ts'
import type { Policy } from '../policy.ts'
import type { ComplianceRecord } from '../record.ts'

export interface Case {
  head: ComplianceRecord
  /** Null without a base, and when the base itself is assessed. */
  base: ComplianceRecord | null
  policy: Policy
}

export interface Hit {
  /** Null: the repository as a whole. */
  place: Place | null
  gxpId?: string | null
  /** What is wrong and what would be right. Text from the repository is quoted as it is; whoever shows it escapes it. */
  message: string
  /** What makes this hit another than one at the same path and id: part of the fingerprint. Never a line. */
  detail?: string
  /** Where the rule's own severity depends on the case. */
  severity?: Severity
}

export interface Rule {
  /** The public contract: never changed once released. */
  id: string
  severity: Severity
  /** One sentence for the rule's page: what it finds. */
  about: string
  check(at: Case): Iterable<Hit>
}

/** "by risk": error for HIGH, warning for MEDIUM, notice for LOW; warning where no risk is known. */
export const severityByRisk = (risk: Risk | null): Severity =>
  risk === 'HIGH' ? 'error' : risk === 'LOW' ? 'notice' : 'warning'

/** A rule's hit as a finding, with the severity that the policy gives it; null where the policy turns it off. */
export function toFinding(rule: Rule, hit: Hit, policy: Policy): Finding | null {
  const severity = policy.severities[rule.id] ?? hit.severity ?? rule.severity
  if (severity === 'off') return null
  const { place, gxpId = null, message, detail = '' } = hit
  return {
    rule: rule.id,
    severity,
    path: place?.path ?? null,
    line: place?.line ?? null,
    endLine: place ? (place.endLine ?? place.line) : null,
    column: place?.column ?? null,
    endColumn: place?.endColumn ?? null,
    gxpId,
    message,
    fingerprint: fingerprint(rule.id, place?.path ?? '', gxpId ?? '', detail),
  }
}

function fingerprint(...parts: string[]): string {
  return createHash('sha256')
    .update(JSON.stringify(parts.map((part) => part.trim().replace(/\s+/g, ' '))))
    .digest('hex')
    .slice(0, 32)
}
