/** The board of the built app: with a key from the command line, on each kind of queue. */
import { openQueue } from '../../src/queue/index.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import { guard } from '../cli/guard.ts'
import { redisOf } from '../support/servers/redis.ts'
import { TestDatabase } from './test-database.ts'
import { useWorld } from './world.ts'

const { TEST_DATABASE_URL, TEST_REDIS_URL } = process.env
const describeWith = TEST_DATABASE_URL && TEST_REDIS_URL ? describe : describe.skip

const before = { ...process.env }
afterEach(() => {
  process.env = { ...before }
})

describeWith.each([
  { kind: 'Redis', redisUrl: redisOf('board') },
  { kind: 'PostgreSQL', redisUrl: undefined },
])('with the queue in $kind', ({ redisUrl }) => {
  const database = new TestDatabase(TEST_DATABASE_URL ?? '')
  beforeAll(() => database.create())
  const servers = { DATABASE_URL: database.url, ...(redisUrl && { REDIS_URL: redisUrl }) }
  const world = useWorld({ environment: () => ({ ...servers, ROLE: 'web', LOG_LEVEL: 'trace' }) })
  afterAll(async () => {
    await world.app.stop()
    await database.drop()
  })

  const key = async (...args: string[]) => {
    Object.assign(process.env, servers)
    const { code, out } = await guard('api-key', 'create', '--json', ...args)
    expect(code).toBe(0)
    return JSON.parse(out) as { key: string; id: string }
  }
  const ask = (path: string, sent?: string) =>
    fetch(`${world.app.url}/admin/queues${path}`, { headers: sent ? { authorization: sent } : {} })
  const basic = (sent: string) => `Basic ${Buffer.from(`ops:${sent}`).toString('base64')}`

  it('the board shows a job that failed to whoever has a key of the server, until it is revoked', async () => {
    const ops = await key('--name', 'ops', '--scope', 'admin')
    const reader = await key('--name', 'reader', '--scope', 'read')
    // In the place of a worker.
    const log = createLogger('silent')
    const queue = await openQueue({ databaseUrl: database.url, redisUrl, log, backoffMs: 1 })
    queue.process(async () => {
      throw new Error('no such tree')
    })
    await queue.add('a-scan')
    const failed = async () => {
      const answer = await ask('/api/queues?activeQueue=scans&status=failed&page=1&jobsPerPage=10', `Bearer ${ops.key}`)
      expect(answer.status).toBe(200)
      const { queues } = (await answer.json()) as { queues: { jobs: object[] }[] }
      return queues[0]?.jobs ?? []
    }
    await world.until(async () => (await failed()).length > 0)
    expect(await failed()).toMatchObject([{ data: { scanId: 'a-scan' }, failedReason: 'no such tree' }])
    await queue.close(0)

    expect((await ask('')).status).toBe(401)
    expect((await ask('', `Bearer ${reader.key}`)).status).toBe(403)
    expect((await ask('', basic(ops.key))).status).toBe(200)
    const used = JSON.parse((await guardOn(servers, 'api-key', 'list', '--json')).out)
    expect(used.find(({ id }: { id: string }) => id === ops.id).lastUsedAt).not.toBeNull()
    await guardOn(servers, 'api-key', 'revoke', ops.id, '--reason', 'lost')
    expect((await ask('', basic(ops.key))).status).toBe(401)
    await world.until(() => world.app.log().includes('a key was refused'))
    for (const secret of [ops.key, reader.key, basic(ops.key)]) expect(world.app.log()).not.toContain(secret)
  })
})

describe('with the embedded database', () => {
  const world = useWorld()

  it('a key is made while the server rests, and the page says why there is no board', async () => {
    const { app } = world
    const away = { DATA_DIR: app.dataDir, DATABASE_URL: '' }
    const refused = await guardOn(away, 'api-key', 'list')
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('Stop the server, run this, and start it') })
    await app.stop()
    const { out } = await guardOn(away, 'api-key', 'create', '--name', 'ops', '--scope', 'admin')
    await world.startApp()
    const headers = { authorization: `Bearer ${out.trim()}` }
    expect((await fetch(`${world.app.url}/admin/queues`)).status).toBe(401)
    const answer = await fetch(`${world.app.url}/admin/queues`, { headers })
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('There is no board here')
  })
})

async function guardOn(environment: Record<string, string>, ...args: string[]) {
  Object.assign(process.env, environment)
  return guard(...args)
}
