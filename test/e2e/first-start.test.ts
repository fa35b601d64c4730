import { once } from 'node:events'
import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunningApp, startApp } from '../support/app.ts'
import { GitHub } from '../support/github/index.ts'
import { BROKEN, RECORD } from './record.ts'

/** `npm start` without credentials: the operator registers the app in the browser, and the server goes on as that app. */
describe('the first start', () => {
  let github: GitHub
  let app: RunningApp
  const environment = () => {
    const { GHE_HOST = '', GHE_PROTOCOL = '' } = github.environment
    return { GHE_HOST, GHE_PROTOCOL }
  }

  beforeAll(async () => {
    github = await GitHub.start()
    app = await startApp({ environment: environment(), ready: '/healthz' })
  })
  afterAll(async () => {
    await app.remove()
    await github.close()
  })

  const token = () => [...app.log().matchAll(/one-time token: ([0-9a-f]{32})/g)].at(-1)?.[1] ?? ''

  const fillIn = (fields: Record<string, string>) =>
    fetch(`${app.url}/setup`, {
      method: 'POST',
      body: new URLSearchParams({ account: 'organization', organization: 'acme', ...fields }),
    })

  /** The form that carries the manifest to GitHub, and the button there. Answers where GitHub sends the browser back to. */
  async function confirmOnGitHub(page: string): Promise<string> {
    const action = attributeText(/<form method="post" action="([^"]+)"/.exec(page)?.[1])
    const manifest = attributeText(/name="manifest" value="([^"]+)"/.exec(page)?.[1])
    const body = new URLSearchParams({ manifest, agreed: 'yes' })
    const answer = await fetch(action, { method: 'POST', body, redirect: 'manual' })
    return answer.headers.get('location') ?? ''
  }

  it('shows a page that asks for a token, which only the log shows', async () => {
    const page = await (await fetch(`${app.url}/`)).text()
    expect(page).toContain('One-time token')
    expect(token()).toMatch(/^[0-9a-f]{32}$/)
    expect(page).not.toContain(token())
  })

  it('takes no webhooks yet, and is not ready', async () => {
    expect((await fetch(`${app.url}/api/github/webhooks`, { method: 'POST', body: '{}' })).status).toBe(404)
    expect((await fetch(`${app.url}/readyz`)).status).toBe(404)
  })

  it('sends nobody to GitHub without the token', async () => {
    const answer = await fillIn({ token: '0'.repeat(32) })
    expect(answer.status).toBe(403)
    expect(await answer.text()).not.toContain('manifest')
  })

  it('takes no code that comes with a state of somebody else', async () => {
    const code = github.manifestCode({ name: 'stranger' })
    const answer = await fetch(`${app.url}/setup/callback?code=${code}&state=${'0'.repeat(64)}`)
    expect(answer.status).toBe(400)
    expect(github.count()).toBe(0)
  })

  it('registers the app, keeps its credentials for itself, and works on as that app', async () => {
    const used = token()
    const page = await fillIn({ token: used })
    expect(page.status).toBe(200)
    const back = await confirmOnGitHub(await page.text())
    const registered = await fetch(back)
    expect(registered.status).toBe(200)
    expect(await registered.text()).toContain('The app is registered')

    const { mode } = await stat(join(app.dataDir, 'app.json'))
    expect(mode & 0o777).toBe(0o600)
    for (const secret of [github.app.privateKey.slice(100, 140), github.app.webhookSecret, github.app.clientSecret])
      expect(app.log()).not.toContain(secret)

    await github.waitFor(async () => (await fetch(`${app.url}/readyz`).catch(() => null))?.ok, 20_000)
    expect((await fetch(back)).status).toBe(404)
    expect((await fillIn({ token: used })).status).toBe(404)
  })

  it('asked GitHub for the least permissions and all events', () => {
    expect(github.app.permissions).toEqual({
      checks: 'write',
      contents: 'read',
      pull_requests: 'write',
      merge_queues: 'read',
      metadata: 'read',
      members: 'read',
    })
    expect([...github.app.events].sort()).toEqual([
      'check_run',
      'check_suite',
      'member',
      'membership',
      'merge_group',
      'organization',
      'pull_request',
      'push',
      'repository',
      'team',
    ])
  })

  async function expectWork(): Promise<void> {
    github.webhookUrl = `${app.url}/api/github/webhooks`
    const repository = await github.repository({
      owner: 'acme',
      name: `lab-${github.repositories.length}`,
      from: RECORD,
    })
    const sha = await repository.push('main', BROKEN)
    const check = await github.waitFor(
      () => repository.checkRuns(sha).find(({ status }) => status === 'completed'),
      20_000,
    )
    expect(check).toMatchObject({ conclusion: 'failure', app: { id: github.app.id } })
    expect(github.violations).toEqual([])
  }

  it('leads to checks without a restart', expectWork)

  it('is over for good: after a restart the app works, and the page does not come back', async () => {
    expect(await app.stop()).toBe(0)
    app = await startApp({ environment: environment(), dataDir: app.dataDir })
    await expectWork()
    for (const path of ['/', '/setup', '/setup/callback?code=1&state=2'])
      expect(await (await fetch(`${app.url}${path}`)).text()).not.toContain('One-time token')
  })

  it('is refused where data of an app exist without its credentials', async () => {
    await app.stop()
    await rm(join(app.dataDir, 'app.json'))
    await expect(startApp({ environment: environment(), dataDir: app.dataDir, ready: '/healthz' })).rejects.toThrow(
      /ended with 1:[\s\S]*APP_ID/,
    )
  })
})

describe('a start with a wrong configuration ends, and names the variable:', () => {
  it.each([
    ['WEBHOOK_SECRET', { WEBHOOK_SECRET: '' }],
    ['WEBHOOK_SECRET', { WEBHOOK_SECRET: 'development' }],
    ['PRIVATE_KEY', { PRIVATE_KEY: 'none' }],
    ['APP_ID', { APP_ID: 'rosie-guard' }],
  ])('%s', async (variable, wrong) => {
    const github = await GitHub.start()
    try {
      const starting = startApp({ environment: { ...github.environment, ...wrong } })
      await expect(starting).rejects.toThrow(new RegExp(`ended with 1:[\\s\\S]*${variable}: `))
    } finally {
      await github.close()
    }
  })
})

describe('a start that the system refuses ends with one line, which names the variable:', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rosie-guard-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  const refusal = async (environment: Record<string, string>) => {
    const error = await startApp({ environment: { LOG_LEVEL: 'fatal', ...environment }, ready: '/healthz' }).catch(
      (why: Error) => why,
    )
    if (!(error instanceof Error)) await error.remove()
    return error instanceof Error ? error.message.trimEnd() : 'it started'
  }
  const line = (words: string) => `The app ended with 1:\nrosie-guard can't start: ${words}`

  it('PORT, where another program listens there', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    try {
      expect(await refusal({ PORT: String(port), DATA_DIR: join(folder, 'data') })).toBe(
        line(
          `PORT: something listens at port ${port} of 127.0.0.1 already (EADDRINUSE). Stop it, or set PORT to another.`,
        ),
      )
    } finally {
      other.close()
    }
  })

  it('HOST, where it is no address of this machine', async () => {
    expect(await refusal({ HOST: '192.0.2.1', DATA_DIR: join(folder, 'data') })).toBe(
      line('HOST: nothing can listen at 192.0.2.1 (EADDRNOTAVAIL). Set HOST to another.'),
    )
  })

  it('DATA_DIR, where it is a file or below one', async () => {
    const file = join(folder, 'file')
    await writeFile(file, '')
    for (const [path, code] of [
      [file, 'EEXIST'],
      [join(file, 'data'), 'ENOTDIR'],
    ] as const) {
      expect(await refusal({ DATA_DIR: path })).toBe(
        line(`DATA_DIR: ${path} is a file, or below one (${code}). Set DATA_DIR to a folder.`),
      )
    }
  })

  it('DATA_DIR, where what it holds can not be read', async () => {
    const taken = join(folder, 'taken')
    await mkdir(taken)
    await symlink('app.json', join(taken, 'app.json'))
    expect(await refusal({ DATA_DIR: taken })).toMatch(
      /^The app ended with 1:\nrosie-guard can't start: DATA_DIR: .*app\.json can't be used \(ELOOP\)\. [^\n]*$/,
    )
  })

  it('DATABASE_URL, where its server has no such database', async () => {
    const url = new URL(process.env.TEST_DATABASE_URL ?? '')
    url.pathname = '/nowhere'
    expect(await refusal({ DATABASE_URL: url.href, DATA_DIR: join(folder, 'data') })).toBe(
      line('DATABASE_URL: its server has no such database (3D000). Create it, or correct its name.'),
    )
  })
})

const attributeText = (attribute = '') =>
  attribute
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
