/** JavaScript and TypeScript: templates, regular expressions, JSX. ECMA-262, section 12. */
// @ts-nocheck

import { type Cursor, type LiteralForm, VALUE } from './cursor.ts'
import { beginsElement, giveUpAll } from './jsx.ts'
import { brackets, type Grammar, lexer, type Token } from './lexer.ts'
import { blockComment, literal, lookBack, quoted, regularExpression, SLASHES } from './tokens.ts'

/** A slash after one of these begins a regular expression, a `<` an element; after anything else they are operators. */
const BEFORE_EXPRESSION =
  /(?:[([{,;=:&|?*%~^}]|=>|(?<!\+)\+|(?<!-)-|(?<![\w$)\]])!|\b(?:return|typeof|case|in|of|do|else|void|delete|throw|new|await|yield))$/
/** A quote right after one of these words, or after no word, begins a string; `Don't` in a text does not. */
const BEFORE_STRING =
  /(?:^|[^\w$]|\b(?:return|typeof|case|in|of|do|else|void|delete|throw|new|await|yield|from|import|export|default|as|extends))$/
const REGEX_LITERAL = /\/(?:[^/\\[\n]|\\[^\n]|\[(?:[^\]\\\n]|\\[^\n])*\])+\/[a-z]*/y

const TEMPLATE = {
  closes: '`',
  multiline: true,
  escape: '\\',
  holes: [{ opens: '${', code: '{}' }],
} as const satisfies LiteralForm

const regex: Token = (cursor) => {
  if (!expects(cursor) || (cursor.before === '}' && cursor.text[cursor.at + 1] === '>')) return false
  if (!regularExpression(cursor, REGEX_LITERAL)) return false
  cursor.before = VALUE
  return true
}

/** Whether an expression may begin here: not after a value. */
const expects = ({ before }: Cursor) => before === '' || BEFORE_EXPRESSION.test(before)

const apostrophe = quoted("'")

const GRAMMAR = {
  looksBack: true,
  tokens: {
    '/': [SLASHES, blockComment, regex],
    "'": [(cursor) => (!/\w/.test(lookBack(cursor, 1)) || BEFORE_STRING.test(cursor.before)) && apostrophe(cursor)],
    '"': [quoted('"')],
    '`': [literal('`', TEMPLATE)],
    ...brackets('{}'),
  },
} satisfies Grammar

export const lexTypeScript = lexer(GRAMMAR)

export const lexJavaScript = lexer({
  ...GRAMMAR,
  jsx: true,
  tokens: { ...GRAMMAR.tokens, '<': [(cursor) => expects(cursor) && beginsElement(cursor)] },
  atEnd: giveUpAll,
})
