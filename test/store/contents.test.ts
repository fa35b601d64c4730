import type { Content } from '../../src/rosie/contents.ts'
import type { Verdict } from '../../src/rosie/model.ts'
import type { PolicyFile } from '../../src/rosie/parse/policy-file.ts'
import type { RepositoryRef } from '../../src/scan/ports/source.ts'
import { contentKey } from '../../src/scan/ports/store.ts'
import { Contents } from '../../src/store/contents.ts'
import type { Database } from '../../src/store/database.ts'
import { forEachDatabase } from '../support/database.ts'
import { aRepository, aRequirement, aWish, deliver, sha } from './given.ts'

forEachDatabase('contents', (databases) => {
  let database: Database
  let contents: Contents
  let repository: bigint
  beforeAll(async () => {
    database = await databases.open()
    contents = new Contents(database, 1)
  })
  beforeEach(async () => {
    const wish = aWish()
    await deliver(database, wish)
    repository = wish.repository.id
  })

  const requirement = (seed: string, content: Content = aRequirement(seed)) => {
    return { sha: sha(seed), reader: 'requirement' as const, content }
  }

  it('are known by blob and reader, in their repository, for one version of the parsers', async () => {
    const [one, two] = [requirement('1'), requirement('2')]
    await contents.keepContents(repository, [one])
    const wanted = [one, two, { sha: one.sha, reader: 'specification' as const }]
    expect(await contents.contents(repository, wanted)).toEqual(
      new Map([[contentKey(one.sha, 'requirement'), one.content]]),
    )
    expect(await contents.contents(repository + 1n, wanted)).toEqual(new Map())
    expect(await new Contents(database, 2).contents(repository, wanted)).toEqual(new Map())
  })

  describe('that were read lately', () => {
    const keyOf = (one: ReturnType<typeof requirement>) => contentKey(one.sha, one.reader)

    it('are the same objects again, beside what was not read yet', async () => {
      const [one, two] = [requirement('1'), requirement('2')]
      await contents.keepContents(repository, [one, two])
      const before = await contents.contents(repository, [one])
      const again = await contents.contents(repository, [one, two])
      expect(again.get(keyOf(one))).toBe(before.get(keyOf(one)))
      expect(again.get(keyOf(two))).toEqual(two.content)
    })

    it('are read again where they were kept again', async () => {
      const tooLarge = { cause: 'too-large', line: 1, message: 'Not read.' } as const
      const one = requirement('1', { ...aRequirement('1'), problems: [tooLarge] })
      await contents.keepContents(repository, [one])
      await contents.contents(repository, [one])
      await contents.keepContents(repository, [requirement('1')])
      expect((await contents.contents(repository, [one])).get(keyOf(one))).toEqual(aRequirement('1'))
    })

    it('count as large as they are, not as compression makes them', async () => {
      const [large, small] = [requirement('1'), requirement('2')]
      large.content = { ...aRequirement('1'), problems: [{ cause: 'too-large', line: 1, message: 'x'.repeat(20_000) }] }
      await contents.keepContents(repository, [large, small])
      const few = new Contents(database, 1, 10_000)
      const twice = async (one: typeof large) => {
        const before = (await few.contents(repository, [one])).get(keyOf(one))
        return [before, (await few.contents(repository, [one])).get(keyOf(one))]
      }
      const [first, second] = await twice(small)
      expect(second).toBe(first)
      const [read, again] = await twice(large)
      expect(again).toEqual(read)
      expect(again).not.toBe(read)
    })

    it('are forgotten with the snapshot of their repository: it may have been erased, and its rows with it', async () => {
      const one = requirement('1')
      await contents.keepContents(repository, [one])
      await contents.contents(repository, [one])
      await database.client.repository.update({ where: { id: repository }, data: { trackedHead: sha('c') } })
      await database.client.blob.deleteMany({ where: { repositoryId: repository } })
      expect(await contents.tracked(repository)).not.toBeNull()
      expect((await contents.contents(repository, [one])).size).toBe(1)
      await database.client.repository.update({ where: { id: repository }, data: { trackedHead: null } })
      expect(await contents.tracked(repository)).toBeNull()
      expect((await contents.contents(repository, [one])).size).toBe(0)
    })
  })

  it('are kept once', async () => {
    const one = requirement('1')
    await contents.keepContents(repository, [one, one])
    await contents.keepContents(repository, [{ ...one, content: aRequirement('other') }])
    expect(await contents.contents(repository, [one])).toEqual(
      new Map([[contentKey(one.sha, one.reader), one.content]]),
    )
  })

  it('are written anew where they were too large under the limits of then, and their verdict is forgotten', async () => {
    const tooLarge = { cause: 'too-large', line: 1, message: 'Not read.' } as const
    const one = requirement('1', { ...aRequirement('1'), problems: [tooLarge] })
    const evidence = { ...one, reader: 'evidence' as const }
    await contents.keepContents(repository, [one, evidence])
    await contents.keepVerdicts(repository, new Map([[one.sha, { result: 'untrusted' } as const]]), 'keys')
    const read = { ...evidence, content: aRequirement('2') }
    await contents.keepContents(repository, [read])
    expect(await contents.contents(repository, [one, evidence])).toEqual(
      new Map([
        [contentKey(one.sha, 'requirement'), one.content],
        [contentKey(one.sha, 'evidence'), read.content],
      ]),
    )
    expect(await contents.verdicts(repository, [one.sha], 'keys')).toEqual(new Map())
  })

  describe("of the organisation's policy", () => {
    const POLICY = '.github/rosie.yml'
    const file = (failOn: 'never' | 'warning'): PolicyFile => ({
      ...{ kind: 'policy', settings: { failOn }, locked: [], lines: { fail_on: 1 }, rules: [], problems: [] },
    })

    /** A repository of this owner and installation with its policy in the tracked snapshot. */
    async function shared(owner: string, name: string, content: PolicyFile, installation = 1n, path = POLICY) {
      const wish = aWish({ installation, repository: aRepository({ owner, name }) })
      await deliver(database, wish)
      const { id } = wish.repository
      await new Contents(database, 1).keepContents(id, [{ sha: sha('a'), reader: 'policy', content }])
      await database.client.trackedFile.create({ data: { repositoryId: id, path, sha: sha('a'), kind: 'policy' } })
      return id
    }
    const repositoryOf = (owner: string, installationId = 1n): RepositoryRef => ({
      ...{ id: 0n, installationId, owner, name: 'pump', defaultBranch: 'main', trackedHead: null },
    })

    it('are those of the repository named .github, of the same owner and installation', async () => {
      await shared('Clinic', '.github', file('never'))
      await shared('clinic', 'pump', file('warning'))
      await shared('clinic', '.github', file('warning'), 2n)
      expect(await contents.organisationPolicy(repositoryOf('clinic'))).toEqual(file('never'))
      expect(await contents.organisationPolicy(repositoryOf('clinic', 2n))).toEqual(file('warning'))
      expect(await contents.organisationPolicy(repositoryOf('clinic', 3n))).toBeNull()
      expect(await contents.organisationPolicy(repositoryOf('other'))).toBeNull()
    })

    it('are none for that repository itself, for one that was removed, or for another file', async () => {
      const itself = await shared('own', '.github', file('never'))
      expect(await contents.organisationPolicy({ ...repositoryOf('own'), id: itself })).toBeNull()
      const gone = await shared('gone', '.github', file('never'))
      await database.client.repository.update({ where: { id: gone }, data: { removedAt: new Date() } })
      expect(await contents.organisationPolicy(repositoryOf('gone'))).toBeNull()
      await shared('elsewhere', '.github', file('never'), 1n, 'rosie.yml')
      expect(await contents.organisationPolicy(repositoryOf('elsewhere'))).toBeNull()
    })

    it('hold when an older version of the parsers read them, and the newer one where both did', async () => {
      const id = await shared('upgraded', '.github', file('never'))
      expect(await new Contents(database, 2).organisationPolicy(repositoryOf('upgraded'))).toEqual(file('never'))
      await new Contents(database, 2).keepContents(id, [{ sha: sha('a'), reader: 'policy', content: file('warning') }])
      expect(await new Contents(database, 2).organisationPolicy(repositoryOf('upgraded'))).toEqual(file('warning'))
      expect(await contents.organisationPolicy(repositoryOf('upgraded'))).toEqual(file('never'))
    })
  })

  it('keep what PostgreSQL cannot store as U+FFFD', async () => {
    const odd = requirement('1', { ...aRequirement('REQ-001'), title: 'a\0b\uD800\\u0000😀' })
    await contents.keepContents(repository, [odd])
    const found = await contents.contents(repository, [odd])
    expect(found.get(contentKey(odd.sha, odd.reader))).toMatchObject({ title: 'a\uFFFDb\uFFFD\\u0000😀' })
  })

  it('keep 5,000 at once, and one larger than a statement takes', async () => {
    const many = Array.from({ length: 5_000 }, (_, index) => requirement(`${index}`))
    const large = requirement('large', { ...aRequirement('REQ-001'), title: 'x'.repeat(9 * 2 ** 20) })
    await contents.keepContents(repository, [...many, large])
    expect((await contents.contents(repository, [...many, large])).size).toBe(5_001)
  })

  it('carry the verdict reached with one set of keys', async () => {
    const evidence = (seed: string) => ({ sha: sha(seed), reader: 'evidence' as const, content: aRequirement(seed) })
    const [one, two] = [evidence('1'), evidence('2')]
    await contents.keepContents(repository, [one, two, { ...one, reader: 'requirement' }])
    const valid: Verdict = { result: 'valid', keys: ['kid\0'] }
    await contents.keepVerdicts(
      repository,
      new Map([
        [one.sha, valid],
        [sha('unknown'), valid],
      ]),
      'keys-1',
    )
    const shas = [one.sha, two.sha, sha('unknown')]
    expect(await contents.verdicts(repository, shas, 'keys-1')).toEqual(
      new Map([[one.sha, { result: 'valid', keys: ['kid\uFFFD'] }]]),
    )
    expect(await contents.verdicts(repository, shas, 'keys-2')).toEqual(new Map())
    await contents.keepVerdicts(repository, new Map([[one.sha, { result: 'untrusted' } as const]]), 'keys-2')
    expect(await contents.verdicts(repository, shas, 'keys-1')).toEqual(new Map())
    expect(await contents.verdicts(repository, shas, 'keys-2')).toEqual(new Map([[one.sha, { result: 'untrusted' }]]))
  })

  it("carry the verdict on a package's signature too, and on nothing else", async () => {
    const [signature, metadata] = [sha('1'), sha('2')]
    await contents.keepContents(repository, [
      { sha: signature, reader: 'package/signature', content: aRequirement('1') },
      { sha: metadata, reader: 'package/metadata', content: aRequirement('2') },
    ])
    const valid: Verdict = { result: 'valid', keys: ['team'] }
    const detached = `${signature} ${metadata}`
    await contents.keepVerdicts(repository, new Map([signature, metadata, detached].map((key) => [key, valid])), 'keys')
    expect(await contents.verdicts(repository, [signature, metadata, detached], 'keys')).toEqual(
      new Map([[signature, valid]]),
    )
  })

  it('remember when each evidence was first seen, in its repository, for ever', async () => {
    const [one, two, other] = [sha('1'), sha('2'), sha('3')]
    const first = Date.parse('2026-02-05T10:00:00.123Z')
    expect(await contents.firstSeen(repository, [], first)).toEqual(new Map())
    expect(await contents.firstSeen(repository, [two, one, two], first)).toEqual(
      new Map([
        [one, first],
        [two, first],
      ]),
    )
    const later = first + 86_400_000
    expect(await contents.firstSeen(repository, [one, other], later)).toEqual(
      new Map([
        [one, first],
        [other, later],
      ]),
    )
    expect(await contents.firstSeen(repository, [one], first - 1)).toEqual(new Map([[one, first]]))
    const wish = aWish()
    await deliver(database, wish)
    expect(await contents.firstSeen(wish.repository.id, [one], later)).toEqual(new Map([[one, later]]))
  })

  it('agree on when an evidence was first seen, where two see it at once', async () => {
    const many = Array.from({ length: 2_500 }, (_, at) => sha(`b${at}`))
    const [here, there] = await Promise.all([
      contents.firstSeen(repository, many, 1_000),
      contents.firstSeen(repository, many.toReversed(), 2_000),
    ])
    expect(here.size).toBe(2_500)
    expect(there).toEqual(new Map([...here].reverse()))
  })

  it('know the tree of a commit, whatever its paths are', async () => {
    const entries = [
      { path: '.gxp/requirements/REQ-001.md', sha: sha('1'), size: 540 },
      { path: 'src/a\tb\nc\\nd\\', sha: sha('2'), size: 0 },
      { path: 'Prüfung/😀 plan.md', sha: 'f'.repeat(64), size: null },
    ]
    const state = { scope: 'src', id: '1'.repeat(64) }
    expect(await contents.tree(repository, sha('c'), 'src')).toBeNull()
    await contents.keepTree(repository, sha('c'), entries, state)
    await contents.keepTree(repository, sha('c'), [], state)
    expect(await contents.tree(repository, sha('c'), 'src')).toEqual(entries)
    await contents.keepTree(repository, sha('d'), [], state)
    expect(await contents.tree(repository, sha('d'), 'src')).toEqual([])
  })

  it('ask for a tree again where another scope has to be judged', async () => {
    const entries = [{ path: 'lib/a.ts', sha: sha('1'), size: 1 }]
    await contents.keepTree(repository, sha('e'), entries, { scope: 'src', id: '1'.repeat(64) })
    expect(await contents.tree(repository, sha('e'), 'lib')).toBeNull()
    await contents.keepTree(repository, sha('e'), entries, { scope: 'lib', id: '2'.repeat(64) })
    expect(await contents.tree(repository, sha('e'), 'lib')).toEqual(entries)
    expect(await contents.tree(repository, sha('e'), 'src')).toBeNull()
  })
})
