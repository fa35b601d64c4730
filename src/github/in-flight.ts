/** How many bytes of blobs a process holds at once while they are fetched and read, whatever the number of its scans. */
import { concurrently } from '../scan/concurrently.ts'

/** Three scans with four requests of 1.5 MB each take 18 MB of it, so that only large files wait. */
const AT_ONCE = 64 * 2 ** 20

/** Gives back what was taken; twice is once. */
export type Release = () => void

/** Shared by all scans of a process. First come, first served: a large file isn't passed by small ones for ever. */
export class BytesInFlight {
  readonly #limit: number
  readonly #waiting: { bytes: number; go: () => void }[] = []
  #taken = 0

  constructor(limit = AT_ONCE) {
    this.#limit = limit
  }

  get taken(): number {
    return this.#taken
  }

  /** Waits until there is room. What is larger than all of it goes alone. */
  async take(bytes: number): Promise<Release> {
    const wanted = Math.min(bytes, this.#limit)
    if (this.#waiting.length > 0 || this.#taken + wanted > this.#limit) {
      await new Promise<void>((go) => this.#waiting.push({ bytes: wanted, go }))
    } else {
      this.#taken += wanted
    }
    let held = true
    return () => {
      if (!held) return
      held = false
      this.#taken -= wanted
      this.#admit()
    }
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next && this.#taken + next.bytes <= this.#limit; next = this.#waiting[0]) {
      this.#waiting.shift()
      this.#taken += next.bytes
      next.go()
    }
  }
}

/**
 * As `concurrently`, where each item takes its bytes before it is fetched and until the consumer asks for the next result.
 * Also where the consumer leaves, or something fails: then what is still on its way gives back as it ends.
 */
export async function* withinBytes<Item, Result>(
  inFlight: BytesInFlight,
  items: Iterable<Item>,
  limit: number,
  bytesOf: (item: Item) => number,
  fetch: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const fetched = new Set<Release>()
  let left = false
  const work = async (item: Item) => {
    const release = await inFlight.take(bytesOf(item))
    try {
      if (left) throw new Error('Nobody waits for it any more.')
      const result = await fetch(item)
      if (left) throw new Error('Nobody waits for it any more.')
      fetched.add(release)
      return { result, release }
    } catch (error) {
      release()
      throw error
    }
  }
  try {
    for await (const { result, release } of concurrently(items, limit, work)) {
      yield result
      release()
      fetched.delete(release)
    }
  } finally {
    left = true
    for (const release of fetched) release()
  }
}
