import { forEachDatabase } from '../../support/database.ts'
import { aKey, Stage } from './stage.ts'

forEachDatabase('GET /repositories', (databases) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await Stage.on(await databases.open())
  })
  afterAll(() => stage.close())

  const names = (items: unknown[]) => (items as { owner: string; name: string }[]).map((it) => `${it.owner}/${it.name}`)

  it('lists those of the key, by owner and name, page by page', async () => {
    expect(names(await stage.all(stage.acme.keys.read, '/repositories', 1))).toEqual(['acme/empty', 'acme/pump'])
    const all = ['acme/empty', 'acme/pump', 'zeta/empty', 'zeta/pump']
    expect(names(await stage.all(stage.root, '/repositories', 3))).toEqual(all)
    const only = await aKey(stage.database, { scopes: ['read'], repositoryIds: [stage.zeta.pump.id] })
    expect(names(await stage.all(only, '/repositories'))).toEqual(['zeta/pump'])
    const scans = await aKey(stage.database, { scopes: ['scan'] })
    expect(await stage.all(scans, '/repositories')).toEqual([])
  })

  it.each([
    ['owner=zeta', ['zeta/empty', 'zeta/pump']],
    ['owner=zeta&name=pump', ['zeta/pump']],
    ['name=pump', ['acme/pump', 'zeta/pump']],
    ['owner=ZETA&name=Pump', ['zeta/pump']],
    ['conclusion=neutral', []],
  ])('filters by %s', async (query, expected) => {
    expect(names(await stage.all(stage.root, `/repositories?${query}`))).toEqual(expected)
  })

  it('filters by installation', async () => {
    const { installationId } = stage.acme
    expect(names(await stage.all(stage.root, `/repositories?installationId=${installationId}`))).toHaveLength(2)
  })

  it.each(['limit=0', 'limit=101', 'limit=x', 'cursor=AAAA', 'cursor=W10', 'conclusion=good', 'installationId=-1'])(
    'answers 400 to %s',
    async (query) => {
      const { status, body, headers } = await stage.ask(stage.root, `/repositories?${query}`)
      expect(status).toBe(400)
      expect(headers['content-type']).toContain('application/problem+json')
      expect(body).toMatchObject({ status: 400, title: 'Bad Request', detail: expect.any(String) })
    },
  )

  it('answers 401 without a key', async () => {
    expect((await stage.ask(null, '/repositories')).status).toBe(401)
  })

  describe('one of them', () => {
    it('is there with what was found on its default branch', async () => {
      const { acme } = stage
      const { status, body } = await stage.ask(acme.keys.read, `/repositories/${acme.pump.id}`)
      expect(status).toBe(200)
      expect(body).toEqual({
        ...{ id: Number(acme.pump.id), installationId: Number(acme.installationId), owner: 'acme', name: 'pump' },
        ...{ defaultBranch: 'main', private: true, archivedAt: null },
        tracked: {
          ...{ commit: expect.stringMatching(/^[0-9a-f]{40}$/), scanId: expect.any(String), at: expect.any(String) },
          ...{ conclusion: 'success', summary: expect.objectContaining({ artifacts: expect.any(Object) }) },
        },
      })
      const empty = await stage.ask(acme.keys.read, `/repositories/${acme.empty.id}`)
      expect(empty.body.tracked).toBeNull()
    })

    it('is not there for others', async () => {
      const { acme, zeta } = stage
      const path = `/repositories/${acme.pump.id}`
      expect((await stage.ask(zeta.keys.admin, path)).status).toBe(404)
      expect((await stage.ask(null, path)).status).toBe(401)
      expect((await stage.ask(acme.keys.read, '/repositories/999999999')).status).toBe(404)
      expect((await stage.ask(acme.keys.read, '/repositories/pump')).status).toBe(400)
      const onlyEmpty = await aKey(stage.database, {
        installationId: acme.installationId,
        repositoryIds: [acme.empty.id],
      })
      expect((await stage.ask(onlyEmpty, path)).status).toBe(404)
    })

    it('is answered with 304 until it was scanned again', async () => {
      const { acme } = stage
      const path = `/repositories/${acme.pump.id}`
      const { headers } = await stage.ask(acme.keys.read, path)
      const again = (etag: string) => stage.ask(acme.keys.read, path, { headers: { 'if-none-match': etag } })
      expect(await again(String(headers.etag))).toMatchObject({ status: 304, body: '' })
      expect((await again(`"other", W/${headers.etag}`)).status).toBe(304)
      expect((await again('"other"')).status).toBe(200)
      const stranger = await stage.ask(stage.zeta.keys.read, path, {
        headers: { 'if-none-match': String(headers.etag) },
      })
      expect(stranger.status).toBe(404)
    })
  })
})
