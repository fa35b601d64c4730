/** The half of the app that answers: webhooks into the inbox, the inbox into wishes, probes and metrics. */
import { type Check, health } from './api/health.ts'
import { createHost } from './api/host.ts'
import { keyAccess } from './api/key-access.ts'
import { measureAnswers, metricsRoute } from './api/metrics-route.ts'
import { BOARD_PATH, queueBoard } from './api/queue-board.ts'
import { apiV1 } from './api/v1/index.ts'
import { WEBHOOK_PATH, type WebhookRouteOptions, webhookRoute } from './api/webhook-route.ts'
import type { Parts } from './app-parts.ts'
import { probotOf } from './app-parts.ts'
import type { Config } from './config.ts'
import { startInboxRunner } from './github/inbox-runner.ts'
import { type Relay, startRelay } from './github/relay.ts'
import { createReceiver } from './github/webhooks.ts'
import { boardOf } from './queue/board.ts'
import type { Queue } from './scan/ports/queue.ts'
import { ApiKeys } from './store/api-keys.ts'
import { Deliveries } from './store/deliveries.ts'
import { pendingMigrations } from './store/migrate.ts'
import { readingOf } from './store/reading/index.ts'
import { Statistics } from './store/statistics.ts'
import type { Logger } from './telemetry/logger.ts'
import type { Metrics } from './telemetry/metrics.ts'
import { scrape } from './telemetry/scrape.ts'

export interface WebParts extends Parts {
  queue: Queue
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

  let resting = false
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
    const authenticate = keyAccess({ keys: new ApiKeys(database) })
    const board = { queue: boardOf(queue), reachable: () => queue.reachable() }
    await host.register(queueBoard, { prefix: BOARD_PATH, ...board, authenticate })
    await host.register(apiV1, { authenticate, store: readingOf(database) })
  }
  const url = await host.listen({ host: config.host, port: config.port })
  const relay = relayTo(host, config, log)
  return {
    url,
    async rest() {
      resting = true
      await Promise.all([relay?.stop(), runner.stop()])
    },
    close: () => host.close(),
  }
}

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
