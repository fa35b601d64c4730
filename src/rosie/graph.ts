/**
 * The traceability graph: ids of requirements, stories and specifications, annotated blocks and evidence; edges point
 * from what fulfils to what is fulfilled, each with the place that says so. GxP.MD, "Traceability graph".
 */
import { type EdgeFault, faultOfEdge } from './edge-types.ts'
import { kindOfId } from './ids.ts'
import { remembered } from './memo.ts'
import type { Block, DocumentKind, Edge, Place, Risk } from './model.ts'
import { at, type Network, networkOf } from './network.ts'
import type { ComplianceRecord, DocumentFile, SourceFile } from './record.ts'
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
  /** What its tags say, in their order. */
  edges: readonly Edge[]
  /** The ids that these lead to, each once. */
  names: readonly string[]
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

export const evidenceNode = (path: string) => `EVIDENCE:${path}`
export const blockNode = (path: string, line: number) => `FILE:${path}#L${line}`
/** A whole file: a test or source that a specification's front matter names, or a document without an id. */
export const fileNode = (path: string) => `FILE:${path}`

export function buildGraph(record: Indexed): Graph {
  const blocks = new Map<string, BlockNode>()
  const edges: Edge[] = []
  const faults = new Map<Edge, EdgeFault>()
  let unread: Place | null = null
  const add = (more: Pick<Sayings, 'faults'> & { edges: Iterable<Edge> }) => {
    for (const edge of more.edges) {
      if (edges.length === MAX_EDGES) {
        unread ??= edge.origin
        break
      }
      edges.push(edge)
    }
    for (const [edge, fault] of more.faults) faults.set(edge, fault)
  }
  for (const document of record.documents) {
    add(saidBy(document))
    const named = namedFiles(document, record)
    if (named.length > 0) add({ edges: named, faults: [] })
  }
  for (const file of record.sources) {
    const { nodes, ...said } = blocksOf(file)
    for (const node of nodes) blocks.set(node.id, node)
    add(said)
  }
  add({ edges: inheritedEdges(blocks.values(), record), faults: [] }) // not as a list: there may be millions
  const evidence = new Map<string, TestEvidence>()
  for (const each of record.testEvidence) {
    const produced = producedEdges(each)
    evidence.set(produced.node, each)
    add(produced)
  }
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

/** What one file says to the graph, whatever the other files say. */
interface Sayings {
  edges: readonly Edge[]
  faults: readonly (readonly [Edge, EdgeFault])[]
}

const NO_SAYINGS: Sayings = { edges: [], faults: [] }

/** `inTest`: of a block, whether it stands in a test; null for what is no block. */
function sayingsOf(edges: readonly Edge[], inTest: boolean | null): Sayings {
  const faults = edges.flatMap((edge) => {
    const fault = faultOfEdge(edge, () => inTest)
    return fault ? [[edge, fault] as const] : []
  })
  return { edges, faults }
}

/** Its blocks as nodes, and what they say. */
export const blocksOf = remembered((file: SourceFile): Sayings & { nodes: readonly BlockNode[] } => {
  const nodes = file.content.blocks.map((block) => describeBlock(file, block))
  const edges = nodes.flatMap((node) => node.edges)
  return { nodes, ...(edges.length > 0 ? sayingsOf(edges, file.test) : NO_SAYINGS) }
})

function describeBlock({ path, test }: SourceFile, block: Block): BlockNode {
  const id = blockNode(path, block.line)
  const risk = highestRisk(riskTags(block.tags).map((claim) => claim.risk))
  const edges = [...blockEdges(id, path, test, block)]
  return { id, path, test, block, risk, edges, names: [...new Set(edges.map(({ to }) => to))] }
}

const saidBy = remembered(({ path, content, id }: DocumentFile): Sayings => {
  // Anything may stand where an id belongs, also the name of another node; what isn't an id names nothing.
  const from = id ?? fileNode(path)
  const edges = content.references.map(
    ({ type, by, to, ...span }): Edge => ({ from, to, type, by, origin: { path, ...span } }),
  )
  return edges.length > 0 ? sayingsOf(edges, null) : NO_SAYINGS
})

/** The files that a specification's front matter names, as far as they are there. */
function namedFiles({ path, content, id }: DocumentFile, { sourcesByPath }: Indexed): Edge[] {
  const named: Edge[] = []
  if (content.kind !== 'specification' || id === null) return named
  const files = { test_files: content.testFiles, source_files: content.sourceFiles }
  for (const [by, paths] of Object.entries(files)) {
    for (const written of paths) {
      const file = sourcesByPath.get(pathInTree(written))
      const origin: Place = { path, line: content.fields[by]?.line ?? 1 }
      if (file) named.push({ from: file.node, to: id, type: file.test ? 'verifies' : 'implements', by, origin })
    }
  }
  return named
}

/** A path as a document writes it, from the root of the tree. */
export const pathInTree = (written: string): string => written.replace(/^(?:\.?\/)+/, '')

function* blockEdges(from: string, path: string, test: boolean, { tags }: Block): Generator<Edge> {
  for (const tag of tags) {
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
  const isSpecification = ({ to, type }: Edge) => type === 'implements' && kindOfId(to) === 'specification'
  const inheriting = (edge: Edge) => isSpecification(edge) && !record.documentsById.has(edge.to)
  for (const node of blocks) {
    if (node.test || !node.edges.some(inheriting)) continue
    const edges = node.edges.filter((edge) => faultOfEdge(edge, () => node.test) === null)
    const parents = edges.filter((edge) => edge.type !== 'verifies' && !isSpecification(edge))
    for (const { to: specification } of edges.filter(inheriting)) {
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

const producedEdges = remembered(({ path, place, specId }: TestEvidence): Sayings & { node: string } => {
  const node = evidenceNode(path)
  const edges: Edge[] = specId ? [{ from: node, to: specId, type: 'produces', by: 'spec_id', origin: place }] : []
  return { node, ...sayingsOf(edges, null) }
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
