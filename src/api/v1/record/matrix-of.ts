/** Rows of a tracked snapshot → the traceability matrix. */
import { idInFileName, kindOfId } from '../../../rosie/ids.ts'
import type { DocumentKind } from '../../../rosie/model.ts'
import type { CoverageRow } from '../../../store/reading/record/links.ts'
import { type MatrixEdge, type MatrixRows, wholeFile } from '../../../store/reading/record/matrix.ts'

interface MatrixNode {
  phase: string
  risk: string | null
  title: string | null
  files: string[]
  tiers: string[]
}

interface JoinedFiles {
  from: string
  to: string
  type: string
  source_file: string
}

type ByRisk = Record<string, { total: number; covered: number; percent: number }>

/** Nodes that are listed for one requirement, and looked at for all: hostile graphs join everything with everything. */
const MOST_REACHED = 5_000
const MOST_VISITS = 500_000

export function matrixOf(rows: MatrixRows, generatedAt: string) {
  const { edges, coverage } = rows
  const nodes = nodesOf(rows)
  const joined = edgesOf(edges)
  const reached = reaching(edges)
  return {
    gxpmd_version: '3.0.0',
    generated_at: generatedAt,
    summary: {
      total_nodes: nodes.size,
      total_edges: joined.length,
      total_requirements: coverage.length,
      covered_requirements: coverage.filter(({ traced }) => traced).length,
      coverage_by_risk: byRisk(coverage),
    },
    nodes: Object.fromEntries(nodes),
    edges: joined,
    coverage: Object.fromEntries(coverage.map((row) => [row.gxpId, entryOf(row, reached(row.gxpId), nodes)])),
  }
}

function entryOf(
  { risk, linked, traced, proven, tiers, missingTiers, path }: CoverageRow,
  reached: string[],
  nodes: ReadonlyMap<string, MatrixNode>,
) {
  return {
    ...{ risk, covered: traced, linked, traced, proven, tiers, missing_tiers: missingTiers },
    test_nodes: reached.filter((node) => nodes.get(node)?.phase === 'test'),
    reachable_nodes: reached,
    path: path.map(wholeFile),
  }
}

/** The nodes that lead to one, nearest first. Several requirements share one allowance. */
function reaching(edges: readonly MatrixEdge[]): (id: string) => string[] {
  const into = new Map<string, MatrixEdge[]>()
  for (const edge of edges) {
    const known = into.get(edge.to)
    if (known) known.push(edge)
    else into.set(edge.to, [edge])
  }
  let left = MOST_VISITS
  return (id) => {
    const seen = new Set([id])
    const found = new Set<string>()
    for (const node of seen) {
      const before = into.get(node) ?? []
      left -= 1 + before.length
      for (const { node: block, from } of before) {
        seen.add(block)
        if (block !== id) found.add(from)
      }
      if (found.size >= MOST_REACHED || left <= 0) break
    }
    return [...found]
  }
}

// ── nodes and edges ─────────────────────────────────────────────────────────────────────────────────────────────────

function nodesOf({ artifacts, sources, tests, edges, coverage }: MatrixRows): Map<string, MatrixNode> {
  const of = new Map(coverage.map((row) => [row.gxpId, row]))
  const nodes = new Map<string, MatrixNode>()
  for (const { node, kind, path, title, risk, tier } of artifacts) {
    const known = node === null ? null : nodes.get(node)
    if (known) known.files.push(path)
    if (node === null || known) continue
    const { risk: counted = risk, tiers = tier ? [tier] : [] } = of.get(node) ?? {}
    nodes.set(node, { phase: phaseOf(kind), risk: counted, title, files: [path], tiers })
  }
  for (const id of definedOtherwise({ artifacts, edges, tests }, nodes)) {
    const { risk = null, tiers = [] } = of.get(id) ?? {}
    nodes.set(id, { phase: phaseOf(String(kindOfId(id))), risk, title: null, files: [], tiers })
  }
  // What joins nothing is no part of the matrix.
  const joined = new Set<string>()
  for (const { node, from } of edges) if (node !== from) joined.add(from)
  for (const [phase, paths] of [
    ['code', sources],
    ['test', tests],
  ] as const) {
    for (const path of paths) {
      const node = `FILE:${path}`
      if (joined.has(node)) nodes.set(node, { phase, risk: null, title: null, files: [path], tiers: [] })
    }
  }
  return nodes
}

const phaseOf = (kind: string) =>
  kind === 'requirement' || kind === 'user_story' || kind === 'specification' ? kind : 'evidence'

/** Ids that no document has: those that code defines, and those that an unreadable one may have (rosie/graph.ts, `definedIds`). */
function definedOtherwise(
  { artifacts, edges, tests }: Pick<MatrixRows, 'artifacts' | 'edges' | 'tests'>,
  known: ReadonlyMap<string, MatrixNode>,
): Set<string> {
  const kept = new Set(artifacts.map(({ kind }) => kind))
  const free = new Set((['requirement', 'user_story'] as DocumentKind[]).filter((kind) => !kept.has(kind)))
  const inTests = new Set(tests)
  const defined = new Set<string>()
  for (const { node, kind, path } of artifacts) {
    const id = node === null && phaseOf(kind) === kind ? idInFileName(path) : null
    if (id !== null && kindOfId(id) !== null && !known.has(id)) defined.add(id)
  }
  for (const { from, to, type, path, defines } of edges) {
    if (!from.startsWith('FILE:') || known.has(to) || defined.has(to)) continue
    const kind = kindOfId(to)
    const implemented = kind === 'specification' && (defines || (type === 'implements' && !inTests.has(path)))
    if (kind && (implemented || free.has(kind))) defined.add(to)
  }
  return defined
}

/** Blocks of one file that say the same say it once. */
function edgesOf(edges: readonly MatrixEdge[]): JoinedFiles[] {
  const known = new Set<string>()
  const joined: JoinedFiles[] = []
  for (const { from, to, type, path } of edges) {
    // Most say it in the file that says it: half as much to hash.
    const key = from.endsWith(path) ? `${from}\n${to}\n${type}` : `${from}\n${to}\n${type}\n${path}`
    if (known.has(key)) continue
    known.add(key)
    joined.push({ from, to, type, source_file: path })
  }
  return joined
}

function byRisk(coverage: readonly CoverageRow[]): ByRisk {
  const counts: ByRisk = {}
  for (const { risk, traced } of coverage) {
    const count = counts[risk ?? 'UNRATED'] ?? { total: 0, covered: 0, percent: 0 }
    counts[risk ?? 'UNRATED'] = count
    count.total++
    if (traced) count.covered++
  }
  for (const count of Object.values(counts)) count.percent = Math.floor((count.covered * 100) / count.total)
  return counts
}
