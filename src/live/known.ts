/** Connections whose reader is known, from the moment they are let in until nothing is left of them. */
import type { Socket as NetSocket } from 'node:net'
import type { Share } from './shares.ts'

export class Known {
  readonly #sockets = new Set<NetSocket>()
  /** By whose they are. */
  readonly #counts = new Map<string, number>()
  readonly #changed: (count: number) => void

  /** `changed`: how many there are now, of all readers. */
  constructor(changed: (count: number) => void) {
    this.#changed = changed
  }

  get size(): number {
    return this.#sockets.size
  }

  /** Answers the share that is used up; null: it is counted for all of them. What is gone by now takes no place. */
  take(socket: NetSocket, shares: readonly Share[]): Share | null {
    const usedUp = shares.find(({ of, most }) => this.#countOf(of) >= most)
    if (usedUp) return usedUp
    if (socket.destroyed || this.#sockets.has(socket)) return null
    for (const { of } of shares) this.#counts.set(of, this.#countOf(of) + 1)
    this.#sockets.add(socket)
    socket.once('close', () => this.#leave(socket, shares))
    this.#changed(this.size)
    return null
  }

  #countOf = (of: string): number => this.#counts.get(of) ?? 0

  #leave(socket: NetSocket, shares: readonly Share[]): void {
    this.#sockets.delete(socket)
    for (const { of } of shares) {
      const left = this.#countOf(of) - 1
      if (left > 0) this.#counts.set(of, left)
      else this.#counts.delete(of)
    }
    this.#changed(this.size)
  }
}
