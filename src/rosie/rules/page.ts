/** docs/rules.md and docs/rules/: made from the rules and their examples, which are run as tests. */
import { DEFAULT_POLICY } from '../policy.ts'
import type { ExampleFile, ExampleFiles, RulePage } from './examples/example.ts'
import { RULE_PAGES } from './examples/index.ts'
import { RULES } from './index.ts'
import type { Rule } from './rule.ts'

const SEVERITIES = { error: 'an error', warning: 'a warning', notice: 'a notice' } as const

/** Whether a rule rests until a policy gives it a severity. */
export const restsByDefault = ({ id }: Rule): boolean => DEFAULT_POLICY.severities[id] === 'off'

/** The overview: by area, in the order of the catalogue. */
export function rulesPage(rules: readonly Rule[] = RULES): string {
  const areas = [...new Set(rules.map(areaOf))]
  const sections = areas.map((area) => {
    const entries = rules.filter((rule) => areaOf(rule) === area).map(entry)
    return `## ${area}\n\n${entries.join('\n')}\n`
  })
  return `# Rules

What a scan can find. An id never changes once released: it is the title of an annotation and the \`rule\` of a finding in
the JSON. The severity is the rule's usual one; a policy may give it another ([policy.md](policy.md)). "By risk" means an
error for HIGH, a warning for MEDIUM or without a risk, and a notice for LOW. Each rule has a page with a bad and a good
example; both are changes to the [sample record](first-record.md).

${sections.join('\n')}`
}

const areaOf = ({ id }: Rule) => id.slice(0, id.indexOf('/'))

const OFF = ' Off by default: it speaks where a policy gives it a severity.'

const entry = (rule: Rule) => {
  const { id, severity, about } = rule
  return `- [\`${id}\`](rules/${pageName(id)}) is ${SEVERITIES[severity]}. ${about}${restsByDefault(rule) ? OFF : ''}`
}

/** `trace/cycle` → `trace-cycle.md` */
export const pageName = (id: string): string => `${id.replace('/', '-')}.md`

/** A rule's own page, as Markdown. */
export function rulePage(rule: Rule, page: RulePage | undefined = RULE_PAGES[rule.id]): string {
  const opening = `# \`${rule.id}\`\n\n${capital(SEVERITIES[rule.severity])}${restsByDefault(rule) ? '' : ' by default'}. ${rule.about}${restsByDefault(rule) ? OFF : ''}`
  if (!page) return `${opening}\n`
  const parts = [
    opening,
    page.why,
    `From: ${page.clause}.`,
    ...(page.policy ? [`With this policy: \`${JSON.stringify(page.policy)}\`.`] : []),
    ...(page.noKeys ? ['While no key is trusted.'] : []),
    ...filesSection('Before', page.base),
    ...filesSection('Bad', { ...page.both, ...page.bad }),
    ...filesSection('Good', { ...page.both, ...page.good }),
  ]
  return `${parts.join('\n\n')}\n`
}

const capital = (words: string) => words.charAt(0).toUpperCase() + words.slice(1)

function filesSection(heading: string, files: ExampleFiles | undefined): string[] {
  if (!files) return []
  const entries = Object.entries(files)
  const none = 'Nothing is changed in the [sample record](../first-record.md).'
  return [`## ${heading}`, ...(entries.length === 0 ? [none] : entries.map(([path, file]) => fileBlock(path, file)))]
}

function fileBlock(path: string, file: ExampleFile): string {
  if (file === null) return `No \`${path}\`.`
  if (typeof file === 'string') return `\`${path}\`:\n\n${fenced(file)}`
  const { claims, by = 'trusted', over } = file
  const who = {
    trusted: 'a trusted key',
    second: 'a second trusted key',
    unknown: 'a key that is not trusted',
    both: 'two trusted keys',
  }[by]
  if (over !== undefined) return `\`${path}\`: a signature over \`${over}\`, made with ${who}.`
  return `\`${path}\`, signed with ${who}:\n\n${fenced(JSON.stringify(claims, null, 2), 'json')}`
}

/** A fence longer than any in the text. */
function fenced(text: string, language = ''): string {
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  // What can't be seen would be lost on the way: NUL and other control characters are spelt out.
  const visible = text.replace(/[^\P{Cc}\n\t]/gu, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return `${fence}${language}\n${visible.replace(/\n$/, '')}\n${fence}`
}
