/** What an assessment says: findings, counts, coverage, and what a proposed policy would make of them. */
import type { Risk, Severity, Tier } from './model.ts'
import type { AppliedPolicy } from './policy.ts'

export interface Finding {
  /** Rule id, as in `trace/broken-reference`. */
  rule: string
  severity: Severity
  /** Null when the finding concerns the repository and no file of it is there to point at. */
  path: string | null
  line: number | null
  endLine: number | null
  column: number | null
  endColumn: number | null
  gxpId: string | null
  message: string
  /** 32 hex digits over rule, path, gxp id and detail, never the line: follows a finding from scan to scan. */
  fingerprint: string
}

export interface AssessedFinding extends Finding {
  /** `existing`: the base has it too. Without a base every finding is introduced. */
  status: 'introduced' | 'existing'
}

export interface SignatureCounts {
  total: number
  valid: number
  invalid: number
  untrusted: number
}

/** How far requirements are covered. See coverage.ts. */
export interface RequirementCounts {
  total: number
  linked: number
  traced: number
  proven: number
}

/** One requirement, its three levels, and what shows them. See coverage.ts. */
export interface RequirementCoverage {
  id: string
  /** Its own rating, else the highest of the blocks that point at it; null when neither says. */
  risk: Risk | null
  linked: boolean
  traced: boolean
  proven: boolean
  /**
   * Nodes from the test or evidence to the requirement, both included: the path that proves it where it is proven, else a
   * shortest one that traces it; empty where it is not traced.
   */
  path: string[]
  /** Tiers that its traced tests and evidence have. */
  tiers: Tier[]
  /** Tiers that the risk matrix demands and that nothing has. */
  missingTiers: Tier[]
}

/** Requirements of one risk against the risk matrix. */
export interface RiskCoverage extends RequirementCounts {
  /** Null: requirements without a known risk. */
  risk: Risk | null
  /** By tier, requirements that have it among those for which the matrix demands it. */
  tiers: { tier: Tier; reached: number; demanded: number }[]
  /** Which level the gate goes by: `proven` for HIGH once a key is trusted, else `traced`. */
  gate: 'traced' | 'proven'
  /** Percent of the requirements that the gate demands; null without a known risk. */
  demanded: number | null
  /** Percent, rounded down. */
  reached: number
}

/** What the evidence of one repository comes to as a number; see score.ts for the formula. */
export interface Score {
  /** 0 to 100, rounded down; null when there is nothing to judge. */
  value: number | null
  parts: { name: string; weight: number; reached: number; of: number }[]
}

/** A finding that the policy ignores, with the reason it gives. */
export interface IgnoredFinding {
  finding: Finding
  reason: string
  /** `YYYY-MM-DD`: the last day on which it is ignored. */
  expires: string
}

/** What a policy makes of a head, what it ignores aside. */
export interface PolicyOutcome {
  conclusion: Conclusion
  findings: Record<Severity, number>
}

/** What would change if the policy that a change proposes held: its outcome, and that of the one in force. */
export interface PolicyPreview extends PolicyOutcome {
  before: PolicyOutcome
  /** One sentence for each setting that differs. */
  changes: string[]
}

export interface Summary {
  artifacts: {
    requirement: number
    user_story: number
    specification: number
    decision: number
    risk: number
    vendor_assessment: number
  }
  /** Annotation blocks. */
  annotations: { source: number; test: number }
  /** Single evidence files. */
  evidence: SignatureCounts
  /** Evidence packages (directories). */
  packages: SignatureCounts
  provenance: { verified: number; contradicted: number; unavailable: number }
  requirements: RequirementCounts
  findings: Record<Severity, number>
}

export type Conclusion = 'success' | 'failure' | 'neutral'

export interface Assessment {
  conclusion: Conclusion
  /** Null: of a version that did not keep it. */
  policy: AppliedPolicy | null
  head: string | null
  base: string | null
  summary: Summary
  /** The coverage table: by risk, from the highest. `null`: requirements without a known risk. */
  coverage: RiskCoverage[]
  score: Score
  /** Where the numbers of the risk matrix come from, as a phrase: `GxP.MD, profile medical-device`. */
  riskMatrix: string
  /** Most serious first, then by path and line. */
  findings: AssessedFinding[]
  /** Findings of the base that the head no longer has. */
  fixed: Finding[]
  /** What the policy ignores: never counted, always listed. */
  ignored: IgnoredFinding[]
  /** Null unless the change edits the policy. */
  preview: PolicyPreview | null
}
