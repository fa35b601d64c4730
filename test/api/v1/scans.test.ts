import { randomUUID } from 'node:crypto'
import { forEachDatabase } from '../../support/database.ts'
import { scanFiles } from '../../support/scanned.ts'
import { aKey, Stage } from './stage.ts'

forEachDatabase('Scans', (databases) => {
  let stage: Stage
  let scanId: string
  /** Of a record with a reference that leads nowhere, and more. */
  const files = new Map([
    ['.gxp/requirements/REQ-001.md', '---\ngxp_id: REQ-001\ntitle: Stops\nrisk_level: HIGH\n---\n'],
    ['.gxp/specs/SPEC-001.md', '---\ngxp_id: SPEC-001\ntitle: Stop\nparent_id: US-404\n---\n'],
    ['.gxp/specs/SPEC-002.md', '---\ngxp_id: SPEC-002\ntitle: Stop\nparent_id: US-405\n---\n'],
  ])
  beforeAll(async () => {
    stage = await Stage.on(await databases.open())
    // What the sample's evidence leads to besides is of no interest here.
    await stage.database.client.scan.deleteMany({ where: { kind: 'replay' } })
    const { installationId, empty } = stage.acme
    scanId = (await scanFiles(stage.database, { installation: installationId, repository: empty, files })).scanId
  })
  afterAll(() => stage.close())

  type Item = { id: string; repositoryId: number; createdAt: string }
  const list = async (key: string, path: string, limit = 1) => (await stage.all(key, path, limit)) as Item[]

  it('are listed newest first, page by page, of what the key may read', async () => {
    const mine = await list(stage.acme.keys.read, '/scans')
    expect(mine.map(({ repositoryId }) => repositoryId)).toEqual([
      Number(stage.acme.empty.id),
      Number(stage.acme.pump.id),
    ])
    expect(await list(stage.root, '/scans', 2)).toHaveLength(3)
    const onlyPump = await aKey(stage.database, {
      ...{ installationId: stage.acme.installationId, repositoryIds: [stage.acme.pump.id], scopes: ['read'] },
    })
    expect(await list(onlyPump, '/scans')).toEqual([mine[1]])
    expect(await list(stage.acme.keys.read, `/repositories/${stage.acme.pump.id}/scans`)).toEqual([mine[1]])
    expect((await stage.ask(onlyPump, `/scans/${scanId}`)).status).toBe(404)
  })

  it.each([
    ['status=completed', 2],
    ['status=failed', 0],
    ['kind=tracked', 2],
    ['kind=change', 0],
    ['from=2100-01-01T00:00:00Z', 0],
    ['from=2100-01-01', 0],
    ['to=2100-01-01', 2],
    ['from=2020-01-01&to=2020-01-01', 0],
    ['to=2100-01-01T00:00:00%2B02:00', 2],
  ])('are filtered by %s', async (query, count) => {
    expect(await list(stage.acme.keys.read, `/scans?${query}`)).toHaveLength(count)
  })

  it('say what they came to', async () => {
    const { body } = await stage.ask(stage.acme.keys.read, `/scans/${scanId}`)
    expect(body).toMatchObject({
      ...{ id: scanId, kind: 'tracked', status: 'completed', phase: 'Complete', progress: 100, conclusion: 'failure' },
      ...{
        head: expect.stringMatching(/^[0-9a-f]{40}$/),
        error: null,
        files: { total: 3, changed: 3, fetched: 3, skipped: 0 },
      },
      phases: expect.arrayContaining([
        { phase: 'Parse', startedAt: expect.any(String), durationMs: expect.any(Number) },
        { phase: 'Persist', startedAt: expect.any(String), durationMs: expect.any(Number) },
      ]),
      ...{ durationMs: expect.any(Number), summary: { findings: { error: expect.any(Number) } } },
    })
    const job = await stage.ask(stage.acme.keys.read, `/jobs/${scanId}`)
    expect(job.body).toMatchObject({ id: scanId, status: 'completed', result: `/api/v1/scans/${scanId}` })
  })

  it('do not say how many files were fetched where an earlier version counted those of the base as well', async () => {
    const { scan } = stage.database.client
    await scan.update({ where: { id: scanId }, data: { filesFetched: 31 } })
    const { status, body } = await stage.ask(stage.acme.keys.read, `/scans/${scanId}`)
    await scan.update({ where: { id: scanId }, data: { filesFetched: 3 } })
    expect(status).toBe(200)
    expect(body.files).toEqual({ total: 3, changed: 3, fetched: null, skipped: null })
  })

  it('list what they found, once each, by filters', async () => {
    const findings = (query: string) =>
      stage.all(stage.acme.keys.read, `/scans/${scanId}/findings${query}`, 1) as Promise<{ id: string; rule: string }[]>
    const all = await findings('')
    const stored = await stage.database.client.finding.findMany({ where: { scanId }, orderBy: { id: 'asc' } })
    expect(all.map(({ id }) => id)).toEqual(stored.map(({ id }) => String(id)))
    const broken = await findings('?rule=trace/broken-reference')
    expect(broken).toMatchObject([{ gxpId: 'SPEC-001' }, { gxpId: 'SPEC-002' }])
    expect(await findings('?rule=trace/broken-reference&gxpId=SPEC-002')).toEqual([broken[1]])
    expect(await findings('?rule=trace/broken-reference&severity=notice')).toEqual([])
    expect(await findings('?path=.gxp/specs/SPEC-001.md&rule=trace/broken-reference')).toEqual([broken[0]])
    const tracked = await stage.all(stage.acme.keys.read, `/repositories/${stage.acme.empty.id}/findings`)
    expect(tracked).toEqual(all)
  })

  it('go on with the findings of the scan that a list began with', async () => {
    const { acme } = stage
    const path = `/repositories/${acme.empty.id}/findings?rule=trace/broken-reference&limit=1`
    const first = await stage.ask(acme.keys.read, path)
    const more = new Map([
      ...files,
      ['.gxp/specs/SPEC-003.md', '---\ngxp_id: SPEC-003\ntitle: Stop\nparent_id: US-406\n---\n'],
    ])
    const next = await scanFiles(stage.database, {
      ...{ installation: acme.installationId, repository: acme.empty },
      files: more,
    })
    const { body } = await stage.ask(acme.keys.read, `/scans/${next.scanId}`)
    expect(body.files).toEqual({ total: 4, changed: 1, fetched: 1, skipped: 3 })
    const second = await stage.ask(acme.keys.read, `${path}&cursor=${first.body.next}`)
    expect(second.body.items).toMatchObject([{ scanId, gxpId: 'SPEC-002' }])
    expect(second.body.next).toBeNull()
    expect((await stage.ask(acme.keys.read, path)).headers.etag).not.toBe(first.headers.etag)
  })

  it('are not there for others', async () => {
    for (const path of [`/scans/${scanId}`, `/scans/${scanId}/findings`, `/jobs/${scanId}`, `/scans/${randomUUID()}`])
      expect((await stage.ask(stage.zeta.keys.admin, path)).status).toBe(404)
  })

  it('are counted by installation, of what the key may read', async () => {
    const { acme } = stage
    const jobs = async (key: string) => (await stage.ask(key, '/jobs/stats')).body.items
    expect(await jobs(acme.keys.read)).toMatchObject([
      { installationId: Number(acme.installationId), jobs: { waiting: 0, running: 0, lastDay: { completed: 3 } } },
    ])
    const repositoryIds = [acme.pump.id]
    const onlyPump = await aKey(stage.database, {
      installationId: acme.installationId,
      repositoryIds,
      scopes: ['read'],
    })
    expect(await jobs(onlyPump)).toMatchObject([{ jobs: { lastDay: { completed: 1 } } }])
    expect((await stage.ask(onlyPump, '/installations')).body.items).toMatchObject([
      { account: 'acme', repositories: 1 },
    ])
    expect(await jobs(stage.root)).toHaveLength(2)
  })

  it('do not end a list of findings that was begun with one that is kept no more', async () => {
    const { keys, empty } = stage.acme
    const path = `/repositories/${empty.id}/findings`
    const first = await stage.ask(keys.read, `${path}?limit=1`)
    // Never the same twice, which would be answered from the cache.
    const goOn = (limit: number) => stage.ask(keys.read, `${path}?limit=${limit}&cursor=${first.body.next}`)
    await scanFiles(stage.database, { installation: stage.acme.installationId, repository: empty, files })
    expect((await goOn(1)).status).toBe(200)
    await stage.database.client.scan.delete({ where: { id: first.body.items[0].scanId } })
    expect(await goOn(2)).toMatchObject({ status: 400, body: { detail: expect.stringContaining('not kept any more') } })
  })
})
