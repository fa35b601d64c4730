/**
 * The words of the standard (ROSIE RFC-001, GxP.MD) as types.
 *
 * A **snapshot** is the state of one repository at one commit: its files, each read into a **content**. A content
 * depends on nothing but the file's bytes and the way it is read, so it is kept per git blob for ever and is plain JSON.
 * The **graph** joins the ids that contents define and mention. A **rule** looks at both and yields **findings**. An
 * **assessment** is all findings of a head, told apart from those its base had already.
 */
import type { Content } from './contents.ts'
import type { Language } from './languages.ts'

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

/**
 * What replaying one evidence said: whether the source at the commit it names has the `system_state_hash` it claims.
 * `unknown`: it names no commit or no hash, or its commit was not replayed yet.
 */
export type Provenance =
  | { result: 'verified'; form: 'plain' | 'separated'; state: SourceState }
  | { result: 'contradicted'; state: SourceState }
  | { result: 'unavailable' }
  | { result: 'unknown' }
