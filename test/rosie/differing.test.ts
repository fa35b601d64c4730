import { differing } from '../../src/rosie/differing.ts'

describe('What tells two lists of files apart', () => {
  const [a, b, c] = [{ path: 'a' }, { path: 'b' }, { path: 'c' }]
  const other = { path: 'b' }

  it.each([
    ['nothing, of the same', [a, b], [a, b], [], []],
    ['nothing, of none', [], [], [], []],
    ['all that came to none', [], [a, b], [], [a, b]],
    ['all of which nothing is left', [a, b], [], [a, b], []],
    ['what came first', [b, c], [a, b, c], [], [a]],
    ['what came between', [a, c], [a, b, c], [], [b]],
    ['what came last', [a, b], [a, b, c], [], [c]],
    ['what is gone from the front', [a, b, c], [b, c], [a], []],
    ['what is gone between', [a, b, c], [a, c], [b], []],
    ['what is gone from the end', [a, b, c], [a, b], [c], []],
    ['what is another under its path, both', [a, b, c], [a, other, c], [b], [other]],
    ['what took the place of others', [a, b], [c], [a, b], [c]],
    ['what others took the place of', [c], [a, b], [c], [a, b]],
  ])('is %s', (_, before, after, gone, come) => {
    const found = differing(before, after)
    expect(found).toEqual({ gone, come })
    expect(found.gone.every((entry, at) => entry === gone[at])).toBe(true)
    expect(found.come.every((entry, at) => entry === come[at])).toBe(true)
  })
})
