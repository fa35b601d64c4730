/**
 * Heredocs: texts that begin on the line after the one that announces them, in the order of several announcements, and
 * end with a line that is their word. Where no line is, `<<` is a shift. POSIX shell, 2.7.4; Ruby, "Here Documents"; HCL.
 */
import type { Cursor, Heredoc } from './cursor.ts'
import type { Token } from './lexer.ts'

/** After so many words that no line closes, each searched to the end of the text, `<<` is always a shift. */
const MOST_MISSES = 40
/** More on one line are shifts too: each is searched from there. */
const MOST_ON_A_LINE = 20

/**
 * `form` matches the announcement from `<<` on: its groups are the mark for indentation (`-`, `~`), the quote, the word.
 * `indentOf`: what may stand before the closing word.
 */
export function heredoc(form: RegExp, indentOf: (mark: string) => Heredoc['indent']): Token {
  return (cursor) => {
    form.lastIndex = cursor.at
    const [all, mark = '', , word = ''] = form.exec(cursor.text) ?? []
    if (!all || cursor.heredocs.length >= MOST_ON_A_LINE) return false
    const announced = { word, indent: indentOf(mark) }
    if (closingLine(cursor, announced) === null) return false
    cursor.heredocs.push(announced)
    cursor.at += all.length
    return true
  }
}

/** At the end of a line: passes the texts that it announced. */
export const heredocBodies: Token = (cursor) => {
  if (cursor.heredocs.length === 0) return false
  for (const each of cursor.heredocs.splice(0)) cursor.at = closingLine(cursor, each) ?? cursor.at
  return true
}

/** Where the first line after the cursor's that closes this text ends; null when there is none. */
function closingLine({ text, at, noHeredocs }: Cursor, { word, indent }: Heredoc): number | null {
  if (noHeredocs.has(indent + word) || noHeredocs.size >= MOST_MISSES) return null
  const line = new RegExp(`\n${indent}${word.replace(/[^\w\s]/g, '\\$&')}(?=\r?\n|\r?$)`, 'g')
  line.lastIndex = at
  if (line.test(text)) return line.lastIndex
  noHeredocs.add(indent + word)
  return null
}
