/**
 * Two web and two worker processes with a PostgreSQL and a Redis of their own, each fault by itself at the moment at which it
 * hurts. `npm run soak` has all of them together, at random.
 */

import { Redis } from 'ioredis'
import pg from 'pg'
import { Cluster } from '../support/cluster.ts'
import type { Repository } from '../support/github/index.ts'
import { early, type Limit, settle } from '../support/ledger.ts'
import { People, type Place } from '../support/people.ts'

const { TEST_DATABASE_URL, TEST_REDIS_URL } = process.env
const describeWith = TEST_DATABASE_URL && TEST_REDIS_URL ? describe : describe.skip

/** Longer than a request and its way, also on a busy machine; ms. */
const SLOW = 400
/** What a queue has lost is handed over again after a minute, what GitHub could not deliver is asked for within two. */
const SETTLES = 150_000

describeWith('two web and two worker processes, when', () => {
  let cluster: Cluster
  let people: People

  beforeAll(async () => {
    cluster = await Cluster.start()
    people = new People(cluster)
  }, 120_000)
  afterAll(() => cluster.close(), 60_000)

  /** Every head has its verdict, once, nothing is in progress, no comment is doubled, no delivery is lost, no process ended. */
  afterEach(async () => {
    cluster.github.delay(0)
    cluster.github.failAtRandom(0, 0)
    const { judgement } = await settle(cluster, people.ledger, SETTLES)
    const deaths = cluster.replicas.flatMap((replica) => replica.deaths)
    const wrong = { ...judgement, deaths }
    if (Object.values(wrong).flat().length > 0) console.error(cluster.log().slice(-20_000))
    expect(wrong).toEqual({ lost: [], duplicates: [], deaths: [] })
  }, SETTLES + 30_000)

  /** Repositories of two installations, whose default branches have their verdicts. */
  async function places(count: number): Promise<Place[]> {
    const all = await Promise.all(Array.from({ length: count }, (_, n) => people.place(`owner-${n % 2}`)))
    await until(() => all.every(({ repository, root }) => isChecked(repository, root)))
    return all
  }

  const isChecked = (repository: Repository, sha: string) => repository.checkRuns(sha).at(-1)?.status === 'completed'

  const until = (happened: () => boolean | Promise<boolean>, withinMs = 60_000) =>
    cluster.github.waitFor(happened, withinMs)

  const underWay = () =>
    cluster.github.repositories.flatMap(({ checks }) => checks.all).filter(({ status }) => status !== 'completed')

  /** In each place a push to the default branch and one to a branch, which becomes a pull request. */
  async function work(all: readonly Place[], branch: string): Promise<void> {
    await Promise.all(
      all.map(async (place) => {
        await people.push(place, 'main', { broken: true })
        await people.push(place, branch, { stories: 60 })
        await people.openPull(place, branch)
      }),
    )
  }

  it('Redis is killed mid-job, and comes back empty', async () => {
    const all = await places(4)
    cluster.github.delay(SLOW)
    await work(all, 'before')
    await until(() => underWay().length >= 2)
    await cluster.redis.kill()
    await work(all, 'meanwhile')
    await cluster.redis.start()
  }, 120_000)

  it('Redis is emptied mid-job', async () => {
    const all = await places(4)
    cluster.github.delay(SLOW)
    await work(all, 'before')
    await until(() => underWay().length >= 2)
    const redis = new Redis(cluster.redis.url)
    await redis.flushall()
    redis.disconnect()
    await work(all, 'after')
  }, 120_000)

  it.each([
    ['restarted', 'stop'],
    ['killed, and recovers', 'kill'],
  ] as const)(
    'PostgreSQL is %s in the middle of transactions',
    async (_, end) => {
      const all = await places(4)
      const release = await holdFindings()
      await Promise.all(all.map((place) => people.push(place, 'main', { broken: true })))
      await until(async () => (await waiting()) > 0)
      await cluster.postgres[end]()
      await release()
      // Answered with 503: GitHub is asked for these later.
      await Promise.all(all.map((place) => people.push(place, 'refused', { broken: true })))
      const refused = cluster.github.deliveries.filter(({ statusCode }) => statusCode === 503)
      await cluster.postgres.start()
      expect(refused.length).toBeGreaterThan(0)
    },
    120_000,
  )

  /** Whoever keeps a result must wait, in a transaction that has begun. */
  async function holdFindings(): Promise<() => Promise<void>> {
    const client = new pg.Client({ connectionString: cluster.postgres.url })
    client.on('error', () => {})
    await client.connect()
    await client.query('BEGIN')
    await client.query('LOCK TABLE finding IN EXCLUSIVE MODE')
    return () => client.end().catch(() => {})
  }

  const waiting = async () =>
    (
      await cluster.query(
        `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND xact_start < query_start AND query ILIKE '%finding%'`,
      )
    ).length

  it.each([1, 2])(
    'every fifth answer of GitHub fails (seed %d)',
    async (seed) => {
      const all = await places(4)
      cluster.github.failAtRandom(0.2, seed)
      await work(all, 'change')
      await until(() => underWay().length > 0)
      await until(() => underWay().length === 0, 120_000)
    },
    240_000,
  )

  it('GitHub asks to wait: no request before its time, by whichever process', async () => {
    const all = await places(6)
    const { github } = cluster
    const limits: Limit[] = github.installations.map(({ id }) => ({
      installation: id,
      armedAt: Date.now(),
      seconds: 8,
    }))
    for (const { installation, seconds } of limits)
      github.secondaryLimit((request) => request.installation === installation && request.method === 'POST', seconds)
    const from = github.requests.length
    await work(all, 'change')
    const refused = () => github.requests.slice(from).filter(({ status }) => status === 403)
    await until(() => new Set(refused().map(({ installation }) => installation)).size === limits.length)
    await until(() =>
      all.every(({ repository, branches }) => isChecked(repository, branches.get('main')?.at(-1) ?? '')),
    )
    // A second for the other processes to hear of it, and one for a busy machine.
    expect(early(github.requests.slice(from), limits, 2_000)).toEqual([])
    // Those that were under way when the first was refused: three at once in each of two workers.
    expect(refused().length).toBeLessThanOrEqual(limits.length * 6)
  }, 120_000)

  it('all of it is down while people go on: what GitHub could not deliver is sent again, once', async () => {
    const all = await places(4)
    await Promise.all(cluster.replicas.map((replica) => replica.kill()))
    const from = cluster.github.deliveries.length
    await work(all, 'missed')
    const missed = new Set(cluster.github.deliveries.slice(from).map(({ guid }) => guid))
    await Promise.all(cluster.replicas.map((replica) => replica.start()))
    await until(() =>
      all.every(({ repository, branches }) => isChecked(repository, branches.get('missed')?.at(-1) ?? '')),
    )
    const again = cluster.github.deliveries.filter(({ guid, redelivery }) => redelivery && missed.has(guid))
    expect(new Set(again.map(({ guid }) => guid)).size).toBe(again.length)
    expect(again.length).toBeGreaterThanOrEqual(3 * all.length)
  }, 180_000)

  it.each(['main', 'change'])(
    'there are ten pushes in a second to %s, told to one web process and the other',
    async (branch) => {
      const [place] = (await places(1)) as [Place]
      const { repository } = place
      cluster.github.delay(SLOW)
      const heads: string[] = []
      for (let n = 1; n <= 10; n++) heads.push(await people.push(place, branch, { broken: n === 10 }))
      const [last = ''] = heads.slice(-1)
      await until(() => isChecked(repository, last))
      await until(() => underWay().length === 0)
      expect(repository.checkRuns(last)).toMatchObject([{ conclusion: 'failure' }])
      const others = heads.slice(0, -1).flatMap((head) => repository.checkRuns(head))
      expect(others.filter(({ conclusion }) => conclusion !== 'cancelled').length).toBeLessThanOrEqual(1)
    },
    120_000,
  )

  it('a worker and a web process are killed while they work: the others go on', async () => {
    const all = await places(6)
    const [[web], [worker]] = [cluster.webs, cluster.workers]
    cluster.github.delay(SLOW)
    await work(all, 'one')
    await until(() => underWay().length >= 3)
    await Promise.all([web?.kill(), worker?.kill()])
    await work(all, 'two')
    cluster.github.delay(0)
    await until(() => all.every(({ repository, branches }) => isChecked(repository, branches.get('two')?.at(-1) ?? '')))
    await until(() => underWay().length === 0)
    await Promise.all([web?.start(), worker?.start()])
  }, 180_000)
})
