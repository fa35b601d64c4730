/** Lines of a cell with pieces that lead somewhere. */
import type { Structure } from 'pdfkit'
import type { Line, Linked, Target } from '../compliance/blocks.ts'
import { linesOfParts } from './lines.ts'
import type { Sheet, Style } from './sheet.ts'

export interface Piece {
  text: string
  /** Null: nowhere. */
  to: Target | null
}

export function piecesOf(sheet: Sheet, lines: readonly Line[], width: number, style: Style): Piece[][] {
  const pieceOf = (part: string | Linked): Piece =>
    typeof part === 'string'
      ? { text: sheet.settable(part, style), to: null }
      : { text: sheet.settable(part.text, style), to: part.to }
  return lines.flatMap((line) => linesOfParts(line.map(pieceOf), width, (text) => sheet.width(text, style)))
}

/** One line; `y` is its top. Each piece has the space that follows it, for whoever takes the text out. */
export function setPieces(
  sheet: Sheet,
  parent: Structure,
  pieces: readonly Piece[],
  x: number,
  y: number,
  style: Style,
): void {
  let at = x
  pieces.forEach(({ text, to }, nth) => {
    const [left, shown] = [at, nth < pieces.length - 1 ? `${text} ` : text]
    if (to) sheet.link(shown, to, parent, left, y, style)
    else parent.add(() => sheet.line(shown, left, y, style))
    at += sheet.width(shown, style)
  })
}
