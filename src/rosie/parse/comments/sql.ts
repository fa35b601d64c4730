/**
 * SQL: `--` and nested block comments; quotes are doubled inside themselves; PostgreSQL's dollars, MySQL's backticks and
 * backslashes, Oracle's `q'[…]'`. ISO/IEC 9075-2, 5.2 and 5.3; PostgreSQL manual, 4.1.2.
 */
import { type Comment, type Cursor, endOf, type Lex, type LiteralForm, match, nextOf } from './cursor.ts'
import { lexer, type Token } from './lexer.ts'
import { lineComment, literal, lookBack, nestedComment } from './tokens.ts'

const doubled = (quote: string): LiteralForm => ({ closes: quote, multiline: true, doubled: true })

/** `$$…$$`, `$body$…$body$`; not the `$1` of a parameter, nor the dollar of a name. */
const dollars: Token = (cursor) => {
  const opens = markAt(cursor)
  if (opens === '') return false
  cursor.at = endOf(opens, cursor.text, cursor.at + opens.length)
  return true
}

/**
 * The body of a function or of `DO` is the text of a program: what stands in dollars in it is text, and comments are
 * comments. PostgreSQL manual, CREATE FUNCTION and DO.
 */
const body: Token = (cursor) => {
  const { text, at, comments, before } = cursor
  if (!/(?:^|[^\w$])(?:as|do)$/i.test(before) && !BEHIND_LANGUAGE.test(lookBack(cursor, 80))) return false
  const opens = markAt(cursor)
  if (opens === '') return false
  const from = at + opens.length
  const to = nextOf(opens, text, from)
  for (const each of lexBody(text.slice(from, to))) comments.push(moved(each, from))
  cursor.at = Math.min(to + opens.length, text.length)
  return true
}
const BEHIND_LANGUAGE = /(?:^|[^\w$])language\s+['"]?\w+['"]?\s*$/i

/** The mark with which a text in dollars begins here; empty where none does. */
function markAt(cursor: Cursor): string {
  const { text, at } = cursor
  return /\w/.test(lookBack(cursor, 1)) ? '' : text.slice(at, match(DOLLARS, text, at))
}
const DOLLARS = /\$(?:[A-Za-z_]\w{0,62})?\$/y

const moved = ({ from, to, start, end, marks }: Comment, by: number): Comment => ({
  ...{ from: from + by, to: to + by, start: start + by, end: end + by, marks },
})

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

/** `[Patient's dose]` is a name in SQL Server, of 128 characters at most; behind a name or another bracket `[` is the subscript of a list. */
const bracketed: Token = (cursor) => {
  const { text, at } = cursor
  const end = /[\w\])[]/.test(lookBack(cursor, 1)) ? at : match(/\[[A-Za-z_][^[\]\n,"]{0,127}\]/y, text, at)
  cursor.at = end
  return end > at
}

/** MySQL has comments with a hash, other dialects operators: there it counts at a line's beginning, before a space. */
const hash = lineComment('#')
const hashLine: Token = (cursor) => {
  const { text, at } = cursor
  return /(?:^|\n)[ \t]*$/.test(lookBack(cursor, 80)) && /^#+(?:\s|$)/.test(text.slice(at, at + 80)) && hash(cursor)
}

const TOKENS = {
  '-': [lineComment('--')],
  '/': [nestedComment],
  "'": [oracle, escaped, string],
  '"': [literal('"', doubled('"'))],
  '`': [literal('`', doubled('`'))],
  '[': [bracketed],
  '#': [hashLine],
  $: [dollars],
} satisfies Readonly<Record<string, readonly Token[]>>

const lexBody = lexer({ tokens: TOKENS })
const lexStandard = lexer({ looksBack: true, tokens: { ...TOKENS, $: [body, dollars] } })
const lexMySql = lexer({ tokens: { ...TOKENS, '#': [hash], $: [] } })

/** A script that sets the delimiter is for MySQL, whose dollars (`DELIMITER $$`) quote nothing. */
const SETS_DELIMITER = /^[ \t]*delimiter[ \t]+\S/im

export const lexSql: Lex = (text, until) => (SETS_DELIMITER.test(text) ? lexMySql : lexStandard)(text, until)
