/**
 * An installation of several servers: web and worker processes behind a load balancer, with a PostgreSQL and a Redis of
 * their own, and the stand-in GitHub. Everything of it can be killed and started again; what ends by itself is started
 * again at once, as container platforms do.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type RunningApp, startApp } from './app.ts'
import { Balancer } from './balancer.ts'
import { GitHub } from './github/index.ts'
import { type Server, startPostgres, startRedis } from './servers/servers.ts'

export interface ClusterOptions {
  environment?: Record<string, string>
  webs?: number
  workers?: number
  /** Redis comes back with what it held. */
  appendOnly?: boolean
}

type Parts = Pick<Cluster, 'github' | 'postgres' | 'redis' | 'balancer' | 'webs' | 'workers'>

/** A lease of a scan, in seconds: how soon another worker takes over from one that was killed. */
const LEASE_SECONDS = 2

export class Cluster {
  readonly github: GitHub
  readonly postgres: Server
  readonly redis: Server
  readonly balancer: Balancer
  readonly webs: readonly Replica[]
  readonly workers: readonly Replica[]
  readonly #folder: string

  private constructor({ github, postgres, redis, balancer, webs, workers }: Parts, folder: string) {
    this.github = github
    this.postgres = postgres
    this.redis = redis
    this.balancer = balancer
    this.webs = webs
    this.workers = workers
    this.#folder = folder
  }

  /** Throws where PostgreSQL or Redis isn't installed. */
  static async start({
    environment,
    webs = 2,
    workers = 2,
    appendOnly = false,
  }: ClusterOptions = {}): Promise<Cluster> {
    const folder = await mkdtemp(join(tmpdir(), 'cluster-'))
    const [github, postgres, redis] = await Promise.all([
      GitHub.start(),
      startPostgres(folder),
      startRedis(folder, { appendOnly }),
    ])
    if (!postgres || !redis) throw new Error('PostgreSQL and Redis must be installed.')
    const common = {
      ...github.environment,
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      SCAN_LEASE_SECONDS: String(LEASE_SECONDS),
      ...environment,
    }
    const replicas = (role: string, count: number) =>
      Array.from({ length: count }, (_, n) => new Replica(`${role}-${n + 1}`, { ...common, ROLE: role }))
    const parts = { webs: replicas('web', webs), workers: replicas('worker', workers) }
    const balancer = await Balancer.start(() => parts.webs.flatMap(({ url }) => url ?? []))
    github.webhookUrl = `${balancer.url}/api/github/webhooks`
    const cluster = new Cluster({ github, postgres, redis, balancer, ...parts }, folder)
    await Promise.all(cluster.replicas.map((replica) => replica.start()))
    return cluster
  }

  get replicas(): Replica[] {
    return [...this.webs, ...this.workers]
  }

  /** What the database holds. */
  async query<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.postgres.url, options: '-c TimeZone=UTC' })
    client.on('error', () => {})
    await client.connect()
    try {
      return (await client.query<Row>(sql, values)).rows
    } finally {
      await client.end()
    }
  }

  /** What all processes wrote, line by line, with their names. */
  log(): string {
    return this.replicas
      .flatMap(({ name, log }) =>
        log()
          .split('\n')
          .filter(Boolean)
          .map((line) => `${name} ${line}`),
      )
      .join('\n')
  }

  async close(): Promise<void> {
    await Promise.all(this.replicas.map((replica) => replica.remove()))
    await Promise.all([this.balancer.close(), this.github.close(), this.postgres.stop(), this.redis.stop()])
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** In ms: from its end to the next start of a process, and how long that is tried. */
const RESTARTS_AFTER = 300
const STARTS_WITHIN = 90_000

/** One process of the app, under a name that its successors inherit. */
export class Replica {
  readonly name: string
  /** Ended without being told to: what each wrote last. */
  readonly deaths: string[] = []
  /** Starts that came to nothing, since the database was away. */
  refused = 0
  #url: string | null = null
  #app: RunningApp | null = null
  #starting: Promise<void> | null = null
  #removed = false
  readonly #earlier: RunningApp[] = []
  readonly #environment: Record<string, string>

  constructor(name: string, environment: Record<string, string>) {
    this.name = name
    this.#environment = environment
  }

  /** Null while it isn't meant to run. */
  get url(): string | null {
    return this.#url
  }

  log = (): string => [...this.#earlier, ...(this.#app ? [this.#app] : [])].map((app) => app.log()).join('')

  /** Waits until it is ready, and keeps it running. */
  start(): Promise<void> {
    this.#starting ??= this.#start().finally(() => {
      this.#starting = null
    })
    return this.#starting
  }

  async #start(): Promise<void> {
    if (this.#app) return
    const app = await this.#started()
    if (this.#removed) return app.remove()
    this.#app = app
    void app.exited.then(() => {
      if (this.#app !== app) return
      this.deaths.push(app.log().slice(-2000))
      this.#end(app)
      return sleep(RESTARTS_AFTER).then(() => this.start())
    })
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    await this.#starting
    await this.#ended()?.kill()
  }

  /** SIGTERM. Answers the exit code. */
  async stop(): Promise<number | null> {
    await this.#starting
    return (await this.#ended()?.stop()) ?? null
  }

  async remove(): Promise<void> {
    this.#removed = true
    this.#ended()
    await Promise.all(this.#earlier.map((app) => app.remove()))
  }

  async #started(): Promise<RunningApp> {
    const onUrl = (url: string) => {
      this.#url = url
    }
    const until = Date.now() + STARTS_WITHIN
    for (;;) {
      try {
        return await startApp({ environment: this.#environment, onUrl })
      } catch (error) {
        if (Date.now() > until) throw error
        this.refused += 1
        await sleep(RESTARTS_AFTER)
      }
    }
  }

  /** From now on it isn't meant to run. */
  #ended(): RunningApp | null {
    const app = this.#app
    if (app) this.#end(app)
    return app
  }

  #end(app: RunningApp): void {
    this.#app = null
    this.#url = null
    this.#earlier.push(app)
  }
}
