/** So many at once, and one more in each interval. */
export class Allowance {
  readonly #most: number
  readonly #everyMs: number
  readonly #now: () => number
  #left: number
  #since: number

  /** `now`: ms, of whatever clock. */
  constructor(most: number, everyMs: number, now = () => performance.now()) {
    this.#most = most
    this.#everyMs = everyMs
    this.#now = now
    this.#left = most
    this.#since = now()
  }

  /** Whether it is allowed now. */
  take(): boolean {
    const now = this.#now()
    this.#left = Math.min(this.#most, this.#left + (now - this.#since) / this.#everyMs)
    this.#since = now
    if (this.#left < 1) return false
    this.#left -= 1
    return true
  }
}
