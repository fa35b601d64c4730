/** JavaScript and TypeScript: templates, regular expressions, JSX. ECMA-262, section 12. */
import { type Cursor, type LiteralForm, VALUE } from './cursor.ts'
import { beginsElement, giveUpAll } from './jsx.ts'
import { brackets, type Grammar, lexer, type Token } from './lexer.ts'
import { blockComment, literal, lookBack, quoted, regularExpression, SLASHES } from './tokens.ts'

/** A slash after one of these begins a regular expression, a `<` an element; after anything else they are operators. */
const BEFORE_EXPRESSION =
  /(?:[([{,;=:&|?*%~^}]|=>|(?<!\+)\+|(?<!-)-|(?<![\w$)\]])!|(?<![\w$.#])(?:return|typeof|case|in|of|do|else|void|delete|throw|new|await|yield|default))$/
/** The words before the head of a statement; `x.if` is a member like any other. */
const BEFORE_HEAD = /(?<![\w$.#])(?:if|while|for|for\s+await|with)$/
/** A quote right after one of these words, or after no word, begins a string; `Don't` in a text does not. */
const BEFORE_STRING =
  /(?:^|[^\w$]|\b(?:return|typeof|case|in|of|do|else|void|delete|throw|new|await|yield|from|import|export|default|as|extends))$/
const REGEX_LITERAL = /\/(?:[^/\\[\n]|\\[^\n]|\[(?:[^\]\\\n]|\\[^\n])*\])+\/[a-z]*/y

const TEMPLATE = {
  closes: '`',
  multiline: true,
  escape: '\\',
  holes: [{ opens: '${' }],
} as const satisfies LiteralForm

const regex: Token = (cursor) => {
  if (!expects(cursor) || (cursor.before === '}' && cursor.text[cursor.at + 1] === '>')) return false
  if (!regularExpression(cursor, REGEX_LITERAL)) return false
  cursor.before = VALUE
  return true
}

/** Whether an expression may begin here: not after a value. */
const expects = ({ before }: Cursor) => before === '' || BEFORE_EXPRESSION.test(before)

/** `(a) / b` divides, the slash of `if (a) /b/.test(c)` begins a regular expression: each bracket knows what it closes. */
const opening: Token = (cursor) => {
  cursor.parentheses = { head: BEFORE_HEAD.test(cursor.before), outer: cursor.parentheses }
  return false
}
const closing: Token = (cursor) => {
  const closed = cursor.parentheses
  cursor.parentheses = closed?.outer ?? null
  if (!closed?.head) return false
  cursor.at++
  cursor.before = ''
  return true
}

const apostrophe = quoted("'")

const GRAMMAR = {
  looksBack: true,
  tokens: {
    '/': [SLASHES, blockComment, regex],
    "'": [(cursor) => (!/\w/.test(lookBack(cursor, 1)) || BEFORE_STRING.test(cursor.before)) && apostrophe(cursor)],
    '"': [quoted('"')],
    '`': [literal('`', TEMPLATE)],
    '(': [opening],
    ')': [closing],
    ...brackets('{}'),
  },
} satisfies Grammar

export const lexTypeScript = lexer(GRAMMAR)

export const lexJavaScript = lexer({
  ...GRAMMAR,
  tokens: { ...GRAMMAR.tokens, '<': [(cursor) => expects(cursor) && beginsElement(cursor)] },
  atEnd: giveUpAll,
})
