import type { Database } from '../../src/store/database.ts'
import { LeasesHeld } from '../../src/store/held.ts'
import { Scans } from '../../src/store/scans.ts'
import { forEachDatabase } from '../support/database.ts'
import { aWish, expireLease, queueAndTake, row, take } from './given.ts'

forEachDatabase('leases seen from outside their worker', (databases) => {
  let database: Database
  let leases: LeasesHeld
  let scans: Scans
  beforeAll(async () => {
    database = await databases.open()
    leases = new LeasesHeld(database)
    scans = new Scans(database)
  })

  it('are prolonged, each for itself', async () => {
    const [one, other] = [await queueAndTake(database, aWish()), await queueAndTake(database, aWish())]
    for (const { id } of [one, other]) await expireLease(database, id)
    await leases.renew([one], 60_000)
    expect((await row(database, one.id)).leaseUntil?.getTime()).toBeGreaterThan(Date.now() + 50_000)
    expect((await row(database, other.id)).leaseUntil?.getTime()).toBeLessThan(Date.now())
  })

  it('of a worker that died are free again after a rest, and it was an attempt', async () => {
    const held = [await queueAndTake(database, aWish()), await queueAndTake(database, aWish())]
    await leases.giveBack(held, 60_000, 'Error: out of \0 memory')
    for (const { id } of held) {
      expect(await row(database, id)).toMatchObject({
        ...{ status: 'queued', leaseUntil: null, dispatchedAt: null, attempts: 1 },
        error: 'Error: out of \uFFFD memory',
      })
      expect(await scans.take(id, 60_000)).toEqual({ restMs: expect.any(Number) })
    }
  })

  it('of a worker that was told to stop are free again, and it was no attempt', async () => {
    const scan = await queueAndTake(database, aWish())
    await scans.release(scan, 0, 'an earlier error', true)
    const again = await take(database, scan.id)
    await leases.giveBack([again], 0, null)
    expect(await row(database, scan.id)).toMatchObject({ status: 'queued', attempts: 1, error: 'an earlier error' })
    expect(await take(database, scan.id)).toMatchObject({ attempt: 2, token: 3 })
  })

  it('stay with whoever has taken them since', async () => {
    const scan = await queueAndTake(database, aWish())
    await scans.release(scan, 0, null, true)
    const theirs = await take(database, scan.id)
    await leases.giveBack([scan], 0, 'Error: late')
    await leases.renew([scan], 600_000)
    expect(await row(database, scan.id)).toMatchObject({ status: 'running', token: theirs.token, error: null })
    expect((await row(database, scan.id)).leaseUntil?.getTime()).toBeLessThan(Date.now() + 300_000)
  })

  it('of a scan that has ended give nothing back', async () => {
    const scan = await queueAndTake(database, aWish())
    await scans.skip(scan, 'nothing to do')
    await leases.giveBack([scan], 0, null)
    await leases.giveBack([], 0, null)
    expect(await row(database, scan.id)).toMatchObject({ status: 'skipped' })
  })
})
