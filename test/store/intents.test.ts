import type { Intent, PullRequestFacts, RepositoryFacts, ScanRequested } from '../../src/scan/ports/intents.ts'
import type { Database } from '../../src/store/database.ts'
import { Scans } from '../../src/store/scans.ts'
import { forEachDatabase } from '../support/database.ts'
import { aRepository, aWish, deliver, newId, queue, queueAndTake, row, sha } from './given.ts'

forEachDatabase('intents', (databases) => {
  let database: Database
  beforeAll(async () => {
    database = await databases.open()
  })
  const scansOf = (repositoryId: bigint) => database.client.scan.findMany({ where: { repositoryId } })
  const known = (id: bigint) => database.client.repository.findUniqueOrThrow({ where: { id } })
  const age = (id: bigint) =>
    database.client.$executeRaw`
      UPDATE repository SET removed_at = removed_at - interval '11 minutes', archived_at = archived_at - interval '11 minutes'
      WHERE id = ${id}`

  describe('a wish for a scan', () => {
    it('becomes a queued row, and makes its repository and installation known', async () => {
      const wish = aWish({ installation: newId(), ref: 'feature', baseSha: sha(1), trigger: 'merge_group' })
      expect(await deliver(database, wish)).toBe(true)
      const { id } = wish.repository
      expect(await scansOf(id)).toMatchObject([
        { kind: 'change', status: 'queued', headSha: wish.headSha, ref: 'feature', baseRef: 'main', baseSha: sha(1) },
      ])
      expect(await known(id)).toMatchObject({ owner: 'acme', name: 'pump', defaultBranch: 'main', private: true })
      expect(await database.client.installation.findUnique({ where: { id: wish.installation } })).toMatchObject({
        account: 'acme',
        removedAt: null,
      })
    })

    it('joins a scan of the same head and base that is queued or running', async () => {
      const wish = aWish()
      const scan = await queueAndTake(database, wish)
      expect(await deliver(database, { ...wish, trigger: 'pull_request' })).toBe(false)
      await new Scans(database).release(scan, 0, null, false)
      expect(await deliver(database, wish)).toBe(false)
      expect(await scansOf(wish.repository.id)).toHaveLength(1)
    })

    it('joins also when many arrive at once', async () => {
      const wish = aWish()
      await deliver(database, wish)
      const other = { ...wish, headSha: sha('b') }
      const added = await Promise.all(Array.from({ length: 8 }, () => deliver(database, other)))
      expect(added.filter(Boolean)).toHaveLength(1)
      expect(await scansOf(wish.repository.id)).toHaveLength(2)
    })

    it('is a scan of its own for another head, another base, the default branch, or after the end of the last', async () => {
      const wish = aWish()
      const { repository } = wish
      await new Scans(database).skip(await queueAndTake(database, wish), 'done')
      const others = [wish, { ...wish, headSha: sha('b') }, { ...wish, baseRef: 'release' }, { ...wish, baseRef: null }]
      for (const other of others) expect(await deliver(database, other)).toBe(true)
      expect((await scansOf(repository.id)).map(({ kind }) => kind).sort()).toEqual([
        ...['change', 'change', 'change', 'change', 'tracked'],
      ])
    })

    it('of a person forces a scan that still waits', async () => {
      const wish = aWish()
      const id = await queue(database, wish)
      expect(await deliver(database, { ...wish, forced: true })).toBe(false)
      expect((await row(database, id)).forced).toBe(true)
      await deliver(database, wish)
      expect((await row(database, id)).forced).toBe(true)
    })

    it('of a person joins a scan that runs, which from then on is theirs too', async () => {
      const wish = aWish()
      const { id } = await queueAndTake(database, wish)
      expect(await deliver(database, { ...wish, forced: true })).toBe(false)
      expect(await row(database, id)).toMatchObject({ status: 'running', forced: true })
    })

    it('that repeats what other events say counts only where no scan of the head is known', async () => {
      const wish = aWish({ onlyIfUnknown: true })
      expect(await deliver(database, wish)).toBe(true)
      expect(await deliver(database, { ...wish, baseRef: 'release' })).toBe(false)
      expect(await deliver(database, { ...wish, headSha: sha('b') })).toBe(true)
    })

    it('of another event of one push says nothing new of a head that has just failed; a person, or a later push, does', async () => {
      const wish = aWish({ baseRef: null })
      const { id } = await queueAndTake(database, { ...wish, onlyIfUnknown: true, trigger: 'requested' })
      await database.client.scan.update({ where: { id }, data: { status: 'failed' } })
      expect(await deliver(database, wish)).toBe(false)
      expect(await deliver(database, { ...wish, baseRef: 'main' })).toBe(true)
      await database.client
        .$executeRaw`UPDATE scan SET created_at = now() - interval '11 seconds' WHERE id = ${id}::uuid`
      expect(await deliver(database, wish)).toBe(true)
      await database.client.scan.updateMany({ where: { repositoryId: wish.repository.id }, data: { status: 'failed' } })
      expect(await deliver(database, wish)).toBe(false)
      expect(await deliver(database, { ...wish, forced: true })).toBe(true)
    })
  })

  describe('what ends waiting scans', () => {
    const ends: [string, (installation: bigint, repository: RepositoryFacts) => Intent, RegExp][] = [
      ['the app is uninstalled', (id) => installation(id, 'removed'), /uninstalled/],
      ['the installation is suspended', (id) => installation(id, 'suspended'), /suspended/],
      ['access is withdrawn', (id, { id: lost }) => access(id, [], [lost]), /no access/],
      ['the repository is deleted', (id, repository) => state(id, repository, 'removed'), /no access/],
      ['the repository is archived', (id, repository) => state(id, repository, 'archived'), /archived/],
    ]
    it.each(ends)('%s', async (_what, event, reason) => {
      const wish = aWish({ installation: newId() })
      const [waiting, other] = [await queue(database, wish), await queue(database, aWish())]
      await deliver(database, event(wish.installation, wish.repository))
      expect(await row(database, waiting)).toMatchObject({ status: 'skipped', error: expect.stringMatching(reason) })
      expect((await row(database, waiting)).completedAt).not.toBeNull()
      expect((await row(database, other)).status).toBe('queued')
    })
  })

  describe('what comes back into reach', () => {
    const comings: [string, (id: bigint, repository: RepositoryFacts) => [away: Intent, back: Intent]][] = [
      ['an installation that was suspended', (id) => [installation(id, 'suspended'), installation(id, 'active')]],
      ['a repository that is given back', (id, one) => [access(id, [], [one.id]), access(id, [one], [])]],
      ['a repository that was archived', (id, one) => [state(id, one, 'archived'), state(id, one, 'active')]],
    ]
    const seen = (id: bigint) =>
      database.client.repository.update({
        where: { id },
        data: { sweptAt: new Date(), headEtag: 'W/"1"', pullsEtag: 'W/"2"' },
      })
    const open = async (id: bigint) =>
      (await scansOf(id)).filter(({ status }) => status === 'queued').map(({ headSha, baseRef }) => [headSha, baseRef])

    it.each(comings)('%s: its heads are looked at next, and what waited is queued once more', async (_what, events) => {
      const wish = aWish({ installation: newId() })
      const { id } = wish.repository
      await deliver(database, wish)
      await seen(id)
      const other = aWish({ installation: wish.installation })
      await deliver(database, other)
      await seen(other.repository.id)
      const [away, back] = events(wish.installation, wish.repository)
      await deliver(database, away)
      expect(await open(id)).toEqual([])
      expect(await deliver(database, back)).toBe(true)
      expect(await open(id)).toEqual([[wish.headSha, 'main']])
      expect(await known(id)).toMatchObject({ sweptAt: new Date(0), headEtag: null, pullsEtag: null })
      const both = away.type === 'installation'
      expect((await known(other.repository.id)).headEtag).toBe(both ? null : 'W/"1"')
    })

    it('nothing is queued for what was there all the time, or is not back yet', async () => {
      const wish = aWish({ installation: newId() })
      const scan = await queueAndTake(database, wish)
      await new Scans(database).fail(scan, 'Forbidden: 403', { refused: true })
      expect(await deliver(database, installation(wish.installation, 'active'))).toBe(false)
      await deliver(database, access(wish.installation, [], [wish.repository.id]))
      await deliver(database, installation(wish.installation, 'suspended'))
      expect(await deliver(database, access(wish.installation, [wish.repository], []))).toBe(false)
      expect(await open(wish.repository.id)).toEqual([])
      expect(await deliver(database, installation(wish.installation, 'active'))).toBe(true)
      expect(await open(wish.repository.id)).toEqual([[wish.headSha, 'main']])
    })

    it('the last word of each branch counts, whatever the default branch is called', async () => {
      const [id, repository] = [newId(), aRepository()]
      const of = (head: number, ref: string, baseRef: string | null) =>
        aWish({ installation: id, repository, headSha: sha(head), ref, baseRef })
      const store = new Scans(database)
      const refuse = async (wish: ScanRequested, refused = true) =>
        store.fail(await queueAndTake(database, wish), 'So it was.', { refused })
      await refuse(of(1, 'main', null))
      await refuse(of(2, 'trunk', null), false)
      await refuse(of(3, 'one', 'main'))
      await refuse(of(4, 'one', 'main'))
      await refuse(of(5, 'two', 'main'))
      await refuse(of(6, 'two', 'main'), false)
      await refuse(of(5, 'two', 'release'))
      await deliver(database, installation(id, 'suspended'), installation(id, 'active'))
      expect((await open(repository.id)).sort()).toEqual([
        [sha(4), 'main'],
        [sha(5), 'release'],
      ])
    })
  })

  describe('facts that arrive out of order', () => {
    it('an uninstalled app stays uninstalled', async () => {
      const id = newId()
      await deliver(database, installation(id, 'removed'), installation(id, 'active'))
      expect((await database.client.installation.findUnique({ where: { id } }))?.removedAt).not.toBeNull()
    })

    it('a suspended installation is active again when an event says so', async () => {
      const id = newId()
      await deliver(database, installation(id, 'suspended'), installation(id, 'active'))
      expect(await database.client.installation.findUnique({ where: { id } })).toMatchObject({
        ...{ suspendedAt: null, account: 'acme', accountType: 'Organization' },
      })
    })

    it('a repository that is mentioned in passing stays removed or archived at first, and comes back later', async () => {
      const [removed, archived] = [aWish(), aWish({ repository: aRepository({ archived: false }) })]
      await deliver(database, removed, archived)
      await deliver(database, access(1n, [], [removed.repository.id]), state(1n, archived.repository, 'archived'))
      await deliver(database, removed, archived)
      expect((await known(removed.repository.id)).removedAt).not.toBeNull()
      expect((await known(archived.repository.id)).archivedAt).not.toBeNull()

      await age(removed.repository.id)
      await age(archived.repository.id)
      await deliver(database, removed, archived)
      expect((await known(removed.repository.id)).removedAt).toBeNull()
      expect((await known(archived.repository.id)).archivedAt).toBeNull()
    })

    it('a repository that is given back or unarchived is there at once', async () => {
      const [one, two] = [aRepository(), aRepository()]
      await deliver(database, access(1n, [one, two], []))
      await deliver(database, access(1n, [], [one.id]), state(1n, two, 'archived'))
      await deliver(database, access(1n, [one], []), state(1n, two, 'active'))
      expect(await known(one.id)).toMatchObject({ removedAt: null, archivedAt: null })
      expect(await known(two.id)).toMatchObject({ removedAt: null, archivedAt: null })
    })

    it('a transferred repository belongs to its new installation, whichever end is heard of first', async () => {
      const [from, to, repository] = [newId(), newId(), aRepository()]
      await deliver(database, access(from, [repository], []))
      await deliver(database, state(to, { ...repository, owner: 'globex' }, 'active'))
      await deliver(database, access(from, [], [repository.id]))
      expect(await known(repository.id)).toMatchObject({ installationId: to, owner: 'globex', removedAt: null })
    })

    it('a push through another installation brings back a repository that was removed from the first', async () => {
      const [from, to, repository] = [newId(), newId(), aRepository()]
      await deliver(database, access(from, [repository], []), access(from, [], [repository.id]))
      await deliver(database, aWish({ installation: to, repository }))
      expect(await known(repository.id)).toMatchObject({ installationId: to, removedAt: null })
    })

    it('a rename is learnt; a fact that an event leaves out is kept', async () => {
      const repository = aRepository({ defaultBranch: 'trunk' })
      await deliver(database, access(1n, [repository], []))
      const { defaultBranch: _, ...unsaid } = repository
      await deliver(database, state(1n, { ...unsaid, name: 'infusion-pump' }, 'active'))
      expect(await known(repository.id)).toMatchObject({ name: 'infusion-pump', defaultBranch: 'trunk' })
    })
  })

  describe('pull requests', () => {
    const at = (second: number) => new Date(Date.UTC(2026, 4, 15, 12, 0, second))
    const pull = (facts: Partial<PullRequestFacts> = {}): PullRequestFacts => {
      return {
        ...{ number: 7, headSha: sha('a'), headRef: 'feature', baseRef: 'main', open: true, opening: false },
        updatedAt: at(10),
        ...facts,
      }
    }
    const pullsOf = (repositoryId: bigint) => database.client.pullRequest.findMany({ where: { repositoryId } })

    it('are known from the wishes that name them', async () => {
      const wish = aWish({ pull: pull({ opening: true }) })
      await deliver(database, wish)
      expect(await pullsOf(wish.repository.id)).toMatchObject([
        { number: 7, headSha: sha('a'), open: true, fromOpening: true, commentId: null },
      ])
    })

    const eventsOf = (repository: RepositoryFacts) => (facts: Partial<PullRequestFacts>) =>
      deliver(database, { type: 'pull', installation: 1n, repository, pull: pull(facts) })

    it('follow their newer events; an opening that comes late changes nothing but that it was seen', async () => {
      const repository = aRepository()
      const event = eventsOf(repository)
      await event({ headSha: sha('b'), baseRef: 'release' })
      await event({ opening: true })
      expect(await pullsOf(repository.id)).toMatchObject([{ headSha: sha('b'), baseRef: 'release', fromOpening: true }])
      await event({ headSha: sha('c'), open: false })
      expect(await pullsOf(repository.id)).toMatchObject([{ headSha: sha('c'), open: false, fromOpening: true }])
    })

    it('keep what a newer event said when an older one comes late', async () => {
      const repository = aRepository()
      const event = eventsOf(repository)
      await event({ headSha: sha('b'), updatedAt: at(20) })
      await event({ headSha: sha('a'), baseRef: 'old', open: false, updatedAt: at(19) })
      expect(await pullsOf(repository.id)).toMatchObject([
        { headSha: sha('b'), baseRef: 'main', open: true, seenAt: at(20) },
      ])
      await event({ headSha: sha('c'), updatedAt: at(21) })
      expect(await pullsOf(repository.id)).toMatchObject([{ headSha: sha('c'), seenAt: at(21) }])
    })

    it('are made known, but not changed, by an event that carries no time', async () => {
      const repository = aRepository()
      const event = eventsOf(repository)
      await event({ headSha: sha('a'), updatedAt: null })
      await event({ headSha: sha('b'), updatedAt: null })
      expect(await pullsOf(repository.id)).toMatchObject([{ headSha: sha('a'), seenAt: null }])
      await event({ headSha: sha('c') })
      await event({ headSha: sha('a'), updatedAt: null })
      expect(await pullsOf(repository.id)).toMatchObject([{ headSha: sha('c'), seenAt: at(10) }])
    })
  })
})

function installation(id: bigint, to: 'active' | 'suspended' | 'removed'): Intent {
  return { type: 'installation', installation: { id, account: 'acme', accountType: 'Organization' }, state: to }
}

function access(id: bigint, added: RepositoryFacts[], removed: bigint[]): Intent {
  return { type: 'repositories', installation: id, added, removed }
}

function state(id: bigint, repository: RepositoryFacts, to: 'active' | 'archived' | 'removed'): Intent {
  return { type: 'repository', installation: id, repository, state: to }
}
