/**
 * One app under supervision, with a database of its own and a GitHub of its own: it is killed, or loses an answer, at a
 * point that is named, and started again at once, as container platforms do. What it passes is written down.
 */
import { randomUUID } from 'node:crypto'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { mayAsk } from '../../../src/github/intents.ts'
import { type RunningApp, startApp } from '../app.ts'
import { GitHub } from '../github/index.ts'

/**
 * What goes wrong at a point: the process is killed before what it does there is sent, or after it was applied and before
 * the answer is heard; or it lives, and the answer never comes.
 */
export const FAULTS = ['before', 'after', 'lost'] as const
export type Fault = (typeof FAULTS)[number]

export interface Passed {
  name: string
  /** The statements, or the route. */
  texts: string[]
}

export interface LaneOptions {
  /** A server; the lane makes a database there. */
  databaseUrl: string
  /** Null: the queue is in PostgreSQL. */
  redisUrl: string | null
}

/** Shorter ones are lost on a busy machine by processes that live, and a scan has three attempts. */
const LEASE_SECONDS = 2

/** What is to go wrong. */
export interface Armed {
  /** Whether it has. */
  struck(): boolean
  /** Resolves once a process is at work that lives. */
  recovered(): Promise<void>
}

const PRELOAD = fileURLToPath(new URL('./preload.js', import.meta.url))

export class Lane {
  readonly github: GitHub
  readonly options: LaneOptions
  readonly #database = `faults_${randomUUID().replaceAll('-', '')}`
  readonly #folder = mkdtempSync(join(process.env.TEST_FOLDER ?? tmpdir(), 'faults-'))
  #client: pg.Client | null = null
  #app: RunningApp | null = null
  #supervised: Promise<void> = Promise.resolve()
  #wanted = false
  #ready = false
  #deaths = 0
  #faults = 0
  #log = ''

  private constructor(github: GitHub, options: LaneOptions) {
    this.github = github
    this.options = options
  }

  static async start(options: LaneOptions): Promise<Lane> {
    const lane = new Lane(await GitHub.start(), options)
    await lane.#administer(`CREATE DATABASE ${lane.#database} TEMPLATE template0`)
    lane.#client = new pg.Client({ connectionString: lane.#databaseUrl })
    await lane.#client.connect()
    appendFileSync(lane.#passedFile, '')
    await lane.startApp()
    return lane
  }

  async close(): Promise<void> {
    await this.stopApp()
    await this.#client?.end()
    await this.github.close()
    await this.#administer(`DROP DATABASE IF EXISTS ${this.#database} WITH (FORCE)`)
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 })
  }

  // ── the app ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Resolves when it is ready, though it may have died on the way there. */
  async startApp(): Promise<void> {
    this.#wanted = true
    await new Promise<void>((ready, failed) => {
      this.#supervised = this.#supervise(ready).catch(failed)
    })
  }

  /** SIGTERM. GitHub knows no address of it any more. */
  async stopApp(): Promise<void> {
    this.#wanted = false
    this.github.webhookUrl = null
    await this.#app?.stop()
    await this.#supervised
  }

  async #supervise(ready: () => void): Promise<void> {
    const environment = {
      ...this.github.environment,
      DATABASE_URL: this.#databaseUrl,
      ...(this.options.redisUrl && { REDIS_URL: this.options.redisUrl }),
      SCAN_LEASE_SECONDS: String(LEASE_SECONDS),
      FAULTS_DIR: this.#folder,
      NODE_OPTIONS: `--import ${PRELOAD}`,
    }
    const onUrl = (url: string) => {
      this.github.webhookUrl = `${url}/api/github/webhooks`
    }
    for (let vain = 0; this.#wanted; ) {
      try {
        this.#app = await startApp({ environment, dataDir: join(this.#folder, 'data'), onUrl })
        vain = 0
        this.#ready = true
        ready()
        await this.#app.exited
        this.#ready = false
        this.#deaths += 1
        this.#log += this.#app.log()
      } catch (error) {
        this.#log += String(error)
        this.#deaths += 1
        if (++vain > 3) throw error
      }
    }
  }

  /** The end of what the app and those before it wrote. */
  get log(): string {
    return (this.#log + (this.#app?.log() ?? '')).slice(-6000)
  }

  // ── points and faults ─────────────────────────────────────────────────────────────────────────────────────────────

  get #passedFile() {
    return join(this.#folder, 'passed')
  }

  /** All that was passed so far, in order. */
  passed(): Passed[] {
    const lines = readFileSync(this.#passedFile, 'utf8').split('\n').slice(0, -1)
    return lines.map((line) => JSON.parse(line) as Passed)
  }

  /** The next time this point is passed, by whichever process. */
  arm(name: string, how: Fault): Armed {
    const id = ++this.#faults
    const deaths = this.#deaths
    const plan = join(this.#folder, 'plan.json')
    writeFileSync(`${plan}.new`, JSON.stringify({ id, name, how }))
    renameSync(`${plan}.new`, plan)
    return {
      struck: () => existsSync(join(this.#folder, `struck-${id}`)),
      recovered: async () => {
        await this.github.waitFor(() => this.#ready && (how === 'lost' || this.#deaths > deaths), 60_000)
      },
    }
  }

  disarm(): void {
    rmSync(join(this.#folder, 'plan.json'), { force: true })
  }

  // ── what has come of it ───────────────────────────────────────────────────────────────────────────────────────────

  async query<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    if (!this.#client) throw new Error('The lane has no database yet.')
    return (await this.#client.query<Row>(sql, values)).rows
  }

  /** What is left to do, or was never heard of; nothing once all is done. */
  async unfinished(): Promise<string[]> {
    // In the order in which work comes, so that nothing slips through from one question to the next.
    const sent = new Map(this.github.deliveries.map((delivery) => [delivery.guid, delivery]))
    const deliveries = await this.query<{ id: string; done: boolean }>(
      'SELECT id, processed_at IS NOT NULL AS done FROM webhook_delivery',
    )
    const scans = await this.query(
      `SELECT id, kind, trigger, head_sha, status, attempts, lease_until, not_before, dispatched_at, now(), error
       FROM scan WHERE status IN ('queued', 'running')`,
    )
    const known = new Map(deliveries.map(({ id, done }) => [id, done]))
    const lost = [...sent.values()].filter(({ guid, event, action }) => mayAsk(event, action) && !known.get(guid))
    const checks = this.github.repositories.flatMap(({ checks }) => checks.all)
    return [
      ...scans.map((scan) => `a scan is open: ${JSON.stringify(scan)}`),
      ...lost.map(({ guid, event, action, statusCode }) => {
        const state = known.has(guid) ? 'is not processed' : `was not received (${statusCode})`
        return `the delivery ${event} ${action ?? ''} ${guid} ${state}`
      }),
      ...checks
        .filter(({ status }) => status !== 'completed')
        .map(({ id, headSha, status }) => `check ${id} on ${headSha} is ${status}`),
    ]
  }

  /** Until for a while GitHub was asked nothing and told nothing. */
  async quiet(ms = 250): Promise<void> {
    for (;;) {
      const asked = this.github.requests.at(-1)?.at.getTime() ?? 0
      const left = asked + ms - Date.now()
      if (left <= 0) return
      await sleep(left)
    }
  }

  get #databaseUrl() {
    const url = new URL(this.options.databaseUrl)
    url.pathname = `/${this.#database}`
    return url.href
  }

  async #administer(statement: string): Promise<void> {
    const client = new pg.Client({ connectionString: this.options.databaseUrl })
    await client.connect()
    try {
      await client.query(statement)
    } finally {
      await client.end()
    }
  }
}
