import { cycles } from '../../src/rosie/cycles.ts'
import type { Edge } from '../../src/rosie/model.ts'
import { networkOf } from '../../src/rosie/network.ts'

/** `A>B`: an edge from the one to the other. Which nodes are asked for their edges is written down. */
function graphOf(...joined: string[]) {
  const edges = joined.map((text): Edge => {
    const [from = '', to = ''] = text.split('>')
    return { from, to, type: 'satisfies', by: 'satisfies', origin: { path: `${from}.md`, line: 1 } }
  })
  const asked = { out: [] as string[], into: [] as string[] }
  const ask = (along: 'out' | 'into', end: 'from' | 'to') => (node: string) => {
    asked[along].push(node)
    return edges.filter((edge) => edge[end] === node)
  }
  return { edges, whole: networkOf(edges), out: ask('out', 'from'), into: ask('into', 'to'), asked }
}

const shown = (edges: readonly Edge[]) => edges.map(({ from, to }) => `${from}>${to}`).join(' ')
const cyclesOf = (...joined: string[]) => [...cycles(graphOf(...joined))].map(shown)

describe('The cycles of a graph', () => {
  it.each([
    ['none where there is none', ['A>B', 'B>C', 'A>C'], []],
    ['a node that leads to itself', ['A>A'], ['A>A']],
    ['a circle of two, from where its first edge begins', ['B>A', 'A>B'], ['B>A A>B']],
    ['a longer one, on the way that it goes', ['A>B', 'B>C', 'C>A'], ['A>B B>C C>A']],
    [
      'the shortest through a node, by its first edges',
      ['A>B', 'A>C', 'B>D', 'C>D', 'D>A'],
      ['A>B B>D D>A', 'C>D D>A A>C'],
    ],
    ['each of several, in the order of their edges', ['C>D', 'D>C', 'A>B', 'B>A'], ['C>D D>C', 'A>B B>A']],
    ['one that leads to one before', ['C>D', 'D>C', 'A>B', 'B>A', 'B>C'], ['C>D D>C', 'A>B B>A']],
    ['one that one before leads to', ['P>Q', 'Q>P', 'Q>A', 'A>B', 'B>A'], ['A>B B>A', 'P>Q Q>P']],
    [
      'one with two ways back, once, deep in a walk',
      ['P>Q', 'Q>P', 'Q>A', 'A>B', 'B>C', 'C>A', 'C>B'],
      ['A>B B>C C>A', 'P>Q Q>P'],
    ],
    ['one that is left by other ways, and come to by others', ['X>A', 'A>B', 'B>A', 'B>Y', 'Y>Z'], ['A>B B>A']],
  ])('are %s', (_, joined, found) => {
    expect(cyclesOf(...joined)).toEqual(found)
  })

  it('take two looks at each node, and a third at one', () => {
    const long = graphOf(...Array.from({ length: 50 }, (_, n) => `N${n}>N${(n + 1) % 50}`))
    expect([...cycles(long)].map((edges) => edges.length)).toEqual([50])
    expect(long.asked.out.length).toBeLessThanOrEqual(101)
  })

  it('are looked for only where something goes round: most records have nothing of the kind', () => {
    const straight = graphOf('A>B', 'B>C', 'A>D', 'D>C', 'C>E')
    expect([...cycles(straight)]).toEqual([])
    expect(straight.asked).toEqual({ out: [], into: [] })
    // What a circle leads to is walked through once, and not from there.
    const mixed = graphOf('X>A', 'W>X', 'A>B', 'B>A', 'B>Y', 'Y>Z', 'U>Z')
    expect([...cycles(mixed)].map(shown)).toEqual(['A>B B>A'])
    expect([...new Set(mixed.asked.out)].sort()).toEqual(['A', 'B', 'Y', 'Z'])
    expect(mixed.asked.into).toEqual(['A'])
  })
})
