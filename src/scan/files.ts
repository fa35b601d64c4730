/** From a commit's tree to the files that matter, and from their contents to a snapshot. */
import { classify } from '../rosie/classify.ts'
import type { Content, FileClass, Reader, Snapshot, SourceState } from '../rosie/model.ts'
import { read } from '../rosie/parse/index.ts'
import { type Blob, contentKey, type TreeEntry } from './ports.ts'

export type RelevantFile = TreeEntry & FileClass

/** The files of a tree that matter to the standard, sorted by path. */
export function relevantFiles(tree: readonly TreeEntry[]): RelevantFile[] {
  const classes = classify(tree.map(({ path }) => path))
  return tree
    .flatMap((entry) => {
      const found = classes.get(entry.path)
      return found ? [{ ...entry, ...found }] : []
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1))
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
    files: files.map(({ path, sha, kind, reader }) => ({
      path,
      sha,
      kind,
      reader,
      content: reader === null ? null : (contents.get(contentKey(sha, reader)) ?? null),
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
  for (const { sha, reader } of files) if (reader !== null) wanted.set(contentKey(sha, reader), { sha, reader })
  return [...wanted.values()]
}

/** Reads blobs as they arrive, each for every reader that wants it, and lets go of their bytes. */
export async function* readBlobs(
  blobs: AsyncIterable<Blob>,
  wanted: readonly WantedContent[],
  maxBytes: number,
): AsyncGenerator<WantedContent & { content: Content }> {
  const readers = new Map<string, Reader[]>()
  for (const { sha, reader } of wanted) readers.set(sha, [...(readers.get(sha) ?? []), reader])
  for await (const { sha, bytes } of blobs) {
    for (const reader of readers.get(sha) ?? []) yield { sha, reader, content: read(reader, bytes, maxBytes) }
  }
}
