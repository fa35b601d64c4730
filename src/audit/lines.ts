import { isUtf8 } from 'node:buffer'

const LINE_FEED = 10
const CARRIAGE_RETURN = 13

/**
 * The lines of a file as it comes. Only a line feed ends one, or CR LF, which programs on Windows make of it: an event is
 * what stands before. What JSON may hold unescaped (U+2028) ends none. A line that is no UTF-8 is answered as an empty one,
 * which is no event either.
 */
export async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of bytes) {
    rest = Buffer.concat([rest, chunk])
    let begin = 0
    for (let end = rest.indexOf(LINE_FEED); end >= 0; end = rest.indexOf(LINE_FEED, begin)) {
      yield textOf(rest.subarray(begin, rest[end - 1] === CARRIAGE_RETURN ? end - 1 : end))
      begin = end + 1
    }
    rest = rest.subarray(begin)
  }
  if (rest.length > 0) yield textOf(rest)
}

const textOf = (bytes: Buffer): string => (isUtf8(bytes) ? bytes.toString('utf8') : '')
