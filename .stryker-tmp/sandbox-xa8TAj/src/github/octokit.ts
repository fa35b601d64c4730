/**
 * Our own Octokit class: GitHub's client without Probot's throttling (which holds every write back for a second), with
 * what we want of every request: a time limit, a count, retries of reads, and the domain's errors.
 */
// @ts-nocheck

import { enterpriseCompatibility } from '@octokit/plugin-enterprise-compatibility'
import { Octokit } from '@octokit/rest'
import { createProbotAuth } from 'octokit-auth-probot'
import { Unreachable } from '../scan/errors.ts'
import { fromRequest } from './errors.ts'

const TIMEOUT_MS = 15_000
const RETRIES = 2
const RETRY_DELAY_MS = 300

/** What one Octokit object has sent. */
export interface Traffic {
  /** Requests that count against GitHub's rate limit: all but those for installation tokens. Each retry is one. */
  requests: number
}

/**
 * Runs a read, and up to twice more while GitHub gives no usable answer, after about 0.3 and 0.6 s, spread at random so
 * that scans that failed together don't return together. `@octokit/plugin-retry` doesn't fit: it repeats writes too,
 * which may have been applied, and waits out rate limits of which the queue should know.
 */
export async function retrying<Result>(read: () => Promise<Result>): Promise<Result> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await read()
    } catch (error) {
      if (!(error instanceof Unreachable) || attempt === RETRIES) throw error
      const delay = RETRY_DELAY_MS * 2 ** attempt * (0.5 + Math.random())
      await new Promise((resolve) => setTimeout(resolve, delay))
    }
  }
}

/**
 * The hook. It must be the last plugin, since later ones wrap earlier ones: the authentication, innermost, wants to see
 * GitHub's own errors. `request.timeout` (ms) of a single request replaces the usual 15 s.
 */
function guard(octokit: Pick<Octokit, 'hook'>): { traffic: Traffic } {
  const traffic: Traffic = { requests: 0 }
  octokit.hook.wrap('request', (request, options) => {
    const timeout = typeof options.request?.timeout === 'number' ? options.request.timeout : TIMEOUT_MS
    options.request = { ...options.request, fetch: counted(traffic, timeout) }
    const attempt = async () => {
      try {
        return await request(options)
      } catch (error) {
        throw fromRequest(error)
      }
    }
    return options.method === 'GET' || options.method === 'HEAD' ? retrying(attempt) : attempt()
  })
  return { traffic }
}

/**
 * A fetch that answers only with a whole body: Octokit's client takes a body that breaks off for an empty one. The time
 * limit covers connection, headers and body.
 */
function counted(traffic: Traffic, timeout: number): typeof fetch {
  return async (url, init) => {
    if (!new URL(String(url)).pathname.endsWith('/access_tokens')) traffic.requests++
    const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(timeout) })
    const body = await answer.arrayBuffer()
    // A response of status 204, 205 or 304 can't be made with a body, not even an empty one.
    const whole = new Response(body.byteLength > 0 ? body : null, answer)
    return Object.defineProperty(whole, 'url', { value: answer.url })
  }
}

export const GuardOctokit = Octokit.plugin(enterpriseCompatibility, guard).defaults({
  authStrategy: createProbotAuth,
  userAgent: 'rosie-guard',
})

/** A client of one installation. One object serves one scan, so that its count is the scan's. */
export type GitHubClient = InstanceType<typeof GuardOctokit>
