/** Records of testing, `.gxp/evidence/ROT-{SPEC}.md`: unsigned, enough below HIGH. RFC-001, CSA branch. */
import type { Fields, Problem } from '../model.ts'

export interface TestingRecord {
  kind: 'testing_record'
  specId: string | null
  result: 'PASS' | 'FAIL' | 'PASS_WITH_DEVIATIONS' | null
  fields: Fields
  problems: Problem[]
}

export function readTestingRecord(_text: string): TestingRecord {
  return { kind: 'testing_record', specId: null, result: null, fields: {}, problems: [] }
}
