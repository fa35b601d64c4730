import { sha } from '../../store/given.ts'
import { forEachDatabase } from '../../support/database.ts'
import { Stage } from './stage.ts'

forEachDatabase('POST /repositories/{id}/scan', (databases) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await Stage.on(await databases.open())
  })
  afterAll(() => stage.close())
  beforeEach(() => stage.database.client.scan.deleteMany({ where: { status: 'queued' } }))

  const ask = (body?: object, headers: Record<string, string> = {}, key = stage.acme.keys.scan) =>
    stage.ask(key, `/repositories/${stage.acme.pump.id}/scan`, { method: 'POST', headers, ...(body && { body }) })
  const row = (id: string) => stage.database.client.scan.findUniqueOrThrow({ where: { id } })

  it('queues a scan of the default branch, and says where to look', async () => {
    const { status, headers, body } = await ask()
    expect({ status, body }).toEqual({
      status: 202,
      body: { scanId: body.scanId, jobId: body.scanId, status: 'queued' },
    })
    expect(headers.location).toBe(`/api/v1/jobs/${body.scanId}`)
    expect((await stage.ask(stage.acme.keys.read, `/jobs/${body.jobId}`)).body).toMatchObject({ status: 'queued' })
    expect(await row(body.scanId)).toMatchObject({
      kind: 'tracked',
      headSha: null,
      ref: 'main',
      forced: true,
      trigger: 'api',
    })
    const [event] = await stage.database.client.auditEvent.findMany({ where: { resource: `scan/${body.scanId}` } })
    expect(event).toMatchObject({
      ...{ action: 'scan.requested', actor: expect.stringMatching(/^api-key\//), repositoryId: stage.acme.pump.id },
      ...{ installationId: stage.acme.installationId, requestId: headers['x-request-id'] },
    })
  })

  it('judges a commit against the default branch, and one that was scanned as before', async () => {
    const fresh = await ask({ commit: sha('c') })
    expect(await row(fresh.body.scanId)).toMatchObject({ kind: 'change', headSha: sha('c'), baseRef: 'main' })
    const { trackedHead } = await stage.database.client.repository.findUniqueOrThrow({
      where: { id: stage.acme.pump.id },
    })
    const tracked = await ask({ commit: trackedHead })
    expect(await row(tracked.body.scanId)).toMatchObject({ kind: 'tracked', headSha: trackedHead, ref: 'main' })
    const branch = await ask({ ref: 'feature', commit: sha('d') })
    const same = await ask({ ref: 'feature' })
    expect(same.body.scanId).toBe(branch.body.scanId)
  })

  it('does not believe that a commit is on the default branch: that is judged by its own policy and keys at first', async () => {
    const { id } = stage.acme.pump
    const { trackedHead } = await stage.database.client.repository.findUniqueOrThrow({ where: { id } })
    const claimed = await ask({ ref: 'main', commit: sha('b') })
    const change = { kind: 'change', headSha: sha('b'), ref: 'main', baseRef: 'main' }
    expect(await row(claimed.body.scanId)).toMatchObject(change)
    await stage.database.client.scan.update({ where: { id: claimed.body.scanId }, data: { status: 'failed' } })
    expect(await row((await ask({ ref: 'main', commit: sha('b') })).body.scanId)).toMatchObject(change)
    const tip = await ask({ ref: 'main', commit: trackedHead })
    expect(await row(tip.body.scanId)).toMatchObject({ kind: 'tracked', headSha: trackedHead, baseRef: null })
  })

  it('has twenty scans of commits wait or run at most of one repository', async () => {
    const commits = Array.from({ length: 20 }, (_, n) => sha(`c${n}`))
    const asked = await Promise.all(commits.map((commit) => ask({ commit })))
    expect(asked.map(({ status }) => status)).toEqual(commits.map(() => 202))
    const more = await ask({ commit: sha('cc') })
    expect(more).toMatchObject({ status: 429, body: { detail: expect.stringContaining('20 scans of commits') } })
    expect(Number(more.headers['retry-after'])).toBeGreaterThan(0)
    // What is there already is joined, and the default branch is scanned all the same.
    expect((await ask({ commit: commits[7] })).body.scanId).toBe(asked[7]?.body.scanId)
    expect((await ask()).status).toBe(202)
    const { id } = await stage.database.client.scan.update({
      where: { id: String(asked[3]?.body.scanId) },
      data: { status: 'completed' },
    })
    expect((await ask({ commit: sha('cc') })).status).toBe(202)
    await stage.database.client.scan.delete({ where: { id } })
  })

  it('takes a branch by the name that git has for it', async () => {
    const tip = await ask({ ref: 'refs/heads/main' }, { 'idempotency-key': 'by its long name' })
    expect(await row(tip.body.scanId)).toMatchObject({ kind: 'tracked', headSha: null, ref: 'main' })
    const again = await ask({ ref: 'main' }, { 'idempotency-key': 'by its long name' })
    expect(again).toMatchObject({ status: 202, body: { scanId: tip.body.scanId } })
    const branch = await ask({ ref: 'refs/heads/feature/x', commit: sha('d') })
    expect(await row(branch.body.scanId)).toMatchObject({ kind: 'change', ref: 'feature/x' })
    expect(await ask({ ref: 'refs/heads/' })).toMatchObject({
      ...{ status: 400, body: { detail: '`ref` in the body must have at least 1 character.' } },
    })
  })

  it('takes an empty body as none', async () => {
    const { status, body } = await ask(undefined, { 'content-type': 'application/json' })
    expect([status, body]).toMatchObject([202, { status: 'queued' }])
    expect(await row(body.scanId)).toMatchObject({ headSha: null, ref: 'main' })
  })

  it('leads to the same scan when it is repeated, and to 409 when it is another', async () => {
    const headers = { 'idempotency-key': 'one' }
    const [first, second] = await Promise.all([ask({ commit: sha('e') }, headers), ask({ commit: sha('e') }, headers)])
    expect(second.body.scanId).toBe(first.body.scanId)
    await stage.database.client.scan.update({ where: { id: first.body.scanId }, data: { status: 'completed' } })
    const later = await ask({ commit: sha('e') }, headers)
    expect(later).toMatchObject({ status: 202, body: { scanId: first.body.scanId, status: 'completed' } })
    expect((await ask({ commit: sha('f') }, headers)).status).toBe(409)
    // Somebody else's key of that name is another.
    const other = await ask({ commit: sha('f') }, headers, stage.acme.keys.admin)
    expect(other.status).toBe(202)
    expect(await stage.database.client.auditEvent.count({ where: { resource: `scan/${first.body.scanId}` } })).toBe(1)
  })

  it.each([
    [{ ref: 'nowhere' }],
    [{ commit: 'main' }],
    [{ commit: sha('c').slice(1) }],
    [{ branch: 'main' }],
    [{ ref: '' }],
  ])('answers 400 to %j', async (body) => {
    expect((await ask(body)).status).toBe(400)
  })

  it('is for those who may scan', async () => {
    expect((await ask({}, {}, stage.acme.keys.read)).status).toBe(403)
    expect((await ask({}, {}, stage.zeta.keys.admin)).status).toBe(404)
  })

  it('says why nothing can be scanned', async () => {
    const { installationId: id } = stage.acme
    await stage.database.client.installation.update({ where: { id }, data: { suspendedAt: new Date() } })
    expect(await ask()).toMatchObject({ status: 409, body: { detail: 'The installation is suspended.' } })
    await stage.database.client.installation.update({ where: { id }, data: { suspendedAt: null } })
  })
})
