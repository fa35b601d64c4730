/** The board at /admin/queues: who gets to see it, and that it shows the queue. */
import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { type ApiKey, newKey } from '../../src/access/api-key.ts'
import { createHost } from '../../src/api/host.ts'
import { keyAccess } from '../../src/api/key-access.ts'
import { BOARD_PATH, queueBoard } from '../../src/api/queue-board.ts'
import { boardOf } from '../../src/queue/board.ts'
import { type OpenQueue, openQueue } from '../../src/queue/index.ts'
import type { Queue } from '../../src/scan/ports/queue.ts'
import { createLogger } from '../../src/telemetry/logger.ts'

const { TEST_REDIS_URL: redisUrl, TEST_DATABASE_URL: databaseUrl } = process.env

const keys = new Map<string, ApiKey>()
const aKey = (change: Partial<ApiKey>) => {
  const key = newKey()
  keys.set(key, {
    ...{ id: randomUUID(), name: 'k', scopes: ['admin'], installationId: null, repositoryIds: [] },
    ...{ makerId: null, createdAt: new Date(0), createdBy: 'cli', expiresAt: null, lastUsedAt: null, revokedAt: null },
    ...change,
  })
  return key
}
const ADMIN = aKey({})
const EXPIRED = aKey({ expiresAt: new Date(1) })
const REVOKED = aKey({ revokedAt: new Date(1) })
const READER = aKey({ scopes: ['read', 'scan'] })
const OF_ONE = aKey({ installationId: 1n })

const bearer = (key: string) => ({ authorization: `Bearer ${key}` })
const basic = (key: string) => ({ authorization: `Basic ${Buffer.from(`me:${key}`).toString('base64')}` })

let log: string[]
let address: string

async function hostOf(queue: Queue, adapter = boardOf(queue)): Promise<FastifyInstance> {
  log = []
  const host = createHost({ logger: createLogger('trace', { write: (line) => void log.push(line) }) })
  const authenticate = keyAccess({ keys: { find: async (key) => keys.get(key) ?? null, used: async () => {} } })
  const board = { queue: adapter, reachable: () => queue.reachable() }
  await host.register(queueBoard, { prefix: BOARD_PATH, ...board, authenticate })
  address = await host.listen({ port: 0, host: '127.0.0.1' })
  return host
}

interface Answer {
  status: number
  headers: Record<string, string>
  body: string
}

async function ask(path = '', headers: Record<string, string> = bearer(ADMIN), method = 'GET'): Promise<Answer> {
  const answer = await fetch(`${address}${BOARD_PATH}${path}`, { headers, method })
  return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() }
}

board('Redis', redisUrl !== undefined, { redisUrl })
board('PostgreSQL', databaseUrl !== undefined, { databaseUrl })

function board(server: string, available: boolean, where: Pick<OpenQueue, 'redisUrl' | 'databaseUrl'>) {
  const suite = available ? describe : describe.skip
  suite(`The board of a queue on ${server}`, () => {
    const name = `test-${randomUUID()}`
    let queue: Queue
    let host: FastifyInstance
    beforeAll(async () => {
      queue = await openQueue({ ...where, name, log: createLogger('silent'), backoffMs: 1 })
      queue.process(async (id) => {
        if (id === 'bad') throw new Error('no such tree')
        return undefined
      })
      await queue.add('bad')
      await queue.add('good')
    })
    afterAll(() => queue.close(0))
    beforeEach(async () => {
      host = await hostOf(queue)
    })
    afterEach(() => host.close())

    it.each(['', '/', '/static/images/logo.svg', '/api/queues', '/api/redis/stats', `/queue/${name}`, '/nothing/here'])(
      'is not for who has no key: %s',
      async (path) => {
        const { status, headers, body } = await ask(path, {})
        expect(status).toBe(401)
        // `fetch` says that nobody opened this as a page.
        expect(headers['www-authenticate']).toBe('Bearer realm="rosie-guard"')
        expect(headers['content-type']).toMatch(/^application\/problem\+json/)
        expect(headers['cache-control']).toBe('no-store')
        expect(body).not.toContain(name)
      },
    )

    it.each([
      ['another', newKey()],
      ['none that could be one', 'rsk_1'],
      ['one that expired', EXPIRED],
      ['one that was revoked', REVOKED],
    ])('is not for who has %s', async (_what, key) => {
      expect((await ask('/api/queues', bearer(key))).status).toBe(401)
      expect((await ask('/api/queues', basic(key))).status).toBe(401)
    })

    it.each([
      ['may only read and scan', READER],
      ['is of one installation', OF_ONE],
    ])('is not for whose key %s', async (_what, key) => {
      const { status, headers, body } = await ask('/api/queues', bearer(key))
      expect(status).toBe(403)
      expect(headers).not.toHaveProperty('www-authenticate')
      expect(JSON.parse(body).detail).toBe('This needs a key of the whole server, with the scope admin.')
    })

    it('is closed for a minute to whom at an address that sent ten wrong keys has no right one', async () => {
      for (let n = 0; n < 10; n++) expect((await ask('', bearer(newKey()))).status).toBe(401)
      const { status, headers } = await ask('', bearer(newKey()))
      expect(status).toBe(429)
      expect(Number(headers['retry-after'])).toBeGreaterThan(0)
      expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60)
      expect((await ask()).status).toBe(200)
    })

    it.each([bearer(ADMIN), basic(ADMIN)])(
      'is a page for who has a key of the server that may admin',
      async (headers) => {
        for (const path of ['', '/', `/queue/${name}`]) {
          const answer = await ask(path, headers)
          expect(answer.status).toBe(200)
          expect(answer.headers['content-type']).toMatch(/^text\/html/)
          expect(answer.body).toContain(`<base href="${BOARD_PATH}/"`)
        }
      },
    )

    it('lets the page load its own files, and nothing else', async () => {
      const { body, headers } = await ask()
      const policy = String(headers['content-security-policy'])
      expect(policy).toContain("script-src 'self';")
      expect(policy).toContain("default-src 'none';")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
      const files = [...body.matchAll(/(?:src|href)="(static\/[^"]+\.(?:js|css))"/g)].map(([, file]) => file)
      expect(files.length).toBeGreaterThan(3)
      for (const file of files) {
        const answer = await ask(`/${file}`)
        expect(answer.status).toBe(200)
        expect(answer.headers['content-type']).toMatch(/javascript|css/)
        expect(answer.headers['cache-control']).toBe('no-store')
      }
      // Scripts in the page would be refused: there are none that run.
      expect(body.match(/<script(?! defer src=| id="__UI_CONFIG__" type="application\/json")/g)).toBeNull()
    })

    it('shows jobs that failed, with why, and that nothing can be changed', async () => {
      const read = async () =>
        JSON.parse((await ask(`/api/queues?activeQueue=${name}&status=failed&page=1&jobsPerPage=10`)).body).queues[0]
      for (let tries = 0; (await read()).counts.failed === 0 && tries < 100; tries++)
        await new Promise((r) => setTimeout(r, 50))
      const shown = await read()
      expect(shown).toMatchObject({
        name,
        readOnlyMode: true,
        allowRetries: false,
        counts: { failed: 1, completed: 1 },
      })
      expect(shown.jobs).toMatchObject([{ data: { scanId: 'bad' }, attempts: 3, failedReason: 'no such tree' }])
      const job = JSON.parse((await ask(`/api/queues/${name}/${shown.jobs[0].id}`)).body)
      expect(job).toMatchObject({ status: 'failed', job: { failedReason: 'no such tree' } })
      expect((await ask('/api/redis/stats')).status).toBe(200)
    })

    it.each(['PUT', 'POST', 'PATCH', 'DELETE'] as const)('takes no orders: %s', async (method) => {
      const path = `/api/queues/${name}/${method === 'POST' ? 'add' : 'pause'}`
      expect((await ask(path, {}, method)).status).toBe(401)
      const { status, headers } = await ask(path, bearer(ADMIN), method)
      expect({ status, allow: headers.allow }).toEqual({ status: 405, allow: 'GET, HEAD' })
    })

    it('answers 404 for what there is not', async () => {
      for (const path of ['/nothing/here', '/static/none.js', '/static/..%2f..%2fpackage.json']) {
        expect((await ask(path)).status).toBe(404)
      }
      expect((await ask('/api/queues/none/1')).status).toBe(404)
    })

    it('tells nobody but the log why it could not read', async () => {
      await host.close()
      const broken = { getJobCounts: () => Promise.reject(new Error('no such key at 10.0.0.7')) }
      host = await hostOf(queue, Object.assign(boardOf(queue) ?? {}, broken) as never)
      const { status, body } = await ask('/api/queues')
      expect(status).toBe(500)
      expect(JSON.parse(body)).toEqual({ error: { key: 'ERRORS.INTERNAL_SERVER_ERROR' } })
      expect(log.join('')).toContain('no such key at 10.0.0.7')
    })

    it('writes no key to the log', async () => {
      await ask('', bearer(EXPIRED))
      await ask('', basic(REVOKED))
      await ask('', bearer(READER))
      await ask('/api/queues', basic(ADMIN))
      const text = log.join('')
      expect(text).toContain('a key was refused')
      for (const key of keys.keys()) {
        expect(text).not.toContain(key)
        expect(text).not.toContain(basic(key).authorization)
      }
    })
  })
}

describe('With the queue in the process', () => {
  it('there is no board, and whoever might see one is told why', async () => {
    const queue = await openQueue({ log: createLogger('silent') })
    const host = await hostOf(queue)
    expect((await ask('', {})).status).toBe(401)
    expect((await ask('', bearer(READER))).status).toBe(403)
    const { status, headers, body } = await ask('', basic(ADMIN))
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    expect(body).toContain('There is no board here')
    expect((await ask('/api/queues', basic(ADMIN))).status).toBe(404)
    await host.close()
    await queue.close(0)
  })
})

const describeRedis = redisUrl ? describe : describe.skip
describeRedis('A board whose server is away', () => {
  it('says that it could not read, and the log why', async () => {
    const queue = await openQueue({ redisUrl: 'redis://127.0.0.1:1', log: createLogger('silent') })
    const host = await hostOf(queue)
    const answer = await ask('/api/queues?page=1&jobsPerPage=10', bearer(ADMIN))
    expect(answer.status).toBe(503)
    expect(JSON.parse(answer.body).detail).toMatch(/^The queue's server does not answer/)
    expect(log.join('')).toContain('The board can not read the queue.')
    expect((await ask('', bearer(ADMIN))).status).toBe(200)
    await host.close()
    await queue.close(0)
  })
})
