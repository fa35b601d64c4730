/** The report as GitHub Flavored Markdown. Whatever a repository put into it stays text. */
import { code, text as defused, row } from '../markdown.ts'
import { oneLine } from '../plain.ts'
import { type Block, type Cell, type Line, type Paper, type TableBlock, textOf } from './blocks.ts'

/**
 * What people copy out of a report and look for: a commit or SHA-256 in hex, a UUID (with what it is of, as in `scan/…`), a
 * time of RFC 3339, an action of the audit trail with a mark of Markdown in it. Not within a path or a longer word.
 */
const EXACT = new RegExp(
  [
    /[0-9a-f]{40}(?:[0-9a-f]{24})?/,
    /(?:[a-z]+(?:-[a-z]+)*\/)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/,
    /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/,
    /(?=[a-z.]*_)[a-z_]+\.[a-z_]+/,
  ]
    .map(({ source }) => `(?<![\\w/.-])(?:${source})(?![\\w/-]|\\.\\w)`)
    .join('|'),
  'g',
)

/** Running text. What is of an exact form stands in a code span, as it is: GitHub makes nothing else of that. */
function text(content: string): string {
  const plain = oneLine(content)
  let written = ''
  let end = 0
  for (const { 0: exact, index } of plain.matchAll(EXACT)) {
    written += between(plain.slice(end, index)) + code(exact)
    end = index + exact.length
  }
  return written + between(plain.slice(end))
}

/** Defused, with the space that it begins or ends with. */
const between = (part: string): string =>
  part.replace(/^( ?)(.*?)( ?)$/, (_, before, inner, after) => before + defused(inner) + after)

export function paperMarkdown({ title, footing, blocks }: Paper): string {
  return `${[`# ${text(title)}`, ...blocks.map(written), text(footing)].join('\n\n')}\n`
}

function written(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `${block.level === 1 ? '##' : '###'} ${text(block.text)}`
    case 'paragraph':
      return text(block.text)
    case 'table':
      return tableOf(block)
    case 'signatures':
      return [row(['Role', 'Name', 'Date', 'Signature']), row(['---', '---', '---', '---'])]
        .concat(block.roles.map((role) => row([text(role), '', '', ''])))
        .join('\n')
  }
}

function tableOf({ caption, columns, rows }: TableBlock): string {
  const lines = [
    row(columns.map(({ title }) => text(title))),
    row(columns.map(() => '---')),
    ...rows.map((cells) => row(cells.map((cell) => linesOf(cell).map(lineOf).join('<br>')))),
  ]
  return `${text(caption)}:\n\n${lines.join('\n')}`
}

const linesOf = (cell: Cell): readonly Line[] =>
  typeof cell === 'object' && 'lines' in cell
    ? cell.lines
    : textOf(cell)
        .split('\n')
        .map((line) => [line])

/** GitHub shows no names of rows, so that nothing leads to them. Addresses are encoded, and have no angle brackets. */
const lineOf = (line: Line): string =>
  line
    .map((part) => {
      if (typeof part === 'string') return text(part)
      if (part.to === null) return code(part.text)
      return 'url' in part.to ? `[${code(part.text)}](<${part.to.url}>)` : text(part.text)
    })
    .join(' ')
