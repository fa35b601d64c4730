/** What a scan has to do, seeing what was scanned before: nothing, all of it, or to say again what another one has said. */
import type { Assessment } from '../rosie/assessment.ts'
import type { ScanBase } from './base.ts'
import type { Tracked } from './discover.ts'
import { isAnnounced, isDue, isNews, isUnasked } from './news.ts'
import type { CompletedScan } from './ports/store.ts'
import type { HeadedScan } from './run.ts'

export interface Plan {
  /** Why there is nothing to do; null: there is. */
  skip: string | null
  /** Nobody waits for it: there is a check run only where there is something new to say. */
  quiet: boolean
  /** May stand in for this scan. */
  alike: CompletedScan | null
  /** Its head was named: it gets a check run whatever is found. */
  announced: boolean
}

export function planOf(scan: HeadedScan, tracked: Tracked, earlier: readonly CompletedScan[]): Plan {
  const quiet = isUnasked(scan)
  const alike = quiet ? null : judgedAlike(scan, tracked, earlier)
  return { skip: reasonToSkip(scan, tracked, alike), quiet, alike, announced: isAnnounced(scan) }
}

function reasonToSkip(scan: HeadedScan, { commit }: Tracked, alike: CompletedScan | null): string | null {
  if (scan.kind !== 'tracked') return null
  if (isDue(scan) && commit !== scan.headSha) return 'The default branch was scanned at another commit meanwhile.'
  if (!alike || commit !== scan.headSha) return null
  return `Commit ${scan.headSha} was scanned before with the same policy and keys.`
}

/**
 * The completed scan that may stand in for this one: of the same commit and base branch, judged by the same policy and
 * keys, and the newest, so that its check is the one people see. Whether its merge base is still the same is asked later.
 */
function judgedAlike(scan: HeadedScan, tracked: Tracked, [newest]: readonly CompletedScan[]): CompletedScan | null {
  if (scan.forced || newest?.baseRef !== scan.baseRef) return null
  return newest.judgedBy === tracked.judgedBy ? newest : null
}

/** Known once it is known what this scan is compared with. */
export const standsIn = (alike: CompletedScan | null, { commit }: ScanBase): alike is CompletedScan =>
  alike !== null && alike.baseSha === commit

/** What stands in for this scan may have been judged before something expired. */
export function hasNews(
  { quiet, alike }: Plan,
  base: ScanBase,
  assessment: Assessment,
  scan: HeadedScan,
  earlier: readonly CompletedScan[],
): boolean {
  if (quiet) return isNews(assessment, scan, earlier)
  return !standsIn(alike, base) || alike.conclusion !== assessment.conclusion
}
