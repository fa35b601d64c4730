import { traceabilityMatrix } from '../../../../src/rosie/matrix.ts'
import type { RepositoryFacts } from '../../../../src/scan/ports/intents.ts'
import { aRepository, deliver } from '../../../store/given.ts'
import { forEachDatabase } from '../../../support/database.ts'
import { assessInFull, document } from '../../../support/record.ts'
import { sampleFiles, scanFiles } from '../../../support/scanned.ts'
import { Contract } from '../contract.ts'
import { Stage } from '../stage.ts'

const spec = (id: string, parent: string) => document([`gxp_id: ${id}`, 'title: "=1+1"', `parent_id: ${parent}`])

/** Ids that nothing defines, ids that only code defines, and a circle. */
const TANGLED = {
  '.gxp/requirements/REQ-001.md': document(['gxp_id: REQ-001', 'title: Stops', 'gxp_risk_rating: HIGH']),
  '.gxp/specs/SPEC-A.md': spec('SPEC-A', 'US-404'),
  '.gxp/specs/SPEC-B.md': spec('SPEC-B', 'SPEC-C'),
  '.gxp/specs/SPEC-C.md': spec('SPEC-C', 'SPEC-B'),
  // It can't be read, but may well be what its name says.
  '.gxp/specs/SPEC-D-x.md': '---\ngxp_id: [\n---\n',
  'src/stop.ts': '// @gxp-satisfies REQ-001\n// @gxp-implements SPEC-CODE-1\n// @gxp-implements US-7\nstop()\n',
  'test/stop.test.ts':
    '// @gxp-verifies SPEC-CODE-1\n// @test-type OQ\nit()\n\n\n// @gxp-verifies SPEC-404\n// @gxp-verifies REQ-404\n// @gxp-verifies SPEC-D\nit()\n',
}

const evidenceFor = (claims: object) =>
  [{ alg: 'ES256' }, claims, 'x'].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')

/** Evidence that claims the ids of others, documents whose ids are none, and ids that begin like others. */
const MISNAMED = {
  '.gxp/requirements/REQ-001.md': TANGLED['.gxp/requirements/REQ-001.md'],
  '.gxp/evidence/A.jws': evidenceFor({ gxp_id: 'REQ-001', spec_id: 'SPEC-001' }),
  '.gxp/evidence/B.jws': evidenceFor({ gxp_id: 'SPEC-CODE-1', spec_id: 'SPEC-001' }),
  '.gxp/evidence/C.jws': evidenceFor({ gxp_id: 'ADR-001', spec_id: 'SPEC-001' }),
  '.gxp/evidence/D.jws': evidenceFor({ gxp_id: 'FILE:src/code.ts#L1', spec_id: 'SPEC-001' }),
  '.gxp/adr/ADR-001-valves.md': '# Valves\n\nStatus: accepted\n',
  '.gxp/specs/SPEC-001.md': document([
    ...['gxp_id: SPEC-001', 'title: Valve', 'parent_id: REQ-001'],
    ...['source_files: [src/valve.ts]', 'test_files: [test/valve.test.ts]'],
  ]),
  '.gxp/specs/SPEC_002.md': document(['gxp_id: SPEC_002', 'title: Hose', 'parent_id: REQ-001']),
  '.gxp/specs/SPEC-003.md': document(['gxp_id: SPEC-003', 'title: Clip', 'parent_id: SPEC_002']),
  // Kept by its beginning and a hash.
  '.gxp/specs/long.md': document([`gxp_id: SPEC-${'LONG'.repeat(200)}`, 'title: Long', 'parent_id: REQ-001']),
  'src/valve.ts': 'open()\n',
  'src/code.ts': '// @gxp-implements SPEC-CODE-1\n// @gxp-satisfies REQ-001\nstop()\n',
  'src/near.ts': '// @gxp-satisfies REQ-9019, REQ-901, REQ-90\nstop()\n',
  'test/valve.test.ts': 'it()\n',
  'test/dose.test.ts': '// @gxp-verifies SPEC-CODE-1\n// @test-type OQ\nit()\n',
}

/** As deep as sources in Java are, and deeper. */
const DEEP = {
  '.gxp/requirements/REQ-001.md': TANGLED['.gxp/requirements/REQ-001.md'],
  [`src/${'main/java/com/'.repeat(40)}Stop.java`]: '// @gxp-satisfies REQ-001\nclass Stop {}\n',
}

forEachDatabase('Traceability', (databases) => {
  let stage: Stage
  let tangled: RepositoryFacts
  let deep: RepositoryFacts
  let misnamed: RepositoryFacts
  beforeAll(async () => {
    const database = await databases.open()
    stage = await Stage.on(database)
    const { installationId } = stage.acme
    const called = (name: string) => aRepository({ owner: 'acme', name })
    ;[tangled, deep, misnamed] = [called('tangled'), called('deep'), called('misnamed')]
    const added = [tangled, deep, misnamed]
    await deliver(database, { type: 'repositories', installation: installationId, added, removed: [] })
    for (const [repository, files] of [
      ...[[tangled, TANGLED] as const, [deep, DEEP] as const],
      [misnamed, MISNAMED] as const,
    ]) {
      await scanFiles(database, { installation: installationId, repository, files: new Map(Object.entries(files)) })
    }
  })
  afterAll(() => stage.close())

  const ask = (path: string, repository = stage.acme.pump, key = stage.acme.keys.read) =>
    stage.ask(key, `/repositories/${repository.id}${path}`)

  it.each([
    ['the sample', async () => Object.fromEntries(await sampleFiles()), () => stage.acme.pump],
    ['a tangled record', async () => TANGLED, () => tangled],
    ['a record whose names mislead', async () => MISNAMED, () => misnamed],
  ])('is a matrix as the command line writes it: %s', async (_, filesOf, repository) => {
    const { head } = await assessInFull(await filesOf())
    const { status, body, headers } = await ask('/traceability/matrix', repository())
    expect(status).toBe(200)
    const expected = traceabilityMatrix(head, body.generated_at)
    const sorted = (edges: object[]) => edges.map((edge) => JSON.stringify(edge)).sort()
    expect(sorted(body.edges)).toEqual(sorted(expected.edges))
    // Tiers come from verified evidence as well, which is told below.
    const bare = (nodes: object) =>
      Object.fromEntries(Object.entries(nodes).map(([id, { tiers: __, ...node }]) => [id, node]))
    expect(bare(body.nodes)).toEqual(bare(expected.nodes))
    expect(Object.keys(body.coverage)).toEqual(Object.keys(expected.coverage))
    for (const [id, { test_nodes, reachable_nodes }] of Object.entries(expected.coverage)) {
      expect(new Set(body.coverage[id].test_nodes)).toEqual(new Set(test_nodes))
      expect(new Set(body.coverage[id].reachable_nodes)).toEqual(new Set(reachable_nodes))
    }
    expect(body.summary).toMatchObject({ ...expected.summary, covered_requirements: expect.any(Number) })
    const again = await stage.ask(stage.acme.keys.read, `/repositories/${repository().id}/traceability/matrix`, {
      headers: { 'if-none-match': String(headers.etag) },
    })
    expect(again.status).toBe(304)
  })

  it('is a matrix that is unpacked for whoever does not take gzip', async () => {
    const asFor = (coding: string) =>
      stage.ask(stage.acme.keys.read, `/repositories/${stage.acme.pump.id}/traceability/matrix`, {
        headers: { 'accept-encoding': coding },
      })
    const [packed, plain] = [await asFor('br, gzip'), await asFor('gzip;q=0')]
    expect(packed.headers['content-encoding']).toBe('gzip')
    expect(plain.headers['content-encoding']).toBeUndefined()
    expect(plain.body).toEqual(packed.body)
    for (const { headers } of [packed, plain]) {
      expect(headers).toMatchObject({
        vary: expect.stringContaining('accept-encoding'),
        etag: expect.stringMatching(/^W\//),
      })
    }
  })

  it('is unchanged under the names that it had', async () => {
    const asFor = (coding: string, known = '') =>
      stage.ask(stage.acme.keys.read, `/repositories/${stage.acme.pump.id}/traceability/matrix`, {
        headers: { 'accept-encoding': coding, 'if-none-match': known },
      })
    for (const coding of ['gzip', 'identity']) {
      const { etag = '', vary } = (await asFor(coding)).headers
      for (const known of [etag, '*']) {
        expect(await asFor(coding, known)).toMatchObject({ status: 304, headers: { etag, vary } })
      }
    }
  })

  it('is a chain down to code, tests and evidence, and up to requirements', async () => {
    const down = await ask('/traceability/chain/REQ-001?direction=down')
    const depths = Object.fromEntries(
      down.body.nodes.map(({ id, depth }: { id: string; depth: number }) => [id, depth]),
    )
    expect(depths).toMatchObject({ 'REQ-001': 0, 'US-001-001': 1, 'SPEC-001-001': 2 })
    expect(depths[`EVIDENCE:.gxp/evidence/EV-SPEC-001-001-20260302.jws`]).toBe(3)
    expect(down.body.truncated).toBe(false)
    const up = await ask('/traceability/chain/SPEC-001-001')
    expect(up.body.nodes).toMatchObject([
      { id: 'SPEC-001-001', depth: 0, kind: 'specification', title: 'Weight-based dose' },
      { id: 'US-001-001', depth: 1 },
      { id: 'REQ-001', depth: 2 },
    ])
    expect(up.body.edges.map(({ from, to }: { from: string; to: string }) => [from, to])).toEqual(
      expect.arrayContaining([
        ['SPEC-001-001', 'US-001-001'],
        ['US-001-001', 'REQ-001'],
      ]),
    )
    expect((await ask('/traceability/chain/SPEC-001-001?depth=1')).body.nodes).toHaveLength(2)
  })

  it('is a chain up where nothing is said, and that is described', async () => {
    const { body } = await ask('/traceability/chain/REQ-001')
    expect(body).toEqual((await ask('/traceability/chain/REQ-001?direction=up')).body)
    expect(body).toMatchObject({ nodes: [{ id: 'REQ-001' }], edges: [] })
    const { operations } = await Contract.of(stage)
    const direction = operations.get('getChain')?.parameters?.find(({ name }) => name === 'direction')
    expect(direction).toMatchObject({
      ...{ description: expect.stringContaining('`up`, where nothing is said'), schema: { default: 'up' } },
    })
  })

  it('begins at any node that it has answered, however long its name is', async () => {
    const { body } = await ask('/traceability/chain/REQ-001?direction=down', deep)
    const node = body.nodes.map(({ id }: { id: string }) => id).find((id: string) => id.startsWith('FILE:'))
    expect(node).toHaveLength(500)
    const up = await ask(`/traceability/chain/${encodeURIComponent(node)}`, deep)
    expect(up.body.nodes.map(({ id }: { id: string }) => id)).toEqual([node, 'REQ-001'])
    const tooLong = await ask(`/traceability/chain/${'x'.repeat(1_001)}`)
    expect(tooLong).toMatchObject({ status: 400, body: { detail: expect.stringContaining('1000 characters') } })
  })

  it('ends in a circle', async () => {
    const { body } = await ask('/traceability/chain/SPEC-B?depth=20', tangled)
    expect(body.nodes.map(({ id }: { id: string }) => id)).toEqual(['SPEC-B', 'SPEC-C'])
    expect(body.edges).toHaveLength(2)
  })

  it('names links to what nothing defines, each with the finding that tells it', async () => {
    const { head } = await assessInFull(TANGLED)
    const wrong = head.graph.edges.filter(({ to }) => head.graph.unknown.has(to))
    const items = (await stage.all(stage.acme.keys.read, `/repositories/${tangled.id}/traceability/broken`, 1)) as {
      from: string
      to: string
      finding: { severity: string; message: string } | null
    }[]
    const ends = (edges: { from: string; to: string }[]) => edges.map(({ from, to }) => `${from} ${to}`).sort()
    expect(ends(items)).toEqual(ends(wrong))
    expect(items).toContainEqual(expect.objectContaining({ from: 'SPEC-A', to: 'US-404' }))
    const told = items.find(({ to }) => to === 'US-404')?.finding
    expect(told).toMatchObject({ severity: 'error', message: expect.stringContaining('US-404') })
    expect(await stage.all(stage.acme.keys.read, `/repositories/${stage.acme.pump.id}/traceability/broken`)).toEqual([])
  })

  it('names links with the finding that names the same id, not one that begins like it', async () => {
    const { body } = await ask('/traceability/broken', misnamed)
    const told = body.items.map(({ to, finding }: { to: string; finding: { message: string } }) => [
      ...[to, finding.message.replace(/\.( Did.*)?$/, '')],
    ])
    expect(told.sort()).toEqual([
      ['REQ-90', '`@gxp-satisfies` names REQ-90, but nothing defines REQ-90'],
      ['REQ-901', '`@gxp-satisfies` names REQ-901, but nothing defines REQ-901'],
      ['REQ-9019', '`@gxp-satisfies` names REQ-9019, but nothing defines REQ-9019'],
      ['SPEC_002', 'SPEC-003 names SPEC_002 as its `parent_id`, but nothing defines SPEC_002'],
    ])
  })

  it('is of documents, whatever evidence claims to be', async () => {
    const { body } = await ask('/traceability/chain/REQ-001?direction=down', misnamed)
    const nodes = new Map(body.nodes.map(({ id, ...node }: { id: string }) => [id, node]))
    const requirement = { kind: 'requirement', title: 'Stops', path: '.gxp/requirements/REQ-001.md' }
    expect(nodes.get('REQ-001')).toMatchObject(requirement)
    for (const id of ['SPEC-CODE-1', 'FILE:src/code.ts#L1'])
      expect(nodes.get(id)).toMatchObject({ kind: null, title: null, path: null })
    const { links } = (await ask('/specifications/SPEC-001', misnamed)).body
    expect(links.outgoing).toMatchObject([{ to: 'REQ-001', title: 'Stops' }])
    const { body: csv } = await ask('/traceability/matrix.csv', misnamed)
    expect(csv).toMatch(/^REQ-001,Stops,HIGH,.*,\.gxp\/requirements\/REQ-001\.md$/m)
    for (const [path, told] of [
      ['user-stories/REQ-001', 'REQ-001 is a requirement: it is at'],
      ['requirements/SPEC-CODE-1', 'SPEC-CODE-1 is a specification: it is at'],
      ['requirements/ADR-001', 'ADR-001 is a decision: it is at'],
    ]) {
      expect((await ask(`/${path}`, misnamed)).body.detail).toContain(told)
    }
    // Nothing else goes by that id.
    expect((await ask('/evidence/REQ-001', misnamed)).body.definitions).toMatchObject([{ path: '.gxp/evidence/A.jws' }])
  })

  it('joins a document whose id is none by its file', async () => {
    const node = 'FILE:.gxp/specs/SPEC_002.md'
    const hose = { kind: 'specification', title: 'Hose', path: '.gxp/specs/SPEC_002.md' }
    const up = await ask(`/traceability/chain/${encodeURIComponent(node)}`, misnamed)
    expect(up.body.nodes).toMatchObject([{ id: node, ...hose }, { id: 'REQ-001' }])
    const { links } = (await ask('/specifications/SPEC_002', misnamed)).body
    expect(links).toMatchObject({ outgoing: [{ from: node, to: 'REQ-001' }], incoming: [{ from: 'SPEC-003' }] })
    const under = await ask('/specifications?parent=REQ-001', misnamed)
    const titles = under.body.items.map(({ title }: { title: string }) => title)
    expect(titles.sort()).toEqual(['Hose', 'Long', 'Valve'])
    const { incoming } = (await ask('/requirements/REQ-001', misnamed)).body.links
    expect(incoming).toContainEqual(expect.objectContaining({ from: node, title: 'Hose' }))
    expect(incoming).toContainEqual(
      expect.objectContaining({ from: expect.stringMatching(/^SPEC-(LONG)+/), title: 'Long' }),
    )
    // What is called SPEC_002 is no node: only the link to it is.
    const broken = await ask('/traceability/chain/SPEC_002', misnamed)
    expect(broken.body.nodes).toEqual([{ id: 'SPEC_002', depth: 0, kind: null, title: null, path: null }])
  })

  it('is proven by a path of which each step has its place', async () => {
    const { body } = await ask('/traceability/proof/REQ-003')
    expect(body).toMatchObject({ gxpId: 'REQ-003', level: 'traced' })
    expect(body.steps.at(-1)).toMatchObject({ to: 'REQ-003', type: expect.any(String), path: expect.any(String) })
    for (const [at, step] of body.steps.entries()) {
      expect(step).toMatchObject({ type: expect.any(String), by: expect.any(String), line: expect.any(Number) })
      if (at > 0) expect(step.from).toBe(body.steps[at - 1].to)
    }
    expect((await ask('/traceability/proof/REQ-001', tangled)).body).toMatchObject({ level: expect.any(String) })
  })

  it.each([
    '/traceability/chain/REQ-404',
    '/traceability/proof/REQ-404',
    '/traceability/proof/SPEC-001-001',
    '/risks/RISK-404',
  ])('has nothing at %s', async (path) => {
    expect((await ask(path)).status).toBe(404)
  })

  it.each([
    '/traceability/chain/REQ-001?depth=99',
    '/traceability/chain/REQ-001?direction=left',
    '/annotations?tag=gxp',
    '/annotations?cursor=AAAA',
    '/risks?q=',
  ])('is not asked for by %s', async (path) => {
    expect((await ask(path)).status).toBe(400)
  })

  it('is for nobody else', async () => {
    const paths = [
      '/traceability/matrix',
      '/traceability/matrix.csv',
      '/traceability/chain/REQ-001',
      '/traceability/broken',
    ]
    const more = [
      '/traceability/proof/REQ-001',
      '/annotations',
      '/risks',
      '/risk/register',
      '/risk/assessment',
      '/artifacts.csv',
    ]
    for (const path of [...paths, ...more]) {
      expect((await ask(path, stage.acme.pump, stage.zeta.keys.admin)).status).toBe(404)
    }
    expect((await ask('/traceability/matrix', stage.acme.empty)).status).toBe(404)
  })

  describe('in the code', () => {
    const places = async (query: string, repository = tangled, limit = 1) =>
      (
        (await stage.all(stage.acme.keys.read, `/repositories/${repository.id}/annotations${query}`, limit)) as {
          path: string
          line: number
        }[]
      ).map(({ path, line }) => `${path}:${line}`)

    it.each([
      ['', ['src/stop.ts:1', 'test/stop.test.ts:1', 'test/stop.test.ts:6']],
      ['?kind=test', ['test/stop.test.ts:1', 'test/stop.test.ts:6']],
      ['?path=src/', ['src/stop.ts:1']],
      ['?id=SPEC-CODE-1', ['src/stop.ts:1', 'test/stop.test.ts:1']],
      ['?tag=test-type', ['test/stop.test.ts:1']],
      ['?id=SPEC-404&tag=test-type', []],
    ])('annotations are listed by path and line: %s', async (query, expected) => {
      expect(await places(query)).toEqual(expected)
      expect(await places(query, tangled, 100)).toEqual(expected)
    })

    it('annotations say what their tags name', async () => {
      const { body } = await ask('/annotations?path=src/dose.ts')
      expect(body.items).toMatchObject([
        {
          ...{ path: 'src/dose.ts', kind: 'source' },
          tags: [
            { name: 'gxp-satisfies', generation: 3, ids: ['REQ-001'], value: null },
            { name: 'gxp-implements', ids: ['SPEC-001-001'] },
            { name: 'gxp-risk', ids: [], value: 'HIGH' },
          ],
        },
      ])
    })
  })

  describe('of risks', () => {
    it('the register is listed, and told in full by id', async () => {
      expect((await ask('/risks?risk=HIGH&status=mitigated&q=WEIGHT')).body.items).toEqual([
        {
          id: 'RISK-001',
          title: 'Overdose through a wrong weight',
          date: '2026-02-12',
          risk: 'HIGH',
          status: 'mitigated',
          line: 3,
        },
      ])
      expect((await ask('/risks?risk=LOW')).body.items).toEqual([])
      expect((await ask('/risks/RISK-001')).body.entries).toMatchObject([
        { fields: { impact: 'Patient harm', component: 'src/dose.ts' } },
      ])
      expect((await ask('/risk/register')).body).toMatchObject({
        ...{ entries: 1, risks: 1, lastDate: '2026-02-12', byRisk: { HIGH: 1 }, byStatus: { mitigated: 1 } },
        path: '.gxp/risk_assessment.log',
      })
      expect((await ask('/risk/register', tangled)).status).toBe(404)
    })

    it('coverage stands against what the policy demands', async () => {
      const { body } = await ask('/risk/assessment')
      expect(body.riskMatrix).toBe("the standard's defaults")
      expect(body.risks.map(({ risk }: { risk: string }) => risk)).toEqual(['HIGH', 'MEDIUM', 'LOW'])
      expect(body.risks[0]).toMatchObject({
        ...{ requirements: 1, traced: 1, reached: { traced: 100 }, missingTiers: 0 },
        demanded: { coverage: 95, tiers: ['IQ', 'OQ', 'PQ'], signatures: 1 },
        tiers: { IQ: 1, OQ: 1, PQ: 1 },
      })
    })
  })

  describe('as CSV', () => {
    it('has a line for each artifact, and nothing that a spreadsheet would calculate', async () => {
      const { body, headers } = await ask('/artifacts.csv', tangled)
      expect(headers).toMatchObject({
        'content-type': 'text/csv; charset=utf-8; header=present',
        'content-disposition': 'attachment; filename="tangled-artifacts.csv"',
      })
      const [names, ...lines] = body.trimEnd().split('\r\n')
      expect(names).toMatch(/^kind,gxp_id,title,/)
      expect(lines).toHaveLength(5)
      expect(lines.map((line: string) => line.split(',').slice(0, 3).join())).toContain("specification,SPEC-A,'=1+1")
    })

    it('has the paths that the matrix has', async () => {
      const { body } = await ask('/traceability/matrix', misnamed)
      const path = body.coverage['REQ-001'].path.join(' > ')
      expect(path).toBe('FILE:test/dose.test.ts > SPEC-CODE-1 > REQ-001')
      expect((await ask('/traceability/matrix.csv', misnamed)).body).toContain(`,${path},`)
    })

    it('has a line for each requirement with how far it is covered', async () => {
      const { body } = await ask('/traceability/matrix.csv')
      const lines = body.trimEnd().split('\r\n')
      expect(lines).toHaveLength(4)
      expect(lines[3]).toMatch(
        /^REQ-003,Unit display,LOW,true,true,false,OQ,,FILE:.* > .*REQ-003,\.gxp\/requirements\/REQ-003/,
      )
    })
  })
})
