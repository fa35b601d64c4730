/**
 * Hooks that keep the answers of a repository's resources which say so (`config: {revised: true, keepSeconds: 300}`). Such
 * an answer depends on the tracked snapshot and on the address alone, never on who asks: whether they may was asked before,
 * by the hook that found the repository.
 */
import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { CacheMeasures } from '../../scan/ports/measures.ts'
import { type Cache, type KeptAnswer, MOST_BYTES } from './cache.ts'
import { type Flight, Flights } from './flights.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Kept for so long, by revision. Only with `revised`, for answers that take long to make. */
    keepSeconds?: number
  }
  interface FastifyRequest {
    /** An answer that is to be kept once it is made, and whom others wait for; null: this one is not. */
    making: { key: string; flight: Flight | null } | null
  }
}

export interface KeepOptions {
  cache: Cache
  /** What makes answers look as they do: those of another version are not found. */
  version: string
  measures?: CacheMeasures
}

/** After the hook that finds the repository, for everything below it. */
export function keepAnswers(app: FastifyInstance, { cache, version, measures }: KeepOptions): void {
  const flights = new Flights()
  app.decorateRequest('making', null)

  app.addHook('preHandler', async (request, reply) => {
    const key = keyOf(request, version)
    if (key === null) return
    const answer = await cache.get(key)
    const joined = answer ? null : flights.join(key)
    const kept = joined && 'told' in joined ? await joined.told : answer
    measures?.kept(kept ? 'hit' : 'miss')
    if (kept) return reply.type(kept.contentType).send(Buffer.from(kept.body))
    request.making = { key, flight: joined && 'flight' in joined ? joined.flight : null }
  })

  app.addHook('onSend', async (request, reply, payload) => {
    const { making, routeOptions } = request
    if (making === null) return
    request.making = null
    const { key, flight } = making
    const answer = reply.statusCode === 200 ? answerOf(reply, payload) : null
    flight?.tell(answer)
    const keep = async () => {
      if (answer && answer.body.byteLength <= MOST_BYTES)
        await cache.keep(key, answer, routeOptions.config.keepSeconds ?? 0)
      // Until it was there, those who asked found the flight.
      flight?.end()
    }
    void keep()
  })

  // Where something failed so that nothing was sent.
  app.addHook('onResponse', async ({ making }) => {
    making?.flight?.tell(null)
    making?.flight?.end()
  })
}

/** Null: this answer is not kept. What was never scanned has no revision. */
function keyOf({ method, url, query, repository, routeOptions }: FastifyRequest, version: string): string | null {
  const { revised = false, keepSeconds } = routeOptions.config
  if (method !== 'GET' || !revised || keepSeconds === undefined || repository.trackedScanId === null) return null
  const [path = ''] = url.split('?', 1)
  // As it was understood, so that neither the order nor a default that is left out makes another key of it.
  const asked = Object.entries(query as object)
    .filter(([, value]) => value !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
  const named = createHash('sha256')
    .update(JSON.stringify([version, path, asked]))
    .digest('hex')
  return `rosie:answer:${repository.id}:${repository.trackedScanId}:${named}`
}

/** Null: it is a stream, which is read once. */
function answerOf(reply: FastifyReply, payload: unknown): KeptAnswer | null {
  const body = typeof payload === 'string' ? Buffer.from(payload) : payload
  if (!(body instanceof Uint8Array)) return null
  return { contentType: String(reply.getHeader('content-type') ?? 'application/json'), body }
}
