/** The rate limit, counted but never reached. https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api */
// @ts-nocheck


/** "5,000 requests per hour" for an installation. Same page. */
const HOURLY = 5000

type Resource = 'core' | 'graphql'

export class RateLimit {
  readonly #used = { core: 0, graphql: 0 }
  readonly #reset = new Date(Date.now() + 3_600_000)

  state(resource: Resource): { limit: number; used: number; remaining: number; reset: Date } {
    const used = this.#used[resource]
    return { limit: HOURLY, used, remaining: Math.max(0, HOURLY - used), reset: this.#reset }
  }

  /** Counts one request; the headers of its answer. https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#checking-the-status-of-your-rate-limit */
  count(resource: Resource): Record<string, string> {
    this.#used[resource] += 1
    const { limit, used, remaining, reset } = this.state(resource)
    return {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-used': String(used),
      'x-ratelimit-reset': String(Math.floor(reset.getTime() / 1000)),
      'x-ratelimit-resource': resource,
    }
  }
}
