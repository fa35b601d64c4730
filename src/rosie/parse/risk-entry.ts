/** One entry of the risk register as it is read: names of fields, and what their values mean. */

import type { Problem } from '../contents.ts'
import { isDay } from '../dates.ts'
import { RISKS } from '../model.ts'
import { digestOf, squeezed } from './digest.ts'
import { type MarkdownLine, type NamedValue, namedValue, unmarked } from './markdown.ts'
import { meansLine, meansRisk } from './risk-meant.ts'
import type { RiskEntry } from './risk-register.ts'

/** Other drafts' names of the same. */
const NAMES: ReadonlyMap<string, string> = new Map([['risk', 'risk level']])

/** Fields that count without a bullet or emphasis before them. */
const KNOWN = new Set([
  ...['date', 'author', 'component', 'risk level', 'risk', 'description', 'impact', 'mitigation', 'status'],
  ...['requirement', 'test coverage'],
])

/** Whether a line gives one of the fields that every entry has. */
export const givesField = (text: string): boolean => KNOWN.has(namedValue(text)?.name ?? '')

export class OpenEntry {
  readonly id: string
  readonly form: RiskEntry['form']
  /** Of its heading; deeper ones are parts of it. */
  readonly level: number
  readonly #line: number
  readonly #title: string | null
  #endLine: number
  readonly #fields = new Map<string, { parts: string[]; line: number }>()
  readonly #text: string[] = []
  readonly #twice: { name: string; line: number }[] = []
  /** Where further lines of a field's value go; null: they are text. */
  #into: string[] | null = null
  /** Blanks before the first field: what stands deeper belongs to a value. */
  #indent: number | null = null

  constructor(id: string, form: RiskEntry['form'], level: number, line: number, title: string | null) {
    this.id = id
    this.form = form
    this.level = level
    this.#line = line
    this.#endLine = line
    this.#title = title
  }

  /** A line of the entry that is no heading. */
  add(line: number, text: string, gap: boolean): void {
    this.#endLine = line
    const named = namedValue(text)
    if (named && this.#isField(named)) this.addField(named.name, named.value, line)
    else if (this.#into && (!gap || /^[ \t]/.test(text))) this.#into.push(text.trim())
    else this.addText(text, line)
  }

  addText(text: string, line: number): void {
    this.#endLine = line
    this.#into = null
    this.#text.push(text)
  }

  addCode({ line, text }: MarkdownLine): void {
    this.#endLine = line
    this.#text.push(text)
  }

  addField(written: string, value: string, line: number): void {
    const name = NAMES.get(written) ?? written
    const again = this.#fields.has(name)
    if (again) this.#twice.push({ name, line })
    const parts = again && name !== 'status' ? this.#text : []
    if (value !== '') parts.push(value)
    this.#into = parts
    if (!again) this.#fields.set(name, { parts, line })
  }

  #isField({ name, item, strong, indent }: NamedValue): boolean {
    const known = KNOWN.has(name)
    if (!known && !item && !strong) return false
    this.#indent ??= known ? indent : null
    return indent <= (this.#indent ?? 0) + 1
  }

  close(problems: Problem[]): RiskEntry {
    for (const { name, line } of this.#twice) {
      const message = `\`${fieldTitle(name)}\` stands in ${this.id} a second time; the first counts.`
      problems.push({ cause: 'risk', line, message })
    }
    const read = [...this.#fields].map(([name, { parts, line }]) => [name, { value: parts.join(' '), line }] as const)
    const text = squeezed(this.#text.join(' '))
    const said = read.flatMap(([name, { value }]) => (name === 'status' ? [] : [[name, value]]))
    const fields: RiskEntry['fields'] = Object.fromEntries(read)
    const value = (name: string) => unmarked(this.#fields.get(name)?.parts.join(' ') ?? '')
    return {
      id: this.id,
      line: this.#line,
      endLine: this.#endLine,
      form: this.form,
      title: this.#title,
      fields,
      text,
      date: isDay(value('date')) ? value('date') : null,
      risk: RISKS.find((risk) => risk === firstWord(value('risk level'))) ?? null,
      status: statusOf(value('status')),
      digest: digestOf(this.#title, said.sort(byName), text),
    }
  }
}

const byName = ([a = '']: string[], [b = '']: string[]) => (a < b ? -1 : 1)

/** Of `HIGH (patient safety)`, `HIGH`. */
const firstWord = (value: string): string => /^[A-Za-z_]*/.exec(value)?.[0] ?? ''

function statusOf(value: string): string | null {
  if (value === '') return null
  if (/^review[ _-]requested\b/i.test(value)) return 'review_requested'
  return (firstWord(value) || value.slice(0, 40)).toLowerCase()
}

/** A field's name as it is written in a register: `risk level` is `Risk Level`. */
export const fieldTitle = (name: string): string => name.replace(/(^| )[a-z]/g, (start) => start.toUpperCase())

// ── draft-02 ────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * `[YYYY-MM-DD] RISK-001 | REQ-001 | Risk: LEVEL | …`, or what is meant to be one; null for any other line. What names no
 * field goes on with the one before it: a text may contain `|`.
 */
export function readLineEntry(text: string, line: number): { entry: OpenEntry | null } | null {
  const dated = /^(?:[-*+][ \t]+)?\[([^\]]{0,40})\][ \t]*(.*)$/s.exec(text)
  const day = dated?.[1]?.trim() ?? ''
  const [first = '', ...parts] = (dated?.[2] ?? text).split('|').map((part) => part.trim())
  const hasDay = /^\d/.test(day)
  if (hasDay ? !meansRisk(first) && parts.length === 0 : !meansRisk(first) || parts.length === 0)
    return meansLine(text) ? { entry: null } : null
  const id = unmarked(first)
  if (!/^RISK(?:-[A-Z0-9]+)+$/.test(id)) return { entry: null }
  const entry = new OpenEntry(id, 'line', 0, line, null)
  if (dated) entry.addField('date', day, line)
  for (const [index, part] of parts.entries()) {
    const named = namedValue(part)
    if (named && KNOWN.has(named.name)) entry.addField(named.name, named.value, line)
    else if (index === 0) entry.addField('requirement', part, line)
    else entry.add(line, part, false)
  }
  return { entry }
}
