/** Whose requests count together: a key's with those of the key that made it, since it may make any number of others. */
import { LRUCache } from 'lru-cache'
import { keyIdOf } from '../access/api-key.ts'
import type { Reader } from '../access/grant.ts'

/** Keys of which it is remembered where they come from. */
const KEYS = 10_000

/** `rootOf`: the key at the beginning of those that made one, by their ids. It never changes, so it is asked for once. */
export function countedTogether(rootOf: (keyId: string) => Promise<string>): (reader: Reader) => Promise<string> {
  const roots = new LRUCache<string, Promise<string>>({ max: KEYS })
  return async (reader) => {
    const id = keyIdOf(reader)
    if (id === null) return reader.actor
    const root = roots.get(id) ?? rootOf(id)
    roots.set(id, root)
    return root.catch((error: unknown) => {
      roots.delete(id)
      throw error
    })
  }
}
