/**
 * The counts of a test run, in the shapes that test tools write. RFC-001 has a list of cases, practice an object of
 * counts: its own, or the report of Jest, Vitest, Mocha, Playwright, pytest or CTRF as it came.
 */
import type { Evidence } from '../contents.ts'
import type { Json } from '../model.ts'

type Members = { [member: string]: Json }
type Results = NonNullable<Evidence['results']>

const PASSED = ['passed', 'passes', 'tests_passed', 'numPassedTests', 'expected']
/** What stands beside one another is added: a suite that could not be run is a failure of its own. */
const FAILED = [
  ['failed', 'failures', 'tests_failed', 'numFailedTests', 'unexpected'],
  ['error', 'errors'],
  ['numRuntimeErrorTestSuites'],
]
const SKIPPED = [['skipped', 'tests_skipped', 'numPendingTests'], ['pending'], ['todo', 'numTodoTests']]
const TOTAL = ['total', 'tests', 'numTotalTests']

/** Where the counts may stand below the report itself. */
const HOLDERS = ['test_results', 'results', 'summary', 'stats', 'counts']
/** Where the cases may stand. */
const LISTS = ['test_cases', 'tests', 'cases', 'results', 'testResults']

/** Null when no shape fits. */
export function countResults(report: Json | undefined): Evidence['results'] {
  if (Array.isArray(report)) return countCases(report)
  const members = asMembers(report)
  if (!members) return null
  const below = (object: Members, names: readonly string[]): Members[] =>
    names.map((name) => asMembers(object[name])).filter((value) => value !== null)
  const held = below(members, HOLDERS)
  const objects = [members, ...held, ...held.flatMap((object) => below(object, ['summary']))]
  if (objects.some(hasFalseCount)) return null
  return failedIf(objects.some(saysItFailed), countIn(objects))
}

/** The run as a whole says that it failed: so it has, whatever it counts. */
const saysItFailed = ({ success, status, result, outcome }: Members): boolean =>
  success === false || [status, result, outcome].some((word) => FAILURE.test(textOf(word)))

function failedIf(failed: boolean, counts: Evidence['results']): Evidence['results'] {
  if (!failed || (counts && counts.failed > 0)) return counts
  return { ...(counts ?? { passed: 0, failed: 0, skipped: 0 }), failedAsWhole: true }
}

/** The counts of the first of these that has any; a list of cases beside them may say that more failed. */
function countIn(objects: readonly Members[]): Evidence['results'] {
  const lists = objects.flatMap((object) =>
    LISTS.flatMap((list) => (Array.isArray(object[list]) ? [object[list]] : [])),
  )
  for (const object of objects) {
    const counts = countsIn(object)
    if (counts) return { ...counts, failed: Math.max(counts.failed, ...lists.map(countFailures)) }
  }
  return lists[0] ? countCases(lists[0]) : null
}

/** Counts that are none (`"4"`, `-1`): then nothing is known, least of all that nothing failed. */
const hasFalseCount = (object: Members): boolean =>
  [...PASSED, ...FAILED.flat()].some((name) => {
    const value = object[name]
    return value !== undefined && typeof value !== 'object' && asCount(value) === null
  })

/** Cases that say they failed: a count of none beside them is contradicted. */
const countFailures = (cases: readonly Json[]): number =>
  cases.flatMap(casesOf).filter((each) => FAILURE.test(wordOf(each))).length

const FAILURE = /^(fail|error|broken|crash|unexpected|timed ?_?out)/

function countsIn(object: Members): Results | null {
  const first = (names: readonly string[]) => names.map((name) => asCount(object[name])).find((count) => count !== null)
  const sum = (groups: readonly (readonly string[])[]) =>
    groups.reduce((total, names) => total + (first(names) ?? 0), 0)
  const [passed, total] = [first(PASSED), first(TOTAL)]
  const [failed, skipped] = [sum(FAILED), sum(SKIPPED)]
  if (passed === undefined && first(FAILED.flat()) === undefined) return null
  return { passed: passed ?? Math.max(0, (total ?? 0) - failed - skipped), failed, skipped }
}

/** A case has a status or a result; Jest and Vitest group cases by file. What is not known to be good is a failure. */
function countCases(cases: readonly Json[]): Results {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  for (const item of cases) {
    for (const each of casesOf(item)) counts[countedAs(wordOf(each))]++
  }
  return counts
}

/** A file that could not be run has no cases, and stands for itself. */
function casesOf(item: Json): readonly Json[] {
  const { assertionResults, status } = asMembers(item) ?? {}
  if (!Array.isArray(assertionResults)) return [item]
  return assertionResults.length > 0 || countedAs(textOf(status)) !== 'failed' ? assertionResults : [item]
}

function wordOf(each: Json): string {
  const { status, result, outcome } = asMembers(each) ?? {}
  return textOf(status ?? result ?? outcome)
}

const textOf = (word: Json | undefined): string => (typeof word === 'string' ? word.toLowerCase() : '')

function countedAs(said: string): 'passed' | 'failed' | 'skipped' {
  if (/^(pass(ed)?|ok|success)$/.test(said)) return 'passed'
  return /^(skip(ped)?|pending|todo|disabled)$/.test(said) ? 'skipped' : 'failed'
}

const asMembers = (value: Json | undefined): Members | null =>
  typeof value === 'object' && !Array.isArray(value) ? value : null

const asCount = (value: Json | undefined): number | null =>
  typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : null
