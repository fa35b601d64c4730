/** A scan that breaks off once its result is kept only tells it: what was told isn't told again, and nothing is asked. */
import { PARSER_VERSION } from '../../src/rosie/parse/index.ts'
import { Unreachable } from '../../src/scan/errors.ts'
import type { Publisher } from '../../src/scan/ports/publisher.ts'
import { createWorker, MAX_ATTEMPTS } from '../../src/scan/worker.ts'
import { Contents } from '../../src/store/contents.ts'
import type { Database } from '../../src/store/database.ts'
import { Scans } from '../../src/store/scans.ts'
import { States } from '../../src/store/states.ts'
import { aRepository, aWish, deliver, queue, row, sha } from '../store/given.ts'
import { forEachDatabase } from '../support/database.ts'
import { Stage } from './stage.ts'

const unreachable = (what: string) => new Unreachable(`502 for ${what}`)

forEachDatabase('a scan whose result is kept', ({ open }) => {
  let database: Database
  beforeAll(async () => {
    database = await open()
  })

  /** `conclude` and `comment` fail so many times; a conclusion that doesn't is confirmed with all its annotations. */
  function aStage(failures: { conclude?: number; comment?: number }, error: (what: string) => Error = unreachable) {
    const stage = new Stage()
    const left = { conclude: 0, comment: 0, ...failures }
    const asked: string[] = []
    stage.onTree = async () => {
      asked.push('tree')
      return []
    }
    const failOr = (what: keyof typeof left) => {
      if (left[what]-- > 0) throw error(what)
    }
    const store = new Scans(database)
    const work = createWorker({
      store,
      portsOf: async () => ({
        source: stage,
        contents: new Contents(database, PARSER_VERSION),
        states: new States(database),
        serverKeys: [],
        now: Date.now,
        publisherOf: (scan): Publisher => ({
          open: stage.open,
          progress: stage.progress,
          fail: stage.fail,
          cancel: stage.cancel,
          conclude: async (report) => {
            failOr('conclude')
            await stage.conclude(report)
            await store.update(scan, { stage: 'annotated' })
          },
          comment: async ({ number }) => {
            failOr('comment')
            stage.said.push(`comment on #${number}`)
          },
        }),
      }),
      onWish: () => {},
      log: { info: () => {}, error: () => {} },
      backoffMs: 0,
    })
    return { stage, asked, work }
  }

  /** A change with an open pull request, in a repository whose default branch was scanned. */
  async function aPull(): Promise<string> {
    const repository = aRepository()
    const tracked = await queue(database, aWish({ repository, baseRef: null, ref: 'main', headSha: sha('b') }))
    await aStage({}).work(tracked)
    const headSha = sha('c')
    const pull = {
      number: 7,
      headSha,
      headRef: 'feature',
      baseRef: 'main',
      open: true,
      opening: true,
      updatedAt: new Date(),
    }
    return queue(database, aWish({ repository, headSha, pull }))
  }

  const again = (id: string) => database.client.scan.update({ where: { id }, data: { notBefore: null } })

  it('is told by the next attempt as it was found, without a look at the repository', async () => {
    const { stage, asked, work } = aStage({ conclude: 1 })
    const id = await queue(database, aWish({ baseRef: null }))
    expect(await work(id)).toEqual({ again: 0 })
    expect(await row(database, id)).toMatchObject({ status: 'queued', stage: 'persisted', conclusion: 'neutral' })
    expect(asked).toEqual(['tree'])
    // What the repository would say now is of no interest.
    stage.onTree = () => Promise.reject(new Error('asked again'))
    await again(id)
    expect(await work(id)).toBeUndefined()
    expect(stage.said).toEqual(['open', 'neutral'])
    expect(await row(database, id)).toMatchObject({ status: 'completed', stage: 'commented', outcome: null })
  })

  it('is not concluded again where only a comment is missing', async () => {
    const { stage, asked, work } = aStage({ comment: 1 })
    const id = await aPull()
    expect(await work(id)).toEqual({ again: 0 })
    expect(await row(database, id)).toMatchObject({ status: 'queued', stage: 'annotated' })
    await again(id)
    expect(await work(id)).toBeUndefined()
    expect(stage.said).toEqual(['open', 'neutral', 'comment on #7'])
    expect(asked).toHaveLength(1)
  })

  it('is completed without a comment that can not be written', async () => {
    const { stage, work } = aStage({ comment: MAX_ATTEMPTS }, (what) => new Error(`no ${what}`))
    const id = await aPull()
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      await work(id)
      if (attempt < MAX_ATTEMPTS) await again(id)
    }
    expect(stage.said).toEqual(['open', 'neutral'])
    expect(await row(database, id)).toMatchObject({ status: 'completed', stage: 'commented' })
  })

  it('waits for GitHub as long as it takes, and for hours at most', async () => {
    const { stage, work } = aStage({ conclude: 5 })
    const id = await queue(database, aWish({ baseRef: null }))
    for (let n = 1; n <= 5; n++) {
      const minutes = n === 4 ? 2 : 0
      await database.client.$executeRaw`
        UPDATE scan SET started_at = started_at - ${minutes}::int * interval '1 minute' WHERE id = ${id}::uuid`
      expect((await work(id))?.again).toBeGreaterThanOrEqual(minutes * 30_000)
      expect(await row(database, id)).toMatchObject({ status: 'queued', attempts: Math.min(n, MAX_ATTEMPTS - 1) })
      await again(id)
    }
    await work(id)
    expect(stage.said).toEqual(['open', 'neutral'])
    expect(await row(database, id)).toMatchObject({ status: 'completed' })
  })

  it('does not swallow that a person asks for it once more, nor the moment at which it changes', async () => {
    const { stage, work } = aStage({ conclude: 1 })
    const wish = aWish({ baseRef: null })
    const id = await queue(database, wish)
    await work(id)
    const [dueAt, repositoryId] = [Date.now() - 1_000, wish.repository.id]
    await database.client.$executeRaw`
      UPDATE scan SET outcome = outcome || jsonb_build_object('dueAt', ${dueAt}::float8) WHERE id = ${id}::uuid`
    await deliver(database, { ...wish, trigger: 'rerequested', forced: true })
    await again(id)
    await work(id)
    expect(stage.said).toEqual(['open', 'neutral'])
    expect(await row(database, id)).toMatchObject({ status: 'completed', outcome: null })
    expect(await database.client.scan.findMany({ where: { repositoryId, status: 'queued' } })).toMatchObject([
      { trigger: 'rerequested', forced: true, headSha: wish.headSha },
    ])
    const { dueAt: due } = await database.client.repository.findUniqueOrThrow({ where: { id: repositoryId } })
    expect(due?.getTime()).toBe(dueAt)
  })
})
