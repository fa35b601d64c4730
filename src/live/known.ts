/** Connections whose reader is known, from the moment they are let in until nothing is left of them. */
import type { Socket as NetSocket } from 'node:net'

export class Known {
  readonly #readers = new Map<NetSocket, string>()
  readonly #counts = new Map<string, number>()
  readonly #changed: (count: number) => void

  /** `changed`: how many there are now, of all readers. */
  constructor(changed: (count: number) => void) {
    this.#changed = changed
  }

  get size(): number {
    return this.#readers.size
  }

  /** False: this reader has so many already. What is gone by now takes no place. */
  take(reader: string, socket: NetSocket, most: number): boolean {
    const count = this.#counts.get(reader) ?? 0
    if (count >= most) return false
    if (socket.destroyed || this.#readers.has(socket)) return true
    this.#counts.set(reader, count + 1)
    this.#readers.set(socket, reader)
    socket.once('close', () => this.#leave(socket, reader))
    this.#changed(this.size)
    return true
  }

  #leave(socket: NetSocket, reader: string): void {
    this.#readers.delete(socket)
    const left = (this.#counts.get(reader) ?? 1) - 1
    if (left > 0) this.#counts.set(reader, left)
    else this.#counts.delete(reader)
    this.#changed(this.size)
  }
}
