import type { CheckRun } from '../support/github/index.ts'
import { BROKEN, RECORD, SPECIFICATION } from './record.ts'
import { purposes, tipOf, useWorld } from './world.ts'

const POLICY = '.github/rosie.yml'
const LENIENT = { [POLICY]: 'fail_on: never\n' }
const inAYear = () => new Date(Date.now() + 300 * 86_400_000).toISOString().slice(0, 10)

/** The policy comes from the default branch and the organisation, never from the change that is judged. */
describe('what a scan is judged by', () => {
  const world = useWorld()
  const conclusionOf = async (check: Promise<CheckRun>) => (await check).conclusion

  it("the default branch's policy", async () => {
    const repository = await world.scanned({ ...RECORD, ...LENIENT })
    expect(await conclusionOf(world.pushed(repository, 'change', BROKEN))).toBe('success')
  })

  it("not the change's own, of which it shows a preview", async () => {
    const repository = await world.scanned(RECORD)
    await repository.commit('change', { ...BROKEN, ...LENIENT })
    const pull = await repository.openPull({ head: 'change' })
    const check = await world.check(repository, pull.head.sha)
    expect(check.conclusion).toBe('failure')
    expect(check.annotations).toContainEqual(
      expect.objectContaining({ title: 'policy/changed', path: POLICY, start_line: 1, annotation_level: 'notice' }),
    )
    expect(check.output.summary).toContain('| edited | success | 1 |')
    expect((await world.comment(pull)).body).toContain('What the edited policy would change')
  })

  it('its own on the first scan of a default branch', async () => {
    const repository = await world.repository({ ...RECORD, ...BROKEN, ...LENIENT })
    const check = await world.pushed(repository, 'main', await tipOf(repository))
    expect(check.conclusion).toBe('success')
    expect(repository.checkRuns(check.headSha)).toHaveLength(1)
  })

  it('the one from before on the push that changes it, then once more by the new one', async () => {
    const repository = await world.scanned({ ...RECORD, ...BROKEN })
    const sha = await repository.push('main', LENIENT)
    await world.until(() => repository.checkRuns(sha).length >= 2)
    expect(await conclusionOf(world.check(repository, sha))).toBe('success')
    expect(repository.checkRuns(sha).map(({ conclusion }) => conclusion)).toEqual(['failure', 'success'])
  })

  it('ignores, with what they set aside listed in the check and the comment', async () => {
    const policy = `ignore:\n  - paths: ['${SPECIFICATION}']\n    reason: Is being rewritten\n    expires: ${inAYear()}\n`
    const repository = await world.scanned({ ...RECORD, [POLICY]: policy })
    await repository.commit('change', BROKEN)
    const pull = await repository.openPull({ head: 'change' })
    const check = await world.check(repository, pull.head.sha)
    expect(check.conclusion).toBe('success')
    expect(titles(check)).not.toContain('trace/broken-reference')
    expect(check.output.summary).toContain('### Ignored by the policy: 2 findings')
    expect(check.output.summary).toContain('Is being rewritten')
    expect((await world.comment(pull)).body).toContain('2 findings are ignored by the policy')
  })

  it('no comment where the policy wants none', async () => {
    const repository = await world.scanned({ ...RECORD, [POLICY]: 'comment: never\n' })
    await repository.commit('change', BROKEN)
    const pull = await repository.openPull({ head: 'change' })
    await world.check(repository, pull.head.sha)
    expect(repository.comments(pull.number)).toEqual([])
  })

  it('a comment only once there is something to tell, where the policy says so', async () => {
    const repository = await world.scanned({ ...RECORD, [POLICY]: 'comment: on_findings\n' })
    await repository.commit('change', { 'README.md': '# Lab\n' })
    const pull = await repository.openPull({ head: 'change' })
    await world.check(repository, pull.head.sha)
    expect(repository.comments(pull.number)).toEqual([])
    await world.pushed(repository, 'change', BROKEN)
    expect((await world.comment(pull)).body).toContain('This change introduces 1 error')
  })

  it('limits on the size of files, also when they change', async () => {
    const limits = (bytes: number) => ({ [POLICY]: `limits: {file_bytes: ${bytes}}\n` })
    const large = { [SPECIFICATION]: `${RECORD[SPECIFICATION]}${'words '.repeat(400)}` }
    const repository = await world.scanned({ ...RECORD, ...large, ...limits(2000) })
    expect(titles(await world.check(repository, await tipOf(repository)))).toContain('artifact/too-large')
    const sha = await repository.push('main', limits(4000))
    await world.until(() => repository.checkRuns(sha).length >= 2)
    expect(titles(await world.check(repository, sha))).not.toContain('artifact/too-large')
  })

  describe("of the organisation's", () => {
    it('policy, in its repository named .github, which stays neutral and costs no other scan a request', async () => {
      const organisation = await world.scanned(LENIENT, { owner: 'clinic', name: '.github' })
      expect((await world.check(organisation, await tipOf(organisation))).conclusion).toBe('neutral')
      const repository = await world.scanned(RECORD, { owner: 'clinic' })
      const requests = await world.requests(async () => {
        expect(await conclusionOf(world.pushed(repository, 'change', BROKEN))).toBe('success')
      })
      expect(purposes(requests)).toEqual(['open check', 'tree', 'compare', 'query', 'update check'])
    })

    it('locks before what the repository sets, which is said at its line', async () => {
      await world.scanned({ [POLICY]: 'locked: [fail_on]\n' }, { owner: 'ward', name: '.github' })
      const repository = await world.scanned({ ...RECORD, ...LENIENT }, { owner: 'ward' })
      const check = await world.pushed(repository, 'change', BROKEN)
      expect(check.conclusion).toBe('failure')
      expect(check.annotations).toContainEqual(
        expect.objectContaining({ title: 'policy/invalid', path: POLICY, start_line: 1, annotation_level: 'warning' }),
      )
    })

    it('faults where they are, and as a note elsewhere', async () => {
      const organisation = await world.scanned(
        { [POLICY]: 'fail_on: sometimes\n' },
        { owner: 'pharmacy', name: '.github' },
      )
      const check = await world.check(organisation, await tipOf(organisation))
      expect(check).toMatchObject({ conclusion: 'neutral', annotations: [{ title: 'policy/invalid', path: POLICY }] })
      const repository = await world.scanned(RECORD, { owner: 'pharmacy' })
      const { output } = await world.check(repository, await tipOf(repository))
      expect(output.summary).toContain('The policy of the organisation has a fault in line 1')
    })
  })
})

const titles = ({ annotations }: CheckRun) => annotations.map(({ title }) => title)
