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

import type { RequirementCounts, RequirementCoverage, RiskCoverage } from './assessment.ts'
import { definedOf } from './graph.ts'
import { kindOfId } from './ids.ts'
import { remembered } from './memo.ts'
import type { Risk } from './model.ts'
import { at, walk } from './network.ts'
import type { ComplianceRecord, Established } from './record.ts'
import { passingStarts, provingStarts, type Start, testStarts, tiersReaching } from './tracing.ts'
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
  const starts = [...testStarts(record), ...passingStarts(record)]
  const traced = walk(graph.typed, 'out', nodesOf(starts))
  const proven = walk(graph.typed, 'out', nodesOf(provingStarts(record)))
  const tiersOf = tiersReaching(graph.typed, starts, record)
  // What is traced is linked: only where something is not, the parts of the graph are asked for.
  let joined: ReturnType<typeof linkedTo> | undefined
  const linked = (id: string) => {
    joined ??= linkedTo(starts, record)
    return joined(id)
  }
  const requirements = requirementIds(record).map((id) => {
    const risk = riskOf(id, record)
    const tiers = tiersOf(id)
    const demanded = risk === null ? [] : established.policy.riskMatrix[risk].tiers
    return {
      id,
      risk,
      linked: traced.has(id) || linked(id),
      traced: traced.has(id),
      proven: proven.has(id),
      path: (proven.has(id) ? proven : traced).way(id),
      tiers,
      missingTiers: demanded.filter((tier) => !tiers.includes(tier)),
    }
  })
  return { requirements, counts: count(requirements), byRisk: byRisk(requirements, record) }
}

const nodesOf = (starts: readonly Start[]) => starts.map(({ node }) => node)

function byRisk(requirements: readonly RequirementCoverage[], { established }: ComplianceRecord): RiskCoverage[] {
  const risks = [...new Set(requirements.map(({ risk }) => risk))].sort((a, b) => riskRank(b) - riskRank(a))
  return risks.map((risk) => {
    const those = requirements.filter((requirement) => requirement.risk === risk)
    const counts = count(those)
    const demands = risk === null ? null : established.policy.riskMatrix[risk]
    const gate = gateOf(risk, established)
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

/**
 * Which level a requirement must reach: HIGH is to be proven once a key is trusted, unless the policy's risk matrix asks for
 * no signed evidence of it.
 */
export const gateOf = (
  risk: Risk | null,
  { keys, policy }: Pick<Established, 'keys' | 'policy'>,
): 'traced' | 'proven' => (risk === 'HIGH' && keys > 0 && policy.riskMatrix.HIGH.signatures > 0 ? 'proven' : 'traced')

/** By how much a policy asks for this artifact: its rating, or HIGH throughout where the policy says so. */
export const riskOf = (id: string, record: ComplianceRecord): Risk | null =>
  record.established.policy.allHigh ? 'HIGH' : ratingOf(id, record)

/** A document's own rating, else the highest of the blocks that point at the id. */
export function ratingOf(id: string, { documentsById, graph }: ComplianceRecord): Risk | null {
  const own = highestRisk(documentsById.get(id)?.map(({ content }) => content.risk) ?? [])
  return own ?? highestRisk(graph.into(id).map(({ from }) => graph.blocks.get(from)?.risk ?? null))
}

/** What is retired must no longer be covered, verified or implemented. Of several documents with one id, all must be. */
export const isRetired = (id: string, { documentsById }: ComplianceRecord): boolean => retiredIn(documentsById).has(id)

const retiredIn = remembered((documentsById: ComplianceRecord['documentsById']): ReadonlySet<string> => {
  const retired = new Set<string>()
  for (const [id, documents] of documentsById)
    if (documents.every(({ content }) => content.status === 'retired')) retired.add(id)
  return retired
})

/** Stories and specifications that are kept as documents and in force: each belongs under a requirement. */
export const placeable = ({ documentsById }: ComplianceRecord): readonly string[] => placeableIn(documentsById)

const placeableIn = remembered((documentsById: ComplianceRecord['documentsById']): readonly string[] => {
  const retired = retiredIn(documentsById)
  return [...documentsById.keys()].filter((id) => !retired.has(id) && kindOfId(id) !== 'requirement')
})

/** Requirements that are kept as documents, and those that only annotations name where none are kept. */
function requirementIds(record: ComplianceRecord): string[] {
  const { documentsById, graph } = record
  const named = definedOf('requirement', graph).filter((id) => !isRetired(id, record))
  return named.filter((id) => documentsById.has(id) || graph.into(id).length > 0).sort()
}

/** Whether a node lies in one connected part with any of the starts, all blocks of a file being one node. */
function linkedTo(starts: readonly Start[], { graph, sources }: ComplianceRecord): (node: string) => boolean {
  const { whole } = graph
  const { join, partOf } = partition(whole.names.length)
  whole.names.forEach((_, node) => {
    for (let entry = at(whole.out.begin, node); entry < at(whole.out.begin, node + 1); entry++)
      join(node, at(whole.out.ends, entry))
  })
  for (const file of sources) {
    let part = whole.numbers.get(file.node)
    for (const { id } of file.nodes) {
      const node = whole.numbers.get(id)
      if (node !== undefined && part !== undefined) join(node, part)
      part ??= node
    }
  }
  const tested = new Set<number>()
  for (const { node: name } of starts) {
    const node = whole.numbers.get(name)
    if (node !== undefined) tested.add(partOf(node))
  }
  return (name) => {
    const node = whole.numbers.get(name)
    return node !== undefined && tested.has(partOf(node))
  }
}

/** Numbers in parts that are joined (union-find, halving the paths it goes). */
function partition(size: number) {
  const parts = new Int32Array(size).map((_, node) => node)
  const partOf = (node: number): number => {
    let part = node
    while (at(parts, part) !== part) {
      parts[part] = at(parts, at(parts, part))
      part = at(parts, part)
    }
    return part
  }
  const join = (a: number, b: number) => {
    parts[partOf(a)] = partOf(b)
  }
  return { join, partOf }
}

function count(requirements: readonly RequirementCoverage[]): RequirementCounts {
  const having = (level: 'linked' | 'traced' | 'proven') =>
    requirements.filter((requirement) => requirement[level]).length
  return { total: requirements.length, linked: having('linked'), traced: having('traced'), proven: having('proven') }
}
