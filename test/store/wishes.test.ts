/** What the queue holds of one installation keeps no other waiting for long. */
import type { Database } from '../../src/store/database.ts'
import { Scans } from '../../src/store/scans.ts'
import { ScanWishes } from '../../src/store/wishes.ts'
import { forEachDatabase } from '../support/database.ts'
import { aRepository, aWish, newId, queue, row, sha, take } from './given.ts'

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

  describe('of what was asked for through the API', () => {
    const asked = (repository: ReturnType<typeof aRepository>, n: number) =>
      queue(database, aWish({ installation, repository, headSha: sha(n), ref: null, trigger: 'api', forced: true }))

    it('come after those of pushes, two at a time', async () => {
      const repository = aRepository()
      const ids: string[] = []
      for (let n = 0; n < 5; n++) ids.push(await asked(repository, n))
      const [push] = await pushes(1)
      expect(await next()).toEqual([push, ids[0], ids[1]])
      expect(await next()).toEqual([])
      const [later] = await pushes(1)
      expect(await next()).toEqual([later])
      await new Scans(database).skip(await take(database, ids[0] as string), 'The repository has no commits.')
      expect(await next()).toEqual([ids[2]])
    })

    it('come before first scans of the same installation, and after those of another', async () => {
      const repository = aRepository()
      const [first] = await pushes(1)
      const theirs = await queue(database, aWish({ installation: newId() }))
      await database.client.scan.updateMany({
        where: { id: { in: [String(first), theirs] } },
        data: { background: true },
      })
      const ids = [await asked(repository, 1), await asked(repository, 2)]
      expect(await next()).toEqual([theirs, ids[0]])
    })

    it('go to an installation that has none under way before another gets its second', async () => {
      const repository = aRepository()
      const ids: string[] = []
      for (let n = 0; n < 4; n++) ids.push(await asked(repository, n))
      expect(await next()).toEqual(ids.slice(0, 2))
      const other = { installation: newId(), repository: aRepository() }
      const theirs = await queue(database, aWish({ ...other, trigger: 'api', forced: true }))
      await new Scans(database).skip(await take(database, ids[0] as string), 'The repository has no commits.')
      expect(await next()).toEqual([theirs])
    })

    it('are those of any push once a push wishes for the same', async () => {
      const repository = aRepository()
      const ids: string[] = []
      for (let n = 0; n < 4; n++) ids.push(await asked(repository, n))
      expect(await next()).toEqual(ids.slice(0, 2))
      const joined = aWish({ installation, repository, headSha: sha(3) })
      expect(await queue(database, joined)).toBe(ids[3])
      expect(await row(database, String(ids[3]))).toMatchObject({ trigger: 'push', forced: true })
      expect(await next()).toEqual([ids[3]])
    })

    it('keep their turn on a default branch, whose scans come one after the other', async () => {
      const repository = aRepository()
      const of = (n: number, trigger: string) =>
        queue(database, aWish({ installation, repository, headSha: sha(n), ref: 'main', baseRef: null, trigger }))
      const ids = [await of(1, 'api'), await of(2, 'api'), await of(3, 'api'), await of(4, 'push')]
      expect(await next()).toEqual(ids)
    })
  })
})
