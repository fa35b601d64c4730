/** What every request to the API goes through: who sends it, how much they have asked of late, whose turn it is, and whether it still is. */
import type { FastifyInstance } from 'fastify'
import type { Reader } from '../access/grant.ts'
import type { Authenticate } from './key-access.ts'
import { lastingStreams } from './lasting.ts'
import { type RateLimits, rateLimits } from './rate-limit.ts'
import { type TurnOptions, takeTurns } from './turns.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sends it, in everything under /api/v1. */
    reader: Reader
  }
}

export interface GateOptions {
  authenticate: Authenticate
  /** None where nothing is said. */
  limits?: RateLimits
  /** Nobody waits for others where nothing is said. */
  turns?: TurnOptions
}

/** On everything that is added to `app` after this. */
export async function gate(app: FastifyInstance, { authenticate, limits, turns }: GateOptions): Promise<void> {
  const limit = limits && (await rateLimits(app, limits))
  app.addHook('onRequest', async (request, reply) => {
    try {
      request.reader = await authenticate(request)
    } finally {
      // Also for whoever is not let in, whose 429 is then told in place of the 401.
      await limit?.(request, reply)
    }
  })
  if (turns) takeTurns(app, turns)
  lastingStreams(app, authenticate)
}
