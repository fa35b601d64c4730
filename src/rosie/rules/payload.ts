/** Values of a signed payload, which may be of any type. */
import type { Json } from '../model.ts'

export const isText = (value: Json | undefined): value is string => typeof value === 'string' && value.trim() !== ''
export const listOf = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : [])
export const objectIn = (value: Json | undefined): { [member: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}

/** The texts that an entry of a list gives: itself, or these of its members, in this order. */
export function textsIn(entry: Json, members: readonly string[]): string[] {
  if (typeof entry === 'string') return isText(entry) ? [entry.trim()] : []
  const object = objectIn(entry)
  return members.flatMap((name) => {
    const value = Object.hasOwn(object, name) ? object[name] : undefined
    return isText(value) ? [value.trim()] : []
  })
}
