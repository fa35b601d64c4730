/** What a rule is. A rule looks at the record and yields what it finds; it never throws and knows no other rule. */
import { createHash } from 'node:crypto'
import type { Finding, PolicyPreview } from '../assessment.ts'
import { rememberedOfEach } from '../memo.ts'
import type { Place, Risk, Severity } from '../model.ts'
import type { Policy } from '../policy.ts'
import type { ComplianceRecord } from '../record.ts'
import { bounded } from './words.ts'

export interface Case {
  head: ComplianceRecord
  /** Null without a base, and when the base itself is assessed. */
  base: ComplianceRecord | null
  policy: Policy
  /** The policy that the change proposes, and what it would come to; null unless it edits the policy. */
  preview: PolicyPreview | null
  /** All rules there are: a policy may name others. */
  ruleIds: readonly string[]
  /** ms since 1970. */
  now: number
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
  /** Told of the repository as a whole: the place is only where it is shown, and no part of the fingerprint. */
  general?: boolean
}

export interface Rule {
  /** The public contract: never changed once released. */
  id: string
  severity: Severity
  /** One sentence for the rule's page: what it finds. */
  about: string
  check(at: Case): Iterable<Hit>
}

/** The check of a rule that looks at each file by itself: what it finds in one is remembered. */
export function inEach<File extends { path: string }>(
  filesOf: (head: ComplianceRecord) => readonly File[],
  hitsIn: (file: File) => Iterable<Hit>,
): Rule['check'] {
  const found = rememberedOfEach((file: File): readonly Hit[] => {
    const hits = [...hitsIn(file)]
    return hits.length > 0 ? hits : NO_HITS
  })
  return function* ({ head }) {
    for (const hits of found(filesOf(head))) if (hits !== NO_HITS) yield* hits
  }
}

const NO_HITS: readonly Hit[] = []

/** "by risk": error for HIGH, warning for MEDIUM, notice for LOW; warning where no risk is known. */
export const severityByRisk = (risk: Risk | null): Severity =>
  risk === 'HIGH' ? 'error' : risk === 'LOW' ? 'notice' : 'warning'

/** The severity that a policy gives a rule's hits, unless the hit itself is another's. */
export const severityIn = (
  { severities }: Policy,
  { id, severity }: Rule,
  hit?: Pick<Hit, 'severity'>,
): Severity | 'off' => severities[id] ?? hit?.severity ?? severity

/** A rule's hit as a finding, with the severity that the policy gives it; null where the policy turns it off. */
export function toFinding(rule: Rule, hit: Hit, policy: Policy, fingerprint: string): Finding | null {
  const severity = severityIn(policy, rule, hit)
  if (severity === 'off') return null
  const { place, gxpId = null, message } = hit
  return {
    rule: rule.id,
    severity,
    path: place?.path ?? null,
    line: place?.line ?? null,
    endLine: place ? (place.endLine ?? place.line) : null,
    column: place?.column ?? null,
    endColumn: place?.endColumn ?? null,
    gxpId: gxpId === null ? null : bounded(gxpId),
    message: bounded(message),
    fingerprint,
  }
}

/**
 * What a finding is followed by from scan to scan: rule, path, gxp id and detail, white space aside. `nth`: which one it
 * is, from 1, of those that are alike in all of these.
 */
export function fingerprintOf({ id }: Rule, { place, gxpId, detail, general }: Hit, nth = 1): string {
  const parts = [id, general ? '' : (place?.path ?? ''), gxpId ?? '', detail ?? '']
  return digest([...parts.map((part) => part.trim().replace(/\s+/g, ' ')), ...(nth > 1 ? [String(nth)] : [])])
}

/** 32 hex digits. */
export const digest = (parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
