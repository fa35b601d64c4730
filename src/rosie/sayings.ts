/** What one file says to the graph by itself, whatever the other files say: its nodes, and the edges that it draws. */

import type { AnnotatedSource, Block, Document } from './contents.ts'
import { type EdgeFault, faultOfEdge } from './edge-types.ts'
import { kindOfId } from './ids.ts'
import { remembered } from './memo.ts'
import type { Edge, Place, Risk } from './model.ts'
import { edgeOf, riskTags } from './tags.ts'
import type { TestEvidence } from './test-evidence.ts'
import { highestRisk } from './vocabulary.ts'

export interface Sayings {
  edges: readonly Edge[]
  /** Which of these join what the standard doesn't. */
  faults: readonly (readonly [Edge, EdgeFault])[]
}

/** A block of annotations as a node: `FILE:path#L12`. */
export interface BlockNode {
  id: string
  path: string
  test: boolean
  block: Block
  risk: Risk | null
  /** The ids that its tags name, each once; and those of specifications among them. */
  names: readonly string[]
  specifications: readonly string[]
}

export const evidenceNode = (path: string) => `EVIDENCE:${path}`
export const blockNode = (path: string, line: number) => `FILE:${path}#L${line}`
/** A whole file: a test or source that a specification's front matter names, or a document without an id. */
export const fileNode = (path: string) => `FILE:${path}`

/** `inTest`: of a block, whether it stands in a test; null for what is no block. */
function sayingsOf(edges: readonly Edge[], inTest: boolean | null): Sayings {
  const faults = edges.flatMap((edge) => {
    const fault = faultOfEdge(edge, () => inTest)
    return fault ? [[edge, fault] as const] : []
  })
  return { edges, faults }
}

// ── annotations ─────────────────────────────────────────────────────────────────────────────────────────────────────

export const nodesOf = ({ blocks }: AnnotatedSource, path: string, test: boolean): BlockNode[] =>
  blocks.map((block) => {
    const names = [...new Set(block.tags.flatMap(({ ids }) => ids.map(({ id }) => id)))]
    return {
      id: blockNode(path, block.line),
      path,
      test,
      block,
      risk: highestRisk(riskTags(block.tags).map(({ risk }) => risk)),
      names,
      specifications: names.filter((id) => kindOfId(id) === 'specification'),
    }
  })

export interface SourceSayings extends Sayings {
  /** Specifications that source implements, or that have a v1 block of their own: nothing else need define them. */
  defines: readonly string[]
}

export function sourceSays(nodes: readonly BlockNode[], test: boolean): SourceSayings {
  const edges = nodes.flatMap((node) => [...blockEdges(node)])
  const defining = edges.filter(({ type, by }) => (type === 'implements' && !test) || by === '@gxp-tag')
  const defines = defining.map(({ to }) => to).filter((id) => kindOfId(id) === 'specification')
  return { ...sayingsOf(edges, test), defines }
}

/** What the tags of a block say, in their order. */
export function* blockEdges({ id: from, path, test, block }: BlockNode): Generator<Edge> {
  for (const tag of block.tags) {
    for (const { id: to, ...span } of tag.ids) {
      const kind = kindOfId(to)
      const type = kind && edgeOf(tag.name, kind, test)
      if (type) yield { from, to, type, by: `@${tag.name}`, origin: { path, ...span } }
    }
  }
}

// ── documents ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** A file that a specification's front matter names: an edge where it is there. */
export interface NamedFile {
  path: string
  /** The specification. */
  to: string
  by: 'test_files' | 'source_files'
  origin: Place
}

/** `id`: the document's, where it is one. What isn't an id names nothing: it may be the name of another node. */
export function documentSays(content: Document, path: string, id: string | null) {
  const from = id ?? fileNode(path)
  const edges = content.references.map(
    ({ type, by, to, ...span }): Edge => ({ from, to, type, by, origin: { path, ...span } }),
  )
  const named = id === null || content.kind !== 'specification' ? [] : [...namedFiles(content, path, id)]
  return { ...sayingsOf(edges, null), named }
}

function* namedFiles({ fields, testFiles, sourceFiles }: Document, path: string, to: string): Generator<NamedFile> {
  const lists = { test_files: testFiles, source_files: sourceFiles }
  for (const by of ['test_files', 'source_files'] as const) {
    const origin: Place = { path, line: fields[by]?.line ?? 1 }
    for (const written of lists[by]) yield { path: pathInTree(written), to, by, origin }
  }
}

/** A path as a document writes it, from the root of the tree. */
export const pathInTree = (written: string): string => written.replace(/^(?:\.?\/)+/, '')

// ── evidence ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** All evidence by its node, and the specifications that it is for. */
export const evidenceSays = remembered((all: readonly TestEvidence[]) => {
  const nodes = new Map<string, TestEvidence>()
  const edges: Edge[] = []
  for (const each of all) {
    const from = evidenceNode(each.path)
    nodes.set(from, each)
    if (each.specId) edges.push({ from, to: each.specId, type: 'produces', by: 'spec_id', origin: each.place })
  }
  return { nodes, ...sayingsOf(edges, null) }
})
