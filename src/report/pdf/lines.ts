/** Text broken into lines of a width: between words, and within those that are wider than a line by themselves. */

export type Measure = (text: string) => number

export function linesOf(text: string, width: number, measure: Measure): string[] {
  return text.split('\n').flatMap((paragraph) => wrapped(paragraph, width, measure))
}

function wrapped(paragraph: string, width: number, measure: Measure): string[] {
  const space = measure(' ')
  const lines: string[] = []
  let line = ''
  let taken = 0
  for (const word of paragraph.split(/ +/)) {
    const wide = measure(word)
    if (line !== '' && taken + space + wide <= width) {
      line += ` ${word}`
      taken += space + wide
      continue
    }
    if (line !== '') lines.push(line)
    const pieces = wide <= width ? [word] : broken(word, width, measure)
    lines.push(...pieces.slice(0, -1))
    line = pieces.at(-1) ?? ''
    taken = measure(line)
  }
  return [...lines, line]
}

/**
 * Parts, each with its text, with a space between: broken between words, and within wide ones. What is of one part stays
 * together on a line.
 */
export function linesOfParts<Part extends { text: string }>(
  parts: readonly Part[],
  width: number,
  measure: Measure,
): Part[][] {
  const space = measure(' ')
  const lines: Part[][] = []
  let line: Part[] = []
  let taken = 0
  for (const part of parts) {
    for (const [nth, text] of piecesOf(part.text, width, measure).entries()) {
      const wide = measure(text)
      if (line.length > 0 && taken + space + wide > width) {
        lines.push(line)
        line = []
      }
      taken = line.length > 0 ? taken + space + wide : wide
      const before = nth > 0 ? line.pop() : undefined
      line.push({ ...part, text: before ? `${before.text} ${text}` : text })
    }
  }
  return [...lines, line]
}

const piecesOf = (text: string, width: number, measure: Measure): string[] =>
  text.split(/ +/).flatMap((word) => (measure(word) <= width ? [word] : broken(word, width, measure)))

/** Where a path, an id or a code point may end a line. */
const SEPARATOR = /[/\-_.:,;=#&?}]/

/** After a separator where one lies in the second half of the line, else between any two characters. */
function broken(word: string, width: number, measure: Measure): string[] {
  const characters = Array.from(word)
  const pieces: string[] = []
  for (let from = 0; from < characters.length; ) {
    let to = from
    for (let taken = 0; to < characters.length; to++) {
      taken += measure(characters[to] ?? '')
      if (taken > width && to > from) break
    }
    const end = to < characters.length ? (lastSeparator(characters, from, to) ?? to) : to
    pieces.push(characters.slice(from, end).join(''))
    from = end
  }
  return pieces
}

function lastSeparator(characters: readonly string[], from: number, to: number): number | null {
  for (let at = to - 1; at > from + (to - from) / 2; at--) if (SEPARATOR.test(characters[at] ?? '')) return at + 1
  return null
}
