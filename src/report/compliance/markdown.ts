/** The report as GitHub Flavored Markdown. Whatever a repository put into it stays text. */
import { code, row, text } from '../markdown.ts'
import { type Block, type Cell, type Line, type Paper, type TableBlock, textOf } from './blocks.ts'

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
