/**
 * The traceability graph: ids of requirements, stories and specifications, annotated blocks and evidence; edges point
 * from what fulfils to what is fulfilled, each with the place that says so. GxP.MD, "Traceability graph".
 */
// @ts-nocheck

import { type EdgeFault, faultOfEdge } from './edge-types.ts'
import { kindOfId } from './ids.ts'
import type { Block, Document, DocumentKind, Edge, Place, Risk } from './model.ts'
import type { ComplianceRecord, Located, SourceFile } from './record.ts'
import { edgeOf, riskTags } from './tags.ts'
import type { TestEvidence } from './test-evidence.ts'
import { highestRisk } from './vocabulary.ts'

/** A block of annotations as a node: `FILE:path#L12`. */
export interface BlockNode {
  id: string
  path: string
  test: boolean
  block: Block
  risk: Risk | null
}

export interface Graph {
  /** In the order of the files; several edges may join the same two nodes. */
  edges: readonly Edge[]
  /** The first place whose edge is left out, because there are more than `MAX_EDGES`. */
  unread: Place | null
  blocks: ReadonlyMap<string, BlockNode>
  evidence: ReadonlyMap<string, TestEvidence>
  /** Ids that something defines: an artifact, a block that implements the specification, … */
  defined: ReadonlySet<string>
  out(node: string): readonly Edge[]
  into(node: string): readonly Edge[]
  /** Edges between types that the standard does not join: they are told, and carry no coverage. */
  faults: ReadonlyMap<Edge, EdgeFault>
  /** The same two without these. */
  typedOut(node: string): readonly Edge[]
  typedInto(node: string): readonly Edge[]
}

type Indexed = Omit<ComplianceRecord, 'graph' | 'coverage'>

/**
 * What one graph holds at most: the largest real record has about 60,000 edges. A few files made for the purpose have
 * millions, since a block's edges grow with the square of its ids, and would end the process.
 */
export const MAX_EDGES = 300_000

export const evidenceNode = (path: string) => `EVIDENCE:${path}`
export const blockNode = (path: string, line: number) => `FILE:${path}#L${line}`
/** A whole file: a test or source that a specification's front matter names, or a document without an id. */
export const fileNode = (path: string) => `FILE:${path}`

export function buildGraph(record: Indexed): Graph {
  const blocks = new Map<string, BlockNode>()
  const edges: Edge[] = []
  const sources = new Map(record.sources.map((file) => [file.path, file]))
  let unread: Place | null = null
  const add = (more: Iterable<Edge>) => {
    for (const edge of more) {
      if (edges.length === MAX_EDGES) {
        unread ??= edge.origin
        return
      }
      edges.push(edge)
    }
  }
  for (const document of record.documents) add(documentEdges(document, sources))
  for (const file of record.sources) {
    for (const block of file.content.blocks) {
      const node = describeBlock(file, block)
      blocks.set(node.id, node)
      add(blockEdges(node))
    }
  }
  add(inheritedEdges(blocks.values(), record))
  const evidence = new Map<string, TestEvidence>()
  for (const each of record.testEvidence) {
    evidence.set(evidenceNode(each.path), each)
    if (each.specId) add([producedEdge(each, each.specId)])
  }
  const defined = definedIds(record, blocks, edges)
  const [out, into] = [lookUp(edges, 'from'), lookUp(edges, 'to')]
  const faults = faultsOf(edges, blocks)
  return { edges, unread, blocks, evidence, defined, out, into, faults, ...typed(out, into, faults) }
}

function faultsOf(edges: readonly Edge[], blocks: ReadonlyMap<string, BlockNode>): Map<Edge, EdgeFault> {
  const faults = new Map<Edge, EdgeFault>()
  for (const edge of edges) {
    const fault = faultOfEdge(edge, (node) => blocks.get(node)?.test ?? null)
    if (fault) faults.set(edge, fault)
  }
  return faults
}

function typed(out: Graph['out'], into: Graph['into'], faults: Graph['faults']) {
  if (faults.size === 0) return { typedOut: out, typedInto: into }
  const sound = (edges: readonly Edge[]) => edges.filter((edge) => !faults.has(edge))
  return { typedOut: (node: string) => sound(out(node)), typedInto: (node: string) => sound(into(node)) }
}

function describeBlock({ path, test }: SourceFile, block: Block): BlockNode {
  return {
    id: blockNode(path, block.line),
    path,
    test,
    block,
    risk: highestRisk(riskTags(block.tags).map(({ risk }) => risk)),
  }
}

function* documentEdges(
  { path, content }: Located<Document>,
  sources: ReadonlyMap<string, SourceFile>,
): Generator<Edge> {
  // Anything may stand where an id belongs, also the name of another node; what isn't an id names nothing.
  const id = content.gxpId !== null && kindOfId(content.gxpId) ? content.gxpId : null
  const from = id ?? fileNode(path)
  for (const { type, by, to, ...span } of content.references) yield { from, to, type, by, origin: { path, ...span } }
  if (content.kind !== 'specification' || id === null) return
  const files = { test_files: content.testFiles, source_files: content.sourceFiles }
  for (const [by, paths] of Object.entries(files)) {
    const origin: Place = { path, line: content.fields[by]?.line ?? 1 }
    for (const written of paths) {
      const named = pathInTree(written)
      const test = sources.get(named)?.test
      if (test === true) yield { from: fileNode(named), to: id, type: 'verifies', by, origin }
      if (test === false) yield { from: fileNode(named), to: id, type: 'implements', by, origin }
    }
  }
}

/** A path as a document writes it, from the root of the tree. */
export const pathInTree = (written: string): string => written.replace(/^(?:\.?\/)+/, '')

function* blockEdges({ id: from, path, test, block }: BlockNode): Generator<Edge> {
  for (const tag of block.tags) {
    for (const { id: to, ...span } of tag.ids) {
      const kind = kindOfId(to)
      const type = kind && edgeOf(tag.name, kind, test)
      if (type) yield { from, to, type, by: `@${tag.name}`, origin: { path, ...span } }
    }
  }
}

/**
 * A specification without a document of its own takes its parents from the blocks that implement it: a block that
 * satisfies a requirement (or implements a story) and implements the specification says that the one serves the other.
 * Joined by block, never by file: two blocks of one file say nothing about each other. What several blocks say alike is
 * one edge, at the first of them.
 */
function* inheritedEdges(blocks: Iterable<BlockNode>, record: Indexed): Generator<Edge> {
  const told = new Map<string, Set<string>>()
  for (const node of blocks) {
    if (node.test) continue
    const edges = [...blockEdges(node)].filter((edge) => faultOfEdge(edge, () => node.test) === null)
    const isSpecification = ({ to, type }: Edge) => type === 'implements' && kindOfId(to) === 'specification'
    const parents = edges.filter((edge) => edge.type !== 'verifies' && !isSpecification(edge))
    for (const { to: specification } of edges.filter(isSpecification)) {
      if (record.documentsById.has(specification)) continue
      const known = told.get(specification) ?? new Set([specification])
      told.set(specification, known)
      for (const parent of parents) {
        if (known.has(parent.to)) continue
        known.add(parent.to)
        yield { ...parent, from: specification, type: 'derives_from' }
      }
    }
  }
}

const producedEdge = ({ path, place }: TestEvidence, specId: string): Edge => ({
  from: evidenceNode(path),
  to: specId,
  type: 'produces',
  by: 'spec_id',
  origin: place,
})

/**
 * Artifacts; specifications that a source block implements, or that have a v1 block of their own; requirements and
 * stories that annotations name, where the repository keeps no documents of that kind.
 */
function definedIds(record: Indexed, blocks: ReadonlyMap<string, BlockNode>, edges: readonly Edge[]): Set<string> {
  const defined = new Set<string>([...record.documentsById.keys(), ...record.unreadableIds])
  const free = (kind: DocumentKind | null) => kind !== null && kind !== 'specification' && !record.keptKinds.has(kind)
  for (const { from, to, type, by } of edges) {
    if (!by.startsWith('@')) continue
    const kind = kindOfId(to)
    const implemented = kind === 'specification' && type === 'implements' && blocks.get(from)?.test === false
    const ownBlock = kind === 'specification' && by === '@gxp-tag'
    if (implemented || ownBlock || free(kind)) defined.add(to)
  }
  return defined
}

function lookUp(edges: readonly Edge[], end: 'from' | 'to'): (node: string) => readonly Edge[] {
  const found = new Map<string, Edge[]>()
  for (const edge of edges) {
    const list = found.get(edge[end])
    if (list) list.push(edge)
    else found.set(edge[end], [edge])
  }
  const none: readonly Edge[] = []
  return (node) => found.get(node) ?? none
}

/** All nodes from which a start can be reached (`into`) or that it reaches (`out`), the starts included. */
export function reachable(starts: Iterable<string>, next: (node: string) => Iterable<string>): Set<string> {
  const seen = new Set(starts)
  for (const node of seen) for (const other of next(node)) seen.add(other)
  return seen
}

/** The shortest cycle through each node that lies on one, each cycle once; nodes in the order of the edges. Lazily. */
export function* cycles(graph: Graph): Generator<Edge[]> {
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
function shortestCycle(graph: Graph, start: string, component: ReadonlySet<string>): Edge[] | null {
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
  let at = start
  do {
    const edge = reachedBy.get(at)
    if (!edge) break
    path.unshift(edge)
    at = edge.from
  } while (at !== start)
  return path
}

/** Strongly connected components that hold a cycle (Tarjan, without recursion: records may chain thousands of ids). */
function components(graph: Graph): Set<string>[] {
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const stack: string[] = []
  const onStack = new Set<string>()
  const found: Set<string>[] = []
  const enter = (node: string) => {
    index.set(node, index.size)
    low.set(node, index.size - 1)
    stack.push(node)
    onStack.add(node)
    return { node, edges: graph.out(node), next: 0 }
  }
  const lower = (node: string, value: number) => low.set(node, Math.min(low.get(node) ?? value, value))
  for (const { from } of graph.edges) {
    if (index.has(from)) continue
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
        if (component.size > 1 || loops) found.push(component)
      }
    }
  }
  return found
}
