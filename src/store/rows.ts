/**
 * Bulk writes: many rows as one JSON parameter that the statement unfolds with `json_to_recordset`. Measured on 20,000
 * rows of 600 bytes: 0.5 s in statements of 1,000, against 4 s through the generated client.
 */
import { setImmediate } from 'node:timers/promises'
import type { Database } from './database.ts'
import { toJson } from './json.ts'

/** The embedded database never yields to the event loop while it works: about 30 ms for 1,000 rows, 1 s for 20,000. */
const EMBEDDED_ROWS = 1_000
const SERVER_ROWS = 10_000
/**
 * Characters of one parameter, which lies in memory several times on its way. Below 128 kB it is an object like others to V8,
 * gone with the next small collection; above, it stays until the next of everything: 50 MB for 20,000 artifacts.
 */
const PARAMETER_LENGTH = 96 * 2 ** 10

/** Calls `write` with one JSON array after the other until all rows are written. */
export async function inChunks(
  { embedded }: Pick<Database, 'embedded'>,
  rows: readonly unknown[],
  write: (json: string) => Promise<unknown>,
): Promise<void> {
  for (const json of chunks(rows, embedded ? EMBEDDED_ROWS : SERVER_ROWS)) {
    await write(json)
    if (embedded) await setImmediate()
  }
}

function* chunks(rows: readonly unknown[], most: number): Generator<string> {
  let chunk: string[] = []
  let length = 0
  for (const row of rows) {
    const json = toJson(row)
    if (chunk.length === most || (chunk.length > 0 && length + json.length > PARAMETER_LENGTH)) {
      yield `[${chunk.join()}]`
      chunk = []
      length = 0
    }
    chunk.push(json)
    length += json.length
  }
  if (chunk.length > 0) yield `[${chunk.join()}]`
}
