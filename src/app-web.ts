/** The half of the app that answers: webhooks into the inbox, the inbox into wishes, probes and metrics. */
import { readFileSync } from 'node:fs'
import { memoryCache } from './api/cache/memory-cache.ts'
import { redisCache } from './api/cache/redis-cache.ts'
import { type Check, health } from './api/health.ts'
import { createHost } from './api/host.ts'
import { keyAccess } from './api/key-access.ts'
import { measureAnswers, metricsRoute } from './api/metrics-route.ts'
import { BOARD_PATH, queueBoard } from './api/queue-board.ts'
import { authenticateBy } from './api/session-access.ts'
import { signIn } from './api/sign-in/routes.ts'
import type { CheckpointKey } from './api/v1/audit-events.ts'
import { apiV1 } from './api/v1/index.ts'
import { WEBHOOK_PATH, type WebhookRouteOptions, webhookRoute } from './api/webhook-route.ts'
import { liveOn } from './app-live.ts'
import type { Parts } from './app-parts.ts'
import { probotOf } from './app-parts.ts'
import { signInOf } from './app-sign-in.ts'
import { checkpointSigner } from './audit/checkpoint.ts'
import { detachedSigner } from './audit/detached.ts'
import type { Config } from './config.ts'
import { createClients } from './github/clients.ts'
import { startInboxRunner } from './github/inbox-runner.ts'
import { rawTextFrom } from './github/raw-text.ts'
import { type Relay, startRelay } from './github/relay.ts'
import { createReceiver } from './github/webhooks.ts'
import type { Live } from './live/index.ts'
import { boardOf } from './queue/board.ts'
import { dispensableRedis } from './queue/redis.ts'
import { PARSER_VERSION } from './rosie/parse/index.ts'
import type { ProgressChannel } from './scan/ports/progress.ts'
import type { Queue } from './scan/ports/queue.ts'
import { ApiKeys } from './store/api-keys.ts'
import { Deliveries } from './store/deliveries.ts'
import { InstallationLimits } from './store/limits.ts'
import { pendingMigrations } from './store/migrate.ts'
import { readingOf } from './store/reading/index.ts'
import { Statistics } from './store/statistics.ts'
import type { Logger } from './telemetry/logger.ts'
import type { Metrics } from './telemetry/metrics.ts'
import { scrape } from './telemetry/scrape.ts'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
/** What kept answers look like: another version's are not found. */
const ANSWERS = `${version}/${PARSER_VERSION}`

export interface WebParts extends Parts {
  queue: Queue
  channel: ProgressChannel
  metrics: Metrics
  /** A delivery led to new scans. */
  onScans: () => void
  /** Rejects while it should scan and can't; absent where it scans in this thread, or not at all. */
  scanning?: Check
  /** How often the inbox is looked into without being nudged. */
  pollMs: number
}

export interface Web {
  /** Where it listens. */
  url: string
  /** Not ready from this moment on. What comes is still stored, for whoever starts next; the delivery at hand is finished. */
  rest(): Promise<void>
  close(): Promise<void>
}

export async function startWeb(parts: WebParts): Promise<Web> {
  const { config, database, queue, metrics, onScans, pollMs, log } = parts
  const inbox = new Deliveries(database, config.leaseMs)
  const probot = probotOf(parts)
  const runner = startInboxRunner({ inbox, receive: await createReceiver(probot), onScans, log, pollMs })

  const redis = config.redisUrl && config.role !== 'worker' ? dispensableRedis(config.redisUrl) : null
  let resting = false
  let live: Live | null = null
  const host = createHost({ logger: log })
  await host.register(health, { stopping: () => resting, ...dependencies(parts) })
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
    const people = signInOf(parts)
    await host.register(signIn, people.options)
    const authenticate = authenticateBy(keyAccess({ keys: new ApiKeys(database) }), people.access)
    const board = { queue: boardOf(queue), reachable: () => queue.reachable() }
    await host.register(queueBoard, { prefix: BOARD_PATH, ...board, authenticate })
    // The half that works sends requests of its own, also where it is this very process.
    const limits = { store: new InstallationLimits(database), shared: true, log }
    live = liveOn(host.server, parts, parts.channel, authenticate)
    await host.register(apiV1, {
      authenticate,
      origins: config.corsOrigins,
      limits: { redis },
      checkpointKey: await checkpointKeyOf(config),
      signReport: config.checkpointKey === null ? null : await detachedSigner(config.checkpointKey),
      store: readingOf(database),
      rawText: rawTextFrom(createClients(probot, limits, metrics)),
      onScans,
      keep: { cache: redis ? redisCache(redis) : memoryCache(), version: ANSWERS, measures: metrics },
    })
  }
  const url = await host.listen({ host: config.host, port: config.port })
  const relay = relayTo(host, config, log)
  return {
    url,
    async rest() {
      resting = true
      live?.close()
      await Promise.all([relay?.stop(), runner.stop()])
    },
    async close() {
      await host.close()
      redis?.disconnect()
    },
  }
}

/** What verifies checkpoints, for whoever asks; null: none are signed. */
const checkpointKeyOf = async ({ checkpointKey }: Config) =>
  checkpointKey === null ? null : ((await checkpointSigner(checkpointKey).publicKey()) as CheckpointKey)

/** What readiness depends on. */
const dependencies = ({ config: { redisUrl, role }, database, queue, scanning }: WebParts) => ({
  database: () => database.client.$queryRaw`SELECT 1`,
  migrations: async () => {
    const pending = await pendingMigrations(database)
    if (pending.length > 0) throw new Error(`Not applied: ${pending.join(', ')}`)
  },
  ...(redisUrl && { redis: () => queue.reachable() }),
  ...(scanning && { scanning, onlyScans: role === 'worker' }),
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
