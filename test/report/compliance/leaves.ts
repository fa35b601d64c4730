/** Every value of a report as JSON, as it is to be found on paper, where it is to be found there. */
import type { ComplianceReport } from '../../../src/report/compliance/report.ts'
import { number } from '../../../src/report/words.ts'

/** What is in the JSON and not on paper as it is, and why. Links that have a number are `numbered`, the others `queries`. */
export const NOT_ON_PAPER: Readonly<Record<string, string>> = {
  schemaVersion: 'of the JSON',
  'findings.*.fingerprint': 'an id of ours, which programs follow a finding by',
  'ignored.findings.*.finding.fingerprint': 'likewise',
  'policy.introducedOnly': 'in words: only what the change introduces counts',
  'regulatoryMap.rows.*.numbered.*.kind': 'its number says it: F, I or E',
  'regulatoryMap.rows.*.numbered.*.text': 'what has a number has a row, which says it',
  'regulatoryMap.rows.*.numbered.*.href': 'three of them in a row: the number leads on',
  'regulatoryMap.rows.*.queries.*.kind': 'it has no number',
  'risk.rated.*.tiers.*.demanded': 'all requirements of that risk, whose number is there',
  'risk.unrated.*.gate': 'the risk matrix demands nothing of what has no rating',
  'risk.unrated.*.reached': 'likewise; the share of what is traced is there',
  'requirementDocuments.sharing': 'as so many documents that share so many ids',
  'traceability.*.linked': 'the highest level, as a word',
  'evidence.files.*.results.failedAsWhole': 'as words',
  'traceability.*.traced': 'likewise',
  'traceability.*.proven': 'likewise',
  'signOff.*.name': 'for people to fill in',
  'signOff.*.date': 'likewise',
  'signOff.*.signature': 'likewise',
}

export interface Leaf {
  /** Its keys, with `*` for each place in a list. */
  pattern: string
  value: string | number | boolean | null
  /** Makes it another value, in the report that was given. */
  change: () => void
}

export function leavesOf(report: ComplianceReport): Leaf[] {
  const { regulatoryMap, risk } = report
  const rated = (is: boolean) => risk.coverage?.filter((each) => (each.risk !== null) === is) ?? []
  return [
    ...below(report, '', ['regulatoryMap', 'risk']),
    ...below(regulatoryMap, 'regulatoryMap.', ['rows']),
    ...regulatoryMap.rows.flatMap((row) => [
      ...below(row, 'regulatoryMap.rows.*.', ['links']),
      ...below(
        row.links.filter(({ ref }) => ref !== null),
        'regulatoryMap.rows.*.numbered.',
      ),
      ...below(
        row.links.filter(({ ref }) => ref === null),
        'regulatoryMap.rows.*.queries.',
      ),
    ]),
    ...below(risk, 'risk.', ['coverage']),
    ...below(rated(true), 'risk.rated.'),
    ...below(rated(false), 'risk.unrated.'),
  ]
}

function below(holder: object, prefix: string, without: readonly string[] = []): Leaf[] {
  const into = holder as Record<string, unknown>
  return Object.entries(into).flatMap(([key, value]): Leaf[] => {
    if (without.includes(key)) return []
    const pattern = prefix + (Array.isArray(holder) ? '*' : key)
    if (value !== null && typeof value === 'object') return below(value, `${pattern}.`)
    const change = () => {
      into[key] = typeof value === 'number' ? value + 1 : typeof value === 'boolean' ? !value : `${value}x`
    }
    return [{ pattern, value: value as Leaf['value'], change }]
  })
}

/** What is to be found on paper. */
export const toPrint = (report: ComplianceReport): Leaf[] =>
  leavesOf(report).filter(({ pattern, value }) => value !== null && value !== '' && !(pattern in NOT_ON_PAPER))

/** Values that a text lacks, each after its keys. Spaces don't count: a line may end anywhere. */
export function lacking(report: ComplianceReport, text: string): string[] {
  const all = text.replaceAll(/\s/g, '')
  return toPrint(report)
    .map((leaf) => [leaf.pattern, printed(leaf)] as const)
    .filter(([, said]) => !all.includes(said.replaceAll(/\s/g, '')))
    .map(([pattern, said]) => `${pattern}: ${said}`)
}

function printed({ pattern, value }: Leaf): string {
  if (typeof value === 'number') return /(?:line|column)$/i.test(pattern) ? String(value) : number(value)
  if (/\.(?:claimedAt|expires)$/.test(pattern)) return String(value).replace('.000Z', 'Z')
  if (pattern === 'traceability.*.path.*') return String(value).replace(/^(?:FILE|EVIDENCE):/, '')
  return String(value)
}

/** What a reader of Markdown sees, as far as it matters here. */
export const readMarkdown = (markdown: string): string =>
  markdown
    .replaceAll(/<br>|<\/?code>|`|\u2060/g, '')
    .replaceAll(/\\(?=[^a-z\d\s])/gi, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
