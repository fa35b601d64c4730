import { rm, stat } from 'node:fs/promises'
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

  /** What a browser does with the form that carries the manifest to GitHub. Answers where GitHub sends it back to. */
  async function confirmOnGitHub(page: string): Promise<string> {
    const action = attributeText(/<form method="post" action="([^"]+)"/.exec(page)?.[1])
    const manifest = attributeText(/name="manifest" value="([^"]+)"/.exec(page)?.[1])
    const answer = await fetch(action, { method: 'POST', body: new URLSearchParams({ manifest }), redirect: 'manual' })
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

const attributeText = (attribute = '') =>
  attribute
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
