/** What an entry of the risk register must say, and which of two entries with one id count. */
import { RISKS } from '../model.ts'
import { fieldTitle } from '../parse/risk-entry.ts'
import type { RiskEntry } from '../parse/risk-register.ts'
import { listed, shown } from './words.ts'

/** draft-02 has no author, no component and no status, and names the requirement and what tests the mitigation. */
const REQUIRED: Readonly<Record<RiskEntry['form'], readonly string[]>> = {
  markdown: ['date', 'author', 'component', 'risk level', 'description', 'impact', 'mitigation', 'status'],
  line: ['date', 'requirement', 'risk level', 'impact', 'mitigation', 'test coverage'],
}

const STATUSES = ['open', 'mitigated', 'accepted', 'closed', 'review_requested']

export interface EntryFault {
  /** The fields at fault, as `risk level`; `title` for the title. */
  fields: string[]
  line: number
  message: string
}

/** The value of a field, as written; empty where there is none. A field may be called `constructor`. */
export const fieldValue = ({ fields }: RiskEntry, name: string): string =>
  Object.hasOwn(fields, name) ? (fields[name]?.value ?? '') : ''

/**
 * What is missing, as one fault, and each value that is none of its field's. `latest`: the last day that may have come, as
 * `YYYY-MM-DD`.
 */
export function faultsOf(entry: RiskEntry, latest: string): EntryFault[] {
  const { id, form, line, fields, title } = entry
  const missing = REQUIRED[form].filter((name) => fieldValue(entry, name) === '')
  if (form === 'markdown' && title === null) missing.unshift('title')
  const faults: EntryFault[] = []
  if (missing.length > 0) {
    const names = missing.map((name) => `\`${fieldTitle(name)}\``).join(', ')
    faults.push({ fields: missing, line, message: `${id} lacks ${names}.` })
  }
  const wrong = (name: string, right: string) => {
    const given = fields[name]
    if (!given?.value) return
    const message = `\`${fieldTitle(name)}\` of ${id} is \`${shown(given.value)}\`. Write ${right}.`
    faults.push({ fields: [name], line: given.line, message })
  }
  if (entry.date === null) wrong('date', 'a day of the calendar as YYYY-MM-DD')
  else if (entry.date > latest) wrong('date', 'a day that has come')
  if (entry.risk === null) wrong('risk level', listed(RISKS, 'or'))
  if (entry.status !== null && !STATUSES.includes(entry.status)) wrong('status', listed(STATUSES, 'or'))
  return faults
}

/** Its date; null too where that lies ahead: such an entry is malformed, and would stay the newest for ever. */
const dayOf = ({ date }: RiskEntry, latest: string): string | null => (date !== null && date <= latest ? date : null)

/**
 * Entries whose id an earlier one has, unless they are its revision: newer than all before. Without a date an entry can't
 * be told from a revision, and is malformed already.
 */
export function duplicatesIn(entries: readonly RiskEntry[], latest: string): Map<RiskEntry, RiskEntry> {
  const newest = new Map<string, RiskEntry>()
  const duplicates = new Map<RiskEntry, RiskEntry>()
  for (const entry of entries) {
    const day = dayOf(entry, latest)
    if (day === null) continue
    const before = newest.get(entry.id)
    if (before?.date && day <= before.date) duplicates.set(entry, before)
    else newest.set(entry.id, entry)
  }
  return duplicates
}

/** Of each id the entry that counts: the newest by its date, the last among equals. */
export function newestOfEach(entries: readonly RiskEntry[], latest: string): Map<string, RiskEntry> {
  const newest = new Map<string, RiskEntry>()
  const dayIn = (entry: RiskEntry) => dayOf(entry, latest) ?? ''
  for (const entry of entries) {
    const known = newest.get(entry.id)
    if (!known || dayIn(entry) >= dayIn(known)) newest.set(entry.id, entry)
  }
  return newest
}
