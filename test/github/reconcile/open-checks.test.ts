/** No check run of ours stays in progress once its scan has ended, whatever became of the process that ran it. */
import { sweepChecks } from '../../../src/github/reconcile/open-checks.ts'
import type { Scan } from '../../../src/scan/ports/store.ts'
import type { Database } from '../../../src/store/database.ts'
import { Scans } from '../../../src/store/scans.ts'
import { anOutcome, queue, queueAndTake, row } from '../../store/given.ts'
import { forEachDatabase } from '../../support/database.ts'
import { type CheckRun, GitHub, type Repository } from '../../support/github/index.ts'
import { type Given, given, pushOf, rounds } from './given.ts'

const UPDATE = 'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}'

forEachDatabase('check runs that their scans left open', ({ open }) => {
  let github: GitHub
  let database: Database
  let store: Scans
  let repository: Repository
  let parts: Given
  let round: () => Promise<void>
  let count = 0

  beforeAll(async () => {
    github = await GitHub.start({ checksAnswers: true })
    database = await open()
    store = new Scans(database)
    repository = await github.repository({ owner: 'acme', name: 'lab', from: { 'README.md': '# Lab\n' } })
  })
  beforeEach(async () => {
    await database.client.installation.deleteMany()
    parts = given(github, database)
    round = rounds(sweepChecks(parts))
  })
  afterEach(() => {
    expect(github.violations).toEqual([])
    github.reset()
  })
  afterAll(() => github.close())

  const asked = () => github.requests.filter(({ kind }) => kind === 'api').map(({ route }) => route?.split('/').at(-1))
  const commit = () => repository.commit(`branch-${++count}`, { 'README.md': `# ${count}\n` })
  /** A scan of a new commit that is under way. */
  const running = async (headSha?: string): Promise<Scan> =>
    queueAndTake(database, pushOf(github, repository, headSha ?? (await commit()), `branch-${count}`))
  const checkOf = ({ id, headSha }: Scan): CheckRun =>
    repository.checks.create(
      { name: 'ROSIE compliance', head_sha: headSha ?? '', status: 'in_progress', external_id: id },
      github.app,
    )
  /** As the publisher writes it down. */
  const opened = async (scan: Scan): Promise<CheckRun> => {
    const check = checkOf(scan)
    await store.update(scan, { checkRunId: BigInt(check.id), stage: 'opened' })
    return check
  }
  const supersede = ({ id }: Scan) =>
    database.client.scan.update({ where: { id }, data: { status: 'superseded', completedAt: new Date() } })

  it('by an error are completed as failures, once, with what a developer can do', async () => {
    const scan = await running()
    const check = await opened(scan)
    await store.fail(scan, 'Unreachable: GitHub')
    await round()
    expect(check).toMatchObject({ status: 'completed', conclusion: 'failure' })
    expect(check.output.summary).toContain('"Re-run"')
    expect(check.output.summary).toContain(scan.id)
    expect(check.actions).toMatchObject([{ identifier: 'rescan' }])
    expect(await row(database, scan.id)).toMatchObject({ stage: 'concluded' })
    await round()
    expect(asked()).toEqual(['{check_run_id}', '{check_run_id}'])
  })

  it('after the result was kept, too', async () => {
    const scan = await running()
    const check = await opened(scan)
    await store.persist(scan, anOutcome(), null)
    await store.update(scan, { stage: 'persisted' })
    await store.fail(scan, 'Unreachable: GitHub')
    await round()
    expect(check).toMatchObject({ conclusion: 'failure' })
  })

  it('that were superseded or not needed are cancelled: neutral would let a required check pass', async () => {
    const [superseded, skipped] = [await running(), await running()]
    const checks = [await opened(superseded), await opened(skipped)]
    await supersede(superseded)
    await store.skip(skipped, 'The repository is archived.')
    await round()
    expect(checks.map(({ conclusion }) => conclusion)).toEqual(['cancelled', 'cancelled'])
    expect(checks.map(({ output }) => output.title)).toEqual([
      'The branch has moved on',
      expect.stringContaining('not needed'),
    ])
  })

  it('are left alone while the scan runs, or waits to be run again, and once it has concluded', async () => {
    await opened(await running())
    const waiting = await running()
    await opened(waiting)
    await store.release(waiting, 60_000, 'Unreachable', true)
    const concluded = await running()
    await opened(concluded)
    await store.update(concluded, { stage: 'concluded' })
    await store.fail(concluded, 'Forbidden: no comments')
    await round()
    expect(asked()).toEqual([])
  })

  it('keep the conclusion that GitHub has already', async () => {
    const scan = await running()
    const check = await opened(scan)
    Object.assign(check, { status: 'completed', conclusion: 'success' })
    await store.fail(scan, 'Unreachable')
    await round()
    expect(check).toMatchObject({ conclusion: 'success' })
    await round()
    expect(asked()).toHaveLength(1)
  })

  describe('without having heard of them', () => {
    it('are found by the id of their scan', async () => {
      const scan = await running()
      const check = checkOf(scan)
      const another = repository.checks.create(
        { name: 'ROSIE compliance', head_sha: scan.headSha ?? '', status: 'in_progress', external_id: scan.id },
        { ...github.app, id: 1 },
      )
      await store.fail(scan, 'Unreachable')
      await round()
      expect(check).toMatchObject({ conclusion: 'failure' })
      expect(another).toMatchObject({ status: 'in_progress' })
    })

    it('are made up for where there are none, since a required check would be waited for', async () => {
      const scan = await running()
      await store.fail(scan, 'Unreachable')
      await round()
      await round()
      const checks = repository.checkRuns(scan.headSha ?? '')
      expect(checks).toMatchObject([{ status: 'completed', conclusion: 'failure', externalId: scan.id }])
    })

    it('are not made up for where another scan speaks for the commit', async () => {
      const scan = await running()
      await store.fail(scan, 'Unreachable')
      await queue(database, { ...pushOf(github, repository, scan.headSha ?? '', `branch-${count}`), forced: true })
      await round()
      expect(repository.checkRuns(scan.headSha ?? '')).toEqual([])
      expect(await row(database, scan.id)).toMatchObject({ stage: 'concluded' })
    })

    it.each(['provenance', 'due', 'installation'])(
      'are not made up for where nobody waits for one: %s',
      async (trigger) => {
        const scan = await running()
        await database.client.scan.update({ where: { id: scan.id }, data: { trigger } })
        await store.fail(scan, 'Unreachable')
        await round()
        await round()
        expect(asked()).toEqual(['check-runs'])
        expect(repository.checkRuns(scan.headSha ?? '')).toEqual([])
      },
    )
  })

  it('while GitHub does not answer are completed as soon as it does', async () => {
    const [ill, well] = [await running(), await running()]
    const checks = [await opened(ill), await opened(well)]
    for (const scan of [ill, well]) await store.fail(scan, 'Unreachable')
    github.fault(({ route, path }) => route === UPDATE && path.endsWith(`/${checks[0]?.id}`), { status: 502 })
    await round()
    expect(checks.map(({ status }) => status)).toEqual(['in_progress', 'completed'])
    await round()
    expect(checks.map(({ status }) => status)).toEqual(['completed', 'completed'])
  })

  it('that GitHub refuses to change are given up, and said so', async () => {
    const scan = await running()
    await opened(scan)
    await store.fail(scan, 'Forbidden')
    github.fault(UPDATE, { status: 403, body: { message: 'Resource not accessible by integration' } })
    await round()
    await round()
    expect(asked()).toHaveLength(2)
    expect(parts.warnings).toMatchObject([{ scan: scan.id }])
  })

  it('wait until the app may write again', async () => {
    const scan = await running()
    const check = await opened(scan)
    await store.fail(scan, 'Forbidden')
    const { client } = database
    await client.repository.updateMany({ data: { archivedAt: new Date() } })
    await round()
    await client.repository.updateMany({ data: { archivedAt: null } })
    await client.installation.updateMany({ data: { blockedUntil: new Date(Date.now() + 60_000) } })
    await round()
    expect(github.count()).toBe(0)
    await client.installation.updateMany({ data: { blockedUntil: null } })
    await round()
    expect(check).toMatchObject({ conclusion: 'failure' })
  })

  it("handed over to a scan that learnt of the same head are that scan's", async () => {
    const headSha = await commit()
    const wish = pushOf(github, repository, headSha)
    const waiting = await queueAndTake(database, wish)
    const check = await opened(waiting)
    await store.release(waiting, 0, 'Unreachable', true)
    await database.client.scan.updateMany({ data: { notBefore: new Date(Date.now() + 60_000) } })
    const headless = await queueAndTake(database, { ...wish, headSha: null })
    await store.update(headless, { headSha })
    expect(await row(database, waiting.id)).toMatchObject({ status: 'skipped', stage: null })
    await round()
    expect(check).toMatchObject({ status: 'in_progress' })
    await store.fail(headless, 'Unreachable')
    await round()
    expect(check).toMatchObject({ conclusion: 'failure' })
  })
})
