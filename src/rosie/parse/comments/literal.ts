/** Strings and other literals, with what is code inside of them. */
import { type Cursor, classOf, type Hole, type LiteralForm, type LiteralFrame, match, VALUE } from './cursor.ts'

/** Opens a literal whose text begins at this offset. */
export function open(cursor: Cursor, form: LiteralForm, at: number): void {
  cursor.frames.push({ kind: 'literal', form, depth: 0 })
  cursor.at = at
}

/** What a literal does with one of its special characters; false: nothing, it is text like any other. */
type Step = (cursor: Cursor, frame: LiteralFrame) => boolean

/** In this order: `{{` is tried before `{`, a hole `\(` before the escape `\`. */
const STEPS: readonly Step[] = [passPlain, enterHole, passEscape, endOfLineEnds, closeOrCount]

/** Reads on in the literal on top of the frames: up to its end, or to where something else begins in it. */
export function readLiteral(cursor: Cursor, frame: LiteralFrame): void {
  const { text, frames } = cursor
  const ordinary = ordinaryOf(frame.form)
  while (frames.at(-1) === frame) {
    cursor.at = match(ordinary, text, cursor.at)
    if (cursor.at >= text.length) return
    if (!STEPS.some((step) => step(cursor, frame))) cursor.at++
  }
}

function passPlain(cursor: Cursor, { form }: LiteralFrame): boolean {
  const plain = form.plain?.find((each) => cursor.text.startsWith(each, cursor.at))
  if (plain === undefined) return false
  cursor.at += plain.length
  return true
}

function enterHole(cursor: Cursor, { form }: LiteralFrame): boolean {
  const hole = form.holes?.find(({ opens }) => cursor.text.startsWith(opens, cursor.at))
  if (!hole) return false
  cursor.at += hole.opens.length
  cursor.before = ''
  cursor.frames.push(frameOf(hole))
  return true
}

const frameOf = (hole: Hole) =>
  'literal' in hole
    ? ({ kind: 'literal', form: hole.literal, depth: 0 } as const)
    : ({ kind: 'code', depth: 0 } as const)

function passEscape(cursor: Cursor, { form }: LiteralFrame): boolean {
  if (!form.escape || !cursor.text.startsWith(form.escape, cursor.at)) return false
  cursor.at += form.escape.length + 1
  if (cursor.text.startsWith('\r\n', cursor.at - 1)) cursor.at++
  return true
}

function endOfLineEnds(cursor: Cursor, { form }: LiteralFrame): boolean {
  if (form.multiline || cursor.text[cursor.at] !== '\n') return false
  cursor.frames.pop()
  cursor.before = VALUE
  return true
}

function closeOrCount(cursor: Cursor, frame: LiteralFrame): boolean {
  const { text, at } = cursor
  const { closes, run, nests, doubled } = frame.form
  if (nests && text.startsWith(nests, at)) {
    frame.depth++
    cursor.at += nests.length
    return true
  }
  if (run) return closeWithRun(cursor, closes)
  if (!text.startsWith(closes, at)) return false
  cursor.at += closes.length
  if (doubled && text.startsWith(closes, cursor.at)) cursor.at += closes.length
  else if (frame.depth > 0) frame.depth--
  else close(cursor)
  return true
}

/**
 * Three quotes or more: the last of a longer run close the literal, the ones before are its text. Taken as a whole, since
 * a search from each quote of a long run would grow with the square.
 */
function closeWithRun(cursor: Cursor, closes: string): boolean {
  const { text, at } = cursor
  const end = match(RUN_OF_QUOTES, text, at)
  if (end === at) return false
  cursor.at = end
  if (end - at >= closes.length) close(cursor)
  return true
}
const RUN_OF_QUOTES = /"+|'+/y

function close(cursor: Cursor): void {
  cursor.frames.pop()
  cursor.before = VALUE
}

const ORDINARY = new WeakMap<LiteralForm, RegExp>()

/** What a literal of this form passes over without a look. */
function ordinaryOf(form: LiteralForm): RegExp {
  const known = ORDINARY.get(form)
  if (known) return known
  const holes = form.holes?.map(({ opens }) => opens) ?? []
  const special = [form.closes, form.escape, form.nests, form.multiline ? '' : '\n', ...holes] // `plain` begins like a hole
  const first = special.map((each) => each?.charAt(0)).join('')
  const expression = new RegExp(`[^${classOf(first)}]+`, 'y')
  ORDINARY.set(form, expression)
  return expression
}
