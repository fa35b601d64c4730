/** Part of a list, in an order in which no two rows are alike. `next`: where the next part begins; null: this is the last. */
export interface Page<Row, Position> {
  items: Row[]
  next: Position | null
}

/** From one row more than was asked for, which says whether there are more. */
export function pageOf<Row, Position>(
  rows: readonly Row[],
  limit: number,
  positionOf: (row: Row) => Position,
): Page<Row, Position> {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, next: rows.length > limit && last ? positionOf(last) : null }
}
