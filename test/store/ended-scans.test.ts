import type { Database } from '../../src/store/database.ts'
import { EndedScanTally } from '../../src/store/ended-scans.ts'
import { forEachDatabase } from '../support/database.ts'
import { aRepository, aWish, queue, sha } from './given.ts'

forEachDatabase('Scans that ended within a day', (databases) => {
  let database: Database
  let now = 1_000_000
  const repository = aRepository()
  let ended = 0
  const end = async (minutes: number) => {
    const id = await queue(database, aWish({ repository, headSha: sha(++ended) }))
    await database.client.$executeRaw`
      UPDATE scan SET status = 'failed', completed_at = now() - ${minutes}::float8 * interval '1 minute' WHERE id = ${id}::uuid`
  }
  beforeAll(async () => {
    database = await databases.open()
  })

  it('are counted anew each time while there are few, and not for 10 s once there are many', async () => {
    const tally = new EndedScanTally(database, 2, () => now)
    const counted = async () => JSON.parse(await tally.json())
    const are = (lastDay: number, lastHour: number) => [
      { repository: Number(repository.id), status: 'failed', lastDay, lastHour },
    ]
    expect(await counted()).toEqual([])
    await end(90)
    expect(await counted()).toEqual(are(1, 0))
    await end(1)
    expect(await counted()).toEqual(are(2, 1))
    await end(1)
    expect(await counted()).toEqual(are(3, 2))
    await end(1)
    now += 9_999
    expect(await counted()).toEqual(are(3, 2))
    now += 1
    // One counts for all who ask meanwhile.
    const [one, other] = [tally.json(), tally.json()]
    expect(JSON.parse(await one)).toEqual(are(4, 3))
    expect(await other).toBe(await one)
    await database.client.$executeRaw`DELETE FROM scan`
    now += 10_000
    expect(await counted()).toEqual([])
    await end(1)
    expect(await counted()).toEqual(are(1, 1))
  })

  it('are counted anew after it failed', async () => {
    let broken = false
    const client = new Proxy(database.client, {
      get: (of, name) =>
        broken && name === '$queryRaw' ? () => Promise.reject(new Error('gone')) : Reflect.get(of, name),
    })
    const tally = new EndedScanTally({ ...database, client }, 0, () => now)
    const before = await tally.json()
    broken = true
    now += 10_000
    await expect(tally.json()).rejects.toThrow('gone')
    broken = false
    expect(await tally.json()).toBe(before)
  })
})
