import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import { type HealthOptions, health } from '../../src/api/health.ts'
import { createHost } from '../../src/api/host.ts'
import { Problem } from '../../src/api/problem.ts'

let lines: string[]
let host: FastifyInstance

/** Routes are added before the first request: it starts the host. */
async function send(path: string, init: RequestInit = {}) {
  if (!host.server.listening) await host.listen({ port: 0, host: '127.0.0.1' })
  const address = host.server.address() as AddressInfo
  const answer = await fetch(`http://127.0.0.1:${address.port}${path}`, init)
  return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() }
}

/** As it is: no client of ours writes such an address. */
async function sendRaw(path: string) {
  if (!host.server.listening) await host.listen({ port: 0, host: '127.0.0.1' })
  const socket = connect((host.server.address() as AddressInfo).port, '127.0.0.1')
  socket.end(`GET ${path} HTTP/1.1\r\nhost: guard\r\nx-request-id: of-a-proxy\r\nconnection: close\r\n\r\n`)
  const [headers = '', body = ''] = (await text(socket)).split('\r\n\r\n')
  return { headers, body }
}

beforeEach(() => {
  lines = []
  host = createHost({ logger: pino({ level: 'debug' }, { write: (line: string) => lines.push(line) }) })
})
afterEach(() => host.close())

describe('every answer', () => {
  it('carries a request id and keeps browsers from guessing, framing and storing', async () => {
    const { headers } = await send('/nothing')
    expect(headers['x-request-id']).toMatch(/^[\w-]{36}$/)
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    })
  })

  it("keeps a proxy's request id, but not one that would break the log", async () => {
    const idFor = async (id: string) => (await send('/', { headers: { 'x-request-id': id } })).headers['x-request-id']
    expect(await idFor('abc-123')).toBe('abc-123')
    expect(await idFor('abc 123{"level":"fatal"}')).toMatch(/^[\w-]{36}$/)
  })

  it('leaves the query, which may hold codes, out of the log', async () => {
    await send('/setup/callback?code=secret-code')
    expect(lines.join()).toContain('"status":404')
    expect(lines.join()).not.toContain('secret-code')
  })
})

describe('errors', () => {
  it('are problem details', async () => {
    host.get('/limit', async () => {
      throw new Problem(429, 'Slow down.', { 'retry-after': '5' })
    })
    const answer = await send('/limit', { headers: { 'x-request-id': 'one' } })
    expect(answer.headers).toMatchObject({
      'content-type': expect.stringContaining('application/problem+json'),
      'retry-after': '5',
    })
    expect(JSON.parse(answer.body)).toEqual({
      type: 'about:blank',
      title: 'Too Many Requests',
      status: 429,
      detail: 'Slow down.',
      requestId: 'one',
    })
  })

  it('of our own making are told to the log only', async () => {
    host.get('/broken', async () => {
      throw new Error('duplicate key value "hunter2"')
    })
    const answer = await send('/broken', { headers: { 'x-request-id': 'look-me-up' } })
    expect(answer.status).toBe(500)
    expect(answer.body).not.toMatch(/hunter2|\.ts/)
    expect(JSON.parse(answer.body).detail).toContain('look-me-up')
    expect(lines.join()).toContain('hunter2')
  })

  it('for what is not there, or not understood', async () => {
    host.post('/thing', async () => 'ok')
    expect(JSON.parse((await send('/nothing')).body)).toMatchObject({ status: 404 })
    const headers = { 'content-type': 'application/json' }
    const answer = await send('/thing', { method: 'POST', headers, body: '{' })
    expect([answer.status, answer.headers['content-type']]).toEqual([400, expect.stringContaining('problem+json')])
  })

  it.each([
    ['that can not be read', '/api/v1/%zz', 400],
    ['of which a part is too long', `/things/${'x'.repeat(2_001)}`, 414],
  ])('for an address %s', async (_of, path, status) => {
    host.get('/things/:thing', async () => 'ok')
    const { headers, body } = await sendRaw(path)
    expect(JSON.parse(body)).toMatchObject({ type: 'about:blank', status, requestId: 'of-a-proxy' })
    expect(headers).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    const due = [
      'content-type: application/problem+json',
      'x-request-id: of-a-proxy',
      'x-content-type-options: nosniff',
    ]
    for (const header of [...due, "content-security-policy: default-src 'none'", 'cache-control: no-store']) {
      expect(headers).toContain(header)
    }
  })

  it('are none for as long an id as there may be', async () => {
    host.get('/things/:thing', async ({ params }) => params)
    const thing = 'ä'.repeat(1_000)
    expect(await send(`/things/${encodeURIComponent(thing)}`)).toMatchObject({
      ...{ status: 200, body: JSON.stringify({ thing }) },
    })
  })
})

describe('health', () => {
  const well = async () => {}
  const ill = async () => Promise.reject(new Error('connection refused'))
  const never = () => new Promise(() => {})
  const readiness = async (options: Partial<HealthOptions>) => {
    await host.register(health, { stopping: () => false, database: well, migrations: well, timeoutMs: 20, ...options })
    const { status: statusCode, body } = await send('/readyz')
    return { statusCode, body, ...JSON.parse(body) }
  }

  it('is alive whatever the database does', async () => {
    await host.register(health, { stopping: () => true, database: ill, migrations: ill })
    expect((await send('/healthz')).status).toBe(200)
  })

  it('is ready when everything is', async () => {
    expect(await readiness({ redis: well })).toMatchObject({ statusCode: 200, status: 'ready' })
  })

  it('is ready without a Redis that nobody configured', async () => {
    expect(await readiness({})).toMatchObject({ statusCode: 200, status: 'ready', checks: { database: true } })
  })

  it('is degraded, and ready, while Redis is down', async () => {
    expect(await readiness({ redis: ill })).toMatchObject({
      statusCode: 200,
      status: 'degraded',
      checks: { redis: false },
    })
  })

  it('is degraded, and ready, while nothing scans', async () => {
    expect(await readiness({ scanning: ill })).toMatchObject({
      statusCode: 200,
      status: 'degraded',
      checks: { scanning: false },
    })
  })

  it('is ready to scan and nothing else', async () => {
    expect(await readiness({ scanning: well, onlyScans: true })).toMatchObject({ statusCode: 200, status: 'ready' })
  })

  it('is looked into once for all who ask within a second, and again after that', async () => {
    let looked = 0
    const database = async () => {
      looked += 1
    }
    await host.register(health, { stopping: () => false, database, migrations: well })
    await send('/healthz')
    await Promise.all(Array.from({ length: 20 }, () => send('/readyz')))
    expect(looked).toBe(1)
    await sleep(1_000)
    await send('/readyz')
    expect(looked).toBe(2)
  })

  it('is none from the moment on at which it stops', async () => {
    let stops = false
    await host.register(health, { stopping: () => stops, database: well, migrations: well })
    const before = await send('/readyz')
    stops = true
    expect([before.status, (await send('/readyz')).status]).toEqual([200, 503])
  })

  it.each<[string, Partial<HealthOptions>]>([
    ['while it should only scan, and can not', { scanning: ill, onlyScans: true }],
    ['without a database', { database: ill }],
    ['with a database that does not answer', { database: never }],
    ['with migrations to come', { migrations: ill }],
    ['while it stops', { stopping: () => true }],
  ])('is not ready %s', async (_when, options) => {
    const answer = await readiness(options)
    expect(answer).toMatchObject({ statusCode: 503, status: 'unready' })
    expect(answer.body).not.toContain('refused')
  })
})
