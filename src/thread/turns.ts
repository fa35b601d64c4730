/**
 * Work side by side, and work that wants to be alone: it begins when nothing else runs, and until it ends nothing else
 * begins. In the order in which it came, so that neither kind waits for ever.
 */
export class Turns {
  readonly #waiting: { alone: boolean; begin(): void }[] = []
  #running = 0
  #alone = false

  /** Begins at once where it may. */
  take<T>(alone: boolean, work: () => Promise<T>): Promise<T> {
    return new Promise((resolve) => {
      const begin = () => resolve(work().finally(() => this.#ended()))
      this.#waiting.push({ alone, begin })
      this.#next()
    })
  }

  #ended(): void {
    this.#running -= 1
    this.#alone = false
    this.#next()
  }

  #next(): void {
    for (;;) {
      const [first] = this.#waiting
      if (!first || this.#alone || (first.alone && this.#running > 0)) return
      this.#waiting.shift()
      this.#running += 1
      this.#alone = first.alone
      first.begin()
    }
  }
}
