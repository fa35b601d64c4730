/** What the rules find in one record, in order and within bounds. */
import type { Finding } from './assessment.ts'
import { SEVERITIES } from './model.ts'
import { rulesFor } from './rules/deleted.ts'
import { RULES } from './rules/index.ts'
import { type Case, fingerprintOf, type Hit, type Rule, toFinding } from './rules/rule.ts'

/**
 * All findings of one record, most serious first, then by path and line. What is found twice alike in one file (the same
 * misspelt tag on two lines) is told apart by its number, in the file's order.
 */
export function findingsOf(judged: Omit<Case, 'ruleIds'>): Finding[] {
  const at: Case = { ...judged, ruleIds: RULE_IDS }
  const found: Finding[] = []
  const seen = new Map<string, number>()
  for (const rule of rulesFor(at, RULES)) {
    for (const hit of bounded(rule.check(at), rule)) {
      const first = fingerprintOf(rule, hit)
      const nth = (seen.get(first) ?? 0) + 1
      seen.set(first, nth)
      const finding = toFinding(rule, hit, at.policy, nth === 1 ? first : fingerprintOf(rule, hit, nth))
      if (finding) found.push(finding)
    }
  }
  return found.sort(bySeriousness)
}

const RULE_IDS = RULES.map(({ id }) => id)

/** What one rule tells of one file at most: a file made for the purpose has a hundred thousand faults. */
const MOST_IN_A_FILE = 1_000

/** The hits up to that limit; then, for each file that has more, one that says how many, as serious as they are. */
function* bounded(hits: Iterable<Hit>, rule: Rule): Generator<Hit> {
  const told = new Map<string, number>()
  const left = new Map<string, { number: number; worst: Hit }>()
  const rank = ({ severity = rule.severity }: Hit) => SEVERITIES.indexOf(severity)
  for (const hit of hits) {
    const path = hit.place?.path ?? ''
    const before = told.get(path) ?? 0
    if (before < MOST_IN_A_FILE) {
      told.set(path, before + 1)
      yield hit
      continue
    }
    const { number, worst } = left.get(path) ?? { number: 0, worst: hit }
    left.set(path, { number: number + 1, worst: rank(hit) > rank(worst) ? hit : worst })
  }
  for (const { number, worst } of left.values()) {
    const { place, severity } = worst
    // Its number is part of the fingerprint: a fault that is added among those left out is introduced.
    const detail = `${number} more`
    const message = `This file has ${detail} of this kind that are not listed, one of them here.`
    yield { place, severity, message, detail }
  }
}

function bySeriousness(a: Finding, b: Finding): number {
  return (
    SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity) ||
    compareText(a.path ?? '', b.path ?? '') ||
    (a.line ?? 0) - (b.line ?? 0) ||
    (a.column ?? 0) - (b.column ?? 0) ||
    compareText(a.rule, b.rule) ||
    compareText(a.fingerprint, b.fingerprint)
  )
}

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
