import { cp } from 'node:fs/promises'
import type { Repository } from '../support/github/index.ts'
import { BROKEN, RECORD } from './record.ts'
import { tipOf, useWorld } from './world.ts'

const LIST = 'GET /app/hook/deliveries'
const ATTEMPTS = 'POST /app/hook/deliveries/{delivery_id}/attempts'
const TREE = 'GET /repos/{owner}/{repo}/git/trees/{tree_sha}'
const UPDATE = 'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}'

/** What was missed while the app was away is made up for as it starts. */
describe('an app that was away', () => {
  const world = useWorld()

  /** Three pushes and a new pull request that reach nobody. Answers the heads that wait for a check, with their verdicts. */
  async function missed(repository: Repository): Promise<[sha: string, conclusion: string][]> {
    await world.app.kill()
    const [one, two] = [await repository.push('one', BROKEN), await repository.push('two', { 'README.md': '# Two\n' })]
    const main = await repository.push('main', { 'docs/notes.txt': 'Notes.\n' })
    await repository.commit('three', { ...BROKEN, 'README.md': '# Three\n' })
    const { head } = await repository.openPull({ head: 'three' })
    return [
      [one, 'failure'],
      [two, 'success'],
      [main, 'success'],
      [head.sha, 'failure'],
    ]
  }

  it('is sent again what GitHub could not deliver, once, and checks every head', async () => {
    const repository = await world.scanned(RECORD)
    const heads = await missed(repository)
    // What became of our own check runs asks for nothing; on a busy machine it is told only now.
    const failed = world.github.deliveries.filter(
      ({ statusCode, event }) => statusCode === 502 && event !== 'check_run',
    )
    expect(failed.length).toBeGreaterThanOrEqual(4)
    await world.startApp()
    for (const [sha, conclusion] of heads) {
      expect(await world.check(repository, sha)).toMatchObject({ conclusion })
      expect(repository.checkRuns(sha)).toHaveLength(1)
    }
    await world.quiet()
    const again = world.github.deliveries.filter(({ redelivery }) => redelivery)
    expect(again.map(({ guid }) => guid).sort()).toEqual(failed.map(({ guid }) => guid).sort())
    await world.app.kill()
    const lists = world.github.count({ matching: LIST })
    await world.startApp()
    await world.until(() => world.github.count({ matching: LIST }) > lists)
    await world.quiet(1_000)
    expect(world.github.count({ matching: ATTEMPTS })).toBe(failed.length)
  })

  it('finds the heads of the default branch and of pull requests where GitHub has forgotten the deliveries', async () => {
    const repository = await world.scanned(RECORD)
    const [, , main, pull] = await missed(repository)
    world.github.deliveries.length = 0
    await world.startApp()
    for (const [sha, conclusion] of [main, pull].filter((head) => head !== undefined)) {
      expect(await world.check(repository, sha)).toMatchObject({ conclusion })
    }
    const [opened] = repository.pulls
    if (!opened) throw new Error('There is a pull request.')
    expect((await world.comment(opened)).body).toContain('trace/broken-reference')
    expect(world.github.count({ matching: ATTEMPTS })).toBe(0)
  })

  it('closes the check of a scan that ended while GitHub could not be told', async () => {
    const repository = await world.scanned(RECORD)
    world.github.fault(TREE, { status: 200, body: { tree: [7] }, times: 1_000 })
    world.github.fault(UPDATE, { status: 502, times: 1_000 })
    const sha = await repository.push('main', BROKEN)
    await world.until(() => world.app.log().includes('the check run of a failed scan could not be completed'), 60_000)
    await world.app.kill()
    world.github.faults.reset()
    expect(repository.checkRuns(sha)).toMatchObject([{ status: 'in_progress' }])
    await world.startApp()
    const { conclusion, output } = await world.check(repository, sha)
    expect({ conclusion, title: output.title }).toEqual({
      conclusion: 'failure',
      title: 'The scan could not be completed',
    })
    expect(repository.checkRuns(sha)).toHaveLength(1)
  })

  it('restored from a backup, cancels the check that it has forgotten, and scans the commit anew', async () => {
    const repository = await world.scanned(RECORD)
    await world.app.stop()
    const { dataDir } = world.app
    await cp(dataDir, `${dataDir}-backup`, { recursive: true })
    await world.startApp()
    world.github.delay(400)
    const sha = await repository.push('main', BROKEN)
    await world.until(() => repository.checkRuns(sha).length > 0)
    await world.app.kill()
    world.github.delay(0)
    await world.startApp({ dataDir: `${dataDir}-backup` })
    await world.until(() => repository.checkRuns(sha).length === 2)
    expect(await world.check(repository, sha)).toMatchObject({ conclusion: 'failure' })
    expect(repository.checkRuns(sha)).toMatchObject([{ conclusion: 'cancelled' }, { conclusion: 'failure' }])
    expect(await tipOf(repository)).toBe(sha)
  })
})
