/** What signed evidence says of itself. RFC-001, "Evidence"; RFC 7519, sections 4.1.4 and 4.1.6 (`exp`, `iat`). */
import { type ClaimFault, claimFaults, isOldForm } from '../claims.ts'
import { kindOfId } from '../ids.ts'
import { remembered } from '../memo.ts'
import type { Json } from '../model.ts'
import type { ComplianceRecord } from '../record.ts'
import { CLOCK_TOLERANCE, hasFailed, isExpired, type TestEvidence } from '../test-evidence.ts'
import { isKeptUp, isSpecification, newestRuns, runWords, severityByAge, shownTime } from './evidence-age.ts'
import { didYouMean, nearestIn } from './references.ts'
import { type Case, type Hit, type Rule, severityByRisk } from './rule.ts'
import { risksOfSpecifications } from './specification-risk.ts'

export const missingClaim: Rule = {
  id: 'evidence/missing-claim',
  severity: 'error',
  about:
    'A required claim is missing or says nothing: `spec_id`, `system_state_hash`, `test_results` or `timestamp`; or `verification_tier`, `git_commit`, `iat` or `exp` is there and can not be read. The old `system_state`, and times with an offset from UTC, are accepted, with a notice.',
  *check(at) {
    const byAge = severityByAge(at)
    const evidence = unaltered(at.head.testEvidence)
    for (const each of incomplete(evidence)) {
      const faults = claimFaults(each)
      yield {
        place: each.place,
        gxpId: each.gxpId,
        message: `${whole(each)} ${faults.map((fault) => saidOf(fault, each)).join('; ')}.`,
        detail: faults.map(({ name }) => name).join(' '),
        ...byAge(each.path),
      }
    }
    yield* oldForms(evidence)
  },
}

/** What is invalid may have been altered: nothing that it says, or doesn't, is its signer's. */
const unaltered = remembered((evidence: readonly TestEvidence[]): readonly TestEvidence[] =>
  evidence.filter(({ verdict }) => verdict.result !== 'invalid'),
)

const incomplete = remembered((evidence: readonly TestEvidence[]): readonly TestEvidence[] =>
  evidence.filter((each) => claimFaults(each).length > 0),
)

const whole = ({ form }: TestEvidence) => (form === 'single' ? 'The payload' : 'The metadata of the package')

function saidOf({ name, there, right }: ClaimFault, { form }: TestEvidence): string {
  const where = form === 'package' && (name === 'iat' || name === 'exp') ? ' in its signature' : ''
  const article = /^[aeiou]/.test(name) ? 'an' : 'a'
  return there ? `has ${article} \`${name}\`${where} that is not ${right}` : `lacks \`${name}\`, ${right}`
}

/** What is accepted although the standard has another form: each is told once, of all evidence. */
const oldForms = remembered((evidence: readonly TestEvidence[]): readonly Hit[] => [
  ...acceptedForm(
    evidence.filter(isOldForm),
    ['carries', 'carry'],
    "the old claim `system_state` in place of `system_state_hash`: it fixes no content, so what source was tested can't be checked.",
    'old form',
  ),
  ...acceptedForm(
    evidence.filter(({ claims, time }) => time !== null && isWithOffset(claims.timestamp ?? claims.created_at)),
    ['gives', 'give'],
    'a time of another zone than UTC: it is accepted; the standard asks for UTC, as in `2026-02-05T10:00:00Z`.',
    'offset',
  ),
])

/** `+00:00` is UTC, as some languages write it. */
const isWithOffset = (time: Json | undefined): boolean => typeof time === 'string' && !/(?:Z|[+-]00:?00)$/i.test(time)

function* acceptedForm(
  [first, ...others]: readonly TestEvidence[],
  [says, say]: readonly [string, string],
  what: string,
  detail: string,
): Generator<Hit> {
  if (!first) return
  const number = others.length === 0 ? `1 evidence file ${says}` : `${others.length + 1} evidence files ${say}`
  yield { place: first.place, general: true, severity: 'notice', message: `${number} ${what}`, detail }
}

/**
 * Told of each id once, at the first of its evidence: what is wrong is the id, not the number of runs. A record without
 * any annotation lies apart from its source, where its specifications may be: that is one cause for all of them.
 */
export const unknownSpec: Rule = {
  id: 'evidence/unknown-spec',
  severity: 'warning',
  about:
    'Evidence names a specification that exists neither as a document nor as an annotation, or what is no specification.',
  *check({ head }) {
    const unknown = unknownSpecifications(head)
    const [first] = unknown
    if (first && unknown.length > 1 && head.graph.blocks.size === 0) {
      yield {
        place: first[1].place,
        general: true,
        message: `Evidence is for ${unknown.length} specifications that have no document, and no source file here is annotated: ${named(unknown)}. Keep the annotated source in the same repository, or write the specifications down.`,
        detail: 'no annotations',
      }
      return
    }
    const nearest = nearestIn(head)
    for (const [id, { place }] of unknown) {
      const kind = kindOfId(id)
      const message =
        kind === null || kind === 'specification'
          ? `This evidence is for ${id}, a specification that nothing defines.${didYouMean(nearest(id, id))}`
          : `This evidence is for ${id}, which is no specification: evidence is produced for specifications.`
      yield { place, gxpId: id, general: true, message }
    }
  },
}

/** Each with the first evidence that names it. */
function unknownSpecifications(head: ComplianceRecord): (readonly [string, TestEvidence])[] {
  const found = new Map<string, TestEvidence>()
  for (const each of head.testEvidence) {
    const { specId, verdict } = each
    if (specId === null || specId.trim() === '' || verdict.result === 'invalid' || found.has(specId)) continue
    if (!isSpecification(specId, head)) found.set(specId, each)
  }
  return [...found]
}

const MOST_NAMES = 5

function named(unknown: readonly (readonly [string, unknown])[]): string {
  const shown = unknown.slice(0, MOST_NAMES).map(([id]) => id)
  return unknown.length > MOST_NAMES ? `${shown.join(', ')} and ${unknown.length - MOST_NAMES} more` : shown.join(', ')
}

/** The newest of a specification and tier: a failed run stays in the record, and a newer one that passes speaks. */
export const failed: Rule = {
  id: 'evidence/failed',
  severity: 'warning',
  about: 'The newest evidence of a specification and tier reports failed tests. By risk.',
  *check(at) {
    if (!at.head.testEvidence.some(hasFailed)) return
    const riskOf = risksOfSpecifications(at)
    for (const each of failedRuns(at)) {
      const { specId, place, gxpId } = each
      if (specId === null) continue
      yield {
        place,
        gxpId: gxpId ?? specId,
        severity: severityByRisk(riskOf(specId)),
        message: `The newest ${runWords(each)} reports that ${failureWords(each)}. Mend what failed and add new evidence; this one stays in the record.`,
      }
    }
  },
}

function failureWords({ results }: TestEvidence): string {
  const failed = results?.failed ?? 0
  if (failed === 0) return 'the run failed, though it counts no failed test'
  return failed === 1 ? '1 test failed' : `${failed} tests failed`
}

/** The newest of each specification and tier, where it reports failures. */
const failedRuns = (at: Pick<Case, 'head' | 'now'>): TestEvidence[] => newestRuns(at).filter(hasFailed)

/** Never made less of by newer evidence: what says that it is of the future can't be older than anything. */
export const future: Rule = {
  id: 'evidence/future',
  severity: 'error',
  about: 'The `timestamp` or `iat` of evidence is more than 5 minutes later than the time of the scan.',
  *check({ head, now }) {
    for (const { time, issued, verdict, place, gxpId, specId, form } of head.testEvidence) {
      if (verdict.result === 'invalid') continue
      const claims = [
        { name: form === 'package' ? 'created_at' : 'timestamp', value: time },
        { name: 'iat', value: issued },
      ]
      const ahead = claims.find(({ value }) => value !== null && value > now + CLOCK_TOLERANCE)
      if (!ahead || ahead.value === null) continue
      yield {
        place,
        gxpId: gxpId ?? specId,
        message: `\`${ahead.name}\` is ${shownTime(ahead.value)}, later than the time of this scan, ${shownTime(now)}. Set the clock of the machine that signs, and add new evidence.`,
      }
    }
  },
}

export const expired: Rule = {
  id: 'evidence/expired',
  severity: 'warning',
  about: 'The newest evidence of a specification and tier is past its `exp`.',
  *check(at) {
    if (!at.head.testEvidence.some((each) => isExpired(each, at.now))) return
    for (const each of newestRuns(at)) {
      const { expires, place, gxpId, specId } = each
      if (expires === null || !isExpired(each, at.now) || !isKeptUp(each, at)) continue
      yield {
        place,
        gxpId: gxpId ?? specId,
        message: `The newest ${runWords(each)} expired on ${shownTime(expires)} (\`exp\`). Run the tests again and add new evidence.`,
      }
    }
  },
}
