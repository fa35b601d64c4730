/** First scans keep out of the way of whatever else there is to do. */
import type { RepositoryFacts } from '../../src/scan/ports/intents.ts'
import type { Quota } from '../../src/scan/ports/limits.ts'
import type { Database } from '../../src/store/database.ts'
import { InstallationLimits } from '../../src/store/limits.ts'
import { Scans } from '../../src/store/scans.ts'
import { ScanWishes } from '../../src/store/wishes.ts'
import { forEachDatabase } from '../support/database.ts'
import { aRepository, aWish, deliver, newId, queue, row, sha, take } from './given.ts'

const MINUTE = 60_000

forEachDatabase('first scans', (databases) => {
  let database: Database
  let wishes: ScanWishes
  let installation: bigint
  beforeAll(async () => {
    database = await databases.open()
    wishes = new ScanWishes(database)
  })
  beforeEach(async () => {
    await database.client.scan.deleteMany()
    installation = newId()
  })

  /** As events tell of so many repositories that the app may see from now on. */
  async function arrive(count: number, of = installation): Promise<RepositoryFacts[]> {
    const added = Array.from({ length: count }, () => aRepository())
    await arrived(added, of)
    return added
  }
  const arrived = (added: RepositoryFacts[], of = installation) =>
    deliver(
      database,
      { type: 'repositories', installation: of, added, removed: [] },
      { type: 'first_scans', installation: of, repositories: added.map(({ id }) => id), trigger: 'installation' },
    )

  const scanOf = ({ id }: RepositoryFacts) =>
    database.client.scan.findFirstOrThrow({ where: { repositoryId: id, kind: 'tracked' } })
  /** In how many seconds each is due, in order; 0: at once. */
  async function dueIn(of = installation): Promise<number[]> {
    const rows = await database.client.$queryRaw<{ seconds: number }[]>`
      SELECT coalesce(extract(epoch FROM s.not_before - s.created_at), 0)::float8 AS seconds
      FROM scan s JOIN repository r ON r.id = s.repository_id WHERE r.installation_id = ${of} ORDER BY seconds`
    return rows.map(({ seconds }) => seconds)
  }
  const quota = (remaining: number): Quota => ({ limit: 5_000, remaining, reset: Date.now() + MINUTE })

  describe('when they are due', () => {
    it('is at once for what a small installation brings along', async () => {
      const repositories = await arrive(50)
      expect(await dueIn()).toEqual(Array(50).fill(0))
      expect(await scanOf(repositories[0] as RepositoryFacts)).toMatchObject({
        ...{ status: 'queued', headSha: null, ref: null, baseRef: null, trigger: 'installation', background: true },
        lane: `tracked:${repositories[0]?.id}`,
      })
    })

    it('is one after the other beyond that, in the order in which they were named', async () => {
      const repositories = await arrive(53)
      expect((await dueIn()).slice(49)).toEqual([0, 2, 4, 6])
      const last = await scanOf(repositories[52] as RepositoryFacts)
      expect(Number(last.notBefore) - Number(last.createdAt)).toBe(6_000)
    })

    it('goes on where earlier ones of the installation stand, and knows nothing of others', async () => {
      await arrive(52)
      await arrive(2)
      expect((await dueIn()).slice(50)).toEqual([2, 4, 6, 8])
      const other = newId()
      await arrive(1, other)
      expect(await dueIn(other)).toEqual([0])
    })

    it('is sooner again once earlier ones are done', async () => {
      await arrive(52)
      await database.client.scan.updateMany({ data: { status: 'completed' } })
      await arrive(1)
      expect((await dueIn()).at(-1)).toBe(4) // of the earlier ones
      expect((await dueIn())[50]).toBe(0)
    })
  })

  it('are none where one waits already, or the app can do nothing', async () => {
    const [known] = (await arrive(1)) as [RepositoryFacts]
    const archived = aRepository({ archived: true })
    expect(await arrived([known, archived])).toBe(false)
    const left = await database.client.scan.findMany({ where: { repositoryId: { in: [known.id, archived.id] } } })
    expect(left).toHaveLength(1)
    await deliver(database, aWish({ installation, repository: known }))
    await database.client.installation.update({ where: { id: installation }, data: { suspendedAt: new Date() } })
    expect(await arrived([aRepository()])).toBe(false)
  })

  it('of a repository of which something is scanned already are due at once and like any other', async () => {
    await arrive(60)
    const wish = aWish({ installation })
    await deliver(database, wish)
    await arrived([wish.repository])
    expect(await scanOf(wish.repository)).toMatchObject({ background: false, notBefore: null })
  })

  it('of an installation that comes back from suspension wait in line again', async () => {
    const repositories = await arrive(53)
    const pushed = aWish({ installation, repository: repositories[0] as RepositoryFacts })
    await deliver(database, pushed)
    const state = (to: 'suspended' | 'active') =>
      deliver(database, {
        ...{ type: 'installation', state: to },
        installation: { id: installation, account: 'acme', accountType: 'Organization' },
      })
    await state('suspended')
    expect(await database.client.scan.count({ where: { status: 'queued' } })).toBe(0)
    expect(await state('active')).toBe(true)
    const back = await database.client.scan.findMany({ where: { status: 'queued', kind: 'tracked' } })
    expect(back).toHaveLength(53)
    expect(back.filter(({ background }) => !background).map(({ repositoryId }) => repositoryId)).toEqual([
      pushed.repository.id,
    ])
    const due = back.map((scan) => (scan.notBefore ? Number(scan.notBefore) - Number(scan.createdAt) : 0))
    expect(due.sort((a, b) => a - b).slice(50)).toEqual([0, 2_000, 4_000])
  })

  it('that had learnt their head stay in the background, too', async () => {
    const [one] = (await arrive(1)) as [RepositoryFacts]
    const scan = await take(database, (await scanOf(one)).id)
    const store = new Scans(database)
    await store.update(scan, { headSha: sha('b') })
    await store.fail(scan, 'Forbidden: 403', { refused: true })
    const state = (to: 'suspended' | 'active') =>
      deliver(database, {
        ...{ type: 'installation', state: to },
        installation: { id: installation, account: 'acme', accountType: 'Organization' },
      })
    await state('suspended')
    await state('active')
    const back = await database.client.scan.findMany({ where: { status: 'queued' } })
    expect(back).toMatchObject([{ headSha: sha('b'), background: true }])
  })

  describe('as soon as an event asks for a scan of the repository', () => {
    it('are due, and like any other', async () => {
      const last = (await arrive(60)).at(-1) as RepositoryFacts
      expect((await scanOf(last)).notBefore).not.toBeNull()
      expect(await deliver(database, aWish({ installation, repository: last }))).toBe(true)
      expect(await scanOf(last)).toMatchObject({ background: false, notBefore: null, dispatchedAt: null })
    })

    it('are handed over, also where they had been before', async () => {
      const [one] = (await arrive(1)) as [RepositoryFacts]
      const { id } = await scanOf(one)
      expect(await wishes.take(10, MINUTE)).toEqual([id])
      expect(await wishes.take(10, MINUTE)).toEqual([])
      const change = await queue(database, aWish({ installation, repository: one }))
      expect((await wishes.take(10, MINUTE)).sort()).toEqual([id, change].sort())
    })

    it('wait as long as they would, where they failed before', async () => {
      const [one] = (await arrive(1)) as [RepositoryFacts]
      const scan = await take(database, (await scanOf(one)).id)
      await new Scans(database).release(scan, MINUTE, 'Unreachable: 502', true)
      const { notBefore } = await scanOf(one)
      await deliver(database, aWish({ installation, repository: one }))
      expect(await scanOf(one)).toMatchObject({ background: false, notBefore })
    })

    it('no other repository is concerned', async () => {
      const [one, other] = (await arrive(2)) as [RepositoryFacts, RepositoryFacts]
      await deliver(database, aWish({ installation, repository: one }))
      expect((await scanOf(other)).background).toBe(true)
    })
  })

  describe('are handed over', () => {
    it('two at a time, and the next as one of them ends', async () => {
      await arrive(5)
      const first = await wishes.take(10, MINUTE)
      expect(first).toHaveLength(2)
      expect(await wishes.take(10, MINUTE)).toEqual([])
      const [one, two] = first as [string, string]
      const running = await take(database, one)
      expect(await wishes.take(10, MINUTE)).toEqual([])
      await new Scans(database).skip(running, 'The repository has no commits.')
      expect(await wishes.take(10, MINUTE)).toHaveLength(1)
      expect((await row(database, two)).status).toBe('queued')
    })

    it('after all others of their installation, and before the second of another', async () => {
      const other = newId()
      const [early] = (await arrive(1)) as [RepositoryFacts]
      const [theirs] = (await arrive(1, other)) as [RepositoryFacts]
      const pushes = [await queue(database, aWish({ installation })), await queue(database, aWish({ installation }))]
      const [first, last] = [await scanOf(theirs), await scanOf(early)]
      expect(await wishes.take(10, MINUTE)).toEqual([first.id, ...pushes, last.id])
    })

    it('and keep no others waiting, however many they are', async () => {
      await arrive(50)
      await wishes.take(10, MINUTE)
      const pushed = await queue(database, aWish({ installation }))
      expect(await wishes.take(1, MINUTE)).toEqual([pushed])
    })
  })

  it.each(['core', 'graphql'])(
    'rest while less than a quarter of %s is left to their installation',
    async (resource) => {
      const limits = new InstallationLimits(database)
      const [one] = (await arrive(1)) as [RepositoryFacts]
      const pushed = await queue(database, aWish({ installation }))
      await limits.keep(installation, { [resource]: quota(1_249) })
      expect(await wishes.take(10, MINUTE)).toEqual([pushed])
      const { id } = await scanOf(one)
      const { restMs } = (await new Scans(database).take(id, MINUTE)) as { restMs: number }
      expect(Math.abs(restMs - MINUTE)).toBeLessThan(5_000)
      await limits.keep(installation, { [resource]: quota(1_250) })
      expect(await wishes.take(10, MINUTE)).toEqual([id])
    },
  )
})
