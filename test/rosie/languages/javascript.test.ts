// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these texts are programs
import { commentsOf } from '../../../src/rosie/parse/comments/index.ts'
import { commentsIn } from './reading.ts'

const js = commentsIn('javascript')

describe('Comments of TypeScript and JavaScript', () => {
  it('are line comments and block comments, without their marks', () => {
    expect(
      js('// one', '/// two', '/* three */', '/** four */', '/**', ' * five', ' */', '//! six', '/*! seven */'),
    ).toEqual(['one', 'two', 'three', 'four', 'five', 'six', 'seven'])
  })

  it('stand where they stand: lines and columns from 1', () => {
    const [first, second] = commentsOf('x = 1 // a\r\n\r\n/**\r\n  * b\r\n  */', 'javascript')
    expect(first).toMatchObject({ line: 1, endLine: 1, lines: [{ line: 1, column: 10, text: 'a' }] })
    expect(second).toMatchObject({ line: 3, endLine: 5 })
    expect(second?.lines[1]).toEqual({ line: 4, column: 5, text: 'b' })
  })

  it('belong together on adjacent lines, and not across code or a blank line', () => {
    const spans = commentsOf('// a\n// b\n/* c */\n\n// d\nf() // e\n', 'javascript').map(({ line, endLine }) => [
      line,
      endLine,
    ])
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
    expect(js(`x = ${code}; // yes`).filter((text) => text !== 'yes')).toEqual([])
    expect(js(`${code}; // yes`).at(-1)).toBe('yes')
    expect(js('f(', code, ')', '// yes').at(-1)).toBe('yes')
  })

  it('are seen inside of what is code again: the expressions of a template and of JSX', () => {
    expect(js('`${ /* yes */ x }`')).toEqual(['yes'])
    expect(js('<p>{/* yes */}</p>', "<p>It's</p>{/* too */}")).toEqual(['yes', 'too'])
  })

  it('do not begin in a shebang, with or without a byte order mark', () => {
    expect(js('#!/usr/bin/env -S node // no', '// yes')).toEqual(['yes'])
  })

  it('are not lost after what is not closed: a string ends with its line', () => {
    expect(js("const a = 'not closed", '// yes')).toEqual(['yes'])
    expect(js('/* not closed', 'but read')).toEqual(['not closed', 'but read'])
    expect(js('`not closed // no')).toEqual([])
    expect(js('x = /[not closed', '// yes')).toEqual(['yes'])
  })
})
