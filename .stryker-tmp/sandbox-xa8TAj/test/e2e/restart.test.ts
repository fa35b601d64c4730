// @ts-nocheck
import { BROKEN, brokenStories, RECORD } from './record.ts'
import { useWorld } from './world.ts'

/** The rows are the truth: a process may end at any moment, and another one on its data goes on. */
describe('an app that ends', () => {
  const world = useWorld()

  it('killed while it lists the files, completes the check after its restart, once', async () => {
    const repository = await world.scanned(RECORD)
    world.github.delay(400)
    const sha = await repository.push('main', BROKEN)
    await world.until(() => repository.checkRuns(sha).length > 0)
    await world.app.kill()
    world.github.delay(0)
    expect(repository.checkRuns(sha)).toMatchObject([{ status: 'in_progress' }])
    await world.startApp()
    expect(await world.check(repository, sha)).toMatchObject({ conclusion: 'failure' })
    expect(repository.checkRuns(sha)).toMatchObject([{ annotations: [{ title: 'trace/broken-reference' }] }])
  })

  it('killed between two requests with annotations, sends each of them once', async () => {
    const repository = await world.scanned(RECORD)
    world.github.delay(300)
    const sha = await repository.push('main', brokenStories(120))
    await world.until(() => (repository.checkRuns(sha)[0]?.annotations.length ?? 0) > 0)
    await world.app.kill()
    world.github.delay(0)
    await world.quiet(600)
    expect(repository.checkRuns(sha)[0]?.annotations.length).toBeLessThan(120)
    await world.startApp()
    await world.until(() => (repository.checkRuns(sha)[0]?.annotations.length ?? 0) >= 120)
    const { annotations } = await world.check(repository, sha)
    expect(new Set(annotations.map(({ path }) => path)).size).toBe(120)
    expect(annotations).toHaveLength(120)
  })

  it('asked to stop, hands back or finishes what runs, and exits with 0', async () => {
    const repository = await world.scanned(RECORD)
    world.github.delay(200)
    const sha = await repository.push('main', BROKEN)
    await world.until(() => repository.checkRuns(sha).length > 0)
    expect(await world.app.stop()).toBe(0)
    world.github.delay(0)
    await world.startApp()
    expect(await world.check(repository, sha)).toMatchObject({ conclusion: 'failure' })
    expect(repository.checkRuns(sha)).toMatchObject([{ annotations: [{ title: 'trace/broken-reference' }] }])
  })

  it('killed with a delivery that it has answered, has not forgotten it', async () => {
    const repository = await world.scanned(RECORD)
    const sha = await repository.push('main', BROKEN)
    await world.app.kill()
    await world.startApp()
    expect(await world.check(repository, sha)).toMatchObject({ conclusion: 'failure' })
    expect(repository.checkRuns(sha)).toHaveLength(1)
  })
})
