/**
 * The rate governor: what GitHub allows each installation, known by all processes, and held to before a request is sent.
 *
 * GitHub says with every answer how much is left, and with a refusal how long to wait. A wait is written to the
 * installation's row at once, and where several processes send, each reads the row before each request: half a millisecond
 * beside an answer's fifty. Whoever takes a scan, or hands one over, asks the row too (store/limits.ts).
 */
import { RateLimited } from '../scan/errors.ts'
import { isBelow, type LimitStore, type Quotas, RESTS_BELOW } from '../scan/ports/limits.ts'
import { fromStatus } from './errors.ts'
import { depth, merged, quotaIn, usedUpUntil } from './quota.ts'

/** What a request is for, where it may rest. All others go out as long as there is any quota. */
export type Purpose = Exclude<keyof typeof RESTS_BELOW, 'firstScan' | 'scan'>

export interface Outgoing {
  purpose: Purpose | null
  /** It makes something that people see: a check run, a comment. */
  creates: boolean
  /** For an installation token: counted for the app, not for the installation. */
  token: boolean
}

/** What every request of an installation goes through. */
export interface Gate {
  /** Sends when it may, or throws `RateLimited` without sending. */
  send(request: Outgoing, fetch: () => Promise<Response>): Promise<Response>
  /** GitHub asked the installation to wait. */
  block(until: Date): Promise<void>
}

/** For clients of no installation. */
export const UNGOVERNED: Gate = { send: (_, fetch) => fetch(), block: async () => {} }

/** "No more than 100 concurrent requests": room for five processes. Three scans with four requests each are below it. */
const AT_ONCE = 20
/**
 * "No more than 80 content-generating requests per minute". Counted by process, since only a burst of a hundred pushes
 * comes near it; should several processes go over it together, GitHub says so to one and all of them wait.
 */
const CREATED_A_MINUTE = 80
const MINUTE = 60_000
/** Between writes of a quota that nobody waits for. In ms. */
const KEEP_EVERY = 5_000

export interface GovernorOptions {
  store: LimitStore
  log: { info(facts: object, message: string): void; error(facts: object, message: string): void }
  /** Other processes send requests too, and write the row. */
  shared: boolean
  /** Milliseconds since 1970. */
  now?: () => number
}

export class Governor {
  readonly #options: GovernorOptions
  readonly #gates = new Map<bigint, Allowance>()

  constructor(options: GovernorOptions) {
    this.#options = options
  }

  of(installationId: bigint): Gate {
    const known = this.#gates.get(installationId) ?? new Allowance(installationId, this.#options)
    this.#gates.set(installationId, known)
    return known
  }
}

class Allowance implements Gate {
  readonly #id: bigint
  readonly #options: GovernorOptions
  readonly #now: () => number
  readonly #turns = new Turns(AT_ONCE)
  #blockedUntil = 0
  #quotas: Quotas = {}
  #wasRead = false
  #reading: Promise<void> | null = null
  #kept = { at: Number.NEGATIVE_INFINITY, depth: 0 }
  /** When something was created within the last minute, the oldest first. */
  #created: number[] = []

  constructor(id: bigint, options: GovernorOptions) {
    this.#id = id
    this.#options = options
    this.#now = options.now ?? Date.now
  }

  async send(request: Outgoing, fetch: () => Promise<Response>): Promise<Response> {
    await this.#turns.take()
    try {
      if (this.#options.shared || !this.#wasRead) await this.#read()
      this.#admit(request)
      const answer = await fetch()
      await this.#learn(answer, request)
      return answer
    } finally {
      this.#turns.give()
    }
  }

  async block(until: Date): Promise<void> {
    const now = this.#now()
    if (until.getTime() <= Math.max(now, this.#blockedUntil)) return
    this.#blockedUntil = until.getTime()
    const { store, log } = this.#options
    log.info({ installation: this.#id, until }, 'GitHub asks to wait: nothing is sent for this installation until then')
    try {
      await store.block(this.#id, until.getTime() - now)
    } catch (error) {
      log.error({ installation: this.#id, err: error }, 'other processes could not be told that GitHub asks to wait')
    }
  }

  #admit({ purpose, creates }: Outgoing): void {
    const now = this.#now()
    if (now < this.#blockedUntil) throw this.#limited(this.#blockedUntil, 'GitHub asked to wait')
    const quota = this.#quotas.core
    if (purpose && quota && isBelow(quota, RESTS_BELOW[purpose], now)) {
      throw this.#limited(quota.reset, `only ${quota.remaining} requests are left`)
    }
    if (!creates) return
    this.#created = this.#created.filter((at) => at > now - MINUTE)
    const [oldest] = this.#created
    if (oldest !== undefined && this.#created.length >= CREATED_A_MINUTE) {
      throw this.#limited(oldest + MINUTE, `${CREATED_A_MINUTE} check runs and comments were made within a minute`)
    }
    this.#created.push(now)
  }

  #limited(until: number, why: string): RateLimited {
    return new RateLimited(new Date(until), `Not sent for installation ${this.#id}: ${why}.`)
  }

  /** What the answer says of limits. A wait that only its body tells is told by whoever reads that. */
  async #learn({ ok, status, headers }: Response, { token }: Outgoing): Promise<void> {
    const refusal = ok ? null : fromStatus(status, Object.fromEntries(headers), '', this.#now())
    if (refusal instanceof RateLimited) await this.block(refusal.until)
    const told = token ? null : quotaIn(headers)
    if (!told) return
    this.#quotas = merged(this.#quotas, told, this.#now())
    const reset = usedUpUntil(this.#quotas)
    if (reset !== null) await this.block(new Date(reset))
    this.#keep()
  }

  /** Nobody waits for it, and a later one says the same more exactly: one that fails is let be. */
  #keep(): void {
    const [now, { store }] = [this.#now(), this.#options]
    const reached = depth(this.#quotas, now)
    if (reached === this.#kept.depth && now - this.#kept.at < KEEP_EVERY) return
    this.#kept = { at: now, depth: reached }
    store.keep(this.#id, this.#quotas).catch(() => {})
  }

  #read(): Promise<void> {
    this.#reading ??= this.#ask().finally(() => {
      this.#reading = null
    })
    return this.#reading
  }

  async #ask(): Promise<void> {
    const { store, log } = this.#options
    try {
      const { waitMs, quotas } = await store.read(this.#id)
      if (waitMs > 0) this.#blockedUntil = Math.max(this.#blockedUntil, this.#now() + waitMs)
      this.#quotas = merged(this.#quotas, quotas, this.#now())
    } catch (error) {
      log.error({ installation: this.#id, err: error }, 'what other processes know of the limits could not be read')
    }
    this.#wasRead = true
  }
}

/** So many at once; the others in the order in which they came. */
class Turns {
  readonly #waiting: (() => void)[] = []
  #free: number

  constructor(free: number) {
    this.#free = free
  }

  async take(): Promise<void> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  give(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#free += 1
  }
}
