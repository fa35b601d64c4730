/**
 * Architecture decisions, `.gxp/adr/ADR-NNN-title.md`: what they say in which section. Sections are known by their names at
 * any level of heading; the status may also stand in front matter or before the first section, as `Status: Accepted`. The
 * names of MADR are read too. RFC-001, "Architecture decision records".
 */
import type { Fields, Problem } from '../contents.ts'
import type { Json, Span } from '../model.ts'
import { readStatus } from './decision-status.ts'
import { digestOf } from './digest.ts'
import { textOf } from './document.ts'
import { readFrontMatter } from './front-matter.ts'
import { type MarkdownLine, namedValue, readMarkdown, unclosedProblem, unmarked } from './markdown.ts'

export interface Decision {
  kind: 'decision'
  title: string | null
  /** By name in lower case (`status`, `context`, `decision`, `consequences`): the heading, and whether text follows it. */
  sections: Record<string, Span & { empty: boolean }>
  status: 'proposed' | 'accepted' | 'deprecated' | 'superseded' | null
  /** The status as written; null when absent. */
  statusText: string | null
  /** Decisions that the status names as successors: `ADR-012`. */
  successors: string[]
  /** A hash over everything but the status: a decision that was accepted stays. */
  digest: string
  problems: Problem[]
}

export function readDecision(source: string): Decision {
  const { fields, body, linesBefore, problems } = withoutFrontMatter(source)
  const markdown = readMarkdown(body)
  const reading = new Reading(linesBefore)
  const inFields = fields.status && textOf(fields.status)
  if (fields.status) reading.giveStatus(fields.status.line, inFields ?? '')
  for (const line of markdown.lines) reading.take(line)
  const { sections, statusLines, said } = reading
  const successor = SUCCESSOR_KEYS.map((key) => textOf(fields[key])).find((value) => value !== null) ?? null
  const { status, successors } = readStatus(statusLines, successor)
  const statusText = statusLines.join('\n').trim()
  const unclosed = unclosedProblem(markdown, 'decision').map((each) => ({ ...each, line: each.line + linesBefore }))
  return {
    kind: 'decision',
    title: textOf(fields.title) ?? reading.title,
    sections,
    status,
    statusText: statusText === '' ? null : statusText,
    successors,
    digest: digestOf(saidBy(fields), said.join('\n')),
    problems: [...problems, ...unclosed],
  }
}

const SUCCESSOR_KEYS = ['superseded_by', 'superseded-by', 'supersededBy']

function saidBy(fields: Fields): Json {
  const aside = new Set(['status', ...SUCCESSOR_KEYS])
  const said = Object.entries(fields).flatMap(([key, { value }]): Json[] => (aside.has(key) ? [] : [[key, value]]))
  return said.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

/** A decision needs no front matter: a first line `---` that begins none is a rule across the page. */
function withoutFrontMatter(source: string) {
  const none = { fields: {} as Fields, body: source, linesBefore: 0, problems: [] as Problem[] }
  const { fields, body, problems } = readFrontMatter(source)
  if (body === '' && problems.length > 0) return none
  const linesBefore = source.split('\n').length - body.split('\n').length
  return { fields, body, linesBefore, problems: problems.map((each): Problem => ({ ...each, cause: 'decision' })) }
}

const SECTIONS = {
  status: /^status$/,
  context: /^(?:context|problem statement)\b/,
  decision: /^(?:the )?decision(?: outcome)?$/,
  consequences: /^(?:positive |negative )?consequences?\b/,
}

/** `2.1 **Decision Outcome**:` is a section `decision`; null for headings of another kind. */
function sectionNamed(heading: string): string | null {
  const name = unmarked(heading.replace(/^\d{1,3}(?:\.\d{1,3}){0,3}[.)]?[ \t]+/, ''))
  const plain = name.replace(/:$/, '').toLowerCase().trim()
  return Object.entries(SECTIONS).find(([, pattern]) => pattern.test(plain))?.[0] ?? null
}

class Reading {
  readonly sections: Decision['sections'] = {}
  readonly statusLines: string[] = []
  /** All that is not the status. */
  readonly said: string[] = []
  title: string | null = null
  readonly #linesBefore: number
  /** A section has begun: what comes before is the title and, in some forms, the status. */
  #inSections = false
  #open: { name: string; level: number } | null = null

  constructor(linesBefore: number) {
    this.#linesBefore = linesBefore
  }

  giveStatus(line: number, value: string): void {
    this.sections.status = { line, empty: value === '' }
    this.statusLines.push(value)
  }

  take({ line, text, heading, code }: MarkdownLine): void {
    if (heading) {
      this.#takeHeading(line + this.#linesBefore, text, heading)
      return
    }
    const named = this.#inSections || code || this.sections.status ? null : namedValue(text)
    if (named?.name === 'status') {
      this.giveStatus(line + this.#linesBefore, named.value)
      return
    }
    const section = this.#open && this.sections[this.#open.name]
    if (section) section.empty = false
    if (this.#open?.name === 'status') this.statusLines.push(text)
    else this.said.push(text)
  }

  #takeHeading(line: number, text: string, { level, text: written }: { level: number; text: string }): void {
    const name = sectionNamed(written)
    if (name === null) {
      if (this.#open && level <= this.#open.level) this.#open = null
      if (this.title === null && !this.#inSections && written !== '') this.title = written
    } else {
      this.#inSections = true
      this.#open = { name, level }
      this.sections[name] ??= { line, empty: true }
    }
    if (this.#open?.name !== 'status') this.said.push(text)
  }
}
