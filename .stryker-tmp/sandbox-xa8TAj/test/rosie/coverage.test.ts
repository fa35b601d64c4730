// @ts-nocheck
import {
  assessInFull,
  assessRecord,
  claims,
  edited,
  type Files,
  goodBut,
  lines,
  REQUIREMENT,
  requirement,
  SPECIFICATION,
  signer,
  specification,
  story,
  TEST,
} from '../support/record.ts'

const levels = async (files: Files, given = {}) => (await assessRecord(files, given)).summary.requirements
const coverageOf = async (files: Files, id: string) => {
  const { head } = await assessInFull(files)
  const { linked, traced, proven } = head.coverage.requirements.find((each) => each.id === id) ?? {}
  return { linked, traced, proven }
}
const edges = async (files: Files) =>
  (await assessInFull(files)).head.graph.edges.map(({ from, type, to, by }) => `${from} ${type} ${to} (${by})`)

/** Requirements, stories and specifications of two features that share files. */
const TWO: Files = {
  '.gxp/requirements/REQ-A.md': requirement('REQ-A'),
  '.gxp/requirements/REQ-B.md': requirement('REQ-B'),
  '.gxp/user_stories/US-A.md': story('US-A', 'parent_id: REQ-A'),
  '.gxp/user_stories/US-B.md': story('US-B', 'parent_id: REQ-B'),
  '.gxp/specs/SPEC-A.md': specification('SPEC-A', 'parent_id: US-A'),
  '.gxp/specs/SPEC-B.md': specification('SPEC-B', 'parent_id: US-B'),
}

describe('The graph', () => {
  it('has an edge for each reference of a document and each tag, from what fulfils to what is fulfilled', async () => {
    expect((await edges(goodBut({}))).sort()).toEqual([
      'FILE:src/dose.ts#L1 implements SPEC-001-001 (@gxp-implements)',
      'FILE:src/dose.ts#L1 satisfies REQ-001 (@gxp-satisfies)',
      'FILE:test/dose.test.ts#L1 verifies SPEC-001-001 (@gxp-verifies)',
      'SPEC-001-001 derives_from US-001-001 (parent_id)',
      'US-001-001 derives_from REQ-001 (parent_id)',
    ])
  })

  it('has edges for the files that a specification names, where they are sources or tests of the tree', async () => {
    const text = specification(
      'SPEC-A',
      'parent_id: US-A',
      'source_files: [src/a.ts, src/gone.ts]',
      'test_files:',
      '  - test/a.test.ts',
    )
    const files = { ...TWO, '.gxp/specs/SPEC-A.md': text, 'src/a.ts': '', 'test/a.test.ts': '' }
    expect((await edges(files)).filter((edge) => edge.startsWith('FILE'))).toEqual([
      'FILE:test/a.test.ts verifies SPEC-A (test_files)',
      'FILE:src/a.ts implements SPEC-A (source_files)',
    ])
    expect(await coverageOf(files, 'REQ-A')).toMatchObject({ traced: true })
  })

  it('has an edge from evidence to its specification, and none from a release manifest', async () => {
    const { sign } = await signer()
    const files = goodBut({
      '.gxp/evidence/a.jws': await sign(),
      '.gxp/evidence/r.jws': await sign({ release_version: '1', spec_id: 'SPEC-001-001' }),
    })
    expect((await edges(files)).filter((edge) => edge.startsWith('EVIDENCE'))).toEqual([
      'EVIDENCE:.gxp/evidence/a.jws produces SPEC-001-001 (spec_id)',
    ])
  })

  it('never infers a parent from the digits of an id', async () => {
    const files = { ...TWO, '.gxp/specs/SPEC-A-001.md': specification('SPEC-A-001') }
    expect((await edges(files)).filter((edge) => edge.startsWith('SPEC-A-001'))).toEqual([])
  })

  it('lets a specification that only the code defines inherit what its own block fulfils', async () => {
    const source = lines('// @gxp-satisfies REQ-A', '// @gxp-implements US-B, SPEC-X, SPEC-A', 'a()')
    expect((await edges({ ...TWO, 'src/a.ts': source })).filter((edge) => edge.startsWith('SPEC-X'))).toEqual([
      'SPEC-X derives_from REQ-A (@gxp-satisfies)',
      'SPEC-X derives_from US-B (@gxp-implements)',
    ])
  })

  it('joins them by block, never by file, and not in tests', async () => {
    const source = lines('// @gxp-satisfies REQ-A', 'a()', '', '// @gxp-implements SPEC-X', 'b()')
    const test = lines('// @gxp-satisfies REQ-A', '// @gxp-implements SPEC-X')
    const all = await edges({ ...TWO, 'src/a.ts': source, 'test/a.test.ts': test })
    expect(all.filter((edge) => edge.startsWith('SPEC-X'))).toEqual([])
  })

  it('may have more edges than a function takes arguments', async () => {
    const ids = Array.from({ length: 40 }, (_, i) => `SPEC-${i}`).join(', ')
    const source = Array.from({ length: 1_000 }, () => `// @gxp-satisfies REQ-A\n// @gxp-implements ${ids}\nx()`).join(
      '\n',
    )
    const files = Object.fromEntries([1, 2, 3, 4].map((n) => [`src/${n}.ts`, source]))
    expect(await edges({ ...TWO, ...files })).toHaveLength(4 + 4_000 * 41 + 40)
  })
})

describe('Coverage', () => {
  it('is traced along requirement ← story ← specification ← test', async () => {
    expect(await levels(goodBut({}))).toEqual({ total: 1, linked: 1, traced: 1, proven: 0 })
  })

  it.each([
    ['the story', { ...edited(SPECIFICATION, 'US-001-001', 'REQ-001') }],
    ['the specification', { [TEST]: '// @gxp-verifies US-001-001\n' }],
    ['both', { [TEST]: '// @gxp-satisfies REQ-001\n' }],
  ])('may skip %s', async (_, changes) => {
    expect(await levels(goodBut(changes))).toMatchObject({ traced: 1 })
  })

  it('is linked, not traced, for an untested requirement that shares a file with a tested one', async () => {
    const source = lines('// @gxp-implements SPEC-A', 'a()', '', '// @gxp-implements SPEC-B', 'b()')
    const files = { ...TWO, 'src/shared.ts': source, 'test/a.test.ts': '// @gxp-verifies SPEC-A\n' }
    expect(await coverageOf(files, 'REQ-A')).toEqual({ linked: true, traced: true, proven: false })
    expect(await coverageOf(files, 'REQ-B')).toEqual({ linked: true, traced: false, proven: false })
  })

  it('is neither linked nor traced where nothing is shared', async () => {
    const files = { ...TWO, 'src/b.ts': '// @gxp-implements SPEC-B\n', 'test/a.test.ts': '// @gxp-verifies SPEC-A\n' }
    expect(await coverageOf(files, 'REQ-B')).toEqual({ linked: false, traced: false, proven: false })
  })

  it('does not grow by a test file that shares its file with another test', async () => {
    const test = lines('// @gxp-verifies SPEC-A', 'a()', '', '// @test-type OQ', '// @gxp-risk LOW', 'b()')
    expect(await coverageOf({ ...TWO, 'test/a.test.ts': test }, 'REQ-B')).toMatchObject({ traced: false })
  })

  it('does not come from source alone, nor from source that says it verifies', async () => {
    expect(await levels(goodBut({ [TEST]: null }))).toMatchObject({ linked: 0, traced: 0 })
    expect(await levels(goodBut({ [TEST]: null, 'src/check.ts': '// @gxp-verifies SPEC-001-001\n' }))).toMatchObject({
      traced: 0,
    })
  })

  it('comes from valid passing evidence, never from untrusted, invalid or failed', async () => {
    const { key, sign } = await signer()
    const counts = async (jws: string, keys = [key]) =>
      levels(goodBut({ [TEST]: null, '.gxp/evidence/a.jws': jws }), { keys })
    expect(await counts(await sign())).toEqual({ total: 1, linked: 1, traced: 1, proven: 0 })
    expect(await counts(await sign(), [])).toMatchObject({ linked: 0, traced: 0 })
    expect(await counts(await (await signer()).sign())).toMatchObject({ linked: 0, traced: 0 })
    expect(await counts(await sign(claims({ test_results: { passed: 1, failed: 1 } })))).toMatchObject({ traced: 0 })
  })

  it('stays the same when digits only look alike', async () => {
    const files = {
      '.gxp/requirements/REQ-001.md': requirement('REQ-001'),
      'test/a.test.ts': '// @gxp-verifies SPEC-001-001\n',
    }
    expect(await levels(files)).toMatchObject({ total: 1, linked: 0, traced: 0 })
  })

  it('is counted by risk, the highest first, those without one last', async () => {
    const assessment = await assessRecord({
      ...TWO,
      '.gxp/requirements/REQ-A.md': requirement('REQ-A', 'gxp_risk_rating: LOW'),
      '.gxp/requirements/REQ-C.md': requirement('REQ-C', 'gxp_risk_rating: HIGH'),
      'test/a.test.ts': '// @gxp-verifies SPEC-A\n',
    })
    expect(assessment.coverage).toEqual([
      { risk: 'HIGH', total: 1, linked: 0, traced: 0, proven: 0 },
      { risk: 'LOW', total: 1, linked: 1, traced: 1, proven: 0 },
      { risk: null, total: 1, linked: 0, traced: 0, proven: 0 },
    ])
  })

  it('counts requirements that only the code names, where none are kept as documents', async () => {
    const files = {
      '.gxp/system_context.md': '',
      'src/a.ts': '// @gxp-satisfies REQ-1, REQ-2\n',
      'test/a.test.ts': '// @gxp-req REQ-1\n',
    }
    expect(await levels(files)).toEqual({ total: 2, linked: 2, traced: 1, proven: 0 })
    expect(await levels({ ...files, [REQUIREMENT]: requirement('REQ-001') })).toMatchObject({ total: 1, traced: 0 })
  })
})
