/** Errors as clients see them: RFC 9457 problem details, with the request's id to look up in the log, never a stack. */
import { STATUS_CODES } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isDatabaseAway } from '../store/errors.ts'

/** An answer with an HTTP status, thrown where it is decided. Its message is shown to the client. */
export class Problem extends Error {
  override name = 'Problem'
  readonly statusCode: number
  readonly headers: Record<string, string>
  constructor(statusCode: number, detail: string, headers: Record<string, string> = {}) {
    super(detail)
    this.statusCode = statusCode
    this.headers = headers
  }
}

/** Fastify's own words for it say no more than the status. */
const JSON_ONLY =
  'The body is of a kind that is not taken: send JSON, with the header `content-type: application/json`.'

const AWAY = 'The database of this server does not answer. Try again soon.'

/** Our own problems and Fastify's about the request are told; whatever else goes wrong is for the log. */
export function toProblem(error: unknown, { id, log }: Pick<FastifyRequest, 'id' | 'log'>): Problem {
  if (error instanceof Problem) return error
  if (error instanceof Error) {
    const status = 'statusCode' in error ? Number(error.statusCode) : 500
    if (status === 415) return new Problem(415, JSON_ONLY)
    if (status === 414) return new Problem(414, 'A part of this address is longer than any that there is.')
    if (status >= 400 && status < 500) return new Problem(status, error.message)
  }
  log.error({ err: error }, 'A request failed.')
  if (isDatabaseAway(error)) return new Problem(503, AWAY, { 'retry-after': '10' })
  return new Problem(500, `Something went wrong on this server. Its log says more under the request id ${id}.`)
}

export function sendProblem(reply: FastifyReply, { statusCode: status, message: detail, headers }: Problem) {
  const body = {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    requestId: reply.request.id,
  }
  return reply.code(status).headers(headers).type('application/problem+json').send(JSON.stringify(body))
}
