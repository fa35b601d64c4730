/** Lines of CSV (RFC 4180) that are safe to open in a spreadsheet, whatever a repository or a request put into a cell. */

export type Cell = string | number | boolean | null

/**
 * What a spreadsheet would take for a formula, also behind white space and in full width; an apostrophe makes it text.
 * Numbers of ours are no text: a negative one stays one.
 */
const FORMULA = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/
/**
 * The same within a cell, where one begins for a spreadsheet that separates by semicolons or tabs, as that of many countries
 * does. Our quotes are none there, as they begin behind a comma: a line that ends within them ends there, too.
 */
const FORMULA_WITHIN = /(?<=[;\t\r\n])(?="*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/g

/** One record, with its end of line; null is an empty cell. */
export const csvLine = (cells: readonly Cell[]): string => `${cells.map(written).join(',')}\r\n`

function written(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell !== 'string') return String(cell)
  const text = (FORMULA.test(cell) ? `'${cell}` : cell).replace(FORMULA_WITHIN, "'")
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
