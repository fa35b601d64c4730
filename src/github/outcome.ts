import { RateLimited } from '../scan/errors.ts'
import type { RequestMeasures, RequestOutcome } from '../scan/ports/measures.ts'
import { fromStatus } from './errors.ts'

export const UNMEASURED: RequestMeasures = { request: () => {} }

/** Sends a request and counts how it went: each try, and each that wasn't sent. */
export async function counted(
  route: string,
  measures: RequestMeasures,
  send: () => Promise<Response>,
): Promise<Response> {
  try {
    const answer = await send()
    measures.request(route, outcomeOf(answer))
    return answer
  } catch (error) {
    // Before there is an answer, only our own knowledge of limits says this.
    measures.request(route, error instanceof RateLimited ? 'held_back' : 'unreachable')
    throw error
  }
}

function outcomeOf({ status, headers }: Response): RequestOutcome {
  if (status === 304) return 'not_modified'
  if (status < 400) return 'ok'
  if (fromStatus(status, Object.fromEntries(headers), '', Date.now()) instanceof RateLimited) return 'rate_limited'
  return status >= 500 ? 'server_error' : 'client_error'
}

export const TOKEN_ROUTE = 'POST /app/installations/{installation_id}/access_tokens'

/** As the code writes it, with names in braces. An address that GitHub itself gave (a redirect, a next page) has none. */
export function routeOf({ method, url }: { method: string; url: string }): string {
  if (url.startsWith('/')) return `${method} ${url}`
  return url.endsWith('/graphql') ? 'POST /graphql' : `${method} (an address that GitHub gave)`
}
