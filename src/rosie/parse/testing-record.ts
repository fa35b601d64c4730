/** Records of testing, `.gxp/evidence/ROT-{SPEC}.md`: unsigned, enough below HIGH. RFC-001, CSA branch. */
import type { Fields, Problem } from '../contents.ts'
import { textOf } from './document.ts'
import { readFrontMatter, readMapping } from './front-matter.ts'

export const TEST_RESULTS = ['PASS', 'FAIL', 'PASS_WITH_DEVIATIONS'] as const

export interface TestingRecord {
  kind: 'testing_record'
  /** As written; null when absent. */
  specId: string | null
  /** Null when absent or outside the set. */
  result: (typeof TEST_RESULTS)[number] | null
  fields: Fields
  problems: Problem[]
  /** Where there are problems: what it stands for, as far as its lines say so that are whole. */
  standing?: Fields
}

/** The fields that a record stands for: none of them is ever edited. */
export const STANDING = ['spec_id', 'tester', 'test_date', 'test_type', 'result']

export function readTestingRecord(text: string): TestingRecord {
  const { fields, problems } = readFrontMatter(text)
  return {
    kind: 'testing_record',
    specId: textOf(fields.spec_id),
    result: resultIn(fields),
    fields,
    problems: problems.map((problem) => ({ ...problem, cause: 'testing-record' })),
    ...(problems.length > 0 && { standing: standingLines(text) }),
  }
}

export function resultIn(fields: Fields): TestingRecord['result'] {
  const result = textOf(fields.result)
  return TEST_RESULTS.find((known) => known === result) ?? null
}

const LINE = new RegExp(`^[ \\t]*["']?(${STANDING.join('|')})["']?[ \\t]*:(.*)$`)
/** As of an unreadable document (unread.ts). */
const MOST_LINES = 200
const MOST_LENGTH = 64 * 1024

/** The first line of each field that is YAML by itself; of the result, whatever stands there. */
export function standingLines(text: string): Fields {
  const found: Fields = {}
  for (const [index, line] of text.slice(0, MOST_LENGTH).split(/\r?\n/, MOST_LINES).entries()) {
    const [, name, rest = ''] = LINE.exec(line) ?? []
    if (name === undefined || Object.hasOwn(found, name)) continue
    const field = readMapping(line.trim(), index).fields[name]
    if (field) found[name] = field
    else if (name === 'result') found.result = { value: rest.trim(), text: rest.trim(), line: index + 1 }
  }
  return found
}
