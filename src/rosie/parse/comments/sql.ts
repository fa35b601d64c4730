/**
 * SQL: `--` and nested block comments; quotes are doubled inside themselves; PostgreSQL's dollars, MySQL's backticks and
 * backslashes, Oracle's `q'[…]'`. ISO/IEC 9075-2, 5.2 and 5.3; PostgreSQL manual, 4.1.2.
 */
import { endOf, type LiteralForm, match } from './cursor.ts'
import { lexer, type Token } from './lexer.ts'
import { lineComment, literal, lookBack, nestedComment } from './tokens.ts'

const doubled = (quote: string): LiteralForm => ({ closes: quote, multiline: true, doubled: true })

/** `$$…$$`, `$body$…$body$`; not the `$1` of a parameter, nor the dollar of a name. */
const dollars: Token = (cursor) => {
  const { text, at } = cursor
  const opened = match(DOLLARS, text, at)
  if (opened === at || /\w/.test(lookBack(cursor, 1))) return false
  cursor.at = endOf(text.slice(at, opened), text, opened)
  return true
}
const DOLLARS = /\$(?:[A-Za-z_]\w{0,62})?\$/y

/** `q'[it's]'`. */
const oracle: Token = (cursor) => {
  const { text, at } = cursor
  const opens = text[at + 1] ?? ' '
  const closes = ENCLOSING.get(opens) ?? opens
  if (!/(?:^|\W)[nN]?[qQ]$/.test(lookBack(cursor, 3)) || /\s/.test(opens)) return false
  cursor.at = endOf(`${closes}'`, text, at + 2)
  return true
}
const ENCLOSING: ReadonlyMap<string, string> = new Map(['()', '[]', '{}', '<>'].map(([a = '', b = '']) => [a, b]))

/** `E'…'` of PostgreSQL has escapes. */
const escaped: Token = (cursor) => /(?:^|\W)[eE]$/.test(lookBack(cursor, 2)) && ESCAPED(cursor)
const ESCAPED = literal("'", { ...doubled("'"), escape: '\\' })

/**
 * A backslash escapes a quote in MySQL and nowhere else, and no file says which it is for. In `'it\'s'` a word follows the
 * quote, which it can't behind the end of a string: then, and for the rest of that string, the backslash is an escape.
 */
const string: Token = (cursor) => {
  cursor.at = endOfString(cursor.text, cursor.at + 1)
  return true
}

function endOfString(text: string, from: number): number {
  let escapes = false
  for (let at = from; ; ) {
    const quote = text.indexOf("'", at)
    if (quote < 0) return text.length
    const next = text[quote + 1] ?? ''
    const escaped: boolean = oddBackslashes(text, quote) && (escapes || /\w/.test(next))
    if (!escaped && next !== "'") return quote + 1
    escapes ||= escaped
    at = quote + (escaped ? 1 : 2)
  }
}

/** Whether an odd number of backslashes stands right before this offset: an even one escapes itself. */
function oddBackslashes(text: string, before: number): boolean {
  let from = before
  while (text[from - 1] === '\\') from--
  return (before - from) % 2 === 1
}

export const lexSql = lexer({
  tokens: {
    '-': [lineComment('--')],
    '/': [nestedComment],
    "'": [oracle, escaped, string],
    '"': [literal('"', doubled('"'))],
    '`': [literal('`', doubled('`'))],
    $: [dollars],
  },
})
