/** The report as GitHub Flavored Markdown. Whatever a repository put into it stays text. */
import { row, text } from '../markdown.ts'
import { type Block, type Paper, type TableBlock, textOf } from './blocks.ts'

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
    ...rows.map((cells) =>
      row(
        cells.map((cell) =>
          textOf(cell)
            .split('\n')
            .map((line) => text(line))
            .join('<br>'),
        ),
      ),
    ),
  ]
  return `${text(caption)}:\n\n${lines.join('\n')}`
}
