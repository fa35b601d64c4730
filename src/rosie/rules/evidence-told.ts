/**
 * Why an evidence shows nothing, as the rule that tells it: what else follows from that has no finding of its own. RULES:
 * "One cause, one finding".
 */

import { claimFaults } from '../claims.ts'
import { hasFailed, isExpired, isFuture, supersededIn, type TestEvidence } from '../test-evidence.ts'
import { isKeptUp, newestRuns } from './evidence-age.ts'
import { expired, failed, future, missingClaim } from './evidence-claims.ts'
import { algorithm, invalidSignature, malformed, untrusted } from './evidence-signature.ts'
import { outdatedRuns, severityOfStale, stale, stateMismatch } from './evidence-state.ts'
import { packageRules } from './package.ts'
import { type Case, type Rule, severityByRisk } from './rule.ts'
import { risksOfSpecifications } from './specification-risk.ts'
import type { Told } from './trace/told.ts'

type At = Pick<Case, 'head' | 'now'>
type Teller = (each: TestEvidence) => Told | null

/** What is told of an evidence, more than a notice on an older one, so that it shows nothing; null: nothing is. */
export function tellerIn(at: At): Teller {
  const { head, now } = at
  const isOld = supersededIn(head.testEvidence, now)
  const newest = new Set(newestRuns(at))
  const tellerOfInvalid = tellersOfInvalid(head)
  const staleAt = placesOfStale(at)
  const riskOf = risksOfSpecifications({ head, policy: head.established.policy })
  return (each) => {
    const { place, specId, verdict } = each
    const here = (rule: Rule): Told => ({ rule, path: place.path })
    if (isFuture(each, now) && verdict.result !== 'invalid') return here(future)
    if (isOld(each)) return null
    if (verdict.result === 'invalid') return tellerOfInvalid(each)
    if (claimFaults(each).length > 0) return here(missingClaim)
    if (each.provenance.result === 'contradicted') return here(stateMismatch)
    if (newest.has(each) && hasFailed(each)) return { ...here(failed), severity: severityByRisk(riskOf(specId ?? '')) }
    if (newest.has(each) && isExpired(each, now) && isKeptUp(each, at)) return here(expired)
    return staleAt.get(each) ?? (verdict.result === 'untrusted' ? here(untrusted) : null)
  }
}

/** Of a specification it is told once, at the first of its runs. */
const placesOfStale = (at: At): ReadonlyMap<TestEvidence, Told> =>
  new Map(
    [...outdatedRuns(at).values()].flatMap((runs) =>
      runs.map((run) => [run, { rule: stale, path: runs[0]?.place.path ?? null, severity: severityOfStale(at.head) }]),
    ),
  )

const BECAUSE: Readonly<Record<string, Rule>> = { malformed, algorithm, signature: invalidSignature }

/** Of a package, the rule of the step of its protocol that failed. */
function tellersOfInvalid({ packages }: Case['head']): Teller {
  const byPath = new Map(packages.map((each) => [each.path, each]))
  return ({ verdict, path }) => {
    if (verdict.result !== 'invalid') return null
    const itsPackage = byPath.get(path)
    const because = BECAUSE[verdict.because]
    if (because) return { rule: because, path: itsPackage?.signature?.path ?? path }
    const fault = itsPackage?.faults.find(({ message }) => message === verdict.detail)
    const rule = packageRules.find(({ id }) => id === `evidence/package-${fault?.step}`)
    return rule && fault ? { rule, path: fault.place.path } : null
  }
}
