/**
 * The traceability graph: ids of requirements, stories and specifications, annotated blocks and evidence; edges point
 * from what fulfils to what is fulfilled, each with the place that says so. GxP.MD, "Traceability graph".
 */
import { type EdgeFault, faultOfEdge } from './edge-types.ts'
import { kindOfId } from './ids.ts'
import type { DocumentKind, Edge, Place } from './model.ts'
import { at, type Network, networkOf } from './network.ts'
import type { ComplianceRecord } from './record.ts'
import { type BlockNode, blockEdges, evidenceSays, type NamedFile, type Sayings, sourceSays } from './sayings.ts'
import type { TestEvidence } from './test-evidence.ts'

export interface Graph {
  /** In the order of the files; several edges may join the same two nodes. */
  edges: readonly Edge[]
  /** The first place whose edge is left out, because there are more than `MAX_EDGES`. */
  unread: Place | null
  blocks: ReadonlyMap<string, BlockNode>
  evidence: ReadonlyMap<string, TestEvidence>
  /** Ids that something defines: an artifact, a block that implements the specification, … */
  defined: ReadonlySet<string>
  /** Ids that edges lead to and that nothing defines. */
  unknown: ReadonlySet<string>
  out(node: string): readonly Edge[]
  into(node: string): readonly Edge[]
  /** Edges between types that the standard does not join: they are told, and carry no coverage. */
  faults: ReadonlyMap<Edge, EdgeFault>
  /** All edges, and those without these, with their nodes as numbers. */
  whole: Network
  typed: Network
  /** As above, without these. */
  typedOut(node: string): readonly Edge[]
  typedInto(node: string): readonly Edge[]
}

type Indexed = Omit<ComplianceRecord, 'graph' | 'coverage'>

/**
 * What one graph holds at most: the largest real record has about 60,000 edges. A few files made for the purpose have
 * millions, since a block's edges grow with the square of its ids, and would end the process.
 */
export const MAX_EDGES = 300_000

export function buildGraph(record: Indexed): Graph {
  const blocks = new Map<string, BlockNode>()
  const edges: Edge[] = []
  const faults = new Map<Edge, EdgeFault>()
  let unread = null as Place | null
  const add = (more: Iterable<Edge>, wrong: Sayings['faults'] = []) => {
    for (const [edge, fault] of wrong) faults.set(edge, fault)
    for (const edge of more) {
      if (edges.length === MAX_EDGES) {
        unread = edge.origin
        return
      }
      edges.push(edge)
    }
  }
  const { nodes: evidence, ...produced } = evidenceSays(record.testEvidence)
  for (const document of record.documents) {
    if (unread) break
    add(document.edges, document.faults)
    if (document.id !== null && !unread) add(edgesToNamed(document.id, document.named, record))
  }
  for (const file of record.sources) {
    for (const node of file.nodes) blocks.set(node.id, node)
    if (unread || file.nodes.length === 0) continue
    const said = sourceSays(file)
    add(said.edges, said.faults)
  }
  // Not as a list: there may be millions.
  if (!unread) add(inheritedEdges(blocks.values(), record))
  if (!unread) add(produced.edges, produced.faults)
  const defined = definedIds(record, blocks, edges)
  const whole = networkOf(edges)
  const typed = faults.size === 0 ? whole : networkOf(edges, faults)
  const ends = { out: edgesOf(edges, whole, 'out'), into: edgesOf(edges, whole, 'into') }
  const typedEnds = { typedOut: edgesOf(edges, typed, 'out'), typedInto: edgesOf(edges, typed, 'into') }
  const unknown = unknownIds(whole, defined)
  return { edges, unread, blocks, evidence, defined, unknown, faults, whole, typed, ...ends, ...typedEnds }
}

function edgesOf(all: readonly Edge[], { numbers, ...ways }: Network, along: 'out' | 'into'): Graph['out'] {
  const { begin, edges } = ways[along]
  return (name) => {
    const node = numbers.get(name)
    const found: Edge[] = []
    if (node === undefined) return found
    for (let entry = at(begin, node); entry < at(begin, node + 1); entry++) {
      const edge = all[at(edges, entry)]
      if (edge) found.push(edge)
    }
    return found
  }
}

/** The files that a specification's front matter names, as far as they are there. */
function edgesToNamed(to: string, named: readonly NamedFile[], { sourcesByPath }: Indexed): Edge[] {
  return named.flatMap(({ path, by, origin }): Edge[] => {
    const file = sourcesByPath.get(path)
    return file ? [{ from: file.node, to, type: file.test ? 'verifies' : 'implements', by, origin }] : []
  })
}

/**
 * A specification without a document of its own takes its parents from the blocks that implement it: a block that
 * satisfies a requirement (or implements a story) and implements the specification says that the one serves the other.
 * Joined by block, never by file: two blocks of one file say nothing about each other. What several blocks say alike is
 * one edge, at the first of them.
 */
function* inheritedEdges(blocks: Iterable<BlockNode>, record: Indexed): Generator<Edge> {
  const told = new Map<string, Set<string>>()
  const isSpecification = ({ to, type }: Edge) => type === 'implements' && kindOfId(to) === 'specification'
  const undocumented = (id: string) => kindOfId(id) === 'specification' && !record.documentsById.has(id)
  for (const node of blocks) {
    if (node.test || !node.names.some(undocumented)) continue
    const edges = [...blockEdges(node)].filter((edge) => faultOfEdge(edge, () => node.test) === null)
    const parents = edges.filter((edge) => edge.type !== 'verifies' && !isSpecification(edge))
    for (const { to: specification } of edges.filter((edge) => isSpecification(edge) && undocumented(edge.to))) {
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

/**
 * Artifacts; specifications that a source block implements, or that have a v1 block of their own; requirements and
 * stories that annotations name, where the repository keeps no documents of that kind.
 */
function definedIds(record: Indexed, blocks: ReadonlyMap<string, BlockNode>, edges: readonly Edge[]): Set<string> {
  const defined = new Set<string>([...record.documentsById.keys(), ...record.unreadableIds])
  const isFree = (kind: DocumentKind | null) => kind !== null && kind !== 'specification' && !record.keptKinds.has(kind)
  const anyFree = isFree('requirement') || isFree('user_story')
  for (const { from, to, type, by } of edges) {
    if (!by.startsWith('@') || (!anyFree && type !== 'implements' && by !== '@gxp-tag')) continue
    const kind = kindOfId(to)
    const implemented = kind === 'specification' && type === 'implements' && blocks.get(from)?.test === false
    const ownBlock = kind === 'specification' && by === '@gxp-tag'
    if (implemented || ownBlock || isFree(kind)) defined.add(to)
  }
  return defined
}

function unknownIds({ names, into }: Network, defined: ReadonlySet<string>): Set<string> {
  const found = new Set<string>()
  names.forEach((name, node) => {
    if (at(into.begin, node) < at(into.begin, node + 1) && !defined.has(name)) found.add(name)
  })
  return found
}

/** All nodes from which a start can be reached (`into`) or that it reaches (`out`), the starts included. */
export function reachable(starts: Iterable<string>, next: (node: string) => Iterable<string>): Set<string> {
  const seen = new Set(starts)
  for (const node of seen) for (const other of next(node)) seen.add(other)
  return seen
}
