/**
 * JSON with the line of each value. Strict, and without what two readers may understand differently: a key that stands
 * twice in one object. RFC 8259; RFC 7493, section 2.3.
 */
import { createHash } from 'node:crypto'
import type { Json } from '../model.ts'

/** Deeper values are refused: neither JSON writers nor databases take unbounded nesting. */
export const MAX_DEPTH = 64

export interface JsonNode {
  line: number
  value: null | boolean | number | string | readonly JsonNode[] | JsonMembers
}

/** In the order of the text. A map, not an object: a key may be `__proto__`. */
export type JsonMembers = ReadonlyMap<string, JsonNode>

/** What is wrong with the text, as the end of a sentence that begins with what the text is. */
export class NotJson {
  readonly fault: string
  readonly line: number

  constructor(fault: string, line: number) {
    this.fault = fault
    this.line = line
  }
}

/** Never throws; one pass. A byte order mark is skipped (RFC 8259, section 8.1). */
export function readJson(text: string): JsonNode | NotJson {
  const reader = new Reader(text.startsWith('\uFEFF') ? text.slice(1) : text)
  try {
    const node = reader.value(0)
    return reader.atEnd() ? node : new NotJson('is not JSON: something follows its end', reader.line)
  } catch (error) {
    if (error instanceof NotJson) return error
    throw error
  }
}

/** The same; members are null unless the text is an object. */
export function readMembers(text: string): { members: JsonMembers | null; fault: NotJson | null } {
  const node = readJson(text)
  if (node instanceof NotJson) return { members: null, fault: node }
  const members = membersOf(node)
  return { members, fault: members ? null : new NotJson('is not a JSON object', node.line) }
}

export const membersOf = (node: JsonNode | undefined): JsonMembers | null =>
  node?.value instanceof Map ? node.value : null

export const isList = (value: JsonNode['value'] | undefined): value is readonly JsonNode[] => Array.isArray(value)

export const plain = ({ value }: JsonNode): Json => {
  if (isList(value)) return value.map(plain)
  return value instanceof Map ? plainMembers(value) : (value as Json)
}

export const plainMembers = (members: JsonMembers): { [member: string]: Json } =>
  Object.fromEntries(Array.from(members, ([key, node]) => [key, plain(node)]))

/** One text for all ways to write the same value: keys sorted, no white space. */
export function canonicalJson({ value }: JsonNode): string {
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (!(value instanceof Map)) return JSON.stringify(value)
  const members = [...(value as JsonMembers)].sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([key, node]) => `${JSON.stringify(key)}:${canonicalJson(node)}`).join(',')}}`
}

/** How deep the brackets of a JSON text go, strings aside; one pass, without recursion. */
export function depthOf(json: string): number {
  let depth = 0
  let deepest = 0
  let inString = false
  for (let at = 0; at < json.length; at++) {
    const char = json[at]
    if (char === '"') inString = !inString
    else if (inString) at += char === '\\' ? 1 : 0
    else if (char === '[' || char === '{') deepest = Math.max(deepest, ++depth)
    else if (char === ']' || char === '}') depth--
  }
  return deepest
}

/** `1e999` is JSON and no number: read as infinity it would come back from the store as null. */
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

/** A number with an exponent, or of so many digits, before what may follow a value. */
const MAY_OVERFLOW = /[eE]\+?\d+\s*[,}\]]|(?<!\d)\d{300}/

/** `JSON.parse`, with null for the numbers that are none. */
export const parseFinite = (text: string): unknown =>
  MAY_OVERFLOW.test(text)
    ? JSON.parse(text, (_key, value: unknown) => (typeof value === 'number' ? finite(value) : value))
    : JSON.parse(text)

/** Members that a token adds to what it signs (RFC 7519, section 4.1), and that say nothing about it. */
const TOKEN_MEMBERS = new Set(['iat', 'exp'])

/** SHA-256 of an object's canonical JSON without `iat` and `exp`; null when the text is no JSON object. */
export function canonicalHash(text: string): string | null {
  const { members } = readMembers(text)
  if (!members) return null
  const value = new Map([...members].filter(([key]) => !TOKEN_MEMBERS.has(key)))
  return createHash('sha256')
    .update(canonicalJson({ line: 1, value }))
    .digest('hex')
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WORDS = new Map<string, null | boolean>([
  ['true', true],
  ['false', false],
  ['null', null],
])

/** By recursion, which `MAX_DEPTH` bounds. Its methods throw `NotJson`. */
class Reader {
  readonly #text: string
  #at = 0
  line = 1

  constructor(text: string) {
    this.#text = text
  }

  value(depth: number): JsonNode {
    if (depth > MAX_DEPTH) throw new NotJson(`is nested more than ${MAX_DEPTH} levels deep`, this.line)
    const sign = this.#next()
    const { line } = this
    if (sign === '{') return { line, value: this.#object(depth) }
    if (sign === '[') return { line, value: this.#list(depth) }
    return { line, value: sign === '"' ? this.#string() : this.#scalar() }
  }

  atEnd(): boolean {
    return this.#next() === ''
  }

  #object(depth: number): JsonMembers {
    const members = new Map<string, JsonNode>()
    this.#at++
    if (this.#next() === '}') this.#at++
    else
      do {
        if (this.#next() !== '"') throw this.#unexpected()
        const { line } = this
        const key = this.#string()
        if (members.has(key)) throw new NotJson(`has a key twice: ${JSON.stringify(key.slice(0, 200))}`, line)
        if (this.#next() !== ':') throw this.#unexpected()
        this.#at++
        members.set(key, this.value(depth + 1))
      } while (this.#more('}'))
    return members
  }

  #list(depth: number): JsonNode[] {
    const items: JsonNode[] = []
    this.#at++
    if (this.#next() === ']') this.#at++
    else
      do items.push(this.value(depth + 1))
      while (this.#more(']'))
    return items
  }

  /** Whether a comma follows; otherwise the end must. */
  #more(end: '}' | ']'): boolean {
    const sign = this.#next()
    if (sign !== ',' && sign !== end) throw this.#unexpected()
    this.#at++
    return sign === ','
  }

  #string(): string {
    const start = this.#at++
    while (this.#text[this.#at] !== '"') {
      if (this.#at >= this.#text.length) throw this.#unexpected()
      this.#at += this.#text[this.#at] === '\\' ? 2 : 1
    }
    this.#at++
    try {
      return JSON.parse(this.#text.slice(start, this.#at)) as string
    } catch {
      throw this.#unexpected()
    }
  }

  #scalar(): null | boolean | number {
    for (const [word, value] of WORDS) {
      if (!this.#text.startsWith(word, this.#at)) continue
      this.#at += word.length
      return value
    }
    NUMBER.lastIndex = this.#at
    const digits = NUMBER.exec(this.#text)?.[0]
    if (digits === undefined) throw this.#unexpected()
    this.#at += digits.length
    return finite(Number(digits))
  }

  /** The sign after white space; empty at the end. */
  #next(): string {
    for (;;) {
      const sign = this.#text[this.#at] ?? ''
      if (sign === '\n') this.line++
      if (sign !== ' ' && sign !== '\n' && sign !== '\r' && sign !== '\t') return sign
      this.#at++
    }
  }

  #unexpected(): NotJson {
    return new NotJson('is not JSON', this.line)
  }
}
