/** Who sent wrong credentials of late, so that they can be sent away without a look into the database. */

export interface FailedAttemptsOptions {
  /** In a window. */
  most?: number
  windowMs?: number
  /** Held in memory at most; then the oldest are forgotten. */
  addresses?: number
  /** ms since 1970. */
  now?: () => number
}

interface Window {
  count: number
  endsAt: number
}

/** Counts in this process, from the first failure of an address until its window is over. */
export class FailedAttempts {
  /** In a window. */
  readonly most: number
  readonly #windowMs: number
  readonly #addresses: number
  readonly #now: () => number
  /** All windows are equally long, so the order in which they began is the order in which they end. */
  readonly #windows = new Map<string, Window>()

  constructor({ most = 10, windowMs = 60_000, addresses = 10_000, now = Date.now }: FailedAttemptsOptions = {}) {
    this.most = most
    this.#windowMs = windowMs
    this.#addresses = addresses
    this.#now = now
  }

  /** ms until the address may try again; 0: now. */
  restMs(address: string): number {
    const window = this.#windows.get(address)
    return window && window.count >= this.most ? Math.max(0, window.endsAt - this.#now()) : 0
  }

  failed(address: string): void {
    this.#forget()
    const window = this.#windows.get(address)
    if (window) window.count += 1
    else this.#windows.set(address, { count: 1, endsAt: this.#now() + this.#windowMs })
  }

  /** What is over, and what there is no room for. */
  #forget(): void {
    for (const [address, { endsAt }] of this.#windows) {
      if (endsAt > this.#now() && this.#windows.size < this.#addresses) return
      this.#windows.delete(address)
    }
  }
}
