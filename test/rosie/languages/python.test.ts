import { commentsOf } from '../../../src/rosie/parse/comments/index.ts'
import { commentsIn } from './reading.ts'

const python = commentsIn('python')

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
    ['a formatted string with quotes of the other kind', 'x = f"{a[\'# no\']} # no"'],
    ['a formatted string with its own quotes inside', 'x = f"{a["# no"]} # no"'],
    ['a formatted string with an apostrophe inside', 'x = f"{a["it\'s"]} # no"'],
    ['a formatted string in a formatted string', 'x = f"{f"{f"{1} # no"} # no"} # no"'],
    ['a raw formatted string', 'x = Rf"\\{a["# no"]} # no"'],
    ['a formatted raw string', "x = fR'{a['# no']} # no'"],
    ['a template string', 'x = t"{a["# no"]} # no"'],
    ['braces that are text', 'x = f"{{ # no }} # no"'],
    ['a brace that is text, and a hole', 'x = f"{{{a["# no"]}}} # no"'],
    ['an escaped quote in a formatted string', 'x = f"\\" # no {a}"'],
    ['a continued formatted string', 'x = f"a \\\n# no"'],
    ['a continued formatted string with two characters as its line end', 'x = f"a \\\r\n# no"'],
    ['a format with a quote', 'x = f"{a:\'>10} # no"'],
    ['a format with a hole', 'x = f"{a:{b["# no"]}} # no"'],
    ['a format with a quote, and a dictionary in its hole', 'x = f"{a:\'>{{\'w\': "# no"}["w"]}} # no"'],
    ['a format with two holes, a dictionary in the second', 'x = f"{a:{b}{{\'w\': "# no"}["w"]}} # no"'],
    ['braces that are text behind a format', 'x = f"{a:>5} {{ # no"'],
    ['braces that are text behind a format with a hole', 'x = f"{a:{b}} {{ # no"'],
    ['a format in a formatted string in brackets', 'x = f"{g(f"{a:\'>5}")} # no"'],
    ['a dictionary with quotes of its own in a hole', 'x = f"{ {\'a\': "# no"}["# no"] } # no"'],
    ['a dictionary in a hole', "x = f\"{ {'a': '# no'}['a'] } # no\""],
    ['a slice in a hole', 'x = f"{a[1:\'# no\']} # no"'],
    ['a conversion', 'x = f"{a!r:>5} # no"'],
    ['a formatted text of several lines', 'x = f"""\n# no {a["# no"]} "" # no\n{\nb}"""'],
    ['a formatted text of several lines with single quotes', "x = f'''\n# no {a['''# no''']}\n'''"],
    ['a name that ends in f', 'x = elf"{" # yes'],
    ['a text of several lines', 'x = """\n# no\n"""'],
    ['a text of several lines with single quotes', "x = '''\n# no\n'''"],
    ['a text with quotes in it', 'x = """ "" # no \\""" # no """'],
  ])('do not begin in %s', (_, code) => {
    expect(python(code, '# yes').filter((text) => text !== 'yes')).toEqual([])
    expect(python(code, '# yes').at(-1)).toBe('yes')
    expect(python(code, '"""yes"""', 'f(', '"""no""")')).toContain('yes')
    expect(python(code, '"""yes"""', 'f(', '"""no""")')).not.toContain('no')
  })

  it('are seen in the holes of a formatted string', () => {
    expect(python('x = f"""{', '  a # yes', '} # no {b:# no}"""')).toEqual(['yes'])
  })

  it('go on after a formatted string that is not closed, or whose hole is not', () => {
    expect(python('x = f"not closed # no', '# yes')).toEqual(['yes'])
    expect(python('x = f"{a # yes', '# too')).toEqual(['yes', 'too'])
    expect(python('x = f"{a:>5" # yes', '# too')).toEqual(['yes', 'too'])
    expect(python("x = f'{a:>5' # yes", '# too')).toEqual(['yes', 'too'])
    expect(python('x = f"{a) # yes', '# too')).toEqual(['yes', 'too'])
  })

  it.each([
    ['an argument', 'f(\n"""no"""\n)'],
    ['an item', 'x = [\n    """no""",\n]'],
    ['an assigned text', 'x = """no"""'],
    ['an assigned text on the next line', 'x = \\\n"""no"""'],
    ['an assigned text on the next line, indented', 'x = \\\n    """no"""'],
    ['a text behind a text', 'x = "a" """no"""'],
    ['a text behind a text and a continued line', 'x = "a"\\\n"""no"""'],
    ['a text on a line of its own in a hole', 'x = f"""{\n\'\'\'no\'\'\'\n}"""'],
    ['a formatted string', 'f"""no"""'],
    ['bytes', 'b"""no"""'],
  ])('are not %s', (_, code) => {
    expect(python(code)).toEqual([])
  })

  it.each([
    '"""yes"""',
    "'''yes'''",
    'r"""yes"""',
    'U"""yes"""',
    '\n\n"""yes"""',
    'x = ")"\n"""yes"""',
    'def f(): """yes"""',
    'class A: r"""yes"""',
  ])('are the docstring %j', (code) => {
    expect(python(code)).toEqual(['yes'])
  })

  it('belong together, a docstring with a prefix too', () => {
    expect(commentsOf('# one\nr"""two"""', 'python').map(({ line, endLine }) => [line, endLine])).toEqual([[1, 2]])
  })

  it('are not lost after a string that is not closed; a text that is not closed ends with the file', () => {
    expect(python("x = 'not closed", '# yes')).toEqual(['yes'])
    expect(python('x = """not closed', '# no')).toEqual([])
  })
})
