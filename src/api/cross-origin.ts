/** Pages of other servers that may ask this one: those that are configured, with a key of their own, never with a cookie. */
import cors, { type FastifyCorsOptions } from '@fastify/cors'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/** On everything that is added to `app` after this. Without origins nothing is said, so that browsers allow nothing. */
export async function allowOrigins(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return
  await app.register(cors, {
    delegator: async (request: FastifyRequest) => ({ ...allowed(origins), preflight: isPreflight(request) }),
  })
}

/** As browsers send it. Any other `OPTIONS` is a method like all that an address may not take. */
const isPreflight = ({ headers }: FastifyRequest): boolean =>
  headers.origin !== undefined && headers['access-control-request-method'] !== undefined

const allowed = (origins: readonly string[]): FastifyCorsOptions => ({
  origin: [...origins],
  credentials: false,
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  allowedHeaders: ['authorization', 'content-type', 'idempotency-key', 'if-none-match', 'x-request-id'],
  exposedHeaders: [
    ...['etag', 'location', 'retry-after', 'x-request-id', 'content-disposition', 'repr-digest', 'x-report-id'],
    ...['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset', 'allow', 'www-authenticate', 'x-unlinked-events'],
  ],
  maxAge: 600,
})
