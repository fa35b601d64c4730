/** What a report for people is made of, whatever it is written as. Texts are raw: each format makes them safe for itself. */

export type Tone = 'good' | 'bad' | 'open'

/** The row of this name in a table of this paper, or an address. */
export type Target = { row: string } | { url: string }

/** A text that leads somewhere. */
export interface Linked {
  text: string
  /** Null: it is an address on a server that isn't known. */
  to: Target | null
}

/** What stands on one line, with spaces between. */
export type Line = readonly (string | Linked)[]

/** A text; with a tone where it says a state at a glance, never by colour alone; as lines where something in it leads on. */
export type Cell = string | { text: string; tone: Tone } | { lines: readonly Line[] }

export interface TableBlock {
  kind: 'table'
  /** What its first cell says is the name of each row. */
  named: boolean
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

export function textOf(cell: Cell): string {
  if (typeof cell === 'string') return cell
  if ('text' in cell) return cell.text
  return cell.lines
    .map((line) => line.map((part) => (typeof part === 'string' ? part : part.text)).join(' '))
    .join('\n')
}

/** All that a paper says, as it was given. */
export function* textsOf({ title, blocks }: Pick<Paper, 'title' | 'blocks'>): Generator<string> {
  yield title
  for (const block of blocks) {
    if (block.kind !== 'table') {
      yield* block.kind === 'signatures' ? block.roles : [block.text]
      continue
    }
    yield block.caption
    for (const row of block.rows) yield* row.map(textOf)
  }
}

export const heading = (text: string, level: 1 | 2 = 1): Block => ({ kind: 'heading', level, text })
export const paragraph = (text: string): Block => ({ kind: 'paragraph', text })

export function table(
  caption: string,
  columns: readonly (readonly [string, number])[],
  rows: readonly (readonly Cell[])[],
  named = false,
): TableBlock {
  return { kind: 'table', named, caption, columns: columns.map(([title, share]) => ({ title, share })), rows }
}
