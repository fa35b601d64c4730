/**
 * The words of the standard (ROSIE RFC-001, GxP.MD) as types.
 *
 * A **snapshot** is the state of one repository at one commit: its files, each read into a **content**. A content
 * depends on nothing but the file's bytes and the way it is read, so it is kept per git blob for ever and is plain JSON.
 * The **graph** joins the ids that contents define and mention. A **rule** looks at both and yields **findings**. An
 * **assessment** is all findings of a head, told apart from those its base had already.
 */

import type { Language } from './languages.ts'
import type { Decision } from './parse/decision.ts'
import type { PackageManifest } from './parse/manifest.ts'
import type { PackageFile, PackageMetadata } from './parse/package.ts'
import type { PolicyFile } from './parse/policy-file.ts'
import type { ProjectPolicy } from './parse/project-policy.ts'
import type { RiskRegister } from './parse/risk-register.ts'
import type { TestingRecord } from './parse/testing-record.ts'
import type { UnreadDocument } from './parse/unread.ts'
import type { VendorAssessment } from './parse/vendor-assessment.ts'

export const RISKS = ['LOW', 'MEDIUM', 'HIGH'] as const
export type Risk = (typeof RISKS)[number]

/** Verification tiers: installation, operational and performance qualification. */
export const TIERS = ['IQ', 'OQ', 'PQ'] as const
export type Tier = (typeof TIERS)[number]

export const STATUSES = ['draft', 'in_review', 'validated', 'retired'] as const
export type ValidationStatus = (typeof STATUSES)[number]

/** From the least to the most serious. */
export const SEVERITIES = ['notice', 'warning', 'error'] as const
export type Severity = (typeof SEVERITIES)[number]

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** A place in a file; lines and columns count from 1, ends are inclusive. */
export interface Span {
  line: number
  endLine?: number
  column?: number
  endColumn?: number
}

export interface Place extends Span {
  path: string
}

// ── files ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The documents whose ids make up the traceability graph. */
export type DocumentKind = 'requirement' | 'user_story' | 'specification'

/** What a file is, from its path and its neighbours' paths alone. See classify.ts. */
export type FileKind =
  | 'system_context'
  | DocumentKind
  | 'evidence'
  | 'package_file'
  | 'testing_record'
  | 'decision'
  | 'risk_register'
  | 'vendor_assessment'
  | 'key'
  | 'policy'
  | 'known'
  | 'unknown'
  | 'source'
  | 'test'

/**
 * How a file's bytes are read. Part of the key under which a content is kept, since the same bytes may lie under two
 * paths that are read differently. `null`: the file counts by its path only and is never fetched.
 */
export type Reader =
  | 'system_context'
  | DocumentKind
  | 'risk_register'
  | 'decision'
  | 'testing_record'
  | 'vendor_assessment'
  | 'evidence'
  | 'package/manifest'
  | 'package/signature'
  | 'package/metadata'
  | 'package/results'
  | 'package/file'
  | 'key'
  | 'policy'
  | 'project_policy'
  | `annotations/${Language}`

export interface FileClass {
  kind: FileKind
  reader: Reader | null
}

export interface SnapshotFile extends FileClass {
  path: string
  /** Git blob SHA (40 or 64 hex digits). */
  sha: string
  /** Null where there is no reader. */
  content: Content | null
}

export interface Snapshot {
  /** The commit; null for a folder or a changed work tree. */
  commit: string | null
  /** Only the files that matter to the standard, sorted by path. */
  files: readonly SnapshotFile[]
  /** The source in the scope of `system_state_hash`; null where it is not known. */
  state: SourceState | null
}

/**
 * What the source in the scope of `system_state_hash` is like at one commit. `id` is ours: a hash over the scope's paths
 * and git blob SHAs, the files that count only, so it is known from a listing; two states with one id have the same hashes.
 */
export interface SourceState {
  id: string
  /** `system_state_hash`, 64 hex digits, for path and content one after the other; null where it was not computed. */
  plain: string | null
  /** The same with one NUL byte between path and content. */
  separated: string | null
}

/** States by the commit that evidence names; null: the repository has no such commit. Absent: not replayed yet. */
export type States = ReadonlyMap<string, SourceState | null>

// ── contents ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Something that keeps a file, or a part of it, from being read. The rule of the same area reports it. */
export interface Problem extends Span {
  cause:
    | 'encoding'
    | 'too-large'
    | 'front-matter'
    | 'jws'
    | 'annotation'
    | 'key'
    | 'risk'
    | 'decision'
    | 'vendor'
    | 'testing-record'
    | 'package'
    | 'policy'
  /** What is wrong and what would be right, in one sentence or two. */
  message: string
  /** Of a tag that can't be read: the ids that follow it, in capitals. */
  names?: string[]
}

/** A value of the front matter as it was written, with its place. */
export interface Field extends Span {
  value: Json
  /** The scalar's own text (`1.0` where YAML reads the number 1); absent for lists and mappings. */
  text?: string
  /** Where the value begins; for a list, where each of its items does. */
  values?: Span[]
}

export type Fields = Record<string, Field>

/** One mention of another artifact's id. */
export interface Reference extends Span {
  type: EdgeType
  /** The front matter's key or the annotation's tag that says it. */
  by: string
  to: string
}

export interface SystemContext {
  kind: 'system_context'
  fields: Fields
  problems: Problem[]
}

export interface Document {
  kind: DocumentKind
  /** `gxp_id` as written; null when absent. */
  gxpId: string | null
  title: string | null
  /** Null when absent or outside the set. */
  risk: Risk | null
  tier: Tier | null
  status: ValidationStatus | null
  references: Reference[]
  sourceFiles: string[]
  testFiles: string[]
  /** Which of `as_a`, `i_want`, `so_that` and `acceptance_criteria` the front matter or the body has. */
  parts: string[]
  /** A hash over what it says: everything but its id, its status and when it was updated, layout aside. */
  digest: string
  fields: Fields
  problems: Problem[]
  /** Where there are problems. */
  unread?: UnreadDocument
}

export type TagName =
  | 'gxp-satisfies'
  | 'gxp-implements'
  | 'gxp-verifies'
  | 'gxp-derives-from'
  | 'gxp-risk'
  | 'gxp-risk-concern'
  | 'test-type'
  | 'gxp-req'
  | 'gxp-spec'
  | 'trace'
  | 'gxp-tag'
  | 'gxp-criticality'
  | 'requirement'
  | 'description'

/** One tag of an annotation, well formed. */
export interface Tag extends Span {
  name: TagName
  /** The generation of the convention: 3 = GxP.MD 3.0, 2 = RFC-001 draft-03, 1 = draft-02. */
  generation: 1 | 2 | 3
  /** Ids the tag names, each with its own place; empty for tags that carry a value. */
  ids: (Span & { id: string })[]
  /** The value of a tag that names no ids (`HIGH`, `OQ`, the quoted text). */
  value?: string
  /** The quoted title of a v2 tag. */
  title?: string
}

/** Adjacent comments that carry tags; they govern the code that follows. */
export interface Block extends Span {
  endLine: number
  tags: Tag[]
}

export interface AnnotatedSource {
  kind: 'annotations'
  blocks: Block[]
  problems: Problem[]
}

/** A signed record: one JWS, decoded but not verified. */
export interface Evidence {
  kind: 'evidence'
  /**
   * A release manifest is signed like evidence, and told by its payload's `release_version`. `package`: the signature of
   * an evidence package, whose payload is its manifest.
   */
  form: 'test' | 'release' | 'package'
  /** The JWS as it stands, trimmed: what is verified. */
  jws: string
  /** One for a compact JWS, one for each signature of a general one. */
  headers: { alg: string | null; kid: string | null }[]
  /** Null when malformed. */
  claims: { [claim: string]: Json } | null
  specId: string | null
  gxpId: string | null
  tier: Tier | null
  /**
   * Counts of the test run; null when `test_results` is absent or unreadable. `failedAsWhole`: the run says that it failed,
   * and counts no failed test.
   */
  results: { passed: number; failed: number; skipped: number; failedAsWhole?: true } | null
  /**
   * Of a package's signature: SHA-256 of its payload as it stands, and of its canonical JSON (json.ts; null when it is
   * none). Null when the payload is detached (RFC 7515, appendix F), malformed, or of another form.
   */
  payload: { sha256: string; canonical: string | null } | null
  problems: Problem[]
}

/** Public keys that a repository keeps under `.gxp/keys/`. */
export interface KeyFile {
  kind: 'key'
  /** JWKs, public members only; `refused` says of one why it must not be used, as in `TrustedKey`. */
  keys: { [member: string]: Json }[]
  problems: Problem[]
}

export type Content =
  | SystemContext
  | Document
  | RiskRegister
  | Decision
  | TestingRecord
  | VendorAssessment
  | AnnotatedSource
  | Evidence
  | PackageManifest
  | PackageMetadata
  | PackageFile
  | KeyFile
  | PolicyFile
  | ProjectPolicy

// ── signatures ──────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * What verifying one evidence said. `invalid`: malformed, a forbidden algorithm, or no trusted key verifies it;
 * `untrusted`: there is no trusted key to verify it with, or it was signed `by` one that must not be used, the reason being
 * the rest of a sentence that begins with the key. `package`: the rest of a package's protocol failed.
 */
export type Verdict =
  | { result: 'valid'; keys: string[] }
  | { result: 'invalid'; because: 'malformed' | 'algorithm' | 'signature' | 'package'; detail: string }
  | { result: 'untrusted'; by?: { key: string; why: string } }

/** Verdicts by the git blob SHA of the evidence, or of a package's signature. */
export type Verdicts = ReadonlyMap<string, Verdict>

// ── graph ───────────────────────────────────────────────────────────────────────────────────────────────────────────

export type EdgeType = 'satisfies' | 'implements' | 'verifies' | 'derives_from' | 'produces'

/** From what fulfils to what is fulfilled. */
export interface Edge {
  from: string
  to: string
  type: EdgeType
  origin: Place
  /** The key or tag that says it. */
  by: string
}

// ── provenance ──────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * What replaying one evidence said: whether the source at the commit it names has the `system_state_hash` it claims.
 * `unknown`: it names no commit or no hash, or its commit was not replayed yet.
 */
export type Provenance =
  | { result: 'verified'; form: 'plain' | 'separated'; state: SourceState }
  | { result: 'contradicted'; state: SourceState }
  | { result: 'unavailable' }
  | { result: 'unknown' }

// ── findings ────────────────────────────────────────────────────────────────────────────────────────────────────────

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
