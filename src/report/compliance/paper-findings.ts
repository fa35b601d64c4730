/** The sections that list findings: those that count, and those that the policy ignores. */
import type { Finding } from '../../rosie/assessment.ts'
import { place } from '../words.ts'
import { type Block, type Cell, heading, paragraph, table } from './blocks.ts'
import { cut } from './paper-lists.ts'
import type { ComplianceReport } from './report.ts'

export function findingsSection({ findings, findingsTotal }: ComplianceReport): Block[] {
  if (findings.length === 0) return [heading('Findings'), paragraph('None.')]
  const { shown, said } = cut(findings, findingsTotal)
  return [
    heading('Findings'),
    paragraph(
      'Existing: the commit that this one was compared with has it too. Introduced: it has not, or there was none.',
    ),
    ...said,
    table(
      'Findings, most serious first',
      [
        ['No.', 0.7],
        ['Severity', 1],
        ['Status', 1.1],
        ['Rule, id and place', 3.4],
        ['What was found', 4.6],
      ],
      shown.map(({ ref, ...finding }) => [
        ref,
        severityOf(finding),
        finding.status,
        whereabouts(finding),
        finding.message,
      ]),
      true,
    ),
  ]
}

export function ignoredSection({ ignored: { total, findings } }: ComplianceReport): Block[] {
  const title = heading('Ignored by the policy')
  if (total === null)
    return [title, paragraph('What the policy ignored was not kept for this scan: it is from an older version.')]
  if (findings.length === 0) return [title, paragraph('Nothing.')]
  const { shown, said } = cut(findings, total)
  return [
    title,
    ...said,
    table(
      'Findings that the policy ignores, with the reason it gives',
      [
        ['No.', 0.7],
        ['Severity', 1],
        ['Rule, id and place', 3],
        ['What was found', 3.3],
        ['Reason', 2.6],
        ['Until', 1.3],
      ],
      shown.map(({ ref, finding, reason, expires }) => [
        ref,
        severityOf(finding),
        whereabouts(finding),
        finding.message,
        reason,
        expires,
      ]),
      true,
    ),
  ]
}

const severityOf = ({ severity }: Finding): Cell => ({ text: severity, tone: severity === 'error' ? 'bad' : 'open' })

const whereabouts = (finding: Finding): string =>
  [finding.rule, ...(finding.gxpId === null ? [] : [finding.gxpId]), span(finding)].join('\n')

/** `path:4`, `path:4–9`, `path:4:7–12`, `path:4:7–9:12`: the line, the column, and where it ends. */
function span(finding: Finding): string {
  const { line, endLine, column, endColumn } = finding
  if (line === null) return place(finding)
  const start = column === null ? place(finding) : `${place(finding)}:${column}`
  const end = [...(endLine === null || endLine === line ? [] : [endLine]), ...(endColumn === null ? [] : [endColumn])]
  return end.length === 0 ? start : `${start}–${end.join(':')}`
}
