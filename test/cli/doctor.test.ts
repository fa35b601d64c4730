/** `rosie-guard doctor` against the stand-in for GitHub. */
import { temporaryFolder } from '../local/repository.ts'
import { GitHub } from '../support/github/index.ts'
import { guard } from './guard.ts'

let github: GitHub
let folder: ReturnType<typeof temporaryFolder>
const before = { ...process.env }

beforeAll(async () => {
  github = await GitHub.start({ webhookUrl: 'https://guard.example/api/github/webhooks' })
  await github.repository({ owner: 'acme', name: 'lab', from: { 'README.md': '# Lab\n' } })
})
beforeEach(() => {
  folder = temporaryFolder()
  Object.assign(process.env, github.environment, { DATA_DIR: folder.path, PUBLIC_URL: 'https://guard.example' })
})
afterEach(() => {
  folder.remove()
  process.env = { ...before }
  expect(github.violations).toEqual([])
})
afterAll(() => github.close())

const acme = () => {
  const [installation] = github.installations
  if (!installation) throw new Error('The app is installed nowhere.')
  return installation
}

it('is content with an app as app.yml asks for it', async () => {
  const { code, out, err } = await guard('doctor')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toBe(
    `App 1000, rosie-guard: ${github.url}/settings/apps/rosie-guard\nInstallation on acme: has what is needed\nThe app is as this version needs it.\n`,
  )
})

it("names the settings of an organisation's app", async () => {
  const owner = github.account('octo-apps')
  owner.type = 'Organization'
  try {
    expect((await guard('doctor')).out).toContain(`${github.url}/organizations/octo-apps/settings/apps/rosie-guard`)
  } finally {
    owner.type = 'User'
  }
})

it('says which permissions and events are missing, too low or needless', async () => {
  const { permissions, events } = github.app
  github.app.permissions = {
    checks: 'read',
    contents: 'write',
    metadata: 'read',
    pull_requests: 'write',
    members: 'read',
    issues: 'read',
  }
  github.app.events = [
    ...['push', 'pull_request', 'check_run', 'check_suite', 'repository', 'star'],
    ...['member', 'membership', 'organization', 'team'],
  ]
  try {
    const { code, out } = await guard('doctor')
    expect(code).toBe(1)
    expect(out.split('\n').slice(1, 8)).toEqual([
      '  missing   permission checks: has read, needs write',
      '  missing   permission merge_queues: has none, needs read',
      '  missing   event merge_group',
      '            Grant it under "Permissions & events"; owners then accept it for each installation.',
      '  needless  permission contents: has write, needs read',
      '  needless  permission issues: has read, needs none',
      '  needless  event star',
    ])
  } finally {
    Object.assign(github.app, { permissions, events })
  }
})

it('says where an owner has not accepted them, and which installations are suspended', async () => {
  acme().accepted = { permissions: { ...github.app.permissions, checks: 'read' }, events: github.app.events }
  acme().suspendedAt = new Date()
  try {
    const { code, out } = await guard('doctor', '--json')
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({
      missing: [],
      webhook: [],
      installations: [
        {
          account: 'acme',
          suspended: true,
          missing: [{ kind: 'permission', name: 'checks', has: 'read', needs: 'write' }],
        },
      ],
    })
    expect((await guard('doctor')).out).toContain('Installation on acme: suspended')
  } finally {
    Object.assign(acme(), { accepted: null, suspendedAt: null })
  }
})

it('says what is wrong with the webhook', async () => {
  Object.assign(github.webhooks, { contentType: 'form', insecureSsl: '1' })
  process.env.PUBLIC_URL = 'https://elsewhere.example'
  try {
    const { code, out } = await guard('doctor')
    expect(code).toBe(1)
    expect(out.split('\n').slice(1, 4)).toEqual([
      '  webhook   Webhooks go to https://guard.example/api/github/webhooks, and PUBLIC_URL says https://elsewhere.example/api/github/webhooks.',
      '  webhook   Webhooks are sent as forms: choose application/json as their content type.',
      "  webhook   The certificate of the webhook's address is not verified: enable SSL verification.",
    ])
  } finally {
    Object.assign(github.webhooks, { contentType: 'json', insecureSsl: '0' })
  }
})

it('does not compare the address where PUBLIC_URL is not set', async () => {
  delete process.env.PUBLIC_URL
  github.webhookUrl = 'https://smee.example/abc'
  try {
    expect(await guard('doctor')).toMatchObject({ code: 0 })
  } finally {
    github.webhookUrl = 'https://guard.example/api/github/webhooks'
  }
})

it('says what to do where no app is registered', async () => {
  for (const name of ['APP_ID', 'PRIVATE_KEY', 'PRIVATE_KEY_PATH', 'WEBHOOK_SECRET']) delete process.env[name]
  const { code, err } = await guard('doctor')
  expect(code).toBe(2)
  expect(err).toContain('No app is registered yet. Set APP_ID')
})

it('says that GitHub does not know the app', async () => {
  process.env.APP_ID = '999'
  const { code, out, err } = await guard('doctor')
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toMatch(/^rosie-guard: /)
  expect(err).not.toContain('    at ')
})
