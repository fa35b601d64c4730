/** From bytes to text. */
import { decode, decodeSource } from '../../src/rosie/parse/bytes.ts'

describe('A record', () => {
  it('is UTF-8 text', () => {
    expect(decode(Buffer.from('é\n'))).toEqual({ text: 'é\n' })
  })

  it.each([
    ['a NUL byte', Buffer.from('a\nb\0\nc\n'), 2, 'contains a NUL byte'],
    ['a NUL byte at its beginning', Buffer.from('\0a'), 1, 'contains a NUL byte'],
    ['a byte of another encoding', Buffer.from('a\n\né', 'latin1'), 3, 'not valid UTF-8'],
  ])('is told at the line of %s', (_, bytes, line, words) => {
    expect(decode(bytes)).toEqual({
      problem: { cause: 'encoding', line, message: expect.stringContaining(words) },
    })
  })
})

describe('A source', () => {
  it('may be in UTF-16, as its first two bytes say', () => {
    expect(decodeSource(Buffer.from('\uFEFF// é', 'utf16le'))).toBe('// é')
  })

  it.each([
    ['UTF-8', Buffer.from('// é'), '// é'],
    ['UTF-8 with a mark', Buffer.from('\uFEFF// é'), '// é'],
    ['Latin-1 that begins with the first of them', Buffer.from('ÿ// a', 'latin1'), '\uFFFD// a'],
    ['Latin-1 that has the second of them', Buffer.from('/þ/ a', 'latin1'), '/\uFFFD/ a'],
  ])('is not in UTF-16 otherwise: %s', (_, bytes, text) => {
    expect(decodeSource(bytes)).toBe(text)
  })
})
