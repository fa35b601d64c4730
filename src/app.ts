/**
 * The app at work: the half that answers (app-web.ts), the half that does the work (app-work.ts), and the queue between
 * them. Started and stopped by main.ts.
 */
import { getHeapStatistics } from 'node:v8'
import { Worker } from 'node:worker_threads'
import { tellConfiguration } from './app-configured.ts'
import { openProgress } from './app-live.ts'
import { type Credentials, type Parts, readEvidenceKeys } from './app-parts.ts'
import type { ThreadData } from './app-thread.ts'
import { startWeb } from './app-web.ts'
import { startScanning } from './app-work.ts'
import type { Config } from './config.ts'
import { openQueue } from './queue/index.ts'
import { startDispatcher } from './scan/dispatch.ts'
import type { TellProgress } from './scan/ports/progress.ts'
import { within } from './scan/within.ts'
import type { Database } from './store/database.ts'
import { LeasesHeld } from './store/held.ts'
import { ScanWishes } from './store/wishes.ts'
import { type Logger, outputOf } from './telemetry/logger.ts'
import { Metrics } from './telemetry/metrics.ts'
import { ScanThread } from './thread/scan-thread.ts'

export interface Running {
  /** Where it listens. */
  url: string
  /** No new work; what runs is finished or handed back within `graceMs`. */
  stop(graceMs?: number): Promise<void>
}

/** Of the grace, what running scans may take; the rest is for handing back those that do not end. */
const FOR_SCANS = 0.75
/** For what the dispatcher has begun; ms. */
const HAND_OVER_MS = 1_000
/** For putting away what is left once the grace is over; ms. */
const PUT_AWAY_MS = 3_000

export async function startWork(
  config: Config,
  credentials: Credentials,
  database: Database,
  log: Logger,
): Promise<Running> {
  await tellConfiguration({ config, credentials, database })
  const evidenceKeys = await readEvidenceKeys(config)
  const metrics = new Metrics()
  const { redisUrl, databaseUrl, leaseMs, jobHours: keepHours } = config
  const queue = await openQueue({ redisUrl, databaseUrl, leaseMs, keepHours, log })
  // What a dead process held is looked for no less often than it may be held.
  const pollMs = Math.min(5_000, leaseMs)
  const dispatcher = startDispatcher({ wishes: new ScanWishes(database), queue, log, pollMs }, database.embedded)
  const { channel, onProgress } = openProgress({ config, credentials, log })
  const parts = { config, credentials, database, log, measures: metrics, onWish: dispatcher.nudge, onProgress }
  const threaded = config.role !== 'web' && !database.embedded
  let thread: ScanThread | null = null
  const scans = threaded && { scanning: async () => thread?.present() }
  const web = await startWeb({ ...parts, ...scans, queue, channel, metrics, onScans: dispatcher.nudge, pollMs })

  // After the host: the first thing that reconciliation asks for may be answered here.
  let stopping = false
  thread = threaded ? threadOf(parts) : null
  const scanning = config.role === 'web' ? null : (thread ?? startScanning({ ...parts, evidenceKeys }))
  void Promise.resolve(thread?.ready).then(() => {
    if (scanning && !stopping) queue.process((scanId) => scanning.run(scanId))
  })
  log.info(
    { url: web.url, role: config.role, database: database.embedded ? 'embedded' : 'postgresql' },
    'rosie-guard is ready',
  )

  const stop = async (graceMs = 10_000) => {
    stopping = true
    // What is being handed over gets into the queue before that closes.
    const queued = within(HAND_OVER_MS, dispatcher.stop()).then(() => queue.close(graceMs))
    const ends = [web.rest(), queued, scanning?.stop(graceMs * FOR_SCANS)]
    const inTime = await within(graceMs + PUT_AWAY_MS, Promise.allSettled(ends))
    if (!inTime) log.warn('not all could be put away in time; the rows say what was under way')
    await within(PUT_AWAY_MS, Promise.all([web.close(), channel.close()]))
  }
  return { url: web.url, stop }
}

/**
 * The embedded database works in the thread that uses it, so with that there is one thread for all. With a server, scans
 * have theirs.
 */
function threadOf({ config, credentials, database, log, ...hears }: Parts & ThreadParts): ScanThread {
  const workerData: ThreadData = { config, credentials }
  const output = outputOf(log)
  return new ScanThread({
    start: () => new Worker(new URL('./app-thread.js', import.meta.url), { workerData, name: 'scans', resourceLimits }),
    leases: new LeasesHeld(database),
    leaseMs: config.leaseMs,
    ...hears,
    onLine: (line) => output.write(line),
    log,
  })
}

/**
 * The more a heap may hold, the more rubbish V8 lets pile up in it. Over a first scan of 20,000 artifacts the process took
 * about 700 MB at most with V8's own limits (4 GB on a large machine), and 600 MB with these.
 */
const resourceLimits = {
  maxOldGenerationSizeMb: Math.min(2_000, getHeapStatistics().heap_size_limit / 2 ** 20),
  maxYoungGenerationSizeMb: 24,
}

interface ThreadParts {
  measures: Metrics
  onWish: () => void
  onProgress: TellProgress
}
