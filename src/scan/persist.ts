/** What becomes of the tracked snapshot. */
import type { Assessed } from '../rosie/assess.ts'
import { traceabilityMatrix } from '../rosie/matrix.ts'
import { signedFilesIn } from '../rosie/signed-files.ts'
import type { Delta, Tracked } from './discover.ts'
import type { RepositorySource } from './ports/source.ts'
import type { TrackedChange } from './ports/store.ts'
import type { HeadedScan } from './run.ts'

/**
 * How the tracked snapshot changes; null for any other scan, and when the head is no longer the default branch's tip: an
 * older commit never replaces a newer one. The tip is asked for only where something would change.
 */
export async function trackedChange(
  scan: HeadedScan,
  tracked: Tracked,
  { changed, removed }: Delta,
  { head }: Assessed,
  { source, now }: { source: RepositorySource; now: () => number },
): Promise<TrackedChange | null> {
  if (scan.kind !== 'tracked') return null
  const differs = changed.size > 0 || removed.length > 0 || tracked.commit === null
  if (differs && (await source.tip())?.commit !== scan.headSha) return null
  const files = head.snapshot.files.filter(({ path }) => changed.has(path))
  return {
    commit: scan.headSha,
    removed,
    changed: files,
    signed: signedFilesIn(head),
    edges: head.graph.edges,
    unknown: head.graph.unknown,
    coverage: head.coverage.requirements,
    matrix: JSON.stringify(traceabilityMatrix(head, new Date(now()).toISOString())),
  }
}
