/**
 * The tags of one line of a comment: those that are claimed, and what is wrong with those that begin the line. What is
 * mentioned only (mention.ts) is neither. GxP.MD, "Annotations"; RFC-001, "In-code annotations".
 */
import type { Problem, Tag, TagName } from '../contents.ts'
import type { Span } from '../model.ts'
import { TAG_NAMES, TAGS, type TagForm } from '../tags.ts'
import type { CommentLine } from './comments/index.ts'
import { endsWithParagraph, goesOn, hasNoWords, isDecoration, refersTo } from './mention.ts'
import { idsMeant, nearMiss } from './near-miss.ts'
import { type Position, type ReadTag, readTag } from './tag.ts'

/** What has no width, as in a tag that was copied from where an `@` must not mention anybody. */
const UNSEEN = '[\\u200b-\\u200d\\u2060\\ufeff]'
const TAG = new RegExp(`(^|[\\s*([{,;:<>|-])@(${UNSEEN}{0,4})([A-Za-z][\\w-]*)`, 'g')
const UNSEEN_FAULT =
  'A character that can not be seen stands behind the `@`, so this is no tag. Type the `@` and the name anew.'

export interface FoundTag {
  tag?: Tag
  problem?: Problem
  /** Only counts beside other tags of the family. */
  shared: boolean
}

/** `from`: the offset before which the line is part of a tag that began above. `end`: where a tag ends. */
export function* readLine(
  lines: readonly CommentLine[],
  index: number,
  from: number,
): Generator<FoundTag & { end?: Position }> {
  const { line, column, text } = lines[index] ?? { line: 1, column: 1, text: '' }
  const words = wordsOf(lines, index, from)
  const last = areLast(words, text)
  let begins = true // whether only marks stand between here and the line's beginning or a claimed tag
  let referred = false // whether the text refers to the tag before this one
  let said = from // where the text begins that may refer to the next tag
  let taken = from // where the word before this one ends
  for (const [n, { word, at, name, read, to }] of words.entries()) {
    const before = text.slice(taken, at)
    begins = (begins && isDecoration(before)) || endsWithParagraph(before)
    taken = to
    const span: Span = { line, column: column + at, endColumn: column + at + word.length }
    if (!name || !read) {
      const message = begins ? missFault(word, text.slice(to)) : null
      if (message) yield { shared: false, problem: { ...problem(span, message), ...naming(text, to) } }
      begins = false
      continue
    }
    const { shared = false, generation } = TAGS[name]
    referred = !begins && ((referred && goesOn(before)) || refersTo(text.slice(said, at)))
    if ('fault' in read) {
      if (begins) yield { shared, problem: { ...problem(span, read.fault), ...naming(text, to) } }
      begins = false
      said = at
      continue
    }
    const { tag, end } = read
    const claimed: boolean = begins || (last[n] === true && !referred)
    if (claimed) yield { shared, tag: { name, generation, ...tag, ...spanTo(span, lines, index, end) }, end }
    const open = isOpenText(TAGS[name])
    begins = claimed && !open
    said = open ? at : to
  }
}

/** A word that looks like a tag, and what was read of it. */
interface Word {
  /** Without the `@`, which is at the offset `at`. */
  word: string
  at: number
  /** Null: none of the tags that there are. */
  name: TagName | null
  read: ReadTag | null
  /** Where it ends on this line, a well-formed tag with what it carries. */
  to: number
}

function wordsOf(lines: readonly CommentLine[], index: number, from: number): Word[] {
  const text = lines[index]?.text ?? ''
  const words: Word[] = []
  let to = from
  for (const match of text.matchAll(TAG)) {
    const at = match.index + (match[1]?.length ?? 0)
    if (at < to) continue
    const [, , unseen = '', word = ''] = match
    to = at + 1 + unseen.length + word.length
    const name = TAG_NAMES.find((known) => known === word) ?? null
    const read = name && (unseen ? { fault: UNSEEN_FAULT } : readTag(name, lines, { index, offset: to }))
    if (read && 'tag' in read) to = read.end.index > index ? text.length : read.end.offset
    words.push({ word, at, name, read, to })
  }
  return words
}

/** For each word, whether nothing but well-formed tags follows it, up to the end or another word with an `@`. */
function areLast(words: readonly Word[], text: string): boolean[] {
  const last: boolean[] = []
  let next: Word | undefined
  for (const [n, word] of [...words.entries()].reverse()) {
    const after = text.slice(word.to, next?.at)
    last[n] = hasNoWords(after) && (!next?.read || 'fault' in next.read || last[n + 1] === true)
    next = word
  }
  return last
}

/** From the tag's `@` to the end of what it carries. */
function spanTo(span: Span, lines: readonly CommentLine[], index: number, end: Position): Span {
  const last = lines[end.index]
  if (!last) return span
  return { ...span, ...(end.index > index && { endLine: last.line }), endColumn: last.column + end.offset - 1 }
}

function missFault(word: string, rest: string): string | null {
  const meant = nearMiss(word, rest)
  if (!meant) return null
  return `\`@${word}\` is not a tag of the convention. Did you mean \`@${meant}\`, as in \`${TAGS[meant].example}\`?`
}

/** A text without quotes: what follows may be more of it. */
const isOpenText = ({ carries, quoted }: TagForm) => carries === 'text' && !quoted

/** Of a tag that can't be read, the ids that follow it: what it would say is not told as missing too. */
function naming(text: string, from: number): Pick<Problem, 'names'> {
  const next = text.indexOf('@', from)
  const names = idsMeant(text.slice(from, next < 0 ? undefined : next))
  return names.length > 0 ? { names } : {}
}

export const problem = (span: Span, message: string): Problem => ({ cause: 'annotation', ...span, message })
