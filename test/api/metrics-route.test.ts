import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import { createHost } from '../../src/api/host.ts'
import { isLocal, measureAnswers, metricsRoute } from '../../src/api/metrics-route.ts'

const TOKEN = '0123456789abcdef0123'
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'
const TEXT = 'rosie_scans_open 1\n'

let host: FastifyInstance
let port: number
afterEach(() => host.close())

async function start(token: string | null): Promise<void> {
  host = createHost({ logger: pino({ level: 'silent' }) })
  await host.register(metricsRoute, { text: async () => TEXT, contentType: CONTENT_TYPE, token })
  await host.listen({ port: 0, host: '127.0.0.1' })
  port = (host.server.address() as AddressInfo).port
}

interface Answer {
  status: number | undefined
  type: string | undefined
  challenge: string | undefined
  body: string
}

/** Not `fetch`, which sets the host itself. */
function ask(headers: Record<string, string> = {}) {
  return new Promise<Answer>((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port, path: '/metrics', headers }, (answer) => {
      let body = ''
      answer.on('data', (chunk) => {
        body += chunk
      })
      answer.on('end', () => {
        const { 'content-type': type, 'www-authenticate': challenge } = answer.headers
        resolve({ status: answer.statusCode, type, challenge, body })
      })
    })
    asking.on('error', reject)
    asking.end()
  })
}

describe('Without a token', () => {
  it('metrics are for who asks from this machine', async () => {
    await start(null)
    expect(await ask()).toMatchObject({ status: 200, type: CONTENT_TYPE, body: TEXT })
    expect(await ask({ host: 'localhost:3000' })).toMatchObject({ status: 200 })
  })

  it.each([
    ['forwarded', 'for=203.0.113.7'],
    ['x-forwarded-for', '203.0.113.7'],
    ['x-forwarded-for', '127.0.0.1'],
    ['x-real-ip', '203.0.113.7'],
    ['via', '1.1 proxy'],
    ['host', 'guard.example.com'],
    ['host', 'localhost.example.com'],
  ])('but not for whom a proxy, or a name, leads here: %s: %s', async (name, value) => {
    await start(null)
    const answer = await ask({ [name]: value })
    expect(answer).toMatchObject({ status: 403, body: expect.stringContaining('machine of this server') })
    expect(answer.body).not.toContain('rosie_scans_open')
  })

  it.each([
    ['127.0.0.1', true],
    ['127.0.1.1', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['203.0.113.7', false],
    ['10.0.0.1', false],
    ['::ffff:10.0.0.1', false],
    ['fe80::1', false],
    ['::127.0.0.1', false],
    [undefined, false],
  ])('%s is this machine: %s', (address, own) => {
    expect(isLocal(address, { host: 'localhost:3000' })).toBe(own)
  })
})

describe('With a token', () => {
  it('metrics are for who sends it, from wherever', async () => {
    await start(TOKEN)
    const headers = { authorization: `Bearer ${TOKEN}`, 'x-forwarded-for': '203.0.113.8', host: 'guard.example.com' }
    expect(await ask(headers)).toMatchObject({ status: 200, body: TEXT })
  })

  it.each([null, `Bearer ${TOKEN}x`, `Bearer ${TOKEN.slice(1)}`, TOKEN, `Basic ${TOKEN}`, 'Bearer '])(
    'and for nobody else, not even on this machine: %s',
    async (authorization) => {
      await start(TOKEN)
      const answer = await ask(authorization === null ? {} : { authorization })
      expect(answer).toMatchObject({ status: 401, challenge: 'Bearer' })
      expect(answer.body).not.toContain('rosie_scans_open')
    },
  )
})

it('Answers are measured by route, never by address', async () => {
  const answered: unknown[][] = []
  host = createHost({ logger: pino({ level: 'silent' }) })
  measureAnswers(host, { answered: (...of) => void answered.push(of), delivery: () => {} })
  host.get('/things/:id', async () => {
    await new Promise((resolve) => setTimeout(resolve, 60))
    return {}
  })
  await host.register(async (inner) => {
    inner.get('/inner', async () => {
      throw new Error('broken')
    })
  })
  const address = await host.listen({ port: 0, host: '127.0.0.1' })
  for (const path of ['/things/1', '/inner', '/secret/2']) await (await fetch(address + path)).text()
  expect(answered).toEqual([
    ['GET', '/things/:id', 200, expect.any(Number)],
    ['GET', '/inner', 500, expect.any(Number)],
    ['GET', 'none', 404, expect.any(Number)],
  ])
  expect(answered[0]?.[3]).toBeGreaterThanOrEqual(50)
  expect(answered[0]?.[3]).toBeLessThan(5000)
})
