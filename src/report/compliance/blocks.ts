/** What a report for people is made of, whatever it is written as. Texts are raw: each format makes them safe for itself. */

export type Tone = 'good' | 'bad' | 'open'

/** A text; with a tone where it says a state at a glance, never by colour alone. */
export type Cell = string | { text: string; tone: Tone }

export interface TableBlock {
  kind: 'table'
  /** What it shows, for who can't see it. */
  caption: string
  columns: readonly { title: string /** Its part of the width, against the others. */; share: number }[]
  rows: readonly (readonly Cell[])[]
}

export type Block =
  | { kind: 'heading'; level: 1 | 2; text: string }
  | { kind: 'paragraph'; text: string }
  | TableBlock
  /** Lines to write on. */
  | { kind: 'signatures'; roles: readonly string[] }

export interface Paper {
  title: string
  /** At the top of each page. */
  running: string
  /** At the bottom of each page, before its number. */
  footing: string
  /** What it is as of, ISO 8601. */
  asOf: string
  blocks: readonly Block[]
}

export const textOf = (cell: Cell): string => (typeof cell === 'string' ? cell : cell.text)

export const heading = (text: string, level: 1 | 2 = 1): Block => ({ kind: 'heading', level, text })
export const paragraph = (text: string): Block => ({ kind: 'paragraph', text })

export function table(
  caption: string,
  columns: readonly (readonly [string, number])[],
  rows: readonly (readonly Cell[])[],
): TableBlock {
  return { kind: 'table', caption, columns: columns.map(([title, share]) => ({ title, share })), rows }
}
