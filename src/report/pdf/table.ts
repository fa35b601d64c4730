/** A table over as many pages as it takes: its head stands on each, and a row that fits on a page is not broken. */
import type { Structure } from 'pdfkit'
import { type Cell, type TableBlock, type Tone, textOf } from '../compliance/blocks.ts'
import { type Piece, piecesOf, setPieces } from './linked.ts'
import { INK, LEFT, leadingOf, type Sheet, type Style } from './sheet.ts'

const SIZE = 7.5
const PADDING = 3.5
const HEAD: Style = { size: SIZE, weight: 'bold', color: INK }
const BODY: Style = { size: SIZE, weight: 'regular', color: INK }
const CAPTION: Style = { size: 8, weight: 'bold', color: '#3b424b' }
const SHADE = '#eceff3'
const TONES: Record<Tone, string> = { good: '#17643a', bad: '#9b1c1c', open: '#4a5058' }

/** Columns that hold states are bold: they must not be told by their colour alone. */
const styleOf = (cell: Cell): Style =>
  typeof cell === 'object' && 'tone' in cell ? { size: SIZE, weight: 'bold', color: TONES[cell.tone] } : BODY

interface Column {
  x: number
  width: number
}

/** `breathe`: between two rows, so that others have their turn. */
export async function setTable(sheet: Sheet, block: TableBlock, breathe: () => Promise<void>): Promise<void> {
  const columns = columnsOf(block, sheet.breadth)
  const head = block.columns.map(({ title }, at) => sheet.lines(title, innerWidth(columns[at]), HEAD))
  const headHeight = heightOf(head)
  const before = leadingOf(CAPTION) + headHeight
  const whole =
    block.rows.length > SHORT
      ? Number.POSITIVE_INFINITY
      : block.rows.reduce((sum, row) => sum + rowHeight(sheet, row, columns), before)
  sheet.keep(whole <= sheet.height ? whole : before + 3 * leadingOf(BODY))
  const table = sheet.element('Table')
  setCaption(sheet, table, block.caption)
  setHead(sheet, table, head, columns)
  const onPage = { again: () => setHead(sheet, null, head, columns), headHeight, named: block.named }
  for (const row of block.rows) {
    setRow(sheet, table, row, columns, onPage)
    await breathe()
  }
  table.end()
  sheet.y += 10
}

function columnsOf({ columns }: TableBlock, width: number): Column[] {
  const whole = columns.reduce((sum, { share }) => sum + share, 0)
  let x = LEFT
  return columns.map(({ share }) => {
    const column = { x, width: (width * share) / whole }
    x += column.width
    return column
  })
}

const innerWidth = (column: Column | undefined) => (column?.width ?? 0) - 2 * PADDING

const heightOf = (cells: readonly (readonly unknown[])[]) =>
  Math.max(1, ...cells.map((lines) => lines.length)) * leadingOf(BODY) + 2 * PADDING

/** Rows of a table that stays together where it can. */
const SHORT = 8

const rowHeight = (sheet: Sheet, row: readonly Cell[], columns: readonly Column[]) =>
  heightOf(row.map((cell, at) => linesOf(sheet, cell, innerWidth(columns[at]), styleOf(cell))))

const linesOf = (sheet: Sheet, cell: Cell, width: number, style: Style): readonly (string | Piece[])[] =>
  typeof cell === 'object' && 'lines' in cell
    ? piecesOf(sheet, cell.lines, width, style)
    : sheet.lines(textOf(cell), width, style)

function setCaption(sheet: Sheet, table: Structure, caption: string): void {
  const element = sheet.element('Caption', table)
  for (const line of sheet.lines(caption, sheet.breadth, CAPTION)) {
    element.add(() => sheet.line(line, LEFT, sheet.y, CAPTION))
    sheet.y += leadingOf(CAPTION)
  }
  element.end()
  sheet.y += 2
}

/** `table` null: it was read on an earlier page. */
function setHead(sheet: Sheet, table: Structure | null, head: readonly string[][], columns: readonly Column[]): void {
  const height = heightOf(head)
  sheet.artifact(() => sheet.doc.rect(LEFT, sheet.y, sheet.breadth, height).fill(SHADE))
  const draw = (lines: readonly string[], at: number) => {
    lines.forEach((line, nth) => {
      sheet.line(line, (columns[at]?.x ?? 0) + PADDING, sheet.y + PADDING + nth * leadingOf(HEAD), HEAD)
    })
  }
  if (table) {
    const row = sheet.element('TR', table)
    head.forEach((lines, at) => {
      const cell = sheet.element('TH', row, { scope: 'Column' })
      cell.add(() => draw(lines, at))
    })
    row.end()
  } else sheet.artifact(() => head.forEach(draw))
  sheet.y += height
}

function setRow(
  sheet: Sheet,
  table: Structure,
  row: readonly Cell[],
  columns: readonly Column[],
  onPage: { again: () => void; headHeight: number; named: boolean },
): void {
  const leading = leadingOf(BODY)
  const cells = row.map((cell, at) => {
    const style = styleOf(cell)
    return { style, lines: linesOf(sheet, cell, innerWidth(columns[at]), style) }
  })
  const longest = Math.max(1, ...cells.map(({ lines }) => lines.length))
  const fits = (height: number) => Math.floor((height - 2 * PADDING) / leading)
  const turn = () => {
    sheet.newPage()
    onPage.again()
  }
  if (longest > fits(sheet.room) && longest <= fits(sheet.height - onPage.headHeight)) turn()
  const element = sheet.element('TR', table)
  const parts = cells.map((cell, at) => {
    const x = (columns[at]?.x ?? 0) + PADDING
    return { ...cell, part: sheet.element('TD', element), x }
  })
  for (let from = 0; from < longest; ) {
    if (fits(sheet.room) < 1) turn()
    if (from === 0 && onPage.named) sheet.name(textOf(row[0] ?? ''))
    const count = Math.min(longest - from, fits(sheet.room))
    for (const { part, lines, x, style } of parts) setLines(sheet, part, lines.slice(from, from + count), x, style)
    sheet.y += count * leading + 2 * PADDING
    sheet.rule(sheet.y)
    from += count
  }
  element.end()
}

/** Lines of one cell on one page: together, unless something in them leads on. */
function setLines(sheet: Sheet, part: Structure, lines: readonly (string | Piece[])[], x: number, style: Style): void {
  const topOf = (nth: number) => sheet.y + PADDING + nth * leadingOf(BODY)
  const plain = lines.filter((line) => typeof line === 'string')
  if (plain.length > 0) {
    part.add(() => {
      for (const [nth, line] of plain.entries()) sheet.line(line, x, topOf(nth), style)
    })
  }
  for (const [nth, line] of lines.entries()) {
    if (typeof line !== 'string') setPieces(sheet, part, line, x, topOf(nth), style)
  }
}
