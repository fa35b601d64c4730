/**
 * Room for bodies of which nobody knows yet who sent them: each lies in memory until its signature was checked. Small
 * ones, which most deliveries are, have a room of their own: large ones can't take it from them.
 */
const MIB = 2 ** 20

/** A body of so many bytes, or more, is a large one. */
const LARGE = MIB

/** Bytes at once: of all together, and of one network. */
const ROOM = {
  small: { ofAll: 100 * MIB, ofNetwork: 50 * MIB },
  large: { ofAll: 200 * MIB, ofNetwork: 100 * MIB },
}

interface Body {
  network: string
  bytes: number
}

const isLarge = (bytes: number): boolean => bytes >= LARGE

/** Bodies are known by the requests they come with. */
export class UnverifiedBodies {
  readonly #held = new Map<object, Body>()

  /** `bytes`: how long it says it is; 0: it doesn't, and grows. False: there is no room for it. */
  enter(request: object, network: string, bytes: number): boolean {
    const body = { network, bytes: 0 }
    if (!this.#fits(body, bytes)) return false
    this.#held.set(request, { network, bytes })
    return true
  }

  /** So many bytes of it have come. False: there is no room for them. */
  growsTo(request: object, bytes: number): boolean {
    const body = this.#held.get(request)
    if (!body) return true
    if (!this.#fits(body, bytes)) return false
    body.bytes = bytes
    return true
  }

  /** It was verified, or let go. */
  leave(request: object): void {
    this.#held.delete(request)
  }

  #fits(body: Body, bytes: number): boolean {
    const room = isLarge(bytes) ? ROOM.large : ROOM.small
    let [ofAll, ofNetwork] = [bytes, bytes]
    for (const other of this.#held.values()) {
      if (other === body || isLarge(other.bytes) !== isLarge(bytes)) continue
      ofAll += other.bytes
      if (other.network === body.network) ofNetwork += other.bytes
    }
    return ofAll <= room.ofAll && ofNetwork <= room.ofNetwork
  }
}
