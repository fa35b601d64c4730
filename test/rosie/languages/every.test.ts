/** What holds for the comments of every language, whatever is in the file. */
import fc from 'fast-check'
import { LANGUAGES, type Language, languageOf } from '../../../src/rosie/languages.ts'
import { readAnnotations } from '../../../src/rosie/parse/annotations.ts'
import { lexJava } from '../../../src/rosie/parse/comments/c-like.ts'
import type { Lex } from '../../../src/rosie/parse/comments/cursor.ts'
import { type CommentGroup, commentsOf } from '../../../src/rosie/parse/comments/index.ts'
import { lexJavaScript } from '../../../src/rosie/parse/comments/javascript.ts'
import { lexPython } from '../../../src/rosie/parse/comments/python.ts'
import { lexXml } from '../../../src/rosie/parse/comments/xml.ts'
import { lexYaml } from '../../../src/rosie/parse/comments/yaml.ts'

/** The same annotation in each language: in a line comment, in a longer one, and in a literal. */
const FORMS: Record<Language, { line: (text: string) => string; block: string[]; literal: (text: string) => string }> =
  (() => {
    const slashes = (text: string) => `// ${text}`
    const hash = (text: string) => `# ${text}`
    const star = ['/**', ' * @gxp-satisfies REQ-001,', ' *   REQ-002', ' * @gxp-risk HIGH', ' */']
    const hashes = ['# @gxp-satisfies REQ-001,', '#   REQ-002', '# @gxp-risk HIGH']
    const markup = ['<!--', '  @gxp-satisfies REQ-001,', '    REQ-002', '  @gxp-risk HIGH', '-->']
    const quotes = (text: string) => `x = "${text}";`
    const c = { line: slashes, block: star, literal: quotes }
    const html = {
      line: (text: string) => `<!-- ${text} -->`,
      block: markup,
      literal: (text: string) => `<a b="${text}">`,
    }
    return {
      typescript: c,
      javascript: { ...c, literal: (text) => `x = <p>${text}</p>;` },
      python: {
        line: hash,
        block: ['"""', '@gxp-satisfies REQ-001,', '  REQ-002', '@gxp-risk HIGH', '"""'],
        literal: (text) => `x = """${text}"""`,
      },
      java: { ...c, literal: (text) => `x = """\n${text}\n""";` },
      kotlin: { ...c, literal: (text) => `x = """${text}"""` },
      csharp: { ...c, literal: (text) => `x = @"${text}";` },
      go: { ...c, literal: (text) => `x = \`${text}\`` },
      rust: { ...c, literal: (text) => `x = r#"${text}"#;` },
      ruby: {
        line: hash,
        block: ['=begin', ...star.slice(1, 4).map((line) => line.slice(3)), '=end'],
        literal: (text) => `x = <<~A\n${text}\nA`,
      },
      swift: { ...c, literal: (text) => `x = #"${text}"#` },
      c: { ...c, literal: (text) => `x = R"(${text})";` },
      sql: { line: (text) => `-- ${text}`, block: star, literal: (text) => `select $$${text}$$;` },
      shell: { line: hash, block: hashes, literal: (text) => `cat <<A\n${text}\nA` },
      terraform: { line: hash, block: star, literal: (text) => `x = <<A\n${text}\nA` },
      yaml: { line: hash, block: hashes, literal: (text) => `x: |\n  ${text}` },
      xml: { ...html, literal: (text) => `<![CDATA[${text}]]>` },
      html,
    }
  })()

describe.each(LANGUAGES)('An annotation in %s', (language) => {
  const { line, block, literal } = FORMS[language]
  const read = (...source: string[]) => readAnnotations(source.join('\n'), language)

  it('is read from a comment of one line, in its place', () => {
    const source = ['', line('@gxp-satisfies REQ-001')]
    expect(read(...source)).toMatchObject({
      blocks: [{ line: 2, endLine: 2, tags: [{ name: 'gxp-satisfies', ids: [{ id: 'REQ-001' }] }] }],
      problems: [],
    })
    const [id] = read(...source).blocks[0]?.tags[0]?.ids ?? []
    expect(source[1]?.slice((id?.column ?? 0) - 1, id?.endColumn)).toBe('REQ-001')
  })

  it('is read from a comment of several lines, its list of ids from two of them', () => {
    const { blocks, problems } = read('x', ...block, 'x', line('@gxp-risk LOW'))
    expect(problems).toEqual([])
    expect(blocks.map(({ line, endLine }) => [line, endLine])).toEqual([
      [2, 1 + block.length],
      [3 + block.length, 3 + block.length],
    ])
    expect(blocks[0]?.tags.map(({ ids, value }) => value ?? ids.map(({ id }) => id))).toEqual([
      ['REQ-001', 'REQ-002'],
      'HIGH',
    ])
  })

  it('is no annotation in a literal, as a comment or bare', () => {
    for (const text of [line('@gxp-satisfies REQ-001').replaceAll('"', "'"), '@gxp-satisfies REQ-001'])
      expect(read(literal(text), line('@gxp-risk LOW')).blocks.map(({ tags }) => tags.map(({ name }) => name))).toEqual(
        [['gxp-risk']],
      )
  })

  it('is told when it does not parse, and not read between gxp:off and gxp:on', () => {
    const wrong = line('@gxp-risk high')
    expect(read(line('gxp:off'), wrong, line('gxp:on'), wrong).problems).toMatchObject([{ line: 4 }])
  })
})

it('A language is known by the ending of a file, in capitals too; other endings are none', () => {
  expect(languageOf('TS')).toBe('typescript')
  expect(languageOf('txt')).toBeNull()
  expect(languageOf('constructor')).toBeNull()
})

const PIECES = [
  ...[
    '/',
    '*',
    '/*',
    '*/',
    '//',
    '#',
    '"',
    "'",
    '`',
    '\\',
    '${',
    '$(',
    '#{',
    '\\(',
    '{',
    '}',
    '(',
    ')',
    '[',
    ']',
    '<',
    '>',
  ],
  ...['f"', 'f"""', '{a:', 'if(', 'as $$', 'do $a$', 'delimiter $$\n', '[a', '<<a', 'raise %('],
  ...['<a', '</a>', '<a>', '/>', '=', '= ', '"""', "'''", 'r#"', '"#', 'R"x(', ')x"', '@"', '$"', '$$"""', '{{', '}}'],
  ...[
    '%q(',
    '%w[',
    '<<A',
    '<<-A',
    '<<~A',
    '\nA\n',
    '\nA',
    '=begin\n',
    '\n=end',
    '__END__',
    '--',
    '$$',
    '$a$',
    "q'[",
    "]'",
  ],
  ...[
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '<?',
    '?>',
    '<script>',
    '</script>',
    '|\n',
    '>-\n',
    '- ',
    ': ',
    '&a ',
    '---\n',
  ],
  ...[
    '\n',
    '\r\n',
    ' ',
    '\t',
    '\0',
    '\ud83d',
    '\ude00',
    '😀',
    '\u2028',
    'a',
    '1',
    '@gxp-risk HIGH',
    '@gxp-satisfies REQ-1,',
  ],
]
const anySource = fc
  .array(fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...PIECES) }, fc.string({ unit: 'binary' })), {
    maxLength: 60,
  })
  .map((pieces) => pieces.join(''))

describe.each(LANGUAGES)('The lexer of %s', (language) => {
  it('throws on no text, keeps every comment within it, and their order', () => {
    fc.assert(
      fc.property(anySource, (source) => {
        const lines = source.split('\n')
        let before = 0
        for (const group of commentsOf(source, language)) {
          expect(group.line).toBeGreaterThanOrEqual(before)
          expect(group.endLine).toBeGreaterThanOrEqual(group.line)
          before = group.endLine
          for (const { line, column, text } of group.lines)
            expect(lines[line - 1]?.slice(column - 1, column - 1 + text.length)).toBe(text)
        }
        expect(before).toBeLessThanOrEqual(lines.length)
        readAnnotations(`// @gxp\n${source}`, language)
      }),
      { numRuns: 300 },
    )
  })

  it('finds the same groups where only some places are asked for', () => {
    fc.assert(
      fc.property(anySource, fc.array(fc.nat(400), { minLength: 1, maxLength: 3 }), (source, offsets) => {
        const places = offsets.filter((offset) => offset < source.length).sort((a, b) => a - b)
        fc.pre(places.length > 0)
        const lineStarts = [0, ...Array.from(source.matchAll(/\n/g), ({ index }) => index + 1)]
        const holdsPlace = ({ lines }: CommentGroup) =>
          lines.some(({ line, column, text }) => {
            const from = (lineStarts[line - 1] ?? 0) + column - 1
            return places.some((place) => place >= from && place < from + text.length)
          })
        const all = commentsOf(source, language)
        const asked = commentsOf(source, language, places)
        for (const group of asked) expect(all).toContainEqual(group)
        for (const group of all) if (holdsPlace(group)) expect(asked).toContainEqual(group)
      }),
      { numRuns: 200 },
    )
  })
})

describe('Where places are asked for', () => {
  it('the groups that hold one are found whole, and no others', () => {
    const source = '// a\n/* b\n */\n\n// c\n// d\nx() // e\n'
    const linesOf = (places: number[]) =>
      commentsOf(source, 'javascript', places).map(({ line, endLine }) => [line, endLine])
    expect(linesOf([source.indexOf('a')])).toEqual([[1, 3]])
    expect(linesOf([source.indexOf('d')])).toEqual([[5, 6]])
    expect(linesOf([source.indexOf('b'), source.indexOf('e')])).toEqual([
      [1, 3],
      [7, 7],
    ])
    expect(linesOf([source.indexOf('x')])).toEqual([])
  })

  it('a comment that is nothing but what is asked for is found', () => {
    expect(commentsOf('//a', 'java', [2])).toMatchObject([{ line: 1 }])
  })

  it.each(LANGUAGES)('the next line belongs to the comment: %s', (language) => {
    const { line } = FORMS[language]
    const source = [line('a'), line('b'), '', line('c')].join('\n')
    const spans = commentsOf(source, language, [source.indexOf('a')]).map(({ line, endLine }) => [line, endLine])
    expect(spans).toEqual([[1, 2]])
  })

  it.each<[string, Lex, string]>([
    ['C-like languages', lexJava, '// a\n"b"\n"c" // d'],
    ['JavaScript', lexJavaScript, '// a\n"b"\n"c" // d'],
    ['Python', lexPython, '# a\nb()\nc() # d'],
    ['XML', lexXml, '<!-- a -->\n<b/>\n<c/><!-- d -->'],
    ['YAML', lexYaml, '# a\nb: c\nd: e # f'],
  ])('what stands further down is not read: %s', (_, lex, source) => {
    expect(lex(source)).toHaveLength(2)
    expect(lex(source, source.indexOf('a'))).toHaveLength(1)
  })

  it('what is open is read to its end, which may show that it is something else', () => {
    const source = "x = <a>'{/* a */}'\n\n\ny"
    expect(commentsOf(source, 'javascript', [source.indexOf('a *')])).toEqual([])
  })
})

describe('Comments with nothing but white space between them', () => {
  it.each([
    ['on one line', '/* a */ /* b */ // c', ['1-1']],
    ['with code between them', '/* a */x // b', ['1-1', '1-1']],
    ['with code behind the first', '/* a */x\n// b', ['1-1', '2-2']],
    ['whose second begins with an empty line', '// a\n/*\nb */', ['1-3']],
    ['with an empty line between them', '// a\n\n/* b */', ['1-1', '3-3']],
  ])('are a group, others are not: %s', (_, source, spans) => {
    expect(commentsOf(source, 'java').map(({ line, endLine }) => `${line}-${endLine}`)).toEqual(spans)
  })
})

describe('A quarter of a million hostile characters', () => {
  const LENGTH = 2 ** 18
  const fill = (unit: string) => unit.repeat(Math.ceil(LENGTH / unit.length))
  const numbered = (unit: (n: number) => string) =>
    Array.from({ length: LENGTH / unit(10_000).length }, (_, n) => unit(n)).join('')
  const runs = (mark: string, unit: string) => `${mark}${unit.repeat(LENGTH / unit.length)}`

  // Guards against hanging, not measurements: on an idle machine each of these takes some milliseconds.
  it.each<[string, Language[], string]>([
    ['nested comments', ['kotlin', 'rust', 'swift', 'sql'], fill('/*')],
    ['comments that seem to nest', ['kotlin', 'rust', 'swift', 'sql'], fill('/*/**/')],
    ['ten thousand nested comments that close', ['kotlin', 'rust'], `${'/*'.repeat(10_000)}${'*/'.repeat(10_000)}`],
    ['holes in holes', ['kotlin', 'javascript', 'terraform'], fill('"${')],
    ['holes in holes', ['ruby'], fill('"#{')],
    ['holes in holes', ['csharp'], fill('$"{')],
    ['holes in holes', ['swift'], fill('"\\(')],
    ['commands in commands', ['shell'], fill('"$(')],
    ['parameters in parameters', ['shell'], fill('"${a:-')],
    ['quotes of raw strings', ['csharp'], runs('"'.repeat(1000), `${'"'.repeat(999)} `)],
    ['braces of raw strings', ['csharp'], runs(`${'$'.repeat(1000)}"""`, `${'{'.repeat(999)} `)],
    ['hashes of raw strings', ['rust'], runs(`r${'#'.repeat(1000)}"`, `"${'#'.repeat(999)}`)],
    ['hashes of strings', ['swift'], runs(`${'#'.repeat(1000)}"`, `"${'#'.repeat(999)}\\${'#'.repeat(999)}`)],
    ['hashes', ['swift', 'rust', 'ruby', 'shell'], fill('#')],
    ['regular expressions that nothing closes', ['javascript', 'ruby'], fill('(/[a')],
    ['regular expressions that nothing closes', ['swift'], fill('#/a ')],
    ['elements', ['javascript'], fill('(<a>{')],
    ['elements that come to nothing', ['javascript'], `${fill('(<a>{')}${fill('}>')}`],
    ['tags', ['javascript', 'xml', 'html'], fill('(<a b=')],
    ['attributes', ['javascript', 'xml', 'html'], `${fill('(<a>')}<a b="`],
    ['heredocs that nothing closes', ['ruby', 'shell', 'terraform'], numbered((n) => `<<A${n}\n`)],
    ['heredocs of one line', ['ruby', 'shell', 'terraform'], `${fill('(<<A ')}\nA`],
    ['heredocs that close in one another', ['ruby', 'shell', 'terraform'], numbered((n) => ` <<A <<B${n}\nB${n}\nA\n`)],
    ['bodies in dollars', ['sql'], numbered((n) => `$a${n}$ `)],
    ['backslashes', ['sql', 'shell', 'python', 'javascript'], `'${fill('\\')}`],
    ['bodies in dollars that hold comments', ['sql'], numbered((n) => `as $a${n}$ -- `)],
    ['bodies that nothing closes', ['sql'], fill('as $$/* ')],
    ['brackets of names', ['sql'], fill(' [a')],
    ['holes in holes', ['python'], fill('f"{')],
    ['formats in formats', ['python'], fill('f"{a:{')],
    ['heads of statements', ['javascript', 'typescript'], fill('if(')],
    ['heads with regular expressions', ['javascript', 'typescript'], fill("if(a)/'")],
    ['strings each of which has a form of its own', ['csharp'], fill('$"""{')],
    ['strings each of which has a form of its own', ['swift'], fill('#"')],
    ['holes of regular expressions', ['ruby'], fill('(/#{')],
    ['small heredocs that nothing closes', ['ruby'], numbered((n) => `=<<a${n}\n`)],
    ['digits', ['c'], fill("1'0")],
    ['items', ['yaml'], fill('- ')],
    ['block scalars', ['yaml'], fill('- |\n')],
    ['quotes', ['yaml', 'python', 'sql'], fill(": '")],
    ['scripts', ['html'], fill('<script>')],
  ])('are read in time: %s, in %j', (_, languages, text) => {
    for (const language of languages) expect(Array.isArray(commentsOf(text, language))).toBe(true)
  })
})
