/**
 * Answers that are being made in this process: whoever asks for the same meanwhile waits for it, instead of making it as
 * well. Knows nothing of who may read them: that was asked before.
 */
import { within } from '../../scan/within.ts'
import type { KeptAnswer } from './cache.ts'

/** For the one that makes it. */
export interface Flight {
  /** Here it is; null: it came to nothing, or to none that others could have. What is told later is of no interest. */
  tell(answer: KeptAnswer | null): void
  /** It is found elsewhere from now on, or nowhere. */
  end(): void
}

/** Whoever has waited so long makes it beside the other; ms. No answer takes as long as that. */
const PATIENCE_MS = 10_000

export class Flights {
  readonly #flights = new Map<string, Promise<KeptAnswer | null>>()

  /** Whoever comes first has a flight to tell of, all others what it will tell; null: it came to nothing. */
  join(key: string): { flight: Flight } | { told: Promise<KeptAnswer | null> } {
    const known = this.#flights.get(key)
    if (known) return { told: this.#wait(known) }
    let tell: Flight['tell'] = () => {}
    const flight = new Promise<KeptAnswer | null>((resolve) => {
      tell = resolve
    })
    this.#flights.set(key, flight)
    return { flight: { tell, end: () => void this.#flights.delete(key) } }
  }

  async #wait(flight: Promise<KeptAnswer | null>): Promise<KeptAnswer | null> {
    return (await within(PATIENCE_MS, flight)) ? flight : null
  }
}
