/**
 * YAML as a record or a policy may use it: one mapping of plain values, each with its place. Hostile input is expected:
 * custom tags, duplicate keys, alias bombs and deep nesting are problems, never values.
 */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  visit,
  type YAMLMap,
} from 'yaml'
import type { Json, Span } from '../model.ts'
import { MAX_DEPTH, parseBounded, TooDeep } from './yaml-document.ts'

/** More aliases than any record needs; expansion beyond it is refused before it happens. */
const MAX_ALIASES = 20
/** Characters. Real front matter has some hundreds; a parser may take seconds over a megabyte of hostile YAML. */
export const MAX_LENGTH = 128 * 1024

export interface YamlMapping {
  document: Document
  root: YAMLMap
  values: { [key: string]: Json }
  /** Line and column in the file. */
  at: (offset: number) => { line: number; column: number }
}

export type YamlFault = Span & { message: string }

/**
 * The mapping that a text holds, or why it can't be read. `linesBefore`: lines of the file before the text. `called`: what
 * the text is in a message, with its article.
 */
export function readYaml(yaml: string, linesBefore: number, called: string): YamlMapping | YamlFault {
  // The library makes an error of each fault, a hundred thousand of them in hostile YAML; a trace of the stack in each
  // takes most of the time, and nobody reads it. Nothing else runs until it is set back.
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return readUnguarded(yaml, linesBefore, called)
  } catch (error) {
    return { line: 1 + linesBefore, message: `The YAML can't be read: ${reason((error as Error).message)}` }
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

/** The YAML library recurses, and passes on what the engine says when nesting goes beyond the stack. */
const reason = (message: string) =>
  message.includes('call stack') ? 'it is nested too deeply.' : (message.split('\n')[0] ?? '')

function readUnguarded(yaml: string, linesBefore: number, called: string): YamlMapping | YamlFault {
  const Called = capital(called)
  const first = { line: 1 + linesBefore }
  if (yaml.length > MAX_LENGTH)
    return { ...first, message: `${Called} is longer than ${MAX_LENGTH / 1024} Ki characters.` }
  const lines = new LineCounter()
  const document = parseBounded(yaml, lines)
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return { line: line + linesBefore, column: col }
  }
  if (document instanceof TooDeep) return { ...at(document.offset), message: tooDeep(Called) }
  if (document === null) return { ...first, message: `${Called} is empty.` } // the library always gives one
  // The first only: a quote that isn't closed makes everything after it wrong, and has one cause.
  const [invalid] = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0])
  if (invalid) return { ...at(invalid.pos[0]), message: `The YAML is invalid: ${reason(invalid.message)}` }
  const fault = document.contents && hostile(document.contents as Node, called)
  if (fault) return { ...at(fault.offset), message: fault.message }
  if (!isMap(document.contents)) {
    const said = document.contents === null ? 'empty' : 'not a mapping of keys to values'
    return { ...first, message: `${Called} is ${said}. Write one \`key: value\` a line.` }
  }
  // The library counts what an alias stands for, too.
  const values = plain(document.toJS({ maxAliasCount: MAX_ALIASES + 1 })) as { [key: string]: Json }
  return { document, root: document.contents, values, at }
}

/** Custom tags (`!x`, `!!python/object`), duplicate keys, too many aliases, too much nesting. */
function hostile(root: Node, called: string): { offset: number; message: string } | null {
  let aliases = 0
  let fault: { offset: number; message: string } | null = null
  visit(root, (_key, node, path) => {
    if (node === null) return undefined // what a key without a value has within braces: `{a, b}`
    const candidate = node as Node & { tag?: string }
    const offset = candidate.range?.[0] ?? 0
    const twice = isMap(node) ? duplicateKey(node) : null
    if (twice) fault = twice
    else if (isAlias(node) && ++aliases > MAX_ALIASES)
      fault = {
        offset,
        message: `${capital(called)} uses more than ${MAX_ALIASES} YAML aliases. Write the values out.`,
      }
    else if (path.length > MAX_DEPTH) fault = { offset, message: tooDeep(capital(called)) }
    else if (
      candidate.tag &&
      !/^(tag:yaml\.org,2002:|!!)(str|int|float|bool|null|seq|map)$/.test(candidate.tag) &&
      candidate.tag !== '!'
    ) {
      fault = {
        offset,
        message: `The YAML tag ${candidate.tag} is not allowed in ${called}. Write the plain value.`,
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
function plain(value: unknown, depth = 0): Json {
  // An alias inside of what it stands for makes a value that contains itself.
  if (depth > MAX_ALIASES * MAX_DEPTH) throw new Error('it contains itself, or is nested too deeply.')
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1))
  return Object.fromEntries(Object.entries(value as object).map(([key, member]) => [key, plain(member, depth + 1)]))
}

const PAIRS = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>()

/** By key. Made once for each mapping: a policy of ten thousand keys is asked for the place of each. */
function pairsOf(map: YAMLMap): ReadonlyMap<string, Pair> {
  const known = PAIRS.get(map)
  if (known) return known
  const pairs = new Map(map.items.flatMap((pair) => (isScalar(pair.key) ? [[String(pair.key.value), pair]] : [])))
  PAIRS.set(map, pairs)
  return pairs
}

/** Where a key stands, or an element of a list; the nearest that is there where the path leads further. */
export function placeIn({ document, root, at }: YamlMapping, path: readonly (string | number)[]): Span {
  let node: unknown = root
  let offset = root.range?.[0] ?? 0
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair = pairsOf(node).get(String(step))
      if (!pair || !isScalar(pair.key)) break
      offset = pair.key.range?.[0] ?? offset
      node = pair.value
    } else if (isSeq(node) && typeof step === 'number') {
      const item = node.items[step] as Node | undefined
      offset = item?.range?.[0] ?? offset
      node = item
    } else break
  }
  return at(offset)
}

const tooDeep = (Called: string) => `${Called} is nested more than ${MAX_DEPTH} levels deep.`

const capital = (words: string) => words.charAt(0).toUpperCase() + words.slice(1)
