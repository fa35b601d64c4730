import { within } from '../../scan/within.ts'
import type { Cache, KeptAnswer } from './cache.ts'

/** What is needed of a client of Redis; one that refuses commands at once while it has no connection. */
export interface RedisClient {
  getBuffer(key: string): Promise<Buffer | null>
  set(key: string, value: Buffer, unit: 'EX', seconds: number): Promise<unknown>
}

/** An answer that takes longer to be found is made instead; ms. */
const PATIENCE_MS = 100

/** Shared by all processes. While Redis is away, or slow, nothing is found. */
export function redisCache(client: RedisClient): Cache {
  return {
    async get(key) {
      let found: Buffer | null = null
      const looking = client.getBuffer(key).then((buffer) => {
        found = buffer
      })
      const inTime = await within(PATIENCE_MS, looking).catch(() => false)
      return inTime && found ? unpack(found) : null
    },
    async keep(key, answer, seconds) {
      await client.set(key, pack(answer), 'EX', seconds).catch(() => {})
    },
  }
}

/** The content type, the end of a line, the body. */
const pack = ({ contentType, body }: KeptAnswer): Buffer => Buffer.concat([Buffer.from(`${contentType}\n`), body])

function unpack(packed: Buffer): KeptAnswer | null {
  const end = packed.indexOf('\n')
  return end < 0 ? null : { contentType: packed.toString('utf8', 0, end), body: packed.subarray(end + 1) }
}
