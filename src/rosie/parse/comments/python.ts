/**
 * Python: `#` and docstrings, which are triple-quoted statements of their own; formatted strings have holes with code.
 * Python reference, "Lexical analysis"; PEP 257.
 */
import { type Comment, type Cursor, cursorOf, isDone, type Marks, match } from './cursor.ts'
import { type Formatted, opensFormatted, readFormatted, readInHole } from './python-formatted.ts'
import { lineComment, take } from './tokens.ts'

const STRINGS = {
  "'": { one: /'[^'\\\n]*(?:\\[\s\S][^'\\\n]*)*'?/y, three: /'''[^'\\]*(?:(?:\\[\s\S]|'(?!''))[^'\\]*)*'''/y },
  '"': { one: /"[^"\\\n]*(?:\\[\s\S][^"\\\n]*)*"?/y, three: /"""[^"\\]*(?:(?:\\[\s\S]|"(?!""))[^"\\]*)*"""/y },
} as const
const PLAIN = /[^#'"()[\]{}]+/y
const PLAIN_IN_HOLE = /[^#'"()[\]{}:]+/y
const TEXT_MARKS: Marks = /^[ \t]*/

const comment = lineComment('#')

interface Program {
  cursor: Cursor
  /** Open brackets. */
  depth: number
  /** Open formatted strings, with their holes. */
  formatted: Formatted[]
}

export function lexPython(text: string, until = text.length): Comment[] {
  const cursor = cursorOf(text, until)
  const program: Program = { cursor, depth: 0, formatted: [] }
  while (cursor.at < text.length && !isDone(cursor)) {
    if (!readFormatted(cursor, program.formatted)) readCode(program)
  }
  return cursor.comments
}

function readCode(program: Program): void {
  const { cursor, formatted } = program
  const { text, at } = cursor
  const end = match(formatted.length > 0 ? PLAIN_IN_HOLE : PLAIN, text, at)
  cursor.at = end
  if (end < text.length) readToken(program, text[end] ?? '', text.slice(at, end))
}

/** `code`: what stands between this token and the one before. */
function readToken(program: Program, char: string, code: string): void {
  const { cursor, formatted } = program
  const hole = formatted.at(-1)
  if (char === '#') comment(cursor)
  else if (char === "'" || char === '"') readString(program, char, code)
  else {
    if (hole?.kind === 'hole') readInHole(hole, char, formatted)
    else program.depth = Math.max(0, program.depth + ('([{'.includes(char) ? 1 : -1))
    cursor.at++
  }
}

/** One that is not closed goes to the end of its line, a triple-quoted one to the end of the file. */
function readString({ cursor, depth, formatted }: Program, quote: '"' | "'", code: string): void {
  const { text, at } = cursor
  const triple = text.startsWith(quote.repeat(3), at)
  if (opensFormatted(cursor, formatted, triple ? quote.repeat(3) : quote)) return
  const end = match(STRINGS[quote][triple ? 'three' : 'one'], text, at)
  if (end === at) cursor.at = text.length
  else if (triple && depth === 0 && formatted.length === 0 && endsBeforeStatement(code, at === code.length)) {
    cursor.at -= /[rRuU]/.test(text[at - 1] ?? '') ? 1 : 0
    take(cursor, { start: at + 3, end: end - 3, to: end, marks: TEXT_MARKS })
  } else cursor.at = end
}

/**
 * Whether a statement begins after this code: only white space, and perhaps a raw or unicode prefix, stands after its
 * last line feed (or at the file's beginning), and the line before does not go on; or after a colon, as in
 * `def dose():`.
 */
function endsBeforeStatement(code: string, atBeginning: boolean): boolean {
  if (/:[ \t]*[rRuU]?$/.test(code.slice(-20))) return true
  const newline = code.lastIndexOf('\n')
  if (newline < 0 && !atBeginning) return false
  return /^[ \t]*[rRuU]?$/.test(code.slice(newline + 1)) && !/\\\r?\n$/.test(code.slice(0, newline + 1).slice(-3))
}
