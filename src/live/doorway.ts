/** Every connection before it is made, and whom it is let in as. */
import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http'
import type { Socket as NetSocket } from 'node:net'
import { Server } from 'socket.io'
import type { LiveMeasures, LiveRefusal } from '../scan/ports/measures.ts'
import type { Arrivals } from './arrivals.ts'
import { callerOf, type Identify, type LiveNamespace, type LiveSocket, newSession } from './caller.ts'
import type { ChannelLog } from './channel/listeners.ts'
import type { Known } from './known.ts'
import { type Origins, originOf } from './origin.ts'
import { isFinal, Refused, wordsFor } from './refusal.ts'
import { type ShareBounds, sharesOf } from './shares.ts'
import { dropIfSlow } from './slow.ts'

const PATH = '/socket.io/'
export const NAMESPACE = '/ws'

export interface DoorwayParts {
  origins: Origins
  arrivals: Arrivals
  known: Known
  identify: Identify
  /** Where a connection comes from, whatever stands in between: what is counted by. */
  address(request: IncomingMessage): string
  measures: LiveMeasures
  log: ChannelLog
  isClosed(): boolean
  bounds: ShareBounds & { ofAll: number; message: number; silentMs: number }
}

const WORDS = {
  closed: 'No connection is free here.',
  full: 'No connection is free here.',
  origin: 'Pages of this origin may not connect here.',
  address: "Too many connections from this address are nobody's. Try again in a minute.",
} as const

/** Socket.IO beside whatever else the server does, with what is refused before there is a connection. */
export function besides(server: HttpServer, parts: DoorwayParts): Server {
  const { bounds, measures } = parts
  const io = new Server(server, {
    ...{ path: PATH, transports: ['websocket'], serveClient: false },
    ...{ maxHttpBufferSize: bounds.message, connectTimeout: bounds.silentMs },
    allowRequest: (request: IncomingMessage, answer) => {
      const refusal = refusalOf(request, parts)
      if (refusal === null) return answer(null, true)
      measures.liveRefused(refusal)
      answer(WORDS[refusal], false)
    },
  })
  io.engine.use((request: IncomingMessage, _answer: ServerResponse, next: (error?: Error) => void) =>
    next(goesOn(request) ? new Error('A connection is not moved to another.') : undefined),
  )
  // Whatever they say, even to namespaces that there aren't, is answered.
  io.engine.on('connection', (conn: LiveSocket['conn']) => conn.on('data', () => dropIfSlow(conn)))
  // The namespace that every client may name is of no use here.
  io.use((_socket, next) => next(new Error(`There is nothing here: the namespace is ${NAMESPACE}.`)))
  return io
}

/**
 * Names a connection that there is, as Engine.IO has it for moving from polling to a WebSocket. There is no polling; and what
 * moves is counted no longer than the connection that it leaves, which ends then.
 */
const goesOn = ({ url }: IncomingMessage): boolean => new URL(url ?? '', 'http://here').searchParams.has('sid')

function refusalOf(
  request: IncomingMessage,
  { isClosed, bounds, origins, arrivals, known, address }: DoorwayParts,
): keyof typeof WORDS | null {
  if (isClosed()) return 'closed'
  // By what is still open, whether or not Engine.IO has taken leave of it.
  if (arrivals.size + known.size >= bounds.ofAll) return 'full'
  if (originOf(request.headers, origins) === 'foreign') return 'origin'
  return arrivals.admit(address(request), request.socket) ? null : 'address'
}

/** Who is known comes in; everybody else is told why not, and the connection ends. */
export function letIn(live: LiveNamespace, parts: DoorwayParts): void {
  const { arrivals, address, measures, log } = parts
  const asked = new WeakSet<NetSocket>()
  live.use((socket, next) => {
    const { socket: wire } = socket.request
    // While the first answer is looked up: it could be a list of keys, and each that fits would be one more of the reader's.
    if (asked.has(wire)) {
      next(new Error('It was said already who this is.'))
      return void socket.conn.close()
    }
    asked.add(wire)
    // A connection that is gone by the answer has no address any more.
    const from = address(socket.request)
    enter(socket, from, parts).then(
      () => next(),
      (error) => {
        const refusal = refusalFor(error)
        if (refusal === 'nobody') arrivals.refused(from)
        measures.liveRefused(refusal)
        next(new Error(wordsFor(error, log)))
        // Once it is told why: what stays open could try one key after another.
        setImmediate(() => socket.conn.close())
      },
    )
  })
}

async function enter(
  socket: LiveSocket,
  address: string,
  { identify, origins, arrivals, known, bounds }: DoorwayParts,
): Promise<void> {
  const caller = callerOf(socket, address, origins)
  const reader = await identify(caller)
  const { socket: wire } = socket.request
  // From now on it is counted as the reader's, before anybody else is asked about: who comes at once is counted as well.
  const usedUp = known.take(wire, sharesOf(reader, bounds))
  if (usedUp) throw new Refused(`There are ${usedUp.most} connections of ${usedUp.name} already.`)
  arrivals.known(wire)
  Object.assign(socket.data, newSession(reader, caller))
}

function refusalFor(error: unknown): LiveRefusal {
  if (error instanceof Refused) return 'reader'
  return isFinal(error) ? 'nobody' : 'error'
}
