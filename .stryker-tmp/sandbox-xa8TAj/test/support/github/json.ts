/** JSON as GitHub speaks it, and the one thing we do to it: lay our facts over a real example. */
// @ts-nocheck


export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `base` with `facts` laid over it: objects are merged, everything else (lists too) is replaced. */
export function merge(base: JsonObject, facts: JsonObject): JsonObject {
  const merged = { ...base }
  for (const [key, fact] of Object.entries(facts)) {
    const known = merged[key]
    merged[key] = isObject(known) && isObject(fact) ? merge(known, fact) : fact
  }
  return merged
}

/** GitHub writes moments to the second. */
export const moment = (date = new Date()) => date.toISOString().replace(/\.\d+Z$/, 'Z')
