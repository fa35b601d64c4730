import { forEachDatabase } from '../../../support/database.ts'
import { sampleFiles, scanFiles } from '../../../support/scanned.ts'
import { Stage } from '../stage.ts'

forEachDatabase('The artifacts of a record', (databases) => {
  let stage: Stage
  let base: string
  beforeAll(async () => {
    stage = await Stage.on(await databases.open())
    base = `/repositories/${stage.acme.pump.id}`
  })
  afterAll(() => stage.close())

  const ask = (path: string, headers = {}) => stage.ask(stage.acme.keys.read, base + path, { headers })
  const ids = async (path: string, limit = 100) =>
    ((await stage.all(stage.acme.keys.read, base + path, limit)) as { gxpId: string | null; path: string }[]).map(
      ({ gxpId, path: file }) => gxpId ?? file,
    )

  it.each([
    ['/requirements', ['REQ-001', 'REQ-002', 'REQ-003']],
    ['/requirements?risk=HIGH', ['REQ-001']],
    ['/requirements?q=DISPLAY', ['REQ-003']],
    ['/requirements?q=req-00', ['REQ-001', 'REQ-002', 'REQ-003']],
    ['/requirements?q=%25', []],
    ['/requirements?status=validated', []],
    ['/user-stories?parent=REQ-002', ['US-002-001']],
    ['/specifications?tier=OQ&parent=US-003-001', ['SPEC-003-001']],
    ['/specifications?tier=IQ', []],
    ['/evidence', ['EV-SPEC-001-001', 'EV-SPEC-002-001']],
    ['/evidence?parent=SPEC-002-001&verdict=valid', ['EV-SPEC-002-001']],
    ['/evidence?verdict=invalid', []],
    ['/decisions?status=accepted', ['ADR-001']],
    ['/testing-records?parent=SPEC-003-001', ['.gxp/evidence/ROT-SPEC-003-001.md']],
    ['/vendor-assessments', []],
    ['/artifacts?kind=specification&q=001-001', ['SPEC-001-001']],
  ])('are listed: %s', async (path, expected) => {
    expect(await ids(path)).toEqual(expected)
  })

  it('come page by page, each once, whatever the kind', async () => {
    const all = await ids('/artifacts')
    expect(await ids('/artifacts', 2)).toEqual(all)
    expect(new Set(all).size).toBe(all.length)
    expect(all).toEqual(
      expect.arrayContaining(['.gxp/system_context.md', '.gxp/risk_assessment.log', 'REQ-001', 'ADR-001']),
    )
    expect(await ids('/evidence', 1)).toHaveLength(2)
  })

  it.each([
    '/requirements?verdict=valid&limit=0',
    '/requirements?q=',
    '/requirements?q=%00',
    '/evidence?verdict=good',
    '/requirements?cursor=W10',
    '/artifacts/17',
    '/artifacts?kind=%27',
  ])('are not asked for by %s', async (path) => {
    expect((await ask(path)).status).toBe(400)
  })

  it.each([
    ['specifications', 'REQ-001', 'specification; REQ-001 is a requirement', 'requirements'],
    ['requirements', 'SPEC-001-001', 'requirement; SPEC-001-001 is a specification', 'specifications'],
    ['evidence', 'ADR-001', 'evidence; ADR-001 is a decision', 'decisions'],
    ['user-stories', 'EV-SPEC-001-001', 'user story; EV-SPEC-001-001 is evidence', 'evidence'],
  ])('are told by their kind where another is asked for: /%s/%s', async (path, id, what, right) => {
    expect(await ask(`/${path}/${id}`)).toMatchObject({
      status: 404,
      body: { detail: `The record has no such ${what}: it is at /api/v1${base}/${right}/${id}.` },
    })
    expect((await ask(`/${right}/${id}`)).status).toBe(200)
  })

  it.each(['/specifications/req-001', '/specifications/SPEC-404', '/requirements/REQ-404'])(
    'are not guessed: %s',
    async (path) => {
      expect(await ask(path)).toMatchObject({ status: 404, body: { detail: 'The record has no such id.' } })
    },
  )

  it('say of a requirement what covers it, what it is joined with and what its file says', async () => {
    const { status, body, headers } = await ask('/requirements/REQ-001')
    expect(status).toBe(200)
    expect(headers.etag).toBeDefined()
    expect(body).toMatchObject({
      gxpId: 'REQ-001',
      commit: expect.stringMatching(/^[0-9a-f]{40}$/),
      definitions: [
        {
          ...{
            path: '.gxp/requirements/REQ-001-dose-calculation.md',
            title: 'Dose calculation',
            risk: 'HIGH',
            kind: 'requirement',
          },
          coverage: { linked: true, traced: true },
          data: { gxpId: 'REQ-001', parts: ['acceptance_criteria'] },
        },
      ],
      coverage: { traced: true, path: expect.arrayContaining(['REQ-001', 'SPEC-001-001']), missingTiers: [] },
      findings: [],
    })
    expect(body.links.outgoing).toEqual([])
    expect(body.links.incoming).toContainEqual({
      ...{ from: 'US-001-001', to: 'REQ-001', type: 'derives_from', by: 'parent_id', title: 'Propose a dose' },
      ...{ path: '.gxp/user_stories/US-001-001-propose-dose.md', line: 4 },
    })
    expect(body.links.incoming).toContainEqual(
      expect.objectContaining({ type: 'satisfies', path: 'src/dose.ts', by: '@gxp-satisfies' }),
    )
  })

  it('say of evidence what verifying it said, and never its signed text', async () => {
    const { body } = await ask('/evidence/EV-SPEC-001-001')
    expect(body.definitions).toMatchObject([
      { verdict: 'valid', tier: 'OQ', data: { claims: { spec_id: 'SPEC-001-001' } } },
    ])
    expect(body.definitions[0].data.jws).toBeUndefined()
    expect(body.links.outgoing).toMatchObject([{ to: 'SPEC-001-001', type: 'produces' }])
    expect(JSON.stringify(body)).not.toContain('eyJ')
  })

  it('are there with their context, and one by one', async () => {
    const { body } = await ask('/system-context')
    expect(body).toMatchObject({
      title: 'Dose Calculator',
      risk: 'HIGH',
      data: { fields: { version: { text: '1.2.0' } } },
    })
    expect((await ask(`/artifacts/${body.id}`)).body).toEqual(body)
    expect((await ask(`/artifacts/${body.id}/history`)).body.items).toMatchObject([
      { change: 'added', path: body.path },
    ])
  })

  it('were each what they were, on pages that end early where their contents are large', async () => {
    const { body: requirement } = await ask('/requirements/REQ-002')
    const [{ id, path }] = requirement.definitions
    const { pump } = stage.acme
    await stage.database.client.$executeRaw`
      INSERT INTO artifact_revision (repository_id, path, kind, gxp_id, change, sha, commit, scan_id, data)
      SELECT ${pump.id}, ${path}, 'requirement', 'REQ-002', 'changed', n::text, 'c', gen_random_uuid(),
        jsonb_build_object('text', repeat('x', CASE WHEN n = 20 THEN 5000000 ELSE 200000 END))
      FROM generate_series(1, 30) n`
    for (const address of ['/requirements/REQ-002/history', `/artifacts/${id}/history`]) {
      const first = await ask(`${address}?limit=100`)
      expect(first.body.items).toHaveLength(11)
      expect(first.body.items[10].data.text).toHaveLength(5_000_000)
      const all = (await stage.all(stage.acme.keys.read, base + address)) as { sha: string; data: unknown }[]
      expect(all.map(({ sha }) => Number(sha)).slice(0, -1)).toEqual(Array.from({ length: 30 }, (_, at) => 30 - at))
      expect(all.filter(({ data }) => data === null)).toEqual([])
    }
  })

  it.each([
    '/requirements/REQ-404',
    '/requirements/SPEC-001-001',
    '/evidence/REQ-001',
    '/decisions/ADR-9',
    '/requirements/REQ-404/history',
    '/artifacts/00000000-0000-4000-8000-000000000000',
    '/artifacts/00000000-0000-4000-8000-000000000000/raw',
  ])('that are none are not there: %s', async (path) => {
    expect((await ask(path)).status).toBe(404)
  })

  it('are nothing to strangers', async () => {
    const { body } = await ask('/system-context')
    const paths = [
      '/requirements',
      '/requirements/REQ-001',
      '/requirements/REQ-001/history',
      '/system-context',
      `/artifacts/${body.id}`,
      `/artifacts/${body.id}/raw`,
      '/artifacts',
    ]
    for (const path of paths) {
      expect((await stage.ask(stage.zeta.keys.admin, base + path)).status).toBe(404)
      expect((await stage.ask(null, base + path)).status).toBe(401)
    }
    // Nor under their own repository.
    const own = `/repositories/${stage.zeta.pump.id}/artifacts/${body.id}`
    expect((await stage.ask(stage.zeta.keys.admin, own)).status).toBe(404)
    expect((await stage.ask(stage.zeta.keys.admin, `${own}/raw`)).status).toBe(404)
  })

  describe('as text', () => {
    const artifactOf = async (path: string) => ((await ask(path)).body.definitions as { id: string; sha: string }[])[0]
    const reads = () => stage.database.client.auditEvent.findMany({ where: { action: 'evidence.read' } })

    it('are their files, as plain text whatever they hold', async () => {
      const { id = '', sha = '' } = (await artifactOf('/requirements/REQ-001')) ?? {}
      const { status, body, headers } = await ask(`/artifacts/${id}/raw`)
      expect(status).toBe(200)
      expect(body).toBe(
        new TextDecoder().decode((await sampleFiles()).get('.gxp/requirements/REQ-001-dose-calculation.md')),
      )
      expect(headers).toMatchObject({
        'content-type': 'text/plain; charset=utf-8',
        'x-content-type-options': 'nosniff',
        etag: `"${sha}"`,
      })
      expect((await ask(`/artifacts/${id}/raw`, { 'if-none-match': `"${sha}"` })).status).toBe(304)
      expect(await reads()).toEqual([])
    })

    it('of evidence are shown with a note of who read them', async () => {
      const { id = '' } = (await artifactOf('/evidence/EV-SPEC-001-001')) ?? {}
      const address = `/repositories/${stage.acme.pump.id}/artifacts/${id}/raw`
      expect((await stage.ask(stage.acme.keys.read, address, { method: 'HEAD' })).status).toBe(405)
      const { body } = await ask(`/artifacts/${id}/raw`)
      expect(body.split('.')).toHaveLength(3)
      expect(await reads()).toMatchObject([
        {
          ...{
            resource: `artifact/${id}`,
            actor: expect.stringMatching(/^api-key\//),
            repositoryId: stage.acme.pump.id,
          },
          ...{ installationId: stage.acme.installationId, next: { path: expect.stringContaining('EV-SPEC-001-001') } },
        },
      ])
    })

    it('are not had where they are too large, as all are that the stage does not know', async () => {
      const { zeta, database } = stage
      const files = new Map([['.gxp/requirements/REQ-9.md', '---\ngxp_id: REQ-9\ntitle: Nine\n---\n']])
      await scanFiles(database, { installation: zeta.installationId, repository: zeta.empty, files })
      const path = `/repositories/${zeta.empty.id}`
      const { body } = await stage.ask(zeta.keys.read, `${path}/requirements/REQ-9`)
      expect((await stage.ask(zeta.keys.read, `${path}/artifacts/${body.definitions[0].id}/raw`)).status).toBe(413)
    })
  })

  it('have a history, the newest first', async () => {
    const { zeta, database } = stage
    const path = '.gxp/requirements/REQ-001-dose-calculation.md'
    const files = new Map<string, string | Uint8Array>(await sampleFiles())
    const scan = () => scanFiles(database, { installation: zeta.installationId, repository: zeta.pump, files })
    files.set(path, '---\ngxp_id: REQ-001\ntitle: Dose proposal\ngxp_risk_rating: HIGH\n---\n')
    await scan()
    files.delete(path)
    await scan()
    const history = `/repositories/${zeta.pump.id}/requirements/REQ-001/history`
    const items = (await stage.all(zeta.keys.read, history, 1)) as Record<string, unknown>[]
    expect(items.map(({ change, data }) => [change, (data as { title: string } | null)?.title])).toEqual([
      ['removed', undefined],
      ['changed', 'Dose proposal'],
      ['added', 'Dose calculation'],
    ])
    // Gone, but named by others: what is left of it is told.
    const { body } = await stage.ask(zeta.keys.read, `/repositories/${zeta.pump.id}/requirements/REQ-001`)
    expect(body).toMatchObject({
      definitions: [],
      coverage: null,
      links: { incoming: expect.arrayContaining([expect.objectContaining({ from: 'US-001-001' })]) },
    })
  })

  it('end where their file comes to have another id, and begin anew with it', async () => {
    const { zeta, database } = stage
    const path = '.gxp/requirements/REQ-060.md'
    const document = (id: string, title: string) => `---\ngxp_id: ${id}\ntitle: ${title}\n---\n`
    for (const text of [
      ...[document('REQ-060', 'One'), document('REQ-061', 'Two'), document('REQ-061', 'Three')],
      ...[document('REQ-060', 'Four'), null, document('REQ-061', 'Five')],
    ]) {
      const files = new Map(text === null ? [] : [[path, text]])
      await scanFiles(database, { installation: zeta.installationId, repository: zeta.empty, files })
    }
    const historyOf = async (id: string) => {
      const address = `/repositories/${zeta.empty.id}/requirements/${id}/history`
      const items = (await stage.all(zeta.keys.read, address, 1)) as Record<string, unknown>[]
      expect(await stage.all(zeta.keys.read, address)).toEqual(items)
      for (const { gxpId, kind, path: file } of items) expect([gxpId, kind, file]).toEqual([id, 'requirement', path])
      return items.map(({ change, sha, data }) => [
        ...[change, (data as { title: string } | null)?.title],
        ...(sha === null ? ['gone'] : []),
      ])
    }
    expect(await historyOf('REQ-060')).toEqual([
      ...[
        ['removed', undefined, 'gone'],
        ['added', 'Four'],
      ],
      ...[
        ['removed', undefined, 'gone'],
        ['added', 'One'],
      ],
    ])
    expect(await historyOf('REQ-061')).toEqual([
      ...[
        ['added', 'Five'],
        ['removed', undefined, 'gone'],
      ],
      ...[
        ['changed', 'Three'],
        ['added', 'Two'],
      ],
    ])
  })
})
