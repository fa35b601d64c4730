/**
 * Where a list goes on: the place of the last item in the list's order, as text that means nothing to clients. What was
 * added or removed meanwhile neither repeats nor hides another item: where the place of an item is not its own, it is one in
 * the state of the record that the list was begun with.
 */
import { deflateSync, inflateSync } from 'node:zlib'
import { z } from 'zod'
import { Problem } from '../problem.ts'

/**
 * Of a cursor: Node takes 16 KiB of headers, the address included. The longest place has a path in it, of which PostgreSQL's
 * indexes take 2,704 bytes as compressed. Deflate makes 3,100 of as many control characters at random, each of which JSON writes
 * as six: 4,100 in base64.
 */
const LONGEST = 8_000
/** In bytes of JSON; a longer place is compressed. */
const PLAIN = 1_000
/** In bytes of JSON: more than any index takes. */
const MOST = 2 ** 20
/** What zlib's format begins with, and no JSON. */
const COMPRESSED = 0x78

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
  position && packed(Buffer.from(JSON.stringify(position))).toString('base64url')

/** Null: from the beginning. Throws `Problem` 400 for what no list of this order has given. */
export function decodeCursor<Position>(cursor: string | undefined, schema: z.ZodType<Position>): Position | null {
  if (cursor === undefined) return null
  try {
    return schema.parse(JSON.parse(unpacked(Buffer.from(cursor, 'base64url')).toString('utf8')))
  } catch {
    throw noneOfThisList()
  }
}

const packed = (json: Buffer): Buffer => (json.length > PLAIN ? deflateSync(json) : json)
const unpacked = (bytes: Buffer): Buffer =>
  bytes[0] === COMPRESSED ? inflateSync(bytes, { maxOutputLength: MOST }) : bytes

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
