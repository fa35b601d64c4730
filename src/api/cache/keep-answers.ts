/**
 * Hooks that keep the answers of a repository's resources which say so (`config: {revised: true, keepSeconds: 300}`). Such
 * an answer depends on the tracked snapshot and on the address alone, never on who asks: whether they may was asked before,
 * by the hook that found the repository.
 */
import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { CacheMeasures } from '../../scan/ports/measures.ts'
import { type Cache, MOST_BYTES } from './cache.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Kept for so long, by revision. Only with `revised`, for answers that take long to make. */
    keepSeconds?: number
  }
  interface FastifyRequest {
    /** The key of an answer that is to be kept once it is made; null: none is. */
    keptUnder: string | null
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
  app.decorateRequest('keptUnder', null)

  app.addHook('preHandler', async (request, reply) => {
    const key = keyOf(request, version)
    if (key === null) return
    const kept = await cache.get(key)
    measures?.kept(kept ? 'hit' : 'miss')
    if (kept) return reply.type(kept.contentType).send(Buffer.from(kept.body))
    request.keptUnder = key
  })

  app.addHook('onSend', async (request, reply, payload) => {
    const { keptUnder: key, routeOptions } = request
    const body = key !== null && reply.statusCode === 200 ? bytesOf(payload) : null
    if (key === null || body === null || body.byteLength > MOST_BYTES) return
    void cache.keep(key, { contentType: contentTypeOf(reply), body }, routeOptions.config.keepSeconds ?? 0)
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
function bytesOf(payload: unknown): Uint8Array | null {
  if (typeof payload === 'string') return Buffer.from(payload)
  return payload instanceof Uint8Array ? payload : null
}

const contentTypeOf = (reply: FastifyReply): string => String(reply.getHeader('content-type') ?? 'application/json')
