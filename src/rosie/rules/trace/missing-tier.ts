/** Requirements against the risk matrix. GxP.MD, "Gates", "Risk matrix". */
import type { RequirementCoverage, Tier } from '../../model.ts'
import type { TestEvidence } from '../../test-evidence.ts'
import { passingStarts, startsOf, testStarts, tiersReaching } from '../../tracing.ts'
import { untrusted } from '../evidence-signature.ts'
import { tellerIn } from '../evidence-told.ts'
import { placeOf } from '../places.ts'
import { type Case, type Hit, type Rule, severityByRisk } from '../rule.ts'
import { mendedNetworks, standsFor } from './causes.ts'
import { rated, uncoveredRequirement } from './uncovered.ts'

/** Each tier that the risk matrix demands of a requirement is there. One finding for all that are missing. */
export const missingTier: Rule = {
  id: 'trace/missing-tier',
  severity: 'warning',
  about: 'A requirement has no test and no evidence of a tier that the risk matrix demands. By risk.',
  *check(at) {
    const { base } = at
    const before = base ? missingTiers({ ...at, head: base, base: null }) : null
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
 * not a tier whose newest evidence is told as failed, expired, or otherwise as one that shows nothing.
 */
function missingTiers({ head, base, policy, now }: Pick<Case, 'head' | 'base' | 'policy' | 'now'>): Map<string, Lack> {
  const untested = new Set(
    standsFor(uncoveredRequirement, missingTier, policy)
      ? head.coverage.requirements.flatMap(({ id, traced }) => (traced ? [] : [id]))
      : [],
  )
  const lacking = head.coverage.requirements.filter(
    ({ id, missingTiers }) => missingTiers.length > 0 && !untested.has(id) && !head.unreadableIds.has(id),
  )
  const found = new Map<string, Lack>()
  if (lacking.length === 0) return found
  const { all, fresh } = mendedNetworks(head, base)
  const starts = [...testStarts(head), ...passingStarts(head), ...startsOf(toldRuns({ head, policy, now }))]
  const mended = tiersReaching(all, starts, head)
  const mendedFresh = fresh === all ? mended : tiersReaching(fresh, starts, head)
  const lackedBefore = new Map(base?.coverage.requirements.map((before) => [before.id, before.missingTiers]))
  for (const requirement of lacking) {
    const { id } = requirement
    const isNew = (tier: Tier) => base !== null && !lackedBefore.get(id)?.includes(tier)
    const [hidden, hiddenFresh] = [mended(id), mendedFresh(id)]
    const tiers = requirement.missingTiers.filter((tier) => !(isNew(tier) ? hiddenFresh : hidden).includes(tier))
    if (tiers.length > 0) found.set(requirement.id, { tiers, requirement })
  }
  return found
}

/** Of what is invalid the tier is nobody's word, and of what is untrusted nothing else is wrong. */
function toldRuns({ head, policy, now }: Pick<Case, 'head' | 'policy' | 'now'>): TestEvidence[] {
  const teller = tellerIn({ head, now })
  return head.testEvidence.filter((each) => {
    const by = each.verdict.result === 'invalid' ? null : teller(each)
    return by !== null && by !== untrusted && standsFor(by, missingTier, policy)
  })
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
