/** Secrets of the registration: the token that proves access to the server's log, and the states given to GitHub. */
// @ts-nocheck

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

const WRONG_TRIES = 5

/** Who can read the log may register the app. Each token is right once and gives way to a new one after five wrong tries. */
export class SetupToken {
  readonly #announce: (token: string) => void
  #token = ''
  #wrong = 0

  /** `announce` shows each new token where only the operator reads. */
  constructor(announce: (token: string) => void) {
    this.#announce = announce
    this.#renew()
  }

  redeem(candidate: string): boolean {
    const right = timingSafeEqual(digest(candidate), digest(this.#token))
    if (!right) this.#wrong++
    if (right || this.#wrong === WRONG_TRIES) this.#renew()
    return right
  }

  #renew(): void {
    this.#token = randomBytes(16).toString('hex')
    this.#wrong = 0
    this.#announce(this.#token)
  }
}

/** Equal lengths for a comparison in constant time. */
const digest = (value: string) => createHash('sha256').update(value).digest()

/** As long as GitHub keeps the code that comes with the state. */
const STATE_LIFETIME_MS = 60 * 60 * 1_000

/** States of registrations that were sent to GitHub: each comes back at most once, within the hour. */
export class PendingStates {
  readonly #expiry = new Map<string, number>()

  issue(now: number): string {
    const state = randomBytes(32).toString('hex')
    this.#expiry.set(state, now + STATE_LIFETIME_MS)
    return state
  }

  redeem(state: string, now: number): boolean {
    const expires = this.#expiry.get(state)
    this.#expiry.delete(state)
    return expires !== undefined && now < expires
  }
}
