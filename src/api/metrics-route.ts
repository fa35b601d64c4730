/**
 * `GET /metrics`, not for the public: they say how much goes on for whom. Who sends the token of METRICS_TOKEN may read
 * them; without one configured, who asks from this very machine.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import type { AnswerMeasures } from '../scan/ports/measures.ts'
import { Problem } from './problem.ts'

export interface MetricsRouteOptions {
  text(): Promise<string>
  contentType: string
  /** Null: only for this machine. */
  token: string | null
}

export const metricsRoute: FastifyPluginAsync<MetricsRouteOptions> = async (app, { text, contentType, token }) => {
  app.get('/metrics', async (request, reply) => {
    if (token === null) {
      if (!isLocal(request.socket.remoteAddress, request.headers))
        throw new Problem(403, 'Metrics are for the machine of this server, unless it has a token.')
    } else if (!isSame(request.headers.authorization ?? '', `Bearer ${token}`)) {
      throw new Problem(401, 'Metrics need the token of this server.', { 'www-authenticate': 'Bearer' })
    }
    return reply.type(contentType).send(await text())
  })
}

/** Every answer of the host, by route: never by address, which anybody may choose. */
export function measureAnswers(host: FastifyInstance, measures: AnswerMeasures): void {
  host.addHook('onResponse', async ({ method, routeOptions }, { statusCode, elapsedTime }) => {
    measures.answered(method, routeOptions.url ?? 'none', statusCode, elapsedTime)
  })
}

/** What proxies add to a request that they pass on. */
const PASSED_ON = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip']

/**
 * From this machine, meant for it, and not passed on by a proxy that runs here. The host is looked at because a page in a
 * browser here may send requests to a name of its own that leads here.
 */
export function isLocal(remoteAddress: string | undefined, headers: IncomingHttpHeaders): boolean {
  return (
    /^(::ffff:)?127\.|^::1$/.test(remoteAddress ?? '') &&
    /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(headers.host ?? '') &&
    !PASSED_ON.some((name) => name in headers)
  )
}

/** In a time that tells nothing about the other. */
function isSame(given: string, expected: string): boolean {
  const [one, other] = [given, expected].map((text) => createHash('sha256').update(text).digest())
  return one !== undefined && other !== undefined && timingSafeEqual(one, other)
}
