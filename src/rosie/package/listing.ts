/** What a manifest lists, looked up among the package's own files. RFC-001, "Evidence packages", steps 3 and 4. */
import { SIGNATURE_NAMES } from '../classify.ts'
import type { ManifestEntry } from '../parse/manifest.ts'
import { isUnread, type PackagePart, type PackageParts } from './parts.ts'
import { foldedPath, pathFault, shownPath } from './paths.ts'

export interface ListedFile {
  entry: ManifestEntry
  /**
   * `missing`: no such file, or no path of one. `tampered`: not the bytes that are listed. `unchecked`: it is there, but
   * it was not read or the entry has no hash.
   */
  state: 'intact' | 'tampered' | 'missing' | 'unchecked'
  /** Null when it is missing. */
  file: PackagePart | null
  /** SHA-256 and size as they are; null when it is missing or was not read. */
  found: { sha256: string; size: number } | null
  /** Why it is missing, in a sentence or two. */
  fault: string | null
}

/** In the order of the manifest. */
export function listedFiles({ files }: PackageParts, entries: readonly ManifestEntry[]): ListedFile[] {
  const before = new Map<string, string>()
  const nearby = byFold(files)
  return entries.map((entry) => {
    const fold = foldedPath(entry.path)
    const same = before.get(fold)
    if (same === undefined) before.set(fold, entry.path)
    const fault = entryFault(entry.path, same) ?? (files.has(entry.path) ? null : absent(entry.path, nearby(fold)))
    return fault === null ? compare(entry, files.get(entry.path) ?? null) : missing(entry, fault)
  })
}

const missing = (entry: ManifestEntry, fault: string): ListedFile => ({
  entry,
  state: 'missing',
  file: null,
  found: null,
  fault,
})

function compare(entry: ManifestEntry, file: PackagePart | null): ListedFile {
  const found = file && hashOf(file)
  const state = !found || entry.sha256 === null ? 'unchecked' : found.sha256 === entry.sha256 ? 'intact' : 'tampered'
  return { entry, state, file, found, fault: null }
}

function hashOf(file: PackagePart): ListedFile['found'] {
  const { content } = file
  // A signature is known by what it signs, not by its bytes; it is never listed.
  if (content === null || content.kind === 'evidence' || isUnread(file)) return null
  return { sha256: content.sha256, size: content.size }
}

/** `same`: a path named before that is this one, or that some file systems take for it. */
function entryFault(path: string, same: string | undefined): string | null {
  const shown = `\`${shownPath(path)}\``
  const fault = pathFault(path)
  if (fault) return `The path ${shown} in the manifest ${fault}.`
  if (path === 'manifest.json' || SIGNATURE_NAMES.includes(path))
    return `The manifest lists ${shown}, but the hash of neither the manifest nor its signature can stand in it. Remove the entry.`
  if (same === path) return `The manifest lists ${shown} twice. Each file is listed once.`
  if (same === undefined) return null
  return `The manifest lists ${shown} and \`${shownPath(same)}\`, which are one file on systems that ignore case or Unicode forms. Give them different names.`
}

function absent(path: string, near: string | undefined): string {
  const said = `The manifest lists \`${shownPath(path)}\`, but the package has no such file`
  if (near === undefined) return `${said}.`
  return `${said}; it has \`${shownPath(near)}\`, which differs in case or Unicode form.`
}

/** The package's files by their folded paths: made when the first is looked up, since most packages need none. */
function byFold(files: PackageParts['files']): (fold: string) => string | undefined {
  let folded: ReadonlyMap<string, string> | undefined
  return (fold) => {
    folded ??= new Map(Array.from(files.keys(), (path) => [foldedPath(path), path]))
    return folded.get(fold)
  }
}
