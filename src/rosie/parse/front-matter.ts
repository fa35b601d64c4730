/**
 * YAML front matter: `---`, a mapping, `---`, then Markdown. Every top-level key keeps the place it was written at.
 * Hostile input is expected: custom tags, duplicate keys and alias bombs are problems, never values.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit, type YAMLMap } from 'yaml'
import type { Field, Fields, Json, Problem, Span } from '../model.ts'

export interface FrontMatter {
  fields: Fields
  /** The Markdown after the front matter. */
  body: string
  problems: Problem[]
}

/** More aliases than any record needs; expansion beyond it is refused before it happens. */
const MAX_ALIASES = 20
const MAX_DEPTH = 64
/** Characters. Real front matter has some hundreds; a parser may take seconds over a megabyte of hostile YAML. */
const MAX_LENGTH = 128 * 1024

export function readFrontMatter(text: string): FrontMatter {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text
  const opening = /^---[ \t]*\r?\n/.exec(source)
  if (!opening)
    return broken(1, 'The file does not begin with front matter: a line `---`, the fields as YAML, and a line `---`.')
  const rest = source.slice(opening[0].length)
  const closing = /^(?:---|\.\.\.)[ \t]*\r?$/m.exec(rest)
  if (!closing) return broken(1, 'The front matter is not closed: a line `---` is missing after the fields.')
  const yaml = rest.slice(0, closing.index)
  const after = closing.index + closing[0].length
  const { fields, problems } = readMapping(yaml, 1)
  return { fields, body: rest.slice(after).replace(/^\r?\n/, ''), problems }
}

function broken(line: number, message: string): FrontMatter {
  return { fields: {}, body: '', problems: [{ cause: 'front-matter', line, message }] }
}

/** Reads a YAML mapping; `lineOffset` is the number of lines before it in the file. */
function readMapping(yaml: string, lineOffset: number): { fields: Fields; problems: Problem[] } {
  try {
    return readMappingUnguarded(yaml, lineOffset)
  } catch (error) {
    const message = `The YAML can't be read: ${reason((error as Error).message)}`
    return { fields: {}, problems: [{ cause: 'front-matter', line: 1 + lineOffset, message }] }
  }
}

/** The YAML library recurses, and passes on what the engine says when nesting goes beyond the stack. */
const reason = (message: string) =>
  message.includes('call stack') ? 'it is nested too deeply.' : (message.split('\n')[0] ?? '')

function readMappingUnguarded(yaml: string, lineOffset: number): { fields: Fields; problems: Problem[] } {
  const refused = (span: Span, message: string) => ({
    fields: {},
    problems: [{ cause: 'front-matter', ...span, message } satisfies Problem],
  })
  if (yaml.length > MAX_LENGTH)
    return refused({ line: 1 + lineOffset }, `The front matter is longer than ${MAX_LENGTH / 1024} Ki characters.`)
  const lines = new LineCounter()
  // The library compares each key with each other one; ours are looked up (see hostile).
  const document = parseDocument(yaml, { lineCounter: lines, uniqueKeys: false, prettyErrors: false, stringKeys: true })
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return { line: line + lineOffset, column: col }
  }
  // The first only: a quote that isn't closed makes everything after it wrong, and has one cause.
  const [invalid] = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0])
  if (invalid) return refused(at(invalid.pos[0]), `The YAML is invalid: ${reason(invalid.message)}`)
  const fault = document.contents && hostile(document.contents as Node)
  if (fault) return refused(at(fault.offset), fault.message)
  if (!isMap(document.contents)) {
    const said = document.contents === null ? 'empty' : 'not a mapping of keys to values'
    return refused({ line: 1 + lineOffset }, `The front matter is ${said}. Write one \`key: value\` a line.`)
  }
  const values = document.toJS({ maxAliasCount: MAX_ALIASES }) as Record<string, Json>
  const fields: Fields = Object.create(null)
  for (const { key, value } of document.contents.items) {
    const name = isScalar(key) ? String(key.value) : null
    if (name === null || !isScalar(key) || !key.range) continue
    const start = at(key.range[0])
    const field: Field = { value: plain(values[name]), ...start }
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

/** The line of the last character of a value that ends before `end`. */
function lastLine(yaml: string, end: number, at: (offset: number) => { line: number }): number {
  let last = end
  while (last > 0 && /\s/.test(yaml[last - 1] ?? '')) last--
  return at(Math.max(0, last - 1)).line
}

/** Custom tags (`!x`, `!!python/object`), duplicate keys, too many aliases, too much nesting. */
function hostile(root: Node): { offset: number; message: string } | null {
  let aliases = 0
  let fault: { offset: number; message: string } | null = null
  visit(root, (_key, node, path) => {
    const candidate = node as Node & { tag?: string }
    const offset = candidate.range?.[0] ?? 0
    const twice = isMap(node) ? duplicateKey(node) : null
    if (twice) fault = twice
    else if (isAlias(node) && ++aliases > MAX_ALIASES)
      fault = { offset, message: `The front matter uses more than ${MAX_ALIASES} YAML aliases. Write the values out.` }
    else if (path.length > MAX_DEPTH)
      fault = { offset, message: `The front matter is nested more than ${MAX_DEPTH} levels deep.` }
    else if (
      candidate.tag &&
      !/^(tag:yaml\.org,2002:|!!)(str|int|float|bool|null|seq|map)$/.test(candidate.tag) &&
      candidate.tag !== '!'
    ) {
      fault = {
        offset,
        message: `The YAML tag ${candidate.tag} is not allowed in front matter. Write the plain value.`,
      }
    }
    return fault ? visit.BREAK : undefined
  })
  return fault
}

function duplicateKey(map: YAMLMap): { offset: number; message: string } | null {
  const seen = new Set<string>()
  for (const { key } of map.items) {
    if (!isScalar(key)) continue
    const name = String(key.value)
    if (seen.has(name))
      return { offset: key.range?.[0] ?? 0, message: `The key \`${name}\` stands here a second time.` }
    seen.add(name)
  }
  return null
}

/** JSON only: dates stay text (the core schema makes none), not-a-number and infinities become null. */
function plain(value: unknown): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value === 'bigint') return value.toString()
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]))
  }
  return null
}
