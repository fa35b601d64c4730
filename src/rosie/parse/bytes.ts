/** From bytes to text, as strictly as a record deserves. */
import type { Problem } from '../contents.ts'

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const lenient = new TextDecoder('utf-8') // takes a byte order mark away, which no editor counts as a column
const utf16 = new TextDecoder('utf-16le')

/** The text of a record's file, or the reason why it can't be read. */
export function decode(bytes: Uint8Array): { text: string } | { problem: Problem } {
  try {
    const text = strict.decode(bytes)
    const nul = text.indexOf('\0')
    if (nul < 0) return { text }
    const line = text.slice(0, nul).split('\n').length
    return {
      problem: {
        cause: 'encoding',
        line,
        message: 'The file contains a NUL byte, so it is not text. Save it as UTF-8 text.',
      },
    }
  } catch {
    return {
      problem: {
        cause: 'encoding',
        line: 1 + validLines(bytes),
        message: 'The file is not valid UTF-8. Save it as UTF-8 text.',
      },
    }
  }
}

/**
 * The text of a source file in whatever encoding: tags are ASCII, so what can't be decoded does not hide them. In UTF-16,
 * as database tools of Windows save their scripts, zeros would stand between their letters.
 */
export const decodeSource = (bytes: Uint8Array): string =>
  (bytes[0] === 0xff && bytes[1] === 0xfe ? utf16 : lenient).decode(bytes)

/** How many lines end before the first byte that is not UTF-8. */
function validLines(bytes: Uint8Array): number {
  const upTo = lenient.decode(bytes).indexOf('\uFFFD')
  return lenient.decode(bytes).slice(0, Math.max(0, upTo)).split('\n').length - 1
}
