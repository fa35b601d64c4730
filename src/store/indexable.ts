/**
 * PostgreSQL refuses index rows over 2,704 bytes, and an id may be as long as its author likes. What is looked up by is
 * kept whole up to this many UTF-16 units; a longer text by its beginning and a hash of all of it.
 */
import { createHash } from 'node:crypto'
import { storable } from './json.ts'

const WHOLE = 500

export function indexable(text: string): string {
  if (text.length <= WHOLE) return text
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 32)
  return `${storable(text.slice(0, WHOLE - hash.length - 1))}…${hash}`
}
