// @ts-nocheck
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these texts are programs
import { commentsOf } from '../../src/rosie/parse/comments.ts'

const texts = (family: 'c' | 'python', source: string) =>
  commentsOf(source, family).flatMap(({ lines }) => lines.map(({ text }) => text).filter(Boolean))
const c = (...source: string[]) => texts('c', source.join('\n'))
const python = (...source: string[]) => texts('python', source.join('\n'))

describe('Comments of TypeScript and JavaScript', () => {
  it('are line comments and block comments, without their marks', () => {
    expect(
      c('// one', '/// two', '/* three */', '/** four */', '/**', ' * five', ' */', '//! six', '/*! seven */'),
    ).toEqual(['one', 'two', 'three', 'four', 'five', 'six', 'seven'])
  })

  it('stand where they stand: lines and columns from 1', () => {
    const [first, second] = commentsOf('x = 1 // a\r\n\r\n/**\r\n  * b\r\n  */', 'c')
    expect(first).toMatchObject({ line: 1, endLine: 1, lines: [{ line: 1, column: 10, text: 'a' }] })
    expect(second).toMatchObject({ line: 3, endLine: 5 })
    expect(second?.lines[1]).toEqual({ line: 4, column: 5, text: 'b' })
  })

  it('belong together on adjacent lines, and not across code or a blank line', () => {
    const spans = commentsOf('// a\n// b\n/* c */\n\n// d\nf() // e\n', 'c').map(({ line, endLine }) => [line, endLine])
    expect(spans).toEqual([
      [1, 3],
      [5, 5],
      [6, 6],
    ])
  })

  it.each([
    ['a string', "'// no'"],
    ['a string with an escaped quote', "'it\\'s // no'"],
    ['a string in double quotes', '"/* no */"'],
    ['a template', '`// no`'],
    ['a template of several lines', '`\n// no\n`'],
    ['a template in a template', '`a ${b ? `// no ${c} // no` : "// no"} // no`'],
    ['an object in a template', '`${f({ a: { b: 1 } })} // no`'],
    ['an escaped template mark', '`\\${ // no \\` // no`'],
    ['a regular expression', '/[/]\\/[/*]// 2'],
    ['a regular expression with quotes', 'x.replace(/["\'`]/g, "") + "// no"'],
    ['a regular expression after return', "return /'/.test(x)"],
    ['a regular expression after an arrow', "const f = (x) => /'/.test(x)"],
    ['a regular expression in a list', '[/\'/, /"/]'],
    ['a division', 'a / b / c'],
    ['a division after a call', "f(a) / g('// no') / 2"],
    ['a division after an increment', 'i++ / 2'],
    ['a division after a comment', 'a /* yes */ / b'],
    ['a division after an assertion', 'total! / count!'],
    ['a closing tag of JSX', '<b>x</b>'],
    ['a tag of JSX that closes itself', '<Dose mg={x} />'],
    ['an apostrophe in JSX', "<p>Don't</p>"],
    ['a continued string', "'a \\\n// no'"],
  ])('end where %s begins, and go on behind it', (_, code) => {
    expect(c(`x = ${code}; // yes`).filter((text) => text !== 'yes')).toEqual([])
    expect(c(`${code}; // yes`).at(-1)).toBe('yes')
    expect(c('f(', code, ')', '// yes').at(-1)).toBe('yes')
  })

  it('are seen inside of what is code again: the expressions of a template and of JSX', () => {
    expect(c('`${ /* yes */ x }`')).toEqual(['yes'])
    expect(c('<p>{/* yes */}</p>', "<p>It's</p>{/* too */}")).toEqual(['yes', 'too'])
  })

  it('do not begin in a shebang, with or without a byte order mark', () => {
    expect(c('#!/usr/bin/env -S node // no', '// yes')).toEqual(['yes'])
  })

  it('are not lost after what is not closed: a string ends with its line', () => {
    expect(c("const a = 'not closed", '// yes')).toEqual(['yes'])
    expect(c('/* not closed', 'but read')).toEqual(['not closed', 'but read'])
    expect(c('`not closed // no')).toEqual([])
    expect(c('x = /[not closed', '// yes')).toEqual(['yes'])
  })
})

describe('Comments of Python', () => {
  it('begin with a hash, or are docstrings', () => {
    expect(python('# one', 'def f():', '    """two', '    three"""', '    x = 1  # four')).toEqual([
      'one',
      'two',
      'three',
      'four',
    ])
  })

  it('stand where they stand', () => {
    const [first, second] = commentsOf('x = 1  # a\n\ndef f():\n    """\n    b\n    """\n', 'python')
    expect(first?.lines).toEqual([{ line: 1, column: 10, text: 'a' }])
    expect(second).toMatchObject({ line: 4, endLine: 6 })
    expect(second?.lines[1]).toEqual({ line: 5, column: 5, text: 'b' })
  })

  it.each([
    ['a string', "x = '# no'"],
    ['a string in double quotes', 'x = "# no"'],
    ['an escaped quote', "x = 'it\\'s # no'"],
    ['a formatted string', 'x = f"{a["b"]} # no"'],
    ['a text of several lines', 'x = """\n# no\n"""'],
    ['a text of several lines with single quotes', "x = '''\n# no\n'''"],
    ['a text with quotes in it', 'x = """ "" # no \\""" # no """'],
  ])('do not begin in %s', (_, code) => {
    expect(python(code, '# yes')).toEqual(['yes'])
  })

  it.each([
    ['an argument', 'f(\n"""no"""\n)'],
    ['an item', 'x = [\n    """no""",\n]'],
    ['an assigned text', 'x = """no"""'],
    ['an assigned text on the next line', 'x = \\\n"""no"""'],
    ['a formatted string', 'f"""no"""'],
    ['bytes', 'b"""no"""'],
  ])('are not %s', (_, code) => {
    expect(python(code)).toEqual([])
  })

  it.each(['"""yes"""', "'''yes'''", 'r"""yes"""', 'U"""yes"""', '\n\n"""yes"""', 'x = ")"\n"""yes"""'])(
    'are the docstring %j',
    (code) => {
      expect(python(code)).toEqual(['yes'])
    },
  )

  it('are not lost after a string that is not closed; a text that is not closed ends with the file', () => {
    expect(python("x = 'not closed", '# yes')).toEqual(['yes'])
    expect(python('x = """not closed', '# no')).toEqual([])
  })
})
