/** Answers that are kept: by revision and address, for whoever may read them. */
import type { FastifyInstance } from 'fastify'
import type { Cache } from '../../../src/api/cache/cache.ts'
import { MOST_BYTES } from '../../../src/api/cache/cache.ts'
import { keepAnswers } from '../../../src/api/cache/keep-answers.ts'
import { memoryCache } from '../../../src/api/cache/memory-cache.ts'
import { redisCache } from '../../../src/api/cache/redis-cache.ts'
import { createHost } from '../../../src/api/host.ts'
import { Problem } from '../../../src/api/problem.ts'
import type { RepositoryRow } from '../../../src/store/reading/repositories.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'

/** Of Redis, what is needed. `state`: `away` refuses, `silent` never answers. */
function aRedis() {
  const kept = new Map<string, Buffer>()
  const redis = {
    state: 'there' as 'there' | 'away' | 'silent',
    kept,
    async getBuffer(key: string): Promise<Buffer | null> {
      if (redis.state === 'away') throw new Error('Connection is closed.')
      if (redis.state === 'silent') return new Promise(() => {})
      return kept.get(key) ?? null
    },
    async set(key: string, value: Buffer, _unit: 'EX', _seconds: number) {
      if (redis.state === 'away') throw new Error('Connection is closed.')
      kept.set(key, value)
    },
  }
  return redis
}

interface Served {
  host: FastifyInstance
  /** How often each route was made. */
  made: Record<string, number>
  seen: string[]
  of: { id: bigint; revision: string | null; allowed: boolean; ready: Promise<unknown> }
}

/** A host of one repository, whose revision and readers the test sets. */
async function served(cache: Cache, version = '1'): Promise<Served> {
  const [host, made, seen] = [
    createHost({ logger: createLogger('silent') }),
    {} as Record<string, number>,
    [] as string[],
  ]
  const of: Served['of'] = { id: 7n, revision: 'one', allowed: true, ready: Promise.resolve() }
  await host.register(async (app) => {
    app.addHook('preHandler', async (request) => {
      if (!of.allowed) throw new Problem(404, 'not for you')
      request.repository = { id: of.id, trackedScanId: of.revision } as RepositoryRow
    })
    keepAnswers(app, { cache, version, measures: { kept: (outcome) => seen.push(outcome) } })
    const kept = { config: { revised: true, keepSeconds: 60 } }
    const make = (name: string) => {
      made[name] = (made[name] ?? 0) + 1
      return made[name]
    }
    app.get('/kept', kept, async ({ query }) => ({ nth: make('kept'), query }))
    app.get('/csv', kept, async (_request, reply) =>
      reply.type('text/csv; charset=utf-8').send(`nth\n${make('csv')}\n`),
    )
    app.get('/large', kept, async () => ({ nth: make('large'), text: 'x'.repeat(MOST_BYTES) }))
    app.get('/wrong', kept, async () => {
      make('wrong')
      throw new Problem(400, 'wrong')
    })
    app.get('/slow', kept, async ({ query }) => {
      const nth = make('slow')
      await of.ready
      if (nth === 1 && 'fail' in (query as object)) throw new Error('The database is away.')
      return { nth, text: 'x'.repeat('large' in (query as object) ? MOST_BYTES : 1) }
    })
    app.get(
      '/things/:thing',
      {
        ...kept,
        preValidation: async (request) => {
          request.params = { thing: Number((request.params as { thing: string }).thing) }
        },
      },
      async ({ params }) => ({ nth: make('things'), params }),
    )
    app.get('/big', kept, async () => {
      make('big')
      return 'x'.repeat(MOST_BYTES / 2)
    })
    app.get('/plain', { config: { revised: true } }, async () => ({ nth: make('plain') }))
  })
  return { host, made, seen, of }
}

interface Answer {
  status: number
  type: unknown
  body: string
}

const get = async ({ host }: Served, url: string): Promise<Answer> => {
  const { statusCode: status, headers, body } = await host.inject({ url })
  return { status, type: headers['content-type'], body }
}

describe.each([
  ['in memory', () => memoryCache()],
  ['in Redis', () => redisCache(aRedis())],
])('Answers that are kept %s', (_where, cacheOf) => {
  let site: Served
  beforeEach(async () => {
    site = await served(cacheOf())
  })
  afterEach(() => site.host.close())

  it.each(['/kept', '/csv'])('are made once for each revision: %s', async (path) => {
    const first = await get(site, path)
    expect(await get(site, path)).toEqual(first)
    site.of.revision = 'two'
    expect((await get(site, path)).body).not.toBe(first.body)
    site.of.revision = 'one'
    expect(await get(site, path)).toEqual(first)
    expect(site.seen).toEqual(['miss', 'hit', 'miss', 'hit'])
  })

  it('are told apart by what was asked, whatever its order', async () => {
    const first = await get(site, '/kept?a=1&b=2')
    expect(await get(site, '/kept?b=2&a=1')).toEqual(first)
    expect((await get(site, '/kept?a=2&b=1')).body).not.toBe(first.body)
  })

  it('are told apart by what the address means, however it is written', async () => {
    const first = await get(site, '/things/42')
    for (const path of ['/things/042', '/%74hings/42', '/things/%34%32', '/things/42?']) {
      expect(await get(site, path)).toEqual(first)
    }
    expect((await get(site, '/things/43')).body).not.toBe(first.body)
    expect(site.made.things).toBe(2)
  })

  it('are for those who may read', async () => {
    await get(site, '/kept')
    site.of.allowed = false
    expect((await get(site, '/kept')).status).toBe(404)
    expect(site.seen).toEqual(['miss'])
  })

  it.each([
    ['/plain', 'it does not say so'],
    ['/wrong', 'it is no answer'],
    ['/large', 'there is no room'],
  ])('are not those of %s: %s', async (path) => {
    await get(site, path)
    await get(site, path)
    expect(site.made[path.slice(1)]).toBe(2)
  })

  it('are none while nothing was scanned', async () => {
    site.of.revision = null
    await get(site, '/kept')
    await get(site, '/kept')
    expect(site.made.kept).toBe(2)
  })
})

describe.each([
  ['in memory', () => memoryCache()],
  ['in Redis', () => redisCache(aRedis())],
  [
    'nowhere, since Redis is away',
    () => redisCache({ ...aRedis(), getBuffer: () => Promise.reject(new Error('away')) }),
  ],
])('What several ask for at once, kept %s,', (_where, cacheOf) => {
  let site: Served
  beforeEach(async () => {
    site = await served(cacheOf())
  })
  afterEach(() => site.host.close())

  /** Six ask while the first is at it. */
  async function atOnce(url: string, ask: () => Promise<Answer> = () => get(site, url)): Promise<Answer[]> {
    let release = () => {}
    site.of.ready = new Promise<void>((resolve) => {
      release = resolve
    })
    const answers = Array.from({ length: 6 }, ask)
    while (site.seen.length === 0) await new Promise(setImmediate)
    await new Promise((resolve) => setTimeout(resolve, 20))
    release()
    return Promise.all(answers)
  }

  it.each(['/slow', '/slow?large'])('is made once: %s', async (url) => {
    const bodies = (await atOnce(url)).map(({ status, body }) => `${status} ${body.length} ${body.slice(0, 8)}`)
    expect(new Set(bodies).size).toBe(1)
    expect(site.made.slow).toBe(1)
    expect([...site.seen].sort()).toEqual(['hit', 'hit', 'hit', 'hit', 'hit', 'miss'])
  })

  it('is made by each of the others where the first comes to nothing', async () => {
    const answers = await atOnce('/slow?fail')
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 500])
  })

  it('is made once for each address', async () => {
    const turns = [1, 2, 1, 2, 1, 2]
    await atOnce('', () => get(site, `/slow?n=${turns.pop()}`))
    expect(site.made.slow).toBe(2)
  })
})

it('Another version makes its own answers', async () => {
  const redis = aRedis()
  const [one, two] = [await served(redisCache(redis)), await served(redisCache(redis), '2')]
  for (const site of [one, two, one, two]) await get(site, '/kept')
  expect([one.made.kept, two.made.kept]).toEqual([1, 1])
  expect([...redis.kept.keys()]).toEqual([
    expect.stringMatching(/^rosie:answer:7:one:/),
    expect.stringMatching(/^rosie:answer:7:one:/),
  ])
  for (const { host } of [one, two]) await host.close()
})

it('Of one repository so many bytes are kept within ten minutes, and of another as many', async () => {
  const redis = aRedis()
  const site = await served(redisCache(redis))
  const asked = (from: number) => Promise.all(Array.from({ length: 20 }, (_, nth) => get(site, `/big?n=${from + nth}`)))
  await asked(0)
  const most = (64 * 2 ** 20) / (MOST_BYTES / 2)
  expect(redis.kept.size).toBe(most)
  site.of.id = 8n
  await asked(100)
  expect(redis.kept.size).toBe(2 * most)
  await site.host.close()
})

it.each(['away', 'silent'] as const)('A Redis that is %s is a miss', async (state) => {
  const redis = aRedis()
  const site = await served(redisCache(redis))
  await get(site, '/kept')
  redis.state = state
  expect((await get(site, '/kept')).status).toBe(200)
  expect(site.seen).toEqual(['miss', 'miss'])
  await site.host.close()
})

it('What lies in memory has a bound', async () => {
  const cache = memoryCache(10_000)
  const answer = { contentType: 'text/plain', body: Buffer.alloc(3_000) }
  for (const key of ['a', 'b', 'c', 'd']) await cache.keep(key, answer, 60)
  expect(await Promise.all(['a', 'b', 'c', 'd'].map(async (key) => (await cache.get(key)) !== null))).toEqual([
    ...[false, true, true, true],
  ])
})
