/** From comments to groups of them, line by line. */
import type { Comment } from './cursor.ts'

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

export function group(text: string, comments: readonly Comment[]): CommentGroup[] {
  const groups: CommentGroup[] = []
  let line = 1
  let lineStart = 0
  let newline = text.indexOf('\n')
  let previous: Comment | null = null
  for (const comment of comments) {
    while (newline >= 0 && newline < comment.start) {
      line++
      lineStart = newline + 1
      newline = text.indexOf('\n', lineStart)
    }
    const lines = linesOf(text, comment, line, lineStart)
    const last = groups.at(-1)
    if (last && previous && line <= last.endLine + 1 && onlySpace(text, previous.to, comment.from)) {
      for (const more of lines) last.lines.push(more) // not spread: a comment may have a million lines
      last.endLine = line + lines.length - 1
    } else {
      groups.push({ line, endLine: line + lines.length - 1, lines })
    }
    previous = comment
  }
  return groups
}

const onlySpace = (text: string, from: number, to: number) => text.slice(from, to).trim() === ''

/** The lines of one comment, without its marks; `lineStart` is the offset at which its first line begins. */
function linesOf(text: string, { start, end, marks }: Comment, line: number, lineStart: number): CommentLine[] {
  return text
    .slice(start, end)
    .split('\n')
    .map((raw, index) => {
      const skipped = marks.exec(raw)?.[0].length ?? 0
      const before = index === 0 ? start - lineStart : 0
      return { line: line + index, column: before + skipped + 1, text: raw.slice(skipped).trimEnd() }
    })
}
