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
    ['a regular expression of a tag', "f(/>'/)"],
    ['a string right after return', "return'// no'"],
    ['a string after a word of TypeScript', "declare module '// no' {}"],
    ['a regular expression after if', "if (ok) /'/.test(x)"],
    ['a regular expression after while', 'while (next(x)) /`/.test(x)'],
    ['a regular expression after for', 'for (const a of b) /"/.test(a)'],
    ['a regular expression after for await', "for await (const a of b) /'/.test(a)"],
    ['a regular expression after with', 'with(x)/"/.test(y)'],
    ['a regular expression after a head of two lines', 'if (\n  a ||\n  f(b)\n)\n  /`/.test(x)'],
    ['a regular expression after a head with brackets', "if ((a + b) / c > f((d)) / e) /'/.test(x)"],
    ['a regular expression after a head with a bracket in a string', "if (a === ')') /'/.test(x)"],
    ['a regular expression after a head and a comment', 'if (a) /* yes */ /`/.test(x)'],
    ['a regular expression after a head in a template', '`a ${(() => { if (b) /`/.test(c) })()} // no`'],
    ['a regular expression after else', 'if (a) b(); else /`/.test(x)'],
    ['a regular expression after do', 'do /`/.test(x); while (y)'],
    ['a regular expression after a block', '{ a() } /`/.test(x)'],
    ['a regular expression after export default', 'export default /`/'],
    ['a template after a head', 'if (a) `// no`'],
    ['a division after a method called if', "x.if(a) / 2 + '// no /'"],
    ['a division after an optional method called for', "x?.for(a) / 2 + '// no /'"],
    ['a division after a private method called if', "this.#if(a) / 2 + '// no /'"],
    ['a division after a function whose name ends in if', "notif(a) / $if(b) / 2 + '// no /'"],
    ['a division after a bracket', "(a) / (b) + '// no /'"],
    ['a division in a head', "if (f(a) / 2 > '// no /') b()"],
    ['a division after a bracket that nothing opened', "a) / 2 + '// no /'"],
    ['a division after a member called return', "a.return / 2 + '// no /'"],
    ['a division after an asserted call', "f(a)! / 2 + '// no /'"],
    ['a division after a list', "a[1] / 2 + '// no /'"],
    ['a division after a template', "`a` / 2 + '// no /'"],
    ['a division after a decrement', "i-- / 2 + '// no /'"],
    ['a division', 'a / b / c'],
    ['a division after a call', "f(a) / g('// no') / 2"],
    ['a division after an increment', 'i++ / 2'],
    ['a division after a comment', 'a /* yes */ / b'],
    ['a division after an assertion', 'total! / count!'],
    ['a closing tag of JSX', '<b>x</b>'],
    ['a tag of JSX that closes itself', '<Dose mg={x} />'],
    ['an apostrophe in JSX', "<p>Don't</p>"],
    ['a continued string', "'a \\\n// no'"],
    ['a continued string with two characters as its line end', "'a \\\r\n// no'"],
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
    expect(js('x = /[not closed, /[nor this', '// yes')).toEqual(['yes'])
  })
})

describe('The text of JSX', () => {
  it.each([
    ['a backtick', '<p>the ` key</p>'],
    ['a backtick after a word', '<p>a`b</p>'],
    ['an apostrophe at its beginning', "<p>'tis</p>"],
    ['an address', '<p>https://example.com // no</p>'],
    ['marks of a block comment', '<p>/* no */</p>'],
    ['a regular expression', '<p>= /` </p>'],
    ['a fragment', "<>' ` // no</>"],
    ['an element in it', '<p>` <b>` // no</b> ` // no</p>'],
    ['an element that closes itself', '<p>`<br />` // no</p>'],
    ['brackets', '<p>(`) // no</p>'],
    ['an attribute in quotes', '<p title="it\'s // no `\n// no">`</p>'],
    ['an attribute in single quotes', "<p title='// no \\'>`</p>"],
    ['an attribute with code', '<p on={() => { f("// no") }}>`</p>'],
    ['attributes that are spread', '<p{...{ a: "// no" }}>`</p>'],
    ['an expression', '<p>` {a ? "// no" : <b>`</b>} `</p>'],
    ['an expression with a type parameter', '<p>` {<T>(a: T) => a} // no</p>'],
    ['a template in an expression', '<p>` {`// no ${<b>`</b>} // no`} `</p>'],
    ['type arguments', '<Select<Dose> on={(a: Dose) => a}>`</Select>'],
    ['type arguments with an arrow', '<Select<() => Dose> a="//">`</Select>'],
    ['a member', '<Dose.Limit a:b="`">`</Dose.Limit>'],
    ['a closing tag with white space', '<p>`</p\n>'],
    ['a slash in a tag', '<p / a="`">`</p>'],
    ['a backtick after the head of a statement', '0; if (a) <p>`</p>'],
    ['a bracket that nothing closes', '<p>a) b</p>'],
  ])('is no code: %s', (_, code) => {
    const source = [`x = ${code}; // yes`, '// here', `f(${code}) // too`, 'return `// no`', '// and here']
    expect(js(...source)).toEqual(['yes', 'here', 'too', 'and here'])
  })

  it('has comments in expressions and among attributes', () => {
    expect(js('x = <p // one', '  /* two */ a="//">', '  {/* three */} // no', '</p> // four')).toEqual([
      ...['one', 'two', 'three', 'four'],
    ])
  })

  it.each([
    ['a type parameter', 'const f = <T,>(a: T) => a'],
    ['a type parameter with a bound', 'const f = <T extends Dose>(a: T) => a'],
    ['a type parameter with a default', 'type F = <T = Dose>(a: T) => T'],
    ['a type with a parameter', 'type F = <T>(a: T) => void'],
    ['a method with a type parameter', 'interface A { <T>(a: T): T; b: `x` }'],
    ['a comparison', 'a < b'],
    ['a comparison without spaces', 'a<b'],
    ['a shift', 'a << b'],
    ['what nothing closes', 'x = <a b'],
    ['a text that nothing closes', 'x = <a> b'],
    ['an attribute that nothing closes', "x = <a b=' c"],
  ])('is not what follows %s', (_, code) => {
    expect(js(code, "x = 'a' // yes", 'return `// no`', '// here')).toEqual(['yes', 'here'])
    expect(js(code, 'x = <p>` // no</p>', '// here')).toEqual(['here'])
  })

  it('takes back the comments it found in what was no element', () => {
    expect(js('x = <a {/* one */ b} /* two */', '// three')).toEqual(['one', 'two', 'three'])
  })

  it('is none in what looked like a tag up to a semicolon', () => {
    expect(js('x = <a b; // one', 'y = 2 </a>', '// two')).toEqual(['one', 'two'])
  })

  it('is none in what nothing closes in the hole of a template', () => {
    expect(js('x = `${ <a>', '// one', '}`')).toEqual(['one'])
  })

  it('has a bracket behind an expression that begins no regular expression', () => {
    expect(js('x = <a extends={b} />; // one', '// two')).toEqual(['one', 'two'])
  })

  it('takes back where it saw no regular expression in what was no element', () => {
    expect(js('x = <T>f(/`/) {/q}', '// one', '`// no`')).toEqual(['one'])
  })

  it('takes back the brackets it saw in what was no element', () => {
    expect(js('if (x = <a>{(1) + 2) /`/.test(y) // one', '// two')).toEqual(['one', 'two'])
  })

  it('is none in a file of TypeScript without JSX: what looks like a tag is a type assertion', () => {
    const ts = commentsIn('typescript')
    expect(ts('x = <Dose>a // one', 'y = <Dose>b /* two */')).toEqual(['one', 'two'])
    expect(ts('x = `a` // one', "'// no' // two")).toEqual(['one', 'two'])
  })

  const seen = 'y = <p>// text</p>'
  it.each([
    ['texts', 'x = <a>\n'.repeat(10)],
    ['tags', 'x = <a {\n'.repeat(10)],
    ['attributes', `x = (${'<a>('.repeat(10)}<a b="\n`],
    ['elements in a template', `x = \`\${ [${'<a>{'.repeat(10)}${'}>'.repeat(10)}\n`],
  ])('is not looked for once four lengths of a file were read in vain: %s that nothing closes', (_, code) => {
    expect(js(code, seen)).toContain('text</p>')
  })

  it.each([
    ['elements that nothing closes', 'x = <a>\n'.repeat(3)],
    ['an attribute that nothing closes', 'x = (<a>(<a b="\n'],
    ['type parameters at the end of a file', `${'f()\n'.repeat(200)}${'x = <T>(a: T) => a\n'.repeat(10)}`],
  ])('is looked for after %s', (_, code) => {
    expect(js(code, seen)).toEqual([])
  })

  it('does not hide what follows, however often it looked like text', () => {
    expect(js(...Array.from({ length: 200 }, () => 'x = <a {'), '// yes').at(-1)).toBe('yes')
    expect(js(...Array.from({ length: 200 }, () => 'x = <a>{'), '}'.repeat(200), '// yes').at(-1)).toBe('yes')
    expect(js(...Array.from({ length: 200 }, () => 'x = <a>{'), '}>'.repeat(200), '// yes').at(-1)).toBe('yes')
  })
})
