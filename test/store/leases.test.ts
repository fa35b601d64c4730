import { LeaseLost } from '../../src/scan/ports/store.ts'
import type { Database } from '../../src/store/database.ts'
import { Scans } from '../../src/store/scans.ts'
import { ScanWishes } from '../../src/store/wishes.ts'
import { forEachDatabase } from '../support/database.ts'
import {
  anOutcome,
  aRepository,
  aWish,
  deliver,
  END,
  expireLease,
  newId,
  queue,
  queueAndTake,
  row,
  sha,
  take,
} from './given.ts'

const LEASE_MS = 60_000

forEachDatabase('leases', (databases) => {
  let database: Database
  let scans: Scans
  let wishes: ScanWishes
  beforeAll(async () => {
    database = await databases.open()
    scans = new Scans(database)
    wishes = new ScanWishes(database)
  })

  describe('taking a scan', () => {
    it('gives the scan with its repository, an attempt more and a new token', async () => {
      const wish = aWish({ installation: newId(), baseSha: sha(9) })
      const id = await queue(database, wish)
      const { scan } = (await scans.take(id, LEASE_MS)) as { scan: unknown }
      expect(scan).toEqual({
        id,
        repository: {
          ...{ id: wish.repository.id, installationId: wish.installation, owner: 'acme', name: 'pump' },
          ...{ defaultBranch: 'main', trackedHead: null },
        },
        ...{ kind: 'change', headSha: sha('a'), ref: 'feature', baseRef: 'main', baseSha: sha(9), trigger: 'push' },
        ...{ forced: false, attempt: 1, token: 1, checkRunId: null, annotationsSent: 0, newerHead: null },
        ...{ replay: null, stage: null, tryingMs: expect.any(Number) },
      })
      const { status, leaseUntil, startedAt } = await row(database, id)
      expect(status).toBe('running')
      expect(Math.abs((leaseUntil?.getTime() ?? 0) - Date.now() - LEASE_MS)).toBeLessThan(5_000)
      expect(Math.abs((startedAt?.getTime() ?? 0) - Date.now())).toBeLessThan(5_000)
    })

    it('is for one worker only', async () => {
      const id = await queue(database, aWish())
      const taken = await Promise.all(Array.from({ length: 6 }, () => scans.take(id, LEASE_MS)))
      expect(taken.filter((answer) => answer === 'busy')).toHaveLength(5)
    })

    it('waits for its moment', async () => {
      const scan = await queueAndTake(database, aWish())
      await scans.release(scan, 60_000, 'later', true)
      const taken = await scans.take(scan.id, LEASE_MS)
      expect(taken).toEqual({ restMs: expect.any(Number) })
      expect((taken as { restMs: number }).restMs).toBeGreaterThan(55_000)
    })

    it.each(['completed', 'failed', 'skipped'] as const)('finds nothing to do when it is %s', async (status) => {
      const id = await queue(database, aWish())
      await database.client.scan.update({ where: { id }, data: { status } })
      expect(await scans.take(id, LEASE_MS)).toBe('gone')
    })

    it('finds nothing to do when there is no such scan', async () => {
      expect(await scans.take('00000000-0000-4000-8000-000000000000', LEASE_MS)).toBe('gone')
    })

    it.each([
      ['the repository was removed', 'repository', 'removed_at', /no access/],
      ['the repository is archived', 'repository', 'archived_at', /archived/],
      ['the installation is suspended', 'installation', 'suspended_at', /suspended/],
      ['the installation was removed', 'installation', 'removed_at', /uninstalled/],
    ])('skips it when %s', async (_what, table, column, reason) => {
      const wish = aWish({ installation: newId() })
      const id = await queue(database, wish)
      const owner = table === 'repository' ? wish.repository.id : wish.installation
      await database.client.$executeRawUnsafe(`UPDATE ${table} SET ${column} = now() WHERE id = $1`, owner)
      expect(await scans.take(id, LEASE_MS)).toBe('gone')
      expect(await row(database, id)).toMatchObject({
        status: 'skipped',
        error: expect.stringMatching(reason),
        token: 0,
      })
    })
  })

  describe('lanes', () => {
    const repository = aRepository()
    const tracked = (headSha: string, of = repository) => aWish({ repository: of, headSha, baseRef: null, ref: 'main' })

    it('let one scan of the default branch run at a time, and changes beside it', async () => {
      const [first, second] = [await queue(database, tracked(sha(1))), await queue(database, tracked(sha(2)))]
      const running = await take(database, first)
      expect(await scans.take(second, LEASE_MS)).toBe('busy')
      await queueAndTake(database, aWish({ repository }))
      await scans.skip(running, 'enough')
      await scans.skip(await take(database, second), 'enough')
    })

    it('hold when several start at once', async () => {
      const wish = aWish()
      const ids = await Promise.all(['a', 'b', 'c', 'd'].map((baseRef) => queue(database, { ...wish, baseRef })))
      const taken = await Promise.all(ids.map((id) => scans.take(id, LEASE_MS)))
      expect(taken.filter((answer) => answer === 'busy')).toHaveLength(3)
    })

    it('let the scans of the default branch run in the order they were asked for', async () => {
      const of = aRepository()
      const ids: string[] = []
      for (const head of [1, 2, 3]) ids.push(await queue(database, tracked(sha(head), of)))
      // Those of one delivery were asked for in one moment: their ids decide.
      await database.client.scan.updateMany({ where: { id: { in: ids } }, data: { createdAt: new Date() } })
      const [first = '', second = '', third = ''] = ids.sort()
      for (const later of [third, second]) expect(await scans.take(later, LEASE_MS)).toBe('busy')
      await scans.skip(await take(database, first), 'enough')
      await database.client.$executeRaw`
        UPDATE scan SET created_at = created_at - interval '1 ms' WHERE id = ${third}::uuid`
      expect(await scans.take(second, LEASE_MS)).toBe('busy')
      await scans.skip(await take(database, third), 'enough')
      await take(database, second)
    })

    it('wait for no older scan that is not due itself', async () => {
      const of = aRepository()
      const older = await queueAndTake(database, tracked(sha(1), of))
      const newer = await queue(database, tracked(sha(2), of))
      await scans.release(older, 60_000, 'Unreachable', true)
      await take(database, newer)
    })

    it('let the changes of a head run in any order', async () => {
      const wish = aWish()
      await queue(database, wish)
      await queueAndTake(database, { ...wish, baseRef: 'release' })
    })

    it('let one scan of a head run at a time, whatever its base', async () => {
      const wish = aWish()
      await queueAndTake(database, wish)
      const other = await queue(database, { ...wish, baseRef: 'release' })
      expect(await scans.take(other, LEASE_MS)).toBe('busy')
    })

    it('are freed of a scan whose lease ran out, which waits again', async () => {
      const wish = aWish()
      const stalled = await queueAndTake(database, wish)
      const next = await queue(database, { ...wish, baseRef: 'release' })
      await expireLease(database, stalled.id)
      await take(database, next)
      expect((await row(database, stalled.id)).status).toBe('queued')
    })

    it('of the default branch are freed for a stalled scan itself first, which asks for them anew', async () => {
      const of = aRepository()
      const stalled = await queueAndTake(database, tracked(sha(1), of))
      const next = await queue(database, tracked(sha(2), of))
      await expireLease(database, stalled.id)
      expect(await scans.take(next, LEASE_MS)).toBe('busy')
      expect(await row(database, stalled.id)).toMatchObject({ status: 'queued', dispatchedAt: null })
      await scans.skip(await take(database, stalled.id), 'enough')
      await take(database, next)
    })
  })

  describe('a worker that lost its lease', () => {
    it('writes nothing any more', async () => {
      const wish = aWish()
      const old = await queueAndTake(database, wish)
      await expireLease(database, old.id)
      const current = await take(database, old.id)
      expect(current).toMatchObject({ attempt: 2, token: old.token + 1 })
      const before = await row(database, old.id)

      const writes = [
        () => scans.renew(old, LEASE_MS),
        () => scans.update(old, { progress: 99 }),
        () => scans.update(old, { headSha: sha('f') }),
        () => scans.persist(old, anOutcome(), null),
        () => scans.finish(old, [], { ...END, again: 'again' }),
        () => scans.skip(old, 'x'),
        () => scans.release(old, 0, 'x', true),
        () => scans.fail(old, 'x'),
      ]
      for (const write of writes) await expect(write()).rejects.toThrow(LeaseLost)
      expect(await row(database, old.id)).toEqual(before)
      expect(await database.client.scan.count({ where: { repositoryId: wish.repository.id } })).toBe(1)
    })

    it('keeps it as long as it renews it', async () => {
      const scan = await queueAndTake(database, aWish())
      await expireLease(database, scan.id)
      await scans.renew(scan, LEASE_MS)
      expect(await scans.take(scan.id, LEASE_MS)).toBe('busy')
      await wishes.recover(false)
      expect((await row(database, scan.id)).status).toBe('running')
    })
  })

  describe('what the queue is told', () => {
    beforeEach(async () => {
      await database.client.scan.deleteMany()
    })
    const isDispatched = (id: string, secondsAgo: number) =>
      database.client.$executeRaw`
        UPDATE scan SET dispatched_at = now() - ${secondsAgo}::float8 * interval '1 second' WHERE id = ${id}::uuid`

    it('each due scan once, and again when nothing came of it for long', async () => {
      const waiting = await queue(database, aWish())
      const later = await queueAndTake(database, aWish())
      await scans.release(later, 60_000, null, false)
      await queueAndTake(database, aWish())
      expect(await wishes.take(10, 30_000)).toEqual([waiting])
      expect(await wishes.take(10, 30_000)).toEqual([])
      await isDispatched(waiting, 31)
      expect(await wishes.take(10, 30_000)).toEqual([waiting])
    })

    it('what was taken and not given to the queue, a few seconds later', async () => {
      const [lost, given] = [await queue(database, aWish()), await queue(database, aWish())]
      expect(await wishes.take(10, 60_000)).toEqual([lost, given])
      await wishes.given([given])
      expect(await wishes.take(10, 60_000)).toEqual([])
      await database.client.$executeRaw`UPDATE scan SET dispatched_at = dispatched_at - interval '6 seconds'`
      expect(await wishes.take(10, 60_000)).toEqual([lost])
    })

    it('what was released before the queue was said to have it', async () => {
      const id = await queue(database, aWish())
      expect(await wishes.take(10, 60_000)).toEqual([id])
      await scans.release(await take(database, id), 0, null, false)
      await wishes.given([id])
      expect(await wishes.take(10, 60_000)).toEqual([id])
    })

    it('the oldest of each installation before the second oldest of any', async () => {
      const [busy, quiet] = [newId(), newId()]
      const ids: string[] = []
      for (const installation of [busy, busy, busy, quiet]) ids.push(await queue(database, aWish({ installation })))
      expect(await wishes.take(3, 30_000)).toEqual([ids[0], ids[3], ids[1]])
      expect(await wishes.take(3, 30_000)).toEqual([ids[2]])
    })

    it('no scan twice, when several ask at once', async () => {
      for (let round = 1; round <= 5; round++) {
        const installation = newId()
        for (let count = 0; count < 12; count++) await deliver(database, aWish({ installation }))
        const told = (await Promise.all(Array.from({ length: 8 }, () => wishes.take(12, 30_000)))).flat()
        expect(told).toHaveLength(12)
        expect(new Set(told).size).toBe(12)
      }
    })

    it('scans whose lease ran out; or, after a restart of the only process, all that ran', async () => {
      const [dead, alive] = [await queueAndTake(database, aWish()), await queueAndTake(database, aWish())]
      await isDispatched(dead.id, 1)
      await expireLease(database, dead.id)
      expect(await wishes.recover(false)).toBe(1)
      expect((await row(database, alive.id)).status).toBe('running')
      expect(await wishes.take(10, 30_000)).toEqual([dead.id])
      expect(await wishes.recover(true)).toBe(1)
      expect((await row(database, alive.id)).status).toBe('queued')
    })
  })
})
