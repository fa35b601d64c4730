/** Requirements against the risk matrix. GxP.MD, "Gates", "Risk matrix". */
import type { RequirementCoverage } from '../../assessment.ts'
import type { Tier } from '../../model.ts'
import type { Network } from '../../network.ts'
import type { ComplianceRecord } from '../../record.ts'
import type { TestEvidence } from '../../test-evidence.ts'
import { passingStarts, type Start, startsOf, testStarts, tiersReaching } from '../../tracing.ts'
import { untrusted } from '../evidence-signature.ts'
import { tellerIn } from '../evidence-told.ts'
import { placeOf } from '../places.ts'
import { type Case, type Hit, type Rule, severityByRisk } from '../rule.ts'
import { listed } from '../words.ts'
import { lostTests, mendedNetworks, standsFor } from './causes.ts'
import type { Told } from './told.ts'
import { rated, toldAsUncovered } from './uncovered.ts'
import { isToldAsUnread } from './unread.ts'

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
function missingTiers({ head, base, now }: Pick<Case, 'head' | 'base' | 'now'>): Map<string, Lack> {
  const lacking = head.coverage.requirements.filter((each) => {
    if (each.missingTiers.length === 0) return false
    const untested = !each.traced && standsFor(toldAsUncovered(each, head), hitOf(each), head)
    return !untested && !isToldAsUnread(each.id, hitOf(each), head)
  })
  const found = new Map<string, Lack>()
  if (lacking.length === 0) return found
  const { all, fresh } = mendedNetworks(head, base)
  const runs = toldRuns({ head, now })
  const mended = tiersOnceMended(all, lostTests(head, base), runs, head)
  const mendedFresh = fresh === all ? mended : tiersOnceMended(fresh, lostTests(head, base, true), runs, head)
  const lackedBefore = new Map(base?.coverage.requirements.map((before) => [before.id, before.missingTiers]))
  for (const requirement of lacking) {
    const { id } = requirement
    // Without a base all of them are, and so is each lost way.
    const isNew = (tier: Tier) => !lackedBefore.get(id)?.includes(tier)
    const [hidden, hiddenFresh] = [mended(requirement), mendedFresh(requirement)]
    const tiers = requirement.missingTiers.filter((tier) => !(isNew(tier) ? hiddenFresh : hidden).includes(tier))
    if (tiers.length > 0) found.set(requirement.id, { tiers, requirement })
  }
  return found
}

const hitOf = ({ risk }: Pick<RequirementCoverage, 'risk'>) => ({ rule: missingTier, severity: severityByRisk(risk) })

/**
 * The tiers that would reach a requirement if the lost ways were mended, and the evidence of which a finding at least as
 * serious tells that it shows nothing.
 */
function tiersOnceMended(network: Network, lost: readonly Start[], runs: readonly ToldRun[], head: ComplianceRecord) {
  const starts = [...testStarts(head), ...passingStarts(head), ...lost]
  const byRisk = new Map<RequirementCoverage['risk'], (node: string) => Tier[]>()
  return (requirement: RequirementCoverage): Tier[] => {
    const { id, risk } = requirement
    const telling = () => runs.filter(({ told }) => standsFor(told, hitOf(requirement), head)).map(({ run }) => run)
    const reaching = byRisk.get(risk) ?? tiersReaching(network, [...starts, ...startsOf(telling())], head)
    byRisk.set(risk, reaching)
    return reaching(id)
  }
}

interface ToldRun {
  run: TestEvidence
  told: Told
}

/** Of what is invalid the tier is nobody's word, and of what is untrusted nothing else is wrong. */
function toldRuns({ head, now }: Pick<Case, 'head' | 'now'>): ToldRun[] {
  const teller = tellerIn({ head, now })
  return head.testEvidence.flatMap((run) => {
    const told = run.verdict.result === 'invalid' ? null : teller(run)
    return told === null || told.rule === untrusted ? [] : [{ run, told }]
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
