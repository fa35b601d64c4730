/** What evidence the risk of a specification demands. STANDARD, "Evidence", by risk; GxP.MD, "Risk matrix", signing. */
import { isRetired } from '../coverage.ts'
import { definedOf, reachable } from '../graph.ts'
import type { Place, Risk } from '../model.ts'
import type { Policy } from '../policy.ts'
import type { ComplianceRecord } from '../record.ts'
import { newestValid } from '../test-evidence.ts'
import { testStarts } from '../tracing.ts'
import { riskRank } from '../vocabulary.ts'
import { runWords } from './evidence-age.ts'
import { unprovenRequirements } from './evidence-unproven.ts'
import { placeOf } from './places.ts'
import { type Case, type Hit, type Rule, severityByRisk } from './rule.ts'
import { risksOfSpecifications, servedBy, servingAny } from './specification-risk.ts'
import { recordedOnly, testingRecord } from './testing-record.ts'
import { standsFor } from './trace/causes.ts'
import { isToldAsUnread } from './trace/unread.ts'

interface Unproven {
  id: string
  risk: Risk | null
  place: Place
}

/**
 * Told of each specification. Where the record keeps no evidence of any kind, that is one cause: what is not HIGH is then
 * told of the repository, once.
 */
export const missing: Rule = {
  id: 'evidence/missing',
  severity: 'warning',
  about:
    'A specification that serves a requirement has no evidence: none with a valid signature where the risk demands one (HIGH), else neither that nor a record of testing. Or a HIGH requirement is tested, but not proven, and nothing else says why. By risk.',
  *check(at) {
    const found = unproven(at)
    const each = keepsEvidence(at.head) ? found : found.filter(({ risk }) => risk === 'HIGH')
    for (const { id, risk, place } of each) {
      yield {
        place,
        gxpId: id,
        severity: severityByRisk(risk),
        message: `There is no evidence for ${id}${risk ? ` (risk ${risk})` : ''}. Add ${demanded(risk, at.policy)}.`,
      }
    }
    const others = found.filter((one) => !each.includes(one))
    if (others.length > 0) yield keptNowhere(others)
    yield* unprovenRequirements(at, missing, () => [...found.map(({ id }) => id), ...toldOfRecords(at)])
  },
}

/** Specifications of which another rule tells that a record of testing won't do, or can't be read. */
function toldOfRecords(at: Case): string[] {
  const { head } = at
  const isTold = ({ path }: { path: string }) => standsFor({ rule: testingRecord, path }, { rule: missing }, head)
  const unread = head.testingRecords.filter((file) => file.content.problems.length > 0 && isTold(file))
  const recorded = recordedOnly(at).filter(({ file }) => isTold(file))
  return [...recorded.map(({ specId }) => specId), ...unread.flatMap(({ path }) => specificationInName(path) ?? [])]
}

const demanded = (risk: Risk | null, policy: Policy): string =>
  signaturesFor(risk, policy) > 0
    ? 'signed evidence of its tests'
    : 'signed evidence of its tests, or a record of testing (`ROT-*.md`)'

const signaturesFor = (risk: Risk | null, { riskMatrix }: Policy): number => (risk ? riskMatrix[risk].signatures : 0)

function keptNowhere(found: readonly Unproven[]): Hit {
  const highest = found.reduce((a, b) => (riskRank(b.risk) > riskRank(a.risk) ? b : a))
  const number = found.length === 1 ? '1 specification has' : `${found.length} specifications have`
  return {
    place: highest.place,
    general: true,
    severity: severityByRisk(highest.risk),
    message: `This record keeps no evidence: ${number} neither signed evidence nor a record of testing (\`ROT-*.md\`). Add one or the other under \`.gxp/evidence/\`.`,
    detail: 'none',
  }
}

const keepsEvidence = ({ evidence, packages, testingRecords }: ComplianceRecord): boolean =>
  evidence.length + packages.length + testingRecords.length > 0

/** Specifications in force that serve a requirement and have no evidence of any kind, by no other rule's fault. */
function unproven({ head, policy }: Case): Unproven[] {
  const without = withoutEvidence(head, policy)
  if (without.length === 0) return []
  const serving = servingTested(head, policy)
  const riskOf = risksOfSpecifications({ head, policy })
  const isUntested = untested({ head, policy })
  const found: Unproven[] = []
  for (const id of without) {
    if (!serving.has(id)) continue
    const risk = riskOf(id)
    const place = placeOf(id, head)
    if (isToldAsUnread(id, { rule: missing, severity: severityByRisk(risk) }, head)) continue
    if (place && (risk === 'HIGH' || !isUntested(id))) found.push({ id, risk, place })
  }
  return found
}

function withoutEvidence(head: ComplianceRecord, policy: Policy): string[] {
  const having = new Set([
    ...head.testEvidence.flatMap(({ specId, verdict }) => (speaks(verdict.result, policy) ? (specId ?? []) : [])),
    // Whether a record of testing is enough is told by evidence/testing-record.
    ...head.testingRecords.flatMap(({ content, path }) => content.specId ?? specificationInName(path) ?? []),
  ])
  return definedOf('specification', head.graph).filter((id) => !having.has(id) && !isRetired(id, head))
}

/** What serves a requirement that is tested: of others it is told that nothing tests them, which is the same cause. */
function servingTested(head: ComplianceRecord, { severities }: Policy): { has(id: string): boolean } {
  const tested = head.coverage.requirements.filter(({ traced }) => traced).map(({ id }) => id)
  const all = tested.length === head.coverage.requirements.length
  return all || severities['trace/uncovered-requirement'] === 'off' ? servedBy(head) : servingAny(tested, head)
}

/** Below HIGH, a specification without tests has one finding: trace/unverified-specification. */
function untested({ head, policy }: Pick<Case, 'head' | 'policy'>): (id: string) => boolean {
  if (policy.severities['trace/unverified-specification'] === 'off') return () => false
  const naming = (id: string) => head.documentsById.get(id)?.some(({ content }) => content.testFiles.length > 0)
  let reached: Set<string> | undefined
  return (id) => {
    reached ??= reachedByTests(head)
    return !reached.has(id) && !naming(id)
  }
}

function reachedByTests(head: ComplianceRecord): Set<string> {
  const starts = testStarts(head).map(({ node }) => node)
  return reachable(starts, (node) => head.graph.typedOut(node).map(({ to }) => to))
}

const WHY_INVALID = ['evidence/invalid-signature', 'evidence/algorithm']

/** Evidence that can't be verified, or is invalid, is told at its file, unless the policy makes less of that. */
const speaks = (result: string, { severities }: Policy): boolean =>
  result !== 'invalid' || WHY_INVALID.every((rule) => (severities[rule] ?? 'error') === 'error')

/** The specification that a record of testing names in its file name: its front matter may be unreadable. */
export const specificationInName = (path: string): string | null =>
  /^ROT-(SPEC(?:-[A-Z0-9]+)+)/.exec(path.slice(path.lastIndexOf('/') + 1))?.[1] ?? null

/** Part 11 knows no second signer; the standard recommends two independent ones for HIGH. Off unless a policy asks. */
export const secondSignature: Rule = {
  id: 'evidence/second-signature',
  severity: 'warning',
  about:
    'The newest valid evidence of a specification that is rated HIGH, or whose risk demands two signatures, is signed by fewer than two independent keys.',
  *check({ head, policy, now }) {
    if ((policy.severities['evidence/second-signature'] ?? 'off') === 'off') return
    const riskOf = risksOfSpecifications({ head, policy })
    for (const each of newestValid(head.testEvidence, now)) {
      const { verdict, specId, gxpId, place } = each
      if (verdict.result !== 'valid' || verdict.keys.length > 1 || specId === null) continue
      const risk = riskOf(specId)
      if (risk !== 'HIGH' && signaturesFor(risk, policy) < 2) continue
      yield {
        place,
        gxpId: gxpId ?? specId,
        message: `The newest ${runWords(each)} (risk ${risk}) is signed with one trusted key only, \`${verdict.keys.join('`, `')}\`. Add evidence that a second, independent person signed too: a general JWS with two signatures.`,
      }
    }
  },
}
