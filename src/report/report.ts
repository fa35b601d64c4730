/** What a report comes to, and which findings become annotations. */
import type { AssessedFinding, Conclusion } from '../rosie/assessment.ts'
import { SEVERITIES } from '../rosie/model.ts'
import type { BaseVerdict, Report } from '../scan/ports/publisher.ts'

const CONCLUSIONS: readonly Conclusion[] = ['neutral', 'success', 'failure']

/** The worst over all bases: a commit has one check. `because`: the other base that makes it worse than this scan alone. */
export function overall({ assessment, bases }: Pick<Report, 'assessment' | 'bases'>) {
  let conclusion = assessment.conclusion
  let because: BaseVerdict | null = null
  for (const base of bases) {
    const theirs = CONCLUSIONS.find((known) => known === base.conclusion)
    if (theirs === undefined || CONCLUSIONS.indexOf(theirs) <= CONCLUSIONS.indexOf(conclusion)) continue
    conclusion = theirs
    because = base
  }
  return { conclusion, because }
}

/** The findings that only other bases of the commit have. Most are the same whatever the base. */
export function elsewhere({
  assessment,
  otherFindings,
}: Pick<Report, 'assessment' | 'otherFindings'>): AssessedFinding[] {
  const seen = new Set(assessment.findings.map(keyOf))
  return otherFindings.filter((finding) => {
    const key = keyOf(finding)
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

const keyOf = ({ fingerprint, line }: AssessedFinding) => `${fingerprint}:${line}`

/** GitHub takes any number, 50 a request; a page with more than this is of no use to anyone. */
export const MAX_ANNOTATIONS = 1000

export interface Annotations {
  shown: AssessedFinding[]
  /** Findings without an annotation: beyond the maximum, or without a line to stand on. */
  left: AssessedFinding[]
}

/** The findings that stand on a line: the most serious first, among equals those that the change introduced. */
export function annotations(findings: readonly AssessedFinding[]): Annotations {
  const placed = findings.filter(({ path, line }) => path !== null && line !== null)
  const weight = (finding: AssessedFinding) =>
    SEVERITIES.indexOf(finding.severity) * 2 + (finding.status === 'introduced' ? 1 : 0)
  const shown = placed.toSorted((a, b) => weight(b) - weight(a)).slice(0, MAX_ANNOTATIONS)
  const seen = new Set(shown)
  return { shown, left: findings.filter((finding) => !seen.has(finding)) }
}

/** Findings that share a key, in the order in which each key first appears. */
export function groupBy<F, K>(findings: readonly F[], keyOf: (finding: F) => K): Map<K, F[]> {
  const groups = new Map<K, F[]>()
  for (const finding of findings) {
    const key = keyOf(finding)
    const group = groups.get(key)
    if (group) group.push(finding)
    else groups.set(key, [finding])
  }
  return groups
}
