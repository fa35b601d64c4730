/** XML and HTML: `<!-- -->`; attributes, CDATA, instructions and the text of scripts are passed. XML 1.0, 2.4 to 2.7. */
import { type Comment, cursorOf, endOf, isDone, type Lex, type Marks, match, nextOf } from './cursor.ts'
import { take } from './tokens.ts'

const TEXT_MARKS: Marks = /^[ \t]*/
const TEXT = /[^<]+/y
const OPENS_TAG = /<\/?[A-Za-z_:][^\s<>"'=/]*/y
const IN_TAG = /[^<>=]+/y
/** Quotes count only after a `=`: HTML has text like `don't` in the wrong places too. */
const VALUE = /=[ \t]*(?:"[^"]*"|'[^']*')/y

export const lexXml: Lex = (text, until) => lexMarkup(text, until, null)

/** In HTML the text of these is no markup. HTML standard, 13.1.2. */
export const lexHtml: Lex = (text, until) => lexMarkup(text, until, /^<(script|style|textarea|title)$/i)

function lexMarkup(text: string, until = text.length, raw: RegExp | null = null): Comment[] {
  const cursor = cursorOf(text, until)
  while (cursor.at < text.length && !isDone(cursor)) {
    const at = match(TEXT, text, cursor.at)
    cursor.at = at
    if (text.startsWith('<!--', at)) {
      const end = nextOf('-->', text, at + 4)
      take(cursor, { start: at + 4, end, to: Math.min(end + 3, text.length), marks: TEXT_MARKS })
    } else if (text.startsWith('<![CDATA[', at)) cursor.at = endOf(']]>', text, at)
    else if (text.startsWith('<?', at)) cursor.at = endOf('?>', text, at)
    else cursor.at = endOfTag(text, at, raw)
  }
  return cursor.comments
}

/** The end of the tag that begins here, with its text where that is raw; the next character where none begins. */
function endOfTag(text: string, from: number, raw: RegExp | null): number {
  const name = match(OPENS_TAG, text, from)
  if (name === from) return from + 1
  let at = match(IN_TAG, text, name)
  while (text[at] === '=') {
    const value = match(VALUE, text, at)
    at = match(IN_TAG, text, value > at ? value : at + 1)
  }
  const element = text[at] === '>' ? raw?.exec(text.slice(from, name))?.[1] : undefined
  return element ? endOfRaw(text, at, element) : at
}

function endOfRaw(text: string, from: number, element: string): number {
  const close = new RegExp(`</${element}`, 'gi')
  close.lastIndex = from
  return close.test(text) ? close.lastIndex : text.length
}
