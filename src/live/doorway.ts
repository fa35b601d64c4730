/** Every connection before it is made, and whom it is let in as. */
import type { Server as HttpServer, IncomingMessage } from 'node:http'
import { Server } from 'socket.io'
import type { LiveMeasures, LiveRefusal } from '../scan/ports/measures.ts'
import type { Arrivals } from './arrivals.ts'
import { callerOf, type Identify, type LiveNamespace, type LiveSocket, newSession } from './caller.ts'
import type { ChannelLog } from './channel/listeners.ts'
import { type Origins, originOf } from './origin.ts'
import { isFinal, Refused, wordsFor } from './refusal.ts'

const PATH = '/socket.io/'
export const NAMESPACE = '/ws'

export interface DoorwayParts {
  origins: Origins
  arrivals: Arrivals
  identify: Identify
  /** Where a connection comes from, whatever stands in between: what is counted by. */
  address(request: IncomingMessage): string
  measures: LiveMeasures
  log: ChannelLog
  isClosed(): boolean
  bounds: { ofReader: number; ofAll: number; message: number; silentMs: number }
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
      const refusal = refusalOf(request, io, parts)
      if (refusal === null) return answer(null, true)
      measures.liveRefused(refusal)
      answer(WORDS[refusal], false)
    },
  })
  // The namespace that every client may name is of no use here.
  io.use((_socket, next) => next(new Error(`There is nothing here: the namespace is ${NAMESPACE}.`)))
  return io
}

function refusalOf(
  request: IncomingMessage,
  io: Server,
  { isClosed, bounds, origins, arrivals, address }: DoorwayParts,
): keyof typeof WORDS | null {
  if (isClosed()) return 'closed'
  if (io.engine.clientsCount >= bounds.ofAll) return 'full'
  if (originOf(request.headers, origins) === 'foreign') return 'origin'
  return arrivals.admit(address(request), request.socket) ? null : 'address'
}

/** Who is known comes in; everybody else is told why not, and the connection ends. */
export function letIn(live: LiveNamespace, parts: DoorwayParts): void {
  const { arrivals, address, measures, log } = parts
  live.use((socket, next) => {
    const { socket: wire } = socket.request
    // A connection that is gone by the answer has no address any more.
    const from = address(socket.request)
    enter(socket, from, live, parts).then(
      () => {
        arrivals.known(wire)
        next()
      },
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
  live: LiveNamespace,
  { identify, origins, bounds: { ofReader } }: DoorwayParts,
): Promise<void> {
  const caller = callerOf(socket, address, origins)
  const reader = await identify(caller)
  const connections = [...live.sockets.values()].filter(({ data }) => data.reader.actor === reader.actor)
  if (connections.length >= ofReader) throw new Refused(`There are ${ofReader} connections of ${reader.name} already.`)
  Object.assign(socket.data, newSession(reader, caller))
}

function refusalFor(error: unknown): LiveRefusal {
  if (error instanceof Refused) return 'reader'
  return isFinal(error) ? 'nobody' : 'error'
}
