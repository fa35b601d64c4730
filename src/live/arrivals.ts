/**
 * Connections that have yet to say whose they are. Anybody may open one, so each address has few of them at a time, and
 * none for the rest of a minute in which it was sent away too often. Those that are known are counted by reader.
 */
import type { Socket as NetSocket } from 'node:net'
import { FailedAttempts } from '../access/failed-attempts.ts'

export interface ArrivalsOptions {
  /** Of one address at a time. */
  most: number
  /** Of one address in a minute. */
  failures: number
  /** How many there are now, of all addresses. */
  changed(count: number): void
}

export class Arrivals {
  readonly #options: ArrivalsOptions
  readonly #failed: FailedAttempts
  readonly #addresses = new Map<NetSocket, string>()
  readonly #counts = new Map<string, number>()

  constructor(options: ArrivalsOptions) {
    this.#options = options
    this.#failed = new FailedAttempts({ most: options.failures })
  }

  get size(): number {
    return this.#addresses.size
  }

  /** False: this address has to wait. */
  admit(address: string, socket: NetSocket): boolean {
    const count = this.#counts.get(address) ?? 0
    if (count >= this.#options.most || this.#failed.restMs(address) > 0) return false
    this.#counts.set(address, count + 1)
    this.#addresses.set(socket, address)
    socket.once('close', () => this.#leave(socket))
    this.#options.changed(this.size)
    return true
  }

  /** It is known whose it is. */
  known(socket: NetSocket): void {
    this.#leave(socket)
  }

  /** One of this address was nobody's. */
  refused(address: string): void {
    this.#failed.failed(address)
  }

  #leave(socket: NetSocket): void {
    const address = this.#addresses.get(socket)
    if (address === undefined) return
    this.#addresses.delete(socket)
    const left = (this.#counts.get(address) ?? 1) - 1
    if (left > 0) this.#counts.set(address, left)
    else this.#counts.delete(address)
    this.#options.changed(this.size)
  }
}
