/** What an address takes: its head like the whole of it, and nothing else than it says. */
import { forEachDatabase } from '../../support/database.ts'
import { Stage } from './stage.ts'

forEachDatabase('An address of the REST interface', (databases) => {
  // Methods are a matter of HTTP, not of SQL.
  if (!databases.embedded) {
    it('is tried on the embedded database', () => expect(databases.embedded).toBe(false))
    return
  }
  let stage: Stage
  let base: string
  beforeAll(async () => {
    stage = await Stage.on(await databases.open())
    base = `/repositories/${stage.acme.pump.id}`
  })
  afterAll(() => stage.close())

  const ask = (method: string, path: string, headers = {}) =>
    stage.ask(stage.acme.keys.admin, path.replace(':', base), { method, headers })

  it.each([':', ':/requirements', ':/settings', ':/keys', ':/scans', ':/compliance/reports', ':/artifacts.csv'])(
    'has the head of %s without the rest',
    async (path) => {
      const whole = await ask('GET', path)
      const head = await ask('HEAD', path)
      expect(head).toMatchObject({ status: 200, body: '', headers: { etag: whole.headers.etag } })
      expect(head.headers['content-type']).toBe(whole.headers['content-type'])
      expect((await ask('HEAD', path, { 'if-none-match': whole.headers.etag })).status).toBe(304)
    },
  )

  it.each([
    ['PUT', '/scans', 'GET, HEAD'],
    ['PATCH', '/scans?limit=1', 'GET, HEAD'],
    ['DELETE', '/api-keys', 'GET, HEAD, POST'],
    ['POST', ':', 'GET, HEAD'],
    ['DELETE', '/products/0d1f7a1c-0000-4000-8000-000000000000/repositories/1/', null],
    ['POST', '/products/0d1f7a1c-0000-4000-8000-000000000000/repositories/1', 'DELETE, PUT'],
    ['GET', ':/scan', 'POST'],
    ['PUT', '/openapi.json', 'GET, HEAD'],
    ['DELETE', '/audit-events/export', 'GET'],
    ['PUT', '/audit-events/17', 'GET, HEAD'],
    ['PUT', '/nothing', null],
    ['GET', '/nothing', null],
    ['PUT', '/scansX', null],
  ])('%s %s: it takes %s', async (method, path, allow) => {
    for (const holder of [stage.acme.keys.admin, null]) {
      const { status, headers, body } = await stage.ask(holder, path.replace(':', base), { method })
      expect([status, headers.allow ?? null]).toEqual([allow === null ? 404 : 405, allow])
      expect(body).toMatchObject({ status, detail: expect.any(String), requestId: expect.any(String) })
    }
  })

  it('has no head where reading is an event', async () => {
    const { id } = await stage.database.client.artifact.findFirstOrThrow({ where: { kind: 'evidence' } })
    for (const path of [`:/artifacts/${id}/raw`, '/audit-events/export', ':/compliance/report']) {
      expect(await ask('HEAD', path)).toMatchObject({ status: 405, headers: { allow: 'GET' } })
      expect((await stage.ask(null, path.replace(':', base), { method: 'HEAD' })).status).toBe(401)
    }
  })
})
