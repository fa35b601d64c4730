/**
 * The web host: one Fastify server for webhooks, API, pages and health, with what holds for every answer. It knows none
 * of the parts it hosts.
 */
import { randomUUID } from 'node:crypto'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import type { Logger } from 'pino'
import { type AddressOf, addressesBehind } from '../access/address.ts'
import { Problem, sendProblem, toProblem } from './problem.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Where it comes from, whatever proxies of ours stand in between. */
    address: string
  }
}

export interface HostOptions {
  logger: Logger
  /** Nobody's word is taken for where a request comes from, unless this says so. */
  addressOf?: AddressOf
}

/** Of a request, unless its route allows more. */
const BODY_LIMIT = 2 ** 20

/** A page or route that needs more overrides these on its reply. */
const SECURITY_HEADERS = {
  'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cache-control': 'no-store',
}

export function createHost({ logger, addressOf = addressesBehind([]) }: HostOptions): FastifyInstance {
  const host = Fastify({
    loggerInstance: logger as FastifyBaseLogger,
    // Fastify's own lines carry the whole address, and with it one-time codes.
    logController: new LogController({ disableRequestLogging: true }),
    requestTimeout: 60_000,
    bodyLimit: BODY_LIMIT,
    genReqId: ({ headers }) => {
      const given = headers['x-request-id']
      return typeof given === 'string' && /^[\w-]{1,64}$/.test(given) ? given : randomUUID()
    },
  })

  host.decorateRequest('address', '')
  host.addHook('onRequest', async (request, reply) => {
    request.address = addressOf(request.raw)
    reply.headers({ ...SECURITY_HEADERS, 'x-request-id': request.id })
  })
  host.addHook('onResponse', async ({ log, method, routeOptions }, { statusCode, elapsedTime }) => {
    log.debug({ method, route: routeOptions.url, status: statusCode, ms: Math.round(elapsedTime) }, 'answered')
  })
  host.setNotFoundHandler((_request, reply) =>
    sendProblem(reply, new Problem(404, 'There is nothing at this address.')),
  )
  host.setErrorHandler((error, request, reply) => sendProblem(reply, toProblem(error, request)))
  return host
}
