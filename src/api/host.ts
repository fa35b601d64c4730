/**
 * The web host: one Fastify server for webhooks, API, pages and health, with what holds for every answer. It knows none
 * of the parts it hosts.
 */
import { randomUUID } from 'node:crypto'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
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

/** Characters between two slashes of an address. Ids are as their authors wrote them: the schemas say how long one may be. */
const LONGEST_PARAM = 2_000

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
    routerOptions: { maxParamLength: LONGEST_PARAM },
    // What is found before there is a route: no hook has been there.
    frameworkErrors: (error, request, reply) => sendProblem(begun(request, reply), toProblem(error, request)),
    genReqId: ({ headers }) => {
      const given = headers['x-request-id']
      return typeof given === 'string' && /^[\w-]{1,64}$/.test(given) ? given : randomUUID()
    },
  })

  host.decorateRequest('address', '')
  host.addHook('onRequest', async (request, reply) => {
    request.address = addressOf(request.raw)
    begun(request, reply)
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

/** With what every answer has. */
const begun = ({ id }: FastifyRequest, reply: FastifyReply): FastifyReply =>
  reply.headers({ ...SECURITY_HEADERS, 'x-request-id': id })
