/** Live progress of the built app: what a client hears of a push, in whichever process the scan runs. */
import { PHASES } from '../../src/scan/ports/store.ts'
import { guard } from '../cli/guard.ts'
import { Client } from '../live/stage.ts'
import { type RunningApp, startApp } from '../support/app.ts'
import { redisOf } from '../support/servers/redis.ts'
import { BROKEN, MENDED, RECORD, specification } from './record.ts'
import { TestDatabase } from './test-database.ts'
import { useWorld, type World } from './world.ts'

const { TEST_DATABASE_URL, TEST_REDIS_URL } = process.env
const describeWith = TEST_DATABASE_URL && TEST_REDIS_URL ? describe : describe.skip

const before = { ...process.env }
const clients: Client[] = []
afterEach(() => {
  process.env = { ...before }
  for (const { socket } of clients.splice(0)) socket.disconnect()
})

async function keyOn(environment: Record<string, string>, ...args: string[]): Promise<string> {
  Object.assign(process.env, environment)
  const { code, out, err } = await guard('api-key', 'create', '--name', 'watch', '--scope', 'read', ...args)
  if (code !== 0) throw new Error(err)
  return out.trim()
}

async function connected(url: string, token: string, options = {}): Promise<Client> {
  const client = new Client(url, { auth: { token }, ...options })
  clients.push(client)
  return client.connected()
}

/** What each client heard of the one scan that ran: moments in order, and its end. */
async function heardOf(world: World, client: Client) {
  const end = () => client.events.find(([name]) => /:(complete|failed)$/.test(name))
  await world.until(() => end() !== undefined)
  const [name, payload] = end() as Client['events'][number]
  const scanId = String(payload.scanId)
  expect(new Set(client.events.map(([each]) => each.split(':')[1]))).toEqual(new Set([scanId]))
  expect(client.events.at(-1)?.[0]).toBe(name)
  const moments = client.named(`scan:${scanId}:progress`) as { progress: number; phase: keyof typeof PHASES | null }[]
  const percents = moments.map(({ progress }) => progress)
  expect(percents).toEqual([...percents].sort((a, b) => a - b))
  for (const { phase, progress } of moments) if (phase) expect(progress).toBeGreaterThanOrEqual(PHASES[phase])
  return { name: name.split(':')[2], payload, phases: new Set(moments.map(({ phase }) => phase)) }
}

describe('with the embedded database', () => {
  const world = useWorld()

  it('a push is heard phase by phase until it is complete, by whoever may read the repository', async () => {
    const repository = await world.scanned(RECORD)
    await world.app.stop()
    const away = { DATA_DIR: world.app.dataDir, DATABASE_URL: '' }
    const key = await keyOn(away)
    await world.startApp()
    const client = await connected(world.app.url, key)
    expect(await client.subscribe({ repository: repository.id })).toEqual({
      ok: true,
      state: { repository: repository.id, scans: [] },
    })
    await world.pushed(repository, 'main', { ...MENDED, '.gxp/specs/SPEC-009.md': specification('SPEC-009', 'US-404') })
    const { name, payload, phases } = await heardOf(world, client)
    expect(name).toBe('complete')
    expect(payload).toMatchObject({
      result: { status: 'failure', artifactsCreated: 1, durationMs: expect.any(Number) },
    })
    expect([...phases]).toEqual([null, ...Object.keys(PHASES).filter((phase) => phase !== 'Complete')])
    expect(await client.subscribe({ scan: payload.scanId })).toMatchObject({
      state: { status: 'completed', result: { artifactsCreated: 1 } },
    })
    const evil = connected(world.app.url, key, { extraHeaders: { origin: 'https://evil.example' } })
    await expect(evil).rejects.toThrow('websocket error')
    const metrics = (await (await fetch(`${world.app.url}/metrics`)).text()).split('\n')
    for (const [name, value] of [
      ['connections{state="known"}', 1],
      ['connections{state="arriving"}', 0],
      ['rooms{kind="repository"}', 1],
      ['events_total{event="complete"}', 1],
      ['refused_total{reason="origin"}', 1],
    ]) {
      expect(metrics).toContain(`rosie_live_${name} ${value}`)
    }
  })
})

describeWith.each([
  { channel: 'Redis', redisUrl: redisOf('live') },
  { channel: 'PostgreSQL', redisUrl: undefined },
])('with two web processes and a worker, by $channel', ({ redisUrl }) => {
  const database = new TestDatabase(TEST_DATABASE_URL ?? '')
  beforeAll(() => database.create())
  const servers = { DATABASE_URL: database.url, ...(redisUrl && { REDIS_URL: redisUrl }) }
  const world = useWorld({ environment: () => ({ ...servers, ROLE: 'web' }) })
  const others: RunningApp[] = []
  const otherWeb = () => others[0]?.url ?? ''
  beforeAll(async () => {
    const environment = { ...world.github.environment, ...servers }
    others.push(await startApp({ environment: { ...environment, ROLE: 'web' } }))
    others.push(await startApp({ environment: { ...environment, ROLE: 'worker' } }))
  })
  afterAll(async () => {
    for (const app of others) await app.remove()
    await world.app.stop()
    await database.drop()
  })

  it('both tell the same, to those who may hear it', async () => {
    const repository = await world.scanned(RECORD)
    const foreign = await world.scanned(RECORD, { owner: 'zeta' })
    const [key, zeta] = [await keyOn(servers), await keyOn(servers, '--installation', 'zeta')]
    const [one, two] = [await connected(world.app.url, key), await connected(otherWeb(), key)]
    const stranger = await connected(otherWeb(), zeta)
    for (const client of [one, two]) expect((await client.subscribe({ repository: repository.id })).ok).toBe(true)
    expect((await stranger.subscribe({ repository: repository.id })).ok).toBe(false)
    expect((await stranger.subscribe({ repository: foreign.id })).ok).toBe(true)

    await world.pushed(repository, 'main', BROKEN)
    const heard = [await heardOf(world, one), await heardOf(world, two)]
    expect(heard[0]).toMatchObject({ name: 'complete', payload: { result: { status: 'failure' } } })
    expect(heard[1]).toEqual(heard[0])
    expect(stranger.events).toEqual([])
    expect((await stranger.subscribe({ scan: heard[0]?.payload.scanId })).ok).toBe(false)
  })

  it('what fails is told', async () => {
    const repository = await world.scanned(RECORD)
    const client = await connected(otherWeb(), await keyOn(servers))
    await client.subscribe({ repository: repository.id })
    world.github.fault('GET /repos/{owner}/{repo}/git/trees/{tree_sha}', { status: 404 })
    await repository.push('main', BROKEN)
    const { name, payload } = await heardOf(world, client)
    expect(name).toBe('failed')
    expect(payload.error).toEqual(expect.any(String))
  })
})
