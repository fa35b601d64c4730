import pg from 'pg'
import type { ProgressChannel, ProgressListener, ScanProgress } from '../../scan/ports/progress.ts'
import { type ChannelLog, Listeners } from './listeners.ts'

/** What waits to be sent; more is left out. */
const WAITING = 1_000
/** From the end of a connection to the next try; doubles up to ten times as long. */
const PAUSE_MS = 500
/** Between two looks whether the connection still stands, and how long an answer may take. */
const LOOK_MS = 30_000
const ANSWER_MS = 10_000
const CHANNEL = 'rosie_guard_progress'

/**
 * NOTIFY and LISTEN of PostgreSQL, on one connection of its own: a pool would hand out others, and one that lends its
 * connections by the transaction (PgBouncer) can't be listened through. A notification holds less than 8,000 bytes.
 */
export class PostgresChannel implements ProgressChannel {
  readonly #url: string
  readonly #log: ChannelLog
  readonly #listeners: Listeners
  readonly #look: NodeJS.Timeout
  #connection: pg.Client | null = null
  /** What the connection has yet to do: one statement at a time, so that the order is kept. */
  #waiting: string[] = []
  #listens: 'not wanted' | 'wanted' | 'at work' = 'not wanted'
  #asking = false
  #working = false
  #closed = false
  #pauseMs = PAUSE_MS
  #again: NodeJS.Timeout | null = null

  constructor(url: string, log: ChannelLog) {
    this.#url = url
    this.#log = log
    this.#listeners = new Listeners(log)
    this.#look = setInterval(() => {
      this.#asking = true
      void this.#work()
    }, LOOK_MS).unref()
    void this.#connect()
  }

  publish = (progress: ScanProgress): void => {
    if (!this.#connection || this.#waiting.length >= WAITING) return
    this.#waiting.push(JSON.stringify(progress))
    void this.#work()
  }

  subscribe(listener: ProgressListener): void {
    this.#listeners.add(listener)
    if (this.#listens === 'not wanted') this.#listens = 'wanted'
    void this.#work()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#listeners.clear()
    clearInterval(this.#look)
    if (this.#again) clearTimeout(this.#again)
    await this.#connection?.end().catch(() => {})
  }

  async #work(): Promise<void> {
    const connection = this.#connection
    if (!connection || this.#working) return
    this.#working = true
    try {
      while (this.#connection === connection && (await this.#next(connection)));
    } catch (error) {
      // What the server refuses is lost; where no answer came in time the connection stands no more.
      if (!(error instanceof pg.DatabaseError)) this.#lost(connection, error)
    } finally {
      this.#working = false
    }
    // There may be another by now, which found this one at work.
    if (this.#connection !== connection) void this.#work()
  }

  /** Answers whether there was anything to do. */
  async #next(connection: pg.Client): Promise<boolean> {
    if (this.#listens === 'wanted') {
      await connection.query(`LISTEN ${CHANNEL}`)
      this.#listens = 'at work'
      this.#listeners.listening()
    } else if (this.#waiting.length > 0) {
      const texts = this.#waiting
      this.#waiting = []
      await connection.query('SELECT pg_notify($1, text) FROM unnest($2::text[]) AS text', [CHANNEL, texts])
    } else if (this.#asking) {
      this.#asking = false
      await connection.query('SELECT 1')
    } else return false
    return true
  }

  async #connect(): Promise<void> {
    const connection = new pg.Client({
      connectionString: this.#url,
      application_name: 'rosie-guard progress',
      // Nothing is written, so nothing is waited for.
      options: '-c synchronous_commit=off',
      connectionTimeoutMillis: ANSWER_MS,
      query_timeout: ANSWER_MS,
      keepAlive: true,
    })
    connection.on('error', (error) => this.#lost(connection, error))
    connection.on('end', () => this.#lost(connection, new Error('The connection was closed.')))
    connection.on('notification', ({ payload }) => this.#listeners.heardText(payload ?? ''))
    try {
      await connection.connect()
    } catch (error) {
      return this.#retry(error)
    }
    if (this.#closed) return connection.end().catch(() => {})
    this.#connection = connection
    this.#pauseMs = PAUSE_MS
    await this.#work()
  }

  #lost(connection: pg.Client, error: unknown): void {
    if (this.#connection !== connection) return
    this.#connection = null
    this.#waiting = []
    if (this.#listens === 'at work') this.#listens = 'wanted'
    connection.end().catch(() => {})
    this.#retry(error)
  }

  #retry(err: unknown): void {
    if (this.#closed) return
    if (this.#pauseMs === PAUSE_MS) {
      this.#log.warn({ err }, 'the connection for live progress is gone; it is made anew')
    }
    this.#again = setTimeout(() => void this.#connect(), this.#pauseMs).unref()
    this.#pauseMs = Math.min(2 * this.#pauseMs, 10 * PAUSE_MS)
  }
}
