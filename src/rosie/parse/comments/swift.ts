/** Swift: strings of one and several lines, with any number of `#`. The Swift book, "Lexical Structure". */
import { type LiteralForm, match } from './cursor.ts'
import { brackets, lexer, type Token } from './lexer.ts'
import { open } from './literal.ts'
import { nestedComment, regularExpression, SLASHES } from './tokens.ts'

/** `"…"`, `"""…"""`, `#"…"#`: the `#` also stand in escapes and holes, `\#(dose)`. */
const string: Token = (cursor) => {
  const { text, at } = cursor
  let from = at
  while (text[from - 1] === '#') from--
  const hashes = text.slice(from, at)
  // `#"""#` is a quote: what goes over lines begins with the next one
  const three = text.startsWith('"""', at) && (hashes === '' || match(/"""[ \t]*\r?\n/y, text, at) > at)
  open(cursor, formOf(three ? '"""' : '"', hashes), at + (three ? 3 : 1))
  return true
}

/** Made once each: what a form passes over is an expression of its own to compile. */
const FORMS = new Map<string, LiteralForm>()
const MOST_KEPT = 16

function formOf(quotes: string, hashes: string): LiteralForm {
  const form = FORMS.get(quotes + hashes) ?? stringForm(quotes, hashes)
  if (hashes.length <= MOST_KEPT) FORMS.set(quotes + hashes, form)
  return form
}

const stringForm = (quotes: string, hashes: string): LiteralForm => ({
  closes: quotes + hashes,
  run: quotes.length === 3 && hashes === '',
  multiline: quotes.length === 3,
  escape: `\\${hashes}`,
  holes: [{ opens: `\\${hashes}(` }],
})

/** `#/…/#` may stand anywhere, `/…/` where a value may; neither goes over the end of its line here. */
const extendedRegex: Token = (cursor) =>
  cursor.text[cursor.at + 1] === '/' && regularExpression(cursor, /#\/[^\n]*?\/#/y)
const regex: Token = (cursor) =>
  BEFORE_VALUE.test(cursor.before) &&
  // Such a slash is an operator as a value, `reduce(1, /)`: it says nothing of what else stands on its line.
  /[^\s)]/.test(cursor.text[cursor.at + 1] ?? ' ') &&
  regularExpression(cursor, REGEX_LITERAL)
const BEFORE_VALUE = /(?:^|[([{,;=:&|?~]|\b(?:return|case|in|if|else|where|try|await|throw))$/
const REGEX_LITERAL = /\/[^/\\\n]*(?:\\[^\n][^/\\\n]*)*\//y

export const lexSwift = lexer({
  looksBack: true,
  tokens: {
    '/': [SLASHES, nestedComment, regex],
    '"': [string],
    '#': [extendedRegex],
    ...brackets('()'),
  },
})
