/** From a commit's tree to the files that matter, and from their contents to a snapshot. */
import { classify } from '../rosie/classify.ts'
import type { Content } from '../rosie/contents.ts'
import type { FileClass, Reader, Snapshot, SourceState } from '../rosie/model.ts'
import { read } from '../rosie/parse/index.ts'
import type { Policy } from '../rosie/policy.ts'
import { breather } from './breather.ts'
import type { Blob, TreeEntry, WantedBlob } from './ports/source.ts'
import { contentKey } from './ports/store.ts'

export interface RelevantFile extends TreeEntry, FileClass {
  /** Of its content; null where it isn't read. Made once, since that takes longer than what is looked up by it. */
  key: string | null
}

/** The files of a tree that matter to the standard, sorted by path. */
export function relevantFiles(tree: readonly TreeEntry[]): RelevantFile[] {
  const classes = classify(tree.map(({ path }) => path))
  const files: RelevantFile[] = []
  for (const { path, sha, size } of tree) {
    const found = classes.get(path)
    if (!found) continue
    const { kind, reader } = found
    // Member by member: objects that are spread together take twice as long, and so does all that is done with them.
    files.push({ path, sha, size, kind, reader, key: reader === null ? null : contentKey(sha, reader) })
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** A snapshot of these files. Every file with a reader must have its content among `contents`. */
export function snapshotOf(
  commit: string | null,
  files: readonly RelevantFile[],
  contents: ReadonlyMap<string, Content>,
  state: SourceState | null = null,
): Snapshot {
  return {
    commit,
    state,
    files: files.map(({ path, sha, kind, reader, key }) => ({
      path,
      sha,
      kind,
      reader,
      content: key === null ? null : (contents.get(key) ?? null),
    })),
  }
}

/** A pair of blob and reader whose content is asked for. */
export interface WantedContent {
  sha: string
  reader: Reader
}

/** Each (blob, reader) pair of the files once. */
export function wantedContents(files: readonly RelevantFile[]): WantedContent[] {
  const wanted = new Map<string, WantedContent>()
  for (const { sha, reader, key } of files) if (reader !== null && key !== null) wanted.set(key, { sha, reader })
  return [...wanted.values()]
}

/** The blobs to ask for, each once, with the largest limit of all its readers. */
export function wantedBlobs(files: readonly RelevantFile[], limits: Limits): WantedBlob[] {
  const wanted = new Map<string, WantedBlob>()
  for (const { path, sha, size, reader } of files) {
    if (reader === null) continue
    const maxBytes = Math.max(limitOf(reader, limits), wanted.get(sha)?.maxBytes ?? 0)
    wanted.set(sha, { path, sha, size, maxBytes })
  }
  return [...wanted.values()]
}

/** Over how many bytes files are not read. */
export type Limits = Pick<Policy, 'maxFileBytes' | 'maxPackageFileBytes'>

export const sameLimits = (a: Limits, b: Limits): boolean =>
  a.maxFileBytes === b.maxFileBytes && a.maxPackageFileBytes === b.maxPackageFileBytes

/** What a package holds is hashed and not kept, so it may be larger than what is read as text. */
export const limitOf = (reader: Reader, { maxFileBytes, maxPackageFileBytes }: Limits): number =>
  reader === 'package/file' || reader === 'package/results' ? maxPackageFileBytes : maxFileBytes

/** Reads blobs as they arrive, each for every reader that wants it, and lets go of their bytes. */
export async function* readBlobs(
  blobs: AsyncIterable<Blob>,
  wanted: readonly WantedContent[],
  limits: Limits,
): AsyncGenerator<WantedContent & { content: Content }> {
  const readers = new Map<string, Reader[]>()
  for (const { sha, reader } of wanted) readers.set(sha, [...(readers.get(sha) ?? []), reader])
  const breathe = breather()
  for await (const { sha, bytes } of blobs) {
    for (const reader of readers.get(sha) ?? []) {
      await breathe()
      const maxBytes = limitOf(reader, limits)
      const readable = bytes !== null && bytes.byteLength <= maxBytes ? bytes : null
      yield { sha, reader, content: read(reader, readable, maxBytes) }
    }
  }
}
