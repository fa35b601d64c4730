/** The page at `/`: what this server is, and where to go. */
import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { type HomeOptions, home } from '../../src/api/home.ts'
import { createHost } from '../../src/api/host.ts'
import { startWeb } from '../../src/app-web.ts'
import { type Config, loadConfig } from '../../src/config.ts'
import { InProcessChannel } from '../../src/live/channel/in-process.ts'
import { openQueue } from '../../src/queue/index.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import { Metrics } from '../../src/telemetry/metrics.ts'
import { forEachDatabase } from '../support/database.ts'
import { GitHub } from '../support/github/index.ts'

const HERE = { version: '1.2.3', signIn: true }
const linksOf = (page: string) => [...page.matchAll(/<a href="([^"]*)">/g)].map(([, address]) => address)

describe('The page', () => {
  let host: FastifyInstance
  afterEach(() => host.close())

  /** There is no database, and nobody else to ask. */
  async function start(options: HomeOptions = HERE) {
    host = createHost({ logger: createLogger('silent') })
    await host.register(home, options)
    const url = await host.listen({ host: '127.0.0.1', port: 0 })
    return async (path: string, init: RequestInit = {}) => {
      const answer = await fetch(url + path, init)
      return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() }
    }
  }

  it('says what this is, in which version, and where to go', async () => {
    const { status, headers, body } = await (await start())('/')
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    expect(body).toContain('This is the server of rosie-guard, a GitHub App.')
    expect(body).toContain('Version 1.2.3')
    expect(linksOf(body)).toEqual(['/auth/login', '/api/docs', '/admin/queues', '/healthz'])
  })

  it('leaves out signing in where nobody can, and says nothing of what is missing', async () => {
    const { body } = await (await start({ ...HERE, signIn: false }))('/')
    expect(linksOf(body)).toEqual(['/api/docs', '/admin/queues', '/healthz'])
    expect(body).not.toMatch(/sign(ed)? in|[A-Z]+_[A-Z]+/i)
  })

  it('may load nothing but its own style, send nothing, be framed nowhere and kept by nobody', async () => {
    const ask = await start()
    const { headers, body } = await ask('/')
    const nonce = /<style nonce="([^"]{24})">/.exec(body)?.[1]
    expect(headers['content-security-policy']?.split('; ')).toEqual([
      ...["default-src 'none'", `style-src 'nonce-${nonce}'`, "form-action 'none'", "base-uri 'none'"],
      "frame-ancestors 'none'",
    ])
    expect(headers).toMatchObject({
      ...{ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff' },
      ...{ 'x-frame-options': 'DENY', 'cross-origin-resource-policy': 'same-origin' },
    })
    expect(headers).not.toHaveProperty('set-cookie')
    expect(body).not.toMatch(/<script|<form| src=| style=|https?:|@import|url\(/)
    expect((await ask('/')).body).not.toContain(nonce)
  })

  it('can be read by whoever reads with a screen reader, or on a small screen', async () => {
    const { body } = await (await start())('/')
    expect(body).toContain('<html lang="en">')
    expect(body).toContain('<title>rosie-guard</title>')
    expect(body).toContain('<meta name="viewport" content="width=device-width, initial-scale=1">')
    // Anywhere else the links are for a dark page while the page stays white: 2.4 to 1, where 4.5 are needed.
    expect([...body.matchAll(/(\S+) \{[^}]*color-scheme/g)].map(([, where]) => where)).toEqual([':root'])
    expect([...body.matchAll(/<(h\d|main)>/g)].map(([, name]) => name)).toEqual(['main', 'h1', 'h2'])
  })

  it('answers HEAD as GET, without the page', async () => {
    const ask = await start()
    const [head, get] = [await ask('/', { method: 'HEAD' }), await ask('/')]
    expect([head.status, head.body]).toEqual([200, ''])
    for (const name of ['content-type', 'content-length', 'cache-control'])
      expect({ name, value: head.headers[name] }).toEqual({ name, value: get.headers[name] })
    expect(head.headers['content-security-policy']).toContain("default-src 'none'; style-src 'nonce-")
  })

  it.each([
    ['GET', '/index.html'],
    ['GET', '//'],
    ['GET', '/nothing'],
    ['POST', '/'],
  ])('is nowhere else: %s %s', async (method, path) => {
    const { status, headers } = await (await start())(path, { method })
    expect([status, headers['content-type']]).toEqual([404, 'application/problem+json; charset=utf-8'])
  })
})

forEachDatabase('In the app the page', (databases) => {
  const log = createLogger('silent')
  let github: GitHub
  let putAway: () => Promise<void>
  beforeAll(async () => {
    github = await GitHub.start()
  })
  afterAll(() => github.close())
  afterEach(() => putAway())

  async function start(environment: Record<string, string>, role: Config['role'] = 'all'): Promise<string> {
    const database = await databases.open()
    const queue = await openQueue({ log })
    const config = { ...loadConfig({ ...github.environment, ...environment, PORT: '0' }), role }
    if (!config.app) throw new Error('No app is configured.')
    const web = await startWeb({
      ...{ config, credentials: { ...config.app, slug: null }, database, log, queue, metrics: new Metrics() },
      ...{ channel: new InProcessChannel(log), onScans() {}, pollMs: 60_000 },
    })
    putAway = async () => {
      await web.rest()
      await web.close()
      await queue.close(0)
    }
    return web.url
  }

  const PEOPLE = { PUBLIC_URL: 'http://localhost:3999', SESSION_SECRET: randomUUID() }

  it.each([
    ['leads to what there is', {}, false],
    ['leads to signing in where people can', PEOPLE, true],
  ])('%s', async (_what, environment, signIn) => {
    const url = await start(environment)
    const page = await (await fetch(url)).text()
    const statuses = await Promise.all(
      linksOf(page).map(async (path) => [path, (await fetch(url + path, { redirect: 'manual' })).status]),
    )
    expect(statuses).toEqual([
      ...(signIn ? [['/auth/login', 303]] : []),
      ...[
        ['/api/docs', 200],
        ['/admin/queues', 401],
        ['/healthz', 200],
      ],
    ])
  })

  it('is not there in a process that only works', async () => {
    const url = await start({}, 'worker')
    expect((await fetch(url)).status).toBe(404)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
  })
})
