/** Installations come and go, and so do their repositories: with events, and without. */
import { BROKEN, RECORD } from './record.ts'
import { purposes, tipOf, useWorld } from './world.ts'

describe('installations', () => {
  const world = useWorld()

  it('that the app has never heard of are found at its start, and their repositories scanned', async () => {
    const [kept, plain] = [
      await world.repository(RECORD, { owner: 'before' }),
      await world.repository({ 'README.md': '# Plain\n' }, { owner: 'before' }),
    ]
    await world.app.kill()
    await world.startApp()
    expect(await world.check(kept, await tipOf(kept))).toMatchObject({ conclusion: 'success' })
    await world.until(() => world.github.requests.some(({ path }) => path.includes(`${plain.fullName}/git/trees`)))
    await world.quiet()
    expect(plain.checks.all).toEqual([])
    const requests = await world.requests(() => world.pushed(kept, 'main', { 'docs/notes.txt': 'Notes.\n' }))
    expect(purposes(requests)).toEqual(['open check', 'tree', 'update check'])
  })

  it('that were removed while the app was away have their work ended', async () => {
    const repository = await world.scanned(RECORD, { owner: 'left' })
    const installation = world.github.installation('left')
    await world.app.kill()
    installation.deleted = true
    await world.startApp()
    await world.until(() => world.app.log().includes('left: removed'))
    const late = { ref: 'refs/heads/main', after: await tipOf(repository), installation: { id: installation.id } }
    expect(await world.github.deliver('push', late)).toMatchObject({ statusCode: 202 })
    await world.quiet()
    expect(repository.checks.all).toHaveLength(1)
  })

  it('that were suspended are scanned again, with what was pushed and opened meanwhile', async () => {
    const repository = await world.scanned(RECORD, { owner: 'paused' })
    const installation = world.github.installation('paused')
    await installation.suspend()
    // GitHub tells nothing of it.
    const main = await repository.push('main', BROKEN)
    await repository.commit('change', { 'README.md': '# Changed\n' })
    const pull = await repository.openPull({ head: 'change' })
    await world.quiet(1_000)
    expect([...repository.checkRuns(main), ...repository.checkRuns(pull.head.sha)]).toEqual([])
    await installation.unsuspend()
    expect(await world.check(repository, main, 60_000)).toMatchObject({ conclusion: 'failure' })
    expect(await world.check(repository, pull.head.sha, 60_000)).toMatchObject({ status: 'completed' })
    expect(repository.checkRuns(main)).toHaveLength(1)
  }, 120_000)

  it('that were suspended while a scan waited have it scanned afterwards', async () => {
    const repository = await world.scanned(RECORD, { owner: 'held' })
    const installation = world.github.installation('held')
    world.github.secondaryLimit('GET /repos/{owner}/{repo}/git/trees/{tree_sha}', 3)
    const sha = await repository.push('main', BROKEN)
    await world.until(() => world.app.log().includes('GitHub asks to wait'))
    await installation.suspend()
    await world.quiet(4_000)
    await installation.unsuspend()
    expect(await world.check(repository, sha, 60_000)).toMatchObject({ conclusion: 'failure' })
    // One that was open when the account was suspended is found by the sweep, once a minute.
    await world.until(() => repository.checks.all.every(({ status }) => status === 'completed'), 90_000)
  }, 200_000)

  it('that get a repository by a transfer scan it from then on, in the name of its new owner', async () => {
    const repository = await world.scanned(RECORD, { owner: 'seller' })
    await world.scanned(RECORD, { owner: 'buyer' })
    await repository.transfer('buyer')
    expect(await world.pushed(repository, 'main', BROKEN)).toMatchObject({ conclusion: 'failure' })
    const [first] = repository.checkRuns(await tipOf(repository))
    expect(first?.annotations.map(({ title }) => title)).toEqual(['trace/broken-reference'])
    const token = world.github.installation('buyer').id
    const asked = world.github.requests.filter(({ path }) => path.startsWith(`/repos/${repository.fullName}/`))
    expect(new Set(asked.map(({ installation }) => installation))).toEqual(new Set([token]))
  })

  it('that lose a repository by a transfer to where the app is not installed leave it alone', async () => {
    const repository = await world.scanned(RECORD, { owner: 'giver' })
    const checks = repository.checks.all.length
    await repository.transfer('nobody')
    await world.app.kill()
    await world.startApp()
    await world.until(() => world.app.log().includes('repositories came or went that no event told of'))
    await world.quiet()
    expect(repository.checks.all).toHaveLength(checks)
  })

  it('whose repository was deleted leave it alone', async () => {
    const repository = await world.scanned(RECORD, { owner: 'tidy' })
    const push = world.github.deliveries.find(({ event }) => event === 'push')
    await repository.delete()
    const late = { ...(push?.payload as object), after: 'a'.repeat(40) }
    const requests = await world.requests(() => world.github.deliver('push', late))
    expect(requests).toEqual([])
  })
})
