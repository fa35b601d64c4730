// @ts-nocheck
import { storable, toJson } from '../../src/store/json.ts'

describe('what PostgreSQL cannot store', () => {
  it.each([
    ['U+0000', 'a\0b', 'a\uFFFDb'],
    ['a high surrogate alone', 'a\uD83Db', 'a\uFFFDb'],
    ['a low surrogate alone', 'a\uDE00b', 'a\uFFFDb'],
    ['a whole pair, left alone', 'a😀b', 'a😀b'],
    ['a backslash and u0000 as text, left alone', 'a\\u0000b', 'a\\u0000b'],
    ['a backslash before U+0000', 'a\\\0b', 'a\\\uFFFDb'],
    ['other control characters, left alone', '\u0001\u001f\n\u2028"', '\u0001\u001f\n\u2028"'],
  ])('%s', (_case, text, expected) => {
    expect(storable(text)).toBe(expected)
    expect(JSON.parse(toJson({ [text]: [text] }))).toEqual({ [expected]: [expected] })
  })
})
