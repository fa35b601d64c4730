import type { Pull, Repository } from '../support/github/index.ts'
import { BROKEN, MENDED, RECORD, SPECIFICATION, specification } from './record.ts'
import { purposes, tipOf, useWorld } from './world.ts'

/** One comment on a pull request, edited in place. */
describe('the comment on a pull request', () => {
  const world = useWorld()

  async function opened(change = BROKEN, from = RECORD): Promise<{ repository: Repository; pull: Pull }> {
    const repository = await world.scanned(from)
    await repository.commit('change', change)
    return { repository, pull: await repository.openPull({ head: 'change' }) }
  }

  it('says what the change does to the record', async () => {
    const { pull } = await opened()
    const { body, login } = await world.comment(pull)
    expect(login).toBe('rosie-guard[bot]')
    expect(body).toContain('ROSIE compliance: failure')
    expect(body).toContain('**This change introduces 1 error.**')
    expect(body).toContain(`\`${SPECIFICATION}:4\``)
  })

  it('is edited in place when a push changes what it says', async () => {
    const { repository, pull } = await opened()
    const first = await world.comment(pull)
    const requests = await world.requests(async () => {
      await world.pushed(repository, 'change', MENDED)
      await world.until(() => repository.comments(pull.number)[0]?.history.length === 2)
    })
    expect(purposes(requests)).toEqual(['open check', 'tree', 'compare', 'query', 'update check', 'edit comment'])
    const second = await world.comment(pull)
    expect(second.id).toBe(first.id)
    expect(second.history).toHaveLength(2)
    expect(second.body).toContain('ROSIE compliance: success')
  })

  it('is left alone when a push changes nothing of what it says', async () => {
    const { repository, pull } = await opened()
    await world.comment(pull)
    const requests = await world.requests(() => world.pushed(repository, 'change', { 'README.md': '# Lab\n' }))
    expect(purposes(requests)).toEqual(['open check', 'tree', 'compare', 'update check'])
    expect((await world.comment(pull)).history).toHaveLength(1)
  })

  it('is written again after a person deleted it', async () => {
    const { repository, pull } = await opened()
    repository.deleteComment(await world.comment(pull))
    await world.pushed(repository, 'change', MENDED)
    const { body, history } = await world.comment(pull)
    expect(body).toContain('ROSIE compliance: success')
    expect(history).toHaveLength(1)
  })

  it("is never mistaken for a person's that quotes it", async () => {
    const { repository, pull } = await opened()
    const ours = await world.comment(pull)
    const quote = repository.comment(pull, ours.body)
    repository.deleteComment(ours)
    await world.pushed(repository, 'change', MENDED)
    expect(repository.comments(pull.number)).toMatchObject([
      { id: quote.id, history: [ours.body] },
      { login: 'rosie-guard[bot]', body: expect.stringContaining('ROSIE compliance: success') },
    ])
  })

  it('is not written where there is no record', async () => {
    const { repository, pull } = await opened({ 'b.txt': 'b\n' }, { 'a.txt': 'a\n' })
    expect(await world.check(repository, pull.head.sha)).toMatchObject({ conclusion: 'neutral', annotations: [] })
    expect(repository.comments(pull.number)).toEqual([])
  })

  it('comes to pull requests from forks, whose branches are only ever seen through the pull request', async () => {
    const repository = await world.scanned(RECORD)
    const fork = await repository.fork('mona')
    await fork.commit('change', BROKEN)
    const pull = await repository.openPull({ head: 'change', fromFork: fork })
    expect(await world.check(repository, pull.head.sha)).toMatchObject({ conclusion: 'failure' })
    const first = await world.comment(pull)
    const fixed = await fork.push('change', MENDED)
    expect(await world.check(repository, fixed)).toMatchObject({ conclusion: 'success' })
    const second = await world.comment(pull)
    expect(second).toMatchObject({ id: first.id, body: expect.stringContaining('ROSIE compliance: success') })
  })

  it('comes to drafts, and stays as it is when they are ready for review', async () => {
    const repository = await world.scanned(RECORD)
    await repository.commit('change', BROKEN)
    const pull = await repository.openPull({ head: 'change', draft: true })
    const first = await world.comment(pull)
    await repository.readyForReview(pull)
    await world.quiet()
    expect(await world.comment(pull)).toEqual(first)
    expect(repository.checkRuns(pull.head.sha)).toHaveLength(1)
  })

  it('is found again on pull requests that were there before the app', async () => {
    const repository = await world.scanned(RECORD)
    await repository.commit('change', BROKEN)
    world.github.webhookUrl = null
    const pull = await repository.openPull({ head: 'change' })
    world.github.webhookUrl = `${world.app.url}/api/github/webhooks`
    const requests = await world.requests(async () => {
      await world.pushed(repository, 'change', MENDED)
      await world.comment(pull)
    })
    expect(purposes(requests).slice(-2)).toEqual(['list comments', 'create comment'])
    expect(await tipOf(repository, 'change')).toBe(pull.head.sha)
  })

  it('says nothing of closed pull requests', async () => {
    const { repository, pull } = await opened()
    const before = await world.comment(pull)
    await repository.closePull(pull)
    await world.pushed(repository, 'change', specificationChange(2))
    expect(await world.comment(pull)).toEqual(before)
  })
})

const specificationChange = (n: number) => ({
  [SPECIFICATION]: specification('SPEC-001-001', 'US-001-001', `Version ${n}`),
})
