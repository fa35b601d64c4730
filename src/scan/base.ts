/**
 * What a head is compared with. A change: its merge base, never the base branch's tip, or evidence added there later
 * would look deleted. The default branch: the last completed tracked snapshot, not the push's `before`, so that a push
 * that was never scanned can't hide a deletion.
 */
import type { Delta, Tracked } from './discover.ts'
import { NotFound } from './errors.ts'
import type { RelevantFile } from './files.ts'
import type { RepositorySource } from './ports/source.ts'
import type { CompletedScan } from './ports/store.ts'
import type { HeadedScan } from './run.ts'

export interface ScanBase {
  /** Null without a base: rules that compare rest. */
  commit: string | null
  files: readonly RelevantFile[] | null
  /** What a reader should know about it, as a sentence. */
  note: string | null
}

export interface BaseFacts {
  scan: HeadedScan
  tracked: Tracked
  /** The head's files. */
  files: readonly RelevantFile[]
  /** Completed scans of the same commit. */
  earlier: readonly CompletedScan[]
  list: (commit: string) => Promise<RelevantFile[]>
  source: Pick<RepositorySource, 'mergeBase' | 'tip'>
}

/** The base, for the default branch as far as it can be told before anything is fetched: `confirmBase` has the last word. */
export async function baseOf(facts: BaseFacts): Promise<ScanBase> {
  const { scan, tracked, source } = facts
  if (scan.kind === 'tracked') {
    const again = tracked.commit === scan.headSha
    return baseAt(again ? (scan.baseSha ?? firstBase(facts)) : tracked.commit, facts)
  }
  if (scan.baseSha !== null || scan.baseRef === null) return baseAt(scan.baseSha, facts)
  return baseAt(await source.mergeBase(scan.baseRef, scan.headSha), facts)
}

/**
 * Deliveries arrive late and out of order, commits are scanned again, and the default branch may become another one: a
 * head that is not the tip is compared with what it was compared with the first time, else with its merge base with the
 * tracked snapshot. Asked after the fetch, when the answer that brought the blobs has named the tip as well.
 */
export async function confirmBase(base: ScanBase, { changed, removed }: Delta, facts: BaseFacts): Promise<ScanBase> {
  const { scan, tracked, source } = facts
  if (scan.kind !== 'tracked' || tracked.commit === null || tracked.commit === scan.headSha) return base
  if (changed.size === 0 && removed.length === 0) return base
  if (scan.trigger !== 'repository' && (await source.tip())?.commit === scan.headSha) return base
  const first = firstBase(facts)
  return baseAt(first === undefined ? await mergeBase(tracked.commit, facts) : first, facts)
}

/** What the default branch's commit was compared with when it was first scanned; undefined when it never was. */
const firstBase = ({ earlier }: BaseFacts): string | null | undefined =>
  earlier.find(({ baseRef }) => baseRef === null)?.baseSha

/** Null also when the tracked commit is gone from GitHub: then there is nothing left to compare with. */
async function mergeBase(tracked: string, { scan, source }: BaseFacts): Promise<string | null> {
  try {
    return await source.mergeBase(tracked, scan.headSha)
  } catch (error) {
    if (error instanceof NotFound) return null
    throw error
  }
}

async function baseAt(commit: string | null | undefined, { scan, tracked, files, list }: BaseFacts): Promise<ScanBase> {
  if (commit === null || commit === undefined) return { commit: null, files: null, note: noteWithout(scan, tracked) }
  if (commit === scan.headSha) return { commit, files, note: null }
  return { commit, files: commit === tracked.commit ? tracked.files : await list(commit), note: null }
}

function noteWithout({ kind, baseRef }: HeadedScan, { commit }: Tracked): string {
  if (kind === 'tracked' && commit === null)
    return 'First scan of the default branch: there is nothing to compare it with yet.'
  const branch = kind === 'tracked' ? 'what was last scanned of the default branch' : baseRef
  return `No common history with ${branch}: rules that compare with a base rested.`
}
