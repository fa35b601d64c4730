/** YAML as a mapping with places: its bounds, and where a path leads. */
import { readMapping } from '../../src/rosie/parse/front-matter.ts'
import { MAX_LENGTH, placeIn, readYaml } from '../../src/rosie/parse/yaml.ts'
import { lines } from '../support/record.ts'

const read = (...text: string[]) => readYaml(lines(...text), 0, 'the text')
const mapping = (...text: string[]) => {
  const found = read(...text)
  if ('message' in found) throw new Error(found.message)
  return found
}
const valuesOf = (...text: string[]) => mapping(...text).values

describe('A mapping', () => {
  it('has keys as they are written, whatever they look like', () => {
    expect(valuesOf('1.0: a', '0x10: b', 'true: c', '~: d')).toEqual({ '1.0': 'a', '0x10': 'b', true: 'c', '~': 'd' })
  })

  it('may have keys without a value within braces', () => {
    expect(valuesOf('{a: 1, b, c: [{d}]}')).toEqual({ a: 1, b: null, c: [{ d: null }] })
    const { fields, problems } = readMapping('{a: 1, b}', 0)
    expect(problems).toEqual([])
    expect(fields.b).toEqual({ value: null, line: 1, column: 8 })
  })

  it('may say of a value that it is a text', () => {
    expect(valuesOf('a: ! 1.0', 'b: !!str 1.0', 'c: ! [1]')).toEqual({ a: '1.0', b: '1.0', c: [1] })
  })

  it('may use twenty aliases', () => {
    expect(valuesOf('a: &a x', `b: [${Array(20).fill('*a')}]`)).toMatchObject({ b: Array(20).fill('x') })
    expect(read('a: &a x', `b: [${Array(21).fill('*a')}]`)).toEqual({
      ...{ line: 2, column: 65 },
      message: 'The text uses more than 20 YAML aliases. Write the values out.',
    })
  })

  it.each([
    ['lists', 62, (levels: number) => `a: ${'['.repeat(levels)}x${']'.repeat(levels)}`],
    ['mappings, whose keys count too', 31, (levels: number) => `a: ${'{a: '.repeat(levels)}x${'}'.repeat(levels)}`],
  ])('may be nested 64 levels deep: %s', (_, most, nested) => {
    expect(read(nested(most))).not.toHaveProperty('message')
    expect(read(nested(most + 1))).toMatchObject({ message: 'The text is nested more than 64 levels deep.' })
  })

  it('is not read on where it is nested deeper, and says where', () => {
    const deep = (levels: number) => read(`a: ${'['.repeat(levels)}${']'.repeat(levels)}`)
    expect(deep(63)).not.toHaveProperty('message')
    expect(deep(64)).toMatchObject({ line: 1, column: 67 })
    expect(deep(65)).toMatchObject({ line: 1, column: 69 })
    expect(deep(10_000)).toEqual({ line: 1, column: 69, message: 'The text is nested more than 64 levels deep.' })
  })

  it('may have as many characters as are read', () => {
    const ofLength = (length: number) => `a: ${'x'.repeat(length - 4)}`
    expect(read(ofLength(MAX_LENGTH))).not.toHaveProperty('message')
    expect(read(ofLength(MAX_LENGTH + 1))).toEqual({
      line: 1,
      message: 'The text is longer than 128 Ki characters.',
    })
  })
})

describe('What can not be read', () => {
  it.each([
    ['nothing', [''], { line: 1, message: 'The text is empty. Write one `key: value` a line.' }],
    [
      'a second document',
      ['---', 'a: 1', '---', 'b: 2'],
      { line: 3, column: 1, message: 'The YAML is invalid: a second document begins here' },
    ],
    [
      'its first fault only, be it a warning or an error',
      ['a: !x b', 'c: "d" e'],
      { line: 1, column: 4, message: 'The YAML is invalid: Unresolved tag: !x' },
    ],
    [
      'a value that contains itself',
      ['a: &a [*a]'],
      { line: 1, message: "The YAML can't be read: it contains itself, or is nested too deeply." },
    ],
    [
      'a mapping that contains itself',
      ['a: &a {b: *a}'],
      { line: 1, message: "The YAML can't be read: it contains itself, or is nested too deeply." },
    ],
    [
      'a key that is a list',
      ['a: 1', '? [b]', ': c'],
      { line: 2, column: 3, message: 'The YAML is invalid: With stringKeys, all keys must be strings' },
    ],
    [
      'a tag that makes more of a value',
      ['a: 1', 'b: !!set {c}'],
      { line: 2, column: 10, message: expect.stringContaining('tag:yaml.org,2002:set') },
    ],
  ])('is told at its place: %s', (_, text, fault) => {
    expect(read(...text)).toEqual(fault)
  })

  it('leaves the traces of later errors as long as they were', () => {
    const before = Error.stackTraceLimit
    try {
      Error.stackTraceLimit = 7
      read('a: [')
      read('a: 1')
      expect(Error.stackTraceLimit).toBe(7)
    } finally {
      Error.stackTraceLimit = before
    }
  })
})

describe('A path leads', () => {
  const at = (...path: (string | number)[]) => {
    const text = ['# first', '', 'a: text', 'list: [x, y]', 'base: &base', '  deep: 1', 'same: *base', 'none: ~']
    const { line, column } = placeIn(mapping(...text), path)
    return `${line}:${column}`
  }

  it.each([
    ['to a key', ['a'], '3:1'],
    ['to an element', ['list', 1], '4:11'],
    ['to a key within', ['base', 'deep'], '6:3'],
    ['through an alias', ['same', 'deep'], '6:3'],
    ['to the mapping itself, where it has no such key', ['b'], '3:1'],
    ['as far as there is something: a text has no keys', ['a', 'b'], '3:1'],
    ['as far as there is something: a text has no elements', ['a', 0], '3:1'],
    ['as far as there is something: a list has an end', ['list', 7], '4:1'],
    ['as far as there is something: what the list lacks has no keys', ['list', 7, 'b'], '4:1'],
    ['as far as there is something: nothing has no keys', ['none', 'b'], '8:1'],
  ])('%s', (_, path, place) => {
    expect(at(...path)).toBe(place)
  })
})
