/** Languages with `//` and block comments whose strings take one line or two to describe. */
import { type Cursor, endOf, type LiteralForm, match } from './cursor.ts'
import { brackets, lexer, type Token } from './lexer.ts'
import { blockComment, lineComment, literal, lookBack, nestedComment, quoted, SLASHES, threeQuoted } from './tokens.ts'

/** Java, with text blocks. JLS, section 3.10. */
export const lexJava = lexer({
  tokens: {
    '/': [SLASHES, blockComment],
    '"': [threeQuoted({ escape: '\\' }), quoted('"')],
    "'": [quoted("'")],
  },
})

/** Go: what stands between backticks has no escapes. Go specification, "String literals". */
export const lexGo = lexer({
  tokens: {
    '/': [SLASHES, blockComment],
    '"': [quoted('"')],
    "'": [quoted("'")],
    '`': [literal('`', { closes: '`', multiline: true })],
  },
})

/** Kotlin: comments nest, strings have holes with code, names may stand in backticks. Kotlin grammar, "Lexical". */
const KOTLIN_HOLES = [{ opens: '${' }] as const satisfies LiteralForm['holes']
export const lexKotlin = lexer({
  tokens: {
    '/': [SLASHES, nestedComment],
    '"': [threeQuoted({ holes: KOTLIN_HOLES }), quoted('"', { holes: KOTLIN_HOLES })],
    "'": [quoted("'")],
    '`': [literal('`', { closes: '`', multiline: false })],
    ...brackets('{}'),
  },
})

// ── C and C++: [lex.string], [lex.icon] ─────────────────────────────────────────────────────────────────────────────

/** `R"x(…)x"`: the word before the bracket closes it again. */
const rawString: Token = (cursor) => {
  const { text, at } = cursor
  if (!/(?:^|\W)(?:u8|[uUL])?R$/.test(lookBack(cursor, 4))) return false
  const opens = match(RAW_OPENS, text, at)
  if (opens === at) return false
  cursor.at = endOf(`)${text.slice(at + 1, opens - 1)}"`, text, opens)
  return true
}
const RAW_OPENS = /"[^()\\\s]{0,16}\(/y

/** `1'000'000`, `0xFF'FF`: between two digits of a number, which begins with a digit. */
const digitSeparator: Token = (cursor) => {
  const within = /[0-9A-Fa-f]/.test(cursor.text[cursor.at + 1] ?? '') && endsInNumber(cursor)
  if (within) cursor.at++
  return within
}
/** Numbers are shorter than what is looked at; a longer one ends in a character literal of one line at most. */
const endsInNumber = (cursor: Cursor) => /(?:^|[^\w'.])\.?\d[\w'.]*$/.test(lookBack(cursor, 80))

export const lexC = lexer({
  tokens: {
    '/': [lineComment('//', { continued: true }), blockComment],
    '"': [rawString, quoted('"')],
    "'": [digitSeparator, quoted("'")],
  },
})

// ── Rust: reference, "Tokens" ───────────────────────────────────────────────────────────────────────────────────────

/** `r"…"`, `br##"…"##`: no escapes; closed by a quote and as many `#` as before it, 255 at the most. */
const rustRawString: Token = (cursor) => {
  const { text, at } = cursor
  let from = at
  while (text[from - 1] === '#') from--
  if (at - from > 255 || !/(?:^|\W)[bc]?r$/.test(text.slice(Math.max(0, from - 3), from))) return false
  cursor.at = endOf(`"${text.slice(from, at)}`, text, at + 1)
  return true
}

/** `'a'` is a character, `'a` is a lifetime or a loop's label. */
const character: Token = (cursor) => {
  const end = match(RUST_CHARACTER, cursor.text, cursor.at)
  cursor.at = Math.max(end, cursor.at + 1)
  return true
}
const RUST_CHARACTER = /'(?:\\(?:u\{[^}\n]{0,12}\}|x[0-9A-Fa-f]{2}|[^\n])|[^'\\\n])'/uy

export const lexRust = lexer({
  tokens: {
    '/': [SLASHES, nestedComment],
    '"': [rustRawString, quoted('"', { multiline: true })],
    "'": [character],
  },
})
