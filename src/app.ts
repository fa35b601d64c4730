/** The app at work: every part of one process, put together. Started and stopped by main.ts. */
import { readFile } from 'node:fs/promises'
import { health } from './api/health.ts'
import { createHost } from './api/host.ts'
import { measureAnswers, metricsRoute } from './api/metrics-route.ts'
import { WEBHOOK_PATH, type WebhookRouteOptions, webhookRoute } from './api/webhook-route.ts'
import { sweepsOf } from './app-sweeps.ts'
import { type Config, ConfigError } from './config.ts'
import { type Clients, createClients } from './github/clients.ts'
import { startInboxRunner } from './github/inbox-runner.ts'
import { GuardOctokit } from './github/octokit.ts'
import { createPublisher } from './github/publisher.ts'
import { type Relay, startRelay } from './github/relay.ts'
import { GitHubSource } from './github/source.ts'
import { createProbot, createReceiver } from './github/webhooks.ts'
import { openQueue } from './queue/index.ts'
import { PARSER_VERSION } from './rosie/parse/index.ts'
import { readKeys } from './rosie/parse/keys.ts'
import { keysOf, type TrustedKey } from './rosie/verify.ts'
import { startDispatcher } from './scan/dispatch.ts'
import type { Queue } from './scan/ports/queue.ts'
import { startSweeps } from './scan/sweeps.ts'
import { createWorker, type WorkerOptions } from './scan/worker.ts'
import { Contents } from './store/contents.ts'
import type { Database } from './store/database.ts'
import { Deliveries } from './store/deliveries.ts'
import { InstallationLimits } from './store/limits.ts'
import { MeasuredScans } from './store/measured.ts'
import { pendingMigrations } from './store/migrate.ts'
import type { Scans } from './store/scans.ts'
import { SigningKeys } from './store/signing-keys.ts'
import { States } from './store/states.ts'
import { Statistics } from './store/statistics.ts'
import { SweepRows } from './store/sweeps.ts'
import { ScanWishes } from './store/wishes.ts'
import type { Logger } from './telemetry/logger.ts'
import { Metrics } from './telemetry/metrics.ts'
import { scrape } from './telemetry/scrape.ts'

/** Who we are on GitHub. */
export interface Credentials {
  appId: number
  privateKey: string
  webhookSecret: string
  /** The app's name in addresses, where it is known. */
  slug: string | null
}

export interface Running {
  /** Where it listens. */
  url: string
  /** No new work; what runs is finished or handed back within `graceMs`. */
  stop(graceMs?: number): Promise<void>
}

export async function startWork(
  config: Config,
  credentials: Credentials,
  database: Database,
  log: Logger,
): Promise<Running> {
  const evidenceKeys = await readEvidenceKeys(config)
  const metrics = new Metrics()
  const inbox = new Deliveries(database)
  const probot = probotOf(config, credentials, log)
  const receive = await createReceiver(probot)
  const { redisUrl, databaseUrl, jobHours: keepHours } = config
  const queue = await openQueue({ redisUrl, databaseUrl, keepHours, log })
  const dispatcher = startDispatcher({ wishes: new ScanWishes(database), queue, log }, database.embedded)
  const runner = startInboxRunner({ inbox, receive, onScans: dispatcher.nudge, log })
  const limits = { store: new InstallationLimits(database), readEvery: readLimitsEvery(database), log }
  const clients = createClients(probot, limits, metrics)
  if (config.role !== 'web') {
    const store = new MeasuredScans(database, metrics)
    const portsOf = workerPorts({ config, credentials, database, clients, store, evidenceKeys })
    queue.process(createWorker({ store, portsOf, onWish: dispatcher.nudge, log }))
  }

  let stopping = false
  const host = createHost({ logger: log })
  await host.register(health, { stopping: () => stopping, ...dependencies(config, database, queue) })
  measureAnswers(host, metrics)
  const statistics = new Statistics(database)
  await host.register(metricsRoute, {
    text: scrape(metrics, () => statistics.levels(), log),
    contentType: metrics.contentType,
    token: config.metricsToken,
  })
  if (config.role !== 'worker') {
    const verify: WebhookRouteOptions['verify'] = (...of) => probot.webhooks.verify(...of)
    await host.register(webhookRoute, { inbox, verify, nudge: runner.nudge, measures: metrics })
  }
  const url = await host.listen({ host: config.host, port: config.port })
  const relay = relayTo(host, config, log)
  // After the host: the first thing that reconciliation asks for may be answered here.
  const sweeps =
    config.role === 'web'
      ? null
      : startSweeps({
          store: new SweepRows(database),
          sweeps: sweepsOf({
            appId: credentials.appId,
            keep: config.keep,
            database,
            clients,
            onScans: dispatcher.nudge,
            log,
          }),
          alone: database.embedded,
          log,
        })
  log.info({ url, role: config.role, database: database.embedded ? 'embedded' : 'postgresql' }, 'rosie-guard is ready')

  const stop = async (graceMs = 10_000) => {
    stopping = true
    await relay?.stop()
    await runner.stop()
    await sweeps?.stop()
    await dispatcher.stop()
    await queue.close(graceMs)
    await host.close()
  }
  return { url, stop }
}

/** Nobody else writes to the embedded database: what it said once, this process knows. */
const readLimitsEvery = ({ embedded }: Database) => (embedded ? Number.POSITIVE_INFINITY : 1_000)

const probotOf = ({ github }: Config, { appId, privateKey, webhookSecret: secret }: Credentials, log: Logger) =>
  createProbot({ appId, privateKey, secret, Octokit: GuardOctokit, baseUrl: github.apiUrl, log })

interface WorkerParts {
  config: Config
  credentials: Credentials
  database: Database
  clients: Clients
  store: Scans
  evidenceKeys: (owner: string) => TrustedKey[]
}

/** What a scan of a repository works with: its source and publisher act as the installation on it. */
function workerPorts({
  config,
  credentials,
  database,
  clients,
  store,
  evidenceKeys,
}: WorkerParts): WorkerOptions['portsOf'] {
  const contents = new Contents(database, PARSER_VERSION)
  const states = new States(database)
  const registry = new SigningKeys(database)
  const app = { id: credentials.appId, slug: credentials.slug }
  return async ({ repository }) => {
    const octokit = await clients.of(repository.installationId)
    return {
      source: new GitHubSource(octokit, repository.owner, repository.name),
      contents,
      states,
      serverKeys: [...evidenceKeys(repository.owner), ...(await registry.of(repository))],
      now: Date.now,
      publisherOf: (scan) =>
        createPublisher({ octokit, scan, store, app, webUrl: config.github.webUrl, now: Date.now }),
    }
  }
}

/** What readiness depends on. */
const dependencies = ({ redisUrl }: Config, database: Database, queue: Queue) => ({
  database: () => database.client.$queryRaw`SELECT 1`,
  migrations: async () => {
    const pending = await pendingMigrations(database)
    if (pending.length > 0) throw new Error(`Not applied: ${pending.join(', ')}`)
  },
  ...(redisUrl && { redis: () => queue.reachable() }),
})

/** From the channel to our own webhook route, where there is a channel and the route. */
function relayTo(host: ReturnType<typeof createHost>, config: Config, log: Logger): Relay | null {
  if (!config.webhookProxyUrl || config.role === 'worker') return null
  const target = localUrl({ ...config, port: portOf(host) }) + WEBHOOK_PATH
  return startRelay({ source: config.webhookProxyUrl, target, log })
}

/** The port it listens on, also where the configuration leaves the choice to the system. */
function portOf({ server }: ReturnType<typeof createHost>): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The host does not listen on a port.')
  return address.port
}

/** This process's own address: what a relay on the same machine posts to. */
export const localUrl = ({ host, port }: Pick<Config, 'host' | 'port'>): string =>
  `http://${host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host}:${port}`

/** The server's own keys by owner; a key without an owner is for all. Throws `ConfigError`. */
async function readEvidenceKeys({ evidenceKeys }: Config): Promise<(owner: string) => TrustedKey[]> {
  const known = await Promise.all(
    evidenceKeys.map(async ({ owner, path }) => {
      const file = readKeys(await readFile(path, 'utf8'))
      if (file.problems[0]) {
        throw new ConfigError([{ variable: 'EVIDENCE_PUBLIC_KEYS', message: `${path}: ${file.problems[0].message}` }])
      }
      return { owner: owner?.toLowerCase() ?? null, keys: keysOf(path, file) }
    }),
  )
  return (owner) =>
    known.flatMap((entry) => (entry.owner === null || entry.owner === owner.toLowerCase() ? entry.keys : []))
}

/** Where the embedded database, and what GitHub returned at registration, are kept. */
export const databaseOf = ({ databaseUrl, dataDir }: Config) => (databaseUrl ? { url: databaseUrl } : { dataDir })
