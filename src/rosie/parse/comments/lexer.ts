/**
 * One pass over a text with a table of what may begin with which character. Everything else is passed over at once by one
 * regular expression, so that the cost is that of the characters that mean something.
 */
import { type CodeFrame, type Cursor, classOf, cursorOf, endOfLine, isDone, type Lex, match, VALUE } from './cursor.ts'
import { readElement } from './jsx.ts'
import { readLiteral } from './literal.ts'

/**
 * Takes what begins at the cursor, which stands at one of the token's characters, and moves it behind; false: it is
 * something else.
 */
export type Token = (cursor: Cursor) => boolean

export interface Grammar {
  /** By their first character, the likelier ones first. */
  tokens: Readonly<Record<string, readonly Token[]>>
  /** Whether tokens look at the code before them: it costs time to keep. */
  looksBack?: boolean
  /** At the end of the text; true: the cursor was taken back to an earlier place, from where to go on. */
  atEnd?: (cursor: Cursor) => boolean
}

export function lexer({ tokens, looksBack = false, atEnd }: Grammar): Lex {
  const table = new Map(Object.entries(tokens))
  const code = new RegExp(`[^${classOf(table.keys())}]+`, 'y')
  return (text, until = text.length) => {
    const cursor = cursorOf(text, until, /^#!(?!\[)/.test(text) ? endOfLine(text, 0) : 0)
    while (!isDone(cursor) && (cursor.at < text.length || atEnd?.(cursor))) {
      const frame = cursor.frames.at(-1)
      if (frame?.kind === 'literal') readLiteral(cursor, frame)
      else if (frame?.kind === 'element') readElement(cursor, frame)
      else readCode(cursor)
    }
    return cursor.comments
  }

  function readCode(cursor: Cursor): void {
    const { text, at } = cursor
    const end = match(code, text, at)
    if (looksBack) cursor.before = endOfCode(cursor.before, text.slice(at, end).trimEnd())
    cursor.at = end
    const char = text[end]
    if (char === undefined || table.get(char)?.some((token) => token(cursor))) return
    cursor.before = char
    cursor.at++
  }
}

/** The end of what has been read: of a short piece (`!`) what stands before it matters too. */
const endOfCode = (before: string, code: string) => (before + code.slice(-LONGEST_WORD)).slice(-LONGEST_WORD)

/** Enough of the code before a token to know the word it ends with: `for await` and a character before it. */
const LONGEST_WORD = 10

/** The brackets with which a language's holes end: those inside of one are counted, top-level ones are not. */
export function brackets(pair: '()' | '{}'): Readonly<Record<string, readonly Token[]>> {
  const [opens = '', closes = ''] = pair
  const innermost = ({ frames }: Cursor): CodeFrame | null => {
    const frame = frames.at(-1)
    return frame?.kind === 'code' ? frame : null
  }
  const opening: Token = (cursor) => {
    const frame = innermost(cursor)
    if (frame) frame.depth++
    return false
  }
  const closing: Token = (cursor) => {
    const frame = innermost(cursor)
    if (frame?.depth !== 0) {
      if (frame) frame.depth--
      return false
    }
    cursor.frames.pop()
    cursor.at++
    cursor.before = VALUE
    return true
  }
  return { [opens]: [opening], [closes]: [closing] }
}
