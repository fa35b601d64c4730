/** What is told, and to whom: one check for a commit, whatever it is compared with, and one comment for a pull request. */
import type { Outcome } from './ports/outcome.ts'
import type { ProgressDetail } from './ports/progress.ts'
import type { Report } from './ports/publisher.ts'
import {
  type CompletedScan,
  hasReached,
  type Phase,
  type PullRequest,
  type Scan,
  type ScanStore,
} from './ports/store.ts'
import type { HeadedScan, ScanPorts } from './run.ts'

/**
 * Earlier scans of the same commit against other bases that still speak: those of the default branch and of open pull
 * requests. Judged by other keys or another policy they don't; nor does the pull request's scan once the commit has
 * become the default branch.
 */
async function otherBases(
  { kind, baseRef, headSha, repository }: HeadedScan,
  earlier: readonly CompletedScan[],
  judged: string,
  store: ScanStore,
): Promise<CompletedScan[]> {
  const others = earlier.filter((other) => other.baseRef !== baseRef && other.judgedBy === judged)
  if (others.length === 0) return []
  const bases = new Set<string | null>([null, ...(await store.openBases(repository.id, headSha))])
  if (kind === 'tracked') bases.delete(repository.defaultBranch)
  else bases.add(repository.defaultBranch)
  return others.filter((other) => bases.has(other.baseRef))
}

/** Of the files that are new. */
export type FilesRead = Pick<ProgressDetail, 'filesProcessed' | 'totalFiles'>

export type Enter = (phase: Phase, message: string, read?: FilesRead) => Promise<void>

/** Tells what was kept. An earlier attempt may have told part of it: what GitHub has confirmed isn't sent again. */
export async function publish(
  scan: HeadedScan,
  outcome: Outcome,
  earlier: readonly CompletedScan[],
  ports: PublishPorts,
  enter: Enter,
): Promise<void> {
  await enter('Traceability', 'comparing with the other bases of this commit')
  const others = await otherBases(scan, earlier, outcome.judgedBy, ports.store)
  const report = describe(scan, outcome, others)
  await enter('Evidence', 'publishing the result')
  if (outcome.shown && !hasReached(scan, 'annotated')) {
    await ports.publisher.open()
    const checkpoint = await ports.checkpoint?.()
    await ports.publisher.conclude(checkpoint ? { ...report, checkpoint } : report)
  }
  await tellPulls(scan, report, outcome, ports)
}

type PublishPorts = Pick<ScanPorts, 'checkpoint' | 'isLast' | 'log' | 'publisher' | 'store'>

function describe(scan: HeadedScan, outcome: Outcome, others: readonly CompletedScan[]): Report {
  const { assessment, notes, baseRequirements, filesTotal, filesFetched, requests } = outcome
  const nameOf = (baseRef: string | null) => baseRef ?? `${scan.repository.defaultBranch ?? 'default branch'} before`
  const own = { baseRef: nameOf(scan.baseRef), conclusion: assessment.conclusion, counts: assessment.summary.findings }
  return {
    ...{ scanId: scan.id, assessment, notes, baseRequirements, filesTotal, filesFetched, requests },
    bases: [
      own,
      ...others.map(({ baseRef, conclusion, summary }) => ({
        baseRef: nameOf(baseRef),
        conclusion,
        counts: summary.findings,
      })),
    ],
    otherFindings: others.flatMap(({ findings }) => findings),
  }
}

/** One comment for each open pull request of this head and base, also for those that are opened meanwhile. */
async function tellPulls(scan: Scan, report: Report, outcome: Outcome, ports: PublishPorts): Promise<void> {
  const told: number[] = []
  for (;;) {
    const waiting = await ports.store.finish(scan, told, outcome)
    if (waiting.length === 0) return
    for (const pull of waiting) {
      const stays = outcome.asBefore && pull.commentId !== null
      if (!stays && isCommented(pull, outcome)) await tell(pull, scan, report, ports)
      told.push(pull.number)
    }
  }
}

/** A comment that is there already is kept true, unless the policy wants none. */
function isCommented({ commentId }: PullRequest, { assessment, comment }: Outcome): boolean {
  if (comment !== 'on_findings') return comment === 'always'
  const introduced = assessment.findings.some(({ status }) => status === 'introduced')
  return introduced || assessment.fixed.length > 0 || commentId !== null
}

/** The check has said it all already: a locked conversation, or a permission that is missing, takes nothing of it back. */
async function tell(
  pull: PullRequest,
  scan: Scan,
  report: Report,
  { publisher, isLast, log }: PublishPorts,
): Promise<void> {
  try {
    await publisher.comment(pull, report)
  } catch (error) {
    if (!isLast(error)) throw error
    log.error({ scan: scan.id, pull: pull.number, err: error }, 'this pull request could not be commented')
  }
}
