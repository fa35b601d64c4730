/** The half of the app that answers: webhooks into the inbox, the inbox into wishes, probes and metrics, the admin side. */
import { addressesBehind } from './access/address.ts'
import { type Check, health } from './api/health.ts'
import { createHost } from './api/host.ts'
import { measureAnswers, metricsRoute } from './api/metrics-route.ts'
import { WEBHOOK_PATH, webhookRoute } from './api/webhook-route.ts'
import { type AdminParts, adminOn } from './app-admin.ts'
import { probotOf } from './app-parts.ts'
import type { Config } from './config.ts'
import { startInboxRunner } from './github/inbox-runner.ts'
import { type Relay, startRelay } from './github/relay.ts'
import { createReceiver } from './github/webhooks.ts'
import { Deliveries } from './store/deliveries.ts'
import { pendingMigrations } from './store/migrate.ts'
import { Statistics } from './store/statistics.ts'
import type { Logger } from './telemetry/logger.ts'
import { scrape } from './telemetry/scrape.ts'

export interface WebParts extends AdminParts {
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

/** A process that only works says how it is, and empties the inbox; the others answer. */
export async function startWeb(parts: WebParts): Promise<Web> {
  const { config, database, metrics, onScans, pollMs, log } = parts
  const inbox = new Deliveries(database, config.leaseMs)
  const probot = probotOf(parts)
  const runner = startInboxRunner({ inbox, receive: await createReceiver(probot), onScans, log, pollMs })

  let resting = false
  const addressOf = addressesBehind(config.trustedProxies, (address) =>
    log.warn({ address }, 'X-Forwarded-For of this address is not believed: name the proxy in TRUSTED_PROXIES'),
  )
  const host = createHost({ logger: log, addressOf })
  await host.register(health, { stopping: () => resting, ...dependencies(parts) })
  measureAnswers(host, metrics)
  await host.register(metricsRoute, exposition(parts))
  const answers = config.role !== 'worker'
  if (answers) {
    const verify: typeof probot.webhooks.verify = (...of) => probot.webhooks.verify(...of)
    await host.register(webhookRoute, { inbox, verify, nudge: runner.nudge, measures: metrics })
  }
  const admin = answers ? await adminOn(host, parts, { probot, addressOf }) : null
  const url = await host.listen({ host: config.host, port: config.port })
  const relay = relayTo(host, config, log)
  return {
    url,
    async rest() {
      resting = true
      admin?.rest()
      await Promise.all([relay?.stop(), runner.stop()])
    },
    async close() {
      await host.close()
      admin?.close()
    },
  }
}

/** What is measured, and counted in the rows as it is asked for. */
function exposition({ config, database, metrics, log }: WebParts) {
  const statistics = new Statistics(database)
  const text = scrape(metrics, () => statistics.levels(), log)
  return { text, contentType: metrics.contentType, token: config.metricsToken }
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
