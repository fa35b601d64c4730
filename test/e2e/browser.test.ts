/** What people do with the pages of the built app, in a browser as they have it. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { guard } from '../cli/guard.ts'
import { type RunningApp, startApp } from '../support/app.ts'
import { useChromium } from '../support/chromium.ts'
import { GitHub, type Repository } from '../support/github/index.ts'
import { redisOf } from '../support/servers/redis.ts'
import { BROKEN, RECORD } from './record.ts'
import { TestDatabase } from './test-database.ts'
import { useWorld } from './world.ts'

const { TEST_CHROMIUM, TEST_DATABASE_URL, TEST_REDIS_URL } = process.env
const describeWith = TEST_CHROMIUM ? describe : describe.skip
const describeWithServers = TEST_CHROMIUM && TEST_DATABASE_URL && TEST_REDIS_URL ? describe : describe.skip

const SOCKET_IO = fileURLToPath(new URL('../../node_modules/socket.io-client/dist/socket.io.min.js', import.meta.url))

describeWith('the first start', () => {
  const chromium = useChromium()
  const identityProvider = useSite()
  let github: GitHub
  let app: RunningApp | undefined
  beforeAll(async () => {
    github = await GitHub.start()
    const { GHE_HOST = '', GHE_PROTOCOL = '' } = github.environment
    app = await startApp({ environment: { GHE_HOST, GHE_PROTOCOL }, ready: '/healthz' })
  })
  afterAll(async () => {
    await app?.remove()
    await github.close()
  })

  it('the app is registered by filling in a form here, signing in wherever GitHub says, and agreeing there', async () => {
    const { url, log } = app as RunningApp
    const page = await chromium.open()
    async function fillIn() {
      await page.goto(url)
      await page.getByLabel('One-time token').fill([...log().matchAll(/one-time token: (\w+)/g)].at(-1)?.[1] ?? '')
      await page.getByLabel('Organisation', { exact: true }).fill('acme')
      await page.getByRole('button').click()
    }
    github.signInElsewhere = identityProvider.url
    await fillIn()
    await page.waitForURL(`${identityProvider.url}/`)
    github.signInElsewhere = null
    await fillIn()
    await page.getByRole('button', { name: 'Create GitHub App' }).click()
    await page.getByRole('heading', { name: 'The app is registered' }).waitFor()
    await github.waitFor(async () => (await fetch(`${url}/readyz`).catch(() => null))?.ok, 20_000)
  })
})

describeWith('whoever signs in', () => {
  const chromium = useChromium()
  const [named, stranger] = [useSite(), useSite()]
  const world = useWorld({
    environment: (url) => ({
      PUBLIC_URL: url,
      SESSION_SECRET: 'a-secret-of-the-tests-and-of-nobody-else',
      CORS_ORIGINS: named.url,
      LOG_LEVEL: 'debug',
    }),
  })
  let repository: Repository
  beforeAll(async () => {
    repository = await world.scanned(RECORD)
    world.github.people.allow('reader', repository, 'admin')
    world.github.people.signingIn = 'reader'
  })

  async function signedIn(page: Page): Promise<Page> {
    await page.goto(world.app.url)
    await page.getByRole('link', { name: 'Sign in with GitHub' }).click()
    await page.waitForURL('**/api/docs')
    return page
  }

  it('reads the pages of the REST interface, and asks for a scan from there', async () => {
    const page = await signedIn(await chromium.open())
    expect(await page.title()).toBe('REST interface – rosie-guard')
    const operation = page.locator('.opblock', { hasText: '/repositories/{repositoryId}/scan' }).first()
    await operation.locator('.opblock-summary-control').click()
    await operation.getByRole('button', { name: 'Try it out' }).click()
    await operation.getByPlaceholder('repositoryId').fill(String(repository.id))
    const answered = page.waitForResponse((answer) => answer.request().method() === 'POST')
    await operation.getByRole('button', { name: 'Execute' }).click()
    const answer = await answered
    expect([answer.url(), answer.status()]).toEqual([`${world.app.url}/api/v1/repositories/${repository.id}/scan`, 202])
  })

  it('follows a scan on a page of this server; pages of others may not connect, though the cookie goes along', async () => {
    // What is added to the page is ours here, whatever its policy.
    const page = await signedIn(await chromium.open({ bypassCSP: true }))
    expect(await connect(page, repository.id)).toMatchObject({ ok: true })
    await world.pushed(repository, 'main', BROKEN)
    await page.waitForFunction('heard.some((name) => /^scan:.+:complete$/.test(name))')
    const elsewhere = await page.context().newPage()
    await elsewhere.goto(stranger.url)
    expect(await connect(elsewhere, repository.id)).toBe('websocket error')
    expect(chromium.complaints()).toContainEqual(expect.stringContaining('WebSocket connection'))
  })

  it('is not signed out by a page of somebody else', async () => {
    const page = await signedIn(await chromium.open())
    const elsewhere = await page.context().newPage()
    await elsewhere.goto(stranger.url)
    const logout = `${world.app.url}/auth/logout`
    const options = '{ method: "POST", mode: "no-cors", credentials: "include" }'
    await elsewhere.evaluate(`fetch("${logout}", ${options}).catch(() => {})`)
    await world.until(() => /"route":"\/auth\/logout","status":403/.test(world.app.log()))
    expect(await page.evaluate('fetch("/api/v1/me").then(({ status }) => status)')).toBe(200)
    const complaints: string[] = []
    await world.until(() => complaints.push(...chromium.complaints()) > 0)
    expect(complaints).toEqual([expect.stringContaining('NotSameOrigin')])
  })

  it('no page but those of named origins is told anything, and those only what a key of their own may know', async () => {
    const page = await signedIn(await chromium.open())
    const ask = async (from: string, options: object) => {
      await page.goto(from)
      const script = `fetch("${world.app.url}/api/v1/me", ${JSON.stringify(options)})
        .then(({ status, headers }) => [status, headers.get("www-authenticate") !== null], () => "refused")`
      return page.evaluate(script)
    }
    const withKey = { headers: { authorization: `Bearer rsk_${'0'.repeat(64)}` } }
    expect(await ask(named.url, withKey)).toEqual([401, true])
    expect(await ask(stranger.url, withKey)).toBe('refused')
    for (const { url } of [named, stranger]) expect(await ask(url, { credentials: 'include' })).toBe('refused')
    expect(chromium.complaints().length).toBeGreaterThanOrEqual(4)
  })

  /** Subscribes to a repository with what the browser has of its own; what is heard is kept on the page. */
  async function connect(page: Page, id: number): Promise<unknown> {
    await page.addScriptTag({ path: SOCKET_IO })
    return page.evaluate(`new Promise((answer) => {
      window.heard = []
      const socket = io("${world.app.url}/ws", { transports: ["websocket"], reconnection: false })
      socket.onAny((name) => heard.push(name))
      socket.on("connect_error", ({ message }) => answer(message))
      socket.emit("subscribe", { repository: ${id} }, answer)
    })`)
  }
})

describeWithServers('whoever administers the server', () => {
  const chromium = useChromium()
  const database = new TestDatabase(TEST_DATABASE_URL ?? '')
  beforeAll(() => database.create())
  const servers = { DATABASE_URL: database.url, REDIS_URL: redisOf('browser') ?? '' }
  const world = useWorld({ environment: () => servers })
  const before = { ...process.env }
  // After the app is gone.
  afterAll(async () => {
    process.env = before
    await database.drop()
  })

  it('sees the board of the queue, with a key as password', async () => {
    Object.assign(process.env, servers)
    const { out } = await guard('api-key', 'create', '--name', 'ops', '--scope', 'admin')
    const page = await chromium.open({ httpCredentials: { username: 'ops', password: out.trim() } })
    await page.goto(`${world.app.url}/admin/queues`)
    await page.getByText('scans', { exact: true }).first().waitFor()
    expect(await page.title()).toContain('rosie-guard')
    expect(chromium.complaints()).toEqual([expect.stringMatching(/fonts.googleapis.com.* has been blocked/s)])
  })
})

/** A page of somebody else's, on an origin of its own: another port of this machine, which gets the same cookies. */
function useSite(): { url: string } {
  const site = { url: '' }
  let server: Server
  beforeAll(async () => {
    server = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html').end('<!doctype html><link rel="icon" href="data:,">')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    site.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => void server.close())
  return site
}
