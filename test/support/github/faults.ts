/** What can be made to go wrong: delays, refusals, and answers that never arrive. */
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
  /** Whose token came with it; null for the app itself. */
  installation: number | null
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
  #random: { share: number; next: () => number } | null = null
  readonly #unlucky = new WeakSet<LoggedRequest>()

  delay(ms: number): void {
    this.#delayMs = ms
  }

  refuse(matcher: Matcher, fault: Fault): void {
    this.#refusals.push({ matcher, what: fault, left: fault.times ?? 1 })
  }

  loseAnswer(matcher: Matcher, times: number): void {
    this.#losses.push({ matcher, what: null, left: times })
  }

  failAtRandom(share: number, seed: number): void {
    this.#random = share > 0 ? { share, next: randomNumbers(seed) } : null
  }

  reset(): void {
    this.#delayMs = 0
    this.#random = null
    this.#refusals = []
    this.#losses = []
  }

  /** Before a request is applied: waits, then says with what it is refused. */
  async before(request: LoggedRequest): Promise<Answer | null> {
    if (this.#delayMs > 0) await sleep(this.#delayMs)
    const refusal = take(this.#refusals, request)
    if (!refusal) return this.#roll(request)
    const { status, headers, body = { message: `The stand-in was told to answer ${status}.` } } = refusal.what
    return { status, headers, body }
  }

  /** After a request was applied: whether its answer gets lost on the way. */
  losesAnswer(request: LoggedRequest): boolean {
    return take(this.#losses, request) !== null || this.#unlucky.has(request)
  }

  /** Half of what fails was not applied, the other half was. */
  #roll(request: LoggedRequest): Answer | null {
    if (!this.#random) return null
    const { share, next } = this.#random
    const [roll, which] = [next(), next()]
    if (roll >= share) return null
    if (roll >= share / 2) {
      this.#unlucky.add(request)
      return null
    }
    const status = [500, 502, 503, 504][Math.floor(which * 4)] ?? 500
    return { status, body: { message: 'Server Error' } }
  }
}

/** The same numbers from 0 to 1 for the same seed: mulberry32, a generator of 32 bits in the public domain. */
export function randomNumbers(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function take<T>(planned: Planned<T>[], request: LoggedRequest): Planned<T> | null {
  const found = planned.find(({ matcher, left }) => left > 0 && matches(matcher, request))
  if (!found) return null
  found.left -= 1
  return found
}
