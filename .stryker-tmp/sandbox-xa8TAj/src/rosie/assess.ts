/** The standard as one pure function: a head, its base, the policy and the verdicts in; the assessment out. */
// @ts-nocheck

import { hasRecord } from './classify.ts'
import { withoutIgnored } from './ignores.ts'
import type {
  AssessedFinding,
  Assessment,
  Conclusion,
  Finding,
  IgnoredFinding,
  PolicyOutcome,
  PolicyPreview,
  Provenance,
  Severity,
  SignatureCounts,
  Snapshot,
  States,
  Summary,
  Verdict,
  Verdicts,
} from './model.ts'
import { SEVERITIES } from './model.ts'
import type { Policy } from './policy.ts'
import { policyChanges } from './policy-changes.ts'
import { type ComplianceRecord, indexRecord, kindOf } from './record.ts'
import { RULES } from './rules/index.ts'
import { type Case, fingerprintOf, type Hit, type Rule, toFinding } from './rules/rule.ts'
import { scoreOf } from './score.ts'

/** The assessment, and the indexed records it was made from. */
export interface Assessed {
  assessment: Assessment
  head: ComplianceRecord
  base: ComplianceRecord | null
}

/** What a head is judged by. Nothing of it comes from the head. */
export interface Judging {
  policy: Policy
  /** The policy that the head itself would have, where that is another: shown as a preview, never applied. */
  proposed: Policy | null
  verdicts: Verdicts
  states: States
  /** How many keys are trusted. */
  keys: number
  /** ms since 1970. */
  now: number
  /** The default branch keeps a record, whatever the head does. */
  trackedRecord: boolean
}

/** `base` null: no common history, or nothing to compare with; rules that compare then rest. */
export function assess(head: Snapshot, base: Snapshot | null, judging: Judging): Assessed {
  const { policy, proposed } = judging
  const kept = judging.trackedRecord || [head, base].some((snapshot) => snapshot && hasRecord(snapshot.files))
  // Without a record, nothing is claimed: what annotations there may be is not looked at.
  const indexed = (snapshot: Snapshot, by: Policy) =>
    indexRecord(kept ? snapshot : { ...snapshot, files: [] }, { ...judging, policy: by })
  const recordsBy = (by: Policy): Records => ({ head: indexed(head, by), base: base && indexed(base, by) })
  const records = recordsBy(policy)
  const preview =
    kept && proposed ? previewOf(policy, proposed, (by) => judge(recordsBy(by), by, null, judging.now)) : null
  const { findings, fixed, ignored } = judge(records, policy, preview, judging.now)
  const assessment: Assessment = {
    conclusion: kept ? conclude(findings, policy) : 'neutral',
    head: head.commit,
    base: base?.commit ?? null,
    summary: summarise(records.head, findings),
    coverage: records.head.coverage.byRisk,
    score: scoreOf(records.head),
    riskMatrix: policy.riskMatrixFrom,
    findings,
    fixed,
    ignored,
    preview,
  }
  return { assessment, ...records }
}

interface Records {
  head: ComplianceRecord
  base: ComplianceRecord | null
}

interface Judged {
  /** What counts. */
  findings: AssessedFinding[]
  /** What the base had and the head has no longer, whether it would count or not. */
  fixed: Finding[]
  ignored: IgnoredFinding[]
}

/** What a policy finds in the head, told apart from what it finds in the base. */
function judge({ head, base }: Records, policy: Policy, preview: PolicyPreview | null, now: number): Judged {
  const at = { policy, now, ruleIds: RULES.map(({ id }) => id) }
  const before = new Map(
    (base ? findingsOf({ ...at, head: base, base: null, preview: null }) : []).map((each) => [each.fingerprint, each]),
  )
  const all = findingsOf({ ...at, head, base, preview })
  const still = new Set(all.map(({ fingerprint }) => fingerprint))
  const { counted, ignored } = withoutIgnored(all, policy.ignore, now)
  return {
    findings: counted.map((finding) => ({
      ...finding,
      status: before.has(finding.fingerprint) ? 'existing' : 'introduced',
    })),
    fixed: [...before.values()].filter(({ fingerprint }) => !still.has(fingerprint)),
    ignored,
  }
}

/** What the proposed policy would make of the same head and base, beside what the one in force makes of them. */
function previewOf(policy: Policy, proposed: Policy, judged: (by: Policy) => Judged): PolicyPreview | null {
  const changes = policyChanges(policy, proposed)
  if (changes.length === 0) return null
  const outcome = (by: Policy): PolicyOutcome => {
    const { findings } = judged(by)
    return { conclusion: conclude(findings, by), findings: bySeverity(findings) }
  }
  return { ...outcome(proposed), before: outcome(policy), changes }
}

/**
 * All findings of one record, most serious first, then by path and line. What is found twice alike in one file (the same
 * misspelt tag on two lines) is told apart by its number, in the file's order.
 */
function findingsOf(at: Case): Finding[] {
  const found: Finding[] = []
  const seen = new Map<string, number>()
  for (const rule of RULES) {
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

/** Whether a finding makes the check fail. */
export function fails(finding: AssessedFinding, { failOn, introducedOnly }: Policy): boolean {
  if (failOn === 'never' || (introducedOnly && finding.status === 'existing')) return false
  return SEVERITIES.indexOf(finding.severity) >= SEVERITIES.indexOf(failOn)
}

const conclude = (found: readonly AssessedFinding[], policy: Policy): Conclusion =>
  found.some((finding) => fails(finding, policy)) ? 'failure' : 'success'

function summarise(record: ComplianceRecord, found: readonly AssessedFinding[]): Summary {
  const { documents, snapshot, sources, evidence, packages, testEvidence, coverage } = record
  const documentsOf = (kind: string) => documents.filter((document) => kindOf(document) === kind).length
  const filesOf = (kind: string) => snapshot.files.filter((file) => file.kind === kind).length
  const blocks = (test: boolean) =>
    sources.filter((file) => file.test === test).reduce((sum, { content }) => sum + content.blocks.length, 0)
  const replayed = (result: Provenance['result']) =>
    testEvidence.filter(({ provenance }) => provenance.result === result).length
  return {
    artifacts: {
      requirement: documentsOf('requirement'),
      user_story: documentsOf('user_story'),
      specification: documentsOf('specification'),
      decision: filesOf('decision'),
      risk: record.riskRegister?.content.entries.length ?? 0,
      vendor_assessment: filesOf('vendor_assessment'),
    },
    annotations: { source: blocks(false), test: blocks(true) },
    evidence: countVerdicts(evidence),
    packages: countVerdicts(packages),
    provenance: {
      verified: replayed('verified'),
      contradicted: replayed('contradicted'),
      unavailable: replayed('unavailable'),
    },
    requirements: coverage.counts,
    findings: bySeverity(found),
  }
}

function bySeverity(found: readonly Finding[]): Record<Severity, number> {
  const counts = { error: 0, warning: 0, notice: 0 }
  for (const { severity } of found) counts[severity] += 1
  return counts
}

function countVerdicts(signed: readonly { verdict: Verdict }[]): SignatureCounts {
  const having = (result: Verdict['result']) => signed.filter(({ verdict }) => verdict.result === result).length
  return { total: signed.length, valid: having('valid'), invalid: having('invalid'), untrusted: having('untrusted') }
}
