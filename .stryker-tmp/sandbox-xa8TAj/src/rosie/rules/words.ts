/** How findings word what they quote and count. */
// @ts-nocheck


/** Text of a file as a message quotes it: one line, and no longer than anyone reads. */
export function shown(text: string, most = 60): string {
  const line = text.slice(0, 4 * most).replace(/\s+/g, ' ')
  return line.length > most || text.length > 4 * most ? `${line.slice(0, most - 1)}…` : line
}

/** `1 broken reference`, `2 broken references`. */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

/** `a`, `a or b`, `a, b or c`. */
export const either = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
