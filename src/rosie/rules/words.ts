/** How findings word what they quote and count. */

/** Text of a file as a message quotes it: one line, and no longer than anyone reads. */
export function shown(text: string, most = 60): string {
  const line = text.slice(0, 4 * most).replace(/\s+/g, ' ')
  return line.length > most || text.length > 4 * most ? `${line.slice(0, most - 1)}…` : line
}

/** Longer words are no one's names; longer messages are read by nobody. */
const LONGEST_WORD = 200
const LONGEST_MESSAGE = 4_000

/** A message that stays a message, whatever it quotes: an id may be a megabyte long. What it ends with is kept. */
export function bounded(message: string): string {
  if (message.length <= LONGEST_WORD) return message
  const words = message.split(' ').map((word) => middleLeftOut(word, LONGEST_WORD))
  return middleLeftOut(words.join(' '), LONGEST_MESSAGE)
}

const middleLeftOut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most / 2)}…${text.slice(1 - most / 2)}`

/** `1 broken reference`, `2 broken references`. */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

/** `a`, `a or b`, `a, b or c`. */
export const listed = (words: readonly string[], word: 'and' | 'or'): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${word} ${words.at(-1)}`
