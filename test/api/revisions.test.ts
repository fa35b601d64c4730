/** What is read below a repository has a revision: asked for again it is answered with 304, until it says something else. */
import { forEachDatabase } from '../support/database.ts'
import { Stage } from './v1/stage.ts'

forEachDatabase('What is read below a repository', (databases) => {
  // Revisions are made of answers, not of SQL.
  if (!databases.embedded) {
    it('is tried on the embedded database', () => expect(databases.embedded).toBe(false))
    return
  }
  let stage: Stage
  let below: string
  beforeAll(async () => {
    stage = await Stage.on(await databases.open())
    below = `/repositories/${stage.acme.pump.id}`
  })
  afterAll(() => stage.close())

  const ask = (path: string, etag?: string) =>
    stage.ask(stage.acme.keys.read, `${below}${path}`, { headers: etag === undefined ? {} : { 'if-none-match': etag } })

  it.each(['', '/requirements', '/settings', '/keys', '/scans', '/risk/assessment', '/compliance/reports'])(
    '%s is answered with 304 as long as it says the same, to those who may read it',
    async (path) => {
      const { status, headers } = await ask(path)
      const etag = String(headers.etag)
      expect({ status, etag, control: headers['cache-control'] }).toEqual({
        ...{ status: 200, etag: expect.stringMatching(/^"[\w-]+"$/), control: 'private, no-cache' },
      })
      expect(await ask(path, `"other", W/${etag}`)).toMatchObject({ status: 304, body: '', headers: { etag } })
      expect((await ask(path, '"other"')).status).toBe(200)
      const stranger = await stage.ask(stage.zeta.keys.admin, `${below}${path}`, { headers: { 'if-none-match': '*' } })
      expect(stranger.status).toBe(404)
    },
  )

  it.each([
    ['/requirements/NOPE-1', '/requirements'],
    ['/risks/RISK-404', '/risks'],
    ['/artifacts/00000000-0000-4000-8000-000000000000', '/artifacts'],
    ['/traceability/matrix', '/requirements?limit=1'],
  ])('%s is not known by the revision of %s', async (path, other) => {
    const { headers } = await ask(other)
    const status = path.endsWith('matrix') ? 200 : 404
    const plain = await ask(path)
    expect(plain.status).toBe(status)
    expect((await ask(path, headers.etag)).status).toBe(status)
    if (status === 200) return
    // What is not there has no revision to ask again with.
    expect(plain.headers.etag).toBeUndefined()
    expect((await ask(path, '*')).status).toBe(404)
  })

  it.each(['/requirements', '/traceability/matrix', '/artifacts.csv', '/settings'])(
    '%s is there, which `*` asks',
    async (path) => {
      expect(await ask(path, '*')).toMatchObject({ status: 304, body: '', headers: { etag: expect.any(String) } })
    },
  )

  it.each([
    '/artifacts',
    '/risks',
    '/annotations',
    '/findings',
    '/requirements/REQ-001/history',
    '/compliance/audit-trail',
  ])('%s is kept, and given out again until the default branch is scanned anew', async (path) => {
    await ask(path)
    const from = stage.kept.length
    expect((await ask(path)).status).toBe(200)
    expect(stage.kept.slice(from)).toEqual(['hit'])
  })

  it('is another once a repository has another name, though nothing was scanned', async () => {
    const { headers } = await ask('')
    await stage.database.client.repository.update({ where: { id: stage.acme.pump.id }, data: { name: 'pump-2' } })
    const renamed = await ask('', String(headers.etag))
    expect(renamed).toMatchObject({ status: 200, body: { name: 'pump-2' } })
  })
})
