/**
 * YAML, by lines: a `#` begins a comment at the beginning of a line or after white space; a quote opens a scalar only
 * where a value may begin; lines of a block scalar are text. YAML 1.2.2, 6.6, 7.3 and 8.1.
 */
import { type Comment, type Cursor, cursorOf, endOfLine, isDone, match } from './cursor.ts'
import { lineComment } from './tokens.ts'

const SPACE = /[ \t\r]+/y
const INDENT = / +/y
const BLANK = /[ \t]*(?:\r?\n|\r?$)/y
/** An anchor, a tag: a value may still follow. */
const PROPERTY = /[&!][^\s,[\]{}]*/y
const BLOCK_HEADER = /[|>](?:[-+]?[1-9]?|[1-9][-+])(?=[ \t]*(?:\r?\n|$)|[ \t]+#)/y
const PLAIN = /[^\s:,[\]{}]+/y
const QUOTED = { '"': /"[^"\\]*(?:\\[\s\S][^"\\]*)*"/y, "'": /'[^']*(?:''[^']*)*'/y } as const

const comment = lineComment('#')

interface Document {
  cursor: Cursor
  /** Open `[` and `{`. */
  flow: number
}

/** What is known of a line up to the cursor. */
interface Line {
  start: number
  /** Whether a value may begin here. */
  expects: boolean
  /** Column of the collection's item or key whose value comes; null before the first. */
  parent: number | null
  /** Column of the last scalar, which is a key if a colon follows. */
  scalar: number
  afterQuote: boolean
}

export function lexYaml(text: string, until = text.length): Comment[] {
  const cursor = cursorOf(text, until)
  const document: Document = { cursor, flow: 0 }
  while (cursor.at < text.length && !isDone(cursor)) readLine(document)
  return cursor.comments
}

function readLine(document: Document): void {
  const { cursor } = document
  const { text } = cursor
  const line: Line = { start: cursor.at, expects: true, parent: null, scalar: 0, afterQuote: false }
  if (/^---\s/.test(text.slice(cursor.at, cursor.at + 4))) {
    cursor.at += 3
    line.parent = -1
  }
  for (;;) {
    cursor.at = match(SPACE, text, cursor.at)
    const char = text[cursor.at]
    if (char === undefined || char === '\n') break
    if (char === '#' && (cursor.at === line.start || /\s/.test(text[cursor.at - 1] ?? ''))) comment(cursor)
    else if (line.expects && isHeader(cursor)) {
      passBlock(cursor, line)
      return
    } else if (!readMark(document, line, char)) readScalar(document, line, char)
  }
  cursor.at++
}

/** `- `, `? `, `: `, the marks of a flow collection, anchors and tags; false: something else. */
function readMark(document: Document, line: Line, char: string): boolean {
  const { cursor } = document
  const { text, at } = cursor
  const alone = /\s|^$/.test(text[at + 1] ?? '')
  if (line.expects && alone && (char === '-' || char === '?')) line.parent = at - line.start
  else if (char === ':' && (alone || line.afterQuote || document.flow > 0)) line.parent = line.scalar
  else if (line.expects && (char === '[' || char === '{')) document.flow++
  else if (document.flow > 0 && (char === ']' || char === '}')) document.flow--
  else if (line.expects && (char === '&' || char === '!')) {
    cursor.at = match(PROPERTY, text, at)
    return true
  } else if (document.flow === 0 || char !== ',') return false
  line.expects = char !== ']' && char !== '}'
  line.afterQuote = !line.expects
  cursor.at++
  return true
}

function readScalar({ cursor }: Document, line: Line, char: string): void {
  const { text, at } = cursor
  if (line.expects) line.scalar = at - line.start
  const quote = line.expects && (char === '"' || char === "'") ? char : null
  const end = quote ? match(QUOTED[quote], text, at) : at // a quote that nothing closes is text
  line.expects = false
  line.afterQuote = end > at
  cursor.at = end > at ? end : Math.max(match(PLAIN, text, at), at + 1)
}

const isHeader = ({ text, at }: Cursor) => match(BLOCK_HEADER, text, at) > at

/** From the header of a block scalar to the first line that is not of it. */
function passBlock(cursor: Cursor, line: Line): void {
  const { text, at } = cursor
  const parent = line.parent ?? at - line.start - 1
  const explicit = /\d/.exec(text.slice(at, at + 3))?.[0]
  const end = match(BLOCK_HEADER, text, at)
  cursor.at = match(SPACE, text, end)
  comment(cursor)
  cursor.at = endOfLine(text, cursor.at) + 1
  let indent = explicit ? Math.max(parent, 0) + Number(explicit) : null
  while (cursor.at < text.length) {
    if (match(BLANK, text, cursor.at) === cursor.at) {
      const own = match(INDENT, text, cursor.at) - cursor.at
      indent ??= Math.max(own, parent + 1)
      if (own < indent || /^(?:---|\.\.\.)(?:\s|$)/.test(text.slice(cursor.at, cursor.at + 4))) return
    }
    cursor.at = endOfLine(text, cursor.at) + 1
  }
}
