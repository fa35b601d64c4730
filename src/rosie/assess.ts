/** The standard as one pure function: a head, its base, the policy and the verdicts in; the assessment out. */
import { hasRecord, packageDirectories } from './classify.ts'
import type {
  AssessedFinding,
  Assessment,
  Conclusion,
  Finding,
  Severity,
  SignatureCounts,
  Snapshot,
  Summary,
  Verdicts,
} from './model.ts'
import { SEVERITIES } from './model.ts'
import type { Policy } from './policy.ts'
import { type ComplianceRecord, indexRecord, kindOf } from './record.ts'
import { RULES } from './rules/index.ts'
import { fingerprintOf, type Hit, type Rule, toFinding } from './rules/rule.ts'

/** The assessment, and the indexed records it was made from. */
export interface Assessed {
  assessment: Assessment
  head: ComplianceRecord
  base: ComplianceRecord | null
}

/**
 * `base` null: no common history, or nothing to compare with; rules that compare then rest. `trackedRecord`: whether the
 * default branch keeps a record, whatever the head does.
 */
export function assess(
  head: Snapshot,
  base: Snapshot | null,
  policy: Policy,
  verdicts: Verdicts,
  trackedRecord = false,
): Assessed {
  const kept = trackedRecord || [head, base].some((snapshot) => snapshot && hasRecord(snapshot.files))
  // Without a record, nothing is claimed: what annotations there may be is not looked at.
  const indexed = (snapshot: Snapshot) => indexRecord(kept ? snapshot : { ...snapshot, files: [] }, verdicts)
  const record = indexed(head)
  const before = base && indexed(base)
  const existing = new Map(
    before ? findings(before, null, policy).map((finding) => [finding.fingerprint, finding]) : [],
  )
  const now = findings(record, before, policy)
  const fingerprints = new Set(now.map(({ fingerprint }) => fingerprint))
  const assessed = now.map(
    (finding) => ({ ...finding, status: existing.has(finding.fingerprint) ? 'existing' : 'introduced' }) as const,
  )
  const assessment: Assessment = {
    conclusion: kept ? conclude(assessed, policy) : 'neutral',
    head: head.commit,
    base: base?.commit ?? null,
    summary: summarise(record, assessed),
    coverage: record.coverage.byRisk,
    findings: assessed,
    fixed: [...existing.values()].filter(({ fingerprint }) => !fingerprints.has(fingerprint)),
  }
  return { assessment, head: record, base: before }
}

/**
 * All findings of one record, most serious first, then by path and line. What is found twice alike in one file (the same
 * misspelt tag on two lines) is told apart by its number, in the file's order.
 */
function findings(head: ComplianceRecord, base: ComplianceRecord | null, policy: Policy): Finding[] {
  const found: Finding[] = []
  const seen = new Map<string, number>()
  for (const rule of RULES) {
    for (const hit of bounded(rule.check({ head, base, policy }), rule)) {
      const first = fingerprintOf(rule, hit)
      const nth = (seen.get(first) ?? 0) + 1
      seen.set(first, nth)
      const finding = toFinding(rule, hit, policy, nth === 1 ? first : fingerprintOf(rule, hit, nth))
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
  const { documents, snapshot, sources, evidence, coverage } = record
  const documentsOf = (kind: string) => documents.filter((document) => kindOf(document) === kind).length
  const filesOf = (kind: string) => snapshot.files.filter((file) => file.kind === kind).length
  const blocks = (test: boolean) =>
    sources.filter((file) => file.test === test).reduce((sum, { content }) => sum + content.blocks.length, 0)
  const severity = (level: Severity) => found.filter((finding) => finding.severity === level).length
  const tests = evidence.filter(({ content }) => content.form === 'test')
  const verdict = (result: string) => tests.filter((file) => file.verdict.result === result).length
  const packages = packageDirectories(snapshot.files.map(({ path }) => path)).size
  return {
    artifacts: {
      requirement: documentsOf('requirement'),
      user_story: documentsOf('user_story'),
      specification: documentsOf('specification'),
      decision: filesOf('decision'),
      risk: record.riskEntries,
      vendor_assessment: filesOf('vendor_assessment'),
    },
    annotations: { source: blocks(false), test: blocks(true) },
    evidence: {
      total: tests.length,
      valid: verdict('valid'),
      invalid: verdict('invalid'),
      untrusted: verdict('untrusted'),
    },
    // A package's protocol is not verified, so each is untrusted: found, and never shown as valid.
    packages: { total: packages, valid: 0, invalid: 0, untrusted: packages } satisfies SignatureCounts,
    provenance: { verified: 0, contradicted: 0, unavailable: 0 },
    requirements: coverage.counts,
    findings: { error: severity('error'), warning: severity('warning'), notice: severity('notice') },
  }
}
