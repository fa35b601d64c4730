import type { SourceState } from '../../src/rosie/model.ts'
import { DEFAULT_POLICY } from '../../src/rosie/policy.ts'
import {
  assessInFull,
  assessRecord,
  claims,
  EVIDENCE,
  edited,
  type Files,
  type Given,
  goodBut,
  lines,
  REQUIREMENT,
  requirement,
  SPECIFICATION,
  STORY,
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
const pathOf = async (files: Files, id: string, given: Given = {}) => {
  const { head } = await assessInFull(files, given)
  return head.coverage.requirements.find((each) => each.id === id)?.path ?? []
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

  it.each<[string, Parameters<typeof claims>[0]]>([
    ['of the future', { timestamp: '2026-02-06T10:05:01Z' }],
    ['signed in the future', { iat: Date.parse('2026-02-06T10:05:01Z') / 1000 }],
    ['that expired', { exp: Date.parse('2026-02-06T10:00:00Z') / 1000 }],
    ['that can not be told to have expired', { exp: 'tomorrow' }],
    ['without a time, also where it was signed at one', { timestamp: undefined, iat: 1770285600 }],
    ['without the state of the source', { system_state_hash: undefined }],
    ['of a tier that is none', { verification_tier: 'XQ' }],
    ['of a run that says it failed', { test_results: { result: 'FAIL', passed: 4, failed: 0 } }],
    ['of no test that passed', { test_results: { passed: 0, failed: 0, skipped: 4 } }],
  ])('does not come from evidence %s', async (_, changes) => {
    const { key, sign } = await signer()
    const files = goodBut({ [TEST]: null, [EVIDENCE]: await sign(claims(changes)) })
    expect(await levels(files, { keys: [key] })).toEqual({ total: 1, linked: 0, traced: 0, proven: 0 })
  })

  it('does not come from evidence whose claim is contradicted', async () => {
    const { key, sign } = await signer()
    const state = { id: '1'.repeat(64), plain: 'a'.repeat(64), separated: null }
    const files = goodBut({ [TEST]: null, [EVIDENCE]: await sign() })
    expect(await levels(files, { keys: [key], states: { ['0'.repeat(40)]: state } })).toMatchObject({ traced: 0 })
    expect(await levels(files, { keys: [key], states: { ['0'.repeat(40)]: null } })).toMatchObject({ traced: 1 })
  })

  it('comes from evidence within what clocks may differ by, before it expires, and of the oldest form', async () => {
    const { key, sign } = await signer()
    const traced = async (changes: Parameters<typeof claims>[0]) =>
      levels(goodBut({ [TEST]: null, [EVIDENCE]: await sign(claims(changes)) }), { keys: [key] })
    expect(await traced({ timestamp: '2026-02-06T10:05:00Z' })).toMatchObject({ traced: 1 })
    expect(await traced({ exp: Date.parse('2026-02-06T10:00:01Z') / 1000 })).toMatchObject({ traced: 1 })
    expect(await traced({ system_state_hash: undefined, system_state: 'git:0123456' })).toMatchObject({ traced: 1 })
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
      {
        risk: 'HIGH',
        total: 1,
        linked: 0,
        traced: 0,
        proven: 0,
        tiers: [{ tier: 'OQ', reached: 0, demanded: 1 }],
        gate: 'traced',
        demanded: 95,
        reached: 0,
      },
      {
        risk: 'LOW',
        total: 1,
        linked: 1,
        traced: 1,
        proven: 0,
        tiers: [{ tier: 'OQ', reached: 1, demanded: 1 }],
        gate: 'traced',
        demanded: 60,
        reached: 100,
      },
      { risk: null, total: 1, linked: 0, traced: 0, proven: 0, tiers: [], gate: 'traced', demanded: null, reached: 0 },
    ])
  })

  it('is rounded down, and says what the risk matrix demands', async () => {
    const rated = (id: string) => requirement(id, 'gxp_risk_rating: MEDIUM')
    const { coverage } = await assessRecord(
      {
        '.gxp/requirements/REQ-A.md': rated('REQ-A'),
        '.gxp/requirements/REQ-B.md': rated('REQ-B'),
        '.gxp/requirements/REQ-C.md': rated('REQ-C'),
        'test/a.test.ts': lines('// @gxp-satisfies REQ-A, REQ-B', '// @test-type PQ'),
        'test/b.test.ts': lines('// @gxp-satisfies REQ-A', '// @test-type OQ'),
      },
      { policy: { riskMatrix: DEFAULT_POLICY.riskMatrix } },
    )
    expect(coverage).toMatchObject([
      {
        risk: 'MEDIUM',
        total: 3,
        traced: 2,
        reached: 66,
        demanded: 80,
        tiers: [
          { tier: 'OQ', reached: 1, demanded: 3 },
          { tier: 'PQ', reached: 2, demanded: 3 },
        ],
      },
    ])
  })

  it('counts all as HIGH where the policy says so', async () => {
    const { coverage } = await assessRecord(
      { ...TWO, 'test/a.test.ts': '// @gxp-verifies SPEC-A\n' },
      { policy: { allHigh: true } },
    )
    expect(coverage).toMatchObject([{ risk: 'HIGH', total: 2, traced: 1 }])
  })

  it('is not asked of a requirement that is retired', async () => {
    const retired = (status: string) => ({
      ...TWO,
      '.gxp/requirements/REQ-B.md': requirement('REQ-B', `validation_status: ${status}`),
    })
    expect(await levels(retired('retired'))).toMatchObject({ total: 1 })
    expect(await levels(retired('validated'))).toMatchObject({ total: 2 })
    const twice = { ...retired('retired'), '.gxp/requirements/REQ-B-again.md': requirement('REQ-B') }
    expect(await levels(twice)).toMatchObject({ total: 2 })
  })

  it('is of no test that is joined with nothing', async () => {
    // The first node of the graph belongs to REQ-A: what has no edges is not taken for it.
    expect(await levels({ ...TWO, 'test/a.test.ts': '// @gxp-risk LOW\n' })).toMatchObject({ total: 2, linked: 0 })
    const blocks = lines('// @gxp-verifies SPEC-B', 'b()', '// @gxp-risk LOW', 'c()')
    expect(await levels({ ...TWO, 'test/a.test.ts': blocks })).toMatchObject({ total: 2, linked: 1 })
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

describe('Only edges of the right types carry coverage:', () => {
  it.each([
    ['a test that verifies a requirement', { [TEST]: '// @gxp-verifies REQ-001\n' }],
    ['a test that satisfies a specification', { [TEST]: '// @gxp-satisfies SPEC-001-001\n' }],
    [
      'a specification that implements a requirement',
      { [SPECIFICATION]: specification('SPEC-001-001', 'implements: REQ-001') },
    ],
    [
      'a story that derives from a story',
      {
        [STORY]: story('US-001-001', 'parent_id: US-2'),
        '.gxp/user_stories/US-2.md': story('US-2', 'parent_id: REQ-001'),
      },
    ],
    [
      'a requirement under a story',
      {
        '.gxp/requirements/REQ-2.md': requirement('REQ-2', 'derives_from: US-001-001'),
        [STORY]: story('US-001-001'),
        [TEST]: '// @gxp-satisfies REQ-2\n',
      },
    ],
  ])('%s does not', async (_, changes) => {
    expect(await coverageOf(goodBut(changes), 'REQ-001')).toMatchObject({ traced: false })
  })

  it.each([
    [
      'a specification under a specification',
      {
        [SPECIFICATION]: specification('SPEC-001-001', 'parent_id: SPEC-2'),
        '.gxp/specs/SPEC-2.md': specification('SPEC-2', 'parent_id: REQ-001'),
      },
    ],
    [
      'a requirement under a requirement',
      {
        [STORY]: story('US-001-001', 'parent_id: REQ-2'),
        '.gxp/requirements/REQ-2.md': requirement('REQ-2', 'satisfies: REQ-001'),
      },
    ],
    ['a test that verifies a story', { [TEST]: '// @gxp-verifies US-001-001\n' }],
  ])('%s does', async (_, changes) => {
    expect(await coverageOf(goodBut(changes), 'REQ-001')).toMatchObject({ traced: true })
  })

  it('evidence for a requirement does not, and source passes on nothing that it may not say', async () => {
    const { key, sign } = await signer()
    const files = goodBut({ [TEST]: null, [EVIDENCE]: await sign(claims({ spec_id: 'REQ-001' })) })
    expect(await levels(files, { keys: [key] })).toMatchObject({ traced: 0 })
    const source = lines('// @gxp-implements REQ-A, SPEC-X', 'a()')
    const wrong = { ...TWO, 'src/a.ts': source, 'test/a.test.ts': '// @gxp-verifies SPEC-X\n' }
    expect(await coverageOf(wrong, 'REQ-A')).toMatchObject({ linked: true, traced: false })
  })
})

const { key, sign } = await signer('team')

describe('Proven', () => {
  const COMMIT = 'd'.repeat(40)
  const NOW: SourceState = { id: '1'.repeat(64), plain: 'a'.repeat(64), separated: 'b'.repeat(64) }
  const THEN: SourceState = { id: '2'.repeat(64), plain: 'c'.repeat(64), separated: 'd'.repeat(64) }
  const run = (change: Parameters<typeof claims>[0] = {}) =>
    claims({ system_state_hash: NOW.plain, git_commit: COMMIT, ...change })
  const proven = async (
    payloads: ReturnType<typeof run>[],
    { states = { [COMMIT]: NOW }, state = NOW, keys = [key] }: Given = {},
    changes: Parameters<typeof goodBut>[0] = {},
  ) => {
    const files = goodBut(changes)
    for (const [index, payload] of payloads.entries()) files[`.gxp/evidence/EV-${index}.jws`] = await sign(payload)
    return (await levels(files, { keys, states, state })).proven
  }
  const failed = { test_results: { passed: 3, failed: 1, skipped: 0 } }
  const later = { timestamp: '2026-02-05T11:00:00Z' }

  it('by valid, passing evidence that was made for what it claims and for the source as it is', async () => {
    expect(await proven([run()])).toBe(1)
    expect(await proven([run({ system_state_hash: NOW.separated })])).toBe(1)
  })

  it('by no other', async () => {
    expect(await proven([])).toBe(0)
    expect(await proven([run()], { keys: [] })).toBe(0)
    expect(await proven([run(failed)])).toBe(0)
    expect(await proven([run({ spec_id: 'SPEC-404' })])).toBe(0)
    expect(await proven([run({ system_state_hash: THEN.plain })])).toBe(0) // contradicted
  })

  it('not where its provenance is unknown: not replayed, no such commit, no commit named', async () => {
    expect(await proven([run()], { states: {} })).toBe(0)
    expect(await proven([run()], { states: { [COMMIT]: null } })).toBe(0)
    expect(await proven([run({ git_commit: undefined })])).toBe(0)
  })

  it('not where the source is another one by now, or not known', async () => {
    expect(await proven([run()], { state: THEN })).toBe(0)
    expect(await proven([run()], { state: null })).toBe(0)
  })

  it('not after a newer failed run of the same tier, and again after a newer one that passed', async () => {
    expect(await proven([run(), run({ ...failed, ...later })])).toBe(0)
    expect(await proven([run(later), run(failed)])).toBe(1)
    expect(await proven([run(), run({ ...failed, ...later }), run({ timestamp: '2026-02-05T12:00:00Z' })])).toBe(1)
  })

  it('in spite of a newer failed run of another tier or specification', async () => {
    expect(await proven([run(), run({ ...failed, ...later, verification_tier: 'IQ' })])).toBe(1)
    expect(await proven([run(), run({ ...failed, ...later, spec_id: 'SPEC-404' })])).toBe(1)
  })

  it('with evidence that names no tier taken for one of its specification', async () => {
    const untiered = { verification_tier: undefined }
    expect(await proven([run(), run({ ...failed, ...later, ...untiered })])).toBe(0)
    expect(await proven([run({ verification_tier: 'IQ' }), run({ ...failed, ...later, ...untiered })])).toBe(1)
  })

  it('in spite of a newer failed run of the future, or of a tier that is none', async () => {
    const future = { timestamp: '2026-02-06T10:05:01Z' }
    expect(await proven([run(), run({ ...failed, ...future })])).toBe(1)
    expect(await proven([run(), run(future)])).toBe(1)
    expect(await proven([run(), run({ ...failed, ...later, verification_tier: 'XQ' })])).toBe(1)
  })

  it('not after a newer run that expired, or that does not say when or in which state', async () => {
    expect(await proven([run(), run({ ...later, exp: Date.parse('2026-02-06T10:00:00Z') / 1000 })])).toBe(0)
    expect(await proven([run(), run({ ...later, exp: Date.parse('2026-02-06T10:00:01Z') / 1000 })])).toBe(1)
    const signedLater = { timestamp: undefined, iat: Date.parse(later.timestamp) / 1000 }
    expect(await proven([run(), run(signedLater)])).toBe(0)
    expect(await proven([run(), run({ ...later, system_state_hash: undefined })])).toBe(0)
  })

  it('in spite of a newer one that nobody trusted signed', async () => {
    const stranger = await signer()
    const files = goodBut({
      '.gxp/evidence/a.jws': await sign(run()),
      '.gxp/evidence/b.jws': await stranger.sign(run({ ...failed, ...later })),
    })
    const given = { keys: [key], states: { [COMMIT]: NOW }, state: NOW }
    expect(await levels(files, given)).toMatchObject({ proven: 1 })
  })

  it('is the gate of HIGH once a key is trusted, where the risk matrix asks for signatures, and of no other risk', async () => {
    const files = goodBut({
      [EVIDENCE]: await sign(run()),
      '.gxp/requirements/REQ-2.md': requirement('REQ-2', 'gxp_risk_rating: LOW'),
    })
    const { riskMatrix } = DEFAULT_POLICY
    const gates = async (given: Given, matrix = riskMatrix) =>
      (await assessRecord(files, { ...given, policy: { riskMatrix: matrix } })).coverage.map(
        ({ risk, gate, reached }) => `${risk} ${gate} ${reached}`,
      )
    expect(await gates({})).toEqual(['HIGH traced 100', 'LOW traced 0'])
    expect(await gates({ keys: [key] })).toEqual(['HIGH proven 0', 'LOW traced 0'])
    const noSignature = { ...riskMatrix, HIGH: { ...riskMatrix.HIGH, signatures: 0 as const } }
    expect(await gates({ keys: [key] }, noSignature)).toEqual(['HIGH traced 100', 'LOW traced 0'])
    expect(await gates({ keys: [key], states: { [COMMIT]: NOW }, state: NOW })).toEqual([
      'HIGH proven 100',
      'LOW traced 0',
    ])
  })

  it('shows the path that proves it, not a shorter one that traces it', async () => {
    const given = { keys: [key], states: { [COMMIT]: NOW }, state: NOW }
    const files = goodBut({ [EVIDENCE]: await sign(run()), 'test/short.test.ts': '// @gxp-satisfies REQ-001\n' })
    expect(await pathOf(files, 'REQ-001', given)).toEqual([
      `EVIDENCE:${EVIDENCE}`,
      'SPEC-001-001',
      'US-001-001',
      'REQ-001',
    ])
    expect(await pathOf(files, 'REQ-001')).toEqual(['FILE:test/short.test.ts#L1', 'REQ-001'])
  })
})

describe('The path of a requirement', () => {
  it('is a shortest one from a test, both ends included', async () => {
    expect(await pathOf(goodBut({}), 'REQ-001')).toEqual([
      'FILE:test/dose.test.ts#L1',
      'SPEC-001-001',
      'US-001-001',
      'REQ-001',
    ])
    const named = edited(SPECIFICATION, 'title:', `test_files: [${TEST}]\ntitle:`)
    expect(await pathOf(goodBut({ ...named, [TEST]: 'it()\n' }), 'REQ-001')).toEqual([
      `FILE:${TEST}`,
      'SPEC-001-001',
      'US-001-001',
      'REQ-001',
    ])
  })

  it('is empty where nothing traces it', async () => {
    expect(await pathOf(goodBut({ [TEST]: null }), 'REQ-001')).toEqual([])
  })

  it('shows of one that no one could read its ends', async () => {
    const names = Array.from({ length: 100 }, (_, i) => `REQ-${i}`)
    const chain = Object.fromEntries(
      names.map((id, i) => [
        `.gxp/requirements/${id}.md`,
        requirement(id, ...(i > 0 ? [`satisfies: ${names[i - 1]}`] : [])),
      ]),
    )
    const path = await pathOf({ ...chain, 'test/a.test.ts': '// @gxp-satisfies REQ-99\n' }, 'REQ-0')
    expect(path).toHaveLength(52)
    expect(path.slice(0, 3)).toEqual(['FILE:test/a.test.ts#L1', '(50 more)', 'REQ-49'])
    expect(path.at(-1)).toBe('REQ-0')
    const whole = await pathOf({ ...chain, 'test/a.test.ts': '// @gxp-satisfies REQ-49\n' }, 'REQ-0')
    expect(whole).toEqual(['FILE:test/a.test.ts#L1', ...names.slice(0, 50).reverse()])
  })
})

describe('Tiers of a requirement', () => {
  const tiersOf = async (files: Files, id: string) => {
    const { head } = await assessInFull(files)
    return head.coverage.requirements.find((each) => each.id === id)?.tiers
  }
  const test = (id: string, type: string) => lines(`// @gxp-verifies ${id}`, `// @test-type ${type}`, 'it()')

  it('are those of all its tests, and of no other requirement', async () => {
    const files = {
      ...TWO,
      'test/a.test.ts': test('SPEC-A', 'PQ'),
      'test/b.test.ts': test('SPEC-A', 'IQ'),
      'test/c.test.ts': test('SPEC-B', 'OQ'),
    }
    expect(await tiersOf(files, 'REQ-A')).toEqual(['IQ', 'PQ'])
    expect(await tiersOf(files, 'REQ-B')).toEqual(['OQ'])
  })

  it('are those that its tests name as their type, whatever else they say', async () => {
    const text = lines('// @gxp-verifies SPEC-A', '// @gxp-risk-concern "PQ"', '// @test-type IQ', 'it()')
    expect(await tiersOf({ ...TWO, 'test/a.test.ts': text }, 'REQ-A')).toEqual(['IQ'])
  })

  it('go round a circle and come to an end', async () => {
    const files = {
      '.gxp/requirements/REQ-A.md': requirement('REQ-A', 'satisfies: REQ-B'),
      '.gxp/requirements/REQ-B.md': requirement('REQ-B', 'satisfies: REQ-A'),
      'test/a.test.ts': lines('// @gxp-satisfies REQ-A', '// @test-type IQ'),
      'test/b.test.ts': lines('// @gxp-satisfies REQ-B', '// @test-type PQ'),
    }
    expect(await tiersOf(files, 'REQ-A')).toEqual(['IQ', 'PQ'])
    expect(await tiersOf(files, 'REQ-B')).toEqual(['IQ', 'PQ'])
  })
})
