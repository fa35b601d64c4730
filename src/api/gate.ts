/** What every request to the API goes through: whose page sent it, who sends it, and how much they have asked of late. */
import type { FastifyInstance } from 'fastify'
import type { Reader } from '../access/grant.ts'
import { allowOrigins } from './cross-origin.ts'
import type { Authenticate } from './key-access.ts'
import { type RateLimits, rateLimits } from './rate-limit.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sends it, in everything under /api/v1. */
    reader: Reader
  }
}

export interface GateOptions {
  authenticate: Authenticate
  /** Whose pages may ask; none where nothing is said. */
  origins?: readonly string[]
  /** None where nothing is said. */
  limits?: RateLimits
}

/** On everything that is added to `app` after this. */
export async function gate(app: FastifyInstance, { authenticate, origins = [], limits }: GateOptions): Promise<void> {
  await allowOrigins(app, origins)
  const limit = limits && (await rateLimits(app, limits))
  app.addHook('onRequest', async (request, reply) => {
    try {
      request.reader = await authenticate(request)
    } finally {
      // Also for whoever is not let in, whose 429 is then told in place of the 401.
      await limit?.(request, reply)
    }
  })
}
