import { bounded, counted, listed, shown } from '../../../src/rosie/rules/words.ts'

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
    expect(shown(`a${' '.repeat(239)}b`)).toBe('a …')
    expect(shown(`a${' '.repeat(238)}b`)).toBe('a b')
  })
})

it('counts in the singular and the plural', () => {
  expect([0, 1, 2].map((count) => counted(count, 'file'))).toEqual(['0 files', '1 file', '2 files'])
})

it('joins a list as a sentence does', () => {
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map((words) => listed(words, 'or'))).toEqual([
    '',
    'a',
    'a or b',
    'a, b or c',
  ])
  expect(listed(['a', 'b', 'c'], 'and')).toBe('a, b and c')
})

describe('A message', () => {
  it('is left as it is where somebody wrote it', () => {
    const message = `${'word '.repeat(700)}and \`${'x'.repeat(197)}\`.`
    expect(bounded(message)).toBe(message)
  })

  it('keeps its sentence around an id that nobody reads', () => {
    const short = bounded(`SPEC-1 names \`${'A'.repeat(100_000)}\`, which is no id.`)
    expect(short).toMatch(/^SPEC-1 names `A{99}…A{97}`, which is no id\.$/)
  })

  it('is no longer than anyone reads, however many words it has', () => {
    expect(bounded('ab '.repeat(100_000))).toHaveLength(4_000)
  })
})
