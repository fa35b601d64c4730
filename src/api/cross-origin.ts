/** Pages of other servers that may ask this one: those that are configured, with a key of their own, never with a cookie. */
import cors from '@fastify/cors'
import type { FastifyInstance } from 'fastify'

/** On everything that is added to `app` after this. Without origins nothing is said, so that browsers allow nothing. */
export async function allowOrigins(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return
  await app.register(cors, {
    origin: [...origins],
    credentials: false,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: ['authorization', 'content-type', 'idempotency-key', 'if-none-match', 'x-request-id'],
    exposedHeaders: [
      ...['etag', 'location', 'retry-after', 'x-request-id', 'content-disposition', 'repr-digest', 'x-report-id'],
      ...['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'],
    ],
    maxAge: 600,
  })
}
