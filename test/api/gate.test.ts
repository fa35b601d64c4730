/** What every request to the API goes through: limits, and origins. */
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { addressesBehind } from '../../src/access/address.ts'
import type { Reader } from '../../src/access/grant.ts'
import { allowOrigins } from '../../src/api/cross-origin.ts'
import { gate } from '../../src/api/gate.ts'
import { createHost } from '../../src/api/host.ts'
import { Problem } from '../../src/api/problem.ts'
import { dispensableRedis } from '../../src/queue/redis.ts'
import { createLogger } from '../../src/telemetry/logger.ts'

const ORIGIN = 'https://dashboard.example.com'
const READER: Reader = { actor: 'api-key/1', name: 'one', grants: [] }

const hosts: FastifyInstance[] = []
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close()
})

/** Whoever sends `x-as` is let in by that name. */
async function aHost(limits: { redis?: object | null; reader?: number; address?: number }) {
  const host = createHost({ logger: createLogger('silent'), addressOf: addressesBehind(['loopback']) })
  hosts.push(host)
  await host.register(
    async (api) => {
      await allowOrigins(api, [ORIGIN])
      await gate(api, {
        limits,
        authenticate: async ({ headers }) => {
          if (!headers['x-as']) throw new Problem(401, 'Who are you?')
          return { ...READER, actor: `api-key/${headers['x-as']}` }
        },
      })
      api.get('/me', async ({ reader }) => reader)
    },
    { prefix: '/api/v1' },
  )
  const url = await host.listen({ host: '127.0.0.1', port: 0 })
  return (init: RequestInit = {}) => fetch(`${url}/api/v1/me`, init)
}

const as = (name: string, headers = {}) => ({ headers: { 'x-as': name, ...headers } })

describe('A limit', () => {
  it('is of each reader, says how much is left, and when to come again', async () => {
    const ask = await aHost({ reader: 2, address: 2 })
    const first = await ask(as('one'))
    expect([first.status, first.headers.get('ratelimit-limit'), first.headers.get('ratelimit-remaining')]).toEqual([
      ...[200, '2', '1'],
    ])
    await ask(as('one'))
    const third = await ask(as('one'))
    expect([third.status, third.headers.get('content-type')]).toEqual([429, expect.stringContaining('problem+json')])
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(Number(third.headers.get('retry-after'))).toBeLessThanOrEqual(60)
    expect(await third.json()).toMatchObject({ status: 429, detail: expect.stringContaining('2 requests a minute') })
    expect((await ask(as('other'))).status).toBe(200)
  })

  it('is of each address where nobody is let in, whoever else comes from there', async () => {
    const ask = await aHost({ reader: 9, address: 2 })
    const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })
    const statuses: number[] = []
    for (const address of ['2001:db8::1', '2001:db8::2', '2001:db8::3', '203.0.113.7']) {
      statuses.push((await ask(from(address))).status)
    }
    expect(statuses).toEqual([401, 401, 429, 401])
    expect((await ask(as('one', { 'x-forwarded-for': '2001:db8::1' }))).status).toBe(200)
  })

  it('stops nobody while Redis is away', async () => {
    const redis = dispensableRedis('redis://127.0.0.1:1')
    const ask = await aHost({ redis, reader: 1 })
    expect([(await ask(as('one'))).status, (await ask(as('one'))).status]).toEqual([200, 200])
    redis.disconnect()
  })

  const server = process.env.TEST_REDIS_URL
  ;(server ? it : it.skip)('is of all processes together with Redis', async () => {
    const redis = dispensableRedis(server ?? '')
    await new Promise((resolve) => redis.once('ready', resolve))
    const name = `reader-${Date.now()}`
    const [one, other] = [await aHost({ redis, reader: 1 }), await aHost({ redis, reader: 1 })]
    expect([(await one(as(name))).status, (await other(as(name))).status]).toEqual([200, 429])
    redis.disconnect()
  })
})

describe('Pages of another origin', () => {
  const preflight = (origin: string) => ({
    method: 'OPTIONS',
    headers: {
      ...{ origin, 'access-control-request-method': 'POST' },
      'access-control-request-headers': 'authorization,idempotency-key',
    },
  })

  it('may ask, without a cookie, where the origin is one of those configured', async () => {
    const ask = await aHost({})
    const before = await ask(preflight(ORIGIN))
    expect([before.status, before.headers.get('access-control-allow-origin')]).toEqual([204, ORIGIN])
    expect(before.headers.get('access-control-allow-headers')).toContain('authorization')
    expect(before.headers.get('access-control-allow-credentials')).toBeNull()
    const { headers } = await ask(as('one', { origin: ORIGIN }))
    expect([headers.get('access-control-allow-origin'), headers.get('vary')]).toEqual([ORIGIN, 'Origin'])
    expect(headers.get('access-control-expose-headers')).toContain('etag')
    expect(headers.get('access-control-expose-headers')).toContain('x-unlinked-events')
    const refused = await ask({ headers: { origin: ORIGIN } })
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, ORIGIN])
  })

  it.each([
    'https://evil.example',
    'https://dashboard.example.com.evil.example',
    'http://dashboard.example.com',
    'null',
  ])('may not where it is %s', async (origin) => {
    const ask = await aHost({})
    expect((await ask(preflight(origin))).headers.get('access-control-allow-origin')).toBeNull()
    expect((await ask(as('one', { origin }))).headers.get('access-control-allow-origin')).toBeNull()
  })
})

it('A body of more than 1 MiB is not read', async () => {
  const host = createHost({ logger: createLogger('silent') })
  hosts.push(host)
  host.post('/', async () => 'read')
  const url = await host.listen({ host: '127.0.0.1', port: 0 })
  const send = (bytes: number) =>
    fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: `"${'x'.repeat(bytes - 2)}"` })
  expect((await send(2 ** 20)).status).toBe(200)
  const large = await send(2 ** 20 + 1)
  expect([large.status, large.headers.get('content-type')]).toEqual([413, expect.stringContaining('problem+json')])
})

it('A long answer breaks off soon after its reader was revoked', async () => {
  const host = createHost({ logger: createLogger('silent') })
  hosts.push(host)
  let revoked = false
  await host.register(async (api) => {
    await gate(api, {
      authenticate: async () => {
        if (revoked) throw new Problem(401, 'This API key is revoked.')
        return READER
      },
    })
    api.get('/long', async (_request, reply) => reply.send(Readable.from(lines())))
  })
  const url = await host.listen({ host: '127.0.0.1', port: 0 })
  const answer = await fetch(`${url}/long`)
  revoked = true
  await expect(answer.text()).rejects.toThrow()
})

/** Longer than a minute. */
async function* lines() {
  for (let n = 0; n < 700; n++) {
    yield `${n}\n`
    await sleep(100)
  }
}
