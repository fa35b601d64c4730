/** Whether all lines of one export are in another as they are: of a part of the trail, which proves nothing by itself. */
import { createHash } from 'node:crypto'

export interface Contained {
  /** Of the part. */
  lines: number
  /** The first of them that is not in the whole, from 1. */
  missing: number | null
}

export class SoughtLines {
  /** Digests, which are small, and the first line that has each: a part may have millions. */
  readonly #left = new Map<string, number>()
  #lines = 0

  /** `part`: its lines, without their ends. */
  static async of(part: AsyncIterable<string>): Promise<SoughtLines> {
    const sought = new SoughtLines()
    for await (const line of part) {
      const digest = digestOf(line)
      sought.#lines++
      if (!sought.#left.has(digest)) sought.#left.set(digest, sought.#lines)
    }
    return sought
  }

  /** The lines of the whole as they are; each that passes is found. */
  async *passing(whole: AsyncIterable<string>): AsyncGenerator<string> {
    for await (const line of whole) {
      this.#left.delete(digestOf(line))
      yield line
    }
  }

  /** Once the whole has passed. */
  get result(): Contained {
    const [missing = null] = this.#left.values()
    return { lines: this.#lines, missing }
  }
}

const digestOf = (line: string): string => createHash('sha256').update(line).digest('base64')
