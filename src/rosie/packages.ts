/**
 * Evidence packages: the files of a directory, put together and held against their manifest, in the order of the
 * protocol: presence, signature, each file's hash, unlisted files. RFC-001, "Evidence packages".
 */
import type { Evidence, SnapshotFile, Verdict, Verdicts } from './model.ts'
import type { PackageFile, PackageManifest, PackageMetadata } from './parse/package.ts'

export interface EvidencePackage {
  /** Its directory, without a slash at the end. */
  path: string
  manifest: { path: string; content: PackageManifest } | null
  signature: { path: string; sha: string; content: Evidence } | null
  metadata: { path: string; content: PackageMetadata } | null
  /** All its files, by the path relative to it. */
  files: ReadonlyMap<
    string,
    { path: string; content: PackageManifest | PackageMetadata | PackageFile | Evidence | null }
  >
  /** The signature's own verdict. */
  signed: Verdict
  /** Of the whole protocol. */
  verdict: Verdict
}

export function packagesOf(_files: readonly SnapshotFile[], _verdicts: Verdicts): EvidencePackage[] {
  return []
}
