/**
 * Live progress: Socket.IO beside the API, on the same server. Where several processes answer, each hears of all scans by the
 * channel and tells those who are connected to it, so none needs to know of the others' connections. docs/live.md.
 */
import type { Server as HttpServer, IncomingMessage } from 'node:http'
import type { LiveMeasures } from '../scan/ports/measures.ts'
import type { ProgressChannel, ProgressRows } from '../scan/ports/progress.ts'
import { Arrivals } from './arrivals.ts'
import { Asks } from './asks.ts'
import type { Identify, LiveNamespace, LiveSocket } from './caller.ts'
import type { ChannelLog } from './channel/listeners.ts'
import { besides, letIn, NAMESPACE } from './doorway.ts'
import { Known } from './known.ts'
import type { Origins } from './origin.ts'
import { Refused, wordsFor } from './refusal.ts'
import { Rooms } from './rooms.ts'
import { type Answer, type SubscribeParts, subscribe, unsubscribe } from './subscribe.ts'
import { catchUp, look } from './watch.ts'

export interface LiveOptions {
  server: HttpServer
  channel: ProgressChannel
  rows: ProgressRows
  identify: Identify
  origins: Origins
  /** Where a connection comes from, whatever stands in between. */
  address(request: IncomingMessage): string
  measures: LiveMeasures
  log: ChannelLog
  limits?: Partial<typeof LIMITS>
}

export interface Live {
  /** Nobody comes in any more; whoever is connected is sent away, to connect to another process. */
  close(): void
}

const LIMITS = {
  /** Of one connection. */
  subscriptions: 100,
  /** Connections of one key or person, of all keys of an installation, and of all together, with one process. */
  ofReader: 20,
  ofInstallation: 1_000,
  ofAll: 5_000,
  /** What one key or person asks at once, and how soon they may ask once more; ms. */
  asks: 200,
  askEveryMs: 100,
  /** Connections of one address that are not known yet, at a time, and those that are refused as nobody's in a minute. */
  arriving: 50,
  failures: 60,
  /** Of one message; bytes. */
  message: 10_000,
  /** From connecting until they say who they are; ms. */
  silentMs: 10_000,
  /** Between two looks whether everybody still may, and how long that is believed where it can't be asked; ms. */
  lookMs: 15_000,
  trustedMs: 60_000,
  /** How long a look waits for who somebody is; then it can't be asked. */
  confirmMs: 2_000,
}

export function startLive(options: LiveOptions): Live {
  const { server, channel, rows, identify, log, limits, measures } = options
  const bounds = { ...LIMITS, ...limits }
  let closed = false
  const arrivals = new Arrivals({
    ...{ most: bounds.arriving, failures: bounds.failures },
    changed: (count) => measures.liveConnections('arriving', count),
  })
  const known = new Known((count) => measures.liveConnections('known', count))
  const doorway = { ...options, arrivals, known, bounds, isClosed: () => closed }
  const io = besides(server, doorway)
  const live: LiveNamespace = io.of(NAMESPACE)
  const rooms = new Rooms(live, measures)
  letIn(live, doorway)

  const asks = new Asks(bounds.asks, bounds.askEveryMs)
  const parts = { rows, rooms, asks, mostSubscriptions: bounds.subscriptions }
  live.on('connection', (socket) => serve(socket, parts, log))

  const failed = (err: unknown) => log.warn({ err }, 'live connections could not be looked after; trying again soon')
  const { trustedMs, confirmMs } = bounds
  const watching = { live, rows, rooms, identify, log, trustedMs, confirmMs }
  channel.subscribe(rooms.listener(() => void catchUp(watching).catch(failed)))
  const timer = everyRound(() => look(watching).catch(failed), bounds.lookMs)
  return {
    close() {
      closed = true
      clearInterval(timer)
      // As a connection that broke: clients then connect again, to whoever answers.
      io.engine.close()
    },
  }
}

type Serve = (asked: unknown, answer: Answer) => Promise<void>

function serve(socket: LiveSocket, parts: SubscribeParts, log: ChannelLog): void {
  const served = new Map<string, Serve>([
    ['subscribe', (asked, answer) => subscribe(socket, asked, parts, answer)],
    ['unsubscribe', async (asked, answer) => answer({ ok: true, was: unsubscribe(socket, asked) })],
  ])
  const unknown: Serve = async () => {
    throw new Refused(`Only these are answered here: ${[...served.keys()].join(', ')}.`)
  }
  // Whoever leaves the namespace is done: there is nothing else here that the connection could be good for.
  socket.on('disconnect', () => socket.conn.close())
  // Who waits for an answer gets one, whatever was asked.
  socket.onAny((event: string, ...given: unknown[]) => {
    const answer = given.pop()
    if (typeof answer !== 'function') return
    const work = served.get(event) ?? unknown
    work(given[0], answer as Answer).catch((error) => answer({ ok: false, error: wordsFor(error, log) }))
  })
}

/** One round at a time. */
function everyRound(round: () => Promise<void>, ms: number): NodeJS.Timeout {
  let running = false
  return setInterval(() => {
    if (running) return
    running = true
    void round().finally(() => {
      running = false
    })
  }, ms).unref()
}
