/**
 * A branch that moves on while scans of it are open. Events come late, twice and out of order, so the branch itself is
 * asked which of its heads counts: one request, and only where several of them are open.
 */
import type { RepositorySource } from './ports/source.ts'
import type { Contest, ScanStore } from './ports/store.ts'

export interface DecidingPorts {
  store: Pick<ScanStore, 'contest' | 'supersede'>
  portsOf(of: Pick<Contest, 'repository'>): Promise<{ source: RepositorySource }>
  /** New wishes were written, or the way is free for waiting ones. */
  onWish(): void
  log: { error(facts: object, message: string): void }
}

export interface Decision {
  /** What the branch stands at. */
  head: string
  /** The scans that it has left behind. */
  left: ReadonlySet<string>
}

/**
 * Supersedes what the branch of this scan has left behind, this scan perhaps; null where that is nothing. A branch that is
 * gone has left nothing behind; and where it can't be asked, all its heads are scanned, which is only more work.
 *
 * `source`: the scan's own, where there is one.
 */
export async function decide(
  scanId: string,
  { store, portsOf, onWish, log }: DecidingPorts,
  source?: RepositorySource,
): Promise<Decision | null> {
  const contest = await store.contest(scanId)
  if (contest === null) return null
  try {
    const asked = source ?? (await portsOf(contest)).source
    const head = await asked.head(contest.ref)
    const left = head === null ? null : await store.supersede(contest, head)
    if (head === null || !left?.size) return null
    onWish()
    return { head, left }
  } catch (error) {
    log.error({ scan: scanId, ref: contest.ref, err: error }, 'a branch could not be asked where it stands')
    return null
  }
}
