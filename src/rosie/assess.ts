/** The standard as one pure function: a head, its base, the policy and the verdicts in; the assessment out. */

import type {
  AssessedFinding,
  Assessment,
  Conclusion,
  Finding,
  IgnoredFinding,
  PolicyOutcome,
  PolicyPreview,
} from './assessment.ts'
import { hasRecord } from './classify.ts'
import { findingsOf } from './findings.ts'
import { withoutIgnored } from './ignores.ts'
import { remembered } from './memo.ts'
import type { Snapshot, States, Verdicts } from './model.ts'
import { SEVERITIES } from './model.ts'
import { appliedOf, type Policy } from './policy.ts'
import { policyChanges } from './policy-changes.ts'
import { type ComplianceRecord, type Established, indexRecord, keptKindsOf } from './record.ts'
import { scoreOf } from './score.ts'
import { bySeverity, summarise } from './summary.ts'

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
    policy: appliedOf(policy),
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

/** Whether a finding makes the check fail. */
export function fails(finding: AssessedFinding, { failOn, introducedOnly }: Policy): boolean {
  if (failOn === 'never' || (introducedOnly && finding.status === 'existing')) return false
  return SEVERITIES.indexOf(finding.severity) >= SEVERITIES.indexOf(failOn)
}

const conclude = (found: readonly AssessedFinding[], policy: Policy): Conclusion =>
  found.some((finding) => fails(finding, policy)) ? 'failure' : 'success'
