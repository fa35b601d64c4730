/** The half of the app that does the work: it scans, and does what comes round again. In a thread of its own, if it can. */
import type { EvidenceKeys, Parts } from './app-parts.ts'
import { probotOf } from './app-parts.ts'
import { sweepsOf } from './app-sweeps.ts'
import { type Clients, createClients } from './github/clients.ts'
import { BytesInFlight } from './github/in-flight.ts'
import { createPublisher } from './github/publisher.ts'
import { GitHubSource } from './github/source.ts'
import { reportRenderer } from './report/compliance/formats.ts'
import { PARSER_VERSION } from './rosie/parse/index.ts'
import type { RequestMeasures, ScanMeasures } from './scan/ports/measures.ts'
import type { TellProgress } from './scan/ports/progress.ts'
import type { Scanning } from './scan/ports/queue.ts'
import { startSweeps } from './scan/sweeps.ts'
import { createWorker, type WorkerOptions } from './scan/worker.ts'
import { AuditChain } from './store/audit-chain.ts'
import { Contents } from './store/contents.ts'
import { InstallationLimits } from './store/limits.ts'
import { Reports } from './store/reports.ts'
import type { Scans } from './store/scans.ts'
import { SigningKeys } from './store/signing-keys.ts'
import { States } from './store/states.ts'
import { SweepRows } from './store/sweeps.ts'
import { ToldScans } from './store/told.ts'

export interface WorkParts extends Parts {
  evidenceKeys: EvidenceKeys
  measures: ScanMeasures & RequestMeasures
  /** There are new wishes for scans. */
  onWish: () => void
  onProgress: TellProgress
}

export function startScanning(parts: WorkParts): Scanning {
  const { config, credentials, database, measures, onWish, onProgress, log } = parts
  const { leaseMs, keep, checkpointKey } = config
  const limits = { store: new InstallationLimits(database), shared: !database.embedded, log }
  const clients = createClients(probotOf(parts), limits, measures)
  const store = new ToldScans(database, measures, onProgress)
  const portsOf = workerPorts(parts, clients, store)
  const reporting = { reports: new Reports(database), render: reportRenderer(config.publicUrl) }
  const sweeps = startSweeps({
    store: new SweepRows(database),
    sweeps: sweepsOf({ appId: credentials.appId, keep, checkpointKey, database, clients, onScans: onWish, log }),
    alone: database.embedded,
    leaseMs,
    log,
  })
  return {
    run: (scanId, onTake) =>
      createWorker({ store, portsOf, reporting, onWish, ...(onTake && { onTake }), log, leaseMs })(scanId),
    stop: () => sweeps.stop(),
  }
}

/** What a scan of a repository works with: its source and publisher act as the installation on it. */
function workerPorts(
  { config, credentials, database, evidenceKeys }: WorkParts,
  clients: Clients,
  store: Scans,
): WorkerOptions['portsOf'] {
  const contents = new Contents(database, PARSER_VERSION)
  const states = new States(database)
  const chain = new AuditChain(database)
  const registry = new SigningKeys(database)
  const inFlight = new BytesInFlight()
  const app = { id: credentials.appId, slug: credentials.slug }
  return async ({ repository }) => {
    const octokit = await clients.of(repository.installationId)
    return {
      source: new GitHubSource(octokit, repository.owner, repository.name, inFlight),
      contents,
      states,
      serverKeys: [...evidenceKeys(repository.owner), ...(await registry.of(repository))],
      now: Date.now,
      ...(config.checkpointKey !== null && { checkpoint: () => chain.newestCheckpoint() }),
      publisherOf: (scan) =>
        createPublisher({ octokit, scan, store, app, webUrl: config.github.webUrl, now: Date.now }),
    }
  }
}
