/** What is wrong with a setting, in words: from a schema's issue to a sentence with what would be right. */
import type { z } from 'zod'
import { closest } from '../ids.ts'
import type { Json } from '../model.ts'

export type Issue = z.core.$ZodIssue
export type Path = readonly (string | number)[]

/** Each member of what is not an element of a list or a key is a step; symbols don't come from YAML. */
export const pathOf = (issue: Pick<Issue, 'path'>): Path =>
  issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))

/** Whatever stands at the path; undefined where nothing does. */
export function valueAt(values: Json | undefined, path: Path): Json | undefined {
  let value = values
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as { [key: string]: Json })[step]
  }
  return value
}

const MAX_QUOTED = 80

/** Repository text, short enough to be read. */
export function quoted(value: Json | undefined): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return `\`${text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text}\``
}

/** `limits.file_bytes`; an element of a list by its number from 1: `reason` in entry 2 of `ignore`. */
export function named(path: Path): string {
  const number = path.findIndex((step) => typeof step === 'number')
  if (number < 0) return quoted(path.join('.'))
  const inside = path.slice(number + 1)
  const entry = `entry ${Number(path[number]) + 1} of ${quoted(path.slice(0, number).join('.'))}`
  return inside.length === 0 ? entry : `${named(inside)} in ${entry}`
}

const KINDS: Record<string, string> = {
  string: 'text',
  int: 'a whole number',
  number: 'a whole number',
  boolean: '`true` or `false`',
  array: 'a list',
  object: 'a mapping of keys to values',
  record: 'a mapping of keys to values',
}

/** The sentence for one issue. `known`: the keys that may stand where an unknown one does. */
export function explain(issue: Issue, values: Json, known: readonly string[] = []): string {
  const path = pathOf(issue)
  const value = valueAt(values, path)
  const name = capital(named(path))
  switch (issue.code) {
    case 'unrecognized_keys': {
      const [key = ''] = issue.keys
      const near = closest(key, known)
      return `${capital(named([...path, key]))} is no setting.${near ? ` Did you mean ${quoted(near)}?` : ` There are ${either(known, 'and')}.`}`
    }
    case 'invalid_value': {
      const allowed = issue.values.map(String)
      const near = typeof value === 'string' ? closest(value, allowed) : null
      return `${name} is ${quoted(value)}; it takes ${either(allowed, 'or')}.${near ? ` Did you mean ${quoted(near)}?` : ''}`
    }
    case 'invalid_type':
      if (value === undefined) return `${name} is missing.`
      return `${name} is ${quoted(value)}; it takes ${KINDS[issue.expected] ?? issue.expected}.`
    case 'too_small':
    case 'too_big':
      return `${name} ${sizeFault(issue, value)}.`
    case 'invalid_key':
      return `${name} ${issue.issues[0]?.message ?? 'is no key that is known'}.`
    case 'custom':
      return `${name} ${issue.message}.`
    default:
      return value === undefined ? `${name} ${issue.message}.` : `${name}, ${quoted(value)}, ${issue.message}.`
  }
}

function sizeFault(issue: Extract<Issue, { code: 'too_small' | 'too_big' }>, value: Json | undefined): string {
  const bound = issue.code === 'too_small' ? issue.minimum : issue.maximum
  const side = issue.code === 'too_small' ? 'at least' : 'at most'
  if (typeof value === 'number') return `is ${value}; it takes ${side} ${bound}`
  const unit = Array.isArray(value) ? 'entries' : 'characters'
  return (Array.isArray(value) && value.length === 0) || (typeof value === 'string' && !value.trim())
    ? 'is empty'
    : `has more than ${bound} ${unit}`
}

function either(words: readonly string[], joint: 'and' | 'or'): string {
  const all = words.map((word) => quoted(word))
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} ${joint} ${all.at(-1)}`
}

const capital = (words: string) => words.charAt(0).toUpperCase() + words.slice(1)
