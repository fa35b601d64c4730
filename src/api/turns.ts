/**
 * How much is made at once for whoever asks. Requests, and streams once they begin, have a queue each (fair-queue.ts): a
 * stream takes as long as its reader likes, so that no number of them stands in the way of other requests.
 */
import { finished, Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Reader } from '../access/grant.ts'
import { FairQueue, type Place, QueueFull } from './fair-queue.ts'
import { Problem } from './problem.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** At work, from before its handler on. */
    turn: { of: string; place: Place } | null
  }
}

export interface TurnOptions {
  /** Requests at work at once. */
  atOnce: number
  /** Whose requests count together; where nothing is said, each reader's. */
  countedAs?: (reader: Reader) => Promise<string>
}

/** Of one reader. */
const WAITING = 100
const STREAMS_OF_ONE = 2
/** How often it is looked whether anything of a stream was taken; ms. */
const STALLED_MS = 60_000
/** For how long somebody's turn goes on at most who has gone: no statement takes longer. In ms. */
const ABANDONED_MS = 60_000

/** After the hook that finds the reader: on everything that is added to `app` after this. */
export function takeTurns(app: FastifyInstance, { atOnce, countedAs = async ({ actor }) => actor }: TurnOptions): void {
  const half = Math.max(1, Math.floor(atOnce / 2))
  const requests = new FairQueue({ atWork: atOnce, ofOne: half, waiting: WAITING })
  const streams = new FairQueue({ atWork: half, ofOne: Math.min(half, STREAMS_OF_ONE), waiting: WAITING })
  app.decorateRequest('turn', null)

  // Once its body is there: nobody's turn is spent on waiting for that.
  app.addHook('preValidation', async (request, reply) => {
    const of = await countedAs(request.reader)
    request.turn = { of, place: await turnIn(requests, of, request, reply) }
  })

  app.addHook('onSend', async (request, reply, payload) => {
    const { turn } = request
    turn?.place.made()
    if (turn === null || !(payload instanceof Readable)) return payload
    // Fastify would read all of it, for nobody.
    if (request.method === 'HEAD') return payload.destroy()
    // Out of the one queue before it is in the other, so that streams keep none of their reader's requests waiting.
    turn.place.left()
    try {
      const place = await turnIn(streams, turn.of, request, reply)
      payload.once('close', place.made)
      breakOffStalled(payload, request)
      return payload
    } catch (error) {
      payload.destroy()
      reply.removeHeader('content-disposition')
      throw error
    }
  })
}

/** Waits for its turn. Throws `Problem`. */
function turnIn(queue: FairQueue, of: string, request: FastifyRequest, reply: FastifyReply): Promise<Place> {
  return new Promise((resolve, reject) => {
    try {
      const place = queue.join(of, resolve)
      whenOver(request, reply, () => {
        place.left()
        if (reply.raw.writableFinished) place.made()
        else setTimeout(place.made, ABANDONED_MS).unref()
        // Where it has begun, that is of no interest any more.
        reject(new Problem(503, 'Whoever asked has gone.'))
      })
    } catch (error) {
      reject(error instanceof QueueFull ? tooMany() : error)
    }
  })
}

/** With its connection, by what goes out on it: what comes in says nothing of who reads. */
function breakOffStalled(stream: Readable, { raw: { socket } }: FastifyRequest): void {
  let written = socket.bytesWritten
  const looking = setInterval(() => {
    if (socket.bytesWritten === written) socket.destroy()
    written = socket.bytesWritten
  }, STALLED_MS).unref()
  stream.once('close', () => clearInterval(looking))
}

/** The answer was sent, or the connection broke: of answers that wait behind another on theirs only the connection tells. */
function whenOver({ raw: { socket } }: FastifyRequest, { raw }: FastifyReply, tell: () => void): void {
  let told = false
  const over = () => {
    socket.off('close', over)
    if (!told) tell()
    told = true
  }
  // As many as requests are sent on it without waiting for answers.
  socket.setMaxListeners(0)
  socket.once('close', over)
  if (socket.destroyed) over()
  else finished(raw, over)
}

const tooMany = () =>
  new Problem(429, `${WAITING} requests of yours wait for their turn already. Send fewer at once.`, {
    'retry-after': '1',
  })
