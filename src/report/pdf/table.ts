/** A table over as many pages as it takes: its head stands on each, and a row that fits on a page is not broken. */
import type { Structure } from 'pdfkit'
import { type Cell, type TableBlock, type Tone, textOf } from '../compliance/blocks.ts'
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
  typeof cell === 'string' ? BODY : { size: SIZE, weight: 'bold', color: TONES[cell.tone] }

interface Column {
  x: number
  width: number
}

/** `breathe`: between two rows, so that others have their turn. */
export async function setTable(sheet: Sheet, block: TableBlock, breathe: () => Promise<void>): Promise<void> {
  const columns = columnsOf(block, sheet.width)
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
  for (const row of block.rows) {
    setRow(sheet, table, row, columns, () => setHead(sheet, null, head, columns), headHeight)
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

const heightOf = (cells: readonly (readonly string[])[]) =>
  Math.max(1, ...cells.map((lines) => lines.length)) * leadingOf(BODY) + 2 * PADDING

/** Rows of a table that stays together where it can. */
const SHORT = 8

const rowHeight = (sheet: Sheet, row: readonly Cell[], columns: readonly Column[]) =>
  heightOf(row.map((cell, at) => sheet.lines(textOf(cell), innerWidth(columns[at]), styleOf(cell))))

function setCaption(sheet: Sheet, table: Structure, caption: string): void {
  const element = sheet.element('Caption', table)
  for (const line of sheet.lines(caption, sheet.width, CAPTION)) {
    element.add(() => sheet.line(line, LEFT, sheet.y, CAPTION))
    sheet.y += leadingOf(CAPTION)
  }
  element.end()
  sheet.y += 2
}

/** `table` null: it was read on an earlier page. */
function setHead(sheet: Sheet, table: Structure | null, head: readonly string[][], columns: readonly Column[]): void {
  const height = heightOf(head)
  sheet.artifact(() => sheet.doc.rect(LEFT, sheet.y, sheet.width, height).fill(SHADE))
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
  again: () => void,
  headHeight: number,
): void {
  const leading = leadingOf(BODY)
  const cells = row.map((cell, at) => {
    const style = styleOf(cell)
    return { style, lines: sheet.lines(textOf(cell), innerWidth(columns[at]), style) }
  })
  const longest = Math.max(1, ...cells.map(({ lines }) => lines.length))
  const fits = (height: number) => Math.floor((height - 2 * PADDING) / leading)
  const turn = () => {
    sheet.newPage()
    again()
  }
  if (longest > fits(sheet.room) && longest <= fits(sheet.height - headHeight)) turn()
  const element = sheet.element('TR', table)
  const parts = cells.map(() => sheet.element('TD', element))
  for (let from = 0; from < longest; ) {
    if (fits(sheet.room) < 1) turn()
    const count = Math.min(longest - from, fits(sheet.room))
    cells.forEach(({ style, lines }, at) => {
      const shown = lines.slice(from, from + count)
      if (shown.length === 0) return
      parts[at]?.add(() => {
        shown.forEach((line, nth) => {
          sheet.line(line, (columns[at]?.x ?? 0) + PADDING, sheet.y + PADDING + nth * leading, style)
        })
      })
    })
    sheet.y += count * leading + 2 * PADDING
    sheet.rule(sheet.y)
    from += count
  }
  element.end()
}
