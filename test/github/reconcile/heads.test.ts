/** Heads that no event told of are found by looking, and only those. */
import { Governor } from '../../../src/github/governor.ts'
import { sweepHeads } from '../../../src/github/reconcile/heads.ts'
import type { Database } from '../../../src/store/database.ts'
import { InstallationLimits } from '../../../src/store/limits.ts'
import { Scans } from '../../../src/store/scans.ts'
import { aChange, anOutcome, deliver, END, queue, queueAndTake, take } from '../../store/given.ts'
import { forEachDatabase } from '../../support/database.ts'
import { GitHub, type Pull, type Repository } from '../../support/github/index.ts'
import { type Given, given, MINUTE, named, pushOf, rounds } from './given.ts'

const COMMITS = 'GET /repos/{owner}/{repo}/commits'
const PULLS = 'GET /repos/{owner}/{repo}/pulls'

forEachDatabase('heads', ({ open }) => {
  let github: GitHub
  let database: Database
  let repository: Repository
  let tip: string
  let parts: Given
  let round: () => Promise<void>
  let count = 0

  beforeAll(async () => {
    github = await GitHub.start({ checksAnswers: true })
    database = await open()
  })
  /** A repository whose default branch is known, and was seen at its tip. */
  beforeEach(async () => {
    await database.client.installation.deleteMany()
    repository = await aRepository()
    tip = await tipOf(repository)
    parts = given(github, database)
    round = rounds(sweepHeads(parts))
    await scanned(await queue(database, pushOf(github, repository, tip)))
    await round()
    github.reset()
    parts.scans = 0
  })
  afterEach(() => {
    expect(github.violations).toEqual([])
    github.reset()
  })
  afterAll(() => github.close())

  const aRepository = (owner = 'acme') =>
    github.repository({ owner, name: `lab-${++count}`, from: { 'README.md': '# Lab\n' } })
  const tipOf = async ({ tip: of, defaultBranch }: Repository) => (await of.call(repository, defaultBranch)) ?? ''
  const scans = async (of = repository) => {
    const rows = await database.client.scan.findMany({
      where: { repositoryId: BigInt(of.id), status: 'queued' },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    })
    return rows.map(({ kind, headSha, ref, baseRef, trigger }) => ({ kind, headSha, ref, baseRef, trigger }))
  }
  const asked = (route: string) => github.requests.filter((request) => request.route === route)
  const forget = () => database.client.repository.updateMany({ data: { headEtag: null, pullsEtag: null } })
  const pulls = () => database.client.pullRequest.findMany({ orderBy: { number: 'asc' } })

  /** Runs to its end, with the snapshot that a default branch leaves. */
  async function scanned(id: string): Promise<void> {
    const store = new Scans(database)
    const scan = await take(database, id)
    const tracked = aChange({ commit: scan.headSha ?? '' })
    await store.persist(scan, anOutcome(), scan.baseRef === null ? tracked : null)
    await store.finish(scan, [], END)
  }
  /** A pull request that no event told of. */
  async function missedPull(branch = 'change', fromFork?: Repository): Promise<Pull> {
    await (fromFork ?? repository).commit(branch, { [`${branch}.md`]: `${++count}` })
    return repository.openPull({ head: branch, ...(fromFork && { fromFork }) })
  }

  it('where nothing has changed cost two requests, which are not counted', async () => {
    const { used } = github.rate.state('core', github.installation('acme').id)
    await round()
    expect(github.requests.filter(({ kind }) => kind === 'api').map(({ status }) => status)).toEqual([304, 304])
    expect(github.rate.state('core', github.installation('acme').id).used).toBe(used)
    expect(await scans()).toEqual([])
  })

  it('asked for with another token, for which GitHub has other names, are known all the same', async () => {
    const head = await repository.commit('main', { 'README.md': '# Known\n' })
    const pull = await missedPull()
    await round()
    parts = given(github, database)
    github.reset()
    await rounds(sweepHeads(parts))()
    expect(github.requests.filter(({ kind }) => kind === 'api').map(({ status }) => status)).toEqual([200, 200])
    expect((await scans()).map(({ headSha }) => headSha).sort()).toEqual([head, pull.head.sha].sort())
    expect(parts.scans).toBe(0)
  })

  it('of the default branch are scanned as a push would be', async () => {
    const head = await repository.commit('main', { 'README.md': '# Moved\n' })
    await round()
    expect(await scans()).toEqual([{ kind: 'tracked', headSha: head, ref: 'main', baseRef: null, trigger: 'sweep' }])
    expect(parts.scans).toBe(1)
    await round()
    await forget()
    await round()
    expect(await scans()).toHaveLength(1)
  })

  it('of pull requests are scanned as their events would be, and the pull requests are known from then on', async () => {
    const fork = await repository.fork('contributor')
    const [own, forked] = [await missedPull(), await missedPull('main', fork)]
    await round()
    expect(await scans()).toEqual(
      expect.arrayContaining([
        { kind: 'change', headSha: own.head.sha, ref: 'change', baseRef: 'main', trigger: 'sweep' },
        { kind: 'change', headSha: forked.head.sha, ref: 'refs/pull/2/head', baseRef: 'main', trigger: 'sweep' },
      ]),
    )
    expect(await pulls()).toMatchObject([
      { number: own.number, headSha: own.head.sha, baseRef: 'main', open: true, fromOpening: false },
      { number: forked.number, headSha: forked.head.sha, baseRef: 'main', open: true, fromOpening: false },
    ])
    await forget()
    await round()
    expect(await scans()).toHaveLength(2)
  })

  it('of pull requests that were closed are not waited for any more', async () => {
    const pull = await missedPull()
    await round()
    await repository.closePull(pull)
    await round()
    expect(await pulls()).toMatchObject([{ number: pull.number, open: false }])
    github.reset()
    await round()
    expect(asked('GET /repos/{owner}/{repo}/pulls/{pull_number}')).toEqual([])
  })

  it('of pull requests into another branch than before are compared with that one', async () => {
    const pull = await missedPull()
    await round()
    await repository.branch('release', tip)
    await repository.editBase(pull, 'release')
    await round()
    expect(await scans()).toMatchObject([{ baseRef: 'main' }, { baseRef: 'release', headSha: pull.head.sha }])
    expect(await pulls()).toMatchObject([{ baseRef: 'release' }])
  })

  it('on more than one page are all found, and none is taken for closed', async () => {
    const pull = await missedPull()
    for (let n = 0; n < 100; n++) {
      repository.pulls.push({ ...pull, id: github.nextId(), number: repository.nextNumber() })
    }
    await round()
    expect(await pulls()).toHaveLength(101)
    expect(asked(PULLS)).toHaveLength(2)
    repository.pulls[60] = { ...pull, number: 61, open: false, updatedAt: new Date().toISOString() }
    await round()
    expect((await pulls()).filter(({ open }) => !open)).toMatchObject([{ number: 61 }])
    expect(asked('GET /repos/{owner}/{repo}/pulls/{pull_number}')).toHaveLength(1)
  })

  it('that an event told of are left to it', async () => {
    const head = await repository.commit('main', { 'README.md': '# Pushed\n' })
    await deliver(database, pushOf(github, repository, head))
    await round()
    expect(await scans()).toMatchObject([{ headSha: head, trigger: 'push' }])
    expect(parts.scans).toBe(0)
  })

  it('that were scanned as a branch are scanned as the default branch too', async () => {
    const head = await repository.commit('change', { 'README.md': '# Changed\n' })
    await scanned(await queue(database, pushOf(github, repository, head, 'change')))
    await repository.branch('main', head)
    await round()
    expect(await scans()).toMatchObject([{ kind: 'tracked', headSha: head }])
  })

  it('that the default branch was moved back to are scanned again', async () => {
    const head = await repository.commit('main', { 'README.md': '# Further\n' })
    await scanned(await queue(database, pushOf(github, repository, head)))
    await round()
    await repository.branch('main', tip)
    await round()
    expect(await scans()).toMatchObject([{ kind: 'tracked', headSha: tip, trigger: 'sweep' }])
  })

  it('whose scan failed are not scanned over and over', async () => {
    const head = await repository.commit('main', { 'README.md': '# Failing\n' })
    await new Scans(database).fail(await queueAndTake(database, pushOf(github, repository, head)), 'Corrupt')
    const pull = await missedPull()
    await round()
    const { id } = await database.client.scan.findFirstOrThrow({ where: { headSha: pull.head.sha } })
    await new Scans(database).fail(await take(database, id), 'Corrupt')
    await forget()
    await round()
    expect(await scans()).toEqual([])
  })

  it('whose scan was superseded are scanned once the branch is back at them', async () => {
    const head = await repository.commit('main', { 'README.md': '# Superseded\n' })
    const pull = await missedPull()
    await round()
    await database.client.scan.updateMany({ where: { status: 'queued' }, data: { status: 'superseded' } })
    await forget()
    await round()
    expect((await scans()).map(({ headSha }) => headSha).sort()).toEqual([head, pull.head.sha].sort())
  })

  it('that are older than what an event has told meanwhile change nothing', async () => {
    const pull = await missedPull()
    const newer = 'f'.repeat(40)
    const facts = {
      ...{ number: pull.number, headSha: newer, headRef: 'change', baseRef: 'main', open: true, opening: false },
      updatedAt: new Date(Date.now() + MINUTE),
    }
    await deliver(database, { type: 'pull', ...named(github, repository), pull: facts })
    await round()
    expect(await pulls()).toMatchObject([{ headSha: newer }])
    expect(await scans()).toEqual([])
  })

  it('of an installation that is suspended, or asked to wait, and of an archived repository are not asked for', async () => {
    const { client } = database
    const nothing = async () => {
      await round()
      expect(github.count()).toBe(0)
    }
    await client.installation.updateMany({ data: { blockedUntil: new Date(Date.now() + MINUTE) } })
    await nothing()
    await client.installation.updateMany({ data: { blockedUntil: null, suspendedAt: new Date() } })
    await nothing()
    await client.installation.updateMany({ data: { suspendedAt: null } })
    await client.repository.updateMany({ data: { archivedAt: new Date() } })
    await nothing()
    await client.repository.updateMany({ data: { archivedAt: null } })
    await round()
    expect(github.count()).toBe(2)
  })

  it('of a repository that went out of reach meanwhile are found once it is back', async () => {
    const head = await repository.commit('main', { 'README.md': '# Away\n' })
    const learn = parts.heads.learn.bind(parts.heads)
    parts.heads.learn = async (...of) => {
      await database.client.repository.updateMany({ data: { archivedAt: new Date() } })
      return learn(...of)
    }
    await round()
    expect(await scans()).toEqual([])
    await database.client.repository.updateMany({ data: { archivedAt: null } })
    parts.heads.learn = learn
    await round()
    expect(await scans()).toMatchObject([{ headSha: head }])
  })

  it('are not looked at while less than a fifth of the quota is left', async () => {
    const { clientOf } = parts
    const governor = new Governor({
      store: new InstallationLimits(database),
      log: { info() {}, error() {} },
      shared: true,
    })
    parts.clientOf = async (installationId) => {
      const client = await clientOf(installationId)
      client.heed(governor.of(installationId))
      return client
    }
    await repository.commit('main', { 'README.md': '# Later\n' })
    github.leaveQuota('acme', 900, 3_600_000)
    await round()
    await round()
    expect(github.count({ tokens: false })).toBe(1)
    expect(await scans()).toEqual([])
    github.leaveQuota('acme', 5_000, 3_600_000)
  })

  describe('of many repositories', () => {
    const names = () => asked(COMMITS).map(({ path }) => /lab-\d+/.exec(path)?.[0])

    it('are looked at ten repositories a round, the longest unseen first', async () => {
      const others: Repository[] = []
      for (let n = 0; n < 11; n++) {
        const other = await aRepository()
        await deliver(database, {
          type: 'repositories',
          ...named(github, other),
          added: [named(github, other).repository],
          removed: [],
        })
        others.push(other)
      }
      await round()
      expect(names()).toEqual([repository, ...others.slice(0, 9)].map(({ name }) => name))
      github.reset()
      await round()
      expect(names().slice(0, 2)).toEqual(others.slice(9).map(({ name }) => name))
    })

    it('are looked at once after a start, then every four hours', async () => {
      parts = given(github, database)
      round = rounds(sweepHeads(parts))
      await round()
      expect(names()).toHaveLength(1)
      parts.after(30 * MINUTE)
      await round()
      expect(names()).toHaveLength(1)
      await database.client.$executeRaw`UPDATE repository SET swept_at = now() - interval '241 minutes'`
      parts.after(240 * MINUTE)
      await round()
      expect(names()).toHaveLength(2)
    })

    it('do not wait for one that is gone, nor for one that GitHub has no answer for', async () => {
      const [gone, ill, well] = [await aRepository(), await aRepository(), await aRepository()]
      for (const each of [gone, ill, well]) await deliver(database, pushOf(github, each, 'a'.repeat(40)))
      github.forget(gone)
      github.fault(new RegExp(`${ill.name}/commits`), { status: 502, times: 99 })
      await round()
      expect((await scans(well)).map(({ trigger }) => trigger)).toContain('sweep')
      github.reset()
      await round()
      // One that is gone counts as looked at; one without an answer rests for two minutes.
      expect(names()).toContain(gone.name)
      expect(names()).not.toContain(ill.name)
      parts.after(2 * MINUTE)
      await database.client
        .$executeRaw`UPDATE repository SET created_at = now() - interval '3 minutes' WHERE id = ${ill.id}`
      await round()
      expect((await scans(ill)).map(({ trigger }) => trigger)).toContain('sweep')
    })
  })

  describe('with check runs of ours', () => {
    const aCheck = async (headSha: string, externalId: string, app = github.app) =>
      repository.checks.create(
        { name: 'ROSIE compliance', head_sha: headSha, status: 'in_progress', external_id: externalId },
        app,
      )

    it('whose scans the rows have lost: those in progress are cancelled, and no others', async () => {
      const head = await repository.commit('main', { 'README.md': '# Lost\n' })
      const [lost, odd] = [await aCheck(head, crypto.randomUUID()), await aCheck(head, "'; DROP TABLE scan --")]
      const complete = await aCheck(head, crypto.randomUUID())
      Object.assign(complete, { status: 'completed', conclusion: 'success' })
      const others = await aCheck(head, crypto.randomUUID(), { ...github.app, id: 1 })
      const living = await aCheck(head, await queue(database, pushOf(github, repository, head, 'change')))
      await round()
      for (const check of [lost, odd]) {
        expect(check).toMatchObject({ status: 'completed', conclusion: 'cancelled' })
        expect(check.output.summary).toContain('no record of the scan')
      }
      expect([complete, others, living].map(({ status }) => status)).toEqual([
        'completed',
        'in_progress',
        'in_progress',
      ])
      expect(complete.conclusion).toBe('success')
    })

    it('that could not be cancelled are cancelled the next time, before the head is known', async () => {
      const head = await repository.commit('main', { 'README.md': '# Lost too\n' })
      const lost = await aCheck(head, crypto.randomUUID())
      github.fault('PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', { status: 502 })
      await round()
      expect(await scans()).toEqual([])
      expect(parts.warnings).toHaveLength(1)
      parts.after(2 * MINUTE)
      await database.client.$executeRaw`UPDATE repository SET swept_at = now() - interval '3 minutes'`
      await round()
      expect(lost).toMatchObject({ conclusion: 'cancelled' })
      expect(await scans()).toMatchObject([{ headSha: head }])
    })
  })
})
