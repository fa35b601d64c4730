/**
 * What PostgreSQL can't store in text or jsonb, replaced in one place: U+0000 and surrogates without their other half
 * become U+FFFD. Repositories and webhooks may hold either.
 */
// @ts-nocheck


/** JSON text that PostgreSQL takes as json and jsonb. */
export function toJson(value: unknown): string {
  const json = JSON.stringify(value)
  // JSON.stringify escapes exactly U+0000 and lone surrogates this way; `\\` is met first where a backslash is meant.
  return json.includes('\\u') ? json.replace(/\\(?:u0000|ud[89a-f][0-9a-f]{2}|.)/g, replaceUnstorable) : json
}

function replaceUnstorable(sequence: string): string {
  return sequence.length === 6 ? '\uFFFD' : sequence
}

/** Text that PostgreSQL takes. */
export function storable(text: string): string {
  return text.replace(/[\0\p{Surrogate}]/gu, '\uFFFD')
}
