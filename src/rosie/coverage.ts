/**
 * How far each requirement is covered, in three levels that are shown side by side (GxP.MD, "Coverage"; decisions in
 * docs/architecture.md):
 *
 * - **linked**: the requirement and any test, or passing evidence, lie in one connected part of the graph, whatever the
 *   direction of the edges and counting a file as one node. This is the published algorithm, with evidence counted beside
 *   tests; a shared file joins everything it touches, so it over-covers.
 * - **traced**: a directed path leads from a test, or from valid passing evidence, to the requirement. Gates use this.
 * - **proven**: a traced path whose specification has valid, passing evidence for the current state of the source.
 */
import { blockNode, type Graph, reachable } from './graph.ts'
import { kindOfId } from './ids.ts'
import type { RequirementCounts, RequirementCoverage, Risk, RiskCoverage } from './model.ts'
import type { ComplianceRecord } from './record.ts'
import { isPassing } from './test-evidence.ts'
import { highestRisk, riskRank } from './vocabulary.ts'

export interface Coverage {
  requirements: readonly RequirementCoverage[]
  counts: RequirementCounts
  /** From the highest risk; requirements without one last. Only risks that occur. */
  byRisk: RiskCoverage[]
}

export function coverageOf(record: ComplianceRecord): Coverage {
  const { graph } = record
  const tests = testNodes(record)
  const passing = [...graph.evidence].filter(([, evidence]) => isPassing(evidence)).map(([node]) => node)
  const linked = reachable([...tests.map(wholeFile), ...passing], linksOf(graph))
  const traced = reachable([...tests, ...passing], (node) => graph.out(node).map(({ to }) => to))
  const requirements = requirementIds(record).map((id) => ({
    id,
    risk: riskOf(id, record),
    linked: linked.has(id),
    traced: traced.has(id),
    // Which source state an evidence was made for is not established without replaying it: nothing is proven by its claim.
    proven: false,
    path: [],
    tiers: [],
    missingTiers: [],
  }))
  const ofRisk = (risk: Risk | null) => requirements.filter((requirement) => requirement.risk === risk)
  const risks = [...new Set(requirements.map(({ risk }) => risk))].sort((a, b) => riskRank(b) - riskRank(a))
  return {
    requirements,
    counts: count(requirements),
    byRisk: risks.map((risk) => ({
      risk,
      ...count(ofRisk(risk)),
      tiers: [],
      gate: 'traced',
      demanded: null,
      reached: 0,
    })),
  }
}

/** A document's own rating, else the highest of the blocks that point at the id. */
export function riskOf(id: string, { documentsById, graph }: ComplianceRecord): Risk | null {
  const own = highestRisk(documentsById.get(id)?.map(({ content }) => content.risk) ?? [])
  return own ?? highestRisk(graph.into(id).map(({ from }) => graph.blocks.get(from)?.risk ?? null))
}

/** Requirements that are kept as documents, and those that only annotations name where none are kept. */
function requirementIds({ documentsById, graph }: ComplianceRecord): string[] {
  const named = [...graph.defined].filter((id) => documentsById.has(id) || graph.into(id).length > 0)
  return named.filter((id) => kindOfId(id) === 'requirement').sort()
}

function testNodes({ graph, sources }: ComplianceRecord): string[] {
  const files = sources.filter(({ test }) => test)
  return [
    ...files.flatMap(({ path, content }) => content.blocks.map(({ line }) => blockNode(path, line))),
    ...files.map(({ path }) => `FILE:${path}`).filter((node) => graph.out(node).length > 0),
  ]
}

/** A block's node as its file: the published algorithm knows files only. */
const wholeFile = (node: string) => (node.startsWith('FILE:') ? node.replace(/#L\d+$/, '') : node)

function linksOf(graph: Graph): (node: string) => Iterable<string> {
  const links = new Map<string, string[]>()
  const join = (a: string, b: string) => {
    const known = links.get(a)
    if (known) known.push(b)
    else links.set(a, [b])
  }
  for (const { from, to } of graph.edges) {
    const [a, b] = [wholeFile(from), wholeFile(to)]
    join(a, b)
    join(b, a)
  }
  return (node) => links.get(node) ?? []
}

function count(requirements: readonly RequirementCoverage[]): RequirementCounts {
  const having = (level: 'linked' | 'traced' | 'proven') =>
    requirements.filter((requirement) => requirement[level]).length
  return { total: requirements.length, linked: having('linked'), traced: having('traced'), proven: having('proven') }
}
