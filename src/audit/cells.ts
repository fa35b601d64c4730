/** Events as rows of a table, for people to read and sort. What is proven is proven of JSON Lines. */
import { canonical } from './canonical.ts'
import type { LinkedEvent } from './event.ts'

const COLUMNS = [
  ...['position', 'id', 'at', 'actor', 'action', 'resource', 'previous', 'next', 'reason', 'address'],
  ...['requestId', 'installationId', 'repositoryId', 'transaction', 'hash'],
] as (keyof LinkedEvent)[]

export const HEADER: readonly string[] = COLUMNS

/** JSON where an event has JSON. */
export const cellsOf = (event: LinkedEvent): (string | number | null)[] =>
  COLUMNS.map((column) => {
    const value = event[column]
    if ((column === 'previous' || column === 'next') && value !== null) return canonical(value)
    return value as string | number | null
  })
