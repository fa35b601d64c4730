import { type RunningApp, startApp } from '../support/app.ts'
import { redisOf } from '../support/servers/redis.ts'
import { BROKEN, MENDED, RECORD } from './record.ts'
import { TestDatabase } from './test-database.ts'
import { purposes, useWorld } from './world.ts'

const { TEST_DATABASE_URL, TEST_REDIS_URL } = process.env
const describeWith = TEST_DATABASE_URL && TEST_REDIS_URL ? describe : describe.skip

/** The same work with servers: the database in PostgreSQL, the queue in Redis or in PostgreSQL too. */
describeWith.each([
  { queue: 'Redis', redisUrl: redisOf('servers') },
  { queue: 'PostgreSQL', redisUrl: undefined },
])('with PostgreSQL and the queue in $queue', ({ redisUrl }) => {
  const database = new TestDatabase(TEST_DATABASE_URL ?? '')
  beforeAll(() => database.create())
  const servers = { DATABASE_URL: database.url, ...(redisUrl && { REDIS_URL: redisUrl }) }
  const world = useWorld({ environment: () => ({ ...servers, ROLE: 'web' }) })
  const workers: RunningApp[] = []
  beforeAll(async () => {
    const environment = { ...world.github.environment, ...servers, ROLE: 'worker' }
    workers.push(await startApp({ environment }), await startApp({ environment }))
  })
  afterAll(async () => {
    for (const worker of workers) await worker.remove()
    await world.app.stop()
    await database.drop()
  })

  it('a pull request takes 6 requests, and its next push edits its comment', async () => {
    const repository = await world.scanned(RECORD)
    await repository.commit('change', BROKEN)
    const requests = await world.requests(async () => {
      const pull = await repository.openPull({ head: 'change' })
      expect(await world.check(repository, pull.head.sha)).toMatchObject({ conclusion: 'failure' })
      await world.comment(pull)
    })
    expect(purposes(requests)).toEqual(['open check', 'tree', 'compare', 'query', 'update check', 'create comment'])
    expect(await world.pushed(repository, 'change', MENDED)).toMatchObject({ conclusion: 'success' })
  })

  it.each(['main', 'change'])(
    'of a burst of pushes to %s the last head is scanned, by whichever worker',
    async (branch) => {
      const repository = await world.scanned(RECORD)
      world.github.delay(300)
      const heads: string[] = []
      for (let n = 1; n <= 6; n++) {
        heads.push(await repository.push(branch, { 'README.md': `# Lab ${n}\n`, ...(n === 6 && BROKEN) }))
      }
      const last = await world.check(repository, heads.at(-1) ?? '')
      expect(last).toMatchObject({ conclusion: 'failure' })
      world.github.delay(0)
      await world.until(() => repository.checks.all.every(({ status }) => status === 'completed'))
      const others = heads.slice(0, -1).flatMap((head) => repository.checkRuns(head))
      // On a busy machine one or two are done before the branch moves on.
      const done = others.filter(({ conclusion }) => conclusion !== 'cancelled')
      expect(done.length).toBeLessThanOrEqual(2)
      expect(done.filter(({ conclusion }) => conclusion !== 'success')).toEqual([])
      expect(repository.checkRuns(last.headSha)).toHaveLength(1)
    },
  )

  it('pushes to many repositories at once are each scanned once', async () => {
    const repositories = await Promise.all(Array.from({ length: 6 }, () => world.repository(RECORD)))
    const heads = await Promise.all(repositories.map((repository) => repository.push('main', BROKEN)))
    for (const [n, repository] of repositories.entries()) {
      expect(await world.check(repository, heads[n] ?? '')).toMatchObject({ conclusion: 'failure' })
      expect(repository.checks.all).toHaveLength(1)
    }
  })

  it("a limit of GitHub's that one worker is told holds for the other within a second", async () => {
    const owner = 'slow'
    const repositories = await Promise.all(Array.from({ length: 6 }, () => world.scanned(RECORD, { owner })))
    world.github.delay(200)
    world.github.secondaryLimit('GET /repos/{owner}/{repo}/git/trees/{tree_sha}', 8)
    const heads = await Promise.all(repositories.map((repository) => repository.push('main', BROKEN)))
    const refused = () => world.github.requests.filter(({ status }) => status === 403)
    await world.until(() => refused().length > 0)
    world.github.delay(0)
    const told = Math.min(...refused().map(({ at }) => at.getTime()))
    for (const [n, repository] of repositories.entries()) {
      expect(await world.check(repository, heads[n] ?? '', 60_000)).toMatchObject({ conclusion: 'failure' })
      expect(repository.checks.all.filter(({ headSha }) => headSha === heads[n])).toHaveLength(1)
    }
    // A second for the other worker to hear of it, and one for a busy machine.
    const { id } = world.github.installation(owner)
    const early = world.github.requests.filter(
      ({ at, installation }) => installation === id && at.getTime() > told + 2_000 && at.getTime() < told + 8_000,
    )
    expect(early).toEqual([])
  })

  it('a worker that is asked to stop leaves no scan behind', async () => {
    const repository = await world.scanned(RECORD)
    world.github.delay(200)
    const sha = await repository.push('main', BROKEN)
    await world.until(() => repository.checkRuns(sha).length > 0)
    for (const worker of workers) expect(await worker.stop()).toBe(0)
    world.github.delay(0)
    const environment = { ...world.github.environment, ...servers, ROLE: 'worker' }
    workers.push(await startApp({ environment }))
    expect(await world.check(repository, sha)).toMatchObject({ conclusion: 'failure' })
    expect(repository.checkRuns(sha)).toMatchObject([{ annotations: [{ title: 'trace/broken-reference' }] }])
  })
})
