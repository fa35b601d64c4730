/**
 * How much anybody may ask in a minute: each reader, and each address whose requests name none that is let in. Counted in
 * Redis for all processes together where there is one, in this process otherwise. While Redis is away nothing is counted:
 * a limit is no reason to answer nobody.
 */
import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from './problem.ts'

export interface RateLimits {
  /** A client of ioredis that refuses at once what it can't send; null: this process counts for itself. */
  redis?: object | null
  /** Requests a minute. */
  reader?: number
  address?: number
}

const MINUTE_MS = 60_000
const ADDRESS = 'address/'

/** By which requests are counted: of an address of IPv6 its network, which one client has. */
export const networkOf = (address: string): string => normalizeIP(address)

/** Throws `Problem`: 429. */
export type Limit = (request: FastifyRequest, reply: FastifyReply) => Promise<void>

export async function rateLimits(
  app: FastifyInstance,
  { redis = null, reader = 600, address = 60 }: RateLimits,
): Promise<Limit> {
  await app.register(rateLimit, {
    global: false,
    timeWindow: MINUTE_MS,
    // Who is let in, by name; of others where they come from.
    keyGenerator: (request) => request.reader?.actor ?? ADDRESS + networkOf(request.address),
    max: (_request, key) => (key.startsWith(ADDRESS) ? address : reader),
    skipOnError: true,
    ...(redis && { redis, nameSpace: 'rosie-guard:rate:' }),
  })
  const count = app.createRateLimit()
  return async (request, reply) => {
    const counted = await count(request)
    if (counted.isAllowed) return
    const seconds = String(counted.ttlInSeconds)
    reply.headers({
      'ratelimit-limit': String(counted.max),
      'ratelimit-remaining': String(counted.remaining),
      'ratelimit-reset': seconds,
    })
    if (!counted.isExceeded) return
    const detail = `More than ${counted.max} requests a minute. Try again in ${seconds} s.`
    throw new Problem(429, detail, { 'retry-after': seconds })
  }
}
