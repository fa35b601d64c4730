/**
 * Elements of JSX. The text between tags is no code: an apostrophe or a backtick in it opens nothing, and `//` begins no
 * comment. What looks like an element may be something else (type parameters, as in `<T>(dose: T) => dose`): as soon as a
 * character shows it, or the text ends, the lexer goes back and takes the `<` for an operator. So that the cost of a
 * hostile text stays in proportion to its length, it stops looking for elements once it has read four times that length
 * in vain. facebook.github.io/jsx.
 */
import { type Cursor, type ElementFrame, type Frame, match, VALUE } from './cursor.ts'
import { blockComment, SLASHES } from './tokens.ts'

/** A fragment, or a name, before what may follow a name in a tag; not type parameters: `<T,>`, `<T extends Dose>`. */
const OPENS = /<(?:>|[A-Za-z_$][\w$.:-]*(?=[\s/>{<])(?!\s*[,=])(?!\s+extends\b))/y
const CLOSES = /<\/[\w$.:-]*\s*>/y
const IN_TAG = /[^"'{}<>;/]+/y
const IN_TEXT = /[^{}<>]+/y
/** In lengths of the text: what may be read in vain. */
const MOST_WASTED = 4

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
    cursor.frames.push({ kind: 'code', depth: 0 })
    cursor.before = ''
    cursor.at++
  } else if (frame.within === 'tag') readTag(cursor, frame, char)
  else readChildren(cursor)
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

function readChildren(cursor: Cursor): void {
  const end = match(CLOSES, cursor.text, cursor.at)
  if (end > cursor.at) {
    close(cursor)
    cursor.at = end
  } else if (!beginsElement(cursor)) giveUp(cursor)
}

function close(cursor: Cursor): void {
  cursor.frames.pop()
  cursor.before = VALUE
}

const isElement = (frame: Frame): frame is ElementFrame => frame.kind === 'element'

/** Takes the outermost `<` of this code that led here for an operator. */
function giveUp(cursor: Cursor, cost = 0): void {
  const { frames } = cursor
  const first = frames[frames.findLastIndex((frame) => !isElement(frame)) + 1]
  if (first && isElement(first)) goBackTo(cursor, first, cost)
}

/** At the end of the text: whether elements were open, from the outermost of which to read on. */
export function giveUpAll(cursor: Cursor): boolean {
  const first = cursor.frames.find(isElement)
  if (first) goBackTo(cursor, first)
  return first !== undefined
}

/** Reads on behind the `<` of this element; where too much was read in vain, behind that of the outermost. */
function goBackTo(cursor: Cursor, wrong: ElementFrame, cost = 0): void {
  const { frames, text } = cursor
  cursor.wasted += cursor.at - wrong.from + cost
  cursor.jsx = cursor.wasted <= MOST_WASTED * text.length
  const frame = cursor.jsx ? wrong : (frames.find(isElement) ?? wrong)
  frames.length = frames.indexOf(frame)
  cursor.comments.length = frame.comments
  cursor.parentheses = frame.parentheses
  cursor.at = frame.from + 1
  cursor.before = '<'
  cursor.noRegexBefore = 0
}
