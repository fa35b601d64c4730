/** The contents of the files: what is known already, and the rest fetched once, read once and kept for ever. */
import type { Content } from '../rosie/contents.ts'
import { read } from '../rosie/parse/index.ts'
import {
  type Limits,
  limitOf,
  type RelevantFile,
  readBlobs,
  type WantedContent,
  wantedBlobs,
  wantedContents,
} from './files.ts'
import type { RepositorySource, TreeEntry } from './ports/source.ts'
import { type ContentStore, contentKey } from './ports/store.ts'
import type { Enter } from './publish.ts'
import type { HeadedScan, JudgingPorts } from './run.ts'

export interface Read {
  contents: ReadonlyMap<string, Content>
  /** Blobs that had to be fetched. */
  fetched: number
  /** What was read of them, by key. */
  news: ReadonlySet<string>
}

export const NOTHING_READ: Read = { contents: new Map(), fetched: 0, news: new Set() }

/** How many of these files something had to be fetched for: blobs that others needed are none of theirs. */
export const fetchedOf = (files: readonly RelevantFile[], news: Read['news']): number =>
  files.filter(({ key }) => key !== null && news.has(key)).length

/** The contents of the files beside those `had`: the known ones, and the others fetched, read and kept. */
export async function readContents(
  scan: HeadedScan,
  files: readonly RelevantFile[],
  tree: readonly TreeEntry[],
  had: Read,
  { source, contents, policy }: Pick<JudgingPorts, 'source' | 'contents' | 'policy'>,
  enter: Enter,
): Promise<Read> {
  if (files.length === 0) return had
  const known = new Map(had.contents)
  const isUnknown = ({ key }: RelevantFile) => key !== null && !known.has(key)
  const wanted = wantedContents(files.filter(isUnknown))
  const stored = wanted.length > 0 ? await contents.contents(scan.repository.id, wanted) : []
  for (const [key, content] of stored) known.set(key, content)
  keepLimits(files, known, policy)
  const unknown = files.filter(isUnknown)
  const count = new Set(unknown.map(({ sha }) => sha)).size
  const reading = (done: number) => ({ filesProcessed: had.fetched + done, totalFiles: had.fetched + count })
  await enter('Fetch', `${count} of ${wanted.length} files are new`, reading(0))
  if (count === 0) return { ...had, contents: known }
  const at = { commit: scan.headSha, tree, limits: policy, repositoryId: scan.repository.id }
  const progress = (done: number) => enter('Parse', `${done} of ${count} files read`, reading(Math.min(done, count)))
  const fetched = await fetchContents(unknown, at, { source, contents }, progress)
  for (const [key, content] of fetched) known.set(key, content)
  await progress(count)
  return { contents: known, fetched: had.fetched + count, news: new Set([...had.news, ...fetched.keys()]) }
}

/**
 * Makes what was read under another policy's limits what it is under these: a file that was too large then is not known, and
 * one that is too large now was not read. Where its size isn't known, what is known stands.
 */
function keepLimits(files: readonly RelevantFile[], known: Map<string, Content>, limits: Limits): void {
  for (const { key, size, reader } of files) {
    if (key === null || reader === null || size === null) continue
    const content = known.get(key)
    if (!content) continue
    const unread = content.problems.some(({ cause }) => cause === 'too-large')
    const limit = limitOf(reader, limits)
    if (unread && size <= limit) known.delete(key)
    if (!unread && size > limit) known.set(key, read(reader, null, limit))
  }
}

/** Contents are kept this many at a time, so that a first scan neither holds nor sends everything at once. */
const KEEP_BATCH = 500

/** Fetches, reads and keeps the contents that are not known yet. `onFile` is called with the number read so far. */
async function fetchContents(
  unknown: readonly RelevantFile[],
  at: { commit: string; tree: readonly TreeEntry[]; limits: Limits; repositoryId: bigint },
  { source, contents }: { source: RepositorySource; contents: ContentStore },
  onFile: (done: number) => Promise<void>,
): Promise<Map<string, Content>> {
  const wanted = wantedContents(unknown)
  const found = new Map<string, Content>()
  let batch: (WantedContent & { content: Content })[] = []
  const blobs = source.blobs({ commit: at.commit, tree: at.tree, wanted: wantedBlobs(unknown, at.limits) })
  for await (const item of readBlobs(blobs, wanted, at.limits)) {
    found.set(contentKey(item.sha, item.reader), item.content)
    batch.push(item)
    if (batch.length < KEEP_BATCH) continue
    await contents.keepContents(at.repositoryId, batch)
    batch = []
    await onFile(found.size)
  }
  if (batch.length > 0) await contents.keepContents(at.repositoryId, batch)
  return found
}
