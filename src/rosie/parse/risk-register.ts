/**
 * The risk register, `.gxp/risk_assessment.log`: which entries it has. draft-03 writes Markdown headings with a list,
 * draft-02 one line an entry with `#` for comments; a register may have both. RFC-001, "Risk assessment"; GxP.MD, "Risk
 * Assessment Log".
 */
import type { Problem } from '../contents.ts'
import type { Risk, Span } from '../model.ts'
import { type MarkdownLine, namedValue, readMarkdown, unclosedProblem } from './markdown.ts'
import { givesField, OpenEntry, readLineEntry } from './risk-entry.ts'
import { LooseFields, meansRisk, ratedIn, TITLED, titleIn } from './risk-meant.ts'

export interface RiskRegister {
  kind: 'risk_register'
  entries: RiskEntry[]
  problems: Problem[]
}

/** One entry; its span is the whole of it. */
export interface RiskEntry extends Span {
  id: string
  endLine: number
  form: 'markdown' | 'line'
  title: string | null
  /** By name in lower case (`risk level`), as written, with the line of each. */
  fields: Record<string, { value: string; line: number }>
  /** What it says besides. */
  text: string
  /** `YYYY-MM-DD`; null when absent or no date. */
  date: string | null
  risk: Risk | null
  /** In lower case; null when absent. */
  status: string | null
  /** A hash over everything but the id and the status: the register is append-only. */
  digest: string
}

export function readRiskRegister(source: string): RiskRegister {
  const markdown = readMarkdown(source)
  const reading = new Reading()
  const { lines } = markdown
  for (const [index, line] of lines.entries()) reading.take(line, lines[index + 1])
  const entries = reading.finish()
  return { kind: 'risk_register', entries, problems: [...reading.problems, ...unclosedProblem(markdown, 'risk')] }
}

/** The entry that the lines belong to, and those before it. */
class Reading {
  readonly problems: Problem[] = []
  readonly #entries: RiskEntry[] = []
  #open: OpenEntry | null = null
  /** What stands outside of every entry. */
  #loose = new LooseFields(null)
  /** Risks that a line outside of every entry rates. */
  readonly #rated: { id: string; line: number }[] = []

  take(line: MarkdownLine, next: MarkdownLine | undefined): void {
    if (line.code) this.#open?.addCode(line)
    else if (line.heading) this.#takeHeading(line, line.heading, next)
    else if (!this.#takeLineEntry(line)) this.#takeText(line, next)
  }

  finish(): RiskEntry[] {
    this.#end(null)
    const known = new Set(this.#entries.map(({ id }) => id))
    for (const { id, line } of this.#rated)
      if (!known.has(id)) this.#tell(line, `${id} is rated here, but has no entry. ${HEADING}`)
    return this.#entries
  }

  /** `heading`: of what follows, where that is no entry. */
  #end(heading: number | null): void {
    if (this.#open) this.#entries.push(this.#open.close(this.problems))
    this.#open = null
    this.#loose = new LooseFields(heading)
  }

  /** draft-02 comments with `#`: such a line is no heading, unless what follows it is what follows a heading. */
  #takeHeading({ line }: MarkdownLine, { level, text }: { level: number; text: string }, next?: MarkdownLine): void {
    const beforeField = next !== undefined && !next.code && givesField(next.text)
    const titled = TITLED.exec(text)
    const meant = meansRisk(text)
    if (level === 1 && beforeField && !meant) return
    if (!meant && this.#open && level > this.#open.level) {
      this.#open.addText(text, line)
      return
    }
    const section = level > 1 || beforeField
    this.#end(section && !meant ? line : null)
    if (!section) return
    if (titled?.[1]) this.#open = new OpenEntry(titled[1], 'markdown', level, line, titled[2]?.trim() || null)
    else if (meant) this.#tellOnce(line, `\`${text.slice(0, 40)}\` names no risk. ${HEADING}`)
  }

  #takeLineEntry({ line, text }: MarkdownLine): boolean {
    const found = readLineEntry(text.trim(), line)
    if (!found) return false
    this.#end(null)
    if (found.entry) this.#entries.push(found.entry.close(this.problems))
    else this.#tellOnce(line, `This line is meant as an entry, but does not read as one. ${LINE}`)
    return true
  }

  #takeText({ line, text, gap }: MarkdownLine, next: MarkdownLine | undefined): void {
    if (/^[ \t]*(?:-{3,}|\*{3,}|_{3,})$/.test(text)) return
    if (this.#open) this.#open.add(line, text, gap)
    else this.#takeLoose(line, text.trim(), next)
  }

  #takeLoose(line: number, text: string, next: MarkdownLine | undefined): void {
    const title = next && !next.code && givesField(next.text) ? titleIn(text) : null
    if (title) {
      this.#tellOnce(line, `${title} has no heading. ${HEADING}`)
      return
    }
    const field = givesField(text) ? namedValue(text) : null
    const at = field && this.#loose.add(field, line)
    if (at) this.#tell(at, `This entry has no id. ${HEADING}`)
    const rated = ratedIn(text)
    if (rated) this.#rated.push({ id: rated, line })
  }

  /** Of what the following fields belong to. */
  #tellOnce(line: number, message: string): void {
    this.#loose = new LooseFields(null, true)
    this.#tell(line, message)
  }

  #tell(line: number, message: string): void {
    this.problems.push({ cause: 'risk', line, message })
  }
}

const HEADING = 'Begin an entry with `## RISK-001: title`; the id has capitals and digits.'
const LINE =
  'Write `[YYYY-MM-DD] RISK-001 | REQ-001 | Risk: LEVEL | Impact: … | Mitigation: … | Test Coverage: …`, or begin a remark with `#`.'
