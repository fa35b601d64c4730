/**
 * Elements of JSX. The text between tags is no code: an apostrophe or a backtick in it opens nothing, and `//` begins no
 * comment. What looks like an element may be something else (type parameters, as in `<T>(dose: T) => dose`): as soon as a
 * character shows it, or the text ends, the lexer goes back and takes the `<` for an operator. So that the cost of a
 * hostile text stays in proportion to its length, it stops looking for elements once it has read four times that length
 * in vain. facebook.github.io/jsx.
 */
import { type Cursor, type ElementFrame, match, VALUE } from './cursor.ts'
import { blockComment, SLASHES } from './tokens.ts'

/** A fragment, or a name, before what may follow a name in a tag; not type parameters: `<T,>`, `<T extends Dose>`. */
const OPENS = /<(?:>|[A-Za-z_$][\w$.:-]*(?=[\s/>{<])(?!\s*[,=])(?!\s+extends\b))/y
const CLOSES = /<\/[\w$.:-]*\s*>/y
const IN_TAG = /[^"'{}<>;/]+/y
const IN_TEXT = /[^{}<>]+/y
/** In lengths of the text: what may be read in vain. */
const MOST_WASTED = 4
const HOLE = { kind: 'code', brackets: '{}', depth: 0 } as const

/** Opens an element, if one begins at the cursor. */
export function beginsElement(cursor: Cursor): boolean {
  const { text, at, comments, frames, parentheses } = cursor
  if (!cursor.jsx) return false
  const end = match(OPENS, text, at)
  if (end === at) return false
  const within = text[end - 1] === '>' ? 'children' : 'tag'
  frames.push({ kind: 'element', within, angles: 0, from: at, comments: comments.length, parentheses })
  cursor.at = end
  return true
}

export function readElement(cursor: Cursor, frame: ElementFrame): void {
  const { text } = cursor
  cursor.at = match(frame.within === 'tag' ? IN_TAG : IN_TEXT, text, cursor.at)
  const char = text[cursor.at]
  if (char === undefined) return
  if (char === '{') {
    cursor.frames.push({ ...HOLE })
    cursor.before = ''
    cursor.at++
  } else if (frame.within === 'tag') readTag(cursor, frame, char)
  else readChildren(cursor, char)
}

function readTag(cursor: Cursor, frame: ElementFrame, char: string): void {
  const { text, at } = cursor
  if (char === '"' || char === "'") {
    const close = text.indexOf(char, at + 1)
    if (close < 0) giveUp(cursor, text.length)
    else cursor.at = close + 1
  } else if (char === '/') {
    if (!SLASHES(cursor) && !blockComment(cursor)) cursor.at++
  } else if (char === '<') {
    frame.angles++
    cursor.at++
  } else if (char === '>') {
    cursor.at++
    if (text[at - 1] === '=') return // an arrow in type arguments
    if (frame.angles > 0) frame.angles--
    else if (text[at - 1] === '/') close(cursor)
    else frame.within = 'children'
  } else giveUp(cursor)
}

function readChildren(cursor: Cursor, char: string): void {
  const end = match(CLOSES, cursor.text, cursor.at)
  if (char === '<' && end > cursor.at) {
    close(cursor)
    cursor.at = end
  } else if (char !== '<' || !beginsElement(cursor)) giveUp(cursor)
}

function close(cursor: Cursor): void {
  cursor.frames.pop()
  cursor.before = VALUE
}

/** Takes the outermost `<` that led here for an operator, and reads on behind it. */
function giveUp(cursor: Cursor, cost = 0): void {
  const { frames, text } = cursor
  const outermost = () => frames.findIndex(({ kind }) => kind === 'element')
  const ofThisCode = frames.findLastIndex(({ kind }) => kind !== 'element') + 1
  const first = frames[ofThisCode]
  if (first?.kind !== 'element') return
  cursor.wasted += cursor.at - first.from + cost
  cursor.jsx = cursor.wasted <= MOST_WASTED * text.length
  goBackTo(cursor, cursor.jsx ? ofThisCode : outermost())
}

/** At the end of the text: whether elements were open, from the outermost of which to read on. */
export function giveUpAll(cursor: Cursor): boolean {
  const { frames, text } = cursor
  const index = frames.findIndex(({ kind }) => kind === 'element')
  const frame = frames[index]
  if (frame?.kind !== 'element') return false
  cursor.wasted += text.length - frame.from
  cursor.jsx = cursor.wasted <= MOST_WASTED * text.length
  goBackTo(cursor, index)
  return true
}

function goBackTo(cursor: Cursor, index: number): void {
  const frame = cursor.frames[index]
  if (frame?.kind !== 'element') return
  cursor.frames.length = index
  cursor.comments.length = frame.comments
  cursor.parentheses = frame.parentheses
  cursor.at = frame.from + 1
  cursor.before = '<'
  cursor.noRegexBefore = Math.min(cursor.noRegexBefore, cursor.at)
}
