/**
 * Where a list goes on: the place of the last item in the list's order, as text that means nothing to clients. What was
 * added or removed meanwhile neither repeats nor hides another item: where the place of an item is not its own, it is one in
 * the state of the record that the list was begun with.
 */
import { z } from 'zod'
import { Problem } from '../problem.ts'

/** A path of 4,096 characters, as text in JSON and then in base64. */
const LONGEST = 8_000

/** What every list takes. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(30).describe('Items at most.'),
  cursor: z.string().max(LONGEST).optional().describe('`next` of the page before. Absent: the first page.'),
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
    throw noneOfThisList()
  }
}

export const noneOfThisList = () =>
  new Problem(400, 'This cursor is none of this list. Leave it out to begin with the first page.')

/** For a list that may be unable to go on where it was: null. Throws `Problem` 400. */
export function goingOn<Page>(page: Page | null): Page {
  if (page !== null) return page
  throw new Problem(
    400,
    'The record was scanned anew since that list was begun, and is kept no more as it was. Leave the cursor out to begin with the first page.',
  )
}
