/** What becomes of the tracked snapshot. */
import type { Assessed } from '../rosie/assess.ts'
import type { RelevantFile } from './files.ts'
import type { RepositorySource, TrackedChange } from './ports.ts'
import type { HeadedScan } from './run.ts'

/**
 * How the tracked snapshot changes; null for any other scan, and when the head is no longer the default branch's tip: an
 * older commit never replaces a newer one. The tip is asked for only where something would change.
 */
export async function trackedChange(
  scan: HeadedScan,
  before: readonly RelevantFile[],
  { head }: Assessed,
  source: RepositorySource,
): Promise<TrackedChange | null> {
  if (scan.kind !== 'tracked') return null
  const known = new Map(before.map((file) => [file.path, file]))
  const changed = head.snapshot.files.filter(({ path, sha, kind }) => {
    const old = known.get(path)
    return old?.sha !== sha || old.kind !== kind
  })
  const now = new Set(head.snapshot.files.map(({ path }) => path))
  const removed = before.map(({ path }) => path).filter((path) => !now.has(path))
  const differs = changed.length > 0 || removed.length > 0 || scan.repository.trackedHead === null
  if (differs && (await source.tip())?.commit !== scan.headSha) return null
  return { commit: scan.headSha, removed, changed, edges: head.graph.edges }
}
