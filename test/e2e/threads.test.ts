/** Scans in a thread of their own: what they do to it is not felt by those who wait for an answer, and ends in time. */
import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { type RunningApp, startApp } from '../support/app.ts'
import type { Repository } from '../support/github/index.ts'
import { redisOf } from '../support/servers/redis.ts'
import { BROKEN, largeRecord, RECORD } from './record.ts'
import { TestDatabase } from './test-database.ts'
import { useWorld } from './world.ts'

const { TEST_DATABASE_URL, TEST_REDIS_URL, TEST_FOLDER = tmpdir() } = process.env
const describeWith = TEST_DATABASE_URL && TEST_REDIS_URL ? describe : describe.skip

const FAULT = join(TEST_FOLDER, `thread-fault-${process.pid}`)
const FAULTY = {
  NODE_OPTIONS: `--import=${fileURLToPath(new URL('../support/thread-fault.js', import.meta.url))}`,
  THREAD_FAULT: FAULT,
}

const LEASE_SECONDS = 2
/** Where a scan computes for long beside other suites: a process that is late must not pass for one that died. */
const LONG_LEASE_SECONDS = 60
/** All that a process may take to stop, and what a busy machine adds; ms. */
const STOPS_WITHIN = 15_000

/** One process with everything but the queue in PostgreSQL. */
function useApp(redisUrl: string | undefined, leaseSeconds = LEASE_SECONDS) {
  const database = new TestDatabase(TEST_DATABASE_URL ?? '')
  beforeAll(() => database.create())
  const servers = {
    DATABASE_URL: database.url,
    SCAN_LEASE_SECONDS: String(leaseSeconds),
    ...(redisUrl && { REDIS_URL: redisUrl }),
  }
  const world = useWorld({ environment: () => ({ ...servers, ...FAULTY, ROLE: 'all' }) })
  const rows = new pg.Pool({ connectionString: database.url, max: 1 })
  rows.on('error', () => {})
  afterEach(() => rmSync(FAULT, { force: true }))
  afterAll(async () => {
    await rows.end()
    await world.app.stop()
    await database.drop()
  })
  /** The newest: what was found out by other ways may have been superseded. */
  const rowOf = async (headSha: string) => {
    const { rows: found } = await rows.query(
      `SELECT status, phase, attempts, token, lease_until, lease_until > now() AS leased FROM scan WHERE head_sha = $1 ORDER BY created_at DESC LIMIT 1`,
      [headSha],
    )
    return found[0] ?? {}
  }
  return {
    world,
    rowOf,
    /** A push whose scan waits for GitHub. */
    async underWay(repository: Repository, delayMs: number): Promise<string> {
      world.github.delay(delayMs)
      const sha = await repository.push('main', BROKEN)
      await world.until(() => repository.checkRuns(sha).length > 0)
      return sha
    },
    async completedOnce(repository: Repository, sha: string): Promise<void> {
      world.github.delay(0)
      expect(await world.check(repository, sha, 40_000)).toMatchObject({ conclusion: 'failure' })
      expect(repository.checkRuns(sha)).toMatchObject([{ annotations: [{ title: 'trace/broken-reference' }] }])
      await world.until(async () => (await rowOf(sha)).status === 'completed')
    },
  }
}

/** What the thread does from now on. */
const act = (what: 'throw' | 'compute') => writeFileSync(FAULT, what)

describeWith.each([
  { queue: 'Redis', redisUrl: redisOf('threads') },
  { queue: 'PostgreSQL', redisUrl: undefined },
])('ROLE=all with the queue in $queue', ({ redisUrl }) => {
  const { world, rowOf, underWay, completedOnce } = useApp(redisUrl)

  it('what computes keeps nobody waiting, and nobody takes it over', async () => {
    const [busy, other] = [await world.scanned(RECORD), await world.scanned(RECORD)]
    const sha = await underWay(busy, 300)
    act('compute')
    await sleep(100)
    const asked = world.github.requests.length
    const answered = []
    for (let n = 0; n < 10; n++) {
      await other.push('main', { 'README.md': `# Lab ${n}\n` })
      answered.push(world.github.deliveries.at(-1)?.statusCode)
    }
    expect(answered).toEqual(Array(10).fill(202))
    for (const path of ['/healthz', '/readyz', '/metrics']) expect((await fetch(world.app.url + path)).status).toBe(200)
    await sleep(2 * LEASE_SECONDS * 1000)
    expect(await rowOf(sha)).toMatchObject({ status: 'running', leased: true, token: 1 })
    // One answer may have been on its way.
    expect(world.github.requests.length - asked).toBeLessThanOrEqual(1)
    rmSync(FAULT)
    await completedOnce(busy, sha)
    expect(await rowOf(sha)).toMatchObject({ attempts: 1, token: 1 })
  })

  it('a thread that dies is followed by another, which completes the scan', async () => {
    const attempts = async () => {
      const text = await (await fetch(`${world.app.url}/metrics`)).text()
      return Number(/^rosie_scan_attempts_total\{kind="tracked"\} (\d+)$/m.exec(text)?.[1])
    }
    const repository = await world.scanned(RECORD)
    const before = await attempts()
    const sha = await underWay(repository, 500)
    act('throw')
    await world.until(() => world.app.log().includes('the thread that scans has ended'))
    await completedOnce(repository, sha)
    expect(await rowOf(sha)).toMatchObject({ attempts: 2 })
    // What the thread counted before it died is not forgotten.
    expect((await attempts()) - before).toBe(2)
    expect(await world.app.stop()).toBe(0)
    await world.startApp()
  })

  it('told to stop, it is not ready at once, hands back in time what does not end, and another process ends it', async () => {
    const repository = await world.scanned(RECORD)
    const sha = await underWay(repository, 5_000)
    const { url } = world.app
    const began = Date.now()
    const stopped = world.app.stop()
    const ready = async () => (await fetch(`${url}/readyz`)).status
    await world.until(async () => (await ready()) === 503, 2_000)
    // Whatever comes until it has ended is stored.
    await repository.push('elsewhere', { 'README.md': '# Other\n' })
    expect(world.github.deliveries.at(-1)).toMatchObject({ statusCode: 202 })
    expect(await rowOf(sha)).toMatchObject({ status: 'running' })
    expect(await stopped).toBe(0)
    expect(Date.now() - began).toBeLessThan(STOPS_WITHIN)
    expect(await rowOf(sha)).toMatchObject({ status: 'queued', attempts: 0, lease_until: null })
    await world.startApp()
    await completedOnce(repository, sha)
  })
})

describeWith('ROLE=all, at work for long', () => {
  const { world, rowOf } = useApp(redisOf('threads'), LONG_LEASE_SECONDS)

  it('webhooks are acknowledged while a large record is judged', async () => {
    const repository = await world.repository(largeRecord(6_000, 8_000))
    const other = await world.repository({ 'README.md': '# None\n' })
    const [sha, tip] = [await repository.tip('main'), await other.tip('main')]
    await repository.push('main', sha ?? '')
    let meanwhile = 0
    const until = Date.now() + 150_000
    for (let status = 'queued'; ['queued', 'running'].includes(status) && Date.now() < until; ) {
      const before = await rowOf(sha ?? '')
      await other.push('main', tip ?? '')
      expect(world.github.deliveries.at(-1)).toMatchObject({ statusCode: 202 })
      const after = await rowOf(sha ?? '')
      if (before.phase === 'Validate' && after.phase === 'Validate') meanwhile++
      status = after.status ?? status
    }
    const row = await rowOf(sha ?? '')
    if (row.status !== 'completed') console.error(world.app.log().slice(-20_000))
    expect(row).toMatchObject({ status: 'completed' })
    // Judged in the thread that answers, none would be answered before it was done.
    expect(meanwhile).toBeGreaterThan(0)
    await world.check(repository, sha ?? '')
    // 16 s on two cores beside other suites.
  }, 180_000)
})

describeWith('ROLE=all', () => {
  const { world, rowOf, underWay, completedOnce } = useApp(redisOf('threads'))

  it('told to stop, it lets a scan end that ends in time', async () => {
    const repository = await world.scanned(RECORD)
    const sha = await underWay(repository, 500)
    expect(await world.app.stop()).toBe(0)
    expect(await rowOf(sha)).toMatchObject({ status: 'completed', attempts: 1 })
    await world.startApp()
    await completedOnce(repository, sha)
  })

  it('told to stop, it ends although its scan computes on', async () => {
    const repository = await world.scanned(RECORD)
    const sha = await underWay(repository, 500)
    act('compute')
    await sleep(100)
    const began = Date.now()
    expect(await world.app.stop()).toBe(0)
    expect(Date.now() - began).toBeLessThan(STOPS_WITHIN)
    expect(await rowOf(sha)).toMatchObject({ status: 'queued', attempts: 0, lease_until: null })
    rmSync(FAULT)
    await world.startApp()
    await completedOnce(repository, sha)
  })
})

describeWith('ROLE=worker', () => {
  const database = new TestDatabase(TEST_DATABASE_URL ?? '')
  beforeAll(() => database.create())
  const servers = { DATABASE_URL: database.url, REDIS_URL: redisOf('threads') ?? '', SCAN_LEASE_SECONDS: '2' }
  const world = useWorld({ environment: () => ({ ...servers, ROLE: 'web' }) })
  const workers: RunningApp[] = []
  const startWorker = async () => {
    const worker = await startApp({ environment: { ...world.github.environment, ...servers, ROLE: 'worker' } })
    workers.push(worker)
    return worker
  }
  afterAll(async () => {
    for (const worker of workers) await worker.remove()
    await world.app.stop()
    await database.drop()
  })

  it('a scan that takes longer than the grace of its worker goes to another', async () => {
    const first = await startWorker()
    const repository = await world.scanned(RECORD)
    world.github.delay(5_000)
    const sha = await repository.push('main', BROKEN)
    await world.until(() => repository.checkRuns(sha).length > 0)
    const second = await startWorker()
    const began = Date.now()
    expect(await first.stop()).toBe(0)
    expect(Date.now() - began).toBeLessThan(STOPS_WITHIN)
    expect(first.log()).toContain('scans that were running are handed back')
    world.github.delay(0)
    expect(await world.check(repository, sha, 40_000)).toMatchObject({ conclusion: 'failure' })
    expect(repository.checkRuns(sha)).toMatchObject([{ annotations: [{ title: 'trace/broken-reference' }] }])
    await world.until(() => second.log().includes('scan completed'))
  })
})
