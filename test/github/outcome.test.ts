/** Requests as they are counted: by route as the code names it, each try, with how it went. */
import { generateKeyPairSync } from 'node:crypto'
import nock from 'nock'
import { openArchive } from '../../src/github/download.ts'
import { UNGOVERNED } from '../../src/github/governor.ts'
import { GuardOctokit } from '../../src/github/octokit.ts'
import { queryRepository } from '../../src/github/read.ts'
import { RateLimited } from '../../src/scan/errors.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const API = 'https://api.github.com'
const ROUTE = 'GET /repos/{owner}/{repo}'
const NAME = { owner: 'acme', repo: 'lab' }

let client: InstanceType<typeof GuardOctokit>
let counted: [string, string][]
const measures = { request: (route: string, outcome: string) => void counted.push([route, outcome]) }
beforeEach(() => {
  nock.disableNetConnect()
  counted = []
  client = new GuardOctokit({ auth: { token: 'secret' }, log: silent })
  client.measure(measures)
})
afterEach(() => {
  expect(nock.pendingMocks()).toEqual([])
  nock.cleanAll()
  nock.restore()
  nock.activate()
})
// Suites of one worker share node:http, and the next one speaks to real servers.
afterAll(() => {
  nock.enableNetConnect()
  nock.restore()
})

const lab = () => nock(API).get('/repos/acme/lab')
const get = () => client.request(ROUTE, NAME).catch(() => null)

it.each<[string, number, Record<string, string>]>([
  ['ok', 200, {}],
  ['not_modified', 304, {}],
  ['client_error', 404, {}],
  ['client_error', 403, { 'x-ratelimit-remaining': '4999' }],
  ['rate_limited', 403, { 'retry-after': '60' }],
  ['rate_limited', 403, { 'x-ratelimit-remaining': '0' }],
  ['rate_limited', 429, {}],
])('%s: a status of %s', async (outcome, status, headers) => {
  lab().reply(status, {}, headers)
  await get()
  expect(counted).toEqual([[ROUTE, outcome]])
})

it('each try counts', async () => {
  lab().reply(502)
  lab().replyWithError('socket hang up')
  lab().reply(200, {})
  await get()
  expect(counted).toEqual([
    [ROUTE, 'server_error'],
    [ROUTE, 'unreachable'],
    [ROUTE, 'ok'],
  ])
})

it('what was held back counts as that', async () => {
  client.heed({ ...UNGOVERNED, send: () => Promise.reject(new RateLimited(new Date(), 'wait')) })
  await get()
  expect(counted).toEqual([[ROUTE, 'held_back']])
})

it('tokens have a route of their own', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key = privateKey.export({ type: 'pkcs1', format: 'pem' })
  client = new GuardOctokit({ auth: { appId: 1, privateKey: key, installationId: 7 }, log: silent })
  client.measure(measures)
  nock(API)
    .post('/app/installations/7/access_tokens')
    .reply(201, { token: 'ghs_x', expires_at: '2100-01-01T00:00:00Z', permissions: {}, repository_selection: 'all' })
  lab().reply(200, {})
  await get()
  expect(counted).toEqual([
    ['POST /app/installations/{installation_id}/access_tokens', 'ok'],
    [ROUTE, 'ok'],
  ])
})

it.each(['https://api.github.com', 'https://github.example.com/api/v3'])(
  'GraphQL is one route, at %s',
  async (base) => {
    client = new GuardOctokit({ auth: { token: 'secret' }, baseUrl: base, log: silent })
    client.measure(measures)
    nock(base.replace('/v3', ''))
      .post('/graphql')
      .reply(200, { data: { repository: {} } })
    await queryRepository(client, NAME, 'query { … }')
    expect(counted).toEqual([['POST /graphql', 'ok']])
  },
)

it('an archive is asked for by its template, and where GitHub moves it has no name', async () => {
  nock(API)
    .get('/repos/acme/lab/tarball/abc')
    .reply(301, '', { location: `${API}/repositories/5/tarball/abc` })
  nock(API).get('/repositories/5/tarball/abc').reply(302, '', { location: 'https://codeload.github.com/5' })
  nock('https://codeload.github.com').get('/5').reply(200, 'bytes')
  for await (const _ of await openArchive(client, NAME, 'abc', new AbortController().signal));
  expect(counted).toEqual([
    ['GET /repos/{owner}/{repo}/tarball/{ref}', 'ok'],
    ['GET (an address that GitHub gave)', 'ok'],
  ])
})
