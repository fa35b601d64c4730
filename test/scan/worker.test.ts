/** What becomes of a scan whose attempts go wrong: it always ends, and so does its check run. */

import { PARSER_VERSION } from '../../src/rosie/parse/index.ts'
import { Forbidden, NotFound, RateLimited, UnknownCommit, Unreachable } from '../../src/scan/errors.ts'
import { createWorker, MAX_ATTEMPTS } from '../../src/scan/worker.ts'
import { Contents } from '../../src/store/contents.ts'
import type { Database } from '../../src/store/database.ts'
import { InstallationLimits } from '../../src/store/limits.ts'
import { Scans } from '../../src/store/scans.ts'
import { States } from '../../src/store/states.ts'
import { aRepository, aWish, expireLease, newId, queue, row, sha, take } from '../store/given.ts'
import { forEachDatabase } from '../support/database.ts'
import { Stage } from './stage.ts'

forEachDatabase('a worker', ({ open }) => {
  let database: Database
  beforeAll(async () => {
    database = await open()
  })

  const failing = (error: unknown) => {
    const stage = new Stage()
    stage.onTree = () => Promise.reject(error)
    return stage
  }
  const workerOn = (stage: Stage, leaseMs = 60_000) =>
    createWorker({
      store: new Scans(database),
      portsOf: async () => ({
        source: stage,
        contents: new Contents(database, PARSER_VERSION),
        states: new States(database),
        serverKeys: [],
        now: Date.now,
        publisherOf: () => stage,
      }),
      onWish: () => {},
      log: { info: () => {}, error: () => {} },
      backoffMs: 100,
      leaseMs,
    })
  const aTrackedScan = () => queue(database, aWish({ baseRef: null }))
  const due = (id: string) => database.client.scan.update({ where: { id }, data: { notBefore: null } })

  it('completes a scan and its check run', async () => {
    const [stage, id] = [new Stage(), await aTrackedScan()]
    expect(await workerOn(stage)(id)).toBeUndefined()
    expect(stage.said).toEqual(['open', 'neutral'])
    expect(await row(database, id)).toMatchObject({ status: 'completed', conclusion: 'neutral', progress: 100 })
  })

  it('tells the check run of its phases until the result is kept: what comes next is the conclusion', async () => {
    const stage = new Stage()
    await workerOn(stage)(await aTrackedScan())
    expect(stage.phases).toEqual(['Discovery', 'Delta', 'Validate', 'Persist'])
  })

  it('tries three times, each later than the one before, then completes the check run with the id to look up', async () => {
    const [stage, id] = [failing(new Error('column "secret" does not exist')), await aTrackedScan()]
    const work = workerOn(stage)
    expect(await work(id)).toEqual({ again: 100 })
    expect(await row(database, id)).toMatchObject({ status: 'queued', attempts: 1 })
    await due(id)
    expect(await work(id)).toEqual({ again: 200 })
    await due(id)
    expect(await work(id)).toBeUndefined()
    const ended = await row(database, id)
    expect(ended).toMatchObject({ status: 'failed', attempts: MAX_ATTEMPTS })
    const end = stage.said.at(-1) ?? ''
    expect(end).toContain(id)
    expect(end).toContain('could not be completed')
    // An internal error's text may hold anything: it stays in the log.
    expect(end).not.toContain('secret')
    expect(ended?.error).toMatch(/error in rosie-guard.*Error: the server's log says more/)
    expect(ended?.error).not.toContain('secret')
    expect(await work(id)).toBeUndefined()
    expect(stage.said.filter((said) => said.startsWith('failed'))).toHaveLength(1)
  })

  it.each([
    [new NotFound('Not Found'), 'does not have this commit'],
    [new Forbidden('Resource not accessible by integration'), 'permission'],
  ])('does not ask again for what is not there or not allowed: %s', async (error, words) => {
    const [stage, id] = [failing(error), await aTrackedScan()]
    expect(await workerOn(stage)(id)).toBeUndefined()
    expect(stage.said.at(-1)).toContain(words)
    expect(await row(database, id)).toMatchObject({
      ...{ status: 'failed', attempts: 1, refused: true },
      error: expect.stringContaining(words),
    })
  })

  it('asks again for a commit that GitHub does not know yet, and says so when it never does', async () => {
    const [stage, id] = [failing(new UnknownCommit('No commit found for SHA')), await aTrackedScan()]
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      expect(await row(database, id)).toMatchObject({ status: 'queued', attempts: attempt - 1 })
      await workerOn(stage)(id)
      if (attempt < MAX_ATTEMPTS) await due(id)
    }
    expect(stage.said.at(-1)).toContain('does not have this commit')
    expect(await row(database, id)).toMatchObject({ status: 'failed', refused: false })
  })

  it('says that GitHub did not answer when that was why', async () => {
    const [stage, id] = [failing(new Unreachable('502')), await aTrackedScan()]
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const startedAt = new Date(Date.now() - 7 * 3600_000)
      await database.client.scan.update({ where: { id }, data: { notBefore: null, startedAt } })
      await workerOn(stage)(id)
    }
    expect(stage.said.at(-1)).toContain('GitHub has not answered')
    expect(await row(database, id)).toMatchObject({ status: 'failed' })
  })

  it("waits out GitHub's limits without counting an attempt, as often as need be", async () => {
    const [stage, id] = [failing(new RateLimited(new Date(Date.now() + 30_000), 'slow down')), await aTrackedScan()]
    for (let n = 0; n < MAX_ATTEMPTS + 2; n++) {
      const outcome = await workerOn(stage)(id)
      expect(outcome?.again).toBeGreaterThan(25_000)
      expect(await row(database, id)).toMatchObject({ status: 'queued', attempts: 0 })
      await due(id)
    }
    expect(stage.said.every((said) => said === 'open')).toBe(true)
  })

  it("takes up nothing that GitHub's limits hold back, and comes again when they don't", async () => {
    const stage = new Stage()
    const wish = aWish({ baseRef: null, installation: newId() })
    const id = await queue(database, wish)
    await new InstallationLimits(database).block(wish.installation, 30_000)
    const outcome = await workerOn(stage)(id)
    expect(outcome?.again).toBeGreaterThan(25_000)
    expect(outcome?.again).toBeLessThanOrEqual(30_000)
    expect(stage.said).toEqual([])
  })

  it('leaves no check run in progress because it has to wait before it can close it', async () => {
    const [stage, id] = [failing(new NotFound('Not Found')), await aTrackedScan()]
    const { fail } = stage
    stage.fail = () => Promise.reject(new RateLimited(new Date(Date.now() + 30_000), 'slow down'))
    expect((await workerOn(stage)(id))?.again).toBeGreaterThan(25_000)
    expect(await row(database, id)).toMatchObject({ status: 'queued', attempts: 0 })
    stage.fail = fail
    await due(id)
    expect(await workerOn(stage)(id)).toBeUndefined()
    expect(stage.said.at(-1)).toContain('does not have this commit')
    expect(await row(database, id)).toMatchObject({ status: 'failed' })
  })

  it('ends a scan that takes its process with it each time', async () => {
    const id = await aTrackedScan()
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      await take(database, id)
      await expireLease(database, id)
      await database.client.scan.update({ where: { id }, data: { status: 'queued', leaseUntil: null } })
    }
    const stage = new Stage()
    await workerOn(stage)(id)
    expect(stage.said.at(-1)).toContain('failed')
    expect(await row(database, id)).toMatchObject({ status: 'failed' })
  })

  it('ends a replay that takes its process with it each time, without a word', async () => {
    const { repository } = await take(database, await aTrackedScan())
    const wanted = { scope: 'src', unknown: [sha('b')], unavailable: [] }
    const { id } = await database.client.scan.create({
      data: {
        ...{
          repositoryId: repository.id,
          kind: 'replay',
          headSha: sha('a'),
          trigger: 'push',
          lane: 'replay',
          replay: wanted,
        },
        ...{ attempts: MAX_ATTEMPTS },
      },
    })
    const stage = failing(new Error('never asked'))
    await workerOn(stage)(id)
    expect(stage.said).toEqual([])
    expect(await row(database, id)).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('without a word'),
    })
  })

  it('scans the default branch first where it never was, then the change that waited', async () => {
    const wish = aWish({ repository: aRepository() })
    const [stage, id] = [new Stage(), await queue(database, wish)]
    const work = workerOn(stage)
    expect(await work(id)).toMatchObject({ again: expect.any(Number) })
    const first = await database.client.scan.findFirstOrThrow({
      where: { repositoryId: wish.repository.id, kind: 'tracked' },
    })
    await work(first.id)
    expect(await row(database, first.id)).toMatchObject({ status: 'completed', headSha: sha('a') })
    await due(id)
    expect(await work(id)).toBeUndefined()
    expect(await row(database, id)).toMatchObject({ status: 'completed', attempts: 1 })
  })

  it('writes nothing more once another worker has taken over', async () => {
    const id = await aTrackedScan()
    const stage = new Stage()
    stage.onTree = async () => {
      await expireLease(database, id)
      await database.client.scan.update({ where: { id }, data: { status: 'queued', leaseUntil: null } })
      await take(database, id)
      return []
    }
    expect(await workerOn(stage)(id)).toBeUndefined()
    expect(stage.said).toEqual(['open'])
    expect(await row(database, id)).toMatchObject({ status: 'running', token: 2, conclusion: null })
  })

  it('keeps its lease for as long as the scan takes', async () => {
    const [stage, id] = [new Stage(), await aTrackedScan()]
    stage.onTree = async () => {
      await new Promise((resolve) => setTimeout(resolve, 1_200))
      const [{ holds } = { holds: false }] = await database.client.$queryRaw<{ holds: boolean }[]>`
        SELECT lease_until > now() AS holds FROM scan WHERE id = ${id}::uuid`
      expect(holds).toBe(true)
      return []
    }
    await workerOn(stage, 600)(id)
    expect(await row(database, id)).toMatchObject({ status: 'completed' })
  })
})
