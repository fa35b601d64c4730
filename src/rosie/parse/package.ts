/**
 * The files of an evidence package: its manifest, its metadata, and everything else by its hash. The signature is read as
 * evidence is (jws.ts). RFC-001, "Evidence packages".
 */
import { createHash } from 'node:crypto'
import type { Evidence, Json, Problem } from '../model.ts'

/** What is known of every file of a package. */
interface Hashed {
  /** SHA-256 of the bytes, 64 hex digits. */
  sha256: string
  size: number
}

export interface PackageManifest extends Hashed {
  kind: 'package_manifest'
  /** The manifest's text: what a detached signature signs. */
  text: string
  /** Paths as written, relative to the package. */
  entries: { path: string; sha256: string | null; size: number | null; line: number }[]
  /** `total_size_bytes` and `file_count`, where given. */
  totalSize: number | null
  fileCount: number | null
  /** A hash over its canonical JSON without `iat` and `exp`: what a draft-02 signature carries. */
  canonical: string | null
  problems: Problem[]
}

export interface PackageMetadata extends Hashed {
  kind: 'package_metadata'
  /** Null when malformed. */
  claims: { [claim: string]: Json } | null
  specId: Evidence['specId']
  tier: Evidence['tier']
  results: Evidence['results']
  problems: Problem[]
}

export interface PackageFile extends Hashed {
  kind: 'package_file'
  problems: Problem[]
}

/** The hash of no bytes, and size 0, where the file was not read. */
const hashed = (bytes: Uint8Array | null): Hashed => ({
  sha256: createHash('sha256')
    .update(bytes ?? new Uint8Array())
    .digest('hex'),
  size: bytes?.byteLength ?? 0,
})

/** `unread`: why there are no bytes. */
export function readPackageFile(bytes: Uint8Array | null, unread: Problem | null): PackageFile {
  return { kind: 'package_file', ...hashed(bytes), problems: unread ? [unread] : [] }
}

export function readManifest(bytes: Uint8Array | null, unread: Problem | null): PackageManifest {
  const empty = { text: '', entries: [], totalSize: null, fileCount: null, canonical: null }
  return { kind: 'package_manifest', ...hashed(bytes), ...empty, problems: unread ? [unread] : [] }
}

export function readMetadata(bytes: Uint8Array | null, unread: Problem | null): PackageMetadata {
  const empty = { claims: null, specId: null, tier: null, results: null }
  return { kind: 'package_metadata', ...hashed(bytes), ...empty, problems: unread ? [unread] : [] }
}
