/** The check run's page: title, summary and annotations. */
import type { AssessedFinding, Assessment, Conclusion, Finding } from '../rosie/assessment.ts'
import type { Report } from '../scan/ports/publisher.ts'
import { groupedList, ruleCounts } from './findings-list.ts'
import { code, cut, table, text } from './markdown.ts'
import { defuse, oneLine, shorten } from './plain.ts'
import { ignoredSection, previewSection, restingLine } from './policy.ts'
import { type Annotations, annotations, elsewhere, overall } from './report.ts'
import { artifactTable, coverageTable, evidenceTable, riskMatrixTable, scoreTable } from './tables.ts'
import {
  countBySeverity,
  headline,
  listCounts,
  many,
  number,
  scoreSentence,
  shortSha,
  verdictSentence,
} from './words.ts'

export interface CheckPage {
  conclusion: Conclusion
  /** Plain text, at most 255 characters. */
  title: string
  /** Markdown within GitHub's limit. */
  summary: string
  /** At most 1,000, each with a path and a line. */
  annotations: readonly Finding[]
}

export function checkPage(report: Report): CheckPage {
  const chosen = annotations([...report.assessment.findings, ...elsewhere(report)])
  const { conclusion } = overall(report)
  return { conclusion, title: title(report), summary: summary(report, chosen), annotations: chosen.shown }
}

function title(report: Report): string {
  const { conclusion, because } = overall(report)
  const own = headline(report.assessment)
  return because === null ? own : shorten(`${own}; ${conclusion} against ${defuse(oneLine(because.baseRef))}`, 255)
}

function summary(report: Report, chosen: Annotations): string {
  const { assessment } = report
  const facts = scanFacts(report)
  const opening = [verdictLine(report), ...notesOf(report.notes)]
  // Without a record there may still be an organisation's policy, and a fault in it.
  const found = findingsSection('Findings', assessment.findings, false)
  if (assessment.conclusion === 'neutral')
    return cut(paragraphs([...opening, basesTable(report), found, facts, checkpointLine(report)]))
  return cut(
    paragraphs([
      ...opening,
      deltaLine(assessment),
      basesTable(report),
      ...sections(assessment),
      findingsSection('Findings against other bases only', elsewhere(report), false),
      annotationsLine(chosen),
      facts,
      checkpointLine(report),
    ]),
  )
}

/** The same page for a scan on somebody's own machine: `--format markdown`. */
export function localPage(assessment: Assessment, notes: readonly string[]): string {
  const opening = [
    `**${text(verdictSentence(assessment.conclusion, assessment.summary.findings, assessment.ignored.length))}**`,
    ...notesOf(notes),
  ]
  if (assessment.conclusion === 'neutral') return `${paragraphs(opening)}\n`
  return `${paragraphs([...opening, deltaLine(assessment), ...sections(assessment)])}\n`
}

const notesOf = (notes: readonly string[]) => notes.map((note) => `> ${text(note, 500)}`)

const sections = (assessment: Assessment) => [
  previewSection(assessment.preview),
  coverageSection(assessment),
  recordSection(assessment),
  findingsSection('Findings', assessment.findings, assessment.base !== null),
  restingLine(assessment.policy, code),
  ignoredSection(assessment.ignored),
]

const paragraphs = (parts: readonly (string | null)[]) => parts.filter((part) => part !== null).join('\n\n')

function verdictLine(report: Report): string {
  const { conclusion, summary: counts, ignored } = report.assessment
  const { conclusion: worst, because } = overall(report)
  const culprit =
    because && `Against ${code(because.baseRef, 250)} this commit ends with ${worst}, and so does this check. `
  return `${culprit ?? ''}**${text(verdictSentence(conclusion, counts.findings, ignored.length))}**`
}

function deltaLine({ base, findings, fixed }: Assessment): string {
  if (base === null) return 'There is no base to compare with: every finding counts as introduced.'
  const introduced = findings.filter(({ status }) => status === 'introduced')
  const existing = findings.filter(({ status }) => status === 'existing')
  const said = (some: readonly Finding[]) => listCounts(countBySeverity(some)) ?? 'none'
  const parts = [`introduced: ${said(introduced)}`, `existing: ${said(existing)}`, `fixed: ${said(fixed)}`]
  return `Against the base ${code(shortSha(base))}: ${parts.join('; ')}.`
}

/** Only where one commit is compared with several bases: its one check says the worst of them. */
function basesTable({ bases }: Report): string | null {
  if (bases.length < 2) return null
  const rows = bases.map(({ baseRef, conclusion, counts }) => [
    code(baseRef, 250),
    conclusion,
    ...[counts.error, counts.warning, counts.notice].map(number),
  ])
  return table({ header: ['Base', 'Conclusion', 'Errors', 'Warnings', 'Notices'], rows })
}

/** Ids shown of requirements without a traced test. */
const MAX_GAPS = 20

function coverageSection(assessment: Assessment): string | null {
  const { total, traced } = assessment.summary.requirements
  if (total === 0) return null
  return paragraphs([
    '### Coverage of requirements',
    table(coverageTable(assessment)),
    'Linked: some path leads to a test. Traced: a typed path from the requirement over stories and specifications to a ' +
      'test, or to valid, passing evidence. Proven: traced by the newest evidence, which is valid, passes, and was made ' +
      'for the current state of the source, as replaying it showed.',
    traced < total ? gapsLine(assessment.findings, total - traced, total) : null,
    matrixPart(assessment),
    scorePart(assessment),
  ])
}

function matrixPart(assessment: Assessment): string | null {
  const against = riskMatrixTable(assessment)
  if (against.rows.length === 0) return null
  const from = `Against the risk matrix (${text(assessment.riskMatrix, 200)}), by the level that the gate of each risk uses:`
  return paragraphs([from, table(against)])
}

function scorePart({ score }: Assessment): string | null {
  const sentence = scoreSentence(score)
  return sentence === null ? null : paragraphs([sentence, table(scoreTable(score))])
}

function gapsLine(findings: readonly AssessedFinding[], gaps: number, total: number): string {
  const uncovered = findings.flatMap(({ rule, gxpId }) =>
    rule === 'trace/uncovered-requirement' && gxpId !== null ? [gxpId] : [],
  )
  const ids = [...new Set(uncovered)]
  const more = ids.length > MAX_GAPS ? ` and ${number(ids.length - MAX_GAPS)} more` : ''
  const named = ids.slice(0, MAX_GAPS).map((id) => code(id, 100))
  const sentence = `${number(gaps)} of ${many(total, 'requirement')} ${gaps === 1 ? 'has' : 'have'} no traced test`
  return named.length === 0 ? `${sentence}.` : `${sentence}: ${named.join(', ')}${more}.`
}

function recordSection({ summary: counts }: Assessment): string {
  const { verified, contradicted, unavailable } = counts.provenance
  return paragraphs([
    '### The record',
    table(artifactTable(counts)),
    table(evidenceTable(counts)),
    verified + contradicted + unavailable === 0
      ? null
      : `Provenance: ${number(verified)} verified, ${number(contradicted)} contradicted, ${number(unavailable)} unavailable.`,
  ])
}

/** What a person still reads; beyond it counts say more. */
const LIST_LIMITS = { total: 100, each: 20 }

function findingsSection(heading: string, findings: readonly AssessedFinding[], markNew: boolean): string | null {
  return findings.length === 0 ? null : `### ${heading}\n\n${groupedList(findings, markNew, LIST_LIMITS)}`
}

function annotationsLine({ shown, left }: Annotations): string | null {
  if (left.length === 0) return null
  const all = shown.length + left.length
  const verb = shown.length === 1 || all === 1 ? 'is' : 'are'
  const counts = `${number(shown.length)} of ${many(all, 'finding')} ${verb} annotated`
  return `${counts}, and ${number(left.length)} more: ${ruleCounts(left)}. All are stored with the scan named below.`
}

function scanFacts({ scanId, filesTotal, filesFetched, requests }: Report): string {
  const parts = [many(filesTotal, 'file'), `${number(filesFetched)} fetched`, many(requests, 'GitHub request')]
  return `<sub>Scan ${code(scanId, 100)}: ${parts.join(', ')}.</sub>`
}

/** Out of the server's reach from then on: whoever compares knows whether its audit trail is still the one that it was. */
function checkpointLine({ checkpoint }: Report): string | null {
  if (!checkpoint) return null
  const { position, hash, jws } = checkpoint
  return `<sub>Audit checkpoint: position ${position}, sha256 ${code(hash)}, ${code(jws, 2_000)}</sub>`
}
