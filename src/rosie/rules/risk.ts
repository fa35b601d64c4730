/** The risk register. RFC-001, "Risk assessment"; GxP.MD, "Risk Assessment Log"; 21 CFR 11.10(e). */
import { latestDay } from '../dates.ts'
import { differing } from '../differing.ts'
import type { Place } from '../model.ts'
import { fieldTitle } from '../parse/risk-entry.ts'
import type { RiskEntry } from '../parse/risk-register.ts'
import { type ComplianceRecord, idOf, kindOf } from '../record.ts'
import { gone, placeOfGone } from './gone.ts'
import { loweredIn } from './lowered-risk.ts'
import { compareRegisters, type RegisterChanges } from './register-changes.ts'
import { duplicatesIn, faultsOf, newestOfEach } from './risk-entry.ts'
import { type Case, type Hit, type Rule, severityIn } from './rule.ts'

const PATH = '.gxp/risk_assessment.log'

const entriesOf = (record: ComplianceRecord | null): readonly RiskEntry[] => record?.riskRegister?.content.entries ?? []

const placeOf = ({ line, endLine }: RiskEntry): Place => ({ path: PATH, line, endLine })

const keepsFolder = ({ snapshot }: ComplianceRecord): boolean =>
  snapshot.files.some(({ path }) => path.startsWith('.gxp/'))

const logMissing: Rule = {
  id: 'risk/log-missing',
  severity: 'warning',
  about: 'The record has no risk register, `.gxp/risk_assessment.log`. Told once.',
  *check({ head, base, policy }) {
    if (head.riskRegister || !keepsFolder(head)) return
    const toldAsRemoved = entriesOf(base).length > 0 && severityIn(policy, entryRemoved) !== 'off'
    if (toldAsRemoved) return
    yield {
      ...gone(PATH, placeOfGone(head)),
      message: `The record has no risk register. Keep one in \`${PATH}\`: each entry begins with \`## RISK-001: title\`.`,
    }
  },
}

const malformedEntry: Rule = {
  id: 'risk/malformed-entry',
  severity: 'error',
  about:
    'An entry of the risk register does not parse, lacks a field, or has a value outside its set or a date that lies ahead; or what was meant as an entry does not read as one. Entries in the older form, one line each, are accepted, with one notice.',
  *check({ head, now }) {
    for (const { cause, message, ...span } of head.riskRegister?.content.problems ?? []) {
      if (cause === 'risk') yield { place: { path: PATH, ...span }, message, detail: message }
    }
    for (const entry of entriesOf(head)) {
      for (const { line, message, fields } of faultsOf(entry, latestDay(now))) {
        yield { place: { path: PATH, line }, gxpId: entry.id, message, detail: fields.join(' ') }
      }
    }
    yield* oldForm(entriesOf(head).filter(({ form }) => form === 'line'))
  },
}

function* oldForm(entries: readonly RiskEntry[]): Generator<Hit> {
  const [first] = entries
  if (!first) return
  const number = entries.length === 1 ? '1 entry is' : `${entries.length} entries are`
  yield {
    place: placeOf(first),
    general: true,
    severity: 'notice',
    message: `${number} in the form of draft-02, one line an entry. This is accepted; new entries take the form \`## RISK-001: title\` with a list of fields.`,
    detail: 'old form',
  }
}

/** A revision is a later entry with the id and a newer date. */
const duplicateId: Rule = {
  id: 'risk/duplicate-id',
  severity: 'error',
  about: 'Two entries have one id, and the later one is no revision: its date is not newer.',
  *check({ head, now }) {
    for (const [entry, before] of duplicatesIn(entriesOf(head), latestDay(now))) {
      yield {
        place: placeOf(entry),
        gxpId: entry.id,
        message: `${entry.id} stands on line ${before.line} already, with the date ${before.date}. Give this entry an id of its own or, if it is a revision, a newer date.`,
        detail: entry.date ?? '',
      }
    }
  },
}

const entryRemoved: Rule = {
  id: 'risk/entry-removed',
  severity: 'error',
  about: 'An entry of the append-only risk register is gone, or the whole register.',
  *check({ head, base, now }) {
    const before = entriesOf(base)
    if (before.length === 0) return
    const number = before.length === 1 ? 'its only entry' : `its ${before.length} entries`
    if (!head.riskRegister) {
      const message = `\`${PATH}\` is gone, with ${number}. The risk register is append-only: put it back.`
      yield { ...gone(PATH, placeOfGone(head)), message }
      return
    }
    const unreadable = head.riskRegister.content.problems.find(({ cause }) => cause === 'encoding')
    if (unreadable) {
      const message = `The register can't be read any more, so ${number} can't be told to be there.`
      yield { place: { path: PATH, line: unreadable.line }, message, detail: 'unreadable' }
      return
    }
    for (const { id, date, line } of changes({ head, base, now })?.removed ?? []) {
      yield {
        place: { path: PATH, line: 1 },
        gxpId: id,
        message: `The entry ${id}${date ? ` of ${date}` : ''}, line ${line} before this change, is gone. The risk register is append-only: put it back, and append a revision with \`Status: closed\` if the risk is over.`,
        detail: date ?? '',
      }
    }
  },
}

const entryRewritten: Rule = {
  id: 'risk/entry-rewritten',
  severity: 'error',
  about:
    'An entry of the append-only risk register says something else than before. Only its status may change. New entries may stand anywhere: their dates say when they were made.',
  *check(at) {
    for (const { before, after, changed } of changes(at)?.rewritten ?? []) {
      const lines = changed.flatMap((name) =>
        Object.hasOwn(after.fields, name) ? (after.fields[name]?.line ?? []) : [],
      )
      const names = changed.map((name) => (name === 'text' ? 'its text' : `\`${fieldTitle(name)}\``)).join(', ')
      yield {
        place: lines[0] === undefined ? placeOf(after) : { path: PATH, line: lines[0] },
        gxpId: after.id,
        message: `${after.id} was rewritten: ${names} changed. Only the status of an entry may change: restore it, and append a revision, an entry with the same id and a newer date.`,
        detail: before.date ?? '',
      }
    }
  },
}

/** Null where the two registers can't be compared. */
function changes({ head, base, now }: Pick<Case, 'head' | 'base' | 'now'>): RegisterChanges | null {
  const unread = [head, base].some((record) =>
    record?.riskRegister?.content.problems.some(({ cause }) => cause === 'encoding' || cause === 'too-large'),
  )
  return base && head.riskRegister && !unread
    ? compareRegisters(entriesOf(base), entriesOf(head), latestDay(now))
    : null
}

/** GxP.MD, "Risk-Proportionate Enforcement": what is required changes, and so may its risks. */
const unrecordedChange: Rule = {
  id: 'risk/unrecorded-change',
  severity: 'warning',
  about:
    'A requirement was added, or says something else than before, and the risk register has no new entry. An error where a requirement of HIGH risk is rated lower, retired or gone.',
  *check({ head, base, now }) {
    if (!base || head.documents === base.documents) return
    const register = changes({ head, base, now })
    // Without a register nothing is recorded; what is in one that can't be read is not known.
    if (register ? register.added.length > 0 : head.riskRegister !== null) return
    const lowered = loweredIn(head, base)
    for (const { id, how, ...where } of lowered) {
      const message = `${id} was of HIGH risk and now ${how}, so less is asked of it, but the risk register has no new entry. Append one to \`${PATH}\` that says why this is right, or undo it.`
      yield { ...where, gxpId: id, severity: 'error', message }
    }
    const told = new Set(lowered.map(({ id }) => id))
    if (register) yield* unrecordedIn(differing(base.documents, head.documents).come, base, told)
  },
}

/** Requirements that are new or say something else, but for those that are `told` already. */
function* unrecordedIn(
  documents: ComplianceRecord['documents'],
  base: ComplianceRecord,
  told: ReadonlySet<string>,
): Generator<Hit> {
  for (const document of documents) {
    const id = idOf(document)
    const { path, content } = document
    if (id === null || told.has(id) || kindOf(document) !== 'requirement') continue
    const before = base.documentsById.get(id) ?? []
    if (base.unreadableIds.has(id) || before.some((each) => each.content.digest === content.digest)) continue
    yield {
      place: { path, line: content.fields.gxp_id?.line ?? 1 },
      gxpId: id,
      message: `${id} ${before.length === 0 ? 'is new' : 'changed'}, but the risk register has no new entry. Append one to \`${PATH}\` that says what the change puts at risk.`,
    }
  }
}

const STILL_OPEN: ReadonlyMap<string | null, string> = new Map([
  ['open', 'is still open'],
  ['review_requested', 'still waits for its review'],
])

const openHigh: Rule = {
  id: 'risk/open-high',
  severity: 'warning',
  about: 'A HIGH risk is still open. The newest entry with its id counts.',
  *check({ head, now }) {
    for (const { id, risk, status, fields, line } of newestOfEach(entriesOf(head), latestDay(now)).values()) {
      const still = STILL_OPEN.get(status)
      if (risk !== 'HIGH' || !still) continue
      yield {
        place: { path: PATH, line: fields.status?.line ?? line },
        gxpId: id,
        message: `${id} is a HIGH risk and ${still}. Mitigate it, or have it accepted, and say so in its status.`,
      }
    }
  },
}

export const riskRules: readonly Rule[] = [
  logMissing,
  malformedEntry,
  duplicateId,
  entryRemoved,
  entryRewritten,
  unrecordedChange,
  openHigh,
]
