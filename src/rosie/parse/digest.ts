/** What a text says, as one word: so that a change of content is told from a change of layout. */
import { createHash } from 'node:crypto'
import type { Json } from '../model.ts'

/** White space and line ends say nothing in Markdown or YAML text. */
export const squeezed = (text: string): string => text.trim().replace(/[^\S ]\s*| \s+/g, ' ') // single blanks stay

/** SHA-256, 64 hex digits, over these values in this order; the white space of their texts aside. */
export const digestOf = (...parts: Json[]): string =>
  createHash('sha256')
    .update(JSON.stringify(parts.map(withoutLayout)))
    .digest('hex')

function withoutLayout(value: Json): Json {
  if (typeof value === 'string') return squeezed(value)
  if (Array.isArray(value)) return value.map(withoutLayout)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutLayout(member)]))
}
