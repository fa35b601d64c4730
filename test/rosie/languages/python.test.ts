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
