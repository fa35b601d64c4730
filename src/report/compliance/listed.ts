/** How many findings there are, and how many of them a report is made of: where there are very many, the most serious. */
import type { ReportSource } from '../../scan/ports/reports.ts'
import { many, number } from '../words.ts'

/** All that the scan found, also those that are not listed. */
export function findingsTotal({ findings, scan }: Pick<ReportSource, 'findings' | 'scan'>): number {
  const { error, warning, notice } = scan.summary.findings
  return Math.max(findings.length, error + warning + notice)
}

interface Listed {
  findings: readonly unknown[]
  findingsTotal: number
  /** `total` null: it was not kept. */
  ignored: { findings: readonly unknown[]; total: number | null }
}

/** Which findings were looked at, where that is not all of them; null: all were. */
export function cutSentence({ findings, findingsTotal: total, ignored }: Listed): string | null {
  const parts = [
    firstOf(findings.length, total, 'finding'),
    firstOf(ignored.findings.length, ignored.total ?? 0, 'ignored finding'),
  ].filter((part) => part !== null)
  return parts.length === 0 ? null : `Looked at: ${parts.join(', and ')}.`
}

const firstOf = (listed: number, total: number, what: string): string | null =>
  total > listed ? `the first ${number(listed)} of ${many(total, what)}` : null
