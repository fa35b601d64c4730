/**
 * What was read or written lately, by repository, in memory: never more than a limit, and what was asked for the longest time
 * ago goes first, a whole repository at a time. Only for what is true for ever.
 */
export class Recent<Value> {
  readonly #most: number
  /** In the order in which they were last asked for. */
  readonly #shelves = new Map<bigint, { size: number; values: Map<string, Value> }>()
  #size = 0

  /** `most`: of all sizes together, in whatever unit these are given. */
  constructor(most: number) {
    this.#most = most
  }

  of(repository: bigint): ReadonlyMap<string, Value> {
    const shelf = this.#shelves.get(repository)
    if (!shelf) return new Map()
    this.#shelves.delete(repository)
    this.#shelves.set(repository, shelf)
    return shelf.values
  }

  /** Its size counts until the repository goes. */
  drop(repository: bigint, key: string): void {
    this.#shelves.get(repository)?.values.delete(key)
  }

  /** What replaces an earlier value counts beside it until the repository goes. */
  add(repository: bigint, values: Iterable<readonly [string, Value]>, size: number): void {
    const shelf = this.#shelves.get(repository) ?? { size: 0, values: new Map() }
    for (const [key, value] of values) shelf.values.set(key, value)
    shelf.size += size
    this.#size += size
    this.#shelves.delete(repository)
    this.#shelves.set(repository, shelf)
    for (const oldest of this.#shelves.keys()) {
      if (this.#size <= this.#most) break
      this.forget(oldest)
    }
  }

  forget(repository: bigint): void {
    this.#size -= this.#shelves.get(repository)?.size ?? 0
    this.#shelves.delete(repository)
  }
}
