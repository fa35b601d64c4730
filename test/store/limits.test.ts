/** GitHub's limits in the rows: what they hold back is neither handed over nor taken. */
import { Governor } from '../../src/github/governor.ts'
import { RateLimited } from '../../src/scan/errors.ts'
import type { Quota } from '../../src/scan/ports/limits.ts'
import type { Database } from '../../src/store/database.ts'
import { InstallationLimits } from '../../src/store/limits.ts'
import { Scans } from '../../src/store/scans.ts'
import { ScanWishes } from '../../src/store/wishes.ts'
import { forEachDatabase } from '../support/database.ts'
import { aWish, newId, queue, queueAndTake, row } from './given.ts'

const MINUTE = 60_000

forEachDatabase("GitHub's limits", ({ open }) => {
  let database: Database
  let limits: InstallationLimits
  let scans: Scans
  let wishes: ScanWishes
  let installation: bigint
  beforeAll(async () => {
    database = await open()
    limits = new InstallationLimits(database)
    scans = new Scans(database)
    wishes = new ScanWishes(database)
  })
  beforeEach(async () => {
    await database.client.scan.deleteMany()
    installation = newId()
  })

  const aScan = (of = installation) => queue(database, aWish({ installation: of }))
  const inMs = async () => (await limits.read(installation)).waitMs
  const quota = (remaining: number, resetIn = MINUTE): Quota => ({
    limit: 5_000,
    remaining,
    reset: Date.now() + resetIn,
  })

  it('are nothing where GitHub has said nothing, or there is no such installation', async () => {
    await aScan()
    expect(await limits.read(installation)).toEqual({ waitMs: 0, quotas: {} })
    expect(await limits.read(newId())).toEqual({ waitMs: 0, quotas: {} })
  })

  it('last as long as the longest wait that was told', async () => {
    await aScan()
    await limits.block(installation, MINUTE)
    await limits.block(installation, 1_000)
    expect(await inMs()).toBeGreaterThan(MINUTE - 5_000)
    expect(await inMs()).toBeLessThanOrEqual(MINUTE + 2)
    await limits.block(installation, 2 * MINUTE)
    expect(await inMs()).toBeGreaterThan(2 * MINUTE - 5_000)
  })

  it('are kept for each of the two quotas by itself', async () => {
    await aScan()
    const [core, graphql] = [quota(100), quota(200)]
    await limits.keep(installation, { core: quota(150) })
    await limits.keep(installation, { graphql })
    await limits.keep(installation, { core })
    expect(await limits.read(installation)).toEqual({ waitMs: 0, quotas: { core, graphql } })
  })

  it('hold back every scan of a blocked installation, and none of another', async () => {
    const [held, begun, free] = [
      await aScan(),
      await queueAndTake(database, aWish({ installation })),
      await aScan(newId()),
    ]
    await scans.update(begun, { checkRunId: 31n })
    await scans.release(begun, 0, null, false)
    await limits.block(installation, MINUTE)
    expect(await wishes.take(10, 0)).toEqual([free])
    for (const id of [held, begun.id]) {
      const taken = (await scans.take(id, MINUTE)) as { restMs: number }
      expect(taken.restMs).toBeGreaterThan(MINUTE - 5_000)
      expect(taken.restMs).toBeLessThanOrEqual(MINUTE)
      expect(await row(database, id)).toMatchObject({ status: 'queued', attempts: 0 })
    }
    expect(await scans.take(free, MINUTE)).toMatchObject({ scan: { id: free } })
  })

  it('hold nothing back once their moment has come', async () => {
    const id = await aScan()
    await limits.block(installation, -1)
    await limits.keep(installation, { core: quota(0, -1) })
    expect(await wishes.take(10, 0)).toEqual([id])
    expect(await scans.take(id, MINUTE)).toMatchObject({ scan: { id } })
  })

  it.each([
    ['core', 249],
    ['graphql', 249],
  ])('keep a reserve of %s for scans that have opened their check run', async (resource, remaining) => {
    const [fresh, begun] = [await aScan(), await queueAndTake(database, aWish({ installation }))]
    await scans.update(begun, { checkRunId: 31n })
    await scans.release(begun, 0, null, false)
    const other = resource === 'core' ? 'graphql' : 'core'
    await limits.keep(installation, { [resource]: quota(remaining), [other]: quota(5_000, 10 * MINUTE) })
    expect(await wishes.take(10, 0)).toEqual([begun.id])
    const { restMs } = (await scans.take(fresh, MINUTE)) as { restMs: number }
    expect(Math.abs(restMs - MINUTE)).toBeLessThan(5_000)
    expect(await scans.take(begun.id, MINUTE)).toMatchObject({ scan: { id: begun.id } })
    await limits.keep(installation, { [resource]: quota(remaining + 1) })
    expect(await scans.take(fresh, MINUTE)).toMatchObject({ scan: { id: fresh } })
  })

  it('that one process was told stop the requests of another', async () => {
    await aScan()
    const log = { info() {}, error: (facts: object) => expect(facts).toEqual({}) }
    const [hit, other] = [1, 2].map(() => new Governor({ store: limits, log, shared: true }).of(installation))
    const request = { purpose: null, creates: false, token: false }
    const refused = new Response(null, { status: 403, headers: { 'retry-after': '60' } })
    await hit?.send(request, async () => refused)
    await expect(other?.send(request, () => Promise.reject(new Error('it was sent')))).rejects.toThrow(RateLimited)
  })
})
