/**
 * Why an evidence shows nothing, as the rule that tells it: what else follows from that has no finding of its own. RULES:
 * "One cause, one finding".
 */

import { claimFaults } from '../claims.ts'
import { hasFailed, isExpired, isFuture, supersededIn, type TestEvidence } from '../test-evidence.ts'
import { isKeptUp, newestRuns } from './evidence-age.ts'
import { expired, failed, future, missingClaim } from './evidence-claims.ts'
import { algorithm, invalidSignature, malformed, untrusted } from './evidence-signature.ts'
import { outdatedRuns, stale, stateMismatch } from './evidence-state.ts'
import { packageRules } from './package.ts'
import type { Case, Rule } from './rule.ts'

type At = Pick<Case, 'head' | 'now'>

/** The rule that tells more than a notice of an evidence, so that it shows nothing; null: none does. */
export function tellerIn(at: At): (each: TestEvidence) => Rule | null {
  const { head, now } = at
  const isOld = supersededIn(head.testEvidence, now)
  const newest = new Set(newestRuns(at))
  const tellerOfInvalid = tellersOfInvalid(head)
  const outdated = new Set([...outdatedRuns(at).values()].flat())
  return (each) => {
    if (isFuture(each, now) && each.verdict.result !== 'invalid') return future
    if (isOld(each)) return null
    if (each.verdict.result === 'invalid') return tellerOfInvalid(each)
    if (claimFaults(each).length > 0) return missingClaim
    if (each.provenance.result === 'contradicted') return stateMismatch
    if (newest.has(each) && hasFailed(each)) return failed
    if (newest.has(each) && isExpired(each, now) && isKeptUp(each, at)) return expired
    if (outdated.has(each)) return stale
    return each.verdict.result === 'untrusted' ? untrusted : null
  }
}

const BECAUSE: Readonly<Record<string, Rule>> = { malformed, algorithm, signature: invalidSignature }

/** Of a package, the rule of the step of its protocol that failed. */
function tellersOfInvalid({ packages }: Case['head']): (each: TestEvidence) => Rule | null {
  const byPath = new Map(packages.map((each) => [each.path, each]))
  return ({ verdict, path }) => {
    if (verdict.result !== 'invalid') return null
    if (verdict.because !== 'package') return BECAUSE[verdict.because] ?? null
    const fault = byPath.get(path)?.faults.find(({ message }) => message === verdict.detail)
    return packageRules.find(({ id }) => id === `evidence/package-${fault?.step}`) ?? null
  }
}
