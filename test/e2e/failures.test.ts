import type { CheckRun, LoggedRequest, Repository } from '../support/github/index.ts'
import type { Json } from '../support/github/json.ts'
import { BROKEN, brokenStories, RECORD } from './record.ts'
import { purposes, tipOf, useWorld } from './world.ts'

const TREE = 'GET /repos/{owner}/{repo}/git/trees/{tree_sha}'
const OPEN = 'POST /repos/{owner}/{repo}/check-runs'
const UPDATE = 'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}'
const COMMENT = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments'
const ALWAYS = 1000

/** Whatever happens, a check run is completed, once, and says what a developer can do. */
describe('when something goes wrong', () => {
  const world = useWorld()

  describe('for good, the check fails with words for a person and an id to look up:', () => {
    function expectExplained(check: CheckRun, advice: string): void {
      expect(check).toMatchObject({ conclusion: 'failure', annotations: [] })
      expect(check.output.title).toBe('The scan could not be completed')
      expect(check.output.summary).toContain(advice)
      expect(check.output.summary).toContain(check.externalId)
      expect(check.actions).toHaveLength(1)
    }

    it('GitHub says that the commit is gone, as after a force-push: at once', async () => {
      const repository = await world.scanned(RECORD)
      world.github.fault(TREE, { status: 404, times: ALWAYS })
      const requests = await world.requests(() => world.pushed(repository, 'main', BROKEN))
      expect(purposes(requests)).toEqual(['open check', 'tree', 'update check'])
      expectExplained(await world.check(repository, await tipOf(repository)), 'GitHub does not have this commit')
    })

    it('the app lacks a permission: at once', async () => {
      const repository = await world.scanned(RECORD)
      world.github.fault(TREE, {
        status: 403,
        times: ALWAYS,
        body: { message: 'Resource not accessible by integration' },
      })
      const check = await world.pushed(repository, 'main', BROKEN)
      expectExplained(check, 'The app lacks a permission it needs.')
    })

    it("GitHub's answers are not what they should be", async () => {
      const entry = { path: '../etc/passwd', mode: '100644', type: 'blob', sha: '0'.repeat(40) }
      const answers: Json[] = ['no tree', { sha: '0', tree: [entry], truncated: false }, { tree: [7] }]
      const repositories = await Promise.all(answers.map(() => world.scanned(RECORD)))
      for (const [n, { fullName }] of repositories.entries()) {
        const itsTree = ({ route, path }: LoggedRequest) => route === TREE && path.includes(`/${fullName}/`)
        world.github.fault(itsTree, { status: 200, times: ALWAYS, body: answers[n] })
      }
      const checks = await Promise.all(repositories.map((repository) => world.pushed(repository, 'main', BROKEN)))
      for (const check of checks) expectExplained(check, 'Re-run')
    })

    it('and its re-run ends well once GitHub is well', async () => {
      const repository = await world.scanned(RECORD)
      world.github.fault(TREE, { status: 404 })
      const failed = await world.pushed(repository, 'main', BROKEN)
      await repository.rerequest(failed)
      await world.until(() => repository.checkRuns(failed.headSha).length >= 2)
      expect(await world.check(repository, failed.headSha)).toMatchObject({
        annotations: [{ title: 'trace/broken-reference' }],
      })
    })
  })

  it('GitHub asks to wait: it is waited for, and no attempt is lost by it', async () => {
    const repository = await world.scanned(RECORD)
    const message = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'
    world.github.fault(TREE, { status: 403, headers: { 'retry-after': '1' }, body: { message }, times: 4 })
    const check = await world.pushed(repository, 'main', BROKEN)
    expect(check.annotations).toHaveLength(1)
    expect(repository.checkRuns(check.headSha)).toHaveLength(1)
  })

  it('GitHub is away for longer: it is asked again, further apart each time, until it answers', async () => {
    const repository = await world.scanned(RECORD)
    // Each attempt repeats a read twice by itself.
    world.github.fault(TREE, { status: 500, times: 12 })
    const requests = await world.requests(async () => {
      const sha = await repository.push('main', BROKEN)
      expect(await world.check(repository, sha, 60_000)).toMatchObject({ conclusion: 'failure' })
    })
    const asked = requests.filter(({ route }) => route === TREE).map(({ at }) => at.getTime())
    const gaps = asked.slice(1).map((at, n) => at - (asked[n] ?? 0))
    expect(asked).toHaveLength(13)
    expect(gaps[2]).toBeGreaterThanOrEqual(1_000)
    expect(gaps[5]).toBeGreaterThanOrEqual(2_000)
    expect(gaps[8]).toBeGreaterThanOrEqual(4_000)
    expect(repository.checkRuns(await tipOf(repository))).toMatchObject([
      { annotations: [{ title: 'trace/broken-reference' }] },
    ])
  })

  it('GitHub does not know the commit yet, as of a fork that was just pushed to: it is asked again', async () => {
    const repository = await world.scanned(RECORD)
    const body = { message: 'No commit found for SHA: 2f4ba724efe3d5f51556e782c89cf9a1115e669c' }
    world.github.fault(OPEN, { status: 422, times: 2, body })
    const requests = await world.requests(() => world.pushed(repository, 'main', BROKEN))
    const opened = ['open check', 'find check', 'open check', 'find check', 'open check']
    expect(purposes(requests).slice(0, 5)).toEqual(opened)
    expect(await world.check(repository, await tipOf(repository))).toMatchObject({ conclusion: 'failure' })
    expect(world.app.log()).not.toContain('This is an error in rosie-guard')
  })

  it('GitHub fails for a moment: nobody notices', async () => {
    const repository = await world.scanned(RECORD)
    world.github.fault(TREE, { status: 502 })
    world.github.fault('POST /graphql', {
      status: 200,
      body: { errors: [{ message: 'Something went wrong while executing your query.' }] },
    })
    const check = await world.pushed(repository, 'main', BROKEN)
    expect(check.annotations).toHaveLength(1)
  })

  it('GitHub takes no comment, as in a locked conversation: the verdict stands', async () => {
    const repository = await world.scanned(RECORD)
    await repository.commit('change', { 'README.md': '# Lab\n' })
    world.github.fault(COMMENT, { status: 403, body: { message: 'Unable to create comment because issue is locked.' } })
    const pull = await repository.openPull({ head: 'change' })
    expect(await world.check(repository, pull.head.sha)).toMatchObject({ conclusion: 'success' })
  })

  describe('and an answer is lost, nothing is done twice:', () => {
    async function broken(): Promise<{ repository: Repository; sha: string }> {
      const repository = await world.scanned(RECORD)
      return { repository, sha: await repository.commit('change', brokenStories(120)) }
    }

    const conclusion = ({ route, body }: LoggedRequest) =>
      route === UPDATE && JSON.stringify(body).includes('"conclusion"')
    const further = ({ route, body }: LoggedRequest) =>
      route === UPDATE && !JSON.stringify(body).includes('"conclusion"')

    it.each([
      ["of the check run's creation", OPEN],
      ['of its conclusion', conclusion],
      ['of further annotations', further],
      ["of the comment's creation", COMMENT],
    ])('%s', async (_, matcher) => {
      const { repository, sha } = await broken()
      world.github.loseAnswer(matcher)
      const pull = await repository.openPull({ head: 'change' })
      await world.comment(pull)
      const check = await world.check(repository, sha)
      expect(repository.checkRuns(sha)).toEqual([check])
      expect(new Set(check.annotations.map(({ path }) => path)).size).toBe(120)
      expect(check.annotations).toHaveLength(120)
    })

    it('of every kind, one after the other', async () => {
      const { repository, sha } = await broken()
      const lost = [OPEN, conclusion]
      for (const matcher of lost) world.github.loseAnswer(matcher)
      const pull = await repository.openPull({ head: 'change' })
      await world.comment(pull)
      expect((await world.check(repository, sha)).annotations).toHaveLength(120)
      expect(repository.checkRuns(sha)).toHaveLength(1)
    })
  })
})
