/**
 * What a head is compared with. A change: its merge base, never the base branch's tip, or evidence added there later
 * would look deleted. The default branch: the last completed tracked snapshot, not the push's `before`, so that a push
 * that was never scanned can't hide a deletion.
 */
import type { RelevantFile } from './files.ts'
import type { CompletedScan, RepositorySource, Scan } from './ports.ts'

export interface ScanBase {
  /** Null without a base: rules that compare rest. */
  commit: string | null
  files: readonly RelevantFile[] | null
  /** What a reader should know about it, as a sentence. */
  note: string | null
}

export async function baseOf(
  scan: Scan & { headSha: string },
  tracked: readonly RelevantFile[],
  head: readonly RelevantFile[],
  earlier: readonly CompletedScan[],
  list: (commit: string) => Promise<RelevantFile[]>,
  source: Pick<RepositorySource, 'mergeBase'>,
): Promise<ScanBase> {
  const commit = scan.kind === 'tracked' ? trackedBase(scan, earlier) : await mergeBase(scan, source)
  if (commit === null) return { commit, files: null, note: noteWithout(scan) }
  if (commit === scan.headSha) return { commit, files: head, note: null }
  return { commit, files: commit === scan.repository.trackedHead ? tracked : await list(commit), note: null }
}

/** Scanned again, the default branch's head is compared with what it was compared with the first time. */
function trackedBase(scan: Scan & { headSha: string }, earlier: readonly CompletedScan[]): string | null {
  const { trackedHead } = scan.repository
  if (trackedHead !== scan.headSha) return trackedHead
  return scan.baseSha ?? earlier.find(({ baseRef }) => baseRef === null)?.baseSha ?? null
}

async function mergeBase(
  scan: Scan & { headSha: string },
  source: Pick<RepositorySource, 'mergeBase'>,
): Promise<string | null> {
  if (scan.baseSha !== null) return scan.baseSha
  return scan.baseRef === null ? null : source.mergeBase(scan.baseRef, scan.headSha)
}

const noteWithout = ({ kind, baseRef }: Scan) =>
  kind === 'tracked'
    ? 'First scan of the default branch: there is nothing to compare it with yet.'
    : `No common history with ${baseRef}: rules that compare with a base rested.`
