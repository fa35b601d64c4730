/** How counts, places and verdicts are said, the same in the check run, the comment and the terminal. */
import type { Assessment, Conclusion, Finding, Score } from '../rosie/assessment.ts'
import type { Severity } from '../rosie/model.ts'
import { SEVERITIES } from '../rosie/model.ts'

/** `1,234` */
export const number = (n: number) => n.toLocaleString('en-US')

/** `1 error`, `2 errors`, `2 user stories` */
export function many(n: number, one: string, more = `${one}s`): string {
  return `${number(n)} ${n === 1 ? one : more}`
}

/** In place of a number where there is nothing to count. */
export const NONE = '–'

/** Whole percent, rounded down so that 100 % means all. */
export function share(part: number, whole: number): string {
  return whole === 0 ? NONE : `${number(part)} (${Math.floor((part * 100) / whole)} %)`
}

export type SeverityCounts = Record<Severity, number>

export function countBySeverity(findings: readonly Finding[]): SeverityCounts {
  const counts: SeverityCounts = { error: 0, warning: 0, notice: 0 }
  for (const { severity } of findings) counts[severity] += 1
  return counts
}

/** `2 errors, 1 warning`; null when there is nothing to count. */
export function listCounts(counts: SeverityCounts): string | null {
  const parts = SEVERITIES.toReversed().flatMap((severity) =>
    counts[severity] === 0 ? [] : [many(counts[severity], severity)],
  )
  return parts.length === 0 ? null : parts.join(', ')
}

/** `path:line`; the raw path, to be escaped for where it goes. */
export function place({ path, line }: Pick<Finding, 'path' | 'line'>): string {
  if (path === null) return 'repository'
  return line === null ? path : `${path}:${line}`
}

export const shortSha = (sha: string) => sha.slice(0, 7)

/** One line for a list of checks. Never more than the software knows: people judge a record, rosie-guard reads it. */
export function headline({ conclusion, summary }: Assessment): string {
  if (conclusion === 'neutral') return 'No GxP record'
  const { total, traced } = summary.requirements
  const counts = listCounts(summary.findings)
  const requirements = many(total, 'requirement')
  return counts === null ? `No findings: ${requirements}, ${number(traced)} traced` : `${counts} in ${requirements}`
}

/** What went into the score is shown beside it; docs/score.md has the formula. Null: there is nothing to measure. */
export const scoreSentence = ({ value }: Score): string | null =>
  value === null
    ? null
    : `Score: ${value} of 100. It measures what the record shows; whether that is enough is for people to decide.`

/** The conclusion in a sentence or two. `ignored`: findings that the policy sets aside; they are in no count. */
export function verdictSentence(conclusion: Conclusion, counts: SeverityCounts, ignored: number): string {
  const found = listCounts(counts)
  if (conclusion === 'neutral') return 'There is no GxP record here (no .gxp/ folder and no GxP.MD): nothing to check.'
  if (conclusion === 'failure') return `This check fails: ${found ?? 'see below'}.`
  if (found === null && ignored > 0)
    return `No finding counts: the policy ignores ${number(ignored)}. Whether the record is sufficient is for people to decide.`
  if (found === null) return 'No findings. Whether the record is sufficient is for people to decide.'
  return `By its policy this check does not fail. There is something to look at: ${found}.`
}
