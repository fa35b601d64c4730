/**
 * What the queue runs: takes the lease, runs the scan, and sees to it that it ends. An attempt that fails gives the scan
 * back with exponential backoff; after the last one the check run is completed with the error, never left in progress.
 *
 *   queued ──take──▶ running ──finish────▶ completed
 *     ▲                │ ├──skip──────▶ skipped
 *     │                │ ├──withdraw──▶ superseded
 *     └────release─────┘ └──fail──────▶ failed
 */
import { DomainError, Forbidden, NotFound, RateLimited, Unreachable } from './errors.ts'
import { explain, reasonOf } from './failure.ts'
import { keepLease } from './lease.ts'
import { isUnasked } from './news.ts'
import type { Publisher } from './ports/publisher.ts'
import type { HeldLease, JobOutcome } from './ports/queue.ts'
import type { RepositoryRef } from './ports/source.ts'
import type { Scan, ScanStore } from './ports/store.ts'
import { hasReached, LeaseLost, Superseded } from './ports/store.ts'
import { runReplay } from './replay.ts'
import { type ReportPorts, runReport } from './report.ts'
import { type HeadedScan, runScan, type ScanPorts } from './run.ts'
import { decide } from './supersede.ts'

export interface WorkerOptions {
  store: ScanStore
  /** The rest of the world for one scan: its repository, its keys, its check run. */
  portsOf(scan: { repository: RepositoryRef }): Promise<WorkPorts>
  /** What reports are made of, and how; absent: this worker makes none. */
  reporting?: Pick<ReportPorts, 'reports' | 'render'>
  /** New wishes were written: tell the dispatcher. */
  onWish(): void
  /** A scan was taken up; it is held until the job has ended. */
  onTake?(lease: HeldLease): void
  log: WorkerLog
  leaseMs?: number
  backoffMs?: number
}

export type WorkPorts = Omit<ScanPorts, 'isLast' | 'log' | 'publisher' | 'signal' | 'store'> & {
  publisherOf(scan: HeadedScan): Publisher
}

export interface WorkerLog {
  info(facts: object, message: string): void
  error(facts: object, message: string): void
}

/** Attempts of a scan before its check is completed with the error. */
export const MAX_ATTEMPTS = 3
/** How soon a scan looks again whether it is due, or the first scan of the default branch is done. */
const LOOK_AGAIN_MS = 250

export function createWorker(options: WorkerOptions): (scanId: string) => Promise<JobOutcome> {
  const { store, leaseMs = 60_000 } = options
  return async (scanId) => {
    let taken = await store.take(scanId, leaseMs)
    // The scan that is in the way may be one of an older head, which ends at once.
    if (taken === 'busy' && (await decide(scanId, options))) taken = await store.take(scanId, leaseMs)
    // Who is in the way hands over when it ends.
    if (taken === 'gone' || taken === 'busy') return undefined
    if ('restMs' in taken) return { again: Math.max(LOOK_AGAIN_MS, taken.restMs) }
    const { scan } = taken
    options.onTake?.(scan)
    const lease = keepLease(scan, store, leaseMs)
    try {
      return await attempt(scan, lease.signal, options)
    } catch (error) {
      if (error instanceof LeaseLost || lease.signal.aborted) return undefined
      return await giveBack(scan, error, options)
    } finally {
      lease.end()
      await handOver(scan, options)
    }
  }
}

/**
 * However it ended, there is room for another scan of its installation, and perhaps a new wish. What can't be handed over now
 * is handed over again by the dispatcher, half a minute later.
 */
async function handOver(scan: Scan, { store, onWish, log }: WorkerOptions): Promise<void> {
  try {
    await store.handOver(scan)
  } catch (error) {
    log.error({ scan: scan.id, err: error }, 'what waited for a scan could not be handed over; going on soon')
  }
  onWish()
}

async function attempt(scan: Scan, signal: AbortSignal, options: WorkerOptions): Promise<JobOutcome> {
  const { store, portsOf, log } = options
  const { repository } = scan
  // A repository is known by its default branch first: policy, keys and most bases come from there.
  const first = scan.kind === 'change' && scan.newerHead === null && repository.trackedHead === null
  if (first && (await store.ensureTracked(repository))) {
    await store.release(scan, LOOK_AGAIN_MS, null, false)
    return { again: LOOK_AGAIN_MS }
  }
  if (scan.kind === 'report') {
    if (scan.attempt > MAX_ATTEMPTS) throw endedSilently()
    if (!options.reporting) throw new Error('This worker makes no reports.')
    return runReport(scan, { ...options.reporting, store, signal })
  }
  const { publisherOf, ...ports } = await portsOf(scan)
  if (scan.kind === 'replay') {
    if (scan.attempt > MAX_ATTEMPTS) throw endedSilently()
    await runReplay(scan, { ...ports, store, signal, log })
    return undefined
  }
  const headSha = scan.headSha ?? (await ports.source.tip())?.commit
  if (!headSha) {
    await store.skip(scan, 'The repository has no commits.')
    return undefined
  }
  // Learning its head may join a scan of that head which waits: `scan` then takes over that one's check run.
  if (scan.headSha === null) await store.update(scan, { headSha })
  const headed = { ...scan, headSha }
  await scanHead(
    headed,
    { ...ports, store, publisher: publisherOf(headed), signal, log, isLast: (error) => isLast(scan, error) },
    options,
  )
  return undefined
}

async function scanHead(scan: HeadedScan, ports: ScanPorts, options: WorkerOptions): Promise<void> {
  const { id, headSha, repository, newerHead } = scan
  const { publisher, signal } = ports
  const facts = { scan: id, repository: `${repository.owner}/${repository.name}`, head: headSha }
  try {
    if (newerHead !== null) throw new Superseded(id, newerHead)
    // An attempt that ends with its process leaves no error behind, only its number.
    if (scan.attempt > MAX_ATTEMPTS) throw endedSilently()
    const decision = await decide(id, options, ports.source)
    if (decision?.left.has(id)) throw new Superseded(id, decision.head)
    await runScan(scan, ports)
    options.log.info(facts, 'scan completed')
  } catch (error) {
    if (error instanceof LeaseLost || signal.aborted) throw error
    if (error instanceof Superseded) {
      await withdraw(scan, error.newerHead, publisher, options)
      options.log.info({ ...facts, newerHead: error.newerHead }, 'scan superseded')
      return
    }
    // A check that has said all stands: what failed was a comment.
    const unsaid = isAwaited(scan) && !hasReached(scan, 'annotated')
    if (isLast(scan, error) && unsaid) await close(scan, publisher, error, options)
    throw error
  }
}

/** Closes the check run of a superseded scan and ends it. What can't be closed is tried again as any scan is. */
async function withdraw(
  scan: HeadedScan,
  newerHead: string,
  publisher: Publisher,
  { store, log }: WorkerOptions,
): Promise<void> {
  try {
    await publisher.cancel(newerHead)
  } catch (error) {
    if (!isLast(scan, error)) throw error
    log.error({ scan: scan.id, err: error }, 'the check run of a superseded scan could not be closed')
  }
  await store.withdraw(scan)
}

const endedSilently = () => new DomainError(`${MAX_ATTEMPTS} attempts ended without a word`)

/** What nobody waits for has no check run until it has something new to say: then the earlier verdict stands. */
const isAwaited = (scan: HeadedScan) => !isUnasked(scan) || scan.checkRunId !== null

/** Nothing is gained by asking again for what is not there or not allowed. */
const isFinal = (error: unknown) => error instanceof NotFound || error instanceof Forbidden

/** An outage of GitHub's may last for hours; a request that it never answers must not be repeated for ever. */
const GIVES_UP_AFTER_MS = 6 * 60 * 60_000
/** Between two tries while GitHub doesn't answer, at most. */
const LONGEST_WAIT_MS = 5 * 60_000

/** Waiting for GitHub is no attempt: for its limits until it says, for its answers for some hours. */
const waits = ({ tryingMs }: Scan, error: unknown) =>
  error instanceof RateLimited || (error instanceof Unreachable && tryingMs < GIVES_UP_AFTER_MS)

const isLast = (scan: Scan, error: unknown) => isFinal(error) || (scan.attempt >= MAX_ATTEMPTS && !waits(scan, error))

/** Completes the check run of a scan that will not be tried again. The scan's end doesn't depend on GitHub's answer. */
async function close({ id }: HeadedScan, publisher: Publisher, error: unknown, { log }: WorkerOptions): Promise<void> {
  try {
    await publisher.fail('The scan could not be completed', explain(id, error))
  } catch (closing) {
    // Then the scan waits as well, and its check run is completed when it comes round again.
    if (closing instanceof RateLimited) throw closing
    log.error({ scan: id, err: closing }, 'the check run of a failed scan could not be completed')
  }
}

async function giveBack(
  scan: Scan,
  error: unknown,
  { store, log, backoffMs = 1000 }: WorkerOptions,
): Promise<JobOutcome> {
  const reason = reasonOf(error)
  log.error({ scan: scan.id, attempt: scan.attempt, err: error }, 'a scan attempt failed')
  try {
    if (isLast(scan, error)) {
      await store.fail(scan, reason, { refused: isFinal(error) })
      return undefined
    }
    const delay = delayAfter(scan, error, backoffMs)
    // Who comes back must know that an attempt was made: what it asked for may have been done without an answer.
    const counted = !(error instanceof RateLimited) && (scan.attempt < MAX_ATTEMPTS || !waits(scan, error))
    await store.release(scan, delay, reason, counted)
    return { again: delay }
  } catch (giving) {
    if (giving instanceof LeaseLost) return undefined
    throw giving
  }
}

/** Twice as long each time; while GitHub doesn't answer, half as long as this has been tried. */
function delayAfter(scan: Scan, error: unknown, backoffMs: number): number {
  if (error instanceof RateLimited) return Math.max(1000, error.until.getTime() - Date.now())
  const delay = backoffMs * 2 ** (scan.attempt - 1)
  return scan.attempt < MAX_ATTEMPTS ? delay : Math.max(delay, Math.min(scan.tryingMs / 2, LONGEST_WAIT_MS))
}
