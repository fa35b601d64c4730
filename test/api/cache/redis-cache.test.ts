/** Kept answers in a real Redis, and without it. */
import { redisCache } from '../../../src/api/cache/redis-cache.ts'
import { dispensableRedis } from '../../../src/queue/redis.ts'

const url = process.env.TEST_REDIS_URL
const describeRedis = url ? describe : describe.skip

describeRedis('Answers kept in Redis', () => {
  const client = dispensableRedis(url ?? '')
  beforeAll(async () => {
    if (client.status !== 'ready') await new Promise((resolve) => client.once('ready', resolve))
  })
  afterAll(() => client.disconnect())

  it('are found again, byte for byte, for as long as was said', async () => {
    const cache = redisCache(client)
    const key = `rosie:answer:test:${Date.now()}`
    const answer = { contentType: 'text/csv; charset=utf-8', body: Buffer.from([0, 255, 10, 13, 128]) }
    expect(await cache.get(key)).toBeNull()
    await cache.keep(key, answer, 60)
    expect(await cache.get(key)).toEqual(answer)
    expect(await client.ttl(key)).toBeGreaterThan(50)
    await client.del(key)
  })
})

it('Answers are not found where there is no Redis', async () => {
  const client = dispensableRedis('redis://127.0.0.1:1')
  const cache = redisCache(client)
  await cache.keep('key', { contentType: 'text/plain', body: Buffer.from('x') }, 60)
  expect(await cache.get('key')).toBeNull()
  client.disconnect()
})
