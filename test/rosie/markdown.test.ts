/** Lines of Markdown: what is a heading, and what only looks like one. */
import { namedValue, readMarkdown, unmarked } from '../../src/rosie/parse/markdown.ts'
import { lines } from '../support/record.ts'

const headings = (text: string) =>
  readMarkdown(text).lines.flatMap(({ line, heading }) => (heading ? [[line, heading.level, heading.text]] : []))

describe('Headings', () => {
  it('have a level, a text and a line', () => {
    const text = lines('# One', '', '###### Six', ' ## Closed ##', '## C#', '#', '## Tab\t#', '## ##', '# \u00a0##')
    expect(headings(text)).toEqual([
      [1, 1, 'One'],
      [3, 6, 'Six'],
      [4, 2, 'Closed'],
      [5, 2, 'C#'],
      [6, 1, ''],
      [7, 2, 'Tab'],
      [8, 2, ''],
      [9, 1, ''],
    ])
  })

  it('are told from text that begins alike', () => {
    expect(headings(lines('#5 is fixed', '####### Seven', '    # indented code'))).toEqual([])
  })

  it('are read with CRLF and a byte order mark', () => {
    expect(headings('\uFEFF# One\r\n\r\n## Two\r\n')).toEqual([
      [1, 1, 'One'],
      [3, 2, 'Two'],
    ])
  })

  it('are no headings in code blocks', () => {
    const text = lines('```md', '# no', '~~~', '# no', '``` x', '# no', '````', '# Yes', '~~~', '# no', '~~~', '## Yes')
    expect(headings(text)).toEqual([
      [8, 1, 'Yes'],
      [12, 2, 'Yes'],
    ])
  })

  it('are no headings in code blocks whose fences are indented by three blanks, or by more, which closes none', () => {
    expect(headings(lines('   ```', '# no', '   ```', '# Yes'))).toEqual([[4, 1, 'Yes']])
    expect(headings(lines('```', '    ```', '# no', '```', '# Yes'))).toEqual([[5, 1, 'Yes']])
  })

  it('are headings after code within a line', () => {
    expect(headings(lines('```inline``` code', '# Yes'))).toEqual([[2, 1, 'Yes']])
  })

  it('are no headings in comments', () => {
    expect(headings(lines('<!-- one --># Yes', '<!--', '# no', '``` no code', '--># Rest', '# Too'))).toEqual([
      [1, 1, 'Yes'],
      [5, 1, 'Rest'],
      [6, 1, 'Too'],
    ])
  })
})

it('gives the lines with text, and whether a gap is before them', () => {
  const { lines: read } = readMarkdown('a  \n \n  <!-- note -->  \nb\n```\ncode\n```\n')
  expect(read.map(({ line, text, gap, code }) => [line, text, gap, code])).toEqual([
    [1, 'a', false, false],
    [4, 'b', true, false],
    [5, '```', false, true],
    [6, 'code', false, true],
    [7, '```', false, true],
  ])
})

describe('What is never closed', () => {
  it('is told with the line where it begins', () => {
    expect(readMarkdown('# a\n```\n# b\n').unclosed).toMatchObject({ line: 2, message: /code block/ })
    expect(readMarkdown('# a\n\n<!-- b\n# c\n').unclosed).toMatchObject({ line: 3, message: /comment/ })
    expect(readMarkdown('# a\n\n<!-- b\n# c\n').lines).toMatchObject([{ line: 1, text: '# a' }])
    expect(readMarkdown('# a\n```\n```\n<!-- -->').unclosed).toBeNull()
  })
})

describe('A named value', () => {
  it.each([
    ['- Date: 2026-01-20', 'date', '2026-01-20'],
    ['* **Risk Level**: HIGH', 'risk level', 'HIGH'],
    ['+ **Risk Level:** HIGH', 'risk level', 'HIGH'],
    ['__Status:__ open', 'status', 'open'],
    ['Risk_Level: HIGH', 'risk level', 'HIGH'],
    ['Impact: a: b', 'impact', 'a: b'],
    ['- Impact:', 'impact', ''],
    ['- **Note**: **all** of it', 'note', '**all** of it'],
    ['**Note** :**all** of it', 'note', '**all** of it'],
    ['Note:*all* of it', 'note', '*all* of it'],
    [`-${' '.repeat(48)}Note: x`, 'note', 'x'],
    ['X: y', 'x', 'y'],
  ])('is read from %j', (text, name, value) => {
    expect(namedValue(text)).toMatchObject({ name, value })
  })

  it.each(['no colon', ': x', '- 10:30 o’clock', `${'long '.repeat(12)}: x`, 'a/b: x'])('is none in %j', (text) => {
    expect(namedValue(text)).toBeNull()
  })

  it('says how it is written', () => {
    expect(namedValue('  - **Date**: x')).toMatchObject({ indent: 2, item: true, strong: true })
    expect(namedValue('**Date**: x')).toMatchObject({ indent: 0, item: false, strong: true })
    expect(namedValue('Date: x')).toMatchObject({ indent: 0, item: false, strong: false })
  })
})

it('takes marks of emphasis and code away', () => {
  expect([' **HIGH** ', '`x`', '_a_b_', '***', '** b **'].map(unmarked)).toEqual(['HIGH', 'x', 'a_b', '', 'b'])
})

it('reads a megabyte of anything without going over it again and again', () => {
  const many = 1_000_000
  for (const text of ['#', ' ', '`', '~', '*', '-', '<!--', '# \t', '[', '## RISK-', '|', ':', '\u2028', '# \u2028']) {
    const soup = text.repeat(many / text.length)
    expect(() => [
      readMarkdown(`${soup}x`),
      readMarkdown(`# ${soup}\u2028x`),
      namedValue(soup),
      unmarked(`${soup}x`),
    ]).not.toThrow()
  }
}, 30_000)
