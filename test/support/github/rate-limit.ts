/** The rate limits, counted for each installation. https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api */
import { type Answer, ok } from './answer.ts'
import { type LoggedRequest, type Matcher, matches } from './faults.ts'

/** "5,000 requests per hour" for an installation. Same page. */
const HOURLY = 5000
const HOUR_MS = 3_600_000

export type Resource = 'core' | 'graphql'

interface State {
  limit: number
  used: number
  remaining: number
  reset: Date
}

export class RateLimit {
  /** By installation, null for the app itself. */
  readonly #states = new Map<string, { used: number; reset: number }>()
  readonly #waits = new Map<number, number>()
  #secondary: { matcher: Matcher; retryAfter: number }[] = []

  state(resource: Resource, installation: number | null): State {
    const { used, reset } = this.#of(resource, installation)
    return { limit: HOURLY, used, remaining: HOURLY - used, reset: new Date(reset) }
  }

  /** From now on so many requests are left to an installation, until the reset (a whole second, as GitHub names it). */
  leave(resource: Resource, installation: number, remaining: number, resetInMs: number): void {
    const reset = Math.ceil((Date.now() + resetInMs) / 1000) * 1000
    this.#states.set(`${resource} ${installation}`, { used: HOURLY - remaining, reset })
  }

  /** The next matching request meets a secondary limit: it and all of its installation are refused for so many seconds. */
  secondary(matcher: Matcher, retryAfter: number): void {
    this.#secondary.push({ matcher, retryAfter })
  }

  /** No limits are met any more; what was used is used. */
  reset(): void {
    this.#waits.clear()
    this.#secondary = []
  }

  /** Counts one request; how it is refused, if it is over a limit. */
  refuse(request: LoggedRequest): Answer | null {
    const { installation, route } = request
    if (installation === null) return null
    this.#meetSecondary(request, installation)
    const wait = (this.#waits.get(installation) ?? 0) - Date.now()
    if (wait > 0) return tooFast(wait)
    const state = this.#of(resourceOf(request), installation)
    if (state.used < HOURLY) {
      state.used += 1
      return null
    }
    const message = `API rate limit exceeded for installation ID ${installation}.`
    // "If you exceed your primary rate limit, the response status will still be 200, but you will receive an error message."
    // https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api#exceeding-the-rate-limit
    if (route === 'POST /graphql') return ok({ errors: [{ type: 'RATE_LIMITED', message }] })
    return { status: 403, body: { message, documentation_url: 'https://docs.github.com/rest', status: '403' } }
  }

  /** Of an answer. https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#checking-the-status-of-your-rate-limit */
  headers(request: LoggedRequest): Record<string, string> {
    const resource = resourceOf(request)
    // "Making a conditional request does not count against your primary rate limit if a 304 response is returned."
    // https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate
    if (request.status === 304 && request.installation !== null) this.#of(resource, request.installation).used -= 1
    const { limit, used, remaining, reset } = this.state(resource, request.installation)
    return {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-used': String(used),
      'x-ratelimit-reset': String(Math.floor(reset.getTime() / 1000)),
      'x-ratelimit-resource': resource,
    }
  }

  #meetSecondary(request: LoggedRequest, installation: number): void {
    const met = this.#secondary.findIndex(({ matcher }) => matches(matcher, request))
    const [limit] = met === -1 ? [] : this.#secondary.splice(met, 1)
    if (limit) this.#waits.set(installation, Date.now() + limit.retryAfter * 1000)
  }

  #of(resource: Resource, installation: number | null): { used: number; reset: number } {
    const key = `${resource} ${installation}`
    const known = this.#states.get(key)
    if (known && known.reset > Date.now()) return known
    const fresh = { used: 0, reset: Math.ceil((Date.now() + HOUR_MS) / 1000) * 1000 }
    this.#states.set(key, fresh)
    return fresh
  }
}

/** "If the retry-after response header is present, you should not retry your request until after that many seconds." Same page. */
function tooFast(waitMs: number): Answer {
  const message = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'
  return {
    status: 403,
    headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) },
    body: { message, documentation_url: 'https://docs.github.com/rest', status: '403' },
  }
}

const resourceOf = ({ route }: LoggedRequest): Resource => (route === 'POST /graphql' ? 'graphql' : 'core')
