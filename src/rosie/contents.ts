/** What is read of one file, whatever its path: plain JSON, kept per git blob and reader. */
import type { DocumentKind, EdgeType, Json, Risk, Span, Tier, ValidationStatus } from './model.ts'
import type { Decision } from './parse/decision.ts'
import type { PackageManifest } from './parse/manifest.ts'
import type { PackageFile, PackageMetadata } from './parse/package.ts'
import type { PolicyFile } from './parse/policy-file.ts'
import type { ProjectPolicy } from './parse/project-policy.ts'
import type { RiskRegister } from './parse/risk-register.ts'
import type { TestingRecord } from './parse/testing-record.ts'
import type { UnreadDocument } from './parse/unread.ts'
import type { VendorAssessment } from './parse/vendor-assessment.ts'

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
