/** The standard as one pure function: a head, its base, the policy and the verdicts in; the assessment out. */

import type {
  AssessedFinding,
  Assessment,
  Conclusion,
  Finding,
  IgnoredFinding,
  PolicyOutcome,
  PolicyPreview,
  SignatureCounts,
  Summary,
} from './assessment.ts'
import { hasRecord } from './classify.ts'
import { withoutIgnored } from './ignores.ts'
import { remembered } from './memo.ts'
import type { Severity, Snapshot, States, Verdict, Verdicts } from './model.ts'
import { SEVERITIES } from './model.ts'
import type { Policy } from './policy.ts'
import { policyChanges } from './policy-changes.ts'
import { type ComplianceRecord, type Established, indexRecord, keptKindsOf, kindOf } from './record.ts'
import { rulesFor } from './rules/deleted.ts'
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
  // Without a record nothing is claimed: what annotations there may be is not looked at, and was not in such a base.
  const judged = kept ? head : onlyPolicy(head)
  const before = base && (hasRecord(base.files) ? base : onlyPolicy(base))
  const { verdicts, states, keys, now } = judging
  const indexed = (snapshot: Snapshot, by: Policy, emptied = NONE_EMPTIED) =>
    recordOf(snapshot, by, verdicts, states, keys, now, emptied)
  const emptied = before ? emptiedBetween(before, judged) : NONE_EMPTIED
  const recordsBy = (by: Policy): Records => ({
    head: indexed(judged, by, emptied),
    base: before && indexed(before, by),
  })
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

/** A snapshot that was looked at before in the same light is not indexed again. */
const recordOf = remembered(
  (
    snapshot: Snapshot,
    policy: Policy,
    verdicts: Verdicts,
    states: States,
    keys: number,
    now: number,
    emptied: Established['emptied'],
  ): ComplianceRecord => indexRecord(snapshot, { policy, verdicts, states, keys, now, emptied }),
)

/** Most often: the same object, so that a snapshot is not indexed again. */
const NONE_EMPTIED: Established['emptied'] = []

/** Git keeps no empty directory: with its last file a change takes the directory away, but not the need of what it held. */
function emptiedBetween(base: Snapshot, head: Snapshot): Established['emptied'] {
  const kept = keptKindsOf(head)
  const emptied = [...keptKindsOf(base)].filter((kind) => !kept.has(kind))
  return emptied.length > 0 ? emptied : NONE_EMPTIED
}

/** What an organisation shares is no record, and may still be wrong. */
const onlyPolicy = remembered(
  (snapshot: Snapshot): Snapshot => ({
    ...snapshot,
    files: snapshot.files.filter(({ kind }) => kind === 'policy'),
  }),
)

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
  const before = new Map((base ? findingsAlone(base, policy, now) : []).map((each) => [each.fingerprint, each]))
  const all = base ? findingsOf({ head, base, policy, preview, now }) : findingsAlone(head, policy, now)
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

/** The findings of a record that is compared with none: as the head of one assessment, and as the base of the next. */
const findingsAlone = remembered((head: ComplianceRecord, policy: Policy, now: number): readonly Finding[] =>
  findingsOf({ head, base: null, policy, preview: null, now }),
)

/**
 * All findings of one record, most serious first, then by path and line. What is found twice alike in one file (the same
 * misspelt tag on two lines) is told apart by its number, in the file's order.
 */
function findingsOf(judged: Omit<Case, 'ruleIds'>): Finding[] {
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

/** Whether a finding makes the check fail. */
export function fails(finding: AssessedFinding, { failOn, introducedOnly }: Policy): boolean {
  if (failOn === 'never' || (introducedOnly && finding.status === 'existing')) return false
  return SEVERITIES.indexOf(finding.severity) >= SEVERITIES.indexOf(failOn)
}

const conclude = (found: readonly AssessedFinding[], policy: Policy): Conclusion =>
  found.some((finding) => fails(finding, policy)) ? 'failure' : 'success'

function summarise(record: ComplianceRecord, found: readonly AssessedFinding[]): Summary {
  const { documents, sources, evidence, packages, testEvidence, coverage } = record
  const risk = record.riskRegister?.content.entries.length ?? 0
  const files = { decision: 0, risk, vendor_assessment: 0 }
  for (const { kind } of record.snapshot.files)
    if (kind === 'decision' || kind === 'vendor_assessment') files[kind] += 1
  return {
    artifacts: { ...countKinds(documents), ...files },
    annotations: countBlocks(sources),
    evidence: countVerdicts(evidence),
    packages: countVerdicts(packages),
    provenance: countProvenance(testEvidence),
    requirements: coverage.counts,
    findings: bySeverity(found),
  }
}

function bySeverity(found: readonly Finding[]): Record<Severity, number> {
  const counts = { error: 0, warning: 0, notice: 0 }
  for (const { severity } of found) counts[severity] += 1
  return counts
}

const countKinds = remembered((documents: ComplianceRecord['documents']) => {
  const artifacts = { requirement: 0, user_story: 0, specification: 0 }
  for (const document of documents) artifacts[kindOf(document)] += 1
  return artifacts
})

const countBlocks = remembered((sources: ComplianceRecord['sources']) => {
  const annotations = { source: 0, test: 0 }
  for (const { test, content } of sources) annotations[test ? 'test' : 'source'] += content.blocks.length
  return annotations
})

const countVerdicts = remembered((signed: readonly { verdict: Verdict }[]): SignatureCounts => {
  const counts = { total: signed.length, valid: 0, invalid: 0, untrusted: 0 }
  for (const { verdict } of signed) counts[verdict.result] += 1
  return counts
})

const countProvenance = remembered((evidence: ComplianceRecord['testEvidence']): Summary['provenance'] => {
  const provenance = { verified: 0, contradicted: 0, unavailable: 0, unknown: 0 }
  for (const each of evidence) provenance[each.provenance.result] += 1
  const { unknown: _, ...replayed } = provenance
  return replayed
})
