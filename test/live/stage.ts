/** A server with live progress on a free port, rows in memory, and clients that connect as browsers and scripts do. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { io, type Socket } from 'socket.io-client'
import type { Grant, Reader } from '../../src/access/grant.ts'
import { InProcessChannel } from '../../src/live/channel/in-process.ts'
import { type Live, type LiveOptions, startLive } from '../../src/live/index.ts'
import type { Place, ProgressRows, ScanProgress } from '../../src/scan/ports/progress.ts'
import { hasEnded, isListed } from '../../src/scan/ports/progress.ts'

export interface Answered {
  ok: boolean
  error?: string
  // biome-ignore lint/suspicious/noExplicitAny: what a test looks into
  state?: any
}

export class Client {
  readonly socket: Socket
  /** Name and payload, as they came. */
  readonly events: [name: string, payload: Record<string, unknown>][] = []

  constructor(url: string, options: Parameters<typeof io>[1]) {
    this.socket = io(`${url}/ws`, { transports: ['websocket'], forceNew: true, reconnection: false, ...options })
    this.socket.onAny((name, payload) => this.events.push([name, payload]))
  }

  /** Resolves once it is connected. Rejects with why it was not. */
  connected(): Promise<this> {
    return new Promise((resolve, reject) => {
      this.socket.once('connect', () => resolve(this))
      this.socket.once('connect_error', reject)
    })
  }

  ask = (what: 'subscribe' | 'unsubscribe', asked: unknown): Promise<Answered> =>
    this.socket.timeout(5_000).emitWithAck(what, asked)

  subscribe = (asked: unknown) => this.ask('subscribe', asked)

  /** The percentages told of a scan. */
  progressOf = (scanId: string): unknown[] =>
    this.events.filter(([name]) => name === `scan:${scanId}:progress`).map(([, { progress }]) => progress)

  named = (name: string): unknown[] => this.events.filter(([each]) => each === name).map(([, payload]) => payload)
}

const isOpenIn = (repositories: readonly bigint[]) => (row: ScanProgress) =>
  !hasEnded(row) && isListed(row) && repositories.includes(BigInt(row.repositoryId))

export const readerWith = (actor: string, ...grants: Grant[]): Reader => ({ actor, name: actor, grants })

export class LiveStage implements ProgressRows {
  readonly channel = new InProcessChannel({ info() {}, warn() {} })
  /** By what they bring along. */
  readonly readers = new Map<string, Reader>()
  /** By repository. */
  readonly installations = new Map<bigint, bigint>()
  readonly rows = new Map<string, ScanProgress>()
  /** What was asked of them, in order. */
  readonly read: string[] = []
  readonly warned: unknown[] = []
  /** What is counted, as it stands: by metric and label. */
  readonly counted: Record<string, number> = {}
  /** Before rows are answered, after they were read. */
  beforeAnswer: () => void | Promise<void> = () => {}
  /** Before somebody is known, by what they bring along. */
  beforeIdentify: (brought: string) => void | Promise<void> = () => {}
  /** Reading fails meanwhile. */
  away = false
  readonly #clients: Client[] = []
  readonly #server: Server = createServer((_, answer) => answer.end('the API'))
  #live: Live | null = null
  url = ''

  async open(limits: LiveOptions['limits'] = {}, origins: Partial<LiveOptions['origins']> = {}): Promise<void> {
    this.#live = startLive({
      ...{ server: this.#server, channel: this.channel, rows: this, limits },
      origins: { publicUrl: null, others: [], ...origins },
      address: ({ headers }) => String(headers['x-forwarded-for'] ?? 'here'),
      measures: {
        liveConnections: (state, count) => this.#count(`connections ${state}`, count),
        liveRooms: (kind, count) => this.#count(`rooms ${kind}`, count),
        liveSent: (event, connections) => this.#count(`sent ${event}`, connections, true),
        liveRefused: (reason) => this.#count(`refused ${reason}`, 1, true),
      },
      identify: async ({ headers }) => {
        const brought = headers.authorization ?? headers.cookie ?? ''
        await this.beforeIdentify(brought)
        if (this.away) throw new Error('no database')
        const known = this.readers.get(brought)
        if (!known) throw Object.assign(new Error('Nobody is known by that.'), { statusCode: 401 })
        return known
      },
      log: { info() {}, warn: (facts) => void this.warned.push(facts) },
    })
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  #count(name: string, by: number, adds = false): void {
    this.counted[name] = adds ? (this.counted[name] ?? 0) + by : by
  }

  client(token: string | null, options: Parameters<typeof io>[1] = {}): Client {
    const client = new Client(this.url, { ...(token !== null && { auth: { token } }), ...options })
    this.#clients.push(client)
    return client
  }

  /** It is connected. */
  as = (token: string): Promise<Client> => this.client(token).connected()

  /** Written to its row, and told. */
  tell(progress: ScanProgress): void {
    this.rows.set(progress.scanId, progress)
    this.channel.publish(progress)
  }

  closeLive = () => this.#live?.close()

  async close(): Promise<void> {
    for (const { socket } of this.#clients) socket.disconnect()
    this.#live?.close()
    await this.channel.close()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  // ── rows ────────────────────────────────────────────────────────────────────────────────────────────────────────────

  async scan(id: string): Promise<ScanProgress | null> {
    this.read.push('scan')
    const [state = null] = await this.#read(({ scanId }) => scanId === id)
    return state
  }

  openScans(repositoryId: bigint): Promise<ScanProgress[]> {
    this.read.push('openScans')
    return this.#read(isOpenIn([repositoryId]))
  }

  states = (scanIds: readonly string[], repositoryIds: readonly bigint[]): Promise<ScanProgress[]> =>
    this.#read((row) => scanIds.includes(row.scanId) || isOpenIn(repositoryIds)(row))

  async placeOf(scanId: string): Promise<Place | null> {
    this.read.push('placeOf')
    const row = this.rows.get(scanId)
    const [place = null] = row ? this.#placesOf([BigInt(row.repositoryId)]) : []
    return place
  }

  async places(ids: readonly bigint[]): Promise<Place[]> {
    this.read.push('places')
    return this.#placesOf(ids)
  }

  #placesOf(ids: readonly bigint[]): Place[] {
    return ids.flatMap((repositoryId) => {
      const installationId = this.installations.get(repositoryId)
      return installationId === undefined ? [] : [{ installationId, repositoryId }]
    })
  }

  async #read(which: (row: ScanProgress) => boolean): Promise<ScanProgress[]> {
    if (this.away) throw new Error('no database')
    const found = [...this.rows.values()].filter(which)
    await this.beforeAnswer()
    return found
  }
}
