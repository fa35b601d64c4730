import type { ScanRequested } from '../../src/scan/ports/intents.ts'
import { LeaseLost, type Scan } from '../../src/scan/ports/store.ts'
import type { Database } from '../../src/store/database.ts'
import { Due } from '../../src/store/due.ts'
import { Scans } from '../../src/store/scans.ts'
import { forEachDatabase } from '../support/database.ts'
import {
  aChange,
  anOutcome,
  aRepository,
  aWish,
  deliver,
  END,
  newId,
  queue,
  queueAndTake,
  row,
  sha,
  take,
} from './given.ts'

const HOUR = 60 * 60 * 1000

forEachDatabase('what falls due', (databases) => {
  let database: Database
  let scans: Scans
  let due: Due
  beforeAll(async () => {
    database = await databases.open()
    scans = new Scans(database)
    due = new Due(database)
  })
  beforeEach(async () => {
    await database.client.repository.updateMany({ data: { dueAt: null } })
    await database.client.scan.updateMany({ where: { trigger: 'due' }, data: { status: 'skipped' } })
  })

  const dueAt = async ({ id }: { id: bigint }) =>
    (await database.client.repository.findUniqueOrThrow({ where: { id } })).dueAt
  const setDue = ({ id }: { id: bigint }, ago: number) =>
    database.client.repository.update({ where: { id }, data: { dueAt: new Date(Date.now() - ago) } })
  const queued = ({ id: repositoryId }: { id: bigint }) =>
    database.client.scan.findMany({
      where: { repositoryId, trigger: 'due', status: 'queued' },
      orderBy: { kind: 'asc' },
    })
  const snapshot = (commit: string | null) => aChange({ commit: commit ?? '' })

  /** A scan that ended, having replaced the snapshot where it is one of the default branch. */
  async function completed(wish: ScanRequested, at: number | null = null): Promise<Scan> {
    const scan = await queueAndTake(database, wish)
    await scans.persist(scan, { ...anOutcome(), dueAt: at }, scan.kind === 'tracked' ? snapshot(scan.headSha) : null)
    await scans.finish(scan, wish.pull ? [wish.pull.number] : [], END)
    return scan
  }
  const onMain = (wish: Partial<ScanRequested> = {}) =>
    aWish({ headSha: sha('m'), ref: 'main', baseRef: null, ...wish })
  let events = 0
  const opened = (number: number, headSha: string, open = true) => ({
    ...{
      number,
      headSha,
      headRef: 'feature',
      baseRef: 'main',
      open,
      opening: false,
      updatedAt: new Date(++events * 1000),
    },
  })

  describe('the moment', () => {
    it('is kept with the result, to the millisecond', async () => {
      const wish = onMain()
      await completed(wish, 1_800_000_000_123)
      expect((await dueAt(wish.repository))?.getTime()).toBe(1_800_000_000_123)
    })

    it('is not kept where the result is not', async () => {
      const wish = onMain()
      const scan = await queueAndTake(database, wish)
      const stale = { ...scan, token: scan.token - 1 }
      await expect(scans.persist(stale, { ...anOutcome(), dueAt: 1 }, snapshot(scan.headSha))).rejects.toThrow(
        LeaseLost,
      )
      expect(await dueAt(wish.repository)).toBeNull()
    })

    it('is the first of all that are known, whatever was judged last', async () => {
      const wish = onMain()
      const moments: number[] = []
      for (const [n, at] of [2_000, null, 1_000, 3_000].entries()) {
        await completed({ ...wish, headSha: sha(n) }, at)
        moments.push((await dueAt(wish.repository))?.getTime() ?? 0)
      }
      expect(moments).toEqual([2_000, 2_000, 1_000, 1_000])
    })

    it('is an hour away once a tracked scan failed, or one that was due', async () => {
      const { repository } = await completed(onMain())
      const facts = aRepository({ id: repository.id })
      const fail = async (wish: Partial<ScanRequested>) => {
        await setDue(repository, -10 * HOUR)
        await scans.fail(await queueAndTake(database, aWish({ repository: facts, ...wish })), 'Broken')
        return Math.round((((await dueAt(repository))?.getTime() ?? 0) - Date.now()) / HOUR)
      }
      expect(await fail({ headSha: sha(1), baseRef: null })).toBe(1)
      expect(await fail({ headSha: sha(2), trigger: 'due' })).toBe(1)
      expect(await fail({ headSha: sha(3) })).toBe(10)
    })

    it('stays where it is sooner than that, and is none where nothing was ever scanned', async () => {
      const { repository } = await completed(onMain())
      await setDue(repository, 1_000)
      const before = await dueAt(repository)
      const again = onMain({ repository: aRepository({ id: repository.id }), headSha: sha(1) })
      await scans.fail(await queueAndTake(database, again), 'Broken')
      expect(await dueAt(repository)).toEqual(before)

      const first = onMain()
      await scans.fail(await queueAndTake(database, first), 'Broken')
      expect(await dueAt(first.repository)).toBeNull()
    })
  })

  describe('a repository whose moment has passed', () => {
    it('has its tracked head queued, once, as it was judged', async () => {
      const wish = onMain({ headSha: sha('7') })
      const first = await queueAndTake(database, wish)
      await scans.update(first, { baseSha: sha('6') })
      await scans.persist(first, { ...anOutcome(), dueAt: Date.now() - 1 }, snapshot(wish.headSha))
      await scans.finish(first, [], END)

      expect(await due.queueDue(20)).toBe(1)
      expect(await queued(wish.repository)).toMatchObject([
        {
          ...{ kind: 'tracked', headSha: sha('7'), ref: null, baseRef: null, baseSha: sha('6') },
          ...{ forced: false, lane: (await row(database, first.id)).lane, attempts: 0 },
        },
      ])
      expect(await dueAt(wish.repository)).toBeNull()
      expect(await due.queueDue(20)).toBe(0)
    })

    it('is left alone before', async () => {
      const wish = onMain()
      await completed(wish, Date.now() + HOUR)
      expect(await due.queueDue(20)).toBe(0)
      expect(await dueAt(wish.repository)).not.toBeNull()
    })

    it('has the heads of its open pull requests queued too, against the bases they were judged by last', async () => {
      const { repository } = await completed(onMain())
      const facts = aRepository({ id: repository.id })
      const change = (n: number, wish: Partial<ScanRequested> = {}) =>
        aWish({ repository: facts, headSha: sha(n), baseSha: sha('b'), pull: opened(n, sha(n)), ...wish })
      await completed(change(1))
      await completed(change(1, { forced: true, baseSha: sha('c') }))
      await completed(change(2))
      await scans.fail(await queueAndTake(database, change(2, { forced: true, baseSha: sha('d') })), 'Broken')
      await completed(change(3, { pull: opened(3, sha(3), false) })) // closed
      await completed(change(4, { pull: null })) // a branch
      await completed(change(5))
      await deliver(database, { type: 'pull', installation: 1n, repository: facts, pull: opened(5, sha(6)) }) // moved on
      await setDue(repository, 1)

      expect(await due.queueDue(20)).toBe(3)
      const heads = (await queued(repository)).map(({ kind, headSha, baseRef, baseSha }) => [
        kind,
        headSha,
        baseRef,
        baseSha,
      ])
      expect(heads.sort()).toEqual([
        ['change', sha(1), 'main', sha('c')],
        ['change', sha(2), 'main', sha('b')],
        ['tracked', sha('m'), null, null],
      ])
    })

    it('waits while its default branch is scanned, and joins a scan that a pull request waits for', async () => {
      const { repository } = await completed(onMain())
      const facts = aRepository({ id: repository.id })
      const push = await queue(database, onMain({ repository: facts, headSha: sha(1) }))
      await setDue(repository, 1)
      expect(await due.queueDue(20)).toBe(0)
      const running = await take(database, push)
      expect(await due.queueDue(20)).toBe(0)
      await scans.fail(running, 'Broken')

      const change = aWish({ repository: facts, headSha: sha(2), pull: opened(1, sha(2)) })
      await completed(change)
      await queue(database, { ...change, forced: true })
      expect(await due.queueDue(20)).toBe(1)
      expect(await queued(repository)).toMatchObject([{ kind: 'tracked' }])
    })

    it.each<[string, (scan: Scan) => Promise<unknown>, string]>([
      ['was completed', (scan) => scans.finish(scan, [], END), 'completed'],
      ['was skipped', (scan) => scans.skip(scan, 'No need'), 'skipped'],
      ['failed', (scan) => scans.fail(scan, 'Broken'), 'failed'],
    ])('is scanned for a person who asked while what was due ran, once that %s', async (_, end, status) => {
      const wish = onMain()
      await completed(wish, 1)
      await due.queueDue(20)
      const [waiting] = await queued(wish.repository)
      const running = await take(database, waiting?.id ?? '')
      await deliver(database, { ...wish, forced: true, trigger: 'rerequested' })
      await end(running)
      const rows = await database.client.scan.findMany({
        where: { repositoryId: wish.repository.id, forced: true },
        orderBy: { status: 'asc' },
      })
      expect(rows).toMatchObject([
        { trigger: 'rerequested', status: 'queued', headSha: wish.headSha, kind: 'tracked' },
        { trigger: 'due', status },
      ])
    })

    it('queues nothing more where nobody asked', async () => {
      const wish = onMain()
      await completed(wish, 1)
      await due.queueDue(20)
      const [waiting] = await queued(wish.repository)
      await scans.finish(await take(database, waiting?.id ?? ''), [], END)
      const where = { repositoryId: wish.repository.id, status: 'queued' as const }
      expect(await database.client.scan.count({ where })).toBe(0)
    })

    it('waits for a replay, which may have something to say itself', async () => {
      const wish = onMain()
      const scan = await queueAndTake(database, wish)
      await scans.persist(scan, { ...anOutcome(), dueAt: 1 }, snapshot(wish.headSha))
      await scans.finish(scan, [], { ...END, replay: { scope: 'src', unknown: [sha('c')], unavailable: [] } })
      expect(await due.queueDue(20)).toBe(0)
    })

    it.each<[string, (wish: ScanRequested) => Promise<unknown>]>([
      [
        'is archived',
        ({ installation, repository }) =>
          deliver(database, { type: 'repository', installation, repository, state: 'archived' }),
      ],
      [
        'is out of reach',
        ({ installation, repository }) =>
          deliver(database, { type: 'repository', installation, repository, state: 'removed' }),
      ],
      [
        'has a suspended app',
        ({ installation: id }) =>
          deliver(database, {
            type: 'installation',
            installation: { id, account: 'a', accountType: 'User' },
            state: 'suspended',
          }),
      ],
      [
        'has to wait for GitHub',
        ({ installation: id }) =>
          database.client.installation.update({ where: { id }, data: { blockedUntil: new Date(Date.now() + HOUR) } }),
      ],
    ])('is not judged while it %s, and keeps its moment', async (_, happens) => {
      const wish = onMain({ installation: newId() })
      await completed(wish, 1)
      await happens(wish)
      expect(await due.queueDue(20)).toBe(0)
      expect(await dueAt(wish.repository)).toEqual(new Date(1))
    })

    it('is not judged where its default branch never was', async () => {
      const wish = aWish()
      await completed(wish, 1)
      expect(await due.queueDue(20)).toBe(0)
    })
  })

  it('After days without a server the longest overdue come first, and no more than so many at once', async () => {
    const wishes = [3, 1, 4, 2, 5].map((days) => ({ days, wish: onMain() }))
    for (const { days, wish } of wishes) {
      await completed(wish)
      await setDue(wish.repository, days * 24 * HOUR)
    }
    const order: number[] = []
    const look = async () => {
      for (const { days, wish } of wishes) {
        const [scan] = await queued(wish.repository)
        if (scan) order.push(days)
        if (scan) await database.client.scan.update({ where: { id: scan.id }, data: { status: 'completed' } })
      }
    }
    expect(await due.queueDue(2)).toBe(2)
    expect(await due.queueDue(2)).toBe(0)
    await look()
    expect(order.sort()).toEqual([4, 5])
    expect(await due.queueDue(2)).toBe(2)
    await look()
    expect(order.slice(2).sort()).toEqual([2, 3])
    expect(await due.queueDue(2)).toBe(1)
  })
})
