/**
 * Our own Octokit class: GitHub's client without Probot's throttling (which holds every write back for a second), with
 * what we want of every request: GitHub's limits kept, a time limit, a count, retries of reads, and the domain's errors.
 */
import { enterpriseCompatibility } from '@octokit/plugin-enterprise-compatibility'
import { Octokit } from '@octokit/rest'
import { createProbotAuth } from 'octokit-auth-probot'
import { RateLimited, Unreachable } from '../scan/errors.ts'
import type { RequestMeasures } from '../scan/ports/measures.ts'
import { fromRequest } from './errors.ts'
import { type Gate, type Outgoing, type Purpose, UNGOVERNED } from './governor.ts'
import { counted, routeOf, TOKEN_ROUTE, UNMEASURED } from './outcome.ts'

const TIMEOUT_MS = 15_000
const RETRIES = 2
const RETRY_DELAY_MS = 300

/** What one Octokit object has sent. */
export interface Traffic {
  /** Requests that count against GitHub's rate limit: all but those for installation tokens. Each retry is one. */
  requests: number
}

/**
 * Runs a read, or a write that looks first whether it was applied before, and up to twice more while GitHub gives no usable
 * answer, after about 0.3 and 0.6 s, spread at random so that scans that failed together don't return together.
 * `@octokit/plugin-retry` doesn't fit: it repeats any write, which may have been applied, and waits out rate limits of
 * which the queue should know.
 */
export async function retrying<Result>(act: () => Promise<Result>): Promise<Result> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await act()
    } catch (error) {
      if (!(error instanceof Unreachable) || attempt === RETRIES) throw error
      const delay = RETRY_DELAY_MS * 2 ** attempt * (0.5 + Math.random())
      await new Promise((resolve) => setTimeout(resolve, delay))
    }
  }
}

interface Guarded {
  traffic: Traffic
  /** From now on this client keeps to an installation's limits. */
  heed(gate: Gate): void
  /** From now on the requests of this client are counted. */
  measure(measures: RequestMeasures): void
  /** For the few answers whose limits only their reader sees. */
  block(until: Date): Promise<void>
}

/**
 * The hook. It must be the last plugin, since later ones wrap earlier ones: the authentication, innermost, wants to see
 * GitHub's own errors. Of a single request, `request.timeout` (ms) replaces the usual 15 s, and `request.purpose` says
 * that it may rest when little quota is left.
 */
function guard(octokit: Pick<Octokit, 'hook'> & { log: Octokit['log'] }): Guarded {
  octokit.log = quieter(octokit.log)
  const traffic: Traffic = { requests: 0 }
  let [gate, measures] = [UNGOVERNED, UNMEASURED]
  octokit.hook.wrap('request', (request, options) => {
    const { timeout = TIMEOUT_MS, purpose = null } = (options.request ?? {}) as { timeout?: number; purpose?: Purpose }
    const send = governed(gate, traffic, purpose, timeout)
    const route = routeOf(options)
    const counting: typeof fetch = (...of) =>
      counted(isForToken(of[0]) ? TOKEN_ROUTE : route, measures, () => send(...of))
    options.request = { ...options.request, fetch: counting }
    const attempt = async () => {
      try {
        return await request(options)
      } catch (error) {
        const told = fromRequest(error)
        if (told instanceof RateLimited) await gate.block(told.until)
        throw told
      }
    }
    return options.method === 'GET' || options.method === 'HEAD' ? retrying(attempt) : attempt()
  })
  return {
    traffic,
    heed: (stricter) => {
      gate = stricter
    },
    measure: (by) => {
      measures = by
    },
    block: (until) => gate.block(until),
  }
}

/**
 * What the client's own log calls errors and is none: that nothing has changed, that there is no such thing, and that there was
 * no answer, for which it says 500.
 */
const EXPECTED = / - (?:(?:304|404) with id \S+|500 with id UNKNOWN) in \d+ms$/

/** Whoever asked knows what these mean, and tells what was the matter. What this does not match is told as ever. */
const quieter = (log: Octokit['log']): Octokit['log'] => ({
  debug: (...of) => log.debug(...of),
  info: (...of) => log.info(...of),
  warn: (...of) => log.warn(...of),
  error: (message, ...of) => (EXPECTED.test(message) ? log.debug(message, ...of) : log.error(message, ...of)),
})

/** A fetch that keeps to the limits and counts what it sends: every request passes here, those for tokens too. */
function governed(gate: Gate, traffic: Traffic, purpose: Purpose | null, timeout: number): typeof fetch {
  return (url, init) => {
    const outgoing = { purpose, ...kindOf(new URL(String(url)), init?.method) }
    return gate.send(outgoing, () => {
      if (!outgoing.token) traffic.requests++
      return whole(url, { ...init, signal: AbortSignal.timeout(timeout) })
    })
  }
}

function kindOf(url: URL, method: string | undefined): Pick<Outgoing, 'creates' | 'token'> {
  const token = isForToken(url)
  return { token, creates: method === 'POST' && !token && !url.pathname.endsWith('/graphql') }
}

/** The authentication sends these on its own, through the fetch of the request that needs the token. */
const isForToken = (url: unknown) => new URL(String(url)).pathname.endsWith('/access_tokens')

/**
 * Answers only with a whole body: Octokit's client takes a body that breaks off for an empty one. The time limit covers
 * connection, headers and body.
 */
async function whole(...request: Parameters<typeof fetch>): Promise<Response> {
  const answer = await fetch(...request)
  const body = await answer.arrayBuffer()
  // A response of status 204, 205 or 304 can't be made with a body, not even an empty one.
  const read = new Response(body.byteLength > 0 ? body : null, answer)
  return Object.defineProperty(read, 'url', { value: answer.url })
}

export const GuardOctokit = Octokit.plugin(enterpriseCompatibility, guard).defaults({
  authStrategy: createProbotAuth,
  userAgent: 'rosie-guard',
})

/** A client of one installation. One object serves one scan, so that its count is the scan's. */
export type GitHubClient = InstanceType<typeof GuardOctokit>
