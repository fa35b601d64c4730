/**
 * One number for how much evidence there is, and what went into it. docs/score.md says the formula in words.
 *
 * Mending a finding never lowers it, as long as requirements and their risks stay: each part is a share in which mending
 * adds to what is reached, or as much to both sides. It measures a record; it judges nobody.
 */

import type { RequirementCoverage, Score } from './assessment.ts'
import { placeable } from './coverage.ts'
import { remembered } from './memo.ts'
import type { Risk } from './model.ts'
import { walk } from './network.ts'
import type { ComplianceRecord } from './record.ts'
import { isComparable, isPassing, newestOf } from './test-evidence.ts'

export type ScorePart = Score['parts'][number]

/** How much a requirement of each risk weighs; one without a rating as much as a MEDIUM one, since it may be either. */
export const RISK_WEIGHTS: Readonly<Record<Risk | 'none', number>> = { HIGH: 3, MEDIUM: 2, LOW: 1, none: 2 }

export function scoreOf(record: ComplianceRecord): Score {
  const { requirements } = record.coverage
  if (requirements.length === 0) return { value: null, parts: [] }
  const parts = [
    traced(requirements),
    tiers(requirements, record),
    proven(requirements, record),
    evidence(record),
    placed(record),
  ]
  return { value: percentOf(parts), parts }
}

/** The weighted mean of the shares, in percent, rounded down; parts of nothing don't count. */
function percentOf(parts: readonly ScorePart[]): number {
  const counted = parts.filter(({ of }) => of > 0)
  const weights = counted.reduce((sum, { weight }) => sum + weight, 0)
  const reached = counted.reduce((sum, part) => sum + (part.weight * part.reached) / part.of, 0)
  // A sum of thirds may fall short of the whole number that it is.
  return Math.floor((reached * 100) / weights + 1e-9)
}

function traced(requirements: readonly RequirementCoverage[]): ScorePart {
  const weigh = (some: readonly RequirementCoverage[]) =>
    some.reduce((sum, { risk }) => sum + RISK_WEIGHTS[risk ?? 'none'], 0)
  return {
    name: 'Requirements traced to a test or evidence, weighed by risk',
    weight: 40,
    reached: weigh(requirements.filter((requirement) => requirement.traced)),
    of: weigh(requirements),
  }
}

function tiers(requirements: readonly RequirementCoverage[], { established }: ComplianceRecord): ScorePart {
  const demands = requirements.map(({ risk }) => (risk === null ? 0 : established.policy.riskMatrix[risk].tiers.length))
  const demanded = demands.reduce((sum, each) => sum + each, 0)
  const missing = requirements.reduce((sum, { missingTiers }) => sum + missingTiers.length, 0)
  return { name: 'Tiers that the risk matrix demands', weight: 20, reached: demanded - missing, of: demanded }
}

/** Where the risk matrix asks for signatures; elsewhere a record of testing is enough. */
function proven(requirements: readonly RequirementCoverage[], { established }: ComplianceRecord): ScorePart {
  const signed = requirements.filter(({ risk }) => risk !== null && established.policy.riskMatrix[risk].signatures > 0)
  return {
    name: 'Requirements proven, where signed evidence is demanded',
    weight: 20,
    reached: signed.filter((requirement) => requirement.proven).length,
    of: signed.length,
  }
}

/** Of each specification and tier the newest counts: what is older is immutable and can't be mended. */
const evidence = ({ testEvidence, established: { now } }: ComplianceRecord): ScorePart => passing(testEvidence, now)

const passing = remembered((evidence: ComplianceRecord['testEvidence'], now: number): ScorePart => {
  const newest = [...newestOf(evidence.filter((each) => isComparable(each, now))).values()]
  return {
    name: 'Newest evidence of each specification and tier valid and passing',
    weight: 10,
    reached: newest.filter((each) => isPassing(each, now)).length,
    of: newest.length,
  }
})

function placed(record: ComplianceRecord): ScorePart {
  const placed = walk(
    record.graph.typed,
    'into',
    record.coverage.requirements.map(({ id }) => id),
  )
  const ids = placeable(record)
  return {
    name: 'Stories and specifications that lead to a requirement',
    weight: 10,
    reached: ids.filter((id) => placed.has(id)).length,
    of: ids.length,
  }
}
