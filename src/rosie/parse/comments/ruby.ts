/**
 * Ruby: `#` and `=begin`, strings in quotes and after `%`, heredocs, regular expressions, `__END__`. Ruby documentation,
 * "Literals", "Code Comments".
 */
import { type Comment, type LiteralForm, type Marks, nextOf, VALUE } from './cursor.ts'
import { heredoc, heredocBodies } from './heredoc.ts'
import { brackets, lexer, type Token } from './lexer.ts'
import { open } from './literal.ts'
import { lineComment, literal, lookBack, pass, quoted, regularExpression, take } from './tokens.ts'

const HOLES = [{ opens: '#{' }] as const satisfies LiteralForm['holes']
const TEXT_MARKS: Marks = /^[ \t]*/

/** After one of these a value is expected: a slash begins a regular expression, a `%` a string. */
const BEFORE_VALUE =
  /(?:^|[([{,;=!~|&?:<>+*\n]|\b(?:if|unless|when|and|or|not|return|while|until|elsif|then|in|do|puts|else|case))$/

/** `=begin` to `=end`, each at the beginning of a line and followed by space; what else stands on the last line is nothing. */
const documentation: Token = (cursor) => {
  const { text, at } = cursor
  if (!/^\n?$/.test(lookBack(cursor, 1)) || !/^=begin\s/.test(text.slice(at, at + 7))) return false
  let last = nextOf(END, text, at)
  while (/\S/.test(text[last + END.length] ?? '')) last = nextOf(END, text, last + 1)
  const end = Math.min(last + 1, text.length)
  const to = nextOf('\n', text, end)
  take(cursor, { start: at + '=begin'.length, end, to, marks: TEXT_MARKS })
  return true
}

const END = '\n=end'

/** `%w[a b]`, `%q(a (b))`, `%(a)`: any character that is neither letter nor space may enclose it; brackets nest. */
const percent: Token = (cursor) => {
  const [all, kind = '', opens = ''] = PERCENT.exec(cursor.text.slice(cursor.at, cursor.at + 3)) ?? []
  // `raise %(it's)`: a space before and a bracket right behind make it the argument of a call without brackets.
  const argument = PAIRS.has(opens) && /\w[ \t]$/.test(lookBack(cursor, 2))
  const free = kind
    ? !/[\w)\]}"'.]/.test(lookBack(cursor, 1))
    : argument || (opens !== '=' && BEFORE_VALUE.test(cursor.before))
  if (!all || !free) return false
  const closes = PAIRS.get(opens)?.[1]
  const holes = /[qwis]/.test(kind) ? {} : { holes: HOLES }
  const form: LiteralForm = { closes: closes ?? opens, multiline: true, escape: '\\', ...holes }
  open(cursor, closes ? { ...form, nests: opens } : form, cursor.at + all.length)
  return true
}
const PERCENT = /^%([qQwWiIrsx]?)([^\w\s])/
const PAIRS: ReadonlyMap<string, string> = new Map(['()', '[]', '{}', '<>'].map((pair) => [pair.slice(0, 1), pair]))

const regex: Token = (cursor) => {
  const { text, at } = cursor
  // `split /x/`: a space before and none behind makes it the argument of a call without brackets.
  const argument = /\w[ \t]$/.test(lookBack(cursor, 2)) && /[^\s=]/.test(text[at + 1] ?? ' ')
  if (!argument && !BEFORE_VALUE.test(cursor.before)) return false
  if (!regularExpression(cursor, REGEX_LITERAL)) return false
  cursor.before = VALUE
  return true
}
const REGEX_LITERAL = /\/(?:[^/\\\n#]|\\[^\n]|#\{[^{}\n]*\}|#(?!\{[^{}\n]*\}))*\//y

/** `?"` is the character; `x ? "a" : "b"` is not. */
const character: Token = (cursor) =>
  !/[\w)\]]/.test(lookBack(cursor, 1)) &&
  /^\?["'#`/](?=[\s,;.)\]}]|$)/.test(cursor.text.slice(cursor.at, cursor.at + 3))
    ? pass(2)(cursor)
    : false

/** `$'` and `` $` `` are variables. */
const variable: Token = (cursor) => /["'`/]/.test(cursor.text[cursor.at + 1] ?? '') && pass(2)(cursor)

/** Without a mark only where no value stands before, which it would be shifted into or appended to. */
const anyIndent = () => '[ \t]*' as const
const noIndent = () => '' as const
const marked = heredoc(/<<([-~])()([A-Za-z_]\w{0,79})/y, anyIndent)
const markedInQuotes = heredoc(/<<([-~])(["'`])([^"'`\n]{1,80})\2/y, anyIndent)
const unmarked = heredoc(/<<()()([A-Z_]\w{0,79})/y, noIndent)
const small = heredoc(/<<()()([a-z]\w{0,79})/y, noIndent)
const inQuotes = heredoc(/<<()(["'`])([^"'`\n]{1,80})\2/y, noIndent)
const announcement: Token = (cursor) =>
  marked(cursor) ||
  markedInQuotes(cursor) ||
  (!/[\w)\]}]/.test(lookBack(cursor, 1)) && (unmarked(cursor) || inQuotes(cursor))) ||
  (BEFORE_VALUE.test(cursor.before) && small(cursor))

const lex = lexer({
  looksBack: true,
  tokens: {
    '#': [lineComment('#')],
    '"': [quoted('"', { multiline: true, holes: HOLES })],
    "'": [quoted("'", { multiline: true })],
    '`': [literal('`', { closes: '`', multiline: true, escape: '\\', holes: HOLES })],
    '%': [percent],
    '/': [regex],
    '?': [character],
    $: [variable],
    '=': [documentation],
    '<': [announcement],
    '\n': [heredocBodies],
    ...brackets('{}'),
  },
})

/** What follows `__END__` is data. */
export function lexRuby(text: string, until?: number): Comment[] {
  const end = /^__END__\r?$/m.exec(text)
  return lex(end ? text.slice(0, end.index) : text, until)
}
