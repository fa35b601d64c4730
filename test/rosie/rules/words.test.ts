import { counted, either, shown } from '../../../src/rosie/rules/words.ts'

describe('A text as a message quotes it', () => {
  it('is one line', () => {
    expect(shown('two\nlines\t and  more')).toBe('two lines and more')
  })

  it('is whole up to its limit, and says where it was cut', () => {
    expect(shown('x'.repeat(60))).toBe('x'.repeat(60))
    expect(shown('x'.repeat(61))).toBe(`${'x'.repeat(59)}…`)
    expect(shown('abcdef', 5)).toBe('abcd…')
  })

  it('says so too where what was cut lay behind white space', () => {
    expect(shown(`a${' '.repeat(1000)}b`)).toBe('a …')
  })
})

it('counts in the singular and the plural', () => {
  expect([0, 1, 2].map((count) => counted(count, 'file'))).toEqual(['0 files', '1 file', '2 files'])
})

it('joins alternatives as a sentence does', () => {
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(either)).toEqual(['', 'a', 'a or b', 'a, b or c'])
})
