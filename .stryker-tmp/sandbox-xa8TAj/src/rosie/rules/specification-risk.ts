/** The risk of specifications: their own rating, or that of the requirements they serve if it is higher. */
// @ts-nocheck

import { riskOf } from '../coverage.ts'
import { reachable } from '../graph.ts'
import type { Risk } from '../model.ts'
import { highestRisk } from '../vocabulary.ts'
import type { Case } from './rule.ts'

/** One walk for each risk, against the edges from the requirements that have it; whatever the number of specifications. */
export function risksOfSpecifications({ head, policy }: Pick<Case, 'head' | 'policy'>): (id: string) => Risk | null {
  const { requirements } = head.coverage
  const serving = (risk: Risk) => {
    const ids = requirements.filter((requirement) => requirement.risk === risk).map(({ id }) => id)
    return [risk, servingAny(ids, head)] as const
  }
  const byRisk = [serving('HIGH'), serving('MEDIUM'), serving('LOW')]
  return (id) => {
    if (policy.allHigh) return 'HIGH'
    const demanded = byRisk.find(([, ids]) => ids.has(id))?.[0] ?? null
    const own = head.documentsById.get(id)?.map(({ content }) => content.risk) ?? []
    return highestRisk([demanded, ...own]) ?? riskOf(id, head)
  }
}

/** All that leads to one of these requirements, these included. */
export const servingAny = (requirements: readonly string[], { graph }: Case['head']): Set<string> =>
  reachable(requirements, (node) => graph.typedInto(node).map(({ from }) => from))
