/** The traceability matrix: nodes and edges of the graph by file, and how far each requirement is covered. GxP.MD, "Traceability matrix". */
import type { RequirementCoverage } from './assessment.ts'
import type { Graph } from './graph.ts'
import { kindOfId } from './ids.ts'
import type { Edge, Risk, Tier } from './model.ts'
import type { ComplianceRecord } from './record.ts'
import { fileNode } from './sayings.ts'

/** Told in each of GxP.MD's files for programs. */
export const GXPMD_VERSION = '3.0.0'

export interface TraceabilityMatrix {
  gxpmd_version: string
  generated_at: string
  summary: {
    total_nodes: number
    total_edges: number
    total_requirements: number
    covered_requirements: number
    coverage_by_risk: Record<string, { total: number; covered: number; percent: number }>
  }
  nodes: Record<string, MatrixNode>
  edges: { from: string; to: string; type: Edge['type']; source_file: string }[]
  coverage: Record<string, MatrixCoverage>
}

interface MatrixNode {
  phase: 'requirement' | 'user_story' | 'specification' | 'code' | 'test' | 'evidence'
  risk: Risk | null
  title: string | null
  files: string[]
  tiers: Tier[]
}

interface MatrixCoverage {
  risk: Risk | null
  /** By the traced level, which gates go by: the published algorithm's is `linked`. */
  covered: boolean
  linked: boolean
  traced: boolean
  proven: boolean
  tiers: Tier[]
  missing_tiers: Tier[]
  /** Tests with a typed path to it, and everything with one: at most `MAX_REACHED` nodes each. */
  test_nodes: string[]
  reachable_nodes: string[]
  /** The path that shows it, from the test or evidence to the requirement. */
  path: string[]
}

/** `generatedAt`: ISO 8601, UTC. */
export function traceabilityMatrix(record: ComplianceRecord, generatedAt: string): TraceabilityMatrix {
  const nodes = matrixNodes(record)
  const edges = matrixEdges(record)
  const reached = reaching(record.graph)
  const { requirements, byRisk } = record.coverage
  const traced = requirements.filter((requirement) => requirement.traced).length
  return {
    gxpmd_version: GXPMD_VERSION,
    generated_at: generatedAt,
    summary: {
      total_nodes: nodes.size,
      total_edges: edges.length,
      total_requirements: requirements.length,
      covered_requirements: traced,
      coverage_by_risk: Object.fromEntries(
        byRisk.map(({ risk, total, traced: covered }) => [
          risk ?? 'UNRATED',
          { total, covered, percent: total === 0 ? 0 : Math.floor((covered * 100) / total) },
        ]),
      ),
    },
    nodes: Object.fromEntries(nodes),
    edges,
    coverage: Object.fromEntries(
      requirements.map((requirement) => [requirement.id, coverageEntry(requirement, reached(requirement.id), nodes)]),
    ),
  }
}

/** Nodes that are listed for one requirement, and edges looked at for all: hostile graphs join everything with everything. */
const MAX_REACHED = 5_000
const MAX_VISITS = 500_000

function coverageEntry(
  { risk, linked, traced, proven, tiers, missingTiers, path }: RequirementCoverage,
  reached: string[],
  nodes: ReadonlyMap<string, MatrixNode>,
): MatrixCoverage {
  return {
    risk,
    covered: traced,
    linked,
    traced,
    proven,
    tiers,
    missing_tiers: missingTiers,
    test_nodes: reached.filter((node) => nodes.get(node)?.phase === 'test'),
    reachable_nodes: reached,
    path: path.map(wholeFile),
  }
}

/** The nodes that lead to one, itself aside, nearest first. Several requirements share one allowance. */
function reaching(graph: Graph): (id: string) => string[] {
  let left = MAX_VISITS
  return (id) => {
    const seen = new Set([id])
    const files = new Set<string>()
    for (const node of seen) {
      const before = graph.into(node)
      left -= 1 + before.length
      for (const { from } of before) seen.add(from)
      if (node !== id) files.add(wholeFile(node))
      if (files.size >= MAX_REACHED || left <= 0) break
    }
    return [...files]
  }
}

/** `FILE:path`: the matrix knows files, not blocks. */
export const wholeFile = (node: string) => (node.startsWith('FILE:') ? node.replace(/#L\d+$/, '') : node)

function matrixNodes(record: ComplianceRecord): Map<string, MatrixNode> {
  const nodes = new Map<string, MatrixNode>()
  const tiersOf = new Map(record.coverage.requirements.map(({ id, tiers }) => [id, tiers]))
  const riskOf = new Map(record.coverage.requirements.map(({ id, risk }) => [id, risk]))
  for (const id of record.graph.defined) {
    const phase = kindOfId(id)
    const documents = record.documentsById.get(id) ?? []
    if (!phase) continue
    const { title = null, risk = null, tier = null } = documents[0]?.content ?? {}
    const tiers = tiersOf.get(id) ?? (tier ? [tier] : [])
    nodes.set(id, { phase, risk: riskOf.get(id) ?? risk, title, files: documents.map(({ path }) => path), tiers })
  }
  const isJoined = (node: string) => record.graph.whole.numbers.has(node)
  // What has no id is a node by its file, as far as it is joined with anything.
  for (const { id, is: phase, path, content } of record.documents) {
    const { title, risk, tier } = content
    if (id !== null || !isJoined(fileNode(path))) continue
    nodes.set(fileNode(path), { phase, risk, title, files: [path], tiers: tier ? [tier] : [] })
  }
  // Annotated, or named by a specification.
  for (const { path, test, node, content } of record.sources) {
    if (content.blocks.length === 0 && !isJoined(node)) continue
    nodes.set(node, { phase: test ? 'test' : 'code', risk: null, title: null, files: [path], tiers: [] })
  }
  for (const [id, { path, gxpId, tier }] of record.graph.evidence) {
    nodes.set(id, { phase: 'evidence', risk: null, title: gxpId, files: [path], tiers: tier ? [tier] : [] })
  }
  return nodes
}

/** Blocks of one file that say the same say it once. */
function matrixEdges({ graph }: ComplianceRecord): TraceabilityMatrix['edges'] {
  const edges = new Map<string, TraceabilityMatrix['edges'][number]>()
  for (const { from, to, type, origin } of graph.edges) {
    const edge = { from: wholeFile(from), to: wholeFile(to), type, source_file: origin.path }
    edges.set(`${edge.from}\n${edge.to}\n${type}\n${origin.path}`, edge)
  }
  return [...edges.values()]
}
