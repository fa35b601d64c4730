/**
 * The counts of a test run, in the shapes that test tools write. RFC-001 has a list of cases, practice an object of
 * counts: its own, or the report of Jest, Vitest, Mocha, Playwright, pytest or CTRF as it came.
 */
import type { Evidence, Json } from '../model.ts'

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
  for (const object of objects) {
    const counts = countsIn(object)
    if (counts) return counts
  }
  for (const object of objects) {
    const cases = LISTS.map((list) => object[list]).find((value) => Array.isArray(value))
    if (Array.isArray(cases)) return countCases(cases)
  }
  return null
}

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
    const members = asMembers(item) ?? {}
    const grouped = Array.isArray(members.assertionResults) ? members.assertionResults : [item]
    for (const each of grouped) {
      const { status, result, outcome } = asMembers(each) ?? {}
      counts[countedAs(status ?? result ?? outcome)]++
    }
    // A file that could not be run has no cases, and failed.
    if (grouped.length === 0 && countedAs(members.status) === 'failed') counts.failed++
  }
  return counts
}

function countedAs(word: Json | undefined): keyof Results {
  const said = typeof word === 'string' ? word.toLowerCase() : ''
  if (/^(pass(ed)?|ok|success)$/.test(said)) return 'passed'
  return /^(skip(ped)?|pending|todo|disabled)$/.test(said) ? 'skipped' : 'failed'
}

const asMembers = (value: Json | undefined): Members | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null

const asCount = (value: Json | undefined): number | null =>
  typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : null
