/** What the queue holds of one installation keeps no other waiting for long. */
import type { Database } from '../../src/store/database.ts'
import { Scans } from '../../src/store/scans.ts'
import { ScanWishes } from '../../src/store/wishes.ts'
import { forEachDatabase } from '../support/database.ts'
import { aRepository, aWish, newId, queue, sha, take } from './given.ts'

const MINUTE = 60_000

forEachDatabase('turns', ({ open }) => {
  let database: Database
  let wishes: ScanWishes
  let installation: bigint
  beforeAll(async () => {
    database = await open()
    wishes = new ScanWishes(database)
  })
  beforeEach(async () => {
    await database.client.scan.deleteMany()
    installation = newId()
  })

  async function pushes(count: number): Promise<string[]> {
    const ids: string[] = []
    while (ids.length < count) ids.push(await queue(database, aWish({ installation })))
    return ids
  }
  const next = async () => {
    const ids = await wishes.take(200, MINUTE)
    await wishes.given(ids)
    return ids
  }

  it('are twenty at most of one installation, and as many more as have begun', async () => {
    const ids = await pushes(25)
    expect(await next()).toEqual(ids.slice(0, 20))
    expect(await next()).toEqual([])
    const begun = await take(database, ids[0] as string)
    const other = await queue(database, aWish({ installation: newId() }))
    expect((await next()).sort()).toEqual([ids[20], other].sort())
    await new Scans(database).skip(begun, 'The repository has no commits.')
    expect(await next()).toEqual([])
  })

  it('are taken back from what the queue lost', async () => {
    const ids = await pushes(25)
    await next()
    await database.client.$executeRaw`UPDATE scan SET dispatched_at = dispatched_at - interval '2 minutes'`
    expect(await next()).toEqual(ids.slice(0, 20))
  })

  it('are not used up by what waits for a busy lane', async () => {
    const repository = aRepository()
    const of = (n: number) => aWish({ installation, repository, headSha: sha(n), ref: 'main', baseRef: null })
    const lane: string[] = []
    for (let n = 0; n < 25; n++) lane.push(await queue(database, of(n)))
    await take(database, lane[0] as string)
    const [other] = await pushes(1)
    expect((await next()).sort()).toEqual([...lane.slice(1), other].sort())
    const more = await pushes(20)
    expect(await next()).toEqual(more.slice(0, 19))
  })

  it('do not let the first scans of a busy installation take the place of those of another', async () => {
    await pushes(25)
    await next()
    const [theirs, ours] = [await queue(database, aWish({ installation: newId() })), await pushes(3)]
    await database.client.scan.updateMany({ where: { id: { in: [theirs, ...ours] } }, data: { background: true } })
    expect(await next()).toEqual([theirs])
  })
})
