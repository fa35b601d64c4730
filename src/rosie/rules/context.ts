/** The system context: `.gxp/system_context.md`. RFC-001, "System context". */

import type { Field, Place, SnapshotFile } from '../model.ts'
import { RISKS, STATUSES } from '../model.ts'
import { textOf } from '../parse/document.ts'
import type { ComplianceRecord } from '../record.ts'
import { asRisk, asStatus, highestRisk, riskField, riskRank, statusField } from '../vocabulary.ts'
import { brokenReferences } from './references.ts'
import type { Hit, Rule } from './rule.ts'
import { compareVersions, isVersion } from './semver.ts'

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
    const wrong = (key: string, field: Field | undefined, right: string): Hit => ({
      place: at(field),
      message:
        field && textOf(field) !== null
          ? `\`${key}\` is \`${textOf(field)}\`. ${right}`
          : `\`${key}\` is missing or empty. ${right}`,
      detail: key,
    })
    if (!UUID.test(textOf(fields.id) ?? '')) yield wrong('id', fields.id, 'Write a UUID.')
    if (!isVersion(textOf(fields.version) ?? ''))
      yield wrong('version', fields.version, 'Write a version of Semantic Versioning 2.0.0, as in 1.4.0.')
    if (!asRisk(riskField(fields)))
      yield wrong('gxp_risk_rating', riskField(fields), `Write one of ${RISKS.join(', ')}.`)
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
  about: 'A status uses a word of an older draft instead of `draft`, `in_review`, `validated` or `retired`.',
  *check({ head }) {
    const old = (field: Field | undefined) => (asStatus(field)?.legacy ? field : undefined)
    const context = head.systemContext && old(statusField(head.systemContext.content.fields))
    if (context) {
      yield {
        place: { path: PATH, line: context.line },
        message: `\`${context.text}\` is a word of an older draft. Today's word is \`${asStatus(context)?.status}\`.`,
        detail: 'context',
      }
    }
    const others = head.documents.flatMap(({ path, content }) => {
      const field = old(statusField(content.fields))
      return field ? [{ path, field }] : []
    })
    const first = others[0]
    if (!first) return
    const number = others.length === 1 ? '1 artifact uses' : `${others.length} artifacts use`
    yield {
      place: { path: first.path, line: first.field.line },
      general: true,
      message: `${number} a status word of an older draft, here \`${first.field.text}\`. Today's words are ${STATUSES.join(', ')}.`,
      detail: 'artifacts',
    }
  },
}

/** RFC-001, "Validation status": a claim that the record itself contradicts. */
const unwarrantedStatus: Rule = {
  id: 'context/unwarranted-status',
  severity: 'error',
  about: 'The system says `validated` while broken references, uncovered HIGH requirements or invalid evidence exist.',
  *check({ head }) {
    const field = head.systemContext && statusField(head.systemContext.content.fields)
    if (!field || asStatus(field)?.status !== 'validated') return
    const against = [
      counted([...brokenReferences(head)].length, 'broken reference'),
      counted(
        head.coverage.requirements.filter(({ risk, traced }) => risk === 'HIGH' && !traced).length,
        'untested HIGH requirement',
      ),
      counted(head.evidence.filter(({ verdict }) => verdict.result === 'invalid').length, 'invalid evidence file'),
    ].filter(Boolean)
    if (against.length > 0) {
      yield {
        place: { path: PATH, line: field.line },
        message: `The status claims \`${field.text}\`, but the record contradicts it: ${against.join(', ')}. Mend these or set the status back.`,
      }
    }
  },
}

const counted = (count: number, what: string) => (count === 0 ? '' : `${count} ${what}${count === 1 ? '' : 's'}`)

/** GxP.MD, "Risk": a system is at least as critical as the most critical thing it does. */
const ratingTooLow: Rule = {
  id: 'context/rating-too-low',
  severity: 'warning',
  about: "The system's risk rating is lower than that of one of its requirements.",
  *check({ head }) {
    const field = head.systemContext && riskField(head.systemContext.content.fields)
    const rating = asRisk(field ?? undefined)
    if (!field || !rating) return
    const requirements = head.coverage.requirements
    const highest = highestRisk(requirements.map(({ risk }) => risk))
    if (riskRank(highest) <= riskRank(rating)) return
    const example = requirements.find(({ risk }) => risk === highest)
    yield {
      place: { path: PATH, line: field.line },
      message: `The system is rated ${rating}, but ${example?.id} is rated ${highest}. Rate the system at least ${highest}.`,
    }
  },
}

/** 21 CFR 11.10(k): what the system is for changed, and its version does not say so. */
const versionNotRaised: Rule = {
  id: 'context/version-not-raised',
  severity: 'warning',
  about: 'Intended use, a requirement or HIGH-risk source changed while `version` did not rise; an error when it fell.',
  *check({ head, base }) {
    const [after, before] = [versionOf(head), versionOf(base)]
    if (!base || !after || !before) return
    const order = compareVersions(after.version, before.version)
    const place: Place = { path: PATH, line: after.line }
    if (order < 0) {
      yield {
        place,
        severity: 'error',
        message: `\`version\` fell from ${before.version} to ${after.version}. Versions only rise.`,
        detail: 'fell',
      }
    } else if (order === 0) {
      const changes = whatChanged(head, base)
      if (changes.length === 0) return
      const shown = changes.slice(0, 3).join(', ') + (changes.length > 3 ? ` and ${changes.length - 3} more` : '')
      yield {
        place,
        message: `\`version\` is still ${after.version}, though this changed: ${shown}. Raise it.`,
        detail: 'same',
      }
    }
  },
}

function versionOf(record: ComplianceRecord | null): { version: string; line: number } | null {
  const field = record?.systemContext?.content.fields.version
  const version = textOf(field)
  return field && version && isVersion(version) ? { version, line: field.line } : null
}

function whatChanged(head: ComplianceRecord, base: ComplianceRecord): string[] {
  const use = (record: ComplianceRecord) =>
    textOf(record.systemContext?.content.fields.intended_use)?.replace(/\s+/g, ' ')
  const files = (record: ComplianceRecord) =>
    new Map(record.snapshot.files.filter(countsForVersion(record)).map(({ path, sha }) => [path, sha]))
  const [after, before] = [files(head), files(base)]
  const paths = [...new Set([...before.keys(), ...after.keys()])].filter((path) => before.get(path) !== after.get(path))
  return [...(use(head) === use(base) ? [] : ['the intended use']), ...paths.sort()]
}

/** Requirements, and source with a HIGH block. */
function countsForVersion(record: ComplianceRecord): (file: SnapshotFile) => boolean {
  const high = new Set(
    [...record.graph.blocks.values()].filter(({ risk, test }) => risk === 'HIGH' && !test).map(({ path }) => path),
  )
  return (file) => file.kind === 'requirement' || high.has(file.path)
}

export const contextRules: readonly Rule[] = [
  missing,
  invalidField,
  legacyStatus,
  unwarrantedStatus,
  ratingTooLow,
  versionNotRaised,
]
