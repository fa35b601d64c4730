/** What can be made to go wrong: delays, refusals, and answers that never arrive. */
// @ts-nocheck

import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer } from './answer.ts'
import type { Json } from './json.ts'

/** One request as it is being handled; also what `github.requests` keeps. */
export interface LoggedRequest {
  method: string
  /** `GET /repos/{owner}/{repo}`, `POST /graphql`, `GET codeload`; null when nothing here answers it. */
  route: string | null
  /** Below `/api/v3`, with its query. */
  path: string
  /** `token`: an installation token; `archive`: the download a 302 led to; `web`: not the API. */
  kind: 'api' | 'token' | 'archive' | 'web'
  /** Of the parsed body; undefined when there was none. */
  body?: Json
  at: Date
  /** 0 while it is being handled, and when the answer was lost. */
  status: number
  /** Of the answer's body. */
  bytes: number
}

/** A route (`PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}`), a pattern over `METHOD path`, or a function. */
export type Matcher = string | RegExp | ((request: LoggedRequest) => boolean)

export interface Fault {
  status: number
  headers?: Record<string, string>
  body?: Json
  /** How many requests fail; 1 unless told. */
  times?: number
}

export function matches(matcher: Matcher, request: LoggedRequest): boolean {
  if (typeof matcher === 'string') return request.route === matcher
  if (matcher instanceof RegExp) return matcher.test(`${request.method} ${request.path}`)
  return matcher(request)
}

interface Planned<T> {
  matcher: Matcher
  what: T
  left: number
}

export class Faults {
  #delayMs = 0
  #refusals: Planned<Fault>[] = []
  #losses: Planned<null>[] = []

  delay(ms: number): void {
    this.#delayMs = ms
  }

  refuse(matcher: Matcher, fault: Fault): void {
    this.#refusals.push({ matcher, what: fault, left: fault.times ?? 1 })
  }

  loseAnswer(matcher: Matcher, times: number): void {
    this.#losses.push({ matcher, what: null, left: times })
  }

  reset(): void {
    this.#delayMs = 0
    this.#refusals = []
    this.#losses = []
  }

  /** Before a request is applied: waits, then says with what it is refused. */
  async before(request: LoggedRequest): Promise<Answer | null> {
    if (this.#delayMs > 0) await sleep(this.#delayMs)
    const refusal = take(this.#refusals, request)
    if (!refusal) return null
    const { status, headers, body = { message: `The stand-in was told to answer ${status}.` } } = refusal.what
    return { status, headers, body }
  }

  /** After a request was applied: whether its answer gets lost on the way. */
  losesAnswer(request: LoggedRequest): boolean {
    return take(this.#losses, request) !== null
  }
}

function take<T>(planned: Planned<T>[], request: LoggedRequest): Planned<T> | null {
  const found = planned.find(({ matcher, left }) => left > 0 && matches(matcher, request))
  if (!found) return null
  found.left -= 1
  return found
}
