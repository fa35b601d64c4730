/**
 * Who may have what lies outside `/api/v1`: every route of the app as it is put together, for everybody who may ask. What lies
 * below is in v1/isolation.test.ts.
 */
import { randomUUID } from 'node:crypto'
import diagnostics from 'node:diagnostics_channel'
import type { FastifyInstance } from 'fastify'
import { startWeb, type Web } from '../../src/app-web.ts'
import { loadConfig } from '../../src/config.ts'
import { InProcessChannel } from '../../src/live/channel/in-process.ts'
import { openQueue } from '../../src/queue/index.ts'
import type { Queue } from '../../src/scan/ports/queue.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import { Metrics } from '../../src/telemetry/metrics.ts'
import { deliver } from '../store/given.ts'
import { Browser } from '../support/browser.ts'
import { forEachDatabase } from '../support/database.ts'
import { GitHub } from '../support/github/index.ts'
import { aKey } from './v1/stage.ts'

const PUBLIC_URL = 'http://localhost:3999'
const METRICS_TOKEN = 'a-token-of-whoever-reads-the-metrics'
const ASKING = ['nobody', 'reader', 'administrator', 'person', 'server', 'operator'] as const
type Asking = (typeof ASKING)[number]

/** `in`: let in, whatever there is then. */
type Told = 'in' | 303 | 400 | 401 | 403
const all = (told: Told) => Object.fromEntries(ASKING.map((who) => [who, told])) as Record<Asking, Told>
const ofTheServer = { ...all(403), nobody: 401, server: 'in', operator: 'in' } as const

/** The first that fits counts. */
const RULES: readonly [route: RegExp, Readonly<Record<Asking, Told>>][] = [
  [/^GET \/(healthz|readyz)?$/, all('in')],
  [/^GET \/api\/v1\/openapi\.json$/, all('in')],
  [/^GET \/api\/docs(\/|$)/, all('in')],
  // With a token of its own.
  [/^GET \/metrics$/, all(401)],
  // With GitHub's signature.
  [/^POST \/api\/github\/webhooks$/, all(401)],
  // Told that it takes nothing but that.
  [/^\w+ \/api\/github\/webhooks$/, all('in')],
  [/^GET \/auth\/login$/, all(303)],
  // With what sign-in began with.
  [/^GET \/auth\/callback$/, all(400)],
  [/^POST \/auth\/logout$/, all('in')],
  [/^\w+ \/admin\/queues(\/|$)/, ofTheServer],
]

const { TEST_REDIS_URL: redisUrl } = process.env

forEachDatabase('Outside of /api/v1', (databases) => {
  const routes = new Set<string>()
  let github: GitHub
  let queue: Queue
  let web: Web
  let holders: Record<Asking, Record<string, string>>
  beforeAll(async () => {
    const database = await databases.open()
    const log = createLogger('silent')
    github = await GitHub.start()
    // A queue that has a server has a board.
    queue = await openQueue({ redisUrl: databases.embedded ? null : redisUrl, name: `test-${randomUUID()}`, log })
    const access = { PUBLIC_URL, METRICS_TOKEN, SESSION_SECRET: randomUUID(), ADMINS: 'root' }
    const config = loadConfig({ ...github.environment, ...access, PORT: '0' })
    if (!config.app) throw new Error('No app is configured.')
    const note = (message: unknown) => noteRoutes((message as { fastify: FastifyInstance }).fastify, routes)
    diagnostics.subscribe('fastify.initialization', note)
    web = await startWeb({
      ...{ config, credentials: { ...config.app, slug: null }, database, log, queue, metrics: new Metrics() },
      ...{ channel: new InProcessChannel(log), onScans() {}, pollMs: 60_000 },
    })
    diagnostics.unsubscribe('fastify.initialization', note)

    const { id } = github.installation('acme')
    await deliver(database, { type: 'installation', state: 'active', installation: organization(id) })
    github.people.own('ada', 'acme')
    const bearer = (key: string) => ({ authorization: `Bearer ${key}` })
    holders = {
      nobody: {},
      reader: bearer(await aKey(database, { installationId: BigInt(id), scopes: ['read'] })),
      administrator: bearer(await aKey(database, { installationId: BigInt(id) })),
      person: await signedIn('ada'),
      server: bearer(await aKey(database, {})),
      operator: await signedIn('root'),
    }
  })
  afterAll(async () => {
    await web.rest()
    await web.close()
    await queue.close(0)
    await github.close()
  })

  async function signedIn(login: string): Promise<Record<string, string>> {
    github.people.signingIn = login
    const browser = new Browser(web.url, PUBLIC_URL)
    expect((await browser.signIn()).status).toBe(303)
    const { csrfToken } = (await browser.me()).session
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    return { cookie, origin: PUBLIC_URL, 'x-csrf-token': csrfToken }
  }

  const ask = async (method: string, path: string, who: Asking) => {
    const answer = await fetch(web.url + path, { method, redirect: 'manual', headers: holders[who] })
    return { status: answer.status, body: await answer.text() }
  }

  it('every route answers those whom its rule lets in, and nobody else', async () => {
    expect([...routes].filter((route) => !ruleOf(route))).toEqual([])
    expect(RULES.filter(([rule]) => ![...routes].some((route) => rule.test(route)))).toEqual([])
    // Who signs out asks nothing more.
    const leaving = (route: string) => Number(route.endsWith('/logout'))
    for (const route of [...routes].sort((one, other) => leaving(one) - leaving(other))) {
      const [method = '', path = ''] = route.replace(/:\w+|\*/g, 'x').split(' ')
      const told = Object.fromEntries(
        await Promise.all(ASKING.map(async (who) => [who, outcomeOf(await ask(method, path, who))])),
      )
      expect({ route, told }).toEqual({ route, told: ruleOf(route) })
    }
  })

  it('what is open to all says nothing of anybody', async () => {
    for (const path of ['/healthz', '/readyz', '/api/v1/openapi.json', '/api/docs/', '/auth/login', '/', '/nothing']) {
      const { body } = await ask('GET', path, 'nobody')
      expect(body).not.toMatch(/acme/i)
    }
  })

  it('whoever opens something without a key is told where to sign in', async () => {
    const { status, body } = await ask('GET', '/api/v1/me', 'nobody')
    expect([status, JSON.parse(body).detail]).toEqual([401, expect.stringContaining('/auth/login')])
  })

  it('metrics are for who has their token', async () => {
    const headers = { authorization: `Bearer ${METRICS_TOKEN}` }
    expect((await fetch(`${web.url}/metrics`, { headers })).status).toBe(200)
  })

  it.each([
    ['/auth', 404],
    ['/admin', 404],
    ['/socket.io/?EIO=4&transport=polling', 400],
  ])('there is nothing at %s, whoever asks: %i', async (path, status) => {
    for (const who of ASKING.filter((each) => !['person', 'operator'].includes(each))) {
      expect((await ask('GET', path, who)).status).toBe(status)
    }
  })
})

const organization = (id: number) => ({ id: BigInt(id), account: 'acme', accountType: 'Organization' })

const ruleOf = (route: string) => RULES.find(([rule]) => rule.test(route))?.[1]

function outcomeOf({ status }: { status: number }): unknown {
  return [303, 400, 401, 403].includes(status) ? status : status < 500 ? 'in' : status
}

function noteRoutes(host: FastifyInstance, routes: Set<string>): void {
  host.addHook('onRoute', ({ method, url }) => {
    if (url.startsWith('/api/v1/') && url !== '/api/v1/openapi.json') return
    for (const each of [method].flat()) if (each !== 'HEAD') routes.add(`${each} ${url}`)
  })
}
