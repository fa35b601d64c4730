import {
  assessRecord,
  CONTEXT,
  edited,
  found,
  type Given,
  GOOD,
  goodBut,
  lines,
  REQUIREMENT,
  requirement,
  SOURCE,
  SPECIFICATION,
  STORY,
  specification,
  TEST,
} from '../../support/record.ts'

const of = async (rule: string, changes: Parameters<typeof goodBut>[0], given: Given = {}) =>
  found(await assessRecord(goodBut(changes), given), rule)

/** One comment of these tags, and a line of code. */
const block = (...tags: string[]) => lines(...tags.map((tag) => `// ${tag}`), 'x()')

describe('A test whose comment', () => {
  const rulesOf = async (tag: string) =>
    found(await assessRecord(goodBut({ [TEST]: block(tag, '@test-type OQ', '@gxp-risk HIGH') }))).map(
      ({ rule }) => rule,
    )

  it.each(['the limit check @gxp-verifies SPEC-001-001', 'Covers the limit; @gxp-verifies SPEC-001-001'])(
    'says %j verifies it',
    async (comment) => {
      expect(await rulesOf(comment)).toEqual([])
    },
  )

  it.each(['TODO: @gxp-verifies SPEC-001-001', 'replaces the test of @gxp-verifies SPEC-001-001'])(
    'says %j does not',
    async (comment) => {
      expect(await rulesOf(comment)).toEqual(['trace/uncovered-requirement', 'annotation/missing-tag'])
    },
  )
})

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

  it('leaves a file that was too large to be read to the rule for it', async () => {
    const large = { 'src/a.ts': `// @gxp-risk high\n${'x()\n'.repeat(1_000)}` }
    expect(await of(rule, large)).toHaveLength(1)
    expect(await of(rule, large, { policy: { maxFileBytes: 2_048 } })).toEqual([])
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
    expect(await of(rule, { 'src/a.ts': source })).toEqual([])
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

  it('finds them where the directory existed before this change: git keeps no empty one', async () => {
    const head = goodBut({ [REQUIREMENT]: null })
    const paths = async (base: Given['base']) => found(await assessRecord(head, { base }), rule).map(({ path }) => path)
    expect(await paths(goodBut({}))).toEqual([SOURCE])
    expect(await paths(goodBut({ [REQUIREMENT]: null, '.gxp/requirements/.gitkeep': '' }))).toEqual([SOURCE])
    expect(await paths(head)).toEqual([])
    const whole = await assessRecord(head, { base: goodBut({}) })
    expect(found(whole, 'trace/broken-reference')).toMatchObject([{ path: STORY, gxpId: 'US-001-001' }])
    expect(whole.summary.requirements).toMatchObject({ total: 0 })
  })

  it('asks of the base what its own directories ask, not what those of the head do', async () => {
    const head = { ...goodBut({}), 'src/a.ts': '// @gxp-satisfies REQ-404\n' }
    const { findings } = await assessRecord(head, { base: { ...head, [REQUIREMENT]: '' } })
    expect(found({ findings }, rule)).toMatchObject([{ gxpId: 'REQ-404', status: 'existing' }])
    const base = { ...goodBut({ [REQUIREMENT]: null }), 'src/a.ts': head['src/a.ts'] }
    expect(found(await assessRecord(head, { base }), rule)).toMatchObject([{ gxpId: 'REQ-404', status: 'introduced' }])
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

describe('annotation/missing-tag', () => {
  const rule = 'annotation/missing-tag'
  const IN_SOURCE = 'src/a.ts'
  const IN_TEST = 'test/a.test.ts'
  const missing = async (path: string, ...tags: string[]) =>
    (await of(rule, { [path]: block(...tags) })).map(
      ({ severity, message }) => `${severity} ${/(?:Add|add) (.*?)(?: with|\.|, as)/.exec(message)?.[1]}`,
    )

  it.each([
    [['@gxp-satisfies REQ-001'], ['error `@gxp-risk`']],
    [['@gxp-implements SPEC-001-001'], ['error `@gxp-risk`']],
    [['@gxp-derives-from REQ-001'], ['error `@gxp-risk`']],
    [['@gxp-risk HIGH'], ['error `@gxp-satisfies`, `@gxp-implements` or `@gxp-derives-from`']],
    [['@gxp-risk MEDIUM'], ['error `@gxp-satisfies`, `@gxp-implements` or `@gxp-derives-from`']],
    [['@gxp-req REQ-001'], ['error `@gxp-risk`']],
    [['@gxp-spec SPEC-001-001'], ['error `@gxp-risk`']],
    [['@gxp-tag SPEC-001-001'], ['error `@gxp-criticality`']],
    [['@requirement REQ-001'], ['error `@gxp-criticality`']],
    [['@gxp-criticality HIGH'], ['error `@gxp-tag` or `@requirement`']],
    [['@gxp-tag SPEC-001-001', '@gxp-satisfies REQ-001'], ['error `@gxp-risk`']],
    [
      ['@gxp-risk-concern "why?"', '@test-type OQ'],
      ['error `@gxp-risk`', 'error `@gxp-satisfies`, `@gxp-implements` or `@gxp-derives-from`'],
    ],
  ])('finds in source with %j that %j is missing', async (tags, expected) => {
    expect((await missing(IN_SOURCE, ...tags)).sort()).toEqual(expected)
  })

  it('lets LOW source stand without what it fulfils, with a notice', async () => {
    const word = '`@gxp-satisfies`, `@gxp-implements` or `@gxp-derives-from`'
    expect(await missing(IN_SOURCE, '@gxp-risk LOW')).toEqual([`notice ${word}`])
    expect(await missing(IN_SOURCE, '@gxp-risk LOW', '@gxp-risk HIGH')).toEqual([`error ${word}`])
  })

  it.each([
    [['@test-type OQ', '@gxp-risk HIGH'], ['error `@gxp-verifies`']],
    [['@gxp-satisfies REQ-001', '@test-type OQ', '@gxp-risk HIGH'], ['error `@gxp-verifies`']],
    [['@gxp-implements SPEC-001-001', '@test-type OQ', '@gxp-risk HIGH'], ['error `@gxp-verifies`']],
    [['@gxp-verifies SPEC-001-001', '@gxp-risk HIGH'], ['error `@test-type`']],
    [['@gxp-verifies SPEC-001-001', '@test-type OQ'], ['warning `@gxp-risk`']],
    [['@gxp-verifies SPEC-001-001'], ['error `@test-type`', 'warning `@gxp-risk`']],
    [['@gxp-spec SPEC-001-001', '@test-type OQ', '@gxp-risk HIGH'], ['notice `@trace`']],
    [['@gxp-spec SPEC-001-001', '@trace US-001-001', '@test-type OQ'], ['warning `@gxp-risk`']],
    [['@gxp-spec SPEC-001-001', '@trace US-001-001', '@gxp-risk LOW'], ['error `@test-type`']],
    [
      ['@gxp-req REQ-001', '@test-type OQ', '@gxp-risk LOW'],
      ['error `@gxp-spec`', 'notice `@trace`'],
    ],
    [['@gxp-tag SPEC-001-001', '@test-type unit', '@gxp-criticality LOW'], ['notice `@trace`']],
    [['@gxp-tag SPEC-001-001', '@trace US-001-001', '@test-type unit'], ['warning `@gxp-criticality`']],
    [['@gxp-tag REQ-001', '@test-type unit', '@gxp-criticality LOW'], ['notice `@trace`']],
    [['@gxp-spec SPEC-001-001', '@trace US-001-001', '@test-type OQ', '@description x'], ['warning `@gxp-risk`']],
    [
      ['@requirement REQ-001', '@test-type unit', '@gxp-criticality LOW'],
      ['error `@gxp-tag`', 'notice `@trace`'],
    ],
  ])('finds in a test with %j that %j is missing', async (tags, expected) => {
    expect((await missing(IN_TEST, ...tags)).sort()).toEqual(expected)
  })

  it.each([
    [IN_SOURCE, ['@gxp-satisfies REQ-001', '@gxp-risk HIGH']],
    [IN_SOURCE, ['@gxp-implements US-001-001', '@gxp-risk LOW']],
    [IN_SOURCE, ['@gxp-derives-from REQ-001', '@gxp-risk HIGH']],
    [IN_SOURCE, ['@gxp-req REQ-001', '@gxp-risk HIGH']],
    [IN_SOURCE, ['@gxp-tag SPEC-001-001', '@gxp-criticality HIGH']],
    [IN_SOURCE, ['@gxp-risk-concern "rounded twice?"']],
    [IN_TEST, ['@gxp-verifies SPEC-001-001', '@test-type PQ', '@gxp-risk HIGH']],
    [IN_TEST, ['@gxp-verifies US-001-001', '@test-type PQ', '@gxp-risk HIGH']],
    [IN_TEST, ['@trace US-001-001', '@test-type PQ', '@gxp-risk HIGH']],
    [IN_TEST, ['@gxp-tag REQ-001', '@trace US-001-001', '@test-type e2e', '@gxp-criticality HIGH']],
    [IN_TEST, ['@gxp-tag SPEC-001-001', '@gxp-verifies SPEC-001-001', '@test-type OQ', '@gxp-risk HIGH']],
    [IN_TEST, ['@gxp-risk-concern "rounded twice?"']],
  ])('finds nothing in %s with %j', async (path, tags) => {
    expect(await missing(path, ...tags)).toEqual([])
  })

  it('takes `@description` for a remark, beside others too', async () => {
    const remarks = ['@gxp-risk-concern "rounded twice?"', '@description Rounds']
    expect(await missing(IN_SOURCE, ...remarks)).toEqual([])
    expect(await missing(IN_TEST, '@gxp-verifies SPEC-001-001', '@test-type OQ', '@description x')).toEqual([
      'warning `@gxp-risk`',
    ])
  })

  it('is told from the first tag to the last of its block, with the id, and followed wherever the block moves', async () => {
    const concern = ' * @gxp-risk-concern "?"'
    const tags = lines('/*', ' * Copyright', ' *', ' * @gxp-satisfies REQ-001', concern, concern, ' */')
    const base = goodBut({ 'src/a.ts': tags })
    const head = { ...base, 'src/a.ts': `\n${tags}` }
    expect(found(await assessRecord(head, { base }), rule)).toMatchObject([
      { path: 'src/a.ts', line: 5, endLine: 7, column: null, gxpId: 'REQ-001', status: 'existing' },
    ])
  })

  it('is told of a block whose tags begin their lines', async () => {
    expect(await of(rule, { 'src/a.ts': lines('/*', '@gxp-satisfies REQ-001', '*/') })).toMatchObject([{ line: 2 }])
  })

  it('judges each block by itself', async () => {
    const source = `${block('@gxp-satisfies REQ-001', '@gxp-risk HIGH')}${block('@gxp-implements SPEC-001-001')}`
    expect(await of(rule, { 'src/a.ts': source })).toMatchObject([{ line: 4, gxpId: 'SPEC-001-001' }])
    expect(await of(rule, { 'src/a.ts': block('@gxp-satisfies REQ-001').repeat(2) })).toMatchObject([
      { line: 1 },
      { line: 3 },
    ])
  })

  const suite = (indent: string) =>
    lines(
      '// @gxp-verifies SPEC-001-001',
      '// @test-type OQ',
      '// @gxp-risk HIGH',
      "describe('doses', () => {",
      `${indent}// @gxp-verifies SPEC-001-001`,
      `${indent}it('is whole', () => {})`,
      `${indent}  // @gxp-verifies SPEC-001-001`,
      `${indent}  it('is positive', () => {})`,
      `${indent}// @gxp-verifies SPEC-001-001`,
      `${indent}it('is small', () => {})`,
      '})',
    )

  it('lets a block inside another take from that what it does not say itself', async () => {
    expect(await of(rule, { 'test/a.test.ts': suite('  ') })).toEqual([])
  })

  it('takes no difference of style for nesting, nor what follows after the nesting', async () => {
    const findings = await of(rule, { 'test/a.test.ts': suite(' ') })
    expect(findings.map(({ severity, line }) => `${severity} ${line}`)).toEqual([
      'error 5',
      'error 9',
      'warning 5',
      'warning 9',
    ])
    const after = `${suite('  ')}${block('@gxp-verifies SPEC-001-001', '@gxp-risk HIGH')}`
    expect(await of(rule, { 'test/a.test.ts': after })).toMatchObject([{ severity: 'error', line: 12 }])
  })

  it('goes by how far a block begins, not by how far some of its tags stand', async () => {
    const test = lines(
      '// @gxp-verifies SPEC-001-001 @test-type OQ',
      '// @gxp-risk HIGH',
      'x()',
      '// Whole doses. @test-type OQ',
      '// @gxp-verifies SPEC-001-001',
    )
    expect(await of(rule, { 'test/a.test.ts': test })).toMatchObject([{ severity: 'warning', line: 4 }])
  })

  it('tells what is missing apart: to add one tag and lose another is no way out', async () => {
    const base = goodBut({ 'test/a.test.ts': block('@gxp-verifies SPEC-001-001', '@test-type OQ') })
    const head = goodBut({ 'test/a.test.ts': block('@gxp-verifies SPEC-001-001', '@gxp-risk HIGH') })
    expect(found(await assessRecord(head, { base }), rule)).toMatchObject([{ status: 'introduced' }])
  })

  it('lets no remark stand around others', async () => {
    const source = lines(
      '// @gxp-risk-concern "all of it"',
      'class A {',
      '  // @gxp-satisfies REQ-001',
      '  a() {}',
      '}',
    )
    expect(await of(rule, { 'src/a.ts': source })).toMatchObject([{ line: 3 }])
  })

  it('leaves a tag that does not parse to the rule for it: that is the one that is missed', async () => {
    expect(await of(rule, { 'src/a.ts': block('@gxp-satisfies REQ-001', '@gxp-risk high') })).toEqual([])
    expect(await of(rule, { 'src/a.ts': block('@gxp-risk high', '@gxp-satisfies REQ-001') })).toEqual([])
    const elsewhere = `${block('@gxp-satisfies REQ-001')}${block('@gxp-risk high')}`
    expect(await of(rule, { 'src/a.ts': elsewhere })).toMatchObject([{ line: 1 }])
    const before = `${block('@gxp-risk high')}${block('@gxp-satisfies REQ-001')}`
    expect(await of(rule, { 'src/a.ts': before })).toMatchObject([{ line: 3 }])
  })

  it('finds nothing in what is not annotated at all', async () => {
    expect(await of(rule, { 'src/a.ts': 'x()\n', 'test/a.test.ts': 'x()\n' })).toEqual([])
  })
})

describe('annotation/mixed-risk', () => {
  const rule = 'annotation/mixed-risk'

  it('finds several levels in one block, at the first that differs', async () => {
    const source = block(
      '@gxp-satisfies REQ-001',
      '@gxp-risk LOW',
      '@gxp-risk LOW',
      '@gxp-risk HIGH',
      '@gxp-risk MEDIUM',
    )
    expect(await of(rule, { 'src/a.ts': source })).toMatchObject([
      {
        severity: 'warning',
        path: 'src/a.ts',
        line: 4,
        column: 4,
        endColumn: 17,
        gxpId: 'REQ-001',
        message: expect.stringContaining('LOW and HIGH and MEDIUM for the same code; the highest, HIGH, counts'),
      },
    ])
  })

  it('holds the words of two generations against each other, in tests too', async () => {
    const test = block('@gxp-tag SPEC-001-001', '@gxp-criticality HIGH', '@gxp-risk LOW')
    expect(await of(rule, { 'test/a.test.ts': test })).toMatchObject([{ line: 3 }])
  })

  it('finds nothing in the same level twice, nor in two blocks that differ', async () => {
    expect(await of(rule, { 'src/a.ts': block('@gxp-risk HIGH', '@gxp-risk HIGH') })).toEqual([])
    expect(await of(rule, { 'src/a.ts': `${block('@gxp-risk HIGH')}${block('@gxp-risk LOW')}` })).toEqual([])
  })
})

describe('annotation/risk-mismatch', () => {
  const rule = 'annotation/risk-mismatch'
  const mismatch = async (changes: Parameters<typeof goodBut>[0]) =>
    (await of(rule, changes)).map(({ severity, path, line, gxpId }) => `${severity} ${path}:${line} ${gxpId}`).sort()

  it('finds source rated lower than the document it serves', async () => {
    const findings = await of(rule, edited(SOURCE, '@gxp-risk HIGH', '@gxp-risk LOW'))
    expect(findings).toMatchObject([
      {
        severity: 'warning',
        path: SOURCE,
        line: 4,
        column: 4,
        endColumn: 16,
        gxpId: 'REQ-001',
        message: expect.stringMatching(/^No source of REQ-001 is rated higher than LOW, but its document says HIGH\./),
      },
      // The specification has no rating of its own: its test is held against its source.
      {
        path: TEST,
        line: 3,
        gxpId: 'SPEC-001-001',
        message: expect.stringMatching(/^This test of SPEC-001-001 is rated HIGH, but its source says LOW\./),
      },
    ])
  })

  it('finds source and tests rated higher than their documents', async () => {
    const rated = edited(SPECIFICATION, 'parent_id', 'gxp_risk_rating: LOW\nparent_id')
    const medium = edited(REQUIREMENT, 'gxp_risk_rating: HIGH', 'gxp_risk_rating: MEDIUM')
    const findings = await of(rule, { ...rated, ...medium })
    expect(findings).toMatchObject([
      {
        path: SOURCE,
        gxpId: 'REQ-001',
        message: expect.stringMatching(/^This source .* is rated HIGH, but its document says MEDIUM/),
      },
      { path: SOURCE, gxpId: 'SPEC-001-001', message: expect.stringContaining('its document says LOW') },
      { path: TEST, gxpId: 'SPEC-001-001', message: expect.stringMatching(/^This test .*, but its document says LOW/) },
    ])
    expect(new Set(findings.map(({ fingerprint }) => fingerprint)).size).toBe(3)
  })

  it('finds a test rated lower than the source', async () => {
    expect(await mismatch(edited(TEST, '@gxp-risk HIGH', '@gxp-risk MEDIUM'))).toEqual([
      `warning ${TEST}:3 SPEC-001-001`,
    ])
  })

  it('takes the highest of several blocks for what source, or tests, say: a helper may be of less risk', async () => {
    const low = block('@gxp-satisfies REQ-001', '@gxp-implements SPEC-001-001', '@gxp-risk LOW')
    const lowTest = block('@gxp-verifies SPEC-001-001', '@test-type OQ', '@gxp-risk LOW')
    expect(await mismatch({ 'src/a.ts': low, 'test/a.test.ts': lowTest })).toEqual([])
  })

  it('is told once for an id, wherever its first voice comes to stand', async () => {
    const low = block('@gxp-satisfies REQ-001', '@gxp-risk LOW')
    const base = goodBut({ [SOURCE]: null, 'src/b.ts': low, 'src/c.ts': low })
    expect(found(await assessRecord({ ...base, 'src/a.ts': low }, { base }), rule)).toMatchObject([
      { path: 'src/a.ts', line: 2, gxpId: 'REQ-001', status: 'existing' },
    ])
  })

  it('is shown at the highest claim, which is what counts', async () => {
    const rated = (risk: string) => block('@gxp-satisfies REQ-001', `@gxp-risk ${risk}`)
    const files = { [SOURCE]: null, [TEST]: null, 'src/a.ts': rated('LOW'), 'src/b.ts': rated('MEDIUM') }
    expect(await of(rule, files)).toMatchObject([{ path: 'src/b.ts', message: expect.stringContaining('than MEDIUM') }])
    const mixed = block('@gxp-satisfies REQ-001', '@gxp-risk LOW', '@gxp-risk MEDIUM')
    expect(await of(rule, { [SOURCE]: null, [TEST]: null, 'src/a.ts': mixed })).toMatchObject([{ line: 3 }])
  })

  it('tells source and tests apart: to mend one and break the other is no way out', async () => {
    const rated = edited(SPECIFICATION, 'parent_id', 'gxp_risk_rating: HIGH\nparent_id')
    const base = goodBut({ ...rated, [SOURCE]: block('@gxp-implements SPEC-001-001', '@gxp-risk LOW') })
    const head = goodBut({ ...rated, ...edited(TEST, '@gxp-risk HIGH', '@gxp-risk LOW') })
    expect(found(await assessRecord(base), rule)).toHaveLength(1)
    expect(found(await assessRecord(head, { base }), rule)).toMatchObject([{ path: TEST, status: 'introduced' }])
  })

  it('holds nothing against a block that has the risk of another id it names', async () => {
    const more = {
      '.gxp/requirements/REQ-002.md': requirement('REQ-002', 'gxp_risk_rating: LOW'),
      '.gxp/specs/SPEC-002.md': specification('SPEC-002', 'gxp_risk_rating: LOW', 'parent_id: US-001-001'),
    }
    const source = block('@gxp-satisfies REQ-002, REQ-001', '@gxp-implements SPEC-002', '@gxp-risk HIGH')
    const test = block('@gxp-verifies SPEC-002, SPEC-001-001', '@test-type OQ', '@gxp-risk HIGH')
    expect(await mismatch({ ...more, 'src/a.ts': source, 'test/a.test.ts': test })).toEqual([])
    // A specification that is rated by this very block explains nothing.
    const alone = block('@gxp-satisfies REQ-002', '@gxp-implements SPEC-003', '@gxp-risk HIGH')
    expect(await mismatch({ ...more, 'src/a.ts': alone })).toEqual(['warning src/a.ts:3 REQ-002'])
    // Nor does an id of less risk.
    const medium = { '.gxp/requirements/REQ-004.md': requirement('REQ-004', 'gxp_risk_rating: MEDIUM') }
    const between = block('@gxp-satisfies REQ-002, REQ-004', '@gxp-risk HIGH')
    expect(await mismatch({ ...more, ...medium, 'src/a.ts': between })).toEqual([
      'warning src/a.ts:2 REQ-002',
      'warning src/a.ts:2 REQ-004',
    ])
  })

  it('leaves an id that nothing defines to the rule for it', async () => {
    const rated = (risk: string) => block('@gxp-satisfies REQ-404', `@gxp-risk ${risk}`)
    expect(await mismatch({ 'src/a.ts': rated('HIGH'), 'test/a.test.ts': rated('LOW') })).toEqual([])
    const defined = { '.gxp/requirements/REQ-404.md': requirement('REQ-404') }
    const both = { ...defined, 'src/a.ts': rated('HIGH'), 'test/a.test.ts': rated('LOW') }
    expect(await mismatch(both)).toEqual(['warning test/a.test.ts:2 REQ-404'])
  })

  it('has nothing to compare where one side is silent', async () => {
    const unrated = edited(REQUIREMENT, 'gxp_risk_rating: HIGH\n', '')
    expect(await mismatch({ ...unrated, ...edited(SOURCE, ' * @gxp-risk HIGH\n', '') })).toEqual([])
    expect(await mismatch({ [SOURCE]: null, ...edited(TEST, 'HIGH', 'LOW') })).toEqual([])
    expect(await mismatch(edited(SOURCE, ' * @gxp-risk HIGH\n', ''))).toEqual([])
    const high = edited(SPECIFICATION, 'parent_id', 'gxp_risk_rating: HIGH\nparent_id')
    const low = edited(TEST, '@gxp-risk HIGH', '@gxp-risk LOW')
    for (const source of [null, block('@gxp-implements SPEC-001-001')])
      expect(await mismatch({ ...high, ...low, [SOURCE]: source })).toEqual([`warning ${TEST}:3 SPEC-001-001`])
  })
})

describe('annotation/legacy-tag', () => {
  const rule = 'annotation/legacy-tag'
  const legacy = async (files: Parameters<typeof goodBut>[0], schema: 1 | 2 | 3 | null = null) =>
    of(rule, files, { policy: { annotationSchema: schema } })
  const V1 = block('@gxp-tag SPEC-001-001', '@gxp-criticality HIGH')
  const V2 = block('@gxp-spec SPEC-001-001', '@gxp-risk HIGH')
  const V3_GONE = { [SOURCE]: null, [TEST]: null }

  it('is told once a file where the project uses newer ones, at the first such tag', async () => {
    const source = `x()\n${block('@gxp-satisfies REQ-001', '@gxp-tag SPEC-001-001', '@gxp-criticality HIGH')}${V1}`
    expect(await legacy({ 'src/a.ts': source, 'src/b.ts': V2, 'src/c.ts': 'x()' })).toMatchObject([
      {
        severity: 'notice',
        path: 'src/a.ts',
        line: 3,
        column: 4,
        endColumn: 24,
        message: expect.stringContaining('`@gxp-tag` or `@gxp-criticality`'),
      },
      { path: 'src/b.ts', line: 1, message: expect.stringContaining('`@gxp-satisfies`') },
    ])
  })

  it.each([
    ['src/a.ts', '@gxp-tag SPEC-001-001'],
    ['src/a.ts', '@gxp-criticality HIGH'],
    ['src/a.ts', '@requirement REQ-001'],
    ['src/a.ts', '@gxp-req REQ-001'],
    ['src/a.ts', '@gxp-spec SPEC-001-001'],
    ['test/a.test.ts', '@trace US-001-001'],
  ])('is told in %s of %s', async (path, tag) => {
    expect(await legacy({ [path]: block(tag) })).toMatchObject([{ path, line: 1 }])
  })

  it("is told of the first generation's values for a tag that stayed", async () => {
    const test = (type: string) => block('@gxp-verifies SPEC-001-001', `@test-type ${type}`)
    expect(await legacy({ 'test/a.test.ts': test('unit') })).toMatchObject([
      { line: 2, message: expect.stringContaining('`@test-type unit`') },
    ])
    expect(await legacy({ 'test/a.test.ts': test('IQ') })).toEqual([])
  })

  it('is not told of `@description`, which is ordinary documentation', async () => {
    expect(await legacy({ 'src/a.ts': block('@gxp-satisfies REQ-001', '@description Rounds') })).toEqual([])
  })

  it('is told once in all where the project keeps to older ones throughout, with how many files', async () => {
    const files = {
      ...V3_GONE,
      'src/a.ts': V1,
      'src/b.ts': V2,
      'test/a.test.ts': block('@trace US-001-001', '@test-type OQ'),
    }
    expect(await legacy(files)).toMatchObject([
      { severity: 'notice', path: 'src/a.ts', line: 1, message: expect.stringMatching(/^3 files use tags/) },
    ])
    expect(await legacy({ ...V3_GONE, 'src/a.ts': V1 })).toMatchObject([
      { message: expect.stringMatching(/^1 file uses tags/) },
    ])
    const base = goodBut({ ...V3_GONE, 'src/b.ts': V2 })
    expect(found(await assessRecord({ ...base, 'src/a.ts': V1 }, { base }), rule)).toMatchObject([
      { path: 'src/a.ts', status: 'existing' },
    ])
  })

  it('goes by the schema that the policy names', async () => {
    const files = { ...V3_GONE, 'src/a.ts': V1, 'src/b.ts': V2, 'src/c.ts': V2 }
    const paths = async (schema: 1 | 2 | 3) => (await legacy(files, schema)).map(({ path }) => path)
    expect(await paths(1)).toEqual([])
    expect(await paths(2)).toEqual(['src/a.ts'])
    expect(await paths(3)).toEqual(['src/a.ts', 'src/b.ts', 'src/c.ts'])
    expect(await legacy(files, 2)).toMatchObject([{ message: expect.stringContaining('own are `@gxp-req`') }])
  })

  it('finds nothing where there are none', async () => {
    expect(await legacy({})).toEqual([])
    expect(await legacy(V3_GONE)).toEqual([])
  })
})

describe('annotation/risk-concern', () => {
  const rule = 'annotation/risk-concern'

  it('tells of each, in source and tests, with its words', async () => {
    const source = lines(
      '// @gxp-satisfies REQ-001',
      '// @gxp-risk HIGH',
      '//   @gxp-risk-concern "rounded twice"',
      'a()',
      '// @gxp-risk-concern "and here"',
    )
    expect(
      await of(rule, { 'src/a.ts': source, 'test/a.test.ts': '// @gxp-risk-concern "no case for zero"' }),
    ).toMatchObject([
      {
        severity: 'notice',
        path: 'src/a.ts',
        line: 3,
        column: 6,
        endColumn: 38,
        gxpId: 'REQ-001',
        message: expect.stringContaining('“rounded twice”'),
      },
      { path: 'src/a.ts', line: 5, gxpId: null, message: expect.stringContaining('“and here”') },
      { path: 'test/a.test.ts', line: 1 },
    ])
  })

  it('tells one doubt from another', async () => {
    const doubt = (words: string) => goodBut({ 'src/a.ts': `// @gxp-risk-concern "${words}"` })
    const given = { base: doubt('rounded twice') }
    expect(found(await assessRecord(doubt('rounded up'), given), rule)).toMatchObject([{ status: 'introduced' }])
    expect(found(await assessRecord(doubt('rounded twice'), given), rule)).toMatchObject([{ status: 'existing' }])
  })

  it('quotes no more of it than anyone reads', async () => {
    const [finding] = await of(rule, { 'src/a.ts': `// @gxp-risk-concern "${'x'.repeat(100_000)}"` })
    expect(finding?.message.length).toBeLessThan(400)
  })

  it('finds nothing without one', async () => {
    expect(await of(rule, {})).toEqual([])
  })
})

describe('annotation/untagged-source', () => {
  const rule = 'annotation/untagged-source'
  const on: Given = { policy: { sources: ['src/**', 'lib/*.ts'], severities: { [rule]: 'error' } } }
  const files = {
    'src/a.ts': 'x()\n',
    'src/b/c.py': 'x()\n',
    'lib/d.ts': 'x()\n',
    'bin/e.ts': 'x()\n',
    'src/a.test.ts': 'x()\n',
  }

  it('finds source that matches the globs and says nothing of itself', async () => {
    expect(await of(rule, files, on)).toMatchObject([
      { severity: 'error', path: 'lib/d.ts', line: 1 },
      { severity: 'error', path: 'src/a.ts', line: 1 },
      { severity: 'error', path: 'src/b/c.py', line: 1 },
    ])
  })

  it('leaves files to other rules that can not be read or have tags that do not parse', async () => {
    expect(await of(rule, { 'src/a.ts': '// @gxp-risk high\n' }, on)).toEqual([])
    const limited = { policy: { ...on.policy, maxFileBytes: 2048 } }
    expect(await of(rule, { 'src/a.ts': 'x()\n'.repeat(1000) }, limited)).toEqual([])
  })

  it('rests until a policy gives it a severity, and without globs', async () => {
    expect(await of(rule, files, { policy: { sources: ['src/**'] } })).toEqual([])
    expect(await of(rule, files, { policy: { severities: { [rule]: 'error' } } })).toEqual([])
  })
})
