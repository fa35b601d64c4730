/**
 * The graph's nodes as numbers: walks over tens of thousands of nodes then take a few ms, since they hash no names. Each
 * walk looks at each edge once, whatever the number of its starts.
 */
import { remembered, sameList } from './memo.ts'
import type { Edge } from './model.ts'

export interface Network {
  names: readonly string[]
  numbers: ReadonlyMap<string, number>
  out: Neighbours
  into: Neighbours
}

/** Of node `n`, entries `begin[n]` to `begin[n + 1]`: the nodes at the other ends, and the edges that lead there. */
export interface Neighbours {
  begin: Int32Array
  ends: Int32Array
  edges: Int32Array
}

type Edges = Pick<ReadonlySet<Edge>, 'has' | 'size'>

/** Only the ends of edges are looked at, in their order. `but`: edges that are left out, though not their nodes. */
export const networkOf = (edges: readonly Edge[], but: Edges = NONE): Network =>
  but.size === 0 ? networkOfAll(sameList(edges, haveSameEnds)) : build(edges, but)

/** Most changes draw no edge anew: the network of the base is then that of the head. */
const networkOfAll = remembered((edges: readonly Edge[]) => build(edges, NONE))

const haveSameEnds = (one: Edge, other: Edge) => one.from === other.from && one.to === other.to

function build(edges: readonly Edge[], but: Edges): Network {
  const numbers = new Map<string, number>()
  const names: string[] = []
  const numberOf = (name: string) => {
    const known = numbers.get(name)
    if (known !== undefined) return known
    numbers.set(name, names.length)
    return names.push(name) - 1
  }
  const from = new Int32Array(edges.length)
  const to = new Int32Array(edges.length)
  const kept: number[] = []
  // One node's edges stand together, most often.
  let last: { name: string; number: number } | undefined
  edges.forEach((edge, index) => {
    if (edge.from !== last?.name) last = { name: edge.from, number: numberOf(edge.from) }
    from[index] = last.number
    to[index] = numberOf(edge.to)
    if (!but.has(edge)) kept.push(index)
  })
  return { names, numbers, out: group(kept, from, to, names.length), into: group(kept, to, from, names.length) }
}

const NONE: Edges = new Set()

/** Edges by the node at one of their ends, in their own order. */
function group(edges: readonly number[], by: Int32Array, other: Int32Array, size: number): Neighbours {
  const begin = new Int32Array(size + 1)
  for (const edge of edges) begin[at(by, edge) + 1] = at(begin, at(by, edge) + 1) + 1
  for (let node = 1; node <= size; node++) begin[node] = at(begin, node) + at(begin, node - 1)
  const next = begin.slice()
  const ends = new Int32Array(edges.length)
  const grouped = new Int32Array(edges.length)
  for (const edge of edges) {
    const place = at(next, at(by, edge))
    next[at(by, edge)] = place + 1
    ends[place] = at(other, edge)
    grouped[place] = edge
  }
  return { begin, ends, edges: grouped }
}

/** An entry that is there. */
export const at = (numbers: Int32Array, index: number): number => numbers[index] ?? 0

/** In place of the node of a name that has none: before the first, with no entries. */
export const NO_NODE = -1

/** The nodes that a node leads to. */
export function endsOf({ names, numbers, out }: Network, name: string): string[] {
  const node = numbers.get(name) ?? NO_NODE
  const found: string[] = []
  for (let entry = at(out.begin, node); entry < at(out.begin, node + 1); entry++)
    found.push(names[at(out.ends, entry)] ?? '')
  return found
}

/** Whether a node leads to one of which this holds. */
export function leadsTo({ names, numbers, out }: Network, name: string, holds: (end: string) => boolean): boolean {
  const node = numbers.get(name) ?? NO_NODE
  for (let entry = at(out.begin, node); entry < at(out.begin, node + 1); entry++)
    if (holds(names[at(out.ends, entry)] ?? '')) return true
  return false
}

/** What a walk reached. */
export interface Reached {
  has(node: string): boolean
  /** The nodes of a shortest way from a start, both ends included; among equals the earliest start's. Empty: none. */
  way(node: string): string[]
}

/** In place of the node that a walk came from. */
const NOWHERE = -1
const ITSELF = -2

/** Breadth-first from all starts at once. */
export function walk({ names, numbers, ...ways }: Network, along: 'out' | 'into', starts: Iterable<string>): Reached {
  const { begin, ends } = ways[along]
  const came = new Int32Array(names.length).fill(NOWHERE)
  const queue: number[] = []
  const reach = (node: number, from: number) => {
    if (came[node] !== NOWHERE) return
    came[node] = from
    queue.push(node)
  }
  // A start without any edge is no node of the network, and reaches itself.
  const alone = new Set<string>()
  for (const name of starts) {
    const node = numbers.get(name)
    if (node === undefined) alone.add(name)
    else reach(node, ITSELF)
  }
  for (const node of queue) {
    for (let entry = at(begin, node); entry < at(begin, node + 1); entry++) reach(at(ends, entry), node)
  }
  const isReached = (node: number | undefined): node is number => node !== undefined && came[node] !== NOWHERE
  return {
    has: (name) => alone.has(name) || isReached(numbers.get(name)),
    way: (name) => {
      const node = numbers.get(name)
      return isReached(node) ? wayTo(node, came, names) : []
    },
  }
}

/** Nodes of a way that are shown: a real one has five or six, and one made for the purpose ten thousand. */
const LONGEST_WAY = 50

/** Of a longer way the start, how many nodes are left out, and the end. */
function wayTo(node: number, came: Int32Array, names: readonly string[]): string[] {
  const way: string[] = []
  let left = 0
  for (let here = node; ; here = at(came, here)) {
    const start = came[here] === ITSELF
    if (start && left > 0) way.push(`(${left} more)`)
    if (start || way.length < LONGEST_WAY) way.push(names[here] ?? '')
    else left++
    if (start) return way.reverse()
  }
}

/**
 * Bits that spread from nodes to all that they lead to, over any number of edges. A node is walked from again only when it
 * gained a bit.
 */
export function spread({ names, numbers, out }: Network, from: Iterable<readonly [string, number]>) {
  const bits = new Uint8Array(names.length)
  const queue: number[] = []
  const add = (node: number, more: number) => {
    const known = bits[node] ?? 0
    if ((known | more) === known) return
    bits[node] = known | more
    queue.push(node)
  }
  for (const [name, more] of from) add(numbers.get(name) ?? NO_NODE, more)
  for (const node of queue) {
    for (let entry = at(out.begin, node); entry < at(out.begin, node + 1); entry++)
      add(at(out.ends, entry), bits[node] ?? 0)
  }
  return (name: string): number => bits[numbers.get(name) ?? NO_NODE] ?? 0
}
