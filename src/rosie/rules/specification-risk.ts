/** The risk of specifications: their own rating, or that of the requirements they serve if it is higher. */
import { riskOf } from '../coverage.ts'
import type { Graph } from '../graph.ts'
import { remembered } from '../memo.ts'
import { RISKS, type Risk } from '../model.ts'
import { highestRisk } from '../vocabulary.ts'
import type { Case } from './rule.ts'

/** What is asked of each specification in constant time, after one walk over the graph. */
export function risksOfSpecifications({ head, policy }: Pick<Case, 'head' | 'policy'>): (id: string) => Risk | null {
  return (id) => {
    if (policy.allHigh) return 'HIGH'
    const own = head.documentsById.get(id)?.map(({ content }) => content.risk) ?? []
    return highestRisk([servedBy(head).get(id) ?? null, ...own]) ?? riskOf(id, head)
  }
}

/** The highest risk of the requirements that each artifact serves; null: none of these has one. */
export const servedBy = remembered((head: Case['head']): ReadonlyMap<string, Risk | null> => {
  const found = new Map<string, Risk | null>()
  const seen = new Set<string>()
  // From the highest on: what was reached once is not walked again.
  for (const risk of [...RISKS.toReversed(), null]) {
    const requirements = head.coverage.requirements.filter((requirement) => requirement.risk === risk)
    const ids = requirements.map(({ id }) => id).filter((id) => !seen.has(id))
    for (const id of walk(ids, head.graph, seen)) found.set(id, risk)
  }
  return found
})

/** All artifacts that lead to one of these requirements, these included. */
export function servingAny(requirements: readonly string[], { graph }: Case['head']): ReadonlySet<string> {
  const seen = new Set<string>()
  walk(requirements, graph, seen)
  return seen
}

/** Nothing leads to blocks, files and evidence. By the prefix: most edges come from these. */
const isLeaf = (node: string): boolean => node.startsWith('FILE:') || node.startsWith('EVIDENCE:')

/** Against the edges, over artifacts only. Answers what was not seen before. */
function walk(starts: readonly string[], graph: Graph, seen: Set<string>): string[] {
  const queue = [...starts]
  for (const start of starts) seen.add(start)
  for (const node of queue) {
    for (const { from } of graph.typedInto(node)) {
      if (isLeaf(from) || seen.has(from)) continue
      seen.add(from)
      queue.push(from)
    }
  }
  return queue
}
