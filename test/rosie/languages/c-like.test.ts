// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these texts are programs
import type { Language } from '../../../src/rosie/languages.ts'
import { commentsIn, expectText } from './reading.ts'

describe.each<Language>(['java', 'kotlin', 'csharp', 'go', 'rust', 'swift', 'c'])('Comments of %s', (language) => {
  const read = commentsIn(language)

  it('are line, block and documentation comments, without their marks', () => {
    expect(read('// one', '/// two', '/* three */', '/** four', ' * five', ' */', '//! six', '/*! seven */')).toEqual([
      'one',
      'two',
      'three',
      'four',
      'five',
      'six',
      'seven',
    ])
  })

  it.each([
    ['an empty string', '""'],
    ['a string', '"// no"'],
    ['a string with block marks', '"/* no */"'],
    ['a string with an escaped quote', '"a \\" // no"'],
    ['a string that ends with a backslash', '"// no \\\\"'],
    ['a string with a backslash before an escaped quote', '"\\\\\\" // no"'],
    ['a string with a bracket', '"f(x"'],
    ['strings side by side', '"a""// no"'],
    ['a division', 'a / b / c'],
  ])('are not in %s', (_, code) => {
    expectText(language, code)
  })

  it('go on after what is not closed', () => {
    expect(read('/* not closed', 'but read')).toEqual(['not closed', 'but read'])
    expect(read('x / y', '// yes')).toEqual(['yes'])
  })
})

describe.each<Language>(['java', 'kotlin', 'csharp', 'go', 'rust', 'c'])('A character of %s', (language) => {
  it.each([
    ['a character', "'/'"],
    ['a quote as a character', "'\"'"],
    ['an escaped apostrophe', "'\\''"],
    ['an escaped backslash', "'\\\\'"],
  ])('holds no comment: %s', (_, code) => {
    expectText(language, code)
  })
})

describe.each<Language>(['java', 'kotlin', 'csharp', 'go', 'swift', 'c'])('A string of %s', (language) => {
  it('ends with its line, closed or not', () => {
    expect(commentsIn(language)('x = "not closed // no', '// yes')).toEqual(['yes'])
  })
})

describe.each<Language>(['kotlin', 'rust', 'swift', 'sql'])('Block comments of %s', (language) => {
  const read = commentsIn(language)

  it('nest', () => {
    expect(read('/* a /* b */ c */ x "no"')).toEqual(['a /* b */ c'])
    expect(read('/* /* /* */ */', 'still */ x /* b */')).toEqual(['/* /* */ */', 'still', 'b'])
  })

  it('end at their first mark where the inner one was text: then nothing of the file is lost', () => {
    expect(read('/* src/* */', "x = 'no'", '/* yes */', '/* a /* b */')).toEqual(['src/*', 'yes', 'a /* b'])
    expect(read('/* src/* */', '/* a /* b */ c */')).toEqual(['src/*', 'a /* b'])
  })

  it('begin and end at their marks', () => {
    expect(read('x = a / b /* one */', `/* it's "*/ /* two *//* three */`)).toEqual(['one', `it's "`, 'two', 'three'])
  })
})

describe.each<Language>(['java', 'csharp', 'go', 'c', 'typescript'])('Block comments of %s', (language) => {
  it('do not nest', () => {
    expect(commentsIn(language)('/* a /* b */ c /* d */')).toEqual(['a /* b', 'd'])
  })
})

describe('Java', () => {
  it.each([
    ['a text block', '"""\n// no\n"""'],
    ['a text block with quotes', '"""\n"" " // no \\""" // no\n"""'],
    ['an empty text block', '"""\n"""'],
  ])('has no comments in %s', (_, code) => {
    expectText('java', code)
  })
})

describe('Go', () => {
  it.each([
    ['a raw string', '`// no`'],
    ['a raw string of several lines', '`\n// no\n`'],
    ['a raw string that ends with a backslash', '`// no \\`'],
    ['an apostrophe in a raw string', "`it's // no`"],
  ])('has no comments in %s', (_, code) => {
    expectText('go', code)
  })
})

describe('Kotlin', () => {
  it.each([
    ['a hole', '"a ${b["// no"]} // no"'],
    ['a hole with braces', '"a ${f { "// no" }} // no"'],
    ['a dollar without a hole', '"$a // no $"'],
    ['a raw string', '"""\n// no \\""" + """ "no" // no"""'],
    ['a raw string with a hole', '"""${ "// no" } // no"""'],
    ['a quote before the end of a raw string', '"""// no """"'],
    ['quotes before the end of a raw string', '"""// no """""'],
    ['a name in backticks', "`it isn't // no`"],
  ])('has no comments in %s', (_, code) => {
    expectText('kotlin', code)
  })

  it('has comments in the code of a hole', () => {
    expect(commentsIn('kotlin')('"${ a /* yes */ } // no"')).toEqual(['yes'])
  })

  it('goes on after a backtick without a partner', () => {
    expect(commentsIn('kotlin')('a ` b', '// yes')).toEqual(['yes'])
  })
})

describe('C and C++', () => {
  it.each([
    ['a number with separators', "1'000'000"],
    ['a hexadecimal number with a separator', "0xFF'FF"],
    ['a fraction with a separator', ".5'0"],
    ['a wide character', "L'a'"],
    ['a character with an encoding', "u8'a'"],
    ['a digit as a character', "'1'"],
    ['a raw string', 'R"(// no " // no)"'],
    ['a raw string with a word', 'u8R"x(// no )" // no\n)x"'],
    ['a raw string with a backslash at its end', 'LR"(// no \\)"'],
    ['a string that only looks raw', 'FOUR"f(// no"'],
    ['a string without the bracket of a raw one', 'R"// no"'],
    ['a continued string', '"a \\\n// no"'],
    ['a continued string with two characters as its line end', '"a \\\r\n// no"'],
  ])('have no comments in %s', (_, code) => {
    expectText('c', code)
  })

  it('continue a line comment behind a backslash', () => {
    expect(commentsIn('c')('// one \\', 'two', 'x = "// no"')).toEqual(['one \\', 'two'])
    expect(commentsIn('c')('// one \\\r', 'two\r', 'x')).toEqual(['one \\', 'two'])
    expect(commentsIn('c')('// one \\')).toEqual(['one \\'])
    expect(commentsIn('java')('// one \\', 'two')).toEqual(['one \\'])
  })

  it('read on after an apostrophe that is no character', () => {
    expect(commentsIn('c')("#error Don't", '// yes')).toEqual(['yes'])
    expect(commentsIn('c')("#error the 5'-end // text", '// yes')).toEqual(['yes'])
  })
})

describe('Rust', () => {
  it.each([
    ['a string of several lines', '"a\n// no\n"'],
    ['a raw string', 'r"// no \\"'],
    ['a raw string with a hash', 'r#"// "no" // no"#'],
    ['a raw string with hashes', 'r##"a "# // no"##'],
    ['a raw string with 255 hashes', `r${'#'.repeat(255)}"// no " // no"${'#'.repeat(255)}`],
    ['a string behind more hashes', `r${'#'.repeat(256)}"// no"`],
    ['bytes', 'b"// no"'],
    ['raw bytes', 'br#"" // no"#'],
    ['a raw C string', 'cr#"" // no"#'],
    ['a name that ends in r', 'bar"// no"'],
    ['a quote as a character', "'\"'"],
    ['a byte', "b'\"'"],
    ['a character by its number', "'\\u{1F600}'"],
    ['a character by its code', "'\\x22'"],
    ['a character outside the basic plane', "'😀'"],
    ['a lifetime', "&'a str"],
    ['lifetimes', "f::<'a, 'b>"],
    ["a loop's label", "'outer: loop {}"],
    ['a raw name', 'r#type'],
  ])('has no comments in %s', (_, code) => {
    expectText('rust', code)
  })

  it('has no shebang in an attribute of the file', () => {
    expect(commentsIn('rust')('#![allow(x)] // yes', '#!/bin/x // too')).toEqual(['yes', 'too'])
    expect(commentsIn('rust')('#!/usr/bin/env x // no', '// yes')).toEqual(['yes'])
  })

  it('has raw strings at the beginning of a file', () => {
    expect(commentsIn('rust')('r"\\" // yes')).toEqual(['yes'])
    expect(commentsIn('rust')('br"\\" // yes')).toEqual(['yes'])
  })

  it('keeps the comments between lifetimes', () => {
    expect(commentsIn('rust')("fn f<'a>( // one", "x: &'a str) {} // two")).toEqual(['one', 'two'])
  })
})

/** More than the forms that are kept: these are made anew. */
const SEVENTEEN_QUOTES = '"'.repeat(17)
const SEVENTEEN_HASHES = '#'.repeat(17)

describe('C#', () => {
  it.each([
    ['a verbatim string', '@"C:\\"'],
    ['a verbatim string of several lines', '@"\n// no ""\n// no"'],
    ['an interpolated string', '$"a {b["// no"]} // no"'],
    ['an interpolated string with braces', '$"{{ {a} }} // no"'],
    ['an interpolated string with pairs of braces', '$"{{{{ // no }}}}"'],
    ['an interpolated string with an escape', '$"\\" {a} // no"'],
    ['an interpolated verbatim string', '$@"C:\\{a}\\"" // no"'],
    ['the same the other way round', '@$"C:\\{a}\\"" // no"'],
    ['a raw string', '"""a " "" // no"""'],
    ['a raw string of several lines', '"""\n// no "\n"""'],
    ['a raw string with four quotes', '"""" """ // no """"'],
    ['a raw string with more quotes at its end', '"""// no """"'],
    ['a raw string with seventeen quotes', `${SEVENTEEN_QUOTES}\n// no "" // no ${SEVENTEEN_QUOTES}`],
    ['an interpolated one with more quotes at its end', `$${SEVENTEEN_QUOTES}{ "// no" } // no"${SEVENTEEN_QUOTES}`],
    ['an interpolated raw string', '$"""{ "// no" } // no"""'],
    ['a raw string with two dollars', '$$"""{ " } {{ "// no" }} // no"""'],
    ['an initializer in a hole', '$"{new { A = "// no" }} // no"'],
  ])('has no comments in %s', (_, code) => {
    expectText('csharp', code)
  })

  it('has comments in the code of a hole, not in braces that are text', () => {
    expect(commentsIn('csharp')('$"{ a /* yes */ }"', '$"{{ /* no */ }}"', '"{ /* no */ }"')).toEqual(['yes'])
    expect(commentsIn('csharp')('$$"""{ /* no */ {{ /* yes */ }} """', '@"{ /* no */ }"')).toEqual(['yes'])
    const quotes = SEVENTEEN_QUOTES
    expect(commentsIn('csharp')(`$${quotes}{ /* yes */ }${quotes}`, `${quotes}{ /* no */ }${quotes}`)).toEqual(['yes'])
  })
})

describe('Swift', () => {
  it.each([
    ['a hole', '"a \\(f("// no")) // no"'],
    ['a text of several lines', '"""\n// no "\n\\""" // no\n"""'],
    ['a raw string', '#"// "no" \\" // no"#'],
    ['a hole of a raw string', '#"\\(a) \\#(f("// no")) " // no"#'],
    ['a raw string with two hashes', '##"a "# // no"##'],
    ['a text with more quotes at its end', '"""\n// no\n""""'],
    ['a text that begins on the line of its quotes', '"""a " \n// no\n"""'],
    ['a raw text of several lines', '#"""\n""" // no\n"""#'],
    ['a raw text with a comment on its first line', '#"""\n// no " // no\n"""#'],
    ['a string with seventeen hashes', `${SEVENTEEN_HASHES}"\\(a) // no "# // no"${SEVENTEEN_HASHES}`],
    ['a text with seventeen hashes', `${SEVENTEEN_HASHES}"""\n// no """ // no\n"""${SEVENTEEN_HASHES}`],
    ['a regular expression behind a macro', '#f([/"/])'],
    ['an escape of a raw string', '#"\\#" // no"#'],
    ['a regular expression with hashes', '#/https?:// " [/]/#'],
    ['a regular expression', '/["\']\\//'],
    ['a regular expression that is tried', 'try /"/.f()'],
    ['a raw quote', '#""""#'],
  ])('has no comments in %s', (_, code) => {
    expectText('swift', code)
  })

  it('has comments in the code of a hole', () => {
    expect(commentsIn('swift')('"\\( a /* yes */ ) // no"')).toEqual(['yes'])
    const hashes = SEVENTEEN_HASHES
    expect(commentsIn('swift')(`${hashes}"\\(/* no */ \\${hashes}( a /* yes */ )"${hashes}`)).toEqual(['yes'])
  })

  it('ends a string with any number of hashes with its line', () => {
    expect(commentsIn('swift')(`x = ${SEVENTEEN_HASHES}"not closed // no`, '// yes')).toEqual(['yes'])
  })

  it('takes a slash for an operator where no value may begin, or its line does not close it', () => {
    expect(
      commentsIn('swift')('a / b // one', 'reduce(1, /) // two', 'x = #/ a // three', '(a/b, "/") // four'),
    ).toEqual(['one', 'two', 'three', 'four'])
    expect(commentsIn('swift')('f(/) + g(/) // yes')).toEqual(['yes'])
    expect(commentsIn('swift')('f(0, /) + g(/"/) // yes', 'f(0, / ) + g(/"/) // yes')).toEqual(['yes', 'yes'])
  })
})
