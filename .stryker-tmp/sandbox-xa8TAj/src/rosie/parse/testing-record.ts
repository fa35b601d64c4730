/** Records of testing, `.gxp/evidence/ROT-{SPEC}.md`: unsigned, enough below HIGH. RFC-001, CSA branch. */
// @ts-nocheck

import type { Fields, Problem } from '../model.ts'
import { textOf } from './document.ts'
import { readFrontMatter } from './front-matter.ts'

export const TEST_RESULTS = ['PASS', 'FAIL', 'PASS_WITH_DEVIATIONS'] as const

export interface TestingRecord {
  kind: 'testing_record'
  /** As written; null when absent. */
  specId: string | null
  /** Null when absent or outside the set. */
  result: (typeof TEST_RESULTS)[number] | null
  fields: Fields
  problems: Problem[]
}

export function readTestingRecord(text: string): TestingRecord {
  const { fields, problems } = readFrontMatter(text)
  const result = textOf(fields.result)
  return {
    kind: 'testing_record',
    specId: textOf(fields.spec_id),
    result: TEST_RESULTS.find((known) => known === result) ?? null,
    fields,
    problems: problems.map((problem) => ({ ...problem, cause: 'testing-record' })),
  }
}
