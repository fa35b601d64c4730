import { BROKEN, RECORD } from './record.ts'
import { purposes, tipOf, useWorld } from './world.ts'

/** What GitHub sends, and what comes of it. */
describe('deliveries', () => {
  const world = useWorld()
  const statusCodes = () => world.github.deliveries.map(({ statusCode }) => statusCode)

  it('are stored and answered at once: no answer waits for GitHub', async () => {
    const repository = await world.scanned(RECORD)
    world.github.delay(2_000)
    const sha = await repository.push('main', BROKEN)
    const slowest = Math.max(...world.github.deliveries.map(({ duration }) => duration))
    world.github.delay(0)
    expect(new Set(statusCodes())).toEqual(new Set([202]))
    expect(slowest).toBeLessThan(2_000)
    expect(await world.check(repository, sha)).toMatchObject({ conclusion: 'failure' })
  })

  it('do nothing the second time', async () => {
    const repository = await world.scanned(RECORD)
    const sha = await tipOf(repository)
    const push = world.github.deliveries.find(({ event }) => event === 'push')
    const requests = await world.requests(async () => {
      expect(await world.github.redeliver(push?.guid ?? '')).toMatchObject({ statusCode: 200 })
    })
    expect(requests).toEqual([])
    expect(repository.checkRuns(sha)).toHaveLength(1)
  })

  it.each([
    ['of another secret', `sha256=${'0'.repeat(64)}`],
    ['of another kind', 'sha1=abc'],
    ['that is empty', ''],
  ])('with a signature %s are refused', async (_, signature) => {
    const repository = await world.repository(RECORD)
    const push = { ref: 'refs/heads/main', after: await tipOf(repository) }
    const requests = await world.requests(async () => {
      expect(await world.github.deliver('push', push, { signature })).toMatchObject({ statusCode: 401 })
    })
    expect(requests).toEqual([])
  })

  it.each(['push', 'pull_request', 'check_run', 'check_suite', 'merge_group', 'installation', 'star'])(
    'that are not what a %s event is are kept, and harm nobody',
    async (event) => {
      const installation = { id: world.github.installation('acme').id }
      const odd = { action: 'requested', installation, repository: { id: 'none' }, check_run: [], ref: 7 }
      expect(await world.github.deliver(event, odd)).toMatchObject({ statusCode: 202 })
    },
  )

  it('after those are worked on', async () => {
    expect((await world.scanned(RECORD)).checks.all).toHaveLength(1)
  })

  it('of deleted branches and of tags ask for nothing', async () => {
    const repository = await world.scanned(RECORD)
    await world.pushed(repository, 'change', { 'README.md': '# Lab\n' })
    const requests = await world.requests(async () => {
      await repository.pushDeletion('change')
      await repository.pushTag('v1.0.0', await tipOf(repository))
    })
    expect(new Set(statusCodes())).toEqual(new Set([202]))
    expect(requests).toEqual([])
  })

  it('of a branch that brings nothing new have the verdict of the commit it stands on', async () => {
    const repository = await world.scanned({ ...RECORD, ...BROKEN })
    const tip = await tipOf(repository)
    await repository.push('copy', tip)
    await world.until(() => repository.checkRuns(tip).length >= 2)
    const { conclusion, output } = await world.check(repository, tip)
    expect(conclusion).toBe('failure')
    expect(output.summary).toContain('introduced: none; existing: 1 error')
  })

  it('of a branch with an odd name are as good as others', async () => {
    const repository = await world.scanned(RECORD)
    const check = await world.pushed(repository, "fix/ü-'quoted'-@team-#7&<b>%41", BROKEN)
    expect(check).toMatchObject({ conclusion: 'failure' })
  })

  describe('of a repository', () => {
    it('that was renamed lead to scans under its new name', async () => {
      const repository = await world.scanned(RECORD)
      await repository.rename('renamed-lab')
      expect(await world.pushed(repository, 'main', BROKEN)).toMatchObject({ conclusion: 'failure' })
    })

    it('that is archived lead to nothing, until it is brought back', async () => {
      const repository = await world.scanned(RECORD)
      await repository.archive()
      const requests = await world.requests(() => repository.push('main', BROKEN))
      expect(requests).toEqual([])
      await repository.unarchive()
      expect(await world.pushed(repository, 'main', { 'README.md': '#\n' })).toMatchObject({ conclusion: 'failure' })
    })
  })

  describe('of an installation', () => {
    it('lead to a first scan of each repository, with a check where there is a record', async () => {
      const [kept, plain, empty] = [
        await world.repository(RECORD, { owner: 'clinic' }),
        await world.repository({ 'README.md': '# Plain\n' }, { owner: 'clinic' }),
        await world.repository({}, { owner: 'clinic' }),
      ]
      await world.github.installation('clinic').create()
      expect(await world.check(kept, await tipOf(kept))).toMatchObject({ conclusion: 'success' })
      expect(plain.checks.all).toEqual([])
      expect(empty.checks.all).toEqual([])
    })

    it('lead to the first scan of a repository that is added later', async () => {
      const repository = await world.repository(RECORD, { installed: false })
      const requests = await world.requests(async () => {
        await world.github.installation('acme').addRepositories(repository)
        await world.check(repository, await tipOf(repository))
      })
      expect(purposes(requests)).toEqual(['query', 'tree', 'open check', 'query', 'update check'])
    })

    it('end the work of an installation that is removed', async () => {
      const repository = await world.scanned(RECORD, { owner: 'former' })
      const installation = world.github.installation('former')
      const late = { ...(world.github.deliveries.find(({ event }) => event === 'push')?.payload as object) }
      await installation.remove()
      const requests = await world.requests(() => world.github.deliver('push', late))
      expect(requests).toEqual([])
      expect(repository.checks.all).toHaveLength(1)
    })
  })
})
