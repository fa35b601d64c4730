import { LRUCache } from 'lru-cache'
import type { Cache, KeptAnswer } from './cache.ts'

/** Of one process: the answers that were asked for last, up to so many bytes. */
export function memoryCache(bytes = 64 * 2 ** 20): Cache {
  const kept = new LRUCache<string, KeptAnswer>({
    maxSize: bytes,
    sizeCalculation: ({ body }, key) => body.byteLength + 2 * key.length + 200,
  })
  return {
    get: async (key) => kept.get(key) ?? null,
    keep: async (key, answer, seconds) => void kept.set(key, answer, { ttl: seconds * 1000 }),
  }
}
