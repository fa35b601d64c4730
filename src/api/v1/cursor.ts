/**
 * Where a list goes on: the place of the last item in the list's order, as text that means nothing to clients. What was
 * added or removed meanwhile neither repeats nor hides another item.
 */
import { z } from 'zod'
import { Problem } from '../problem.ts'

/** What every list takes. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(30).describe('Items at most.'),
  cursor: z.string().max(1_000).optional().describe('`next` of the page before. Absent: the first page.'),
})

/** What every list answers. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    items: z.array(item),
    next: z.string().nullable().describe('The `cursor` of the next page; null: this is the last.'),
  })

export const encodeCursor = (position: readonly unknown[] | null): string | null =>
  position && Buffer.from(JSON.stringify(position)).toString('base64url')

/** Null: from the beginning. Throws `Problem` 400 for what no list of this order has given. */
export function decodeCursor<Position>(cursor: string | undefined, schema: z.ZodType<Position>): Position | null {
  if (cursor === undefined) return null
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')))
  } catch {
    throw new Problem(400, 'This cursor is none of this list. Leave it out to begin with the first page.')
  }
}
