/**
 * Records of testing that a change edited or took away: what was tested when, by whom and with which result stays as it was
 * written, failures included. A corrected summary is no new test. RFC-001, CSA branch; 21 CFR 11.10(c) and (e).
 */

import type { Field } from '../contents.ts'
import { remembered } from '../memo.ts'
import { squeezed } from '../parse/digest.ts'
import { textOf } from '../parse/document.ts'
import { resultIn, STANDING, type TestingRecord } from '../parse/testing-record.ts'
import type { ComplianceRecord, Located } from '../record.ts'
import { isGiven } from './record-fields.ts'

type RecordFile = Located<TestingRecord>

export interface AlteredRecord {
  before: RecordFile
  /** The file as it is now; null where it is gone. */
  after: RecordFile | null
  /** The fields that say something else, in their order; empty where the file can't be read any more, or is gone. */
  changed: string[]
}

/** Each record of the base that the head has not as it was. Linear. */
export const alteredRecords = remembered((head: ComplianceRecord, base: ComplianceRecord): readonly AlteredRecord[] => {
  const byPath = new Map(head.testingRecords.map((file) => [file.path, file]))
  const kept = new Set(head.testingRecords.map(({ sha }) => sha))
  const stays = (file: RecordFile) => kept.has(file.sha) || saysTheSame(file, byPath.get(file.path))
  const before = base.testingRecords.map(asWritten).filter(stands)
  const taken = new Set(
    before.filter(stays).map((each) => (saysTheSame(each, byPath.get(each.path)) ? each.path : each.sha)),
  )
  const free = bySaying(head.testingRecords.filter(({ path, sha }) => !taken.has(path) && !taken.has(sha)))
  return before.flatMap((file) => {
    // One that says the same under another name was moved, also where something new has taken its place.
    if (stays(file) || free.get(saidIn(file))?.pop()) return []
    const now = byPath.get(file.path)
    const after = now ? asWritten(now) : null
    const changed = after ? STANDING.filter((name) => isChanged(name, file, after)) : []
    const lost = after === null || (isUnreadable(after) && !isUnreadable(file))
    return lost || changed.length > 0 ? [{ before: file, after, changed }] : []
  })
})

function bySaying(files: readonly RecordFile[]): Map<string, RecordFile[]> {
  const found = new Map<string, RecordFile[]>()
  for (const file of files) {
    const same = found.get(saidIn(file))
    if (same) same.push(file)
    else found.set(saidIn(file), [file])
  }
  return found
}

/** With what its whole lines say, where it can't be read. */
function asWritten(file: RecordFile): RecordFile {
  const { standing: fields } = file.content
  if (fields === undefined) return file
  return { ...file, content: { ...file.content, fields, specId: textOf(fields.spec_id), result: resultIn(fields) } }
}

/** What was never readable is no record yet: it may be mended, or taken away. But a failure stays. */
const stands = ({ content: { problems, fields } }: RecordFile): boolean =>
  problems.length === 0 || isFailure(fields.result)

const isFailure = (result: Field | undefined): boolean => /^["']?fail/i.test(said(result))

const saysTheSame = (file: RecordFile, other: RecordFile | undefined): boolean =>
  other !== undefined && saidIn(file) === saidIn(other)

const saidIn = ({ content: { fields } }: RecordFile): string =>
  JSON.stringify(STANDING.map((name) => said(fields[name])))

const said = (field: Field | undefined): string =>
  squeezed(textOf(field) ?? (field === undefined ? '' : JSON.stringify(field.value)))

/** What was missing or wrong may be mended; what is so now is told as malformed. */
function isChanged(name: string, before: RecordFile, after: RecordFile): boolean {
  const [was, is] = [before.content.fields[name], after.content.fields[name]]
  if (!isGiven(is) || said(was) === said(is)) return false
  if (name !== 'result') return isGiven(was)
  if (after.content.result === null) return false
  return before.content.result !== null || (isFailure(was) && after.content.result !== 'FAIL')
}

/** Malformed front matter is told as such, and a file over the limit too: both are errors. Bytes that are no text are not. */
const isUnreadable = ({ content }: RecordFile): boolean => content.problems.some(({ cause }) => cause === 'encoding')

/** What a field said and says, for a message. */
export const fieldsOf = ({ before, after, changed }: AlteredRecord): { name: string; was: string; is: string }[] =>
  changed.map((name) => ({ name, was: said(before.content.fields[name]), is: said(after?.content.fields[name]) }))
