/** What `rosie-guard scan` prints for people. */
import pc from 'picocolors'
import type { AssessedFinding, Assessment, Conclusion } from '../rosie/assessment.ts'
import type { Severity } from '../rosie/model.ts'
import type { Table } from './markdown.ts'
import { oneLine } from './plain.ts'
import { ignoredLine, previewChanges, previewTable, restingLine } from './policy.ts'
import { groupBy } from './report.ts'
import { artifactTable, coverageTable, evidenceTable, riskMatrixTable, scoreTable } from './tables.ts'
import { headline, many, place, shortSha, verdictSentence } from './words.ts'

export interface TerminalOptions {
  colour: boolean
  /** Sentences about how the scan was done. */
  notes: readonly string[]
}

type Colours = ReturnType<typeof pc.createColors>

/** Ends with a line feed. Control characters of the repository's text are spelled out. */
export function terminal(assessment: Assessment, { colour, notes }: TerminalOptions): string {
  const colours = pc.createColors(colour)
  const tables = [
    coverageTable(assessment),
    riskMatrixTable(assessment),
    scoreTable(assessment.score),
    artifactTable(assessment.summary),
    evidenceTable(assessment.summary),
  ]
  const parts = [
    ...findingBlocks(assessment.findings, colours),
    ...(assessment.conclusion === 'neutral'
      ? []
      : tables.filter(({ rows }) => rows.length > 0).map((t) => columns(t, colours))),
    ...previewBlock(assessment, colours),
    ...ignoredBlock(assessment, colours),
    ...notes.map((note) => `Note: ${oneLine(note)}`),
    closing(assessment, colours),
  ]
  return `${parts.join('\n\n')}\n`
}

/** One block a file, in the order of paths; what concerns the repository as a whole comes first. */
function findingBlocks(findings: readonly AssessedFinding[], colours: Colours): string[] {
  const files = groupBy(findings, ({ path }) => path)
  const paths = [...files.keys()].toSorted((a, b) => compare(a ?? '', b ?? ''))
  const severityOf = colouredSeverity(colours)
  return paths.map((path) => {
    const ordered = (files.get(path) ?? []).toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))
    const width = ordered.reduce((most, { line }) => Math.max(most, String(line ?? '').length), 0)
    const lines = ordered.map((finding) => findingLine(finding, width, severityOf, colours))
    return [colours.underline(path === null ? 'Repository' : oneLine(path)), ...lines].join('\n')
  })
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

type SeverityColour = (severity: Severity) => string

function colouredSeverity({ red, yellow, blue }: Colours): SeverityColour {
  const paint = { error: red, warning: yellow, notice: blue }
  return (severity) => paint[severity](severity.padEnd('warning'.length))
}

function findingLine(finding: AssessedFinding, width: number, severityOf: SeverityColour, { dim }: Colours): string {
  const line = dim(String(finding.line ?? '').padStart(width))
  const id = finding.gxpId === null ? '' : ` ${oneLine(finding.gxpId)}`
  return `  ${line}  ${severityOf(finding.severity)}  ${oneLine(finding.message)}  ${dim(oneLine(finding.rule) + id)}`
}

/** What an edited policy would change. */
function previewBlock({ preview }: Assessment, colours: Colours): string[] {
  if (!preview) return []
  const changes = previewChanges(preview).map((change) => `  ${oneLine(change)}`)
  return [[columns(previewTable(preview), colours), ...changes].join('\n')]
}

/** What the policy sets aside: each with the reason that it gives, never counted. */
function ignoredBlock({ ignored }: Assessment, { dim }: Colours): string[] {
  const lines = ignored.map(({ finding, reason, expires }) => {
    const { rule, message } = finding
    const why = dim(`${oneLine(rule)}, until ${expires}: ${oneLine(reason)}`)
    return `  ${oneLine(place(finding))}  ${oneLine(message)}  ${why}`
  })
  const heading = ignoredLine(ignored)
  return heading === null ? [] : [[heading, ...lines].join('\n')]
}

/** The first column to the left, the others to the right, wide enough for their longest cell. */
function columns({ header, rows }: Table, { bold }: Colours): string {
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((cells) => cells[column]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd()
  return [bold(line(header)), ...rows.map(line)].join('\n')
}

function closing(assessment: Assessment, { green, red, dim, bold }: Colours): string {
  const { conclusion, base, findings, fixed, ignored, policy, summary } = assessment
  const paint: Record<Conclusion, (text: string) => string> = { success: green, failure: red, neutral: dim }
  const introduced = findings.filter(({ status }) => status === 'introduced').length
  const delta =
    base === null
      ? null
      : `Against ${shortSha(base)}: ${many(introduced, 'finding')} introduced, ${fixed.length} fixed.`
  const resting = restingLine(policy, oneLine)
  const lines = [
    `${bold(paint[conclusion](conclusion))}  ${headline(assessment)}`,
    verdictSentence(conclusion, summary.findings, ignored.length),
    ...(resting === null ? [] : [resting]),
    ...scoreLine(assessment),
    ...(delta === null ? [] : [delta]),
  ]
  return lines.join('\n')
}

function scoreLine({ conclusion, score, riskMatrix }: Assessment): string[] {
  if (conclusion === 'neutral' || score.value === null) return []
  return [`Score ${score.value} of 100, risk matrix: ${oneLine(riskMatrix)}.`]
}
