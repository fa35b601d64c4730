import type { Edge } from '../../src/rosie/model.ts'
import { endsOf, leadsTo, networkOf, spread, walk } from '../../src/rosie/network.ts'

/** `A>B`: an edge from the one to the other. */
const edgesOf = (...joined: string[]) =>
  joined.map((text): Edge => {
    const [from = '', to = ''] = text.split('>')
    return { from, to, type: 'satisfies', by: 'satisfies', origin: { path: `${from}.md`, line: 1 } }
  })
const edges = edgesOf('A>B', 'A>C', 'D>C', 'A>D', 'E>F')
const network = networkOf(edges)

describe('A network', () => {
  it('has the nodes in the order in which edges name them', () => {
    expect(network.names).toEqual(['A', 'B', 'C', 'D', 'E', 'F'])
    expect(Array.from(network.out.begin)).toEqual([0, 3, 3, 3, 4, 5, 5])
    expect(Array.from(network.into.begin)).toEqual([0, 0, 1, 3, 4, 4, 5])
    expect(Array.from(network.into.edges)).toEqual([0, 1, 2, 3, 4])
  })

  it('keeps the nodes of edges that are left out', () => {
    const without = networkOf(edges, new Set(edges.slice(0, 1)))
    expect(without.names).toEqual(network.names)
    expect(endsOf(without, 'A')).toEqual(['C', 'D'])
  })

  it('is the one before for the same edges, and for such as join the same', () => {
    expect(networkOf(edges, new Set())).toBe(network)
    expect(networkOf(edges.map((edge, n) => (n < 4 ? { ...edge } : edge)))).toBe(network)
  })

  it.each([
    ['from another node', 'X>C', 'X'],
    ['to another node', 'D>X', 'X'],
  ])('is another where an edge leads %s', (_, joined, node) => {
    networkOf(edges)
    const other = networkOf(edges.map((edge, n) => (n === 2 ? (edgesOf(joined)[0] ?? edge) : edge)))
    expect(other.names).toContain(node)
  })

  it('tells the nodes that a node leads to, and none of a name that is no node', () => {
    expect([...'ABDE'].map((name) => endsOf(network, name).join())).toEqual(['B,C,D', '', 'C', 'F'])
    expect(endsOf(network, 'X')).toEqual([])
  })

  it('tells whether a node leads to a certain one', () => {
    expect(leadsTo(network, 'A', (end) => end === 'D')).toBe(true)
    expect(leadsTo(network, 'A', (end) => end === 'F')).toBe(false)
    expect(leadsTo(network, 'X', () => true)).toBe(false)
  })

  it('is walked from several nodes at once, one way or the other', () => {
    const out = walk(network, 'out', ['D', 'X'])
    expect([...'ABCDEFXY'].filter((name) => out.has(name))).toEqual(['C', 'D', 'X'])
    expect([out.way('C'), out.way('D'), out.way('A'), out.way('X')]).toEqual([['D', 'C'], ['D'], [], []])
    const into = walk(network, 'into', ['C'])
    expect([...'ABCDEF'].filter((name) => into.has(name))).toEqual(['A', 'C', 'D'])
    expect(into.way('A')).toEqual(['C', 'A'])
  })

  it('spreads bits to all that a node leads to, over any number of edges', () => {
    const bits = spread(networkOf(edgesOf('A>B', 'B>C', 'C>B', 'D>C')), [
      ['A', 1],
      ['D', 4],
      ['X', 2],
    ])
    expect([...'ABCDX'].map(bits)).toEqual([1, 5, 5, 4, 0])
  })
})
