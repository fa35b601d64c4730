/** Records of testing: what a person tested and wrote down. Enough below HIGH. RFC-001, CSA branch. */
import { isRetired } from '../coverage.ts'
import { dayOf, latestDay } from '../dates.ts'
import { kindOfId } from '../ids.ts'
import type { Risk } from '../model.ts'
import { TEST_RESULTS, type TestingRecord } from '../parse/testing-record.ts'
import type { Located } from '../record.ts'
import { isPassing } from '../test-evidence.ts'
import { isSpecification } from './evidence-age.ts'
import { dayIn, isGiven, missingFields, wrongChoices, wrongDays, wrongValue } from './record-fields.ts'
import { didYouMean, nearestIn } from './references.ts'
import type { Case, Hit, Rule } from './rule.ts'
import { risksOfSpecifications } from './specification-risk.ts'
import { shown } from './words.ts'

type RecordFile = Located<TestingRecord>

const REQUIRED = ['spec_id', 'tester', 'test_date', 'test_type', 'result', 'summary']
const TEST_TYPES = ['scripted', 'unscripted', 'ad-hoc']

export const testingRecord: Rule = {
  id: 'evidence/testing-record',
  severity: 'error',
  about:
    'A record of testing (`ROT-*.md`) is malformed, says that the testing failed, or is all there is where the risk demands signed evidence. A notice where a later run passed; a warning where nothing defines its specification.',
  *check(at) {
    if (at.head.testingRecords.length === 0) return
    for (const file of at.head.testingRecords) yield* malformed(file, at.now)
    yield* unknown(at)
    yield* failed(at)
    yield* unsigned(at)
  },
}

function* malformed({ path, content: { fields, problems, specId } }: RecordFile, now: number): Generator<Hit> {
  for (const { cause, message, ...span } of problems) {
    if (cause === 'testing-record') yield { place: { path, ...span }, message, detail: 'front matter' }
  }
  if (problems.length > 0) return
  yield* missingFields(path, fields, REQUIRED)
  yield* wrongChoices(path, fields, { test_type: TEST_TYPES, result: TEST_RESULTS })
  yield* wrongDays(path, fields, ['test_date'])
  const day = dayIn(fields, 'test_date')
  if (day && day > latestDay(now)) yield wrongValue(path, 'test_date', fields.test_date, 'a day that has come')
  if (specId === null) {
    if (isGiven(fields.spec_id)) yield wrongValue(path, 'spec_id', fields.spec_id, RIGHT_ID)
    return
  }
  const name = path.slice(path.lastIndexOf('/') + 1)
  const named = name.startsWith(`ROT-${specId}`) && !/^[A-Z0-9]/.test(name.slice(`ROT-${specId}`.length))
  if (kindOfId(specId) !== 'specification') yield wrongValue(path, 'spec_id', fields.spec_id, RIGHT_ID)
  else if (!named) {
    const message = `The file is called \`${shown(name)}\`, but its \`spec_id\` is ${specId}. Call it \`ROT-${specId}.md\`, or correct the id.`
    yield { place: placeOf({ path, content: { fields } }), gxpId: specId, message, detail: 'name' }
  }
}

const RIGHT_ID = 'the id of a specification, as in SPEC-001-001'

const placeOf = ({ path, content }: { path: string; content: Pick<TestingRecord, 'fields'> }, field = 'spec_id') => ({
  path,
  line: content.fields[field]?.line ?? 1,
})

/** As evidence/unknown-spec tells of signed evidence. */
function* unknown({ head }: Case): Generator<Hit> {
  const nearest = nearestIn(head)
  for (const file of head.testingRecords) {
    const { specId } = file.content
    if (specId === null || kindOfId(specId) !== 'specification' || head.graph.defined.has(specId)) continue
    yield {
      place: placeOf(file),
      gxpId: specId,
      severity: 'warning',
      message: `This record names ${specId}, but nothing defines ${specId}.${didYouMean(nearest(specId, specId))}`,
      detail: 'unknown',
    }
  }
}

/** A failed run stays in the record. It is made good by a run on the same day or later that passed, signed or not. */
function* failed(at: Case): Generator<Hit> {
  const passed = lastPasses(at)
  for (const file of at.head.testingRecords) {
    const { specId, result, fields } = file.content
    if (result !== 'FAIL') continue
    const day = dayIn(fields, 'test_date')
    const pass = specId === null ? undefined : passed.get(specId)
    const madeGood = day !== null && pass !== undefined && pass >= day
    const about = `Testing${specId ? ` of ${specId}` : ''}${day ? ` on ${day}` : ''} failed.`
    yield {
      place: placeOf(file, 'result'),
      gxpId: specId,
      ...(madeGood && { severity: 'notice' }),
      message: madeGood
        ? `${about} It passed on ${pass}; this record stays.`
        : `${about} Mend what failed, test again, and add a new record; this one stays.`,
      detail: 'failed',
    }
  }
}

/** By specification, the last day on which a run passed. */
function lastPasses({ head, now }: Case): Map<string, string> {
  const last = new Map<string, string>()
  const add = (specId: string | null, day: string) => {
    if (specId !== null && day > (last.get(specId) ?? '') && day <= latestDay(now)) last.set(specId, day)
  }
  for (const { content } of head.testingRecords) {
    const passes = content.result === 'PASS' || content.result === 'PASS_WITH_DEVIATIONS'
    if (passes) add(content.specId, dayIn(content.fields, 'test_date') ?? '')
  }
  for (const evidence of head.testEvidence) {
    const { time, specId } = evidence
    if (time !== null && isPassing(evidence, now)) add(specId, dayOf(time))
  }
  return last
}

/** Told once for each specification, at its newest record. Where there is no record either, evidence/missing tells. */
function* unsigned(at: Case): Generator<Hit> {
  for (const { specId, risk, file } of recordedOnly(at)) {
    yield {
      place: placeOf(file),
      gxpId: specId,
      message: `${specId} has risk ${risk}, which demands signed evidence, but a record of testing is all there is. Add evidence of its tests that is signed.`,
      detail: 'unsigned',
    }
  }
}

/** Specifications whose risk demands signed evidence, and that have no more than a record of testing. */
export function recordedOnly(at: Pick<Case, 'head' | 'policy'>): { specId: string; risk: Risk; file: RecordFile }[] {
  const { head, policy } = at
  const signed = new Set(head.testEvidence.map(({ specId }) => specId))
  const riskOf = risksOfSpecifications(at)
  return [...newestBySpecification(head.testingRecords)].flatMap(([specId, file]) => {
    if (signed.has(specId) || !isSpecification(specId, head) || isRetired(specId, head)) return []
    const risk = riskOf(specId)
    return risk === null || policy.riskMatrix[risk].signatures === 0 ? [] : [{ specId, risk, file }]
  })
}

function newestBySpecification(records: readonly RecordFile[]): Map<string, RecordFile> {
  const newest = new Map<string, RecordFile>()
  const dayOfTest = ({ content }: RecordFile) => dayIn(content.fields, 'test_date') ?? ''
  for (const file of records) {
    const { specId } = file.content
    if (specId === null) continue
    const known = newest.get(specId)
    if (!known || dayOfTest(file) >= dayOfTest(known)) newest.set(specId, file)
  }
  return newest
}
