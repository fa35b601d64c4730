/** What is told, and to whom: one check for a commit, whatever it is compared with, and one comment for a pull request. */
import { isDeepStrictEqual } from 'node:util'
import type { Assessed } from '../rosie/assess.ts'
import type { AssessedFinding, Assessment } from '../rosie/assessment.ts'
import type { Policy } from '../rosie/policy.ts'
import type { ScanBase } from './base.ts'
import { Forbidden, NotFound } from './errors.ts'
import type { Report } from './ports/publisher.ts'
import type { CompletedScan, PullRequest, ReplayWish, Scan, ScanStore } from './ports/store.ts'
import type { HeadedScan, JudgingPorts } from './run.ts'

/**
 * Earlier scans of the same commit against other bases that still speak: those of the default branch and of open pull
 * requests. Judged by other keys or another policy they don't; nor does the pull request's scan once the commit has
 * become the default branch.
 */
export async function otherBases(
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

/** Triggers that nobody waits for: a check run is opened only where there is something new to say. */
const UNASKED: ReadonlySet<string> = new Set(['provenance', 'due'])

/** A person's wish may have joined it. */
export const isUnasked = ({ trigger, forced }: Pick<Scan, 'trigger' | 'forced'>): boolean =>
  UNASKED.has(trigger) && !forced

/** Whether what a scan that nobody waits for has to say is new. What falls due is told where the conclusion is another. */
export function isNews(
  assessment: Assessment,
  scan: Pick<Scan, 'trigger' | 'baseRef'>,
  earlier: readonly CompletedScan[],
): boolean {
  if (scan.trigger !== 'due') return !isTold(assessment, scan, earlier)
  return earlier.find(({ baseRef }) => baseRef === scan.baseRef)?.conclusion !== assessment.conclusion
}

/** Whether the newest scan of this head and base has said all of this already. */
function isTold(
  { conclusion, summary, findings }: Assessment,
  { baseRef }: Pick<Scan, 'baseRef'>,
  earlier: readonly CompletedScan[],
): boolean {
  const before = earlier.find((other) => other.baseRef === baseRef)
  const said = (found: readonly AssessedFinding[]) =>
    found.map(({ fingerprint, severity, status }) => `${fingerprint} ${severity} ${status}`).sort()
  return (
    before !== undefined &&
    before.conclusion === conclusion &&
    isDeepStrictEqual(before.summary, summary) &&
    isDeepStrictEqual(said(before.findings), said(findings))
  )
}

export function describe(
  scan: HeadedScan,
  { assessment, base: before }: Assessed,
  base: ScanBase,
  others: readonly CompletedScan[],
  notes: readonly string[],
  { total, fetched, requests }: { total: number; fetched: number; requests: number },
): Report {
  const nameOf = (baseRef: string | null) => baseRef ?? `${scan.repository.defaultBranch ?? 'default branch'} before`
  const own = { baseRef: nameOf(scan.baseRef), conclusion: assessment.conclusion, counts: assessment.summary.findings }
  return {
    scanId: scan.id,
    assessment,
    notes: [...(base.note ? [base.note] : []), ...notes],
    bases: [
      own,
      ...others.map(({ baseRef, conclusion, summary }) => ({
        baseRef: nameOf(baseRef),
        conclusion,
        counts: summary.findings,
      })),
    ],
    otherFindings: others.flatMap(({ findings }) => findings),
    baseRequirements: before?.coverage.counts ?? null,
    filesTotal: total,
    filesFetched: fetched,
    requests,
  }
}

/**
 * One comment for each open pull request of this head and base, also for those that are opened meanwhile. `asBefore`:
 * comments that are there stay as they are.
 */
export async function tellPulls(
  scan: Scan,
  report: Report,
  { asBefore, again, replay }: { asBefore: boolean; again: string | null; replay: ReplayWish | null },
  ports: JudgingPorts,
): Promise<void> {
  const told: number[] = []
  for (;;) {
    const waiting = await ports.store.finish(scan, told, again, replay)
    if (waiting.length === 0) return
    for (const pull of waiting) {
      const stays = asBefore && pull.commentId !== null
      if (!stays && isCommented(pull, report, ports.policy)) await tell(pull, scan, report, ports)
      told.push(pull.number)
    }
  }
}

/** A comment that is there already is kept true, unless the policy wants none. */
function isCommented({ commentId }: PullRequest, { assessment }: Report, { comment }: Policy): boolean {
  if (comment !== 'on_findings') return comment === 'always'
  const introduced = assessment.findings.some(({ status }) => status === 'introduced')
  return introduced || assessment.fixed.length > 0 || commentId !== null
}

/** The check has said it all already: a locked conversation, or a permission that is missing, takes nothing of it back. */
async function tell(pull: PullRequest, scan: Scan, report: Report, { publisher, log }: JudgingPorts): Promise<void> {
  try {
    await publisher.comment(pull, report)
  } catch (error) {
    if (!(error instanceof Forbidden || error instanceof NotFound)) throw error
    log.error({ scan: scan.id, pull: pull.number, err: error }, 'GitHub takes no comment on this pull request')
  }
}
