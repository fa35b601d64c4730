/**
 * The YAML that most front matter is made of, read line by line: `key: value` with a value on one line, a list of such, or
 * a literal text. The library takes a hundred microseconds and more for five hundred characters of this kind, which was
 * most of the time that reading a large record took; this takes a tenth of it. Whatever else a line may be is left to the
 * library, so that there is one meaning: test/rosie/plain-yaml.test.ts holds the two against each other.
 */
import type { Field, Fields } from '../contents.ts'
import type { Json, Span } from '../model.ts'

/** Printable, with no white space but blanks and line feeds. */
const ORDINARY = /^[ -~\n\u00A1-\u167F\u2010-\u2027\u2030-\u205E\u2070-\u2FFF\u3001-\uFEFE]*$/
const ENTRY = /^([A-Za-z][\w-]{0,80}):(?: +(.+))?$/
const ITEM = /^( *)- +(.+)$/
/** In which a backslash or a quote has no meaning of its own. */
const QUOTED = /^"([^"\\]*)"$|^'([^']*)'$/
/** A colon that ends no key, a `#` that begins no comment. */
const PLAIN = /^[A-Za-z0-9](?:[^:#]|:(?! |$)|(?<! )#)*(?<! )$/
const NOT_TEXT = /^(?:null|true|false)$/i
/** No number has a blank, two points or two signs inside: `2026-01-31`, `1.0.0`. */
const NO_NUMBER = /^\D| |\..*\.|-\d+-/

/** What a key leads to, as lines of the YAML, from 0. */
interface Value {
  value: Json
  text?: string
  values: Span[]
  /** The last line with something of it. */
  last: number
}

/** The fields of a mapping; null where one of its lines is of another kind. `linesBefore`: lines of the file before it. */
export function readPlainFields(yaml: string, linesBefore: number): Fields | null {
  if (!yaml.endsWith('\n') || !ORDINARY.test(yaml)) return null
  const lines = yaml.split('\n')
  const fields: Fields = {}
  for (let at = 0; at < lines.length; at++) {
    if (lines[at] === '') continue
    const [, name, said] = ENTRY.exec(lines[at] ?? '') ?? []
    if (name === undefined || Object.hasOwn(fields, name)) return null
    const read = readValue(lines, at, said, linesBefore + 1)
    if (!read) return null
    fields[name] = fieldOf(read, at, linesBefore)
    at = read.last
  }
  return Object.keys(fields).length === 0 ? null : fields
}

function fieldOf({ value, text, values, last }: Value, at: number, linesBefore: number): Field {
  const line = at + linesBefore + 1
  const endLine = last + linesBefore + 1
  if (text === undefined) return { value, line, column: 1, endLine, values }
  return { value, line, column: 1, endLine, text, values }
}

/** `first`: the number of the first line. */
function readValue(lines: readonly string[], at: number, said: string | undefined, first: number): Value | null {
  if (said === undefined) return readList(lines, at, first)
  const column = (lines[at]?.length ?? 0) - said.length + 1
  const values = [{ line: at + first, column }]
  if (said === '[]') return { value: [], values: [], last: at }
  if (said === '|' || said === '|-') return readLiteral(lines, at, said, values)
  const value = scalarOf(said)
  return value === null ? null : { value, text: value.trim(), values, last: at }
}

function readList(lines: readonly string[], at: number, first: number): Value | null {
  const items: string[] = []
  const values: Span[] = []
  let indent: string | undefined
  let last = at
  for (let next = at + 1; next < lines.length; next++) {
    const line = lines[next] ?? ''
    const [, before, said] = ITEM.exec(line) ?? []
    if (before === undefined || said === undefined) break
    const item = scalarOf(said)
    indent ??= before
    if (item === null || before !== indent) return null
    items.push(item)
    values.push({ line: next + first, column: line.length - said.length + 1 })
    last = next
  }
  return items.length === 0 ? null : { value: items, values, last }
}

function readLiteral(lines: readonly string[], at: number, said: '|' | '|-', values: Span[]): Value | null {
  const indent = /^ +(?=[^ ])/.exec(lines[at + 1] ?? '')?.[0]
  if (indent === undefined) return null
  let last = at + 1
  for (let next = last; next < lines.length; next++) {
    const line = lines[next] ?? ''
    if (line === '') continue
    if (!line.startsWith(indent)) break
    if (line.trim() === '') return null
    last = next
  }
  const text = lines.slice(at + 1, last + 1).map((line) => line.slice(indent.length))
  const value = text.join('\n')
  return { value: said === '|' ? `${value}\n` : value, text: value.trim(), values, last }
}

/** The text that a scalar stands for; null where it may be no text, or not all of its line. */
function scalarOf(said: string): string | null {
  const quoted = QUOTED.exec(said)
  if (quoted) return quoted[1] ?? quoted[2] ?? null
  return PLAIN.test(said) && !NOT_TEXT.test(said) && NO_NUMBER.test(said) ? said : null
}
