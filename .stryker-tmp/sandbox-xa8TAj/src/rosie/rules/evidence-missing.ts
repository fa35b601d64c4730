/** What evidence the risk of a specification demands. STANDARD, "Evidence", by risk; GxP.MD, "Risk matrix", signing. */
// @ts-nocheck

import { kindOfId } from '../ids.ts'
import type { Place, Risk } from '../model.ts'
import type { Policy } from '../policy.ts'
import type { ComplianceRecord } from '../record.ts'
import { isFuture, newestOf } from '../test-evidence.ts'
import { riskRank } from '../vocabulary.ts'
import { isRetired, runWords } from './evidence-age.ts'
import { type Case, type Hit, type Rule, severityByRisk } from './rule.ts'
import { risksOfSpecifications, servingAny } from './specification-risk.ts'

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
    'A specification that serves a requirement has no evidence: none with a valid signature where the risk demands one (HIGH), else neither that nor a record of testing. By risk.',
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
  },
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
    message: `This record keeps no evidence: ${number} neither signed evidence of their tests nor a record of testing (\`ROT-*.md\`). Add one or the other under \`.gxp/evidence/\`.`,
    detail: 'none',
  }
}

const keepsEvidence = ({ evidence, packages, testingRecords }: ComplianceRecord): boolean =>
  evidence.length + packages.length + testingRecords.length > 0

/** Specifications in force that serve a requirement and have no evidence of any kind, by no other rule's fault. */
function unproven({ head, policy }: Case): Unproven[] {
  const { graph } = head
  const serving = servingAny(requirementsTold(head, policy), head)
  const having = new Set([
    ...head.testEvidence.flatMap(({ specId, verdict }) => (speaks(verdict.result, policy) ? (specId ?? []) : [])),
    // Whether a record of testing is enough is told by evidence/testing-record.
    ...head.testingRecords.flatMap(({ content, path }) => content.specId ?? specificationInName(path) ?? []),
  ])
  const riskOf = risksOfSpecifications({ head, policy })
  const found: Unproven[] = []
  for (const id of graph.defined) {
    if (kindOfId(id) !== 'specification' || !serving.has(id) || having.has(id)) continue
    if (head.unreadableIds.has(id) || isRetired(id, head)) continue
    const risk = riskOf(id)
    const place = definedAt(id, head)
    if (place && !(risk !== 'HIGH' && untestedIsTold(id, head, policy))) found.push({ id, risk, place })
  }
  return found
}

/** A requirement that nothing tests is told as such: no evidence is the same cause. */
function requirementsTold({ coverage }: ComplianceRecord, { severities }: Policy): string[] {
  const told = severities['trace/uncovered-requirement'] !== 'off'
  return coverage.requirements.filter(({ traced }) => traced || !told).map(({ id }) => id)
}

/** Below HIGH, a specification without tests has one finding, trace/unverified-specification. */
const untestedIsTold = (id: string, { graph }: ComplianceRecord, { severities }: Policy): boolean =>
  severities['trace/unverified-specification'] !== 'off' && !graph.typedInto(id).some(({ type }) => type === 'verifies')

const WHY_INVALID = ['evidence/invalid-signature', 'evidence/algorithm']

/** Evidence that can't be verified, or is invalid, is told at its file, unless the policy makes less of that. */
const speaks = (result: string, { severities }: Policy): boolean =>
  result !== 'invalid' || WHY_INVALID.every((rule) => (severities[rule] ?? 'error') === 'error')

/** The specification that a record of testing names in its file name: its front matter may be unreadable. */
const specificationInName = (path: string): string | null => /\/ROT-(SPEC(?:-[A-Z0-9]+)+)[^/]*$/.exec(path)?.[1] ?? null

/** Where an id is defined: its document, else the first annotation that names it. */
function definedAt(id: string, { documentsById, graph }: ComplianceRecord): Place | null {
  const document = documentsById.get(id)?.[0]
  if (document) return { path: document.path, line: document.content.fields.gxp_id?.line ?? 1 }
  return graph.into(id).find(({ by }) => by.startsWith('@'))?.origin ?? null
}

/** Part 11 knows no second signer; the standard recommends two independent ones for HIGH. Off unless a policy asks. */
export const secondSignature: Rule = {
  id: 'evidence/second-signature',
  severity: 'warning',
  about:
    'The newest valid evidence of a specification that is rated HIGH, or whose risk demands two signatures, is signed by fewer than two independent keys. Off unless a policy asks for it.',
  *check({ head, policy, now }) {
    const riskOf = risksOfSpecifications({ head, policy })
    const valid = head.testEvidence.filter((each) => each.verdict.result === 'valid' && !isFuture(each, now))
    for (const each of newestOf(valid).values()) {
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
