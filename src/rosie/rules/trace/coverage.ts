/** Requirements against tests and the risk matrix. GxP.MD, "Gates", "Risk matrix". */
import { kindOfId } from '../../ids.ts'
import type { RequirementCoverage, Tier } from '../../model.ts'
import { walk } from '../../network.ts'
import type { ComplianceRecord } from '../../record.ts'
import { passingStarts, startsOf, testStarts, tiersReaching } from '../../tracing.ts'
import { failed, failedRuns } from '../evidence-claims.ts'
import { placeOf } from '../places.ts'
import { type Case, type Hit, type Rule, severityByRisk } from '../rule.ts'
import { mendedNetwork, standsFor } from './causes.ts'

/** By the traced level, since linked over-covers. */
export const uncoveredRequirement: Rule = {
  id: 'trace/uncovered-requirement',
  severity: 'warning',
  about: 'No path leads from a test, or from valid passing evidence, to a requirement. By risk.',
  *check({ head }) {
    for (const { id, risk } of uncovered(head)) {
      yield {
        place: placeOf(id, head),
        gxpId: id,
        severity: severityByRisk(risk),
        message: `Nothing tests ${id}${rated(risk)}: no path leads to it from a test or from valid, passing evidence. ${whatToTest(id, head)}`,
      }
    }
  },
}

/** Requirements that are told as uncovered: those whose cause isn't told elsewhere. */
export function uncovered(head: ComplianceRecord): RequirementCoverage[] {
  const open = head.coverage.requirements.filter(({ id, traced }) => !traced && !head.unreadableIds.has(id))
  const network = open.length > 0 ? mendedNetwork(head) : head.graph.typed
  if (network === head.graph.typed) return open
  const starts = [...testStarts(head), ...passingStarts(head)]
  const mended = walk(
    network,
    'out',
    starts.map(({ node }) => node),
  )
  return open.filter(({ id }) => !mended.has(id))
}

const rated = (risk: RequirementCoverage['risk']) => (risk ? ` (risk ${risk})` : '')

/** Specifications that a message names. */
const MOST_NAMED = 3
/** Edges that are looked at for them: many requirements may share thousands. Those of documents come first. */
const MOST_LOOKED_AT = 200

function whatToTest(id: string, head: ComplianceRecord): string {
  const specifications = specificationsUnder(id, head)
  if (specifications.length === 0) return 'It has no specification that a test could verify.'
  const more = specifications.length > MOST_NAMED ? ' or another of its specifications' : ''
  return `Add a test that verifies ${specifications.slice(0, MOST_NAMED).join(', ')}${more}.`
}

function specificationsUnder(id: string, { graph }: ComplianceRecord): string[] {
  const below = new Set([id])
  let left = MOST_LOOKED_AT
  for (const node of below) {
    if (left <= 0) break
    for (const edge of graph.into(node).slice(0, left)) {
      left--
      if (kindOfId(edge.from) && !graph.faults.has(edge)) below.add(edge.from)
    }
  }
  return [...below].filter((node) => kindOfId(node) === 'specification')
}

/** Each tier that the risk matrix demands of a requirement is there. One finding for all that are missing. */
export const missingTier: Rule = {
  id: 'trace/missing-tier',
  severity: 'warning',
  about: 'A requirement has no test and no evidence of a tier that the risk matrix demands. By risk.',
  *check(at) {
    const { base } = at
    const before = base ? missingTiers({ ...at, head: base }) : null
    for (const [id, missing] of missingTiers(at)) {
      yield { ...missingTierHit(id, missing, at), detail: nameOfLack(missing.tiers, before?.get(id)?.tiers) }
    }
  },
}

interface Lack {
  tiers: readonly Tier[]
  requirement: RequirementCoverage
}

/**
 * By requirement, what is told as missing: not of one that nothing tests at all, not what a broken reference hides, and
 * not a tier whose newest evidence is told as failed.
 */
function missingTiers({ head, policy, now }: Pick<Case, 'head' | 'policy' | 'now'>): Map<string, Lack> {
  const untested = new Set(
    standsFor(uncoveredRequirement, missingTier, policy)
      ? head.coverage.requirements.flatMap(({ id, traced }) => (traced ? [] : [id]))
      : [],
  )
  const lacking = head.coverage.requirements.filter(
    ({ id, missingTiers }) => missingTiers.length > 0 && !untested.has(id) && !head.unreadableIds.has(id),
  )
  const network = lacking.length > 0 ? mendedNetwork(head) : head.graph.typed
  const toldAsFailed = lacking.length > 0 && standsFor(failed, missingTier, policy) ? failedRuns({ head, now }) : []
  const mended =
    network === head.graph.typed && toldAsFailed.length === 0
      ? null
      : tiersReaching(network, [...testStarts(head), ...passingStarts(head), ...startsOf(toldAsFailed)], head)
  const found = new Map<string, Lack>()
  for (const requirement of lacking) {
    const hidden = mended?.(requirement.id) ?? []
    const tiers = requirement.missingTiers.filter((tier) => !hidden.includes(tier))
    if (tiers.length > 0) found.set(requirement.id, { tiers, requirement })
  }
  return found
}

function missingTierHit(id: string, { tiers, requirement }: Lack, { head, policy }: Case): Hit {
  const { risk } = requirement
  const demanded = risk === null ? [] : policy.riskMatrix[risk].tiers
  return {
    place: placeOf(id, head),
    gxpId: id,
    severity: severityByRisk(risk),
    message:
      `${id}${rated(risk)} has no test and no valid, passing evidence of tier ${listed(tiers, 'or')}. ` +
      `The risk matrix (${policy.riskMatrixFrom}) demands ${listed(demanded, 'and')}.`,
  }
}

/**
 * What a finding is followed by: the tiers that are missing. Where the base lacked these and more, it is the base's
 * finding still, so that a change which adds one of two missing tiers introduces nothing, and one that takes another away
 * does.
 */
function nameOfLack(tiers: readonly Tier[], before: readonly Tier[] = []): string {
  return (tiers.every((tier) => before.includes(tier)) ? before : tiers).join(' ')
}

function listed(items: readonly string[], word: 'and' | 'or'): string {
  return items.length < 2 ? items.join() : `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1)}`
}
