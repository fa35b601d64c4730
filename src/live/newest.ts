import { LRUCache } from 'lru-cache'
import { hasEnded, type ScanProgress } from '../scan/ports/progress.ts'

/** Scans whose last moment is kept, those that have ended a while ago included: then the least recent are forgotten. */
const SCANS = 5_000

/** The last that is known of each scan, so that nothing is told after something newer. */
export class Newest {
  readonly #known = new LRUCache<string, ScanProgress>({ max: SCANS })

  of = (scanId: string): ScanProgress | null => this.#known.get(scanId) ?? null

  /** Those that go on, of these repositories. */
  openIn(repositories: ReadonlySet<number>): string[] {
    return [...this.#known.values()]
      .filter((known) => !hasEnded(known) && repositories.has(known.repositoryId))
      .map(({ scanId }) => scanId)
  }

  /** As it was told: news unless it is older than what is known, or the scan has ended. */
  told(progress: ScanProgress): boolean {
    const known = this.of(progress.scanId)
    if (known && (hasEnded(known) || isNewer(known, progress))) return false
    this.#known.set(progress.scanId, progress)
    return true
  }

  /** As its row says: news only where it is newer. The end of a scan that nobody has heard of is history. */
  read(progress: ScanProgress): boolean {
    const known = this.of(progress.scanId)
    if (known ? !isNewer(progress, known) : hasEnded(progress)) return false
    this.#known.set(progress.scanId, progress)
    return true
  }
}

/**
 * A later attempt begins anew, with a token of its own: it runs, and then ends or waits for the next. While it runs progress
 * never falls; after the end comes nothing.
 */
function isNewer(one: ScanProgress, other: ScanProgress): boolean {
  if (one.token !== other.token) return one.token > other.token
  const [step, before] = [stepOf(one), stepOf(other)]
  if (step !== before) return step > before
  return one.progress > other.progress
}

/** Of an attempt, in order. */
function stepOf(progress: ScanProgress): number {
  if (hasEnded(progress)) return 2
  return progress.status === 'queued' ? 1 : 0
}
