import { Redis } from 'ioredis'
import type { ProgressChannel, ProgressListener, ScanProgress } from '../../scan/ports/progress.ts'
import { type ChannelLog, Listeners } from './listeners.ts'

/** What waits for the server's answer; more is left out. */
const UNDER_WAY = 1_000

/**
 * Publish and subscribe of Redis. A connection that listens can do nothing else, so there are two; the second is made when
 * somebody listens.
 */
export class RedisChannel implements ProgressChannel {
  readonly #url: string
  readonly #name: string
  readonly #log: ChannelLog
  readonly #listeners: Listeners
  readonly #publisher: Redis
  #subscriber: Redis | null = null
  #underWay = 0

  constructor(url: string, name: string, log: ChannelLog) {
    this.#url = url
    this.#name = name
    this.#log = log
    this.#listeners = new Listeners(log)
    this.#publisher = this.#connect()
  }

  publish = (progress: ScanProgress): void => {
    if (this.#publisher.status !== 'ready' || this.#underWay >= UNDER_WAY) return
    this.#underWay += 1
    const ended = () => {
      this.#underWay -= 1
    }
    this.#publisher.publish(this.#name, JSON.stringify(progress)).then(ended, ended)
  }

  subscribe(listener: ProgressListener): void {
    this.#listeners.add(listener)
    this.#subscriber ??= this.#listen()
  }

  async close(): Promise<void> {
    this.#listeners.clear()
    this.#publisher.disconnect()
    this.#subscriber?.disconnect()
  }

  #listen(): Redis {
    const connection = this.#connect()
    connection.on('message', (_name: string, text: string) => this.#listeners.heardText(text))
    // At the first connection, and at each that follows one that broke. What breaks meanwhile is followed by another.
    connection.on('ready', () => {
      connection.subscribe(this.#name).then(
        () => this.#listeners.listening(),
        () => {},
      )
    })
    return connection
  }

  #connect(): Redis {
    const connection = new Redis(this.#url, {
      // Without a connection a command is refused at once: progress is worth nothing later.
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResubscribe: false,
      // ms; a socket given up while it connects would keep a stopping process alive for ioredis' own 2 s.
      disconnectTimeout: 200,
      retryStrategy: (attempt) => Math.min(attempt * 500, 5000),
    })
    let told = false
    connection.on('error', (err) => {
      if (!told) this.#log.warn({ err }, 'Redis can not be reached: no live progress until it can')
      told = true
    })
    connection.on('ready', () => {
      told = false
    })
    return connection
  }
}
