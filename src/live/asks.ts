/** How much each reader asks, on all of their connections together: who connects anew has no more than before. */
import { LRUCache } from 'lru-cache'
import { Allowance } from './allowance.ts'

/** Readers whose allowance is kept in memory; then those who have not asked for longest are forgotten. */
const READERS = 10_000

export class Asks {
  readonly #most: number
  readonly #everyMs: number
  readonly #allowances: LRUCache<string, Allowance>

  /** `most` at once, and then one in every interval; ms. */
  constructor(most: number, everyMs: number) {
    this.#most = most
    this.#everyMs = everyMs
    // Whoever has not asked for so long has all of it again: nothing is gained by being forgotten.
    this.#allowances = new LRUCache({ max: READERS, ttl: most * everyMs, updateAgeOnGet: true })
  }

  /** Whether this reader may ask now. */
  take(actor: string): boolean {
    return this.#of(actor).take()
  }

  #of(actor: string): Allowance {
    const known = this.#allowances.get(actor)
    if (known) return known
    const allowance = new Allowance(this.#most, this.#everyMs)
    this.#allowances.set(actor, allowance)
    return allowance
  }
}
