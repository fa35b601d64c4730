/** The one comment on a pull request: what this change does to the record. */
import type { Assessment, Finding } from '../rosie/assessment.ts'
import type { Severity } from '../rosie/model.ts'
import type { Report } from '../scan/ports/publisher.ts'
import { shortList } from './findings-list.ts'
import { code, cut, table, text } from './markdown.ts'
import { ignoredLine, previewSection, restingLine } from './policy.ts'
import { overall } from './report.ts'
import { coverageChangeTable } from './tables.ts'
import { countBySeverity, listCounts, many, verdictSentence } from './words.ts'

/** How our comment is told from all others: its first line. */
export const MARKER = '<!-- rosie-guard -->'

const LISTED = 10

/**
 * Markdown within GitHub's limit, or null where nothing is to be said (no record). Depends on the findings and counts
 * alone, not on commits, scans or times, so that a push that changes nothing leaves the comment as it is.
 * `checksUrl`: the pull request's checks, the same for every commit of it.
 */
export function comment(report: Report, checksUrl: string): string | null {
  const { assessment, baseRequirements } = report
  if (assessment.conclusion === 'neutral') return null
  const introduced = assessment.findings.filter(({ status }) => status === 'introduced')
  const { conclusion, because } = overall(report)
  const coverage = baseRequirements && coverageChangeTable(baseRequirements, assessment.summary.requirements)
  const parts = [
    `${MARKER}\n### ROSIE compliance: ${assessment.conclusion}`,
    `**${changeSentence(assessment)}**`,
    text(verdictSentence(assessment.conclusion, assessment.summary.findings, assessment.ignored.length)),
    because && `Against ${code(because.baseRef, 250)} the same commit ends with ${conclusion}, and so does its check.`,
    ...report.notes.map((note) => `> ${text(note, 500)}`),
    previewSection(assessment.preview, '####'),
    section('Introduced errors', introduced, 'error'),
    section('Introduced warnings', introduced, 'warning'),
    section('Fixed', assessment.fixed),
    coverage && `#### Coverage\n\n${table(coverage)}`,
    restingLine(assessment.policy, code),
    ignoredLine(assessment.ignored),
    `[All findings, coverage and evidence](${checksUrl})`,
  ]
  return cut(parts.filter((part) => part !== null).join('\n\n'))
}

function changeSentence({ base, findings, fixed }: Assessment): string {
  if (base === null) return 'There is no base to compare with: every finding counts as introduced.'
  const counts = countBySeverity(findings.filter(({ status }) => status === 'introduced'))
  const existing = findings.length - counts.error - counts.warning - counts.notice
  const parts = [
    `introduces ${listCounts(counts) ?? 'no findings'}`,
    ...(fixed.length > 0 ? [`fixes ${many(fixed.length, 'finding')}`] : []),
    ...(existing > 0 ? [`leaves ${many(existing, 'existing finding')}`] : []),
  ]
  return `This change ${parts.length < 2 ? parts.join() : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`}.`
}

function section(heading: string, findings: readonly Finding[], severity?: Severity): string | null {
  const those = severity === undefined ? findings : findings.filter((finding) => finding.severity === severity)
  return those.length === 0 ? null : `#### ${heading}\n\n${shortList(those, LISTED)}`
}
