/**
 * The traceability graph: ids of requirements, stories and specifications, annotated blocks and evidence; edges point
 * from what fulfils to what is fulfilled, each with the place that says so. GxP.MD, "Traceability graph".
 */
import { type EdgeFault, faultOfEdge } from './edge-types.ts'
import { kindOfId } from './ids.ts'
import { remembered } from './memo.ts'
import type { DocumentKind, Edge, Place } from './model.ts'
import { at, type Network, NO_NODE, networkOf } from './network.ts'
import type { ComplianceRecord } from './record.ts'
import { type BlockNode, blockEdges, evidenceSays, type NamedFile, type Sayings } from './sayings.ts'
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
  const blocks = blocksIn(record.sources)
  const edges: Edge[] = []
  const faults = new Map<Edge, EdgeFault>()
  let unread = null as Place | null
  const defines: (readonly string[])[] = []
  const push = (edge: Edge): boolean => {
    if (edges.length < MAX_EDGES) edges.push(edge)
    else unread = edge.origin
    return unread === null
  }
  const add = (more: readonly Edge[], wrong: Sayings['faults'] = NO_FAULTS) => {
    for (const [edge, fault] of wrong) faults.set(edge, fault)
    more.every(push)
  }
  const { nodes: evidence, ...produced } = evidenceSays(record.testEvidence)
  for (const document of record.documents) {
    if (unread) break
    add(document.edges, document.faults)
    if (!unread) add(edgesToNamed(document.named, record))
  }
  for (const file of record.sources) {
    if (unread) break
    if (file.nodes.length === 0) continue
    const { says } = file
    add(says.edges, says.faults)
    if (!unread) defines.push(says.defines)
  }
  // Not as a list: there may be millions.
  if (!unread) for (const edge of inheritedEdges(blocks.values(), record)) if (!push(edge)) break
  if (!unread) add(produced.edges, produced.faults)
  const defined = definedIds(record, defines, edges)
  const whole = networkOf(edges)
  const typed = networkOf(edges, faults)
  const ends = { out: edgesOf(edges, whole, 'out'), into: edgesOf(edges, whole, 'into') }
  const typedEnds = { typedOut: edgesOf(edges, typed, 'out'), typedInto: edgesOf(edges, typed, 'into') }
  const unknown = unknownIds(whole, defined)
  return { edges, unread, blocks, evidence, defined, unknown, faults, whole, typed, ...ends, ...typedEnds }
}

const NO_FAULTS: Sayings['faults'] = []

const blocksIn = remembered((sources: Indexed['sources']): ReadonlyMap<string, BlockNode> => {
  const blocks = new Map<string, BlockNode>()
  for (const { nodes } of sources) for (const node of nodes) blocks.set(node.id, node)
  return blocks
})

function edgesOf(all: readonly Edge[], { numbers, ...ways }: Network, along: 'out' | 'into'): Graph['out'] {
  const { begin, edges } = ways[along]
  return (name) => {
    const node = numbers.get(name) ?? NO_NODE
    const found: Edge[] = []
    for (let entry = at(begin, node); entry < at(begin, node + 1); entry++) {
      const edge = all[at(edges, entry)]
      if (edge) found.push(edge)
    }
    return found
  }
}

/** The files that a specification's front matter names, as far as they are there. */
function edgesToNamed(named: readonly NamedFile[], { sourcesByPath }: Indexed): Edge[] {
  return named.flatMap(({ path, to, by, origin }): Edge[] => {
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
  const undocumented = (id: string) => !record.documentsById.has(id)
  for (const node of blocks) {
    if (node.test || !node.specifications.some(undocumented)) continue
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
 * Artifacts; specifications that annotated files define; requirements and stories that annotations name, where the
 * repository keeps no documents of that kind.
 */
function definedIds(
  record: Indexed,
  defines: readonly (readonly string[])[],
  edges: readonly Edge[],
): ReadonlySet<string> {
  const defined = new Set<string>([...record.documentsById.keys(), ...record.unreadableIds])
  for (const specifications of defines) for (const id of specifications) defined.add(id)
  const free = FREE_KINDS.filter((kind) => !record.keptKinds.has(kind))
  if (free.length === 0) return defined
  for (const { to, by } of edges) {
    const kind = by.startsWith('@') ? kindOfId(to) : null
    if (kind && free.includes(kind)) defined.add(to)
  }
  return defined
}

const FREE_KINDS: readonly DocumentKind[] = ['requirement', 'user_story']

/** The ids that something defines, of one kind. */
export const definedOf = (kind: DocumentKind, { defined }: Pick<Graph, 'defined'>): readonly string[] =>
  definedByKind(defined).get(kind) ?? []

const definedByKind = remembered((defined: ReadonlySet<string>) => {
  const found = new Map<DocumentKind | null, string[]>()
  for (const id of defined) {
    const kind = kindOfId(id)
    const same = found.get(kind)
    if (same) same.push(id)
    else found.set(kind, [id])
  }
  return found
})

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
