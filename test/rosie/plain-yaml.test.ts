import fc from 'fast-check'
import { readFrontMatter, readMapping } from '../../src/rosie/parse/front-matter.ts'
import { readPlainFields } from '../../src/rosie/parse/plain-yaml.ts'

/** What the library makes of it, or null where it has a fault to tell. */
function byLibrary(yaml: string) {
  const { fields, problems } = readMapping(yaml, 1)
  return problems.length === 0 ? fields : null
}

describe('Front matter whose lines are all plain', () => {
  const YAML = `gxp_id: REQ-001
title: "A dose, checked: twice"
version: 1.0.0
created: 2026-01-31
owner:   'Quality # Assurance'

description: |
  One line

    and more of it
satisfies:
  - REQ-002
  - 'REQ-003'
acceptance_criteria:
- The dose (in mg/kg) is shown; it is no#1 of all things
test_files: []
note: |-
  The end

`

  it('is read as the library reads it', () => {
    expect(readPlainFields(YAML, 1)).toEqual(byLibrary(YAML))
    expect(readPlainFields(YAML, 1)).toMatchObject({
      title: { value: 'A dose, checked: twice', line: 3, values: [{ line: 3, column: 8 }] },
      description: { value: 'One line\n\n  and more of it\n', line: 8, endLine: 11 },
      satisfies: {
        value: ['REQ-002', 'REQ-003'],
        values: [
          { line: 13, column: 5 },
          { line: 14, column: 5 },
        ],
      },
      test_files: { value: [], line: 17, values: [] },
    })
  })

  it.each([
    ['a list', 'a:\n- b\n'],
    ['an empty list', 'a: []\n'],
    ['a text with blanks at the end of its lines', 'a: |\n  b  \n  c  \n'],
    ['a quoted text with blanks around it', 'a: " b "\n'],
  ])('is read with the same text, or none, where it is %s', (_, yaml) => {
    const [plain, other] = [readPlainFields(yaml, 1)?.a, byLibrary(yaml)?.a]
    expect(plain).toStrictEqual(other)
  })

  it('has the same fields in a file', () => {
    expect(readFrontMatter(`---\n${YAML}---\nBody`)).toEqual({ fields: byLibrary(YAML), problems: [], body: 'Body' })
  })
})

/** What the line reader may not know, or not know better: each is left to the library. */
describe('Front matter is left to the library where it', () => {
  it.each([
    ['is empty', ''],
    ['has blank lines only', '\n\n'],
    ['has a list that no key begins', 'b c\n- d\n'],
    ['has a text with a line of blanks', 'a: |\n  b\n   \n'],
    ['has a number', 'a: 1\n'],
    ['has an exponent', 'a: 1e3\n'],
    ['has a word of YAML', 'a: Null\n'],
    ['has a comment', 'a: b # c\n'],
    ['has a comment on a line of its own', '# a\nb: c\n'],
    ['has escapes', 'a: "\\n"\n'],
    ['has doubled quotes', "a: 'it''s'\n"],
    ['goes on in the next line', 'a: b\n  c\n'],
    ['has a list of mappings', 'a:\n  - b: c\n'],
    ['has items of two indents', 'a:\n  - b\n   - c\n'],
    ['has a mapping in it', 'a:\n  b: c\n'],
    ['has a list on one line', 'a: [b, c]\n'],
    ['has no value', 'a:\nb: c\n'],
    ['has an anchor', 'a: &b c\n'],
    ['has a tag', 'a: !!str c\n'],
    ['has a folded text', 'a: >\n  b\n'],
    ['has a text with an indent of its own', 'a: |2\n  b\n'],
    ['has a text that begins with a blank line', 'a: |\n\n  b\n'],
    ['has a tab', 'a: b\tc\n'],
    ['has a carriage return', 'a: b\r\n'],
    ['has blanks at the end of a line', 'a: b \n'],
    ['has a key twice', 'a: b\na: c\n'],
    ['has a key that looks like a prototype', '__proto__: a\n'],
  ])('%s', (_, yaml) => {
    expect(readPlainFields(yaml, 1)).toBeNull()
  })
})

describe('Of any lines', () => {
  const word = fc.constantFrom(
    ...'a b REQ-001 SPEC-1 x:y x: : :: # #a a# "q" "q \'q\' \'\' "" [] [ ] {} {a} - -- --- ... | |- |+ > ? ! & * % @ ` ~'.split(
      ' ',
    ),
    ...[
      'null',
      'True',
      'FALSE',
      'yes',
      '1',
      '0',
      '1.0',
      '1.0.0',
      '1.',
      '.5',
      '1e3',
      '1e-3',
      '1-2-3',
      '2026-01-31',
      '0x1F',
    ],
    ...[
      '0o7',
      '-1',
      '+1',
      '.inf',
      '.nan',
      '1_0',
      '<<',
      'ü',
      '语',
      '\u{1F489}',
      '\u00a0',
      '\u2028',
      '\ufeff',
      '\\',
      '\t',
      '\r',
    ],
  )
  const value = fc.array(word, { maxLength: 4 }).map((words) => words.join(' '))
  const blanks = fc.constantFrom('', '', '', ' ', '  ', '  ', '   ')
  const key = fc.constantFrom(
    'a',
    'b',
    'c',
    'gxp_id',
    'title',
    'constructor',
    'x-y',
    'null',
    '1',
    '__proto__',
    'a b',
    '"q"',
  )
  const line = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.tuple(key, fc.constantFrom(': ', ': ', ':', ':  ', ' : '), value).map((all) => all.join('')),
    },
    { weight: 2, arbitrary: fc.tuple(key, fc.constantFrom(':', ': |', ': |-', ': []')).map((all) => all.join('')) },
    { weight: 3, arbitrary: fc.tuple(blanks, fc.constantFrom('- ', '-  ', '-'), value).map((all) => all.join('')) },
    { weight: 2, arbitrary: fc.tuple(blanks, value).map((all) => all.join('')) },
    { weight: 1, arbitrary: fc.constant('') },
  )
  const yaml = fc
    .tuple(fc.array(line, { maxLength: 8 }), fc.constantFrom('\n', '\n', '\n', ''))
    .map(([lines, end]) => lines.join('\n') + end)

  it('those that are read are read as the library reads them', () => {
    fc.assert(
      fc.property(yaml, (text) => {
        const fields = readPlainFields(text, 1)
        if (fields) expect(fields).toEqual(byLibrary(text))
      }),
      { numRuns: 3000 },
    )
  })

  const text = fc
    .stringMatching(/^[A-Za-z][A-Za-z0-9 ,.()@"'#:é-]{0,40}$/)
    .filter((said) => /^(?!(null|true|false)$)(?!.*(: | #)).*[^ :]$/i.test(said))
  const scalar = fc.oneof(text, fc.stringMatching(/^"[ -!#-[\]-~]{0,30}"$/), fc.stringMatching(/^'[ -&(-~]{0,30}'$/))
  const indent = fc.constantFrom('', ' ', '  ', '    ')
  const list = fc
    .tuple(indent, fc.array(scalar, { minLength: 1, maxLength: 4 }))
    .map(([by, items]) => ['', ...items.map((item) => `${by}- ${item}`)].join('\n'))
  const literal = fc
    .tuple(
      fc.constantFrom('|', '|-'),
      fc.array(
        fc.oneof(
          text,
          fc.constant(''),
          text.map((said) => `  ${said}`),
        ),
        { maxLength: 4 },
      ),
      text,
    )
    .map(([mark, lines, first]) =>
      [mark, ...[first, ...lines].map((line) => (line === '' ? '' : `  ${line}`))].join('\n'),
    )
  const entry = fc.oneof(
    scalar.map((said) => ` ${said}`),
    list,
    literal.map((said) => ` ${said}`),
    fc.constant(' []'),
  )
  const plain = fc.uniqueArray(fc.tuple(fc.stringMatching(/^[A-Za-z][\w-]{0,9}$/), entry), {
    selector: ([key]) => key,
    minLength: 1,
    maxLength: 6,
  })

  it('all plain ones are read, and as the library reads them', () => {
    fc.assert(
      fc.property(plain, fc.constantFrom('\n', '\n\n'), (entries, end) => {
        const text = entries.map(([key, said]) => `${key}:${said}${end}`).join('')
        const fields = readPlainFields(text, 1)
        expect(fields).not.toBeNull()
        expect(fields).toEqual(byLibrary(text))
      }),
      { numRuns: 1000 },
    )
  })
})
