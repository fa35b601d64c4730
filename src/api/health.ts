/**
 * For whoever watches the process: `/healthz` says that it runs, `/readyz` whether it should get requests. Neither says
 * why not to the public; the log does.
 */
import type { FastifyPluginAsync } from 'fastify'

/** Fulfilled when all is well; rejected with the reason otherwise. */
export type Check = () => Promise<unknown>

export interface HealthOptions {
  /** The process is on its way out. */
  stopping: () => boolean
  database: Check
  /** Every migration is applied. */
  migrations: Check
  /** Absent where no Redis is configured. Without it scans are late, not lost: `degraded`, still ready. */
  redis?: Check
  /** Absent where nothing can keep it from scanning, or it doesn't. Without it scans are late: `degraded`, still ready. */
  scanning?: Check
  /** It does nothing but scan: without that it is not ready. */
  onlyScans?: boolean
  /** A check that takes longer has failed; ms. */
  timeoutMs?: number
}

/** Whoever asks within that time of another is told what was found for them; ms. */
const FRESH_MS = 1_000

export const health: FastifyPluginAsync<HealthOptions> = async (app, options) => {
  const { stopping, database, migrations, redis, scanning, onlyScans = false, timeoutMs = 2_000 } = options

  app.get('/healthz', async () => ({ status: 'ok' }))

  app.get('/readyz', async (_request, reply) => {
    const checks = await found()
    const idle = checks.scanning === false
    const ready = checks.database && checks.migrations && !(idle && onlyScans) && !stopping()
    const status = !ready ? 'unready' : idle || checks.redis === false ? 'degraded' : 'ready'
    return reply.code(ready ? 200 : 503).send({ status, checks: { ...checks, stopping: stopping() } })
  })

  let last: { at: number; checks: Promise<Record<string, boolean>> } | null = null

  function found(): Promise<Record<string, boolean>> {
    const now = performance.now()
    if (last === null || now - last.at >= FRESH_MS) last = { at: now, checks: look() }
    return last.checks
  }

  async function look(): Promise<Record<string, boolean>> {
    const asked = { database, migrations, ...(redis && { redis }), ...(scanning && { scanning }) }
    return Object.fromEntries(
      await Promise.all(Object.entries(asked).map(async ([name, check]) => [name, await holds(name, check)] as const)),
    )
  }

  async function holds(name: string, check: Check): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`No answer within ${timeoutMs} ms.`)), timeoutMs)
    })
    try {
      await Promise.race([check(), late])
      return true
    } catch (error) {
      app.log.warn({ err: error, check: name }, 'A readiness check failed.')
      return false
    } finally {
      clearTimeout(timer)
    }
  }
}
