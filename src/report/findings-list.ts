/** Findings as Markdown lists. */
import type { AssessedFinding, Finding } from '../rosie/assessment.ts'
import { code, text } from './markdown.ts'
import { groupBy } from './report.ts'
import { countBySeverity, listCounts, number, place } from './words.ts'

/** UTF-16 units of a path or a message in a list. An annotation shows the whole message. */
const MAX_PATH = 250
const MAX_MESSAGE = 500

/** `path:line` message (id) */
export function item(finding: Finding): string {
  const { gxpId, message } = finding
  // The message usually names the artifact itself.
  const id = gxpId === null || message.includes(gxpId) ? '' : ` (${code(gxpId, MAX_PATH)})`
  return `${code(place(finding), MAX_PATH)} ${text(message, MAX_MESSAGE)}${id}`
}

/** The first `max` with their rules, and how many more there are. */
export function shortList(findings: readonly Finding[], max: number): string {
  const lines = findings.slice(0, max).map((finding) => `- ${code(finding.rule)} ${item(finding)}`)
  if (findings.length > max) lines.push(`- and ${number(findings.length - max)} more`)
  return lines.join('\n')
}

export interface GroupLimits {
  /** Findings in the whole list. */
  total: number
  /** Findings of one rule. */
  each: number
}

/** Grouped by rule; what is over the limits is counted, nothing is silently dropped. */
export function groupedList(findings: readonly AssessedFinding[], markNew: boolean, limits: GroupLimits): string {
  const blocks: string[] = []
  const unlisted: Finding[] = []
  let room = limits.total
  for (const [rule, group] of groupBy(findings, ({ rule }) => rule)) {
    const shown = group.slice(0, Math.min(room, limits.each))
    room -= shown.length
    if (shown.length === 0) {
      for (const each of group) unlisted.push(each) // not spread: there may be a hundred thousand
      continue
    }
    const lines = shown.map((f) => `- ${markNew && f.status === 'introduced' ? '**new** ' : ''}${item(f)}`)
    if (group.length > shown.length) lines.push(`- and ${number(group.length - shown.length)} more`)
    blocks.push(`**${code(rule)}**: ${listCounts(countBySeverity(group))}\n\n${lines.join('\n')}`)
  }
  if (unlisted.length > 0) blocks.push(`And ${number(unlisted.length)} more: ${ruleCounts(unlisted)}.`)
  return blocks.join('\n\n')
}

/** `200 × trace/broken-reference, 13 × trace/cycle` */
export function ruleCounts(findings: readonly Finding[]): string {
  return [...groupBy(findings, ({ rule }) => rule)]
    .map(([rule, group]) => `${number(group.length)} × ${code(rule)}`)
    .join(', ')
}
