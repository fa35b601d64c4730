/** What is counted as scans go through the store. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Prisma } from '../../src/generated/prisma/client.ts'
import type { ScanMeasures } from '../../src/scan/ports/measures.ts'
import { LeaseLost } from '../../src/scan/ports/store.ts'
import type { Database } from '../../src/store/database.ts'
import { recoverLeases } from '../../src/store/leases.ts'
import { MeasuredScans } from '../../src/store/measured.ts'
import { forEachDatabase } from '../support/database.ts'
import { aFinding, anOutcome, aRepository, aWish, END, queue, queueAndTake, row, sha } from './given.ts'

forEachDatabase('the store counts', (databases) => {
  let database: Database
  let counted: unknown[][]
  let store: MeasuredScans
  beforeAll(async () => {
    database = await databases.open()
  })
  beforeEach(() => {
    counted = []
    const note =
      (what: string) =>
      (...of: unknown[]) =>
        void counted.push([what, ...of])
    const measures: ScanMeasures = {
      attempt: note('attempt'),
      phase: note('phase'),
      ended: note('ended'),
      givenBack: note('given back'),
      superseded: note('superseded'),
      found: (findings) => void counted.push(['found', findings.length]),
    }
    store = new MeasuredScans(database, measures)
  })

  async function begun(wish = aWish({ repository: aRepository() })) {
    const taken = await store.take(await queue(database, wish), 60_000)
    if (typeof taken === 'string' || !('scan' in taken)) throw new Error('It is not free.')
    return taken.scan
  }

  it('an attempt, the time of each phase, the findings and the conclusion', async () => {
    const scan = await begun()
    await store.update(scan, { phase: 'Discovery', progress: 10 })
    await sleep(60)
    await store.update(scan, { phase: 'Delta', progress: 20 })
    await store.update(scan, { phase: 'Discovery', progress: 10 })
    await sleep(60)
    await store.update(scan, { filesTotal: 3 })
    await store.update(scan, { phase: 'Persist', progress: 70 })
    await store.persist(scan, anOutcome(aFinding(), aFinding()), null)
    expect(await store.finish(scan, [], END)).toEqual([])
    expect(counted).toEqual([
      ['attempt', 'change'],
      ['found', 2],
      ['phase', 'Discovery', expect.any(Number)],
      ['phase', 'Delta', expect.any(Number)],
      ['phase', 'Persist', expect.any(Number)],
      ['ended', 'change', 'failure'],
    ])
    expect(counted[2]?.[2]).toBeGreaterThanOrEqual(115)
  })

  it('the conclusion that an earlier attempt kept', async () => {
    const scan = await begun()
    await database.client.scan.update({ where: { id: scan.id }, data: { conclusion: 'neutral' } })
    await store.finish(scan, [], END)
    expect(counted).toEqual([
      ['attempt', 'change'],
      ['ended', 'change', 'neutral'],
    ])
  })

  it('no end while a pull request has yet to be told', async () => {
    const repository = aRepository()
    const facts = { number: 1, headSha: sha('a'), headRef: 'feature', baseRef: 'main', open: true }
    const scan = await begun(aWish({ repository, pull: { ...facts, opening: true, updatedAt: null } }))
    await store.persist(scan, anOutcome(), null)
    expect(await store.finish(scan, [], END)).toHaveLength(1)
    expect(counted).not.toContainEqual(['ended', 'change', expect.anything()])
    await store.finish(scan, [1], END)
    expect(counted).toContainEqual(['ended', 'change', 'success'])
  })

  it.each<[string, string, (scan: Awaited<ReturnType<typeof begun>>) => Promise<void>]>([
    ['skipped', 'skipped', (scan) => store.skip(scan, 'nothing to scan')],
    ['failed', 'failed', (scan) => store.fail(scan, 'out of luck')],
    ['replayed', 'replayed', (scan) => store.finishReplay(scan, false)],
    ['reported', 'reported', (scan) => store.finishReport(scan, scan.id, [])],
    ['withdrawn', 'cancelled', (scan) => store.withdraw(scan)],
  ])('a scan that is %s as %s', async (_, outcome, end) => {
    await end(await begun())
    expect(counted.at(-1)).toEqual(['ended', 'change', outcome])
  })

  it.each([
    ['error', 'Unreachable', true],
    ['limit', 'RateLimited', false],
    ['turn', null, false],
  ] as const)('what an attempt gave back for: %s', async (reason, error, wasAttempt) => {
    await store.release(await begun(), 1000, error, wasAttempt)
    expect(counted).toEqual([
      ['attempt', 'change'],
      ['given back', reason],
    ])
  })

  it('scans that are superseded', async () => {
    const repository = aRepository()
    const first = await queue(database, aWish({ repository, headSha: sha('b') }))
    const second = await queue(database, aWish({ repository, headSha: sha('c') }))
    const contest = await store.contest(second)
    if (!contest) throw new Error('The branch is not asked.')
    await sleep(5)
    await store.supersede({ ...contest, asOf: new Date(Date.now() + 60_000) }, sha('c'))
    expect((await row(database, first)).status).toBe('superseded')
    expect(counted).toEqual([['superseded', 1]])
  })

  it('nothing of writes that are refused, nor of the time after the lease was lost', async () => {
    const scan = await begun()
    await store.update(scan, { phase: 'Fetch', progress: 30 })
    await recoverLeases(database.client, Prisma.sql`id = ${scan.id}::uuid`)
    await expect(store.renew(scan, 1000)).rejects.toThrow(LeaseLost)
    await expect(store.fail(scan, 'late')).rejects.toThrow(LeaseLost)
    await expect(store.persist(scan, anOutcome(aFinding()), null)).rejects.toThrow(LeaseLost)
    expect(counted).toEqual([['attempt', 'change']])
  })

  it('no attempt where there is nothing to take', async () => {
    const { id } = await queueAndTake(database, aWish({ repository: aRepository() }))
    await store.take(id, 1000)
    expect(counted).toEqual([])
  })
})
