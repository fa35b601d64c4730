/**
 * How far each requirement is covered, in three levels that are shown side by side (GxP.MD, "Coverage"; decisions in
 * docs/architecture.md):
 *
 * - **linked**: the requirement and any test, or passing evidence, lie in one connected part of the graph, whatever the
 *   direction of the edges and counting a file as one node. This is the published algorithm, with evidence counted beside
 *   tests; a shared file joins everything it touches, so it over-covers.
 * - **traced**: a way leads from a test, or from valid passing evidence, to the requirement, over edges of the types that
 *   the standard joins. Phases may be skipped. Gates use this.
 * - **proven**: traced by the newest valid evidence of a specification and tier, which passes, has the source that it
 *   claims, and was made for the source as it is now. The gate of HIGH uses this once a key is trusted.
 */
// @ts-nocheck

import type { Graph } from './graph.ts'
import { reachable } from './graph.ts'
import { kindOfId } from './ids.ts'
import type { RequirementCounts, RequirementCoverage, Risk, RiskCoverage } from './model.ts'
import type { ComplianceRecord } from './record.ts'
import { arrivals, passingStarts, provingStarts, testStarts, tiersIn, tiersReaching, wayTo } from './tracing.ts'
import { highestRisk, riskRank } from './vocabulary.ts'

export interface Coverage {
  /** In the order of their ids; without those that are retired. */
  requirements: readonly RequirementCoverage[]
  counts: RequirementCounts
  /** From the highest risk; requirements without one last. Only risks that occur. */
  byRisk: RiskCoverage[]
}

export function coverageOf(record: ComplianceRecord): Coverage {
  const { graph, established } = record
  const next = (node: string) => graph.typedOut(node).map(({ to }) => to)
  const starts = [...testStarts(record), ...passingStarts(record)]
  const linked = reachable(
    starts.map(({ node }) => wholeFile(node)),
    linksOf(graph),
  )
  const traced = arrivals(starts, next)
  const proven = arrivals(provingStarts(record), next)
  const reaching = tiersReaching(starts, next, record)
  const requirements = requirementIds(record).map((id) => {
    const risk = riskOf(id, record)
    const tiers = tiersIn(reaching.get(id) ?? 0)
    const demanded = risk === null ? [] : established.policy.riskMatrix[risk].tiers
    return {
      id,
      risk,
      linked: linked.has(id),
      traced: traced.has(id),
      proven: proven.has(id),
      path: wayTo(id, proven.has(id) ? proven : traced),
      tiers,
      missingTiers: demanded.filter((tier) => !tiers.includes(tier)),
    }
  })
  return { requirements, counts: count(requirements), byRisk: byRisk(requirements, record) }
}

function byRisk(requirements: readonly RequirementCoverage[], { established }: ComplianceRecord): RiskCoverage[] {
  const risks = [...new Set(requirements.map(({ risk }) => risk))].sort((a, b) => riskRank(b) - riskRank(a))
  return risks.map((risk) => {
    const those = requirements.filter((requirement) => requirement.risk === risk)
    const counts = count(those)
    const demands = risk === null ? null : established.policy.riskMatrix[risk]
    const gate = risk === 'HIGH' && established.keys > 0 ? 'proven' : 'traced'
    return {
      risk,
      ...counts,
      tiers: (demands?.tiers ?? []).map((tier) => ({
        tier,
        reached: those.filter(({ tiers }) => tiers.includes(tier)).length,
        demanded: counts.total,
      })),
      gate,
      demanded: demands?.coverage ?? null,
      reached: Math.floor((counts[gate] * 100) / counts.total),
    }
  })
}

/** By how much a policy asks for this artifact: its rating, or HIGH throughout where the policy says so. */
export const riskOf = (id: string, record: ComplianceRecord): Risk | null =>
  record.established.policy.allHigh ? 'HIGH' : ratingOf(id, record)

/** A document's own rating, else the highest of the blocks that point at the id. */
export function ratingOf(id: string, { documentsById, graph }: ComplianceRecord): Risk | null {
  const own = highestRisk(documentsById.get(id)?.map(({ content }) => content.risk) ?? [])
  return own ?? highestRisk(graph.into(id).map(({ from }) => graph.blocks.get(from)?.risk ?? null))
}

/** What is retired must no longer be covered, verified or implemented. Of several documents with one id, all must be. */
export function isRetired(id: string, { documentsById }: ComplianceRecord): boolean {
  const documents = documentsById.get(id) ?? []
  return documents.length > 0 && documents.every(({ content }) => content.status === 'retired')
}

/** Requirements that are kept as documents, and those that only annotations name where none are kept. */
function requirementIds(record: ComplianceRecord): string[] {
  const { documentsById, graph } = record
  const named = [...graph.defined].filter((id) => documentsById.has(id) || graph.into(id).length > 0)
  return named.filter((id) => kindOfId(id) === 'requirement' && !isRetired(id, record)).sort()
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
