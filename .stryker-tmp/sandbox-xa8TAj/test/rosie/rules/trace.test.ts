// @ts-nocheck
import type { Risk } from '../../../src/rosie/model.ts'
import {
  assessRecord,
  briefly,
  claims,
  EVIDENCE,
  edited,
  found,
  GOOD,
  goodBut,
  lines,
  REQUIREMENT,
  requirement,
  SOURCE,
  SPECIFICATION,
  STORY,
  signer,
  specification,
  story,
  TEST,
} from '../../support/record.ts'

type Changes = Parameters<typeof goodBut>[0]
const all = async (changes: Changes) => found(await assessRecord(goodBut(changes)))
const of = async (rule: string, changes: Changes) => found(await assessRecord(goodBut(changes)), rule)

describe('trace/broken-reference', () => {
  const rule = 'trace/broken-reference'

  it('finds a parent that does not exist, on the line of the parent, and proposes the nearest id', async () => {
    expect(await all(edited(STORY, 'REQ-001', 'REQ-0001'))).toMatchObject([
      {
        rule,
        severity: 'error',
        path: STORY,
        line: 4,
        endLine: 4,
        column: 12,
        gxpId: 'US-001-001',
        message: expect.stringContaining('Did you mean REQ-001?'),
      },
    ])
  })

  it('finds each item of a list where it stands', async () => {
    const text = requirement('REQ-002', 'satisfies:', '  - REQ-001', '  - REQ-404', '  - REQ-405')
    expect(await of(rule, { '.gxp/requirements/REQ-002.md': text })).toMatchObject([
      { line: 6, column: 5, message: expect.stringContaining('REQ-404') },
      { line: 7, column: 5, message: expect.stringContaining('REQ-405') },
    ])
  })

  it.each(['parent_id', 'satisfies', 'implements', 'derives_from'])('looks at %s', async (key) => {
    const text = specification('SPEC-009', `${key}: US-404`)
    expect(await of(rule, { '.gxp/specs/SPEC-009.md': text })).toMatchObject([
      { gxpId: 'SPEC-009', line: 5, message: expect.stringContaining(`\`${key}\``) },
    ])
  })

  it('proposes nothing where nothing is near, and never the document itself', async () => {
    expect((await of(rule, edited(STORY, 'REQ-001', 'EPIC-77')))[0]?.message).not.toContain('Did you mean')
    const only = await of(rule, edited(SPECIFICATION, 'US-001-001', 'SPEC-001-002'))
    expect(only[0]?.message).not.toContain('SPEC-001-001?')
  })

  it('looks at documents whose own id is wrong or missing', async () => {
    const nameless = story('US-001-002', 'parent_id: REQ-404').replace('gxp_id: US-001-002\n', '')
    expect(await of(rule, { '.gxp/user_stories/US-001-002.md': nameless })).toMatchObject([
      { gxpId: null, line: 3, message: expect.stringMatching(/^This document names REQ-404/) },
    ])
  })

  it('does not call the files of a specification with a wrong id broken', async () => {
    const text = specification('SPEC_9', 'parent_id: US-001-001', `test_files: [${TEST}]`)
    expect(await of(rule, { '.gxp/specs/SPEC-009.md': text })).toEqual([])
  })

  it('finds nothing in a reference to a document that can not be read: its file name has the id', async () => {
    expect(await of(rule, { [REQUIREMENT]: '# no front matter\n' })).toEqual([])
  })

  it('finds nothing in a reference to a specification that only the code defines', async () => {
    const text = specification('SPEC-009', 'parent_id: SPEC-INF-007')
    const code = '// @gxp-implements SPEC-INF-007\n'
    expect(await of(rule, { '.gxp/specs/SPEC-009.md': text, 'src/infra.ts': code })).toEqual([])
    expect(await of(rule, { '.gxp/specs/SPEC-009.md': text })).toHaveLength(1)
  })

  it('is not for evidence, whose unknown specification has a rule of its own', async () => {
    const { key, sign } = await signer()
    const files = goodBut({ [EVIDENCE]: await sign(claims({ spec_id: 'SPEC-404' })) })
    expect(found(await assessRecord(files, { keys: [key] }))).toEqual([])
  })
})

describe('trace/wrong-type', () => {
  const rule = 'trace/wrong-type'

  it.each([
    ['a story under a specification', STORY, story('US-001-001', 'parent_id: SPEC-002-001')],
    ['a story under a story', STORY, story('US-001-001', 'parent_id: US-002')],
    ['a requirement under a story', REQUIREMENT, requirement('REQ-001', 'derives_from: [US-002]')],
    ['a requirement under a specification', REQUIREMENT, requirement('REQ-001', 'satisfies: [SPEC-002-001]')],
    ['a specification that satisfies a story', SPECIFICATION, specification('SPEC-001-001', 'satisfies: [US-002]')],
    [
      'a specification that implements a requirement',
      SPECIFICATION,
      specification('SPEC-001-001', 'implements: [REQ-002]'),
    ],
    ['a story that implements a requirement', STORY, story('US-001-001', 'implements: [REQ-002]')],
  ])('finds %s, at the reference', async (_, path, text) => {
    const others = {
      '.gxp/requirements/REQ-002.md': requirement('REQ-002'),
      '.gxp/user_stories/US-002.md': story('US-002', 'parent_id: REQ-002'),
      '.gxp/specs/SPEC-002-001.md': specification('SPEC-002-001', 'parent_id: US-002'),
    }
    expect(await of(rule, { ...others, [path]: text })).toMatchObject([
      { severity: 'error', path, column: expect.any(Number) },
    ])
  })

  it('accepts a specification under a specification, and notes it', async () => {
    const text = specification('SPEC-001-001-001', 'parent_id: SPEC-001-001')
    expect(await all({ '.gxp/specs/SPEC-001-001-001.md': text })).toMatchObject([
      { rule, severity: 'notice', line: 5, gxpId: 'SPEC-001-001-001' },
    ])
  })

  it.each([
    ['a specification under a requirement', specification('SPEC-001-001', 'parent_id: REQ-001')],
    ['a specification that satisfies a requirement', specification('SPEC-001-001', 'satisfies: [REQ-001]')],
    ['a specification that implements a story', specification('SPEC-001-001', 'implements: [US-001-001]')],
    ['a specification derived from both', specification('SPEC-001-001', 'derives_from: [US-001-001, REQ-001]')],
  ])('accepts %s', async (_, text) => {
    expect(await of(rule, { [SPECIFICATION]: text })).toEqual([])
  })

  it('accepts a requirement under a requirement', async () => {
    expect(await of(rule, { '.gxp/requirements/REQ-002.md': requirement('REQ-002', 'satisfies: [REQ-001]') })).toEqual(
      [],
    )
  })

  it.each([
    ['@gxp-satisfies US-001-001', 'a requirement'],
    ['@gxp-satisfies SPEC-001-001', 'a requirement'],
    ['@gxp-req SPEC-001-001', 'a requirement'],
    ['@gxp-implements REQ-001', 'a user story or a specification'],
  ])('finds %s in source, at the id', async (tag, takes) => {
    expect(await of(rule, { 'src/a.ts': `// ${tag}\n` })).toMatchObject([
      {
        severity: 'error',
        path: 'src/a.ts',
        line: 1,
        column: tag.indexOf(' ') + 5,
        message: expect.stringContaining(takes),
      },
    ])
  })

  it('finds a test that verifies a requirement', async () => {
    expect(await of(rule, { 'test/a.test.ts': '// @gxp-verifies REQ-001\n' })).toHaveLength(1)
  })

  it('finds @gxp-verifies where there is no test, and says why it does not count', async () => {
    expect(await of(rule, { 'src/checks.ts': '// @gxp-verifies SPEC-001-001\n' })).toMatchObject([
      { severity: 'error', path: 'src/checks.ts', line: 1, message: expect.stringContaining('no test') },
    ])
  })

  it.each(['@gxp-tag REQ-001', '@gxp-tag SPEC-001-001', '@gxp-derives-from US-001-001', '@gxp-implements US-001-001'])(
    'accepts %s',
    async (tag) => {
      expect(await of(rule, { 'src/a.ts': `// ${tag}\n` })).toEqual([])
    },
  )
})

describe('trace/cycle', () => {
  const rule = 'trace/cycle'
  const chain = (links: Record<string, string[]>) =>
    Object.fromEntries(
      Object.entries(links).map(([id, to]) => [
        `.gxp/requirements/${id}.md`,
        requirement(id, `satisfies: [${to.join(', ')}]`),
      ]),
    )
  const cyclesOf = async (links: Record<string, string[]>) => {
    const findings = await of(rule, chain(links))
    return [...new Set(findings.map(({ message }) => message))]
      .map((path) => findings.filter(({ message }) => message === path))
      .map((members) => members.map(({ gxpId }) => gxpId).join(' '))
      .sort()
  }

  it('finds a circle on each of its members, at the reference, with the whole path', async () => {
    const findings = await of(rule, chain({ 'REQ-A': ['REQ-B'], 'REQ-B': ['REQ-C'], 'REQ-C': ['REQ-A'] }))
    expect(findings).toMatchObject(
      ['A', 'B', 'C'].map((name) => ({
        severity: 'error',
        gxpId: `REQ-${name}`,
        path: `.gxp/requirements/REQ-${name}.md`,
        line: 4,
        column: 13,
      })),
    )
    for (const { message } of findings) expect(message).toContain('REQ-A → REQ-B → REQ-C → REQ-A')
  })

  it('finds a document that refers to itself', async () => {
    expect(await all(chain({ 'REQ-A': ['REQ-A', 'REQ-001'] }))).toMatchObject([
      { rule, message: expect.stringContaining('REQ-A → REQ-A') },
      { rule: 'trace/uncovered-requirement' },
    ])
  })

  it('finds two circles that share a node as two', async () => {
    expect(await cyclesOf({ 'REQ-A': ['REQ-B', 'REQ-C'], 'REQ-B': ['REQ-A'], 'REQ-C': ['REQ-A'] })).toEqual([
      'REQ-A REQ-B',
      'REQ-A REQ-C',
    ])
  })

  it('finds a long circle beside the short one through the same node', async () => {
    expect(await cyclesOf({ 'REQ-A': ['REQ-B', 'REQ-C'], 'REQ-B': ['REQ-C'], 'REQ-C': ['REQ-A'] })).toEqual([
      'REQ-A REQ-B REQ-C',
      'REQ-A REQ-C',
    ])
  })

  it('finds of thousands of circles through one node two hundred, in time, and says that there are more', async () => {
    const names = Array.from({ length: 3_000 }, (_, n) => `REQ-${n}`)
    const hub = { 'REQ-HUB': names, ...Object.fromEntries(names.map((name) => [name, ['REQ-HUB']])) }
    const began = performance.now()
    const findings = await of(rule, chain(hub))
    expect(findings).toHaveLength(2 * 200 + 1)
    expect(findings.filter(({ message }) => message.includes('more circles'))).toMatchObject([{ severity: 'error' }])
    expect((performance.now() - began) / 1000).toBeLessThan(30)
  })

  it('follows a circle from scan to scan, wherever it is entered', async () => {
    const base = chain({ 'REQ-B': ['REQ-C'], 'REQ-C': ['REQ-B'] })
    const head = { ...chain({ 'REQ-A': ['REQ-C'] }), ...base }
    const { findings } = await assessRecord(goodBut(head), { base: goodBut(base) })
    expect(found({ findings }, rule).map(({ status }) => status)).toEqual(['existing', 'existing'])
  })

  it('finds nothing where two ways lead to one place', async () => {
    expect(
      await cyclesOf({ 'REQ-A': ['REQ-B', 'REQ-C'], 'REQ-B': ['REQ-D'], 'REQ-C': ['REQ-D'], 'REQ-D': [] }),
    ).toEqual([])
  })

  it('finds nothing in a block that derives from what it implements', async () => {
    const code = '// @gxp-implements SPEC-INF-001\n// @gxp-derives-from SPEC-INF-001\n'
    expect(await of(rule, { 'src/a.ts': code })).toEqual([])
  })

  const long = (last: string[]) =>
    chain(
      Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`REQ-${n}`, n < 9_999 ? [`REQ-${n + 1}`] : last])),
    )

  it('goes through a chain of 10,000 without a circle', async () => {
    expect(await of(rule, long([]))).toEqual([])
  })

  it('shows of a circle of 10,000 its ends: each member repeats the path', async () => {
    const findings = await of(rule, long(['REQ-0']))
    expect(findings).toHaveLength(10_000)
    expect(findings[0]?.message).toContain('more)')
    expect(findings[0]?.message.length).toBeLessThan(2_000)
    expect(new Set(findings.map(({ fingerprint }) => fingerprint)).size).toBe(10_000)
  })
})

describe('trace/uncovered-requirement', () => {
  const rule = 'trace/uncovered-requirement'
  const rated = (risk: Risk | null) =>
    edited(REQUIREMENT, 'gxp_risk_rating: HIGH\n', risk ? `gxp_risk_rating: ${risk}\n` : '')

  it.each<[Risk, string]>([
    ['HIGH', 'error'],
    ['MEDIUM', 'warning'],
    ['LOW', 'notice'],
  ])('finds a %s requirement that nothing tests: %s, at its id', async (risk, severity) => {
    expect(await all({ ...rated(risk), [TEST]: null })).toMatchObject([
      { rule, severity, path: REQUIREMENT, line: 2, gxpId: 'REQ-001', message: expect.stringContaining(risk) },
    ])
  })

  it('takes the risk of one that has none from the code that points at it, and warns where no one knows', async () => {
    expect(await of(rule, { ...rated(null), [TEST]: null })).toMatchObject([{ severity: 'error' }])
    expect(await of(rule, { ...rated(null), [TEST]: null, [SOURCE]: null })).toMatchObject([{ severity: 'warning' }])
  })

  it('is satisfied by passing evidence that a trusted key signed, and by no other', async () => {
    const { key, sign } = await signer()
    const with_ = async (jws: string, keys = [key]) =>
      found(await assessRecord(goodBut({ [TEST]: null, [EVIDENCE]: jws }), { keys }), rule)
    expect(await with_(await sign())).toEqual([])
    expect(await with_(await sign(), [])).toHaveLength(1)
    expect(await with_(await (await signer()).sign())).toHaveLength(1)
    expect(await with_(await sign(claims({ test_results: { passed: 3, failed: 1 } })))).toHaveLength(1)
    expect(await with_(await sign(claims({ test_results: { passed: 0, failed: 0 } })))).toHaveLength(1)
    expect(await with_(await sign(claims({ spec_id: 'SPEC-001-002' })))).toHaveLength(1)
  })

  it('is silent where a broken parent lies on the way: that is the one finding', async () => {
    for (const [path, from, to] of [
      [STORY, 'REQ-001', 'REQ-0001'],
      [SPECIFICATION, 'US-001-001', 'US-001-01'],
    ] as const)
      expect(briefly({ findings: await all(edited(path, from, to)) })).toEqual([
        `${path}:4 error trace/broken-reference`,
      ])
  })

  it('is not silent about another requirement', async () => {
    const files = { ...edited(STORY, 'REQ-001', 'REQ-0001'), '.gxp/requirements/REQ-700.md': requirement('REQ-700') }
    expect(await of(rule, files)).toMatchObject([{ gxpId: 'REQ-700' }])
  })

  it('is not silent where the broken parent would not have led to a test either', async () => {
    expect(await of(rule, { ...edited(STORY, 'REQ-001', 'REQ-0001'), [TEST]: null })).toMatchObject([
      { gxpId: 'REQ-001' },
    ])
  })

  it.each(['off', 'notice', 'warning'] as const)(
    'does not hide behind broken references that are %s',
    async (severity) => {
      const policy = { severities: { 'trace/broken-reference': severity } }
      const assessment = await assessRecord(goodBut(edited(STORY, 'REQ-001', 'REQ-0001')), { policy })
      expect(found(assessment, rule)).toMatchObject([{ severity: 'error', gxpId: 'REQ-001' }])
      expect(assessment.conclusion).toBe('failure')
    },
  )

  it('is silent about a requirement that can not be read', async () => {
    expect(briefly({ findings: await all({ [REQUIREMENT]: '# x\n', [TEST]: null }) })).toEqual([
      `${REQUIREMENT}:1 error artifact/malformed-front-matter`,
    ])
  })

  it('tells of a requirement that only the code names where the code names it, where none are kept', async () => {
    const files = {
      '.gxp/system_context.md': GOOD['.gxp/system_context.md'] ?? '',
      'src/a.ts': lines('', '// @gxp-satisfies REQ-007', '// @gxp-risk HIGH'),
    }
    expect(found(await assessRecord(files))).toMatchObject([
      { rule, severity: 'error', path: 'src/a.ts', line: 2, gxpId: 'REQ-007' },
    ])
  })
})
