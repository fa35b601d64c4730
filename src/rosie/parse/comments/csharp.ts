/** C#: ordinary, verbatim, raw and interpolated strings. C# language reference, "Strings"; C# 11, "Raw string literals". */
import { type Cursor, type LiteralForm, match } from './cursor.ts'
import { brackets, lexer, type Token } from './lexer.ts'
import { open } from './literal.ts'
import { blockComment, quoted, SLASHES } from './tokens.ts'

const ORDINARY: LiteralForm = { closes: '"', multiline: false, escape: '\\' }
const VERBATIM: LiteralForm = { closes: '"', multiline: true, doubled: true }
const HOLES = { holes: [{ opens: '{' }], plain: ['{{'] } as const satisfies Partial<LiteralForm>
const ORDINARY_WITH_HOLES: LiteralForm = { ...ORDINARY, ...HOLES }
const VERBATIM_WITH_HOLES: LiteralForm = { ...VERBATIM, ...HOLES }

const string: Token = (cursor) => {
  const { text, at } = cursor
  const prefix = prefixOf(cursor)
  const holes = prefix.includes('$')
  const quotes = match(/"+/y, text, at) - at
  if (prefix.includes('@')) open(cursor, holes ? VERBATIM_WITH_HOLES : VERBATIM, at + 1)
  else if (quotes >= 3) open(cursor, raw(quotes, prefix.length), at + quotes)
  else open(cursor, holes ? ORDINARY_WITH_HOLES : ORDINARY, at + 1)
  return true
}

/** The `$` and `@` right before the quote. */
function prefixOf({ text, at }: Cursor): string {
  let from = at
  while (text[from - 1] === '$' || text[from - 1] === '@') from--
  return text.slice(from, at)
}

/** A raw string is closed by as many quotes as opened it; its holes have as many braces as it has dollars. */
function raw(quotes: number, dollars: number): LiteralForm {
  const holes = Math.min(dollars, MOST_BRACES)
  const key = `${quotes} ${holes}`
  const known = RAW.get(key)
  if (known) return known
  const form: LiteralForm = { closes: '"'.repeat(quotes), run: true, multiline: true }
  const made: LiteralForm = holes === 0 ? form : { ...form, holes: [{ opens: '{'.repeat(holes) }] }
  if (quotes <= MOST_KEPT) RAW.set(key, made)
  return made
}
/** Made once each: what a form passes over is an expression of its own to compile. */
const RAW = new Map<string, LiteralForm>()
const MOST_KEPT = 16
/** More than anybody writes, and few enough to look for at each brace. */
const MOST_BRACES = 16

export const lexCSharp = lexer({
  tokens: {
    '/': [SLASHES, blockComment],
    '"': [string],
    "'": [quoted("'")],
    ...brackets('{}'),
  },
})
