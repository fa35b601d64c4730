/**
 * Hooks that keep the answers of a repository's resources which say so (`config: {revised: true, keepSeconds: 300}`). Such
 * an answer depends on the tracked snapshot and on the address alone, never on who asks: whether they may was asked before,
 * by the hook that found the repository.
 */
import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
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

/** What this process keeps of one repository within ten minutes, so that its readers leave room for others' in the cache. */
const MOST_OF_ONE = 64 * 2 ** 20
const WITHIN_MS = 600_000
const REPOSITORIES = 10_000

/** After the hook that finds the repository, for everything below it. */
export function keepAnswers(app: FastifyInstance, { cache, version, measures }: KeepOptions): void {
  const flights = new Flights()
  const keptOf = new LRUCache<bigint, { bytes: number }>({ max: REPOSITORIES, ttl: WITHIN_MS })
  const hasRoom = ({ id }: { id: bigint }, bytes: number): boolean => {
    const kept = keptOf.get(id) ?? { bytes: 0 }
    if (bytes > MOST_BYTES || kept.bytes + bytes > MOST_OF_ONE) return false
    kept.bytes += bytes
    // Its time began with the first.
    if (!keptOf.has(id)) keptOf.set(id, kept)
    return true
  }
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
    const { making, repository, routeOptions } = request
    if (making === null) return
    request.making = null
    const { key, flight } = making
    const answer = reply.statusCode === 200 ? answerOf(reply, payload) : null
    flight?.tell(answer)
    const keep = async () => {
      if (answer && hasRoom(repository, answer.body.byteLength))
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
function keyOf({ method, params, query, repository, routeOptions }: FastifyRequest, version: string): string | null {
  const { revised = false, keepSeconds } = routeOptions.config
  if (method !== 'GET' || !revised || keepSeconds === undefined || repository.trackedScanId === null) return null
  const named = createHash('sha256')
    .update(JSON.stringify([version, routeOptions.url, inOrder(params), inOrder(query)]))
    .digest('hex')
  return `rosie:answer:${repository.id}:${repository.trackedScanId}:${named}`
}

/** As it was understood, so that no other way of writing it, its order or a default that is left out makes another key of it. */
const inOrder = (asked: unknown): [string, unknown][] =>
  Object.entries(asked as object)
    .filter(([, value]) => value !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))

/** Null: it is a stream, which is read once. */
function answerOf(reply: FastifyReply, payload: unknown): KeptAnswer | null {
  const body = typeof payload === 'string' ? Buffer.from(payload) : payload
  if (!(body instanceof Uint8Array)) return null
  return { contentType: String(reply.getHeader('content-type') ?? 'application/json'), body }
}
