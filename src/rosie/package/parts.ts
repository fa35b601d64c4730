/** The files of an evidence package, each in its part. RFC-001, "Evidence packages". */
import { packageDirectories, packageOf, SIGNATURE_NAMES } from '../classify.ts'
import type { Evidence } from '../contents.ts'
import type { SnapshotFile } from '../model.ts'
import type { PackageManifest } from '../parse/manifest.ts'
import type { PackageFile, PackageMetadata } from '../parse/package.ts'

export interface PackageParts {
  /** Its directory, without a slash at the end. */
  path: string
  manifest: { path: string; sha: string; content: PackageManifest } | null
  /** `signature.jws`; where there is none, `manifest.jws`. */
  signature: { path: string; sha: string; content: Evidence } | null
  metadata: { path: string; content: PackageMetadata } | null
  /** All its files, by the path relative to it. */
  files: ReadonlyMap<string, PackagePart>
}

export interface PackagePart {
  path: string
  content: PackageManifest | PackageMetadata | PackageFile | Evidence | null
}

/** The packages of a snapshot, in the order of its files. */
export function partsOf(all: readonly SnapshotFile[]): PackageParts[] {
  const directories = packageDirectories(all.map(({ path }) => path))
  const byDirectory = new Map<string, SnapshotFile[]>()
  for (const file of all) {
    const directory = packageOf(file.path, directories)
    if (directory === null) continue
    const known = byDirectory.get(directory)
    if (known) known.push(file)
    else byDirectory.set(directory, [file])
  }
  return Array.from(byDirectory, ([path, its]) => describe(path, its))
}

function describe(directory: string, its: readonly SnapshotFile[]): PackageParts {
  const byName = new Map(its.map((file) => [file.path.slice(directory.length + 1), file]))
  const [manifest, metadata] = [byName.get('manifest.json'), byName.get('metadata.json')]
  const signature = byName.get(SIGNATURE_NAMES.find((name) => byName.has(name)) ?? '')
  return {
    path: directory,
    manifest: manifest?.content?.kind === 'package_manifest' ? { ...manifest, content: manifest.content } : null,
    signature: signature?.content?.kind === 'evidence' ? { ...signature, content: signature.content } : null,
    metadata: metadata?.content?.kind === 'package_metadata' ? { ...metadata, content: metadata.content } : null,
    files: new Map(Array.from(byName, ([name, file]) => [name, partOf(file)])),
  }
}

function partOf({ path, content }: SnapshotFile): PackagePart {
  switch (content?.kind) {
    case 'package_manifest':
    case 'package_metadata':
    case 'package_file':
    case 'evidence':
      return { path, content }
    default:
      return { path, content: null }
  }
}

/** Over the limit, so that nothing is known of its bytes. */
export const isUnread = ({ content }: Pick<PackagePart, 'content'>): boolean =>
  content === null || content.problems.some(({ cause }) => cause === 'too-large')
