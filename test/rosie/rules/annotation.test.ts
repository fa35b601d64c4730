import { assessRecord, CONTEXT, found, GOOD, goodBut, lines, REQUIREMENT } from '../../support/record.ts'

const of = async (rule: string, changes: Parameters<typeof goodBut>[0]) =>
  found(await assessRecord(goodBut(changes)), rule)

describe('annotation/malformed', () => {
  const rule = 'annotation/malformed'

  it.each([
    ['@gxp-risk high', 'HIGH'],
    ['@gxp-satisfies', 'names no id'],
    ['@gxp_spec SPEC-001-001', '@gxp-spec'],
    ['@gxp-specs SPEC-001-001', '@gxp-spec'],
  ])('finds %s, with its line and columns', async (tag, words) => {
    const length = tag.split(' ')[0]?.length ?? 0
    expect(await of(rule, { 'src/a.ts': `\n  // ${tag}\n` })).toMatchObject([
      {
        severity: 'error',
        path: 'src/a.ts',
        line: 2,
        endLine: 2,
        column: 6,
        endColumn: 5 + length,
        message: expect.stringContaining(words),
      },
    ])
  })

  it('finds it in tests and in Python alike', async () => {
    expect(await of(rule, { 'tests/test_a.py': '# @gxp-verifies spec-1\n' })).toMatchObject([
      { path: 'tests/test_a.py' },
    ])
  })

  it('finds nothing in good tags of all three generations', async () => {
    const source = lines(
      '// @gxp-satisfies REQ-001',
      '// @gxp-implements SPEC-001-001',
      '// @gxp-risk HIGH',
      'a()',
      '// @gxp-req REQ-001 "Dose limit"',
      '// @gxp-spec SPEC-001-001 "Limit check"',
      'b()',
      '// @gxp-tag SPEC-001-001',
      '// @gxp-criticality HIGH',
      '// @requirement REQ-001',
      '// @description Checks the limit',
    )
    expect(found(await assessRecord(goodBut({ 'src/a.ts': source })))).toEqual([])
  })
})

describe('annotation/unknown-id', () => {
  const rule = 'annotation/unknown-id'

  it('finds a requirement without an artifact, at the id, and proposes the nearest', async () => {
    expect(await of(rule, { 'src/a.ts': '// @gxp-satisfies REQ-001, REQ-01\n' })).toMatchObject([
      {
        severity: 'error',
        path: 'src/a.ts',
        line: 1,
        column: 28,
        endColumn: 33,
        gxpId: 'REQ-01',
        message: expect.stringContaining('Did you mean REQ-001?'),
      },
    ])
  })

  it('finds a story without an artifact', async () => {
    expect(await of(rule, { 'src/a.ts': '// @gxp-implements US-404\n' })).toMatchObject([{ gxpId: 'US-404' }])
  })

  it('finds a specification that nothing defines: no artifact, and no source that implements it', async () => {
    const test = { 'test/b.test.ts': '// @gxp-verifies SPEC-INF-001\n' }
    expect(await of(rule, test)).toMatchObject([{ path: 'test/b.test.ts', gxpId: 'SPEC-INF-001' }])
    expect(await of(rule, { ...test, 'src/b.ts': '// @gxp-derives-from SPEC-INF-001\n' })).toHaveLength(2)
  })

  it.each(['@gxp-implements SPEC-INF-001', '@gxp-spec SPEC-INF-001', '@gxp-tag SPEC-INF-001'])(
    'finds nothing where source says %s',
    async (tag) => {
      expect(
        await of(rule, { 'test/b.test.ts': '// @gxp-verifies SPEC-INF-001\n', 'src/b.ts': `// ${tag}\n` }),
      ).toEqual([])
    },
  )

  it('is not satisfied by another test, except in the first generation', async () => {
    const test = { 'test/b.test.ts': '// @gxp-verifies SPEC-INF-001\n' }
    expect(await of(rule, { ...test, 'test/c.test.ts': '// @gxp-spec SPEC-INF-001\n' })).toHaveLength(2)
    expect(await of(rule, { ...test, 'test/c.test.ts': '// @gxp-tag SPEC-INF-001\n' })).toEqual([])
  })

  it('finds nothing in requirements and stories where the project keeps no such documents', async () => {
    const files = {
      [CONTEXT]: GOOD[CONTEXT] ?? '',
      'src/a.ts': '// @gxp-satisfies REQ-007\n// @gxp-implements US-007\n',
    }
    expect(found(await assessRecord(files), rule)).toEqual([])
  })

  it('finds them where the directory exists, if only as a placeholder', async () => {
    const files = {
      [CONTEXT]: GOOD[CONTEXT] ?? '',
      'src/a.ts': '// @gxp-satisfies REQ-007\n',
      '.gxp/requirements/.gitkeep': '',
    }
    expect(found(await assessRecord(files), rule)).toMatchObject([{ gxpId: 'REQ-007' }])
  })

  it('finds nothing where the document is there and can not be read', async () => {
    expect(await of(rule, { [REQUIREMENT]: 'REQ-001' })).toEqual([])
  })

  it('proposes for the first of many only, in bounded time', async () => {
    const ids = Array.from({ length: 40 }, (_, i) => `SPEC-00${1000 + i}-001`)
    const source = Array.from(
      { length: 100 },
      (_, n) => `// @gxp-derives-from ${ids.map((id) => `${id}-${n}`).join(', ')}\nx()`,
    )
    const findings = await of(rule, Object.fromEntries(source.map((text, n) => [`src/${n}.ts`, text])))
    expect(findings).toHaveLength(4_000)
  })

  it('finds a thousand in one file, and says how many more there are', async () => {
    const source = (count: number) =>
      Array.from({ length: count }, (_, n) => `// @gxp-verifies SPEC-404-${n}\nx()\n`).join('')
    expect(await of(rule, { 'test/b.test.ts': source(1_000) })).toHaveLength(1_000)
    const base = goodBut({ 'test/b.test.ts': source(1_234) })
    const findings = found(await assessRecord(goodBut({ 'test/b.test.ts': source(1_235) }), { base }), rule)
    expect(findings).toHaveLength(1_001)
    expect(findings.filter(({ status }) => status === 'introduced')).toMatchObject([
      { severity: 'error', path: 'test/b.test.ts', line: 2_001, message: expect.stringContaining('235 more') },
    ])
  })
})
