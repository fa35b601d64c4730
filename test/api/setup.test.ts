import { generateKeyPairSync } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { createHost } from '../../src/api/host.ts'
import { type SetupOptions, setup } from '../../src/api/setup/routes.ts'
import { loadStoredApp, type StoredApp } from '../../src/api/setup/stored-app.ts'
import { createLogger } from '../../src/telemetry/logger.ts'

const { privateKey: pem } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
})
/** What GitHub answers: https://docs.github.com/rest/apps/apps#create-a-github-app-from-a-manifest */
const conversion = {
  id: 1234,
  slug: 'acme-guard',
  html_url: 'https://github.com/apps/acme-guard',
  pem,
  webhook_secret: 'f4e1',
  client_id: 'Iv1.8a61f9b3a7aba766',
  client_secret: '1726be1638095a19edd134c77bde3aa2ece1e5d8',
}

let folder: string
let dataDir: string
let github: Server
let exchanged: string[]
let answer: { status: number; body: object }
let lines: string[]
let host: FastifyInstance
let base: string
let registered: StoredApp[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'setup-'))
  dataDir = join(folder, 'data')
  exchanged = []
  answer = { status: 201, body: conversion }
  github = createServer((request, response) => {
    exchanged.push(`${request.method} ${request.url}`)
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body))
  })
  await new Promise<void>((resolve) => github.listen(0, '127.0.0.1', resolve))
  lines = []
  registered = []
})
afterEach(async () => {
  await host?.close()
  await new Promise((resolve) => github.close(resolve))
  await rm(folder, { recursive: true, force: true })
})

async function start(change: Partial<SetupOptions> = {}) {
  const write = (line: string) => lines.push(line)
  host = createHost({ logger: createLogger('info', { write } as Parameters<typeof createLogger>[1]) })
  const apiUrl = `http://127.0.0.1:${(github.address() as AddressInfo).port}/api/v3`
  await host.register(setup, {
    dataDir,
    publicUrl: 'https://guard.example',
    webhookProxyUrl: null,
    github: { webUrl: 'https://github.com', apiUrl },
    hasData: async () => false,
    onRegistered: (app) => registered.push(app),
    ...change,
  })
  base = await host.listen({ port: 0, host: '127.0.0.1' })
}

/** The token as the operator reads it in the log. */
const loggedToken = () => [...lines.join().matchAll(/one-time token: ([0-9a-f]{32})/g)].at(-1)?.[1] ?? 'none'
const open = (path: string) => fetch(base + path)
const submit = (form: Record<string, string>) =>
  fetch(`${base}/setup`, { method: 'POST', body: new URLSearchParams(form) })
const submitFor = (account: object = { account: 'personal', organization: '' }) =>
  submit({ token: loggedToken(), ...account })

const decode = (text: string) =>
  text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"' })[name] ?? "'")

/** Where the page would take the browser, and with what. */
async function handedOver(response: Response) {
  const page = await response.text()
  const action = new URL(decode(/action="([^"]+)"/.exec(page)?.[1] ?? ''))
  const manifest = JSON.parse(decode(/name="manifest" value="([^"]+)"/.exec(page)?.[1] ?? ''))
  return { action, manifest, page, state: action.searchParams.get('state') ?? '' }
}
const comeBack = (state: string, code = 'a180b1a3d263c81bc6441d7b990bae27d4c10679') =>
  open(`/setup/callback?code=${code}&state=${state}`)

describe('the registration page', () => {
  it('is there at / and /setup, and asks for a token that only the log shows', async () => {
    await start()
    for (const path of ['/', '/setup']) {
      const response = await open(path)
      const page = await response.text()
      expect(response.status).toBe(200)
      expect(page).toContain('<label for="token">')
      expect(page).not.toContain(loggedToken())
    }
    expect(loggedToken()).toHaveLength(32)
  })

  it('loads nothing and sends nothing elsewhere', async () => {
    await start()
    const response = await open('/')
    const policy = response.headers.get('content-security-policy')
    expect(policy).toMatch(/default-src 'none'.*form-action 'self'.*frame-ancestors 'none'/)
    expect(policy).not.toMatch(/unsafe|script-src|https?:/)
    expect(await response.text()).not.toMatch(/ (src|href)=|@import|url\(/)
  })

  it('says what to do when GitHub could not reach this server', async () => {
    await start({ publicUrl: 'http://localhost:3000' })
    const page = await (await open('/')).text()
    expect(page).toMatch(/PUBLIC_URL.*WEBHOOK_PROXY_URL/s)
    expect(page).not.toContain('<form')
    expect(await (await submitFor()).text()).not.toContain('manifest')
  })
})

describe('handing over to GitHub', () => {
  it('posts the manifest of app.yml for an organisation, with a state', async () => {
    await start()
    const response = await submitFor({ account: 'organization', organization: 'acme-labs' })
    const { action, manifest, page, state } = await handedOver(response)
    expect(action.origin + action.pathname).toBe('https://github.com/organizations/acme-labs/settings/apps/new')
    expect(state).toMatch(/^[0-9a-f]{64}$/)
    expect(manifest).toEqual({
      name: 'rosie-guard',
      description: expect.any(String),
      public: false,
      url: 'https://guard.example',
      hook_attributes: { url: 'https://guard.example/api/github/webhooks', active: true },
      redirect_url: 'https://guard.example/setup/callback',
      callback_urls: ['https://guard.example/auth/callback'],
      default_permissions: {
        checks: 'write',
        contents: 'read',
        members: 'read',
        merge_queues: 'read',
        metadata: 'read',
        pull_requests: 'write',
      },
      default_events: [
        ...['push', 'pull_request', 'check_run', 'check_suite', 'merge_group', 'repository'],
        ...['member', 'membership', 'organization', 'team'],
      ],
    })
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toContain('form-action *;')
    const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1]
    expect(page).toContain(`<script nonce="${nonce}">document.forms[0].submit()</script>`)
  })

  it('goes to the personal account, the enterprise server and the relay channel as asked', async () => {
    const webUrl = 'https://ghe.acme.example'
    const apiUrl = 'https://ghe.acme.example/api/v3'
    await start({ github: { webUrl, apiUrl }, webhookProxyUrl: 'https://smee.io/abc' })
    const { action, manifest } = await handedOver(await submitFor())
    expect(action.origin + action.pathname).toBe(`${webUrl}/settings/apps/new`)
    expect(manifest.hook_attributes.url).toBe('https://smee.io/abc')
  })

  it('escapes what was typed', async () => {
    await start()
    const response = await submitFor({ account: 'organization', organization: '"><script>alert(1)' })
    expect(response.status).toBe(400)
    const page = await response.text()
    expect(page).toContain('&quot;&gt;&lt;script&gt;alert(1)')
    expect(page).not.toContain('<script>alert')
  })

  it.each(['', 'a/../b', 'two words', '-lead', 'a'.repeat(40)])('refuses the organisation %p', async (organization) => {
    await start()
    expect((await submitFor({ account: 'organization', organization })).status).toBe(400)
  })

  it('refuses a wrong token, and after five of them the right one too', async () => {
    await start()
    const first = loggedToken()
    for (let tries = 0; tries < 4; tries++) {
      expect((await submit({ token: 'guess', account: 'personal', organization: '' })).status).toBe(403)
    }
    expect(loggedToken()).toBe(first)
    await submit({ token: 'guess', account: 'personal', organization: '' })
    expect(loggedToken()).not.toBe(first)
    expect((await submit({ token: first, account: 'personal', organization: '' })).status).toBe(403)
    expect((await submitFor()).status).toBe(200)
  })

  it('takes each token once', async () => {
    await start()
    const token = loggedToken()
    expect((await submit({ token, account: 'personal', organization: '' })).status).toBe(200)
    expect((await submit({ token, account: 'personal', organization: '' })).status).toBe(403)
  })

  it('finds out before GitHub is asked that the data folder can not be made', async () => {
    await writeFile(dataDir, 'a file where the folder should be')
    await start({ dataDir: join(dataDir, 'below') })
    const response = await submitFor()
    expect(response.status).toBe(500)
    expect(response.headers.get('content-type')).toContain('text/html')
    expect(await response.text()).not.toContain(dataDir)
  })
})

describe('coming back from GitHub', () => {
  it('keeps the credentials for this user alone, says what is next, and goes on as the app', async () => {
    await start()
    const { state } = await handedOver(await submitFor())
    const response = await comeBack(state)
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('href="https://github.com/apps/acme-guard/installations/new"')
    expect(exchanged).toEqual(['POST /api/v3/app-manifests/a180b1a3d263c81bc6441d7b990bae27d4c10679/conversions'])

    const credentials = {
      appId: 1234,
      slug: 'acme-guard',
      htmlUrl: 'https://github.com/apps/acme-guard',
      privateKey: pem,
      webhookSecret: 'f4e1',
      clientId: 'Iv1.8a61f9b3a7aba766',
      clientSecret: '1726be1638095a19edd134c77bde3aa2ece1e5d8',
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(registered).toEqual([credentials])
    expect(await loadStoredApp(dataDir)).toEqual(credentials)
    expect((await stat(join(dataDir, 'app.json'))).mode & 0o777).toBe(0o600)
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700)
    expect(await readdir(dataDir)).toEqual(['app.json'])
    expect(lines.join()).not.toMatch(/BEGIN RSA|1726be16|f4e1"/)
  })

  it('lets whoever listens close the host: the page is out by then', async () => {
    let closing = () => {}
    const closed = new Promise<void>((resolve) => {
      closing = resolve
    })
    await start({ onRegistered: () => void host.close().then(closing) })
    const { state } = await handedOver(await submitFor())
    expect(await (await comeBack(state)).text()).toContain('The app is registered')
    await closed
    await expect(open('/')).rejects.toThrow()
  })

  it('never shows the page again', async () => {
    await start()
    const { state } = await handedOver(await submitFor())
    await comeBack(state)
    for (const path of ['/', '/setup', `/setup/callback?code=a&state=${state}`])
      expect((await open(path)).status).toBe(404)
    expect((await submitFor()).status).toBe(404)
    expect(exchanged).toHaveLength(1)
  })

  it.each([
    ['without a state', '/setup/callback?code=abc'],
    ['with a state of its own', `/setup/callback?code=abc&state=${'0'.repeat(64)}`],
    ['without a code', '/setup/callback'],
  ])('%s is refused without asking GitHub', async (_how, path) => {
    await start()
    const response = await open(path)
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('Start again')
    expect(exchanged).toEqual([])
  })

  it('takes each state once', async () => {
    await start()
    answer = { status: 404, body: { message: 'Not Found' } }
    const { state } = await handedOver(await submitFor())
    expect((await comeBack(state)).status).toBe(502)
    expect((await comeBack(state)).status).toBe(400)
    expect(exchanged).toHaveLength(1)
  })

  it.each([
    ['refuses the code', { status: 422, body: { message: 'Validation Failed' } }],
    ['leaves out the webhook secret', { status: 201, body: { ...conversion, webhook_secret: null } }],
    ['sends something that is no key', { status: 201, body: { ...conversion, pem: 'no key' } }],
    ['sends a link that runs', { status: 201, body: { ...conversion, html_url: 'javascript:alert(1)' } }],
  ])('keeps nothing when GitHub %s', async (_what, given) => {
    await start()
    answer = given
    const response = await comeBack((await handedOver(await submitFor())).state)
    expect(response.status).toBe(502)
    expect(await loadStoredApp(dataDir)).toBeNull()
    expect(registered).toEqual([])
    expect(lines.join()).not.toMatch(/BEGIN RSA|1726be16|a180b1a3/)
  })

  it('never replaces the credentials of another app', async () => {
    await start()
    const { state } = await handedOver(await submitFor())
    answer = { status: 201, body: conversion }
    const meanwhile = join(dataDir, 'app.json')
    github.prependListener('request', () => void writeFile(meanwhile, 'the other app'))
    const response = await comeBack(state)
    expect(response.status).toBe(500)
    expect(await response.text()).toContain('acme-guard')
    expect(await readFile(meanwhile, 'utf8')).toBe('the other app')
    expect(await readdir(dataDir)).toEqual(['app.json'])
  })
})

describe('once this server has an app or data', () => {
  it('there is no registration', async () => {
    await start({ hasData: async () => true })
    for (const path of ['/', '/setup', '/setup/callback']) expect((await open(path)).status).toBe(404)
    expect((await submitFor()).status).toBe(404)
  })
})

describe('stored credentials', () => {
  it('are absent before the registration', async () => {
    expect(await loadStoredApp(dataDir)).toBeNull()
  })

  it.each([
    ['is cut short', '{"appId": 12'],
    ['lacks the key', JSON.stringify({ appId: 1, slug: 's', htmlUrl: 'https://github.com/apps/s' })],
  ])('that %s stop the start with the file and the fix', async (_what, text) => {
    await mkdir(dataDir)
    await writeFile(join(dataDir, 'app.json'), text)
    await expect(loadStoredApp(dataDir)).rejects.toThrow(/app\.json.*APP_ID, PRIVATE_KEY and WEBHOOK_SECRET/)
  })

  it('that can not be read are not taken for absent', async () => {
    await mkdir(join(dataDir, 'app.json'), { recursive: true })
    await chmod(dataDir, 0o700)
    await expect(loadStoredApp(dataDir)).rejects.toThrow('EISDIR')
  })
})
