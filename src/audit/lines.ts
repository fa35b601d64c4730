import { isUtf8 } from 'node:buffer'

const LINE_FEED = 10

/**
 * The lines of a file as it comes. Only a line feed ends one: what JSON may hold unescaped (U+2028) does not. A line that is
 * no UTF-8 is answered as an empty one, which is no event either.
 */
export async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of bytes) {
    rest = Buffer.concat([rest, chunk])
    let begin = 0
    for (let end = rest.indexOf(LINE_FEED); end >= 0; end = rest.indexOf(LINE_FEED, begin)) {
      yield textOf(rest.subarray(begin, end))
      begin = end + 1
    }
    rest = rest.subarray(begin)
  }
  if (rest.length > 0) yield textOf(rest)
}

const textOf = (bytes: Buffer): string => (isUtf8(bytes) ? bytes.toString('utf8') : '')
