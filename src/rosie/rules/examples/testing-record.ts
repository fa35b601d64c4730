/** The page of the rule about records of testing. */
import type { RulePage } from './example.ts'
import { withFrontMatter } from './sample.ts'

const PATH = '.gxp/evidence/ROT-SPEC-001-001.md'

const record = (day: string, result: string, summary: string) =>
  withFrontMatter([
    'spec_id: SPEC-001-001',
    'tester: A. Tester',
    `test_date: ${day}`,
    'test_type: unscripted',
    `result: ${result}`,
    `summary: ${summary}`,
  ])

const FAILED = record('2026-02-06', 'FAIL', 'A dose of 0 mg was accepted.')

export const testingRecordPages: Record<string, RulePage> = {
  'evidence/testing-record': {
    clause: 'RFC-001, CSA branch, "Record of testing"; GxP.MD, "Risk matrix" (`signing_required`)',
    why: 'A record of testing shows that a person looked, what they did and how it went. It is enough for MEDIUM and LOW risk; HIGH risk demands signed evidence beside it. A failed test stays in the record: mend the cause, test again, and add what came of it.',
    bad: { [PATH]: FAILED },
    good: { [PATH]: record('2026-02-06', 'PASS', 'Doses above the limit were refused.') },
  },
}
