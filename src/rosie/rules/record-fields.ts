/** Fields of records that people fill in by hand: what is missing, what is outside its set, what is no day. */

import type { Field, Fields } from '../contents.ts'
import { isDay } from '../dates.ts'
import type { Json } from '../model.ts'
import { textOf } from '../parse/document.ts'
import type { Hit } from './rule.ts'
import { listed, shown } from './words.ts'

/** A text, a number, or a list with something in it. */
export const isGiven = (field: Field | undefined): boolean =>
  Array.isArray(field?.value) ? field.value.some(saysSomething) : textOf(field) !== null

/** An item of a list; not an empty text, list or mapping. */
const saysSomething = (item: Json): boolean =>
  typeof item === 'string'
    ? item.trim() !== ''
    : item !== null && (typeof item !== 'object' || Object.keys(item).length > 0)

/** The required fields that are not given, as one hit; nothing when all are. */
export function* missingFields(path: string, fields: Fields, required: readonly string[]): Generator<Hit> {
  const missing = required.filter((name) => !isGiven(fields[name]))
  if (missing.length === 0) return
  const names = missing.map((name) => `\`${name}\``).join(', ')
  // At the key, where it stands and has no value.
  const line = missing.map((name) => fields[name]?.line).find((each) => each !== undefined) ?? 1
  yield { place: { path, line }, message: `The front matter lacks ${names}.`, detail: missing.join(' ') }
}

/** A given value that is none of a field's. */
export function wrongValue(path: string, name: string, field: Field | undefined, right: string): Hit {
  const value = textOf(field)
  const said = value === null ? 'no single value' : `\`${shown(value)}\``
  const place = { path, line: field?.line ?? 1 }
  return { place, message: `\`${name}\` is ${said}. Write ${right}.`, detail: name }
}

/** Of these fields, each that is given and outside its set. */
export function* wrongChoices(
  path: string,
  fields: Fields,
  sets: Readonly<Record<string, readonly string[]>>,
): Generator<Hit> {
  for (const [name, set] of Object.entries(sets)) {
    if (isGiven(fields[name]) && !set.includes(textOf(fields[name]) ?? ''))
      yield wrongValue(path, name, fields[name], listed(set, 'or'))
  }
}

/** Of these fields, each that is given and no day. */
export function* wrongDays(path: string, fields: Fields, names: readonly string[]): Generator<Hit> {
  for (const name of names) {
    if (isGiven(fields[name]) && dayIn(fields, name) === null)
      yield wrongValue(path, name, fields[name], 'a day of the calendar as YYYY-MM-DD')
  }
}

/** `YYYY-MM-DD`; null when absent or no day. */
export function dayIn(fields: Fields, name: string): string | null {
  const text = textOf(fields[name]) ?? ''
  return isDay(text) ? text : null
}
