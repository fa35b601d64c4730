/**
 * Python: `#` and docstrings, which are triple-quoted statements of their own. Python reference, "Lexical analysis";
 * PEP 257.
 */
import { type Comment, type Cursor, cursorOf, isDone, type Marks, match } from './cursor.ts'
import { lineComment, take } from './tokens.ts'

const STRINGS = {
  "'": { one: /'[^'\\\n]*(?:\\[\s\S][^'\\\n]*)*'?/y, three: /'''[^'\\]*(?:(?:\\[\s\S]|'(?!''))[^'\\]*)*'''/y },
  '"': { one: /"[^"\\\n]*(?:\\[\s\S][^"\\\n]*)*"?/y, three: /"""[^"\\]*(?:(?:\\[\s\S]|"(?!""))[^"\\]*)*"""/y },
} as const
const PLAIN = /[^#'"()[\]{}]+/y
const TEXT_MARKS: Marks = /^[ \t]*/

const comment = lineComment('#')

interface Program {
  cursor: Cursor
  /** Open brackets. */
  depth: number
  /** Whether a statement begins here. */
  begins: boolean
}

export function lexPython(text: string, until = text.length): Comment[] {
  const cursor = cursorOf(text, until)
  const program: Program = { cursor, depth: 0, begins: true }
  while (cursor.at < text.length && !isDone(cursor)) {
    const end = match(PLAIN, text, cursor.at)
    if (end > cursor.at) program.begins = endsBeforeStatement(text.slice(cursor.at, end), cursor.at === 0)
    cursor.at = end
    if (end < text.length) readToken(program, text[end] ?? '')
  }
  return cursor.comments
}

function readToken(program: Program, char: string): void {
  const { cursor } = program
  if (char === '#') comment(cursor)
  else if (char === "'" || char === '"') readString(program, char)
  else {
    program.depth = Math.max(0, program.depth + ('([{'.includes(char) ? 1 : -1))
    cursor.at++
  }
  program.begins = false
}

/** One that is not closed goes to the end of its line, a triple-quoted one to the end of the file. */
function readString({ cursor, depth, begins }: Program, quote: '"' | "'"): void {
  const { text, at } = cursor
  const triple = text.startsWith(quote.repeat(3), at)
  const end = match(STRINGS[quote][triple ? 'three' : 'one'], text, at)
  if (end === at) cursor.at = text.length
  else if (triple && depth === 0 && begins) {
    cursor.at -= /[rRuU]/.test(text[at - 1] ?? '') ? 1 : 0
    take(cursor, { start: at + 3, end: end - 3, to: end, marks: TEXT_MARKS })
  } else cursor.at = end
}

/**
 * Whether a statement begins after this code: only white space, and perhaps a raw or unicode prefix, stands after its
 * last line feed (or at the file's beginning), and the line before does not go on.
 */
function endsBeforeStatement(code: string, atBeginning: boolean): boolean {
  const newline = code.lastIndexOf('\n')
  if (newline < 0 && !atBeginning) return false
  return /^[ \t]*[rRuU]?$/.test(code.slice(newline + 1)) && !/\\\r?\n$/.test(code.slice(0, newline + 1).slice(-3))
}
