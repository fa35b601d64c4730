/**
 * One cause, one finding: what a broken reference, or one of a wrong type, keeps from being reached is not told a second
 * time as uncovered, without a tier, unverified or an orphan. RULES, "trace".
 */
import { remembered } from '../../memo.ts'
import type { Edge, Severity } from '../../model.ts'
import { SEVERITIES } from '../../model.ts'
import { type Network, networkOf } from '../../network.ts'
import type { Policy } from '../../policy.ts'
import type { ComplianceRecord } from '../../record.ts'
import { brokenReferences, nearestIn } from '../references.ts'
import { type Rule, severityIn } from '../rule.ts'
import { brokenReference } from './broken-reference.ts'
import { wrongType } from './wrong-type.ts'

/** Where a policy makes less of a rule, what it tells of must not hide what another would tell. */
export const isToldAsError = (rule: Rule, policy: Policy): boolean => severityIn(policy, rule) === 'error'

/** Whether what one rule tells may stand for what another would tell of the same cause. */
export const standsFor = (told: Rule, hidden: Rule, policy: Policy): boolean =>
  rank(severityIn(policy, told)) >= rank(severityIn(policy, hidden))

const rank = (severity: Severity | 'off') => (severity === 'off' ? -1 : SEVERITIES.indexOf(severity))

/** The ids that broken references most likely mean, by reference. Looking for near ids is the dearest of what rules do. */
export const meantBy = remembered((head: ComplianceRecord): ReadonlyMap<Edge, string> => {
  const nearest = nearestIn(head)
  const told = isToldAsError(brokenReference, head.established.policy) ? brokenReferences(head) : []
  return new Map(told.map((edge) => [edge, nearest(edge.to, edge.from) ?? edge.to]))
})

/**
 * The network that there would be if each broken reference named the id it most likely means, and each edge of a wrong
 * type counted; the typed one as it is where neither is told.
 */
export const mendedNetwork = remembered((head: ComplianceRecord): Network => {
  const { graph, established } = head
  const meant = meantBy(head)
  const typesTold = graph.faults.size > 0 && isToldAsError(wrongType, established.policy)
  if (meant.size === 0) return typesTold ? graph.whole : graph.typed
  const edges = graph.edges.filter((edge) => typesTold || !graph.faults.has(edge))
  return networkOf(edges.map((edge) => (meant.has(edge) ? { ...edge, to: meant.get(edge) ?? edge.to } : edge)))
})
