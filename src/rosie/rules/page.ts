import { RULES } from './index.ts'
import type { Rule } from './rule.ts'

const SEVERITIES = { error: 'an error', warning: 'a warning', notice: 'a notice' } as const

/** docs/rules.md, from the rules themselves: by area, in the order of the catalogue. */
export function rulesPage(rules: readonly Rule[] = RULES): string {
  const areas = [...new Set(rules.map(areaOf))]
  const sections = areas.map((area) => {
    const entries = rules.filter((rule) => areaOf(rule) === area).map(entry)
    return `## ${area}\n\n${entries.join('\n')}\n`
  })
  return `# Rules

What a scan can find. An id never changes once released: it is the title of an annotation and the \`rule\` of a finding in
the JSON. The severity is the rule's usual one. "By risk" means an error for HIGH, a warning for MEDIUM or without a risk,
and a notice for LOW. A check fails when there is at least one error.

${sections.join('\n')}`
}

const areaOf = ({ id }: Rule) => id.slice(0, id.indexOf('/'))

const entry = ({ id, severity, about }: Rule) => `- \`${id}\` is ${SEVERITIES[severity]}. ${about}`
