/** Circles in the graph, which must have none. GxP.MD, "Traceability graph". */
import type { Graph } from './graph.ts'
import type { Edge } from './model.ts'
import { at, type Network } from './network.ts'

type Walked = Pick<Graph, 'edges' | 'whole' | 'out' | 'into'>

/** The shortest cycle through each node that lies on one, each cycle once; nodes in the order of the edges. Lazily. */
export function* cycles(graph: Walked): Generator<Edge[]> {
  const covered = new Set<string>()
  for (const component of components(graph)) {
    for (const node of component) {
      if (covered.has(node)) continue
      const cycle = shortestCycle(graph, node, component)
      if (!cycle) continue
      for (const edge of cycle) covered.add(edge.from)
      yield cycle
    }
  }
}

/**
 * Breadth-first from a node back to itself, within its component. The way back is looked up at each node before its
 * edges are followed: a hub has thousands of them, and is passed once for each of its neighbours.
 */
function shortestCycle(graph: Walked, start: string, component: ReadonlySet<string>): Edge[] | null {
  const back = new Map(
    graph
      .into(start)
      .toReversed()
      .map((edge) => [edge.from, edge]),
  )
  const reachedBy = new Map<string, Edge>()
  const queue = [start]
  for (const node of queue) {
    const closing = back.get(node)
    if (closing) return backTo(start, reachedBy.set(start, closing))
    for (const edge of graph.out(node)) {
      if (!component.has(edge.to) || reachedBy.has(edge.to)) continue
      reachedBy.set(edge.to, edge)
      queue.push(edge.to)
    }
  }
  return null
}

function backTo(start: string, reachedBy: ReadonlyMap<string, Edge>): Edge[] {
  const path: Edge[] = []
  const before = ({ from }: Edge) => (from === start ? undefined : reachedBy.get(from))
  for (let edge = reachedBy.get(start); edge; edge = before(edge)) path.push(edge)
  return path.reverse()
}

/** Strongly connected components that hold a cycle (Tarjan, without recursion: records may chain thousands of ids). */
function* components(graph: Walked): Generator<Set<string>> {
  const left = inCircles(graph.whole)
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const stack: string[] = []
  const onStack = new Set<string>()
  const enter = (node: string) => {
    index.set(node, index.size)
    low.set(node, index.size - 1)
    stack.push(node)
    onStack.add(node)
    return { node, edges: graph.out(node), next: 0 }
  }
  const lower = (node: string, value: number) => low.set(node, Math.min(low.get(node) ?? value, value))
  for (const { from } of graph.edges) {
    if (!left.has(from) || index.has(from)) continue
    const frames = [enter(from)]
    for (let frame = frames.at(-1); frame; frame = frames.at(-1)) {
      const edge = frame.edges[frame.next++]
      if (edge) {
        if (!index.has(edge.to)) frames.push(enter(edge.to))
        else if (onStack.has(edge.to)) lower(frame.node, index.get(edge.to) ?? 0)
        continue
      }
      frames.pop()
      const parent = frames.at(-1)
      if (parent) lower(parent.node, low.get(frame.node) ?? 0)
      if (low.get(frame.node) === index.get(frame.node)) {
        const component = new Set(stack.splice(stack.lastIndexOf(frame.node)))
        for (const node of component) onStack.delete(node)
        const loops = graph.out(frame.node).some(({ to }) => to === frame.node)
        if (component.size > 1 || loops) yield component
      }
    }
  }
}

/** What is left when nodes that nothing leads to are taken away again and again: most often nothing at all. */
function inCircles({ names, into, out }: Network): Set<string> {
  const arriving = new Int32Array(names.length)
  const free: number[] = []
  names.forEach((_, node) => {
    arriving[node] = at(into.begin, node + 1) - at(into.begin, node)
    if (arriving[node] === 0) free.push(node)
  })
  for (const node of free) {
    for (let entry = at(out.begin, node); entry < at(out.begin, node + 1); entry++) {
      const end = at(out.ends, entry)
      arriving[end] = at(arriving, end) - 1
      if (arriving[end] === 0) free.push(end)
    }
  }
  return new Set(names.filter((_, node) => at(arriving, node) > 0))
}
