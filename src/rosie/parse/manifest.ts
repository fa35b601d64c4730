/**
 * The manifest of an evidence package: which files belong to it, and their hashes. Three shapes are met: a list of
 * `{path, sha256, size_bytes}`, a list of `{path, hash: "sha256:…"}`, a map of paths to `sha256:…`. RFC-001, "Evidence
 * packages".
 */
import type { Problem } from '../contents.ts'
import { type Hashed, hashed, textOf } from './hashed.ts'
import { canonicalHash, isList, type JsonMembers, type JsonNode, membersOf, readMembers } from './json.ts'

export interface PackageManifest extends Hashed {
  kind: 'package_manifest'
  /** The manifest's text: what a detached signature signs. */
  text: string
  /** Null when they can't be read; the problems say why. */
  entries: ManifestEntry[] | null
  /** `total_size_bytes` and `file_count`, where given. */
  totalSize: Stated | null
  fileCount: Stated | null
  /** A hash over its canonical JSON without `iat` and `exp`: what a draft-02 signature carries. */
  canonical: string | null
  problems: Problem[]
}

export interface ManifestEntry {
  /** As written, without a `./` at its beginning: relative to the package. */
  path: string
  /** 64 hex digits, in lower case; null when the entry has none. */
  sha256: string | null
  size: Stated | null
  /** Where the path is written. */
  line: number
}

/** A count that the manifest gives; null when it is no whole number from 0. */
export interface Stated {
  value: number | null
  line: number
}

/** More files than any package has: a manifest that lists more is refused as a whole, never read in part. */
const MAX_ENTRIES = 20_000

/** `unread`: why there are no bytes. */
export function readManifest(bytes: Uint8Array | null, unread: Problem | null): PackageManifest {
  const { text, problems } = bytes ? textOf(bytes) : { text: '', problems: unread ? [unread] : [] }
  const known = { kind: 'package_manifest', ...hashed(bytes), text, problems } as const
  const nothing = { entries: null, totalSize: null, fileCount: null, canonical: null }
  if (problems.length > 0) return { ...known, ...nothing }
  const { members, fault } = readMembers(text)
  if (!members) {
    problems.push(problem(fault?.line ?? 1, `The manifest ${fault?.fault}.`))
    return { ...known, ...nothing }
  }
  return {
    ...known,
    entries: readEntries(members, problems),
    totalSize: stated(members.get('total_size_bytes')),
    fileCount: stated(members.get('file_count')),
    canonical: canonicalHash(text),
  }
}

const problem = (line: number, message: string): Problem => ({ cause: 'package', line, message })

function readEntries(members: JsonMembers, problems: Problem[]): ManifestEntry[] | null {
  const files = members.get('files')
  const listed = isList(files?.value) ? files.value : membersOf(files)
  if (!listed) {
    const expected = 'a list of `path` and `sha256`, or a map of paths to `sha256:…`, is expected'
    problems.push(problem(files?.line ?? 1, `The manifest has no \`files\`: ${expected}.`))
    return null
  }
  const count = isList(listed) ? listed.length : listed.size
  if (count > MAX_ENTRIES) {
    const message = `The manifest lists ${count} files, more than the ${MAX_ENTRIES} that are read. Split the package.`
    problems.push(problem(files?.line ?? 1, message))
    return null
  }
  return isList(listed)
    ? listed.flatMap((node) => readEntry(node, problems))
    : Array.from(listed, ([path, node]) => entryOf(path, node.line, node, membersOf(node)))
}

function readEntry(node: JsonNode, problems: Problem[]): ManifestEntry[] {
  const members = membersOf(node)
  const path = members?.get('path')
  if (typeof path?.value === 'string') return [entryOf(path.value, path.line, null, members)]
  problems.push(problem(path?.line ?? node.line, 'An entry of `files` has no `path`, so it names no file.'))
  return []
}

/** `node`: the value in a map; `members`: of the entry, where it is an object. */
function entryOf(path: string, line: number, node: JsonNode | null, members: JsonMembers | null): ManifestEntry {
  const given = [members?.get('sha256'), members?.get('hash'), node].flatMap((each) => digestIn(each) ?? [])
  return {
    path: path.startsWith('./') ? path.slice(2) : path,
    // Two that differ are none: nobody can tell which was meant.
    sha256: new Set(given).size === 1 ? (given[0] ?? null) : null,
    size: stated(members?.get('size_bytes')),
    line,
  }
}

const digestIn = (node: JsonNode | null | undefined): string | null =>
  typeof node?.value === 'string'
    ? (/^(?:sha256:)?([0-9a-f]{64})$/i.exec(node.value)?.[1]?.toLowerCase() ?? null)
    : null

const stated = (node: JsonNode | undefined): Stated | null =>
  node
    ? {
        value: Number.isSafeInteger(node.value) && Number(node.value) >= 0 ? Number(node.value) : null,
        line: node.line,
      }
    : null
