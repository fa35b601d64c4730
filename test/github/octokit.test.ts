import { generateKeyPairSync } from 'node:crypto'
import nock from 'nock'
import { openArchive } from '../../src/github/download.ts'
import { NoCommonAncestor } from '../../src/github/errors.ts'
import type { Gate, Outgoing } from '../../src/github/governor.ts'
import { GuardOctokit } from '../../src/github/octokit.ts'
import { queryRepository } from '../../src/github/read.ts'
import { Forbidden, NotFound, RateLimited, UnknownCommit, Unreachable } from '../../src/scan/errors.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const API = 'https://api.github.com'
let client: InstanceType<typeof GuardOctokit>
beforeEach(() => {
  nock.disableNetConnect()
  client = new GuardOctokit({ auth: { token: 'secret' }, log: silent })
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

const get = () => client.request('GET /repos/{owner}/{repo}', { owner: 'acme', repo: 'lab' })
const answered = (status: number, headers: Record<string, string> = {}, message = 'no') =>
  nock(API).get('/repos/acme/lab').reply(status, { message }, headers)

describe('a failure becomes an error of the domain', () => {
  it.each([
    ['404', 404, {}, NotFound],
    ['401', 401, {}, Forbidden],
    ['403', 403, { 'x-ratelimit-remaining': '4999' }, Forbidden],
    ['403 at the primary limit', 403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '2000000000' }, RateLimited],
    ['403 at a secondary limit', 403, { 'retry-after': '60' }, RateLimited],
    ['429', 429, {}, RateLimited],
  ])('%s', async (_, status, headers, expected) => {
    answered(status, headers)
    await expect(get()).rejects.toThrow(expected)
    expect(client.traffic.requests).toBe(1)
  })

  it('names the moment from which asking makes sense again', async () => {
    const wait = async (headers: Record<string, string>) => {
      answered(429, headers)
      return ((await get().catch((error) => error)) as RateLimited).until.getTime()
    }
    const now = Date.now()
    expect(await wait({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '4000000000' })).toBe(4_000_000_000_000)
    expect(await wait({ 'retry-after': 'Fri, 01 Jan 2100 00:00:00 GMT' })).toBe(Date.UTC(2100, 0, 1))
    for (const headers of [{ 'retry-after': '60' }, {} as Record<string, string>]) {
      const until = await wait(headers)
      expect(until).toBeGreaterThanOrEqual(now + 60_000)
      expect(until).toBeLessThan(now + 70_000)
    }
    // A reset in the past is no reason to have waited.
    expect(await wait({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' })).toBeGreaterThanOrEqual(now)
  })

  it('tells a missing common ancestor from a missing branch', async () => {
    answered(404, {}, 'No common ancestor between main and gh-pages.')
    await expect(get()).rejects.toThrow(NoCommonAncestor)
  })

  it('a repository without commits has nothing to be found', async () => {
    answered(409, {}, 'Git Repository is empty.')
    await expect(get()).rejects.toThrow(NotFound)
  })

  it('tells a commit that GitHub does not know, or not yet, from what is gone', async () => {
    answered(422, {}, 'No commit found for SHA: 2f4ba724efe3d5f51556e782c89cf9a1115e669c')
    await expect(get()).rejects.toThrow(UnknownCommit)
  })

  it('leaves our own mistakes as they are', async () => {
    answered(422)
    await expect(get()).rejects.toMatchObject({ status: 422 })
  })
})

describe('a read without a usable answer', () => {
  it('is tried twice more', async () => {
    answered(502)
    nock(API).get('/repos/acme/lab').replyWithError('socket hang up')
    nock(API).get('/repos/acme/lab').reply(200, { id: 1 })
    expect((await get()).data.id).toBe(1)
    expect(client.traffic.requests).toBe(3)
  })

  it('is given up then', async () => {
    for (let i = 0; i < 3; i++) answered(503)
    await expect(get()).rejects.toThrow(Unreachable)
  })

  it('has a time limit', async () => {
    nock(API).get('/repos/acme/lab').times(3).delay(2000).reply(200, {})
    const request = client.request('GET /repos/acme/lab', { request: { timeout: 50 } })
    await expect(request).rejects.toThrow(Unreachable)
    nock.abortPendingRequests()
  })
})

it('does not repeat a write, which may have been applied', async () => {
  nock(API).post('/repos/acme/lab/check-runs').reply(502, {})
  await expect(client.request('POST /repos/acme/lab/check-runs')).rejects.toThrow(Unreachable)
  expect(client.traffic.requests).toBe(1)
})

it('does not count requests for installation tokens', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key = privateKey.export({ type: 'pkcs1', format: 'pem' })
  const app = new GuardOctokit({ auth: { appId: 1, privateKey: key, installationId: 7 }, log: silent })
  nock(API)
    .post('/app/installations/7/access_tokens')
    .reply(201, { token: 'ghs_x', expires_at: '2100-01-01T00:00:00Z', permissions: {}, repository_selection: 'all' })
  nock(API, { reqheaders: { authorization: 'token ghs_x' } })
    .get('/repos/acme/lab')
    .reply(200, { id: 1 })
  await app.request('GET /repos/acme/lab')
  expect(app.traffic.requests).toBe(1)
})

it('says that the installation is gone when no token is to be had', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key = privateKey.export({ type: 'pkcs1', format: 'pem' })
  const app = new GuardOctokit({ auth: { appId: 1, privateKey: key, installationId: 7 }, log: silent })
  nock(API).post('/app/installations/7/access_tokens').reply(404, { message: 'Not Found' })
  await expect(app.request('GET /repos/acme/lab')).rejects.toThrow(NotFound)
})

describe("an installation's limits", () => {
  const until = new Date('2100-01-01T00:00:00Z')
  let asked: Outgoing[]
  let blocked: Date[]
  const gate: Gate = {
    send: (request, fetch) => {
      asked.push(request)
      return fetch()
    },
    block: async (moment) => void blocked.push(moment),
  }
  const closed: Gate = {
    send: async () => {
      throw new RateLimited(until, 'not sent')
    },
    block: async () => {},
  }
  beforeEach(() => {
    asked = []
    blocked = []
    client.heed(gate)
  })

  it('are asked before every request, with what it is for', async () => {
    nock(API).get('/repos/acme/lab').reply(502).get('/repos/acme/lab').reply(200, {})
    nock(API).post('/repos/acme/lab/check-runs').reply(201, {}).patch('/repos/acme/lab/check-runs/1').reply(200, {})
    nock(API)
      .post('/graphql')
      .reply(200, { data: { repository: { id: 1 } } })
    await get()
    await client.request('POST /repos/acme/lab/check-runs')
    await client.request('PATCH /repos/acme/lab/check-runs/1', { request: { purpose: 'progress' } })
    await queryRepository(client, { owner: 'acme', repo: 'lab' }, 'query { x }')
    const read = { purpose: null, creates: false, token: false }
    expect(asked).toEqual([read, read, { ...read, creates: true }, { ...read, purpose: 'progress' }, read])
  })

  it('are asked before a token is fetched, too, and nothing is sent where they forbid it', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const key = privateKey.export({ type: 'pkcs1', format: 'pem' })
    const app = new GuardOctokit({ auth: { appId: 1, privateKey: key, installationId: 7 }, log: silent })
    for (const closedClient of [app, client]) {
      closedClient.heed(closed)
      const refusal = await closedClient.request('GET /repos/acme/lab').catch((error) => error)
      expect(refusal).toBeInstanceOf(RateLimited)
      expect(refusal.until).toEqual(until)
      expect(closedClient.traffic.requests).toBe(0)
    }
  })

  it.each([
    ['the body of a refusal', 403, { message: 'You have exceeded a secondary rate limit.' }, get],
    [
      'the errors of a query',
      200,
      { errors: [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }] },
      () => queryRepository(client, { owner: 'acme', repo: 'lab' }, 'query { x }'),
    ],
  ])('are told when only %s says that they are met', async (_, status, body, act) => {
    nock(API).get('/repos/acme/lab').optionally().reply(status, body)
    nock(API).post('/graphql').optionally().reply(status, body)
    const refusal = (await act().catch((error) => error)) as RateLimited
    expect(refusal).toBeInstanceOf(RateLimited)
    expect(blocked).toEqual([refusal.until])
    nock.cleanAll()
  })

  it('are told when the server of archives asks to wait', async () => {
    nock(API).get('/repos/acme/lab/tarball/main').reply(302, undefined, { location: 'https://codeload.github.com/x' })
    nock('https://codeload.github.com').get('/x').reply(429, '', { 'retry-after': '60' })
    const archive = openArchive(client, { owner: 'acme', repo: 'lab' }, 'main', new AbortController().signal)
    await expect(archive).rejects.toThrow(RateLimited)
    expect(blocked).toHaveLength(1)
  })
})

it('does not go from https to http for an archive', async () => {
  nock(API).get('/repos/acme/lab/tarball/main').reply(302, undefined, { location: 'http://codeload.github.com/x' })
  const archive = openArchive(client, { owner: 'acme', repo: 'lab' }, 'main', new AbortController().signal)
  await expect(archive).rejects.toThrow(/not https/)
})
