import type { CheckRun, Repository } from '../support/github/index.ts'
import { BROKEN, MENDED, RECORD } from './record.ts'
import { purposes, tipOf, useWorld } from './world.ts'

/** Branches that move on faster than they are scanned: the last head is judged, the others are told of it. */
describe('a burst of pushes', () => {
  const world = useWorld()
  /** An answer of GitHub: much longer than from one push to the next, also on a busy machine. */
  const SLOW_MS = 300
  afterEach(() => world.github.delay(0))

  /** Commits that nobody has pushed yet, each on top of the one before; only the last one breaks the record. */
  async function commits(repository: Repository, count: number, onto = repository): Promise<string[]> {
    const heads: string[] = []
    let parent = await tipOf(repository)
    for (let n = 1; n <= count; n++) {
      const files = { 'src/notes.ts': `export const notes = ${n}\n`, ...(n === count && BROKEN) }
      parent = await onto.commit(`unpushed-${n}`, files, { parent })
      await onto.deleteBranch(`unpushed-${n}`)
      heads.push(parent)
    }
    return heads
  }

  async function burst(repository: Repository, branch: string, heads: readonly string[]): Promise<void> {
    world.github.delay(SLOW_MS)
    for (const head of heads) await repository.push(branch, head)
  }

  /** Once all is quiet: the last head has its verdict, the others have no check or one that says which head has. */
  async function expectOnlyLast(repository: Repository, heads: readonly string[]): Promise<void> {
    const last = await world.check(repository, heads.at(-1) ?? '')
    expect(last).toMatchObject({ conclusion: 'failure', annotations: [{ title: 'trace/broken-reference' }] })
    expect(repository.checkRuns(last.headSha)).toHaveLength(1)
    await allDone(repository)
    for (const [n, head] of heads.slice(0, -1).entries()) {
      for (const check of repository.checkRuns(head)) expectCancelled(check, repository, heads.slice(n + 1))
    }
  }

  const allDone = ({ checks }: Repository) =>
    world.until(() => checks.all.every(({ status }) => status === 'completed'))

  function expectCancelled(check: CheckRun, { fullName }: Repository, newer: readonly string[]): void {
    expect(check).toMatchObject({ conclusion: 'cancelled', annotations: [] })
    const [, linked = ''] = new RegExp(`/${fullName}/commit/([0-9a-f]{40})\\)`).exec(check.output.summary ?? '') ?? []
    expect(newer).toContain(linked)
    expect(check.output.title).toBe(`Superseded by ${linked.slice(0, 7)}`)
    expect(check.actions).toHaveLength(1)
  }

  const trees = (requests: Parameters<typeof purposes>[0]) =>
    purposes(requests).filter((purpose) => purpose === 'tree').length

  it.each(['main', 'change'])('to %s: ten in a second, of which a few at most are scanned', async (branch) => {
    const repository = await world.scanned(RECORD)
    const heads = await commits(repository, 10)
    const requests = await world.requests(async () => {
      await burst(repository, branch, heads)
      await expectOnlyLast(repository, heads)
    })
    expect(trees(requests)).toBeLessThanOrEqual(7)
  })

  it.each(['main', 'change'])('to %s, told in reverse order: the last one still counts', async (branch) => {
    const repository = await world.scanned(RECORD)
    const heads = await commits(repository, 10)
    world.github.webhookUrl = null
    world.github.reset()
    for (const head of heads) await repository.push(branch, head)
    world.github.webhookUrl = `${world.app.url}/api/github/webhooks`
    world.github.delay(SLOW_MS)
    const requests = await world.requests(async () => {
      for (const { guid } of [...world.github.deliveries].reverse()) await world.github.redeliver(guid)
      await expectOnlyLast(repository, heads)
    })
    expect(trees(requests)).toBeLessThanOrEqual(5)
  })

  it('of the default branch leaves the last one as what is known', async () => {
    const repository = await world.scanned(RECORD)
    const heads = await commits(repository, 5)
    await burst(repository, 'main', heads)
    await expectOnlyLast(repository, heads)
    world.github.delay(0)
    const { output } = await world.pushed(repository, 'main', MENDED)
    expect(output.summary).toContain('introduced: none; existing: none; fixed: 1 error')
  })

  it('to the pull request of a fork', async () => {
    const repository = await world.scanned(RECORD)
    const fork = await repository.fork('contributor')
    await fork.commit('change', { 'README.md': '# Lab\n' })
    const pull = await repository.openPull({ head: 'change', fromFork: fork })
    await world.check(repository, pull.head.sha)
    const heads = await commits(repository, 6, fork)
    await burst(fork, 'change', heads)
    await expectOnlyLast(repository, heads)
    world.github.delay(0)
    await world.until(() => repository.comments(pull.number)[0]?.body.includes('trace/broken-reference') ?? false)
    expect(repository.comments(pull.number)).toHaveLength(1)
  })

  it('there and back again (A, B, A): A is judged', async () => {
    const repository = await world.scanned(RECORD)
    const [b = '', a = ''] = await commits(repository, 2)
    await burst(repository, 'main', [a, b, a])
    await world.until(() => repository.checkRuns(a).at(-1)?.conclusion === 'failure')
    expect(await world.check(repository, a)).toMatchObject({ conclusion: 'failure' })
    await allDone(repository)
    for (const check of repository.checkRuns(b)) expectCancelled(check, repository, [a])
    for (const check of repository.checkRuns(a).slice(0, -1)) expect(check.conclusion).toBe('cancelled')
    world.github.delay(0)
    const { output } = await world.pushed(repository, 'main', { ...MENDED, 'README.md': '# Lab\n' }, { force: true })
    expect(output.summary).toContain('fixed: 1 error')
  })

  it('back to a head that was superseded long ago: it has a new check', async () => {
    const repository = await world.scanned(RECORD)
    const [a = '', b = ''] = await commits(repository, 2)
    world.github.delay(SLOW_MS)
    await repository.push('change', a)
    await world.until(() => repository.checkRuns(a).length > 0)
    await repository.push('change', b)
    await expectOnlyLast(repository, [a, b])
    expect(repository.checkRuns(a)).toMatchObject([{ conclusion: 'cancelled' }])
    await repository.push('change', a)
    await world.until(() => repository.checkRuns(a).length > 1)
    expect(await world.check(repository, a)).toMatchObject({ conclusion: 'success' })
  })

  it('to a branch whose head another branch shares: that head keeps its verdict', async () => {
    const repository = await world.scanned(RECORD)
    const [shared = '', next = ''] = await commits(repository, 2)
    world.github.delay(SLOW_MS)
    await repository.push('one', shared)
    await repository.push('two', shared)
    await repository.push('one', next)
    expect(await world.check(repository, next)).toMatchObject({ conclusion: 'failure' })
    expect(await world.check(repository, shared)).toMatchObject({ conclusion: 'success' })
    expect(repository.checkRuns(shared)).toHaveLength(1)
  })

  it('beside which an older head is re-run: that one completes too', async () => {
    const repository = await world.scanned(RECORD)
    const older = await world.pushed(repository, 'change', { 'README.md': '# Lab\n' })
    const heads = await commits(repository, 6)
    await burst(repository, 'change', heads.slice(0, 3))
    await repository.rerequest(older)
    await burst(repository, 'change', heads.slice(3))
    await world.until(() => repository.checkRuns(older.headSha).length >= 2)
    expect(await world.check(repository, older.headSha)).toMatchObject({ conclusion: 'success' })
    await expectOnlyLast(repository, heads)
  })

  it('in the middle of which the app is killed: nothing is left in progress', async () => {
    const repository = await world.scanned(RECORD)
    const heads = await commits(repository, 6)
    world.github.delay(SLOW_MS)
    for (const head of heads.slice(0, 3)) await repository.push('change', head)
    await world.until(() => repository.checks.all.some(({ status }) => status === 'in_progress'))
    for (const head of heads.slice(3)) await repository.push('change', head)
    await world.app.kill()
    await world.startApp()
    await expectOnlyLast(repository, heads)
  })

  it('of which none can be superseded by a branch that is gone', async () => {
    const repository = await world.scanned(RECORD)
    const heads = await commits(repository, 2)
    world.github.webhookUrl = null
    world.github.reset()
    for (const head of heads) await repository.push('change', head)
    await repository.deleteBranch('change')
    world.github.webhookUrl = `${world.app.url}/api/github/webhooks`
    for (const { guid } of [...world.github.deliveries]) await world.github.redeliver(guid)
    for (const head of heads) {
      await world.until(() => repository.checkRuns(head).length > 0)
      expect((await world.check(repository, head)).conclusion).not.toBe('cancelled')
    }
  })
})
