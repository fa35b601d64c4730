/** What holds of every assessment and every report, whatever stands in the files. */
import { comment } from '../../src/report/comment.ts'
import { jsonReport } from '../../src/report/json.ts'
import { junitReport } from '../../src/report/junit.ts'
import { jsonText } from '../../src/report/plain.ts'
import { sarifReport } from '../../src/report/sarif.ts'
import { complianceStatus, gapAnalysis } from '../../src/report/status.ts'
import { checkPage, localPage } from '../../src/report/summary.ts'
import { terminal } from '../../src/report/terminal.ts'
import type { Assessed } from '../../src/rosie/assess.ts'
import type { Assessment } from '../../src/rosie/assessment.ts'
import { traceabilityMatrix } from '../../src/rosie/matrix.ts'
import { DEFAULT_POLICY } from '../../src/rosie/policy.ts'
import { report } from '../report/sample.ts'
import type { Files } from './record.ts'

/** No message and no id is longer than anyone reads. */
const LONGEST_MESSAGE = 4_000
const LONGEST_ID = 200

/** Every finding has a place that is there, a message, and a fingerprint of its own. */
export function expectSound({ findings }: Pick<Assessment, 'findings'>, files: Files): void {
  expect(new Set(findings.map(({ fingerprint }) => fingerprint)).size).toBe(findings.length)
  const counts = new Map<string, number>()
  for (const { rule, path, line, endLine, column, endColumn, message, gxpId } of findings) {
    const wrong = { rule, path, line, endLine, column, endColumn }
    if (message === '' || message.length > LONGEST_MESSAGE || (gxpId?.length ?? 0) > LONGEST_ID)
      throw new Error(`No one reads this message: ${JSON.stringify(wrong)}`)
    if (path === null) {
      expect({ line, endLine }).toEqual({ line: null, endLine: null })
      continue
    }
    if (!Object.hasOwn(files, path)) throw new Error(`No such file: ${JSON.stringify(wrong)}`)
    const lines =
      counts.get(path) ??
      Buffer.from(files[path] ?? '')
        .toString()
        .split('\n').length
    counts.set(path, lines)
    const ordered = [1, line ?? 0, endLine ?? 0, lines]
    const columns = endColumn === null || line !== endLine ? [1, column ?? 1] : [1, column ?? 1, endColumn]
    if (!isAscending(ordered) || !isAscending(columns)) throw new Error(`Not in the file: ${JSON.stringify(wrong)}`)
  }
}

const isAscending = (numbers: readonly number[]) =>
  numbers.every((number, at) => at === 0 || number >= (numbers[at - 1] ?? 0))

/** Each way in which an assessment is told, by its name. */
export function everyReport({ assessment, head }: Assessed): {
  pages: Record<string, string>
  data: Record<string, string>
} {
  const told = report(assessment)
  const { title, summary } = checkPage(told)
  const at = '2026-02-06T10:00:00Z'
  return {
    pages: {
      title,
      summary,
      comment: comment(told, 'https://github.example/checks') ?? '',
      markdown: localPage(assessment, []),
      status: complianceStatus(assessment, head, at),
    },
    data: {
      terminal: terminal(assessment, { colour: false, notes: [] }),
      json: jsonText(jsonReport(assessment)),
      sarif: jsonText(sarifReport(assessment, '1.0.0')),
      junit: junitReport(assessment, DEFAULT_POLICY),
      matrix: jsonText(traceabilityMatrix(head, at)),
      gaps: jsonText(gapAnalysis(head, assessment, at)),
    },
  }
}

/** Controls, bidirectional overrides and invisible characters; not line feeds, tabs and the joiner that defuses links. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const ACTING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/
const CODE_SPAN = /(?<!`)(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g
/** HTML, links and mentions of the hostile text, where Markdown would make something of them. */
const ALIVE = /<(?:img|script|b)\b|(?<!\\)\]\(https?:|@acme/

/** Nothing of the repository's text acts in any report. */
export function expectHarmlessReports(assessed: Assessed): void {
  const { pages, data } = everyReport(assessed)
  for (const [name, text] of Object.entries({ ...pages, ...data })) {
    const acting = ACTING.exec(text)
    expect({ name, acting: acting && text.slice(Math.max(0, acting.index - 40), acting.index + 10) }).toEqual({
      name,
      acting: null,
    })
  }
  for (const [name, text] of Object.entries(pages)) {
    const own = text.replace('](https://github.example/checks)', '').replace(CODE_SPAN, '')
    expect({ name, alive: ALIVE.exec(own)?.[0] ?? null }).toEqual({ name, alive: null })
  }
}
