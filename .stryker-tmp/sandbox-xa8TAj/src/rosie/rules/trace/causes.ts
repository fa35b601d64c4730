/**
 * One cause, one finding: what a broken reference, or one of a wrong type, keeps from being reached is not told a second
 * time as uncovered, without a tier, unverified or an orphan. RULES, "trace".
 */
// @ts-nocheck

import type { Edge, Severity } from '../../model.ts'
import { SEVERITIES } from '../../model.ts'
import type { Policy } from '../../policy.ts'
import type { ComplianceRecord } from '../../record.ts'
import type { Next } from '../../tracing.ts'
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

/** Kept beside the record: several rules ask, and looking for near ids is the dearest of what they do. */
const MEANT = new WeakMap<ComplianceRecord, ReadonlyMap<Edge, string>>()

/** The ids that broken references most likely mean, by reference. */
export function meantBy(head: ComplianceRecord): ReadonlyMap<Edge, string> {
  const known = MEANT.get(head)
  if (known) return known
  const nearest = nearestIn(head)
  const told = isToldAsError(brokenReference, head.established.policy) ? [...brokenReferences(head)] : []
  const meant = new Map(told.map((edge) => [edge, nearest(edge.to, edge.from) ?? edge.to]))
  MEANT.set(head, meant)
  return meant
}

/**
 * The steps that there would be if each broken reference named the id it most likely means, and each edge of a wrong type
 * counted; null: there are no others than there are.
 */
export function mendedSteps(head: ComplianceRecord): Next | null {
  const { graph, established } = head
  const meant = meantBy(head)
  const typesTold = graph.faults.size > 0 && isToldAsError(wrongType, established.policy)
  if (meant.size === 0 && !typesTold) return null
  const out = typesTold ? graph.out : graph.typedOut
  return (node) => out(node).map((edge) => meant.get(edge) ?? edge.to)
}
