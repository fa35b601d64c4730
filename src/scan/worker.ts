/**
 * What the queue runs: takes the lease, runs the scan, and sees to it that it ends. An attempt that fails gives the scan
 * back with exponential backoff; after the last one the check run is completed with the error, never left in progress.
 *
 *   queued ──take──▶ running ──finish──▶ completed
 *     ▲                │ ├──skip────▶ skipped
 *     └────release─────┘ └──fail────▶ failed
 */
import { Forbidden, NotFound, RateLimited, Unreachable } from './errors.ts'
import type { Publisher } from './ports/publisher.ts'
import type { JobOutcome } from './ports/queue.ts'
import type { Scan, ScanStore } from './ports/store.ts'
import { LeaseLost } from './ports/store.ts'
import { runReplay } from './replay.ts'
import { type HeadedScan, runScan, type ScanPorts } from './run.ts'

export interface WorkerOptions {
  store: ScanStore
  /** The rest of the world for one scan: its repository, its keys, its check run. */
  portsOf(scan: Scan): Promise<WorkPorts>
  /** New wishes were written: tell the dispatcher. */
  onWish(): void
  log: WorkerLog
  leaseMs?: number
  backoffMs?: number
}

export type WorkPorts = Omit<ScanPorts, 'log' | 'publisher' | 'signal' | 'store'> & {
  publisherOf(scan: HeadedScan): Publisher
}

export interface WorkerLog {
  info(facts: object, message: string): void
  error(facts: object, message: string): void
}

/** Attempts of a scan before its check is completed with the error. */
export const MAX_ATTEMPTS = 3
/** How soon a scan looks again whether its lane, or the first scan of the default branch, is done. */
const LOOK_AGAIN_MS = 250

export function createWorker(options: WorkerOptions): (scanId: string) => Promise<JobOutcome> {
  const { store, leaseMs = 60_000 } = options
  return async (scanId) => {
    const taken = await store.take(scanId, leaseMs)
    if (taken === 'gone') return undefined
    if (taken === 'busy') return { again: LOOK_AGAIN_MS }
    const { scan } = taken
    const lease = keepLease(scan, store, leaseMs)
    try {
      return await attempt(scan, lease.signal, options)
    } catch (error) {
      if (error instanceof LeaseLost || lease.signal.aborted) return undefined
      return await giveBack(scan, error, options)
    } finally {
      lease.end()
    }
  }
}

async function attempt(scan: Scan, signal: AbortSignal, options: WorkerOptions): Promise<JobOutcome> {
  const { store, portsOf, onWish, log } = options
  const { repository } = scan
  // A repository is known by its default branch first: policy, keys and most bases come from there.
  if (scan.kind === 'change' && repository.trackedHead === null && (await store.ensureTracked(repository))) {
    await store.release(scan, LOOK_AGAIN_MS, null, false)
    onWish()
    return { again: LOOK_AGAIN_MS }
  }
  const { publisherOf, ...ports } = await portsOf(scan)
  if (scan.kind === 'replay') {
    if (scan.attempt > MAX_ATTEMPTS) throw endedSilently()
    await runReplay(scan, { ...ports, store, signal, log })
    onWish()
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
  const publisher = publisherOf(headed)
  try {
    // An attempt that ends with its process leaves no error behind, only its number.
    if (scan.attempt > MAX_ATTEMPTS) throw endedSilently()
    await runScan(headed, { ...ports, store, publisher, signal, log: options.log })
  } catch (error) {
    if (isLast(scan, error) && !signal.aborted && !(error instanceof LeaseLost) && isAwaited(headed))
      await close(headed, publisher, error, options)
    throw error
  }
  onWish()
  log.info({ scan: scan.id, repository: `${repository.owner}/${repository.name}`, head: headSha }, 'scan completed')
  return undefined
}

const endedSilently = () => new Error(`${MAX_ATTEMPTS} attempts ended without a word`)

/** What a replay asked for has no check run until it has something new to say: then the earlier verdict stands. */
const isAwaited = ({ trigger, checkRunId }: HeadedScan) => trigger !== 'provenance' || checkRunId !== null

/** Nothing is gained by asking again for what is not there or not allowed. */
const isFinal = (error: unknown) => error instanceof NotFound || error instanceof Forbidden

/** Waiting for GitHub's limit is no attempt: it ends when GitHub says so. */
const isLast = (scan: Scan, error: unknown) =>
  isFinal(error) || (scan.attempt >= MAX_ATTEMPTS && !(error instanceof RateLimited))

/** Completes the check run of a scan that will not be tried again. The scan's end doesn't depend on GitHub's answer. */
async function close({ id }: HeadedScan, publisher: Publisher, error: unknown, { log }: WorkerOptions): Promise<void> {
  try {
    await publisher.fail('The scan could not be completed', explain(id, error))
  } catch (closing) {
    log.error({ scan: id, err: closing }, 'the check run of a failed scan could not be completed')
  }
}

function explain(scanId: string, error: unknown): string {
  return [
    `The scan ended with an error, so nothing is said about this commit. ${advice(error)}`,
    `Scan \`${scanId}\`: an administrator finds the details under this id. "Re-run" starts it again.`,
  ].join('\n\n')
}

/** What a developer may know and do. Internal errors are named by their id only: their text may hold anything. */
function advice(error: unknown): string {
  if (error instanceof NotFound)
    return 'GitHub no longer has the commit, or the app may not see the repository. If the branch was replaced, push again.'
  if (error instanceof Forbidden)
    return "The app lacks a permission it needs. An owner of the organisation can check the app's permissions."
  if (error instanceof Unreachable) return 'GitHub did not answer after several attempts.'
  return 'This is an error in rosie-guard, not in the change.'
}

async function giveBack(
  scan: Scan,
  error: unknown,
  { store, log, backoffMs = 1000 }: WorkerOptions,
): Promise<JobOutcome> {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  log.error({ scan: scan.id, attempt: scan.attempt, err: error }, 'a scan attempt failed')
  try {
    if (isLast(scan, error)) {
      await store.fail(scan, message)
      return undefined
    }
    const limited = error instanceof RateLimited
    const delay = limited ? Math.max(1000, error.until.getTime() - Date.now()) : backoffMs * 2 ** (scan.attempt - 1)
    await store.release(scan, delay, message, !limited)
    return { again: delay }
  } catch (giving) {
    if (giving instanceof LeaseLost) return undefined
    throw giving
  }
}

/** Renews the lease while the scan runs; the signal is aborted when it is lost. */
function keepLease(scan: Scan, store: ScanStore, leaseMs: number) {
  const lost = new AbortController()
  const timer = setInterval(() => {
    store.renew(scan, leaseMs).catch((error) => {
      if (error instanceof LeaseLost) lost.abort(error)
    })
  }, leaseMs / 3)
  timer.unref()
  return { signal: lost.signal, end: () => clearInterval(timer) }
}
