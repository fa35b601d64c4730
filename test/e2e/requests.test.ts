import type { CheckRunInput, LoggedRequest } from '../support/github/index.ts'
import { brokenStories, largeRecord, RECORD, SPECIFICATION, specification } from './record.ts'
import { blobsAsked, purposes, tipOf, useWorld } from './world.ts'

/** GitHub's requests are the scarce resource: what an app asks for doesn't grow with the repository. */
describe('how many requests a scan takes', () => {
  const world = useWorld()

  describe.each([
    { artifacts: 300, files: 2_000, within: 30_000 },
    { artifacts: 3_000, files: 20_000, within: 120_000 },
  ])('in a repository of $files files with $artifacts artifacts', ({ artifacts, files, within }) => {
    const changed = (n: number) => ({
      '.gxp/specs/SPEC-0001.md': specification('SPEC-0001', 'US-0001', `Version ${n}`),
    })
    let repository: Awaited<ReturnType<typeof world.repository>>

    it(
      'the first scan takes 5: the tree, one archive and the tip between opening and completing the check',
      async () => {
        repository = await world.repository(largeRecord(artifacts, files))
        const tip = await tipOf(repository)
        const requests = await world.requests(async () => {
          await repository.push('main', tip)
          await world.check(repository, tip, within)
        })
        expect(purposes(requests)).toEqual(['open check', 'tree', 'archive', 'query', 'update check'])
        expect(repository.checkRuns(tip)).toMatchObject([{ conclusion: 'success', annotations: [] }])
      },
      within,
    )

    it(
      'a push that changes one artifact takes 4 and fetches one blob',
      async () => {
        const requests = await world.requests(() => world.pushed(repository, 'main', changed(2)))
        expect(purposes(requests)).toEqual(['open check', 'tree', 'query', 'update check'])
        expect(blobsAsked(requests)).toBe(1)
      },
      within,
    )

    it(
      'a push that changes nothing relevant takes 3 and fetches nothing',
      async () => {
        const requests = await world.requests(() => world.pushed(repository, 'main', { 'docs/notes.txt': 'Notes.\n' }))
        expect(purposes(requests)).toEqual(['open check', 'tree', 'update check'])
      },
      within,
    )

    it(
      'a pull request takes 6, with its comment',
      async () => {
        const requests = await world.requests(async () => {
          await repository.commit('change', changed(3))
          const pull = await repository.openPull({ head: 'change' })
          await world.check(repository, pull.head.sha, within)
          await world.comment(pull)
        })
        expect(purposes(requests)).toEqual(['open check', 'tree', 'compare', 'query', 'update check', 'create comment'])
        expect(blobsAsked(requests)).toBe(1)
      },
      within,
    )
  })

  it('a push that adds and removes nothing but commits takes 3', async () => {
    const repository = await world.scanned(RECORD)
    const requests = await world.requests(() => world.pushed(repository, 'main', {}, { message: 'Empty' }))
    expect(purposes(requests)).toEqual(['open check', 'tree', 'update check'])
  })

  it('annotations come 50 in a request, each once, the conclusion with the first', async () => {
    const broken = brokenStories(120)
    const repository = await world.scanned(RECORD)
    let sha = ''
    const requests = await world.requests(async () => {
      sha = await repository.push('main', broken)
      await world.check(repository, sha)
    })
    const [check] = repository.checkRuns(sha)
    const paths = check?.annotations.map(({ path }) => path).sort()
    expect(paths).toEqual(Object.keys(broken))
    const updates = requests.filter(isUpdate).map(({ body }) => body as unknown as CheckRunInput)
    expect(updates.map(({ output }) => output?.annotations?.length)).toEqual([50, 50, 20])
    expect(updates.map(({ conclusion }) => conclusion)).toEqual(['failure', undefined, undefined])
  })

  it('says in the check how many files and requests it took', async () => {
    const repository = await world.scanned(RECORD)
    const { output } = await world.pushed(repository, 'main', {
      [SPECIFICATION]: specification('SPEC-001-001', 'US-001-001', 'Another title'),
    })
    expect(output.summary).toContain('8 files, 1 fetched, 3 GitHub requests')
  })
})

const isUpdate = ({ method }: LoggedRequest) => method === 'PATCH'
