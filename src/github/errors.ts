/** From what GitHub answers to the errors of the domain. The only place that reads status codes and messages. */
import {
  Forbidden,
  isThrown,
  type NetworkFault,
  NotFound,
  RateLimited,
  UnknownCommit,
  Unreachable,
} from '../scan/errors.ts'

/** Both sides of a comparison exist, but share no commit. */
export class NoCommonAncestor extends NotFound {
  override name = 'NoCommonAncestor'
}

/** The answer to a conditional request: nothing has changed. */
export class NotModified extends Error {
  override name = 'NotModified'
}

export type ResponseHeaders = Record<string, string | number | undefined>

/** How long to wait when GitHub names no moment. docs.github.com, "Rate limits for the REST API", "Exceeding the rate limit". */
const UNNAMED_WAIT_MS = 60_000

/**
 * What a failed request means. Errors that are none of the domain's (any other 422 is our own mistake) come back as they are, and
 * so does what was translated before.
 */
export function fromRequest(error: unknown, now = Date.now()): unknown {
  if (!isRequestError(error)) return error
  // Octokit takes what its fetch throws for a network fault.
  if (error.cause instanceof RateLimited) return error.cause
  const { method, url } = error.request ?? {}
  const message = `${method ?? 'Request'} ${url ?? ''}: ${error.message}`
  if (!error.response) return new Unreachable(message, { cause: error, fault: faultOf(error) })
  return fromStatus(error.status, error.response.headers, message, now) ?? error
}

/** The domain's error for a status that is no success; null when it has none. */
export function fromStatus(status: number, headers: ResponseHeaders, message: string, now = Date.now()): Error | null {
  if (status === 304) return new NotModified(message)
  if (status === 404 && message.includes('No common ancestor')) return new NoCommonAncestor(message)
  if (status === 404 || status === 410) return new NotFound(message)
  if (status === 422 && message.includes('No commit found for SHA')) return new UnknownCommit(message)
  // A repository without commits has no trees or references.
  if (status === 409 && message.includes('Git Repository is empty')) return new NotFound(message)
  if (status === 429 || (status === 403 && isLimit(headers, message))) return limited(headers, message, now)
  if (status === 401 || status === 403 || status === 451) return new Forbidden(message)
  return status >= 500 ? new Unreachable(message) : null
}

/** One entry of a GraphQL answer's `errors`. `type` is GitHub's own addition to the specification. */
export interface GraphqlError {
  type?: string
  message?: string
}

/** What a GraphQL answer without usable data means. It comes with status 200. */
export function fromGraphql(errors: readonly GraphqlError[], headers: ResponseHeaders, now = Date.now()): Error {
  const message = `GraphQL: ${errors.map((error) => error.message ?? error.type).join('; ')}`
  const types = new Set(errors.map((error) => error.type))
  if (types.has('RATE_LIMITED') || isLimit(headers, message)) return limited(headers, message, now)
  if (types.has('NOT_FOUND')) return new NotFound(message)
  if (types.has('FORBIDDEN') || types.has('INSUFFICIENT_SCOPES')) return new Forbidden(message)
  // Untyped failures are GitHub's own: "Something went wrong while executing your query", a query that ran too long.
  return types.size === 1 && types.has(undefined) ? new Unreachable(message) : new Error(message)
}

interface RequestError extends Error {
  status: number
  request?: { method?: string; url?: string }
  response?: { headers: ResponseHeaders }
}

/** The client wraps what `fetch` throws, and `fetch` wraps what the system says: the innermost that has a code knows best. */
function faultOf(error: RequestError): NetworkFault | null {
  const url = error.request?.url
  if (url === undefined || !URL.canParse(url)) return null
  let [code, name]: [string | null, string] = [null, error.name]
  for (let each = error.cause; isThrown(each); each = each.cause) {
    name = each.name
    if (typeof each.code === 'string') code = each.code
  }
  return { code: code ?? name, host: new URL(url).host }
}

/** By shape: several copies of `@octokit/request-error` may be installed. */
const isRequestError = (error: unknown): error is RequestError =>
  typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number'

const isLimit = (headers: ResponseHeaders, message: string) =>
  headers['retry-after'] !== undefined ||
  String(headers['x-ratelimit-remaining']) === '0' ||
  /secondary rate limit|abuse detection/i.test(message)

function limited(headers: ResponseHeaders, message: string, now: number): RateLimited {
  const reset =
    String(headers['x-ratelimit-remaining']) === '0' ? Number(headers['x-ratelimit-reset']) * 1000 : Number.NaN
  const until = retryAfter(headers['retry-after'], now) ?? (Number.isFinite(reset) ? reset : now + UNNAMED_WAIT_MS)
  return new RateLimited(new Date(Math.max(until, now)), message)
}

/** Seconds or an HTTP date. RFC 9110 §10.2.3. */
function retryAfter(value: string | number | undefined, now: number): number | null {
  if (value === undefined) return null
  const seconds = Number(value)
  const moment = Number.isFinite(seconds) ? now + seconds * 1000 : Date.parse(String(value))
  return Number.isFinite(moment) ? moment : null
}
