import type { Database } from '../../src/store/database.ts'
import { Deliveries } from '../../src/store/deliveries.ts'
import { InstallationLimits } from '../../src/store/limits.ts'
import { Statistics } from '../../src/store/statistics.ts'
import { forEachDatabase } from '../support/database.ts'
import { aRepository, aWish, deliver, newId, queue, queueAndTake, sha } from './given.ts'

forEachDatabase('statistics', (databases) => {
  let database: Database
  let statistics: Statistics
  let installation: bigint
  beforeAll(async () => {
    database = await databases.open()
    statistics = new Statistics(database)
  })
  beforeEach(() => {
    installation = newId()
  })

  const wish = (seed: number, of = installation) =>
    aWish({ installation: of, repository: aRepository(), headSha: sha(seed) })

  describe('of scans that are open', () => {
    const open = async () => (await statistics.openScans()).get(installation)

    it('tell what waits, what is delayed and what runs', async () => {
      await queue(database, wish(1))
      await queue(database, wish(2))
      const later = await queue(database, wish(3))
      await database.client
        .$executeRaw`UPDATE scan SET not_before = now() + interval '1 hour' WHERE id = ${later}::uuid`
      const retried = await queue(database, wish(4))
      await database.client.$executeRaw`UPDATE scan SET not_before = now() - interval '1 s' WHERE id = ${retried}::uuid`
      await queueAndTake(database, wish(5))
      expect(await open()).toMatchObject({ waiting: 3, delayed: 1, running: 1 })
    })

    it('tell for how long the oldest of the waiting ones has been asked for, in ms', async () => {
      const old = await queue(database, wish(1))
      await queue(database, wish(2))
      const delayed = await queue(database, wish(3))
      await database.client.$executeRaw`
        UPDATE scan SET created_at = now() - interval '90 s' WHERE id = ${old}::uuid`
      await database.client.$executeRaw`
        UPDATE scan SET created_at = now() - interval '1 day', not_before = now() + interval '1 hour'
        WHERE id = ${delayed}::uuid`
      const { oldestWaitingMs } = (await open()) ?? {}
      expect(oldestWaitingMs).toBeGreaterThanOrEqual(90_000)
      expect(oldestWaitingMs).toBeLessThan(150_000)
      await queueAndTake(database, wish(4))
      await database.client.$executeRaw`UPDATE scan SET status = 'skipped' WHERE status = 'queued'`
      expect(await open()).toEqual({ waiting: 0, delayed: 0, running: 1, oldestWaitingMs: null })
    })

    it('count as delayed what the limits of GitHub hold back', async () => {
      await queue(database, wish(1))
      await new InstallationLimits(database).block(installation, 60_000)
      expect(await open()).toMatchObject({ waiting: 0, delayed: 1, oldestWaitingMs: null })
    })

    it('add up over installations', async () => {
      const before = (await statistics.levels()).scans
      const other = newId()
      await queue(database, wish(1))
      const oldest = await queue(database, wish(2, other))
      await database.client
        .$executeRaw`UPDATE scan SET created_at = now() - interval '9 days' WHERE id = ${oldest}::uuid`
      const { scans } = await statistics.levels()
      expect(scans).toMatchObject({ waiting: before.waiting + 2, running: before.running })
      expect(scans.oldestWaitingMs).toBeGreaterThanOrEqual(9 * 86_400_000)
      await database.client.scan.deleteMany({ where: { id: oldest } })
    })
  })

  it('of scans that ended lately count by how, within an hour and a day', async () => {
    const ends = [
      ['completed', 59],
      ['completed', 61],
      ['failed', 1],
      ['skipped', 1400],
      ['superseded', 1],
      ['completed', 1441],
    ] as const
    for (const [seed, [status, minutes]] of ends.entries()) {
      const id = await queue(database, wish(seed))
      await database.client.$executeRaw`
        UPDATE scan SET status = ${status}::scan_status, completed_at = now() - ${minutes}::float8 * interval '1 minute'
        WHERE id = ${id}::uuid`
    }
    await queue(database, wish(99))
    expect((await statistics.scans()).get(installation)).toMatchObject({
      open: { waiting: 1 },
      lastHour: { completed: 1, failed: 1, skipped: 0, superseded: 1 },
      lastDay: { completed: 2, failed: 1, skipped: 1, superseded: 1 },
    })
    const idle = newId()
    await queueAndTake(database, wish(1, idle))
    expect((await statistics.scans()).get(idle)).toMatchObject({
      open: { running: 1 },
      lastHour: { completed: 0, failed: 0, skipped: 0, superseded: 0 },
    })
  })

  it('of the inbox tell what waits, for how long, and what was given up', async () => {
    await database.client.webhookDelivery.deleteMany()
    expect(await statistics.inbox()).toEqual({ waiting: 0, givenUp: 0, oldestWaitingMs: null })
    const inbox = new Deliveries(database)
    for (const id of ['new', 'old', 'done', 'hopeless']) await inbox.store({ id, event: 'push', payload: {} })
    await inbox.done('done', [])
    await database.client.$executeRaw`
      UPDATE webhook_delivery SET received_at = now() - interval '70 s' WHERE id IN ('old', 'done')`
    await database.client.$executeRaw`
      UPDATE webhook_delivery SET received_at = now() - interval '9 days', attempts = 10 WHERE id = 'hopeless'`
    const { oldestWaitingMs, ...counts } = await statistics.inbox()
    expect(counts).toEqual({ waiting: 2, givenUp: 1 })
    expect(oldestWaitingMs).toBeGreaterThanOrEqual(70_000)
    expect(oldestWaitingMs).toBeLessThan(130_000)
  })

  it('of quotas begin with those of which the least is left; an hour later all is', async () => {
    const [hour, past] = [Date.now() + 3_600_000, Date.now() - 1000]
    const limits = new InstallationLimits(database)
    const [little, much, gone] = [newId(), newId(), newId()]
    for (const id of [little, much, gone]) await deliver(database, wish(1, id))
    await limits.keep(much, {
      core: { limit: 12_500, remaining: 6_000, reset: hour },
      graphql: { limit: 5_000, remaining: 3, reset: past },
    })
    await limits.keep(little, { core: { limit: 5_000, remaining: 20, reset: hour } })
    await limits.keep(gone, { core: { limit: 5_000, remaining: 0, reset: hour } })
    await database.client.$executeRaw`UPDATE installation SET removed_at = now() WHERE id = ${gone}`
    expect(await statistics.quotas()).toEqual([
      { installation: little, resource: 'core', remaining: 20, limit: 5_000 },
      { installation: much, resource: 'core', remaining: 6_000, limit: 12_500 },
      { installation: much, resource: 'graphql', remaining: 5_000, limit: 5_000 },
    ])
  })

  it('of quotas tell a hundred at most', async () => {
    await database.client.$executeRaw`
      INSERT INTO installation (id, account, account_type, quota)
      SELECT 900000 + n, 'acme', 'Organization', '{"core": {"limit": 5000, "remaining": 1, "reset": 1}}'
      FROM generate_series(1, 101) n`
    expect(await statistics.quotas()).toHaveLength(100)
  })
})
