/**
 * YAML front matter: `---`, a mapping, `---`, then Markdown. Every top-level key keeps the place it was written at.
 * Hostile input is expected: custom tags, duplicate keys and alias bombs are problems, never values.
 */
import { isAlias, isScalar, isSeq, type Node } from 'yaml'
import type { Field, Fields, Problem } from '../contents.ts'
import type { Span } from '../model.ts'
import { readPlainFields } from './plain-yaml.ts'
import { MAX_LENGTH, readYaml } from './yaml.ts'

export interface FrontMatter {
  fields: Fields
  /** The Markdown after the front matter. */
  body: string
  problems: Problem[]
}

/** The YAML between the dashes and what follows it, or the line and the reason why there is none. */
export function splitFrontMatter(text: string): { yaml: string; body: string } | { line: number; message: string } {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text
  const opening = /^---[ \t]*\r?\n/.exec(source)
  if (!opening)
    return {
      line: 1,
      message: 'The file does not begin with front matter: a line `---`, the fields as YAML, and a line `---`.',
    }
  const rest = source.slice(opening[0].length)
  const closing = /^(?:---|\.\.\.)[ \t]*\r?$/m.exec(rest)
  if (!closing) return { line: 1, message: 'The front matter is not closed: a line `---` is missing after the fields.' }
  const after = closing.index + closing[0].length
  return { yaml: rest.slice(0, closing.index), body: rest.slice(after).replace(/^\r?\n/, '') }
}

export function readFrontMatter(text: string): FrontMatter {
  const parts = splitFrontMatter(text)
  if ('message' in parts) return { fields: {}, body: '', problems: [{ cause: 'front-matter', ...parts }] }
  const { yaml, body } = parts
  const plain = yaml.length > MAX_LENGTH ? null : readPlainFields(yaml, 1)
  return plain ? { fields: plain, problems: [], body } : { ...readMapping(yaml, 1), body }
}

/** Reads any YAML mapping; `lineOffset` is the number of lines before it in the file. */
export function readMapping(yaml: string, lineOffset: number): { fields: Fields; problems: Problem[] } {
  const read = readYaml(yaml, lineOffset, 'the front matter')
  if ('message' in read) return { fields: {}, problems: [{ cause: 'front-matter', ...read }] }
  const { document, root, values, at } = read
  const fields: Fields = Object.create(null)
  for (const { key, value } of root.items) {
    if (!isScalar(key) || !key.range) continue
    const name = String(key.value)
    const start = at(key.range[0])
    const field: Field = { value: values[name] ?? null, ...start }
    const range = (value as Node | null)?.range
    if (range) field.endLine = Math.max(start.line, lastLine(yaml, range[1], at))
    const scalar = isAlias(value) ? value.resolve(document) : value
    if (isScalar(scalar)) field.text = (scalar.source ?? '').trim()
    if (range)
      field.values = (isSeq(value) ? (value.items as Node[]) : [value as Node]).map(
        (node): Span => at(node.range?.[0] ?? range[0]),
      )
    fields[name] = field
  }
  return { fields: { ...fields }, problems: [] }
}

/** The line of the last character of a value that ends before `end`, or of its key. */
const lastLine = (yaml: string, end: number, at: (offset: number) => { line: number }): number =>
  at(yaml.slice(0, end).trimEnd().length - 1).line
