import type { CheckRun, Repository } from '../support/github/index.ts'
import { BROKEN, CONTEXT, evidence, MENDED, newSigner, RECORD } from './record.ts'
import { purposes, tipOf, useWorld } from './world.ts'

/** What a commit is compared with, and how often it is scanned. */
describe('head and base', () => {
  const world = useWorld()
  const signer = newSigner()
  const KEY = { '.gxp/keys/qa-2026.pem': signer.pem }

  describe('a change is compared with where it left the default branch', () => {
    it('so that evidence added there later does not look deleted', async () => {
      const repository = await world.scanned({ ...RECORD, ...KEY })
      const branchedFrom = await tipOf(repository)
      const signed = { '.gxp/evidence/EV-SPEC-001-001.jws': await evidence(signer, 'SPEC-001-001') }
      await world.pushed(repository, 'main', { ...signed, ...BROKEN })
      await repository.commit('change', { 'README.md': '# Lab\n' }, { parent: branchedFrom })
      const pull = await repository.openPull({ head: 'change' })
      const { body } = await world.comment(pull)
      expect(body).toContain('**This change introduces no findings.**')
      const { output, conclusion } = await world.check(repository, pull.head.sha)
      expect(conclusion).toBe('success')
      expect(output.summary).toContain(
        `Against the base \`${branchedFrom.slice(0, 7)}\`: introduced: none; existing: none; fixed: none`,
      )
    })

    it('and with nothing where there is no common history, which is said', async () => {
      const repository = await world.scanned(RECORD)
      await repository.commit('elsewhere', { ...RECORD, ...BROKEN }, { parent: null })
      const pull = await repository.openPull({ head: 'elsewhere' })
      const { output, conclusion, annotations } = await world.check(repository, pull.head.sha)
      expect(conclusion).toBe('failure')
      expect(annotations).toHaveLength(1)
      expect(output.summary).toContain('No common history with main')
      expect((await world.comment(pull)).body).toContain('There is no base to compare with')
    })
  })

  describe('the default branch is compared with what was last scanned of it', () => {
    it('also when the history was replaced', async () => {
      const repository = await world.scanned({ ...RECORD, ...BROKEN })
      const before = await tipOf(repository)
      const { output } = await world.pushed(repository, 'main', RECORD, { parent: null, force: true })
      expect(output.summary).toMatch(new RegExp(`Against the base \`${before.slice(0, 7)}\`: .* fixed: 1 error`))
    })

    const version = (number: string) => ({ '.gxp/system_context.md': CONTEXT.replace('1.0.0', number) })

    it('but an older commit that is scanned again is not compared with what came after it', async () => {
      const repository = await world.scanned(RECORD)
      const older = await world.pushed(repository, 'main', version('1.1.0'))
      await world.pushed(repository, 'main', version('1.2.0'))
      await repository.rerequest(older)
      await world.until(() => repository.checkRuns(older.headSha).length >= 2)
      expect((await world.check(repository, older.headSha)).conclusion).toBe('success')
    })

    it('nor is one that is first heard of late', async () => {
      const repository = await world.scanned(RECORD)
      const late = await repository.commit('main', version('1.1.0'))
      await world.pushed(repository, 'main', version('1.2.0'))
      repository.checks.suite(world.github.app.id, late, 'main')
      await repository.rerequestSuite(late)
      expect((await world.check(repository, late)).conclusion).toBe('success')
    })

    it('nor is a branch that has become the default branch with the one that was', async () => {
      const repository = await world.scanned(RECORD)
      const release = await world.pushed(repository, 'release', { 'README.md': '# Release\n' })
      await world.pushed(repository, 'main', version('2.0.0'))
      repository.defaultBranch = 'release'
      await repository.send('repository', 'edited', { changes: { default_branch: { from: 'main' } } })
      await world.quiet()
      expect((await world.check(repository, release.headSha)).conclusion).toBe('success')
    })
  })

  describe('a commit has one check', () => {
    it('where a push and a pull request name the same commit: they meet in one scan', async () => {
      const repository = await world.scanned(RECORD)
      const sha = await repository.commit('change', BROKEN)
      const requests = await world.requests(async () => {
        await Promise.all([repository.push('change', sha), repository.openPull({ head: 'change' })])
        await world.check(repository, sha)
      })
      expect(repository.checkRuns(sha)).toHaveLength(1)
      expect(purposes(requests)).toEqual(['open check', 'tree', 'compare', 'query', 'update check', 'create comment'])
    })

    it('where the pull request comes later: only its comment is added', async () => {
      const repository = await world.scanned(RECORD)
      const check = await world.pushed(repository, 'change', BROKEN)
      const requests = await world.requests(async () => {
        await world.comment(await repository.openPull({ head: 'change' }))
      })
      expect(purposes(requests)).toEqual(['compare', 'create comment'])
      expect(repository.checkRuns(check.headSha)).toEqual([check])
    })

    it.each([
      ['main', 'develop'],
      ['develop', 'main'],
    ])('where it goes into %s and then into %s too: the worst verdict, naming both', async (one, other) => {
      const { repository, sha } = await takenAway()
      for (const base of [one, other]) {
        await repository.openPull({ head: 'change', base })
        await world.check(repository, sha)
      }
      await world.until(() => repository.checkRuns(sha).length === 2)
      const { conclusion, output, annotations } = await world.check(repository, sha)
      expect(conclusion).toBe('failure')
      expect(output.summary).toMatch(/\| `main` \| neutral \|/)
      expect(output.summary).toMatch(/\| `develop` \| failure \|/)
      expect(annotations).toEqual([])
    })

    it('where its pull request is given another base: what it was for the former one is past', async () => {
      const { repository, sha } = await takenAway()
      const pull = await repository.openPull({ head: 'change', base: 'develop' })
      expect(await world.check(repository, sha)).toMatchObject({ conclusion: 'failure' })
      await repository.editBase(pull, 'main')
      await world.until(() => repository.checkRuns(sha).length >= 2)
      const { conclusion, output } = await world.check(repository, sha)
      expect(output.summary).not.toContain('develop')
      expect(conclusion).toBe('neutral')
      await repository.editBase(pull, 'develop')
      await world.until(() => repository.checkRuns(sha).length >= 3)
      expect(await world.check(repository, sha)).toMatchObject({ conclusion: 'failure' })
    })

    it('where its pull request is given another base: it is scanned against that one', async () => {
      const repository = await world.scanned(RECORD)
      await repository.branch('develop', await tipOf(repository))
      const developed = await repository.commit('develop', { 'src/develop.ts': 'export const d = 1\n' })
      await repository.commit('change', MENDED, { parent: developed })
      const pull = await repository.openPull({ head: 'change', base: 'main' })
      await world.comment(pull)
      await repository.editBase(pull, 'develop')
      await world.until(() =>
        (repository.checkRuns(pull.head.sha).at(-1)?.output.summary ?? '').includes(developed.slice(0, 7)),
      )
      const { output } = await world.check(repository, pull.head.sha)
      expect(output.summary).toContain(`Against the base \`${developed.slice(0, 7)}\``)
      await world.comment(pull)
    })
  })

  describe('a merge group', () => {
    it('is scanned once, against the commit it would be merged into', async () => {
      const repository = await world.scanned(RECORD)
      await repository.commit('change', BROKEN)
      const pull = await repository.openPull({ head: 'change' })
      await world.check(repository, pull.head.sha)
      const base = await tipOf(repository)
      const { headSha } = await repository.mergeGroup(pull)
      const check = await world.check(repository, headSha)
      expect(check.conclusion).toBe('failure')
      expect(check.output.summary).toContain(`Against the base \`${base.slice(0, 7)}\`: introduced: 1 error`)
      expect(repository.checkRuns(headSha)).toHaveLength(1)
    })
  })

  describe('a commit is scanned again', () => {
    async function scannedAgain(ask: (check: CheckRun, repository: Repository) => Promise<unknown>) {
      const repository = await world.scanned(RECORD)
      const check = await world.pushed(repository, 'main', BROKEN)
      await ask(check, repository)
      await world.until(() => repository.checkRuns(check.headSha).length >= 2)
      const again = await world.check(repository, check.headSha)
      expect(again.conclusion).toBe('failure')
      expect(again.annotations).toEqual(check.annotations)
      expect(again.externalId).not.toBe(check.externalId)
      expect(again.output.summary).toContain('introduced: 1 error')
    }

    it('when someone presses "Re-run"', () => scannedAgain((check, repository) => repository.rerequest(check)))
    it('when someone presses "Re-run all checks"', () =>
      scannedAgain((check, repository) => repository.rerequestSuite(check.headSha)))
    it('when someone presses "Scan again"', () =>
      scannedAgain((check, repository) => repository.requestAction(check, check.actions[0]?.identifier ?? '')))
  })

  it('a head of which only the check suite tells is scanned too', async () => {
    const repository = await world.scanned(RECORD)
    const sha = await repository.commit('main', BROKEN)
    await repository.send('check_suite', 'requested', {
      check_suite: { head_sha: sha, head_branch: 'main', pull_requests: [], before: null, after: sha },
    })
    expect(await world.check(repository, sha)).toMatchObject({ conclusion: 'failure' })
  })

  it('a branch is scanned after the default branch was, which nobody had pushed to yet', async () => {
    const repository = await world.repository({ ...RECORD, ...BROKEN })
    const sha = await repository.push('change', { 'README.md': '# Lab\n' })
    const { output } = await world.check(repository, sha)
    expect(output.summary).toContain('introduced: none; existing: 1 error')
    expect(await world.check(repository, await tipOf(repository))).toMatchObject({ conclusion: 'failure' })
  })

  it('pushes that follow each other closely end with the last one as what is known', async () => {
    const repository = await world.scanned(RECORD)
    const broken = await repository.push('main', BROKEN)
    const mended = await repository.push('main', MENDED)
    expect(await world.check(repository, mended)).toMatchObject({ conclusion: 'success' })
    await world.until(() => repository.checkRuns(broken).every(({ status }) => status === 'completed'))
    const { output } = await world.pushed(repository, 'main', BROKEN)
    expect(output.summary).toContain('introduced: 1 error; existing: none; fixed: none')
  })

  /** A commit without the record that `develop` keeps, and `main` never had. */
  async function takenAway(): Promise<{ repository: Repository; sha: string }> {
    const repository = await world.scanned({ 'README.md': '# Lab\n' })
    const developed = await repository.commit('develop', RECORD)
    const nothing = Object.fromEntries(Object.keys(RECORD).map((path) => [path, null]))
    return { repository, sha: await repository.commit('change', nothing, { parent: developed }) }
  }
})
