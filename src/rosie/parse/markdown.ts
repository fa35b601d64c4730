/**
 * Markdown as records use it: lines, headings, and what only looks like them. Code blocks and HTML comments are examples
 * and remarks, never entries or sections.
 */
import type { Problem } from '../contents.ts'

export interface MarkdownLine {
  /** From 1. */
  line: number
  /** Without white space at its end; never blank. */
  text: string
  /** A blank line stands before it. */
  gap: boolean
  heading: { level: number; text: string } | null
  /** A line of a fenced code block, its fences included. */
  code: boolean
}

export interface Markdown {
  lines: MarkdownLine[]
  /** A code block or comment that is never closed hides the rest of the file. */
  unclosed: { line: number; message: string } | null
}

/** All lines with text. Linear. */
export function readMarkdown(source: string): Markdown {
  const lines: MarkdownLine[] = []
  let open: { what: 'fence' | 'comment'; line: number; mark: string } | null = null
  let gap = false
  for (const [index, written] of source
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const line = index + 1
    let text = written.trimEnd()
    if (open?.what !== 'fence') {
      const inside: number = open ? 0 : text.trimStart().startsWith('<!--') ? text.indexOf('<!--') + 4 : -1
      if (inside >= 0) {
        const end = text.indexOf('-->', inside)
        open = end >= 0 ? null : (open ?? { what: 'comment', line, mark: '' })
        text = end >= 0 ? text.slice(end + 3) : ''
      }
    }
    if (text === '') {
      gap = true
      continue
    }
    const mark = fenceOf(text)
    const code = open !== null || mark !== null
    lines.push({ line, text, gap, heading: code ? null : headingOf(text), code })
    gap = false
    if (open === null && mark) open = { what: 'fence', line, mark }
    else if (open && mark && closes(text, open.mark)) open = null
  }
  return { lines, unclosed: open && { line: open.line, message: UNCLOSED[open.what] } }
}

const UNCLOSED = {
  fence: 'This code block is never closed, so everything after it counts as its content. Close it with the same marks.',
  comment: 'This comment is never closed, so nothing after it is read. Close it with `-->`.',
}

/** The unclosed block as a problem of the file's area. */
export const unclosedProblem = ({ unclosed }: Markdown, cause: Problem['cause']): Problem[] =>
  unclosed ? [{ cause, ...unclosed }] : []

function fenceOf(text: string): string | null {
  const mark = /^ {0,3}(`{3,}|~{3,})/.exec(text)?.[1]
  if (!mark) return null
  const inline = mark.startsWith('`') && text.trimStart().slice(mark.length).includes('`')
  return inline ? null : mark
}

/** CommonMark: as many marks of the same kind or more, and nothing else. */
function closes(text: string, mark: string): boolean {
  const trimmed = text.trim()
  return trimmed.startsWith(mark) && withoutEnd(trimmed, mark) === ''
}

function headingOf(text: string): { level: number; text: string } | null {
  const match = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/s.exec(text)
  if (!match?.[1]) return null
  const said = match[2]?.trim() ?? ''
  const cut = withoutEnd(said, '#')
  const closed = cut === '' || cut.endsWith(' ') || cut.endsWith('\t')
  return { level: match[1].length, text: (closed ? cut : said).trim() }
}

/** A text without the marks of emphasis and code around it. */
export const unmarked = (text: string): string => withoutEnd(withoutStart(text.trim(), '*_`'), '*_`').trim()

// By hand: a regular expression for the end of a text tries each of its runs of marks anew.
function withoutEnd(text: string, marks: string): string {
  let end = text.length
  while (end > 0 && marks.includes(text.charAt(end - 1))) end--
  return text.slice(0, end)
}

function withoutStart(text: string, marks: string): string {
  let start = 0
  while (start < text.length && marks.includes(text.charAt(start))) start++
  return text.slice(start)
}

export interface NamedValue {
  /** In lower case, words parted by one space. */
  name: string
  value: string
  /** Blanks before it. */
  indent: number
  /** It is an item of a list. */
  item: boolean
  /** Its name is emphasised. */
  strong: boolean
}

/** `- **Date**: x`, `* Date: x`, `**Date:** x`, `Date: x`: what a line gives under which name; null if it gives none. */
export function namedValue(text: string): NamedValue | null {
  const body = text.trim()
  const item = /^[-*+][ \t]/.test(body)
  const said = item ? body.slice(1).trimStart() : body
  const colon = said.slice(0, 48).indexOf(':')
  if (colon < 1) return null
  const written = said.slice(0, colon).trim()
  const name = unmarked(written)
  if (!/^[A-Za-z][A-Za-z _-]*$/.test(name)) return null
  const strong = /^[*_]/.test(written)
  const openMarks = strong && !/[*_]$/.test(written)
  const value = said.slice(colon + 1)
  return {
    name: name
      .toLowerCase()
      .split(/[ _-]+/)
      .join(' '),
    value: (openMarks ? withoutStart(value, '*_') : value).trim(),
    indent: text.length - text.trimStart().length,
    item,
    strong,
  }
}
