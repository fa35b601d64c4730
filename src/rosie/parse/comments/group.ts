/** From comments to groups of them, line by line. */
import { type Comment, endOfLine } from './cursor.ts'

export interface CommentLine {
  /** From 1. */
  line: number
  /** Column of the text's first character, from 1. */
  column: number
  /** The line without the comment's marks. */
  text: string
}

/** Comments with nothing but white space between them, on adjacent lines. */
export interface CommentGroup {
  line: number
  endLine: number
  lines: CommentLine[]
}

/** `places`: ascending offsets; given, only the groups with one of them in a comment. */
export function group(text: string, comments: readonly Comment[], places?: readonly number[]): CommentGroup[] {
  const groups: CommentGroup[] = []
  const lineAt = lineCounter(text)
  let place = 0
  const holdsPlace = ({ start, end }: Comment) => {
    if (!places) return true
    while ((places[place] ?? end) < start) place++
    return (places[place] ?? end) < end
  }
  for (let first = 0, next = 0; first < comments.length; first = next) {
    let wanted = false
    do wanted = holdsPlace(comments[next++] as Comment) || wanted
    while (next < comments.length && areAdjacent(text, comments[next - 1] as Comment, comments[next] as Comment))
    if (!wanted) continue
    const lines: CommentLine[] = []
    for (const comment of comments.slice(first, next)) {
      for (const line of linesOf(text, comment, lineAt(comment.start))) lines.push(line) // not spread: there may be a million
    }
    groups.push({ line: lines[0]?.line ?? 1, endLine: lines.at(-1)?.line ?? 1, lines })
  }
  return groups
}

/** Whether nothing but white space stands between two comments, with one end of a line in it at the most. */
function areAdjacent(text: string, before: Comment, after: Comment): boolean {
  let ends = 0
  for (let at = before.end; at < after.start; at++) {
    const char = text.charAt(at)
    if (char === '\n' && ++ends > 1) return false
    if (at >= before.to && at < after.from && char.trim() !== '') return false
  }
  return true
}

interface LineStart {
  line: number
  /** The offset at which it begins. */
  from: number
}

/** The line of an offset, which may not be less than the one before. */
function lineCounter(text: string): (offset: number) => LineStart {
  let line = 1
  let from = 0
  let end = endOfLine(text, 0)
  return (offset) => {
    while (end < offset) {
      line++
      from = end + 1
      end = endOfLine(text, from)
    }
    return { line, from }
  }
}

/** The lines of one comment, without its marks. */
function linesOf(text: string, { start, end, marks }: Comment, { line, from }: LineStart): CommentLine[] {
  return text
    .slice(start, end)
    .split('\n')
    .map((raw, index) => {
      const bare = raw.replace(marks, '')
      const before = index === 0 ? start - from : 0
      return { line: line + index, column: before + raw.length - bare.length + 1, text: bare.trimEnd() }
    })
}
