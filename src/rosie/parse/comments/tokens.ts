/** The tokens that languages share. */
import { type Cursor, endOfLine, type LiteralForm, type Marks, match, nextOf } from './cursor.ts'
import type { Token } from './lexer.ts'
import { open } from './literal.ts'

const LINE_MARKS: Marks = /^[/!#*]*[ \t]*/
const SQL_MARKS: Marks = /^[-!#*]*[ \t]*/
const BLOCK_MARKS: Marks = /^[ \t]*\**!?[ \t]*/

/** A comment up to the end of its line; `continued`: a backslash at that end takes in the next line too. */
export function lineComment(opens: string, { continued = false } = {}): Token {
  const marks = opens === '--' ? SQL_MARKS : LINE_MARKS
  return (cursor) => {
    const { text, at } = cursor
    if (!text.startsWith(opens, at)) return false
    let end = endOfLine(text, at)
    while (continued && /\\\r?$/.test(text.slice(end - 2, end)) && end < text.length) end = endOfLine(text, end + 1)
    take(cursor, { start: at + opens.length, end, to: end, marks })
    return true
  }
}

export const SLASHES = lineComment('//')

export const blockComment: Token = (cursor) => {
  const { text, at } = cursor
  if (!text.startsWith('/*', at)) return false
  const end = nextOf('*/', text, at + 2)
  take(cursor, { start: at + 2, end, to: Math.min(end + 2, text.length), marks: BLOCK_MARKS })
  return true
}

/**
 * A block comment in which others may stand. Where one never closes, its inner marks were meant as text (a path like
 * `src/*` in SQL that does not nest), and so are all later ones: else each would be searched to the end of the file.
 */
export const nestedComment: Token = (cursor) => {
  const { text, at } = cursor
  if (!cursor.nesting || !text.startsWith('/*', at)) return blockComment(cursor)
  let depth = 0
  for (MARK.lastIndex = at; ; ) {
    const mark = MARK.exec(text)
    if (!mark) {
      cursor.nesting = false
      return blockComment(cursor)
    }
    depth += mark[0] === '/*' ? 1 : -1
    if (depth === 0) {
      take(cursor, { start: at + 2, end: mark.index, to: mark.index + 2, marks: BLOCK_MARKS })
      return true
    }
  }
}
const MARK = /\/\*|\*\//g

/** Keeps a comment that begins at the cursor, and moves behind it. */
export function take(
  cursor: Cursor,
  { start, end, to, marks }: { start: number; end: number; to: number; marks: Marks },
): void {
  cursor.comments.push({ from: cursor.at, to, start, end, marks })
  cursor.at = to
}

/** A literal that begins with this text. */
export function literal(opens: string, form: LiteralForm): Token {
  return (cursor) => {
    if (!cursor.text.startsWith(opens, cursor.at)) return false
    open(cursor, form, cursor.at + opens.length)
    return true
  }
}

/** `"…"` or `'…'` on one line, with `\` as its escape. */
export const quoted = (quote: string, form: Partial<LiteralForm> = {}): Token =>
  literal(quote, { closes: quote, multiline: false, escape: '\\', ...form })

/** A text in three quotes. */
export const threeQuoted = (form: Partial<LiteralForm> = {}): Token =>
  literal('"""', { closes: '"""', run: true, multiline: true, ...form })

/** Passes a fixed number of characters, the first of which is the token's. */
export const pass =
  (count: number): Token =>
  (cursor) => {
    cursor.at += count
    return true
  }

/** A regular expression's literal, if one may begin here and its line closes it. */
export function regularExpression(cursor: Cursor, form: RegExp): boolean {
  const { text, at } = cursor
  if (at < cursor.noRegexBefore) return false
  const end = match(form, text, at)
  if (end === at) cursor.noRegexBefore = endOfLine(text, at)
  cursor.at = end
  return end > at
}

/** The characters just before the cursor. */
export const lookBack = ({ text, at }: Cursor, count: number): string => text.slice(Math.max(0, at - count), at)
