/** The system context: `.gxp/system_context.md`. RFC-001, "System context". */

import type { Field, Fields } from '../contents.ts'
import { ratingOf } from '../coverage.ts'
import { remembered } from '../memo.ts'
import { type Place, RISKS, STATUSES, type ValidationStatus, type Verdict } from '../model.ts'
import { textOf } from '../parse/document.ts'
import type { ComplianceRecord } from '../record.ts'
import { supersededIn } from '../test-evidence.ts'
import { asRisk, asStatus, highestRisk, riskField, riskRank, statusField } from '../vocabulary.ts'
import { versionNotRaised } from './context-version.ts'
import { brokenReferences } from './references.ts'
import { contradictoryRisk } from './risk-alias.ts'
import type { Case, Hit, Rule } from './rule.ts'
import { isVersion } from './semver.ts'
import { counted, shown } from './words.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const PATH = '.gxp/system_context.md'

/** `.gxp/` exists without its apex document; or the base has a record and the head has none. */
const missing: Rule = {
  id: 'context/missing',
  severity: 'error',
  about: '`.gxp/` exists without `.gxp/system_context.md`, or the whole record was deleted.',
  *check({ head, base }) {
    if (head.systemContext) return
    const first = firstOfDirectory(head)
    if (first) {
      yield {
        place: { path: first.path, line: 1 },
        general: true,
        message: `${PATH} is missing. Every record needs it: it names the system, its version, its risk and its intended use.`,
      }
    } else if (base && (firstOfDirectory(base) || (base.present && !head.present))) {
      const what = firstOfDirectory(base) ? '`.gxp/` directory' : 'GxP.MD'
      yield {
        place: null,
        message: `The compliance record was deleted: the base has a ${what}, and this commit has none.`,
        detail: 'deleted',
      }
    }
  },
}

/** GxP.MD alone is no record to fall back on: it says how to judge, not what was done. */
const firstOfDirectory = ({ snapshot }: ComplianceRecord) => snapshot.files.find(({ path }) => path.startsWith('.gxp/'))

/** RFC-001, "System context", required fields. */
const invalidField: Rule = {
  id: 'context/invalid-field',
  severity: 'error',
  about: 'A required field of the system context is absent, empty or outside its set.',
  *check({ head }) {
    const context = head.systemContext
    if (!context) return
    // What can't be read at all is told by artifact/malformed-front-matter and its neighbours.
    if (context.content.problems.length > 0) return
    const { fields } = context.content
    const at = (field: Field | undefined): Place => ({ path: PATH, line: field?.line ?? 1, endLine: field?.endLine })
    const wrong = (key: string, field: Field | undefined, right: string): Hit => {
      const text = textOf(field)
      const said = text === null ? `\`${key}\` is missing or empty.` : `\`${key}\` is \`${shown(text)}\`.`
      return { place: at(field), message: `${said} ${right}`, detail: key }
    }
    if (!UUID.test(textOf(fields.id) ?? '')) yield wrong('id', fields.id, 'Write a UUID.')
    if (!isVersion(textOf(fields.version) ?? ''))
      yield wrong('version', fields.version, 'Write a version of Semantic Versioning 2.0.0, as in 1.4.0.')
    if (!asRisk(riskField(fields)))
      yield wrong('gxp_risk_rating', riskField(fields), `Write one of ${RISKS.join(', ')}.`)
    const twofold = contradictoryRisk(fields)
    if (twofold) yield { place: at(fields.risk_level), message: twofold, detail: 'risk' }
    if (!asStatus(statusField(fields)))
      yield wrong('validation_status', statusField(fields), `Write one of ${STATUSES.join(', ')}.`)
    if (textOf(fields.project_name) === null)
      yield wrong('project_name', fields.project_name, "Write the system's name.")
    if (textOf(fields.intended_use) === null)
      yield wrong('intended_use', fields.intended_use, 'Say what the system is used for.')
  },
}

/** Real records mix the drafts' words: accepted, with one remark for the context and one for all other artifacts. */
const legacyStatus: Rule = {
  id: 'context/legacy-status',
  severity: 'notice',
  about:
    'A status uses a word or key of an older draft instead of `validation_status` with `draft`, `in_review`, `validated` or `retired`.',
  *check({ head }) {
    const context = head.systemContext && oldStatus(head.systemContext.content.fields)
    if (context) {
      yield {
        place: { path: PATH, line: context.field.line },
        message: `${context.words} of an older draft. Today one writes \`validation_status: ${context.today}\`.`,
        detail: 'context',
      }
    }
    const others = oldAmong(head.documents)
    const first = others[0]
    if (!first) return
    yield {
      place: { path: first.path, line: first.old.field.line },
      general: true,
      message: `${counted(others.length, 'artifact')} ${others.length === 1 ? 'writes' : 'write'} the status as an older draft did. Here ${first.old.words} of it; today one writes \`validation_status: ${first.old.today}\`.`,
      detail: 'artifacts',
    }
  },
}

const oldAmong = remembered((documents: ComplianceRecord['documents']) =>
  documents.flatMap(({ path, content }) => {
    const old = oldStatus(content.fields)
    return old ? [{ path, old }] : []
  }),
)

function oldStatus(fields: Fields): { field: Field; words: string; today: ValidationStatus } | null {
  const field = statusField(fields)
  const status = asStatus(field)
  if (!field || !status) return null
  if (status.legacy) return { field, words: `\`${field.text}\` is a word`, today: status.status }
  return fields.validation_status ? null : { field, words: '`assurance_status` is a key', today: status.status }
}

/** RFC-001, "Validation status": a claim that the record itself contradicts. */
const unwarrantedStatus: Rule = {
  id: 'context/unwarranted-status',
  severity: 'error',
  about: 'The system says `validated` while broken references, uncovered HIGH requirements or invalid evidence exist.',
  *check(at) {
    const { head } = at
    const field = head.systemContext && statusField(head.systemContext.content.fields)
    if (!field || asStatus(field)?.status !== 'validated') return
    const untested = head.coverage.requirements.filter(({ risk, traced }) => risk === 'HIGH' && !traced)
    const against: [number, string][] = [
      [brokenReferences(head).length, 'broken reference'],
      [untested.length, 'untested HIGH requirement'],
      [invalidOf(head.evidence, at), 'invalid evidence file'],
      [invalidOf(head.packages, at), 'invalid evidence package'],
    ]
    const found = against.filter(([count]) => count > 0)
    if (found.length === 0) return
    yield {
      place: { path: PATH, line: field.line },
      message: `The status claims \`${field.text}\`, but the record contradicts it: ${found.map(([count, what]) => counted(count, what)).join(', ')}. Mend these or set the status back.`,
    }
  },
}

/** How many are invalid and not made good by newer valid evidence for the same: evidence can't be taken back. */
function invalidOf(signed: readonly { path: string; verdict: Verdict }[], { head, now }: Case): number {
  const invalid = signed.filter(({ verdict }) => verdict.result === 'invalid')
  if (invalid.length === 0) return 0
  const superseded = supersededIn(head.testEvidence, now)
  const old = new Set(head.testEvidence.filter(superseded).map(({ path }) => path))
  return invalid.filter(({ path }) => !old.has(path)).length
}

/** GxP.MD, "Risk": a system is at least as critical as the most critical thing it does. */
const ratingTooLow: Rule = {
  id: 'context/rating-too-low',
  severity: 'warning',
  about: "The system's risk rating is lower than that of one of its requirements.",
  *check({ head }) {
    const field = head.systemContext && riskField(head.systemContext.content.fields)
    const rating = asRisk(field ?? undefined)
    if (!field || !rating) return
    // By what the record says, also where the policy judges every requirement as HIGH.
    const requirements = head.coverage.requirements.map(({ id }) => ({ id, risk: ratingOf(id, head) }))
    const highest = highestRisk(requirements.map(({ risk }) => risk))
    if (riskRank(highest) <= riskRank(rating)) return
    const example = requirements.find(({ risk }) => risk === highest)
    yield {
      place: { path: PATH, line: field.line },
      message: `The system is rated ${rating}, but ${example?.id} is rated ${highest}. Rate the system at least ${highest}.`,
    }
  },
}

export const contextRules: readonly Rule[] = [
  missing,
  invalidField,
  legacyStatus,
  unwarrantedStatus,
  ratingTooLow,
  versionNotRaised,
]
