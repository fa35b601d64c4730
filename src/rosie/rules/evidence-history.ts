/** Evidence is immutable and append-only, failures included. RFC-001, "Evidence"; 21 CFR 11.10(c). */

import type { Evidence } from '../contents.ts'
import { remembered } from '../memo.ts'
import type { SnapshotFile } from '../model.ts'
import type { EvidencePackage } from '../packages.ts'
import type { ComplianceRecord } from '../record.ts'
import { gone, placeOfGone } from './gone.ts'
import type { Case, Hit, Rule } from './rule.ts'
import { type AlteredRecord, alteredRecords, fieldsOf } from './testing-record-history.ts'
import { shown } from './words.ts'

/** What a change did to the files of one evidence of the base: a single file, or a package. */
interface Altered {
  /** The file, or the package's directory. */
  path: string
  package: boolean
  /** Files with other bytes, whose old ones are nowhere else where they are read alike. */
  changed: string[]
  /** Files that are gone, and whose bytes are nowhere else either. */
  removed: string[]
  /** Nothing of it is left where it was. */
  whole: boolean
}

export const changed: Rule = {
  id: 'evidence/changed',
  severity: 'error',
  about:
    'Signed evidence, a file of an evidence package, or what a record of testing says of the test (`spec_id`, `tester`, `test_date`, `test_type`, `result`) was edited. Evidence is immutable.',
  *check(at) {
    for (const { path, package: inPackage, changed } of alterations(at)) {
      const [first] = changed
      if (first === undefined) continue
      const what = inPackage
        ? `The evidence package \`${path}\` was edited (${named(changed)})`
        : 'This evidence was edited'
      yield {
        place: { path: first, line: 1 },
        message: `${what}. Evidence is immutable: restore it as it was, and add what is new beside it.`,
        detail: path,
      }
    }
    for (const record of recordsAltered(at)) {
      if (record.after) yield editedRecord(record, record.after)
    }
  },
}

function editedRecord(record: AlteredRecord, { path, content }: NonNullable<AlteredRecord['after']>): Hit {
  const fields = fieldsOf(record).map(
    ({ name, was, is }) => `\`${name}\` was \`${shown(was)}\` and is \`${shown(is)}\``,
  )
  const what = fields.length > 0 ? `was edited: ${fields.join(', ')}` : "can't be read any more"
  const line = record.changed.map((name) => content.fields[name]?.line).find((each) => each !== undefined) ?? 1
  return {
    place: { path, line },
    gxpId: record.before.content.specId,
    message: `This record of testing ${what}. What was tested stays as it was written: restore it, and add a record of what was tested since beside it.`,
    detail: record.changed.join(' '),
  }
}

export const removed: Rule = {
  id: 'evidence/removed',
  severity: 'error',
  about:
    'Signed evidence, a file of an evidence package, or a record of testing was deleted, or renamed so that nothing reads it as what it is. Evidence is append-only, failures included.',
  *check(at) {
    const place = placeOfGone(at.head)
    for (const { path, package: inPackage, removed, whole } of alterations(at)) {
      if (removed.length === 0) continue
      const kind = inPackage ? 'The evidence package' : 'The evidence'
      const what = whole ? `${kind} \`${path}\` was deleted` : `${kind} \`${path}\` lost files (${named(removed)})`
      yield {
        ...gone(path, place),
        message: `${what}. ${APPEND_ONLY}`,
      }
    }
    for (const { before, after } of recordsAltered(at)) {
      if (after) continue
      const message = `The record of testing \`${before.path}\` was deleted. ${APPEND_ONLY}`
      yield { ...gone(before.path, place), gxpId: before.content.specId, message }
    }
  },
}

const APPEND_ONLY = 'Evidence is append-only: restore it, and add what is new beside it.'

/** The most names that a message lists. */
const MOST_NAMES = 5

function named(paths: readonly string[]): string {
  const shown = paths.slice(0, MOST_NAMES).map((path) => `\`${path.slice(path.lastIndexOf('/') + 1)}\``)
  return paths.length > MOST_NAMES ? `${shown.join(', ')} and ${paths.length - MOST_NAMES} more` : shown.join(', ')
}

const alterations = ({ head, base }: Case): readonly Altered[] => (base ? alteredSince(head, base) : [])

const recordsAltered = ({ head, base }: Case): readonly AlteredRecord[] => (base ? alteredRecords(head, base) : [])

/** Both rules ask. */
const alteredSince = remembered((head: ComplianceRecord, base: ComplianceRecord) => [...altered(base, head)])

/** Each signed evidence of the base that the head has not as it was. */
function* altered(base: ComplianceRecord, head: ComplianceRecord): Generator<Altered> {
  if (head.evidence === base.evidence && base.packages.length === 0) return
  const now = new Map<string, string>()
  for (const { path, sha } of head.snapshot.files) now.set(path, sha)
  const isWhere = ({ path, sha }: Held) => now.get(path) === sha
  let kept: Set<string> | undefined
  for (const { path, inPackage, files } of signedEvidence(base)) {
    if (files.every(isWhere)) continue
    // What is kept with the same bytes under another name was moved, also where something new has taken its place; but not
    // under a name by which nothing reads it: a failure would leave by that.
    kept ??= new Set(head.snapshot.files.map(asRead))
    const elsewhere = kept
    const lost = files.filter((file) => !isWhere(file) && !elsewhere.has(asRead(file)))
    const changed = lost.filter((file) => now.has(file.path))
    const removed = lost.filter((file) => !now.has(file.path))
    if (changed.length + removed.length === 0) continue
    const whole = !files.some((file) => now.has(file.path))
    yield { path, package: inPackage, changed: changed.map(pathOf), removed: removed.map(pathOf), whole }
  }
}

type Held = Pick<SnapshotFile, 'path' | 'sha' | 'reader'>

const pathOf = ({ path }: Held) => path
const asRead = ({ reader, sha }: Held) => `${reader} ${sha}`

/** What was never a JWS is no evidence yet: it may be mended, or taken away. */
const isSigned = ({ problems }: Evidence): boolean => problems.every(({ cause }) => cause !== 'jws')

function* signedEvidence(base: ComplianceRecord): Generator<{ path: string; inPackage: boolean; files: Held[] }> {
  for (const file of base.evidence) {
    const { path, sha, content } = file
    if (isSigned(content)) yield { path, inPackage: false, files: [{ path, sha, reader: 'evidence' }] }
  }
  if (base.packages.length === 0) return
  const files = filesByPackage(base)
  for (const each of base.packages) {
    if (isSignedPackage(each)) yield { path: each.path, inPackage: true, files: files.get(each.path) ?? [] }
  }
}

const isSignedPackage = ({ signature }: EvidencePackage): boolean => signature !== null && isSigned(signature.content)

function filesByPackage({ packages, snapshot }: ComplianceRecord): Map<string, Held[]> {
  const found = new Map<string, Held[]>(packages.map(({ path }) => [path, []]))
  for (const file of snapshot.files) {
    if (file.kind !== 'package_file') continue
    for (let end = file.path.lastIndexOf('/'); end > 0; end = file.path.lastIndexOf('/', end - 1)) {
      const held = found.get(file.path.slice(0, end))
      if (!held) continue
      held.push(file)
      break
    }
  }
  return found
}
