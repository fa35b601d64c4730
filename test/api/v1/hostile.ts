/** What nobody sends who means well: places in lists and moments that are none, or that no database takes. */
import { encodeCursor } from '../../../src/api/v1/cursor.ts'
import { markAt } from '../../../src/api/v1/cursor-marks.ts'
import type { Described } from './contract.ts'

const AT = '2026-01-01T00:00:00.000Z'
const SHA = 'a'.repeat(40)

/** Places as lists have them. */
export const places = ({ scanId }: { scanId: string }): unknown[][] => [
  ...[['1'], ['text'], [AT, scanId], [AT, '1'], [AT, 'text'], ['text', scanId], ['text', '1'], ['text', 'text', '1']],
  ...[
    [scanId, '1'],
    [SHA, '1'],
    ['text', 'source', SHA, '1'],
  ],
]

/** Too large for PostgreSQL's `bigint`; in no text; of no year; of more digits than it reads; none at all. */
const NONE_OF_ANY = [
  ...['9999999999999999999', 'text\0', '0000-01-01T00:00:00.000Z', `2026-01-01T00:00:00.${'1'.repeat(300)}Z`],
  ...[1e300, null],
]

/** The same place with each of those in each position. */
export const spoiled = (place: readonly unknown[]): unknown[][] =>
  place.flatMap((_, at) => NONE_OF_ANY.map((none) => place.with(at, none)))

/** As the list at that address would give it. */
export const cursorTo = (place: readonly unknown[], address: string) => ({
  query: { cursor: markAt(address) + String(encodeCursor(place)) },
})

/** Of a year that has not four digits in UTC, or that there never was. */
export const NO_MOMENTS = [
  ...['0000-01-01T00:00:00Z', '0000-12-31T00:00:00Z', '0001-01-01T00:00:00+23:59', '9999-12-31T23:59:59-23:59'],
  ...['+010000-01-01T00:00:00Z', '2026-02-30T00:00:00Z', '0000-01-01'],
]

interface Schema {
  type?: string
  format?: string
  description?: string
  items?: Schema
}

const isMoment = (schema: Schema) => schema.format === 'date-time' || /moment/.test(schema.description ?? '')
const isWhole = ({ type, items }: Schema): boolean => type === 'integer' || items?.type === 'integer'

/** Where an operation takes a moment; where its body takes GitHub's ids. */
export function takenBy({ parameters = [], requestBody }: Described) {
  const body: Record<string, Schema> = requestBody?.content['application/json']?.schema.properties ?? {}
  const queried = parameters.filter((each) => each.in === 'query')
  const names = (fits: (schema: Schema) => boolean) =>
    Object.keys(body).filter((name) => body[name] !== undefined && fits(body[name]))
  return {
    queriedMoments: queried
      .filter(({ schema, description }) => isMoment({ ...schema, ...(description && { description }) }))
      .map(({ name }) => name),
    moments: names(isMoment),
    ids: names(isWhole),
    texts: names(({ type }) => type === 'string'),
  }
}
