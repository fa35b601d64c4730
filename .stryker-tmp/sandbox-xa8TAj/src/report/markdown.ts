/**
 * GitHub Flavored Markdown out of text that may be hostile. What `text` and `code` return stands alike in a paragraph,
 * a list item and a table cell.
 */
// @ts-nocheck

import { defuse, oneLine } from './plain.ts'

/** GitHub's limit for a check run's summary and text, in bytes; a comment may have one character more. */
export const MAX_MARKDOWN_BYTES = 65_535

/** Running text: every mark of Markdown or HTML escaped, mentions and links defused, on one line. */
export function text(content: string, maxLength?: number): string {
  return escapeMarks(defuse(oneLine(content, maxLength)))
}

/**
 * A code span. GitHub looks for no mentions in it. With a pipe it is an HTML element: in a table cell a pipe within a
 * code span needs a backslash that would show everywhere else.
 */
export function code(content: string, maxLength?: number): string {
  const plain = oneLine(content, maxLength)
  if (plain.includes('|')) return `<code>${escapeMarks(defuse(plain))}</code>`
  const runs = plain.match(/`+/g) ?? []
  const fence = '`'.repeat(Math.max(0, ...runs.map((run) => run.length)) + 1)
  const pad = plain === '' || plain.startsWith('`') || plain.endsWith('`') ? ' ' : ''
  return fence + pad + plain + pad + fence
}

function escapeMarks(plain: string): string {
  return (
    plain
      .replace(/[\\`*_[\]|~$]/g, '\\$&')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      // What makes a heading, list, underline or rule matters only where a line begins.
      .replace(/^(?:[-+=#]|\d+(?=[.)]))/, (start) => (/\d/.test(start) ? `${start}\\` : `\\${start}`))
  )
}

export interface Table {
  header: readonly string[]
  rows: readonly (readonly string[])[]
}

/** Cells are Markdown without line breaks or bare pipes. The first column names, the others count. */
export function table({ header, rows }: Table): string {
  const rule = header.map((_, column) => (column === 0 ? '---' : '---:'))
  return [header, rule, ...rows].map(row).join('\n')
}

export const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`

const CLOSING = 'The rest was left out: it is longer than GitHub shows.'

/**
 * At most `maxBytes` bytes, cut between lines. What was cut ends with `closing`; fences and `<details>` that the cut
 * left open are closed before it, and a table's head doesn't stay without its rule.
 */
export function cut(markdown: string, maxBytes = MAX_MARKDOWN_BYTES, closing = CLOSING): string {
  if (Buffer.byteLength(markdown) <= maxBytes) return markdown
  const lines = markdown.split('\n')
  const open = new OpenBlocks()
  let bytes = 0
  let best = ending(open, closing)
  let kept = 0
  for (const [index, line] of lines.entries()) {
    bytes += Buffer.byteLength(line) + 1
    if (bytes > maxBytes) break
    open.read(line)
    const headAlone = /^\|[ :|-]+\|$/.test(lines[index + 1] ?? '')
    const end = ending(open, closing)
    if (headAlone || bytes + Buffer.byteLength(end) > maxBytes) continue
    kept = index + 1
    best = end
  }
  return lines.slice(0, kept).map(addLineFeed).join('') + best
}

const addLineFeed = (line: string) => `${line}\n`

const ending = (open: OpenBlocks, closing: string) => `${open.closers().map(addLineFeed).join('')}\n${closing}`

/** Which fence and how many `<details>` are open after the lines read so far. */
class OpenBlocks {
  private fence: string | null = null
  private details = 0

  read(line: string): void {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1]
    if (this.fence !== null) {
      if (mark?.startsWith(this.fence) && line.trim() === mark) this.fence = null
    } else if (mark !== undefined) this.fence = mark
    else if (/^<details\b/.test(line)) this.details += 1
    else if (/^<\/details>/.test(line)) this.details = Math.max(0, this.details - 1)
  }

  closers(): string[] {
    const fence = this.fence === null ? [] : [this.fence]
    // A blank line first: HTML blocks end paragraphs and tables only so.
    return [...fence, ...Array.from({ length: this.details }, () => '\n</details>')]
  }
}
