/**
 * A fair queue: so many are at work at once, and whoever waits gets a turn sender by sender in rotation (RFC 970), so that one
 * sender's hundreds stand before nobody else's first.
 *
 *   waiting ── its turn ──> at work ── made() ──> made ── left() ──> over
 *      └───── left() ─────────── its sender is gone: never begun ─────┘
 *
 * What has begun keeps its turn until it is made, also where its sender has gone meanwhile: it works on.
 */
export interface Bounds {
  /** At work at once. */
  atWork: number
  /** Of one sender: at work, or made and not taken yet. */
  ofOne: number
  /** Of one sender, waiting. */
  waiting: number
}

/** One in the queue. Both may be said at any time, and again. */
export interface Place {
  /** There is no more work in it. */
  made(): void
  /** Its sender has what was made, or has gone. */
  left(): void
}

/** As many of one sender wait already as may. */
export class QueueFull extends Error {
  override name = 'QueueFull'
}

interface Sender {
  /** In the order in which they came. */
  waiting: Set<() => void>
  /** Begun and not over. */
  open: number
}

export class FairQueue {
  readonly #bounds: Bounds
  /** Whoever had no turn for longest comes first. */
  readonly #senders = new Map<string, Sender>()
  #atWork = 0

  constructor(bounds: Bounds) {
    this.#bounds = bounds
  }

  /** `begin` is called when its turn comes: at once where it may. Throws `QueueFull`. */
  join(name: string, begin: (place: Place) => void): Place {
    const sender = this.#senders.get(name) ?? { waiting: new Set(), open: 0 }
    if (sender.waiting.size >= this.#bounds.waiting) throw new QueueFull(`${this.#bounds.waiting} wait already.`)
    this.#senders.set(name, sender)
    const is = { begun: false, made: false, left: false }
    const turn = () => {
      is.begun = true
      begin(place)
    }
    const place: Place = {
      made: () => {
        if (!is.begun || is.made) return
        is.made = true
        this.#atWork -= 1
        this.#over(name, sender, is)
      },
      left: () => {
        if (is.left) return
        is.left = true
        sender.waiting.delete(turn)
        this.#over(name, sender, is)
      },
    }
    sender.waiting.add(turn)
    this.#next()
    return place
  }

  #over(name: string, sender: Sender, is: { made: boolean; left: boolean }): void {
    if (is.made && is.left) sender.open -= 1
    if (sender.open === 0 && sender.waiting.size === 0) this.#senders.delete(name)
    this.#next()
  }

  #next(): void {
    while (this.#atWork < this.#bounds.atWork) {
      const found = this.#first()
      if (!found) return
      const [name, sender, turn] = found
      sender.waiting.delete(turn)
      sender.open += 1
      this.#atWork += 1
      this.#senders.delete(name)
      this.#senders.set(name, sender)
      turn()
    }
  }

  #first(): [string, Sender, () => void] | null {
    for (const [name, sender] of this.#senders) {
      const [turn] = sender.waiting
      if (turn && sender.open < this.#bounds.ofOne) return [name, sender, turn]
    }
    return null
  }
}
