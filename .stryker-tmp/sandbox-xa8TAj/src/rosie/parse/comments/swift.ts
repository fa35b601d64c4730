/** Swift: strings of one and several lines, with any number of `#`. The Swift book, "Lexical Structure". */
// @ts-nocheck

import type { LiteralForm } from './cursor.ts'
import { brackets, lexer, type Token } from './lexer.ts'
import { open } from './literal.ts'
import { nestedComment, regularExpression, SLASHES } from './tokens.ts'

/** `"…"`, `"""…"""`, `#"…"#`: the `#` also stand in escapes and holes, `\#(dose)`. */
const string: Token = (cursor) => {
  const { text, at } = cursor
  let from = at
  while (text[from - 1] === '#') from--
  const hashes = text.slice(from, at)
  const three = text.startsWith('"""', at)
  const plain = three ? LINES : ONE_LINE
  open(cursor, hashes === '' ? plain : stringForm(three ? '"""' : '"', hashes), at + (three ? 3 : 1))
  return true
}

const stringForm = (quotes: string, hashes: string): LiteralForm => ({
  closes: quotes + hashes,
  run: quotes.length === 3 && hashes === '',
  multiline: quotes.length === 3,
  escape: `\\${hashes}`,
  holes: [{ opens: `\\${hashes}(`, code: '()' }],
})
const ONE_LINE = stringForm('"', '')
const LINES = stringForm('"""', '')

/** `#/…/#` may stand anywhere, `/…/` where a value may; neither goes over the end of its line here. */
const extendedRegex: Token = (cursor) =>
  cursor.text[cursor.at + 1] === '/' && regularExpression(cursor, /#\/[^\n]*?\/#/y)
const regex: Token = (cursor) => BEFORE_VALUE.test(cursor.before) && regularExpression(cursor, REGEX_LITERAL)
const BEFORE_VALUE = /(?:^|[([{,;=:&|?~]|\b(?:return|case|in|if|where))$/
const REGEX_LITERAL = /\/(?![\s)])[^/\\\n]*(?:\\[^\n][^/\\\n]*)*\//y

export const lexSwift = lexer({
  looksBack: true,
  tokens: {
    '/': [SLASHES, nestedComment, regex],
    '"': [string],
    '#': [extendedRegex],
    ...brackets('()'),
  },
})
