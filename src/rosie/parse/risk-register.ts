/**
 * The risk register, `.gxp/risk_assessment.log`: which entries it has. draft-03 writes Markdown headings with a list,
 * draft-02 one line an entry with `#` for comments; a register may have both. RFC-001, "Risk assessment"; GxP.MD, "Risk
 * Assessment Log".
 */
import type { Problem, Risk, Span } from '../model.ts'
import { type MarkdownLine, namedValue, readMarkdown, unclosedProblem } from './markdown.ts'
import { givesField, meansRisk, OpenEntry, readLineEntry } from './risk-entry.ts'

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

/** `RISK-001: title`, marks around the id and the separator after it optional. */
const TITLED = /^[[*_`]{0,4}(RISK(?:-[A-Z0-9]+)+)(?![A-Za-z0-9_-])[\]*_`]{0,4}[ \t]*[:–—-]*(.*)$/s

export function readRiskRegister(source: string): RiskRegister {
  const markdown = readMarkdown(source)
  const reading = new Reading()
  const { lines } = markdown
  for (const [index, line] of lines.entries()) reading.take(line, lines[index + 1])
  const entries = reading.end()
  return { kind: 'risk_register', entries, problems: [...reading.problems, ...unclosedProblem(markdown, 'risk')] }
}

/** The entry that the lines belong to, and those before it. */
class Reading {
  readonly problems: Problem[] = []
  readonly #entries: RiskEntry[] = []
  #open: OpenEntry | null = null
  /** A heading that names no risk: an entry without an id, if what it has is what an entry has. */
  #untitled: number | null = null

  take(line: MarkdownLine, next: MarkdownLine | undefined): void {
    if (line.code) this.#open?.addCode(line)
    else if (line.heading) this.#takeHeading(line, line.heading, next)
    else if (!this.#takeLineEntry(line)) this.#takeText(line)
  }

  end(): RiskEntry[] {
    if (this.#open) this.#entries.push(this.#open.close(this.problems))
    this.#open = null
    return this.#entries
  }

  /** draft-02 comments with `#`: such a line is no heading, unless what follows it is what follows a heading. */
  #takeHeading({ line }: MarkdownLine, { level, text }: { level: number; text: string }, next?: MarkdownLine): void {
    const beforeField = next !== undefined && !next.code && givesField(next.text)
    const titled = TITLED.exec(text)
    const meant = titled !== null || meansRisk(text)
    if (level === 1 && beforeField && !meant) return
    if (!meant && this.#open && level > this.#open.level) {
      this.#open.addText(text, line)
      return
    }
    this.end()
    this.#untitled = null
    if (level === 1 && !beforeField) return
    if (titled?.[1]) this.#open = new OpenEntry(titled[1], 'markdown', level, line, titled[2]?.trim() || null)
    else if (meant) this.#tell(line, `\`${text.slice(0, 40)}\` names no risk. ${HEADING}`)
    else this.#untitled = line
  }

  #takeLineEntry({ line, text }: MarkdownLine): boolean {
    const found = readLineEntry(text.trim(), line)
    if (!found) return false
    this.end()
    this.#untitled = null
    if (found.entry) this.#entries.push(found.entry.close(this.problems))
    else this.#tell(line, `This line begins like an entry, but names no risk. ${LINE}`)
    return true
  }

  #takeText({ line, text, gap }: MarkdownLine): void {
    if (/^[ \t]*(?:-{3,}|\*{3,}|_{3,})$/.test(text)) return
    this.#open?.add(line, text, gap)
    const field = this.#untitled === null || this.#open ? null : namedValue(text)
    if (field?.name !== 'risk level' || !/^[*_`]{0,3}(LOW|MEDIUM|HIGH)\b/i.test(field.value)) return
    this.#tell(this.#untitled ?? line, `This entry has no id. ${HEADING}`)
    this.#untitled = null
  }

  #tell(line: number, message: string): void {
    this.problems.push({ cause: 'risk', line, message })
  }
}

const HEADING = 'Begin an entry with `## RISK-001: title`; the id has capitals and digits.'
const LINE =
  'Write `[YYYY-MM-DD] RISK-001 | REQ-001 | Risk: LEVEL | Impact: … | Mitigation: … | Test Coverage: …`, or begin a remark with `#`.'
