import { setTimeout as sleep } from 'node:timers/promises'
import type { LoggedRequest, Repository } from '../support/github/index.ts'
import { BROKEN, brokenStories, MENDED, RECORD } from './record.ts'
import { tipOf, useWorld } from './world.ts'

const TREE = 'GET /repos/{owner}/{repo}/git/trees/{tree_sha}'
const QUERY = 'POST /graphql'

/** GitHub's limits are held to before a request is sent; what has to wait is done when they allow it. */
describe("GitHub's limits", () => {
  const world = useWorld()

  /** Requests of an account's installation, sent after a moment and before another. */
  const sent = (owner: string, from: number, to: number): LoggedRequest[] =>
    world.github.requests.filter(
      ({ at, installation }) =>
        installation === world.github.installation(owner).id && at.getTime() > from && at.getTime() < to,
    )

  const refused = () => world.github.requests.filter(({ status }) => status === 403)

  /** Each of the heads has one check run, which failed for what is wrong with the record, told once. */
  async function expectFailures(heads: readonly (readonly [Repository, string])[], findings = 1): Promise<void> {
    for (const [repository, sha] of heads) {
      expect(await world.check(repository, sha, 60_000)).toMatchObject({ conclusion: 'failure' })
      expect(repository.checkRuns(sha)).toHaveLength(1)
      expect(repository.checkRuns(sha)[0]?.annotations.map(({ title }) => title)).toEqual(
        Array(findings).fill('trace/broken-reference'),
      )
    }
  }

  const pushes = (repositories: readonly Repository[]) =>
    Promise.all(repositories.map(async (repository) => [repository, await repository.push('main', BROKEN)] as const))

  it.each([
    ['REST', TREE],
    ['GraphQL', QUERY],
  ])(
    'a secondary limit met with %s: its installation sends nothing before the time, others go on',
    async (_, route) => {
      const owner = `slow-${route.length}`
      const held = await Promise.all(Array.from({ length: 4 }, () => world.scanned(RECORD, { owner })))
      const free = await world.scanned(RECORD, { owner: 'free' })
      world.github.reset()
      // In flight with the one that is refused, others may be refused as well: none of them is asked twice.
      world.github.secondaryLimit(route, 5)
      const heads = await pushes(held)
      await world.until(() => refused().length > 0)
      const told = Math.max(...refused().map(({ at }) => at.getTime()))
      const pull = await free.push('main', BROKEN)
      expect(await world.check(free, pull)).toMatchObject({ conclusion: 'failure' })
      expect(Date.now()).toBeLessThan(told + 5_000)
      await expectFailures(heads)
      const first = Math.min(...refused().map(({ at }) => at.getTime()))
      expect(refused().length).toBeLessThanOrEqual(3)
      // A second for those that were under way when the first was refused, on a busy machine.
      expect(sent(owner, first + 1_000, first + 5_000)).toEqual([])
      expect(sent(owner, first + 5_000, Date.now()).length).toBeGreaterThan(0)
    },
  )

  it('an app that is started again has not forgotten what it was told', async () => {
    const repository = await world.scanned(RECORD, { owner: 'restarted' })
    world.github.reset()
    world.github.secondaryLimit(TREE, 15)
    const heads = await pushes([repository])
    await world.until(() => world.app.log().includes('GitHub asks to wait'))
    await sleep(500)
    const [told] = refused().map(({ at }) => at.getTime()) as [number]
    await world.app.kill()
    await world.startApp()
    expect(Date.now()).toBeLessThan(told + 15_000)
    await expectFailures(heads)
    expect(sent('restarted', told, told + 15_000)).toEqual([])
  })

  it('the primary limit is waited out until its reset', async () => {
    const repositories = await Promise.all(Array.from({ length: 3 }, () => world.scanned(RECORD, { owner: 'spent' })))
    world.github.reset()
    world.github.leaveQuota('spent', 3, 4_000)
    const reset = Math.ceil((Date.now() + 4_000) / 1000) * 1000
    const heads = await pushes(repositories)
    await expectFailures(heads)
    // What was under way when the last answer was on its way.
    expect(refused().length).toBeLessThanOrEqual(2)
    const spent = sent('spent', 0, reset)
    expect(spent.length).toBeLessThanOrEqual(5)
    expect(sent('spent', reset - 1, Date.now()).length).toBeGreaterThan(0)
  })

  it('with little quota left no scan is begun, and one that runs is told to the end', async () => {
    const [running, waiting] = [
      await world.scanned(RECORD, { owner: 'low' }),
      await world.scanned(RECORD, { owner: 'low' }),
    ]
    world.github.reset()
    world.github.delay(200)
    const sha = await running.push('main', brokenStories(120))
    await world.until(() => running.checkRuns(sha).length > 0)
    world.github.leaveQuota('low', 240, 8_000)
    const reset = Math.ceil((Date.now() + 8_000) / 1000) * 1000
    await world.until(() => running.checkRuns(sha)[0]?.annotations.length === 120)
    world.github.delay(0)
    const next = await waiting.push('main', BROKEN)
    await expectFailures([[waiting, next]])
    expect(sent('low', 0, reset).filter(({ path }) => path.includes(waiting.fullName))).toEqual([])
    await expectFailures([[running, sha]], 120)
  })
})

/** Whatever share of the answers fails, before or after GitHub applied the request. */
describe('when every fifth answer fails', () => {
  const world = useWorld()

  it.each([1, 2, 3, 4])(
    'every check is completed once, and no comment is written twice (seed %d)',
    async (seed) => {
      const repositories = await Promise.all(Array.from({ length: 4 }, () => world.scanned(RECORD)))
      for (const repository of repositories) await repository.commit('change', brokenStories(120))
      world.github.failAtRandom(0.2, seed)
      const pulls = await Promise.all(repositories.map((repository) => repository.openPull({ head: 'change' })))
      await Promise.all(repositories.map((repository) => repository.push('main', MENDED)))
      for (const { number, head, base } of pulls) {
        const { repository } = base
        const shown = (sha: string) => repository.checkRuns(sha)
        await world.until(() => (shown(head.sha)[0]?.annotations.length ?? 0) >= 120, 120_000)
        await world.until(() => repository.comments(number).length > 0, 120_000)
        const tip = await tipOf(repository)
        await world.until(() => shown(tip)[0]?.status === 'completed', 120_000)
      }
      // Longer than an attempt that failed waits for the next one.
      await world.quiet(3_000)
      world.github.failAtRandom(0, 0)
      for (const { number, head, base } of pulls) {
        const { repository } = base
        const checks = repository.checkRuns(head.sha)
        expect(checks).toMatchObject([{ status: 'completed', conclusion: 'failure' }])
        expect(checks[0]?.output.title).toContain('120 errors')
        expect(checks[0]?.annotations).toHaveLength(120)
        expect(repository.comments(number)).toHaveLength(1)
        expect(repository.checkRuns(await tipOf(repository))).toMatchObject([{ conclusion: 'success' }])
      }
      expect(world.github.requests.filter(({ status }) => status >= 500 || status === 0).length).toBeGreaterThan(5)
    },
    180_000,
  )
})
