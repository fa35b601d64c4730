/**
 * Formatted strings of Python: text, holes with code in it (`{dose}`), formats behind their code (`{dose:>{width}}`).
 * The code may hold any quotes, lines and comments. PEP 498, PEP 701, PEP 750.
 */
import { type Cursor, match } from './cursor.ts'
import { lookBack } from './tokens.ts'

export type Formatted = { kind: 'text'; closes: string } | { kind: 'hole'; depth: number } | { kind: 'format' }

const PREFIX = /(?:^|\W)(?:[ft]r?|r[ft])$/i
const TEXT = /[^'"{}\\\n]+/y
const FORMAT = /[^'"{}]+/y

/** Opens a formatted string, if the quotes at the cursor belong to one. */
export function opensFormatted(cursor: Cursor, open: Formatted[], quotes: string): boolean {
  if (!PREFIX.test(lookBack(cursor, 3))) return false
  open.push({ kind: 'text', closes: quotes })
  cursor.at += quotes.length
  return true
}

/** Reads on in what is open, unless it is the code of a hole. */
export function readFormatted(cursor: Cursor, open: Formatted[]): boolean {
  const innermost = open.at(-1)
  if (innermost?.kind === 'text') readText(cursor, open, innermost.closes)
  else if (innermost?.kind === 'format') readFormat(cursor, open)
  return innermost !== undefined && innermost.kind !== 'hole'
}

function readText(cursor: Cursor, open: Formatted[], closes: string): void {
  const { text } = cursor
  cursor.at = match(TEXT, text, cursor.at)
  const char = text[cursor.at]
  const twice = char === text[cursor.at + 1]
  if (text.startsWith(closes, cursor.at)) {
    open.pop()
    cursor.at += closes.length
  } else if (char === '{' && !twice) {
    open.push({ kind: 'hole', depth: 0 })
    cursor.at++
  } else if (char === '\n' && closes.length === 1) open.pop()
  else if (char === '\\') cursor.at += escapeAt(text, cursor.at)
  else cursor.at += char === '{' ? 2 : 1
}

/** The length of an escape; what stands behind `\` is a hole all the same. */
function escapeAt(text: string, at: number): number {
  if (text[at + 1] === '{') return 1
  return text.startsWith('\r\n', at + 1) ? 3 : 2
}

/** Quotes are text in a format, but for those that close the string: there its hole was never closed. */
function readFormat(cursor: Cursor, open: Formatted[]): void {
  const { text } = cursor
  cursor.at = match(FORMAT, text, cursor.at)
  const char = text[cursor.at]
  const around = open.at(-3)
  if (char === '{') open.push({ kind: 'hole', depth: 0 })
  if (char === '}' || (around?.kind === 'text' && text.startsWith(around.closes, cursor.at))) open.length -= 2
  if (char !== "'" && char !== '"') cursor.at++
  else if (open.at(-1)?.kind === 'format') cursor.at++
}

/** One of `([{}]):` in the code of a hole: what it opens or closes. */
export function readInHole(hole: { depth: number }, char: string, open: Formatted[]): void {
  if ('([{'.includes(char)) hole.depth++
  else if (hole.depth > 0) hole.depth -= char === ':' ? 0 : 1
  else if (char === ':') open.push({ kind: 'format' })
  else if (char === '}') open.pop()
}
