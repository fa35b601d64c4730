/** What signed evidence says of itself. RFC-001, "Evidence"; RFC 7519, sections 4.1.4 and 4.1.6 (`exp`, `iat`). */
import { kindOfId } from '../ids.ts'
import type { Json } from '../model.ts'
import type { ComplianceRecord } from '../record.ts'
import { CLOCK_TOLERANCE, type TestEvidence } from '../test-evidence.ts'
import { isKeptUp, isSpecification, newestRuns, runWords, severityByAge, shownTime } from './evidence-age.ts'
import { didYouMean, nearestIn } from './references.ts'
import { type Case, type Hit, type Rule, severityByRisk } from './rule.ts'
import { risksOfSpecifications } from './specification-risk.ts'

/** A claim without which an evidence says nothing, and what would be right. */
interface RequiredClaim {
  names: readonly string[]
  /** Whether it says something. */
  said(each: TestEvidence): boolean
  right: string
}

/** `created_at` is what a package's metadata calls its time, `system_state` the oldest records' word for the state. */
const REQUIRED_CLAIMS: readonly RequiredClaim[] = [
  { names: ['spec_id'], said: ({ specId }) => isText(specId), right: 'the id of the specification that was tested' },
  {
    names: ['system_state_hash', 'system_state'],
    said: ({ stateHash, claims }) =>
      stateHash !== null || (isAbsent(claims.system_state_hash) && isText(claims.system_state)),
    right: 'a SHA-256 of the source, 64 hex digits',
  },
  { names: ['test_results'], said: ({ results }) => results !== null, right: 'the numbers of passed and failed tests' },
  {
    names: ['timestamp', 'created_at'],
    said: ({ time }) => time !== null,
    right: 'a time in UTC, as in 2026-02-05T10:00:00Z',
  },
]

const isText = (value: Json | undefined): boolean => typeof value === 'string' && value.trim() !== ''
const isAbsent = (value: Json | undefined): boolean => value === undefined || value === null

export const missingClaim: Rule = {
  id: 'evidence/missing-claim',
  severity: 'error',
  about:
    'A required claim is missing or says nothing: `spec_id`, `system_state_hash`, `test_results` or `timestamp`. The old `system_state` is accepted, with a notice.',
  *check(at) {
    const byAge = severityByAge(at)
    // What is invalid may have been altered: nothing that it says, or doesn't, is its signer's.
    const evidence = at.head.testEvidence.filter(({ verdict }) => verdict.result !== 'invalid')
    for (const each of evidence) {
      const missing = REQUIRED_CLAIMS.filter(({ said }) => !said(each))
      if (missing.length === 0) continue
      yield {
        place: each.place,
        gxpId: each.gxpId,
        message: `${whole(each)} ${missing.map((claim) => saidOf(claim, each)).join('; ')}.`,
        detail: missing.map((claim) => nameFor(claim, each)).join(' '),
        ...byAge(each.path),
      }
    }
    yield* oldForm(evidence)
  },
}

const whole = ({ form }: TestEvidence) => (form === 'single' ? 'The payload' : 'The metadata of the package')

/** What a claim is called in this form of evidence. */
const nameFor = ({ names }: RequiredClaim, { form }: TestEvidence): string =>
  (form === 'package' && names.includes('created_at') ? 'created_at' : names[0]) ?? ''

function saidOf(claim: RequiredClaim, each: TestEvidence): string {
  const name = nameFor(claim, each)
  const there = claim.names.some((known) => !isAbsent(each.claims[known]))
  return there ? `has a \`${name}\` that is not ${claim.right}` : `lacks \`${name}\`, ${claim.right}`
}

function* oldForm(evidence: readonly TestEvidence[]): Generator<Hit> {
  const old = evidence.filter(({ claims }) => isAbsent(claims.system_state_hash) && isText(claims.system_state))
  const first = old[0]
  if (!first) return
  const number = old.length === 1 ? '1 evidence file carries' : `${old.length} evidence files carry`
  yield {
    place: first.place,
    general: true,
    severity: 'notice',
    message: `${number} the old claim \`system_state\` in place of \`system_state_hash\`: it fixes no content, so what source was tested can't be checked.`,
    detail: 'old form',
  }
}

/**
 * Told of each id once, at the first of its evidence: what is wrong is the id, not the number of runs. A record without
 * any annotation lies apart from its source, where its specifications may be: that is one cause for all of them.
 */
export const unknownSpec: Rule = {
  id: 'evidence/unknown-spec',
  severity: 'warning',
  about: 'Evidence names a specification that exists neither as a document nor as an annotation.',
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
    if (specId === null || !isText(specId) || verdict.result === 'invalid' || found.has(specId)) continue
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
    if (!at.head.testEvidence.some(({ results }) => results !== null && results.failed > 0)) return
    const riskOf = risksOfSpecifications(at)
    for (const each of failedRuns(at)) {
      const { results, specId, place, gxpId } = each
      if (!results || specId === null) continue
      const number = results.failed === 1 ? '1 test' : `${results.failed} tests`
      yield {
        place,
        gxpId: gxpId ?? specId,
        severity: severityByRisk(riskOf(specId)),
        message: `The newest ${runWords(each)} reports that ${number} failed. Mend what failed and add new evidence; this one stays in the record.`,
      }
    }
  },
}

/** The newest of each specification and tier, where it reports failures. */
export const failedRuns = (at: Pick<Case, 'head' | 'now'>): TestEvidence[] =>
  newestRuns(at).filter(({ results }) => results !== null && results.failed > 0)

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
    if (!at.head.testEvidence.some(({ expires }) => expires !== null && expires <= at.now)) return
    for (const each of newestRuns(at)) {
      const { expires, place, gxpId, specId } = each
      if (expires === null || at.now < expires || !isKeptUp(each, at)) continue
      yield {
        place,
        gxpId: gxpId ?? specId,
        message: `The newest ${runWords(each)} expired on ${shownTime(expires)} (\`exp\`). Run the tests again and add new evidence.`,
      }
    }
  },
}
