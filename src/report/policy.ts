/** What a report says about the policy: what it ignores, and what an edited one would make of the same commit. */
import type { IgnoredFinding, PolicyPreview } from '../rosie/assessment.ts'
import { type AppliedPolicy, restingRules } from '../rosie/policy.ts'
import { item } from './findings-list.ts'
import { code, type Table, table, text } from './markdown.ts'
import { groupBy } from './report.ts'
import { many, number } from './words.ts'

/** Ignored findings shown one by one, and in one group. */
const LISTED = { total: 50, each: 10 }

/** Markdown; null where nothing is ignored. Grouped by reason and last day: that is what a reader has to judge. */
export function ignoredSection(ignored: readonly IgnoredFinding[]): string | null {
  if (ignored.length === 0) return null
  let room = LISTED.total
  const groups = [...groupBy(ignored, ({ reason, expires }) => JSON.stringify([expires, reason])).values()].map(
    (group) => {
      const shown = group.slice(0, Math.min(LISTED.each, room))
      room -= shown.length
      const [first] = group
      const head = `Until ${code(first?.expires ?? '', 20)}: ${text(first?.reason ?? '', 500)}`
      const items = shown.map(({ finding }) => `- ${code(finding.rule)} ${item(finding)}`)
      const more = group.length - shown.length
      return [head, [...items, ...(more > 0 ? [`- and ${number(more)} more`] : [])].join('\n')].join('\n\n')
    },
  )
  return [`### Ignored by the policy: ${many(ignored.length, 'finding')}`, ...groups].join('\n\n')
}

/** One sentence for where there is little room; null where nothing is ignored. */
export function ignoredLine(ignored: readonly IgnoredFinding[]): string | null {
  if (ignored.length === 0) return null
  const [ends] = ignored.map(({ expires }) => expires).sort()
  const ignores = ignored.length === 1 ? '1 finding is ignored' : `${number(ignored.length)} findings are ignored`
  return `${ignores} by the policy; the first of these ignores ends on ${ends}.`
}

/** Rules in one sentence; the rest is counted. */
const RESTING = 20

/** What the policy turns off, each rule through `quote`; null where that is nothing. */
export function restingLine(policy: AppliedPolicy | null, quote: (rule: string) => string): string | null {
  const rules = restingRules(policy).sort()
  if (rules.length === 0) return null
  const more = rules.length - RESTING
  const named = rules
    .slice(0, RESTING)
    .map((rule) => quote(rule))
    .join(', ')
  return `The policy turns off, so that nothing was looked at by: ${named}${more > 0 ? ` and ${number(more)} more` : ''}.`
}

/** Sentences about changed settings; the rest is counted. */
const CHANGES = 30

export function previewTable({ conclusion, findings, before }: PolicyPreview): Table {
  const row = (name: string, outcome: Pick<PolicyPreview, 'conclusion' | 'findings'>) => [
    name,
    outcome.conclusion,
    ...[outcome.findings.error, outcome.findings.warning, outcome.findings.notice].map(number),
  ]
  return {
    header: ['Policy', 'Conclusion', 'Errors', 'Warnings', 'Notices'],
    rows: [row('in force', before), row('edited', { conclusion, findings })],
  }
}

/** The changed settings, a sentence each. */
export function previewChanges({ changes }: PolicyPreview): string[] {
  const more = changes.length - CHANGES
  return more > 0 ? [...changes.slice(0, CHANGES), `And ${number(more)} more.`] : changes
}

/** Markdown; null unless the change edits the policy. */
export function previewSection(preview: PolicyPreview | null, level = '###'): string | null {
  if (!preview) return null
  return [
    `${level} What the edited policy would change`,
    'This change is judged by the policy in force, not by its own.',
    table(previewTable(preview)),
    previewChanges(preview)
      .map((change) => `- ${text(change, 500)}`)
      .join('\n'),
  ].join('\n\n')
}
