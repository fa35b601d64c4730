/**
 * Live progress: Socket.IO beside the API, on the same server. Where several processes answer, each hears of all scans by the
 * channel and tells those who are connected to it, so none needs to know of the others' connections. docs/live.md.
 */
import type { Server as HttpServer, IncomingMessage } from 'node:http'
import { Server } from 'socket.io'
import type { ProgressChannel, ProgressRows } from '../scan/ports/progress.ts'
import { callerOf, type Identify, type LiveNamespace, type LiveSocket, newSession } from './caller.ts'
import type { ChannelLog } from './channel/listeners.ts'
import { type Origins, originOf } from './origin.ts'
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
  log: ChannelLog
  limits?: Partial<typeof LIMITS>
}

export interface Live {
  /** Nobody comes in any more; whoever is connected is sent away, to connect to another process. */
  close(): void
}

const PATH = '/socket.io/'
const NAMESPACE = '/ws'

const LIMITS = {
  /** Of one connection. */
  subscriptions: 100,
  /** Connections of one key or person, and of all together, with one process. */
  ofReader: 20,
  ofAll: 5_000,
  /** Of one message; bytes. */
  message: 10_000,
  /** From connecting until they say who they are; ms. */
  silentMs: 10_000,
  /** Between two looks whether everybody still may, and how long that is believed where it can't be asked; ms. */
  lookMs: 15_000,
  trustedMs: 60_000,
}

export function startLive({ server, channel, rows, identify, origins, log, limits }: LiveOptions): Live {
  const bounds = { ...LIMITS, ...limits }
  let closed = false
  const io = besides(server, origins, bounds, () => closed)
  const live: LiveNamespace = io.of(NAMESPACE)
  const rooms = new Rooms(live)

  live.use((socket, next) => {
    enter(socket, live, { identify, origins, most: bounds.ofReader }).then(
      () => next(),
      (error) => next(new Error(wordsFor(error, log))),
    )
  })
  const parts = { rows, rooms, mostSubscriptions: bounds.subscriptions }
  live.on('connection', (socket) => serve(socket, parts, log))

  const failed = (err: unknown) => log.warn({ err }, 'live connections could not be looked after; trying again soon')
  const watching = { live, rows, rooms, identify, log, trustedMs: bounds.trustedMs }
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

/** Looks at each connection before it is made. */
function besides(server: HttpServer, origins: Origins, bounds: typeof LIMITS, isClosed: () => boolean): Server {
  const io = new Server(server, {
    ...{ path: PATH, transports: ['websocket'], serveClient: false },
    ...{ maxHttpBufferSize: bounds.message, connectTimeout: bounds.silentMs },
    allowRequest: (request: IncomingMessage, answer) => {
      const full = isClosed() || io.engine.clientsCount >= bounds.ofAll
      if (full) answer('No connection is free here.', false)
      else if (originOf(request.headers, origins) !== 'foreign') answer(null, true)
      else answer('Pages of this origin may not connect here.', false)
    },
  })
  // The namespace that every client may name is of no use here.
  io.use((_socket, next) => next(new Error(`There is nothing here: the namespace is ${NAMESPACE}.`)))
  return io
}

interface EnterParts {
  identify: Identify
  origins: Origins
  most: number
}

async function enter(socket: LiveSocket, live: LiveNamespace, { identify, origins, most }: EnterParts): Promise<void> {
  const caller = callerOf(socket, origins)
  const reader = await identify(caller)
  const connections = [...live.sockets.values()].filter(({ data }) => data.reader.actor === reader.actor)
  if (connections.length >= most) throw new Refused(`There are ${most} connections of ${reader.name} already.`)
  Object.assign(socket.data, newSession(reader, caller))
}

function serve(socket: LiveSocket, parts: SubscribeParts, log: ChannelLog): void {
  const answered = (work: (asked: unknown, answer: Answer) => Promise<void>) => (asked: unknown, answer: unknown) => {
    if (typeof answer !== 'function') return
    work(asked, answer as Answer).catch((error) => answer({ ok: false, error: wordsFor(error, log) }))
  }
  socket.on(
    'subscribe',
    answered((asked, answer) => subscribe(socket, asked, parts, answer)),
  )
  socket.on(
    'unsubscribe',
    answered(async (asked, answer) => answer({ ok: true, was: unsubscribe(socket, asked) })),
  )
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
