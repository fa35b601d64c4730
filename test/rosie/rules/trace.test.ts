import type { Risk } from '../../../src/rosie/model.ts'
import { DEFAULT_POLICY } from '../../../src/rosie/policy.ts'
import {
  assessRecord,
  briefly,
  claims,
  EVIDENCE,
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
    expect(found(await assessRecord(files, { keys: [key] }), rule)).toEqual([])
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
    expect(await of(rule, { '.gxp/specs/SPEC-001-001-001.md': text })).toMatchObject([
      { severity: 'notice', line: 5, gxpId: 'SPEC-001-001-001' },
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

  it('finds evidence that names a requirement as its specification', async () => {
    const { key, sign } = await signer()
    const files = goodBut({ [EVIDENCE]: await sign(claims({ spec_id: 'REQ-001' })) })
    expect(found(await assessRecord(files, { keys: [key] }), rule)).toMatchObject([
      {
        severity: 'error',
        path: EVIDENCE,
        line: 1,
        message: '`spec_id` names REQ-001, a requirement; it takes a specification.',
      },
    ])
  })

  it('says what the document belongs under', async () => {
    const text = story('US-001-001', 'parent_id: SPEC-001-001')
    expect((await of(rule, { [STORY]: text }))[0]?.message).toBe(
      'The `parent_id` of US-001-001 is SPEC-001-001, a specification. A user story belongs under a requirement.',
    )
  })

  it('leaves unknown ids to the rules for unknown ids, and a reference to itself to trace/cycle', async () => {
    expect(await of(rule, { [STORY]: story('US-001-001', 'parent_id: SPEC-404') })).toEqual([])
    expect(await of(rule, { [STORY]: story('US-001-001', 'parent_id: US-001-001') })).toEqual([])
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
    const findings = await all(chain({ 'REQ-A': ['REQ-A', 'REQ-001'] }))
    expect(findings.filter(({ rule }) => rule.startsWith('trace/'))).toMatchObject([
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
    const changes = { ...rated(risk), ...edited(SOURCE, '@gxp-risk HIGH', `@gxp-risk ${risk}`), [TEST]: null }
    expect(await all(changes)).toMatchObject([
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

  it('says which specifications a test would have to verify', async () => {
    const more = (n: number) =>
      Object.fromEntries(
        Array.from({ length: n }, (_, i) => [
          `.gxp/specs/SPEC-9${i}.md`,
          specification(`SPEC-9${i}`, 'parent_id: US-001-001'),
        ]),
      )
    const said = async (changes: Changes) => (await of(rule, { [TEST]: null, ...changes }))[0]?.message
    expect(await said({})).toContain('Add a test that verifies SPEC-001-001.')
    expect(await said(more(2))).toContain('Add a test that verifies SPEC-001-001, SPEC-90, SPEC-91.')
    expect(await said(more(3))).toContain('SPEC-001-001, SPEC-90, SPEC-91 or another of its specifications.')
    expect(await said({ [SPECIFICATION]: null, [SOURCE]: null })).toContain(
      'It has no specification that a test could verify.',
    )
  })

  it('is silent about a requirement that is retired', async () => {
    const retired = edited(REQUIREMENT, 'title:', 'validation_status: retired\ntitle:')
    expect(await of(rule, { ...retired, [TEST]: null })).toEqual([])
    const current = edited(REQUIREMENT, 'title:', 'validation_status: in_review\ntitle:')
    expect(await of(rule, { ...current, [TEST]: null })).toHaveLength(1)
  })

  it('does not take an edge of a wrong type for a path: that edge is the one finding', async () => {
    const wrong = { [SPECIFICATION]: specification('SPEC-001-001', 'implements: [REQ-001]') }
    const findings = await all(wrong)
    expect(findings.map(({ rule }) => rule)).toEqual(['trace/wrong-type'])
    const policy = { severities: { 'trace/wrong-type': 'warning' } } as const
    expect(found(await assessRecord(goodBut(wrong), { policy }), rule)).toMatchObject([{ gxpId: 'REQ-001' }])
  })

  it('is for every requirement an error where the policy judges all as HIGH', async () => {
    const low = { ...rated('LOW'), [TEST]: null }
    expect(found(await assessRecord(goodBut(low), { policy: { allHigh: true } }), rule)).toMatchObject([
      { severity: 'error' },
    ])
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
    expect(found(await assessRecord(files), rule)).toMatchObject([
      { severity: 'error', path: 'src/a.ts', line: 2, gxpId: 'REQ-007' },
    ])
  })
})

describe('trace/missing-parent', () => {
  const rule = 'trace/missing-parent'

  it('finds a story without a requirement, at its id', async () => {
    const files = { '.gxp/user_stories/US-9.md': story('US-9') }
    expect(await of(rule, files)).toMatchObject([
      {
        severity: 'warning',
        path: '.gxp/user_stories/US-9.md',
        line: 2,
        gxpId: 'US-9',
        message: 'US-9 has no parent. Name the requirement that it serves, for example as its `parent_id`.',
      },
    ])
  })

  it('finds a specification with neither story nor requirement', async () => {
    expect(await of(rule, { '.gxp/specs/SPEC-9.md': specification('SPEC-9') })).toMatchObject([
      { path: '.gxp/specs/SPEC-9.md', line: 2, message: expect.stringContaining('user story or requirement') },
    ])
  })

  it.each<[Risk, string]>([
    ['HIGH', 'error'],
    ['MEDIUM', 'warning'],
    ['LOW', 'notice'],
  ])('is for %s: %s, by its own rating or that of the code that points at it', async (risk, severity) => {
    const own = { '.gxp/specs/SPEC-9.md': specification('SPEC-9', `gxp_risk_rating: ${risk}`) }
    expect(await of(rule, own)).toMatchObject([{ severity }])
    const code = lines('// @gxp-implements SPEC-9', `// @gxp-risk ${risk}`)
    const files = { '.gxp/specs/SPEC-9.md': specification('SPEC-9'), 'src/nine.ts': code }
    expect(await of(rule, files)).toMatchObject([{ severity }])
  })

  it.each(['parent_id: US-001-001', 'satisfies: [REQ-001]', 'implements: [US-001-001]', 'derives_from: [REQ-001]'])(
    'is content with %s',
    async (field) => {
      expect(await of(rule, { '.gxp/specs/SPEC-9.md': specification('SPEC-9', field) })).toEqual([])
    },
  )

  it('is content with a specification above it, and with a requirement that has none', async () => {
    expect(await of(rule, { '.gxp/specs/SPEC-9.md': specification('SPEC-9', 'parent_id: SPEC-001-001') })).toEqual([])
    expect(await of(rule, { '.gxp/requirements/REQ-9.md': requirement('REQ-9') })).toEqual([])
  })

  it('is silent where the parent is broken or of a wrong type: that is the one finding', async () => {
    for (const parent of ['REQ-404', 'SPEC-001-001']) {
      const files = { '.gxp/user_stories/US-9.md': story('US-9', `parent_id: ${parent}`) }
      expect(await of(rule, files)).toEqual([])
    }
  })

  it.each([
    ['trace/broken-reference', 'REQ-404'],
    ['trace/wrong-type', 'SPEC-001-001'],
  ])('does not hide behind %s where the policy makes less of it', async (other, parent) => {
    const files = goodBut({ '.gxp/user_stories/US-9.md': story('US-9', `parent_id: ${parent}`) })
    const policy = { severities: { [other]: 'warning' as const } }
    expect(found(await assessRecord(files, { policy }), rule)).toMatchObject([{ gxpId: 'US-9' }])
  })

  it('finds a story that is its own parent only as a circle', async () => {
    const findings = await all({ '.gxp/user_stories/US-9.md': story('US-9', 'parent_id: US-9') })
    expect(findings.map(({ rule }) => rule)).toEqual(['trace/cycle'])
  })

  it('is silent about what is retired, and about specifications that only the code names', async () => {
    const retired = specification('SPEC-9', 'validation_status: retired')
    expect(await of(rule, { '.gxp/specs/SPEC-9.md': retired })).toEqual([])
    expect(await of(rule, { 'src/nine.ts': lines('// @gxp-implements SPEC-9', '// @gxp-risk LOW') })).toEqual([])
  })
})

describe('trace/missing-tier', () => {
  const rule = 'trace/missing-tier'
  const { riskMatrix } = DEFAULT_POLICY
  const lacking = async (changes: Changes, given: Given = {}) =>
    found(await assessRecord(goodBut(changes), { ...given, policy: { riskMatrix, ...given.policy } }), rule)
  const rated = (risk: Risk) => ({
    ...edited(REQUIREMENT, 'gxp_risk_rating: HIGH', `gxp_risk_rating: ${risk}`),
    ...edited(SOURCE, '@gxp-risk HIGH', `@gxp-risk ${risk}`),
  })
  const test = (type: string, id = 'SPEC-001-001') => lines(`// @gxp-verifies ${id}`, `// @test-type ${type}`, 'it()')

  it('finds all tiers that a requirement lacks as one finding, at its id', async () => {
    expect(await lacking({})).toMatchObject([
      {
        severity: 'error',
        path: REQUIREMENT,
        line: 2,
        gxpId: 'REQ-001',
        message:
          "REQ-001 (risk HIGH) has no test and no valid, passing evidence of tier IQ or PQ. The risk matrix (the standard's defaults) demands IQ, OQ and PQ.",
      },
    ])
  })

  it('asks by risk: PQ of MEDIUM as a warning, nothing more of LOW', async () => {
    expect(await lacking(rated('MEDIUM'))).toMatchObject([
      { severity: 'warning', message: expect.stringMatching(/of tier PQ\. .*demands OQ and PQ\.$/) },
    ])
    expect(await lacking(rated('LOW'))).toEqual([])
    expect(await lacking({ ...rated('LOW'), [TEST]: test('PQ') })).toMatchObject([
      { severity: 'notice', message: expect.stringContaining('of tier OQ.') },
    ])
  })

  it('asks nothing where no risk is known, and all of HIGH where the policy judges all as HIGH', async () => {
    const unrated = { ...edited(REQUIREMENT, 'gxp_risk_rating: HIGH\n', ''), [SOURCE]: null }
    expect(await lacking(unrated)).toEqual([])
    expect(await lacking(unrated, { policy: { allHigh: true } })).toMatchObject([{ severity: 'error' }])
  })

  it.each([
    ['IQ', 'IQ'],
    ['PQ', 'PQ'],
    ['e2e', 'PQ'],
  ])('is content with a test of type %s for %s', async (type, tier) => {
    const [finding] = await lacking({ 'test/more.test.ts': test(type) })
    expect(finding?.message).not.toContain(`no valid, passing evidence of tier ${tier}`)
    expect(finding?.message).toContain(`of tier ${tier === 'IQ' ? 'PQ' : 'IQ'}.`)
  })

  it.each(['unit', 'integration', 'OQ'])('is content with a test of type %s for OQ', async (type) => {
    expect(await lacking({ ...rated('LOW'), [TEST]: test(type) })).toEqual([])
  })

  it('takes a test that names no tier for one of the tier of what it verifies', async () => {
    const plain = '// @gxp-verifies SPEC-001-001\n'
    expect(await lacking({ ...rated('LOW'), [TEST]: plain })).toEqual([])
    expect(
      await lacking({ ...rated('LOW'), [TEST]: plain, ...edited(SPECIFICATION, 'tier: OQ', 'tier: IQ') }),
    ).toHaveLength(1)
  })

  it('takes a test file that a specification names for one of its tier', async () => {
    const named = (tier: string) => ({
      ...rated('LOW'),
      [TEST]: 'it()\n',
      ...edited(SPECIFICATION, 'verification_tier: OQ', `verification_tier: ${tier}\ntest_files: [${TEST}]`),
    })
    expect(await lacking(named('OQ'))).toEqual([])
    expect(await lacking(named('PQ'))).toHaveLength(1)
  })

  it('is content with valid, passing evidence, and with none other', async () => {
    const { key, sign } = await signer()
    const with_ = async (change: Parameters<typeof claims>[0], keys = [key]) =>
      (await lacking({ ...rated('MEDIUM'), [EVIDENCE]: await sign(claims(change)) }, { keys })).length
    expect(await with_({ verification_tier: 'PQ' })).toBe(0)
    expect(await with_({ verification_tier: 'PQ' }, [])).toBe(1)
    expect(await with_({ verification_tier: 'PQ', test_results: { passed: 0, failed: 0, skipped: 3 } })).toBe(1)
    expect(await with_({ verification_tier: 'OQ' })).toBe(1)
    expect(await with_({ verification_tier: undefined })).toBe(1)
  })

  it('leaves a tier whose newest evidence failed to evidence/failed, unless nobody is told', async () => {
    const { key, sign } = await signer()
    const failed = { verification_tier: 'PQ', test_results: { passed: 1, failed: 1, skipped: 0 } }
    const files = { ...rated('MEDIUM'), [EVIDENCE]: await sign(claims(failed)) }
    expect(await lacking(files, { keys: [key] })).toEqual([])
    const off = { severities: { 'evidence/failed': 'off' as const } }
    expect(await lacking(files, { keys: [key], policy: off })).toHaveLength(1)
    const invalid = { ...files, [EVIDENCE]: await (await signer()).sign(claims(failed)) }
    expect(await lacking(invalid, { keys: [key] })).toHaveLength(1)
    const other = { ...files, [EVIDENCE]: await sign(claims({ ...failed, verification_tier: 'IQ' })) }
    expect(await lacking(other, { keys: [key] })).toHaveLength(1)
  })

  it('takes evidence that names no tier for one of the tier of its specification', async () => {
    const { key, sign } = await signer()
    const changes = {
      ...rated('LOW'),
      [TEST]: null,
      [EVIDENCE]: await sign(claims({ verification_tier: undefined })),
    }
    expect(await lacking(changes, { keys: [key] })).toEqual([])
  })

  it('is silent about a requirement that nothing tests at all, unless the policy makes less of that', async () => {
    expect(await lacking({ [TEST]: null })).toEqual([])
    const policy = { severities: { 'trace/uncovered-requirement': 'off' as const } }
    expect(await lacking({ [TEST]: null }, { policy })).toMatchObject([
      { message: expect.stringContaining('IQ, OQ or PQ') },
    ])
  })

  it('is silent about a tier that a broken parent or one of a wrong type hides', async () => {
    const branch = (parent: string) => ({
      ...rated('MEDIUM'),
      '.gxp/specs/SPEC-9.md': specification('SPEC-9', parent),
      'test/nine.test.ts': test('PQ', 'SPEC-9'),
    })
    expect(await lacking(branch('parent_id: REQ-001'))).toEqual([])
    expect(await lacking(branch('parent_id: REQ-0001'))).toEqual([])
    expect(await lacking(branch('implements: [REQ-001]'))).toEqual([])
    expect(await lacking(branch('parent_id: REQ-777777'))).toHaveLength(1)
  })

  it('is an old finding for a change that adds one of two tiers, and a new one for a change that takes one away', async () => {
    const statuses = async (head: Changes, base: Changes) =>
      (await lacking(head, { base: goodBut(base) })).map(({ status }) => status)
    const pq = { 'test/more.test.ts': test('PQ') }
    expect(await statuses({}, {})).toEqual(['existing'])
    expect(await statuses(pq, {})).toEqual(['existing'])
    expect(await statuses({}, pq)).toEqual(['introduced'])
  })

  it('is silent about a requirement that can not be read', async () => {
    expect(await lacking({ [REQUIREMENT]: '# x\n' })).toEqual([])
  })
})

describe('trace/unverified-specification', () => {
  const rule = 'trace/unverified-specification'
  const path = '.gxp/specs/SPEC-9.md'
  const nine = (...fields: string[]) => ({ [path]: specification('SPEC-9', 'parent_id: US-001-001', ...fields) })

  it('finds a specification without test and evidence, at its id', async () => {
    expect(await of(rule, nine())).toMatchObject([
      {
        severity: 'warning',
        path,
        line: 2,
        gxpId: 'SPEC-9',
        message:
          'Nothing verifies SPEC-9: it has no test, no evidence and no record of testing. Nor does any source file implement it.',
      },
    ])
  })

  it('says only that where it is implemented', async () => {
    expect((await of(rule, { ...nine(), 'src/nine.ts': '// @gxp-implements SPEC-9\n' }))[0]?.message).toBe(
      'Nothing verifies SPEC-9: it has no test, no evidence and no record of testing.',
    )
  })

  it.each([
    ['a test', { 'test/nine.test.ts': '// @gxp-verifies SPEC-9\n' }],
    ['a test file that it names', { ...nine(`test_files: [${TEST}]`) }],
    ['a test file that it names and that is not there', { ...nine('test_files: [test/gone.test.ts]') }],
    ['a test file in a language that is not read', { ...nine('test_files: [test/nine.robot]') }],
    [
      'a tested specification below it',
      {
        '.gxp/specs/SPEC-9-1.md': specification('SPEC-9-1', 'parent_id: SPEC-9'),
        'test/nine.test.ts': '// @gxp-verifies SPEC-9-1\n',
      },
    ],
    [
      'a record of testing',
      {
        '.gxp/evidence/ROT-SPEC-9.md': (GOOD['.gxp/evidence/ROT-SPEC-001-001.md'] ?? '').replace(
          'SPEC-001-001',
          'SPEC-9',
        ),
      },
    ],
    ['retirement', nine('validation_status: retired')],
  ])('is content with %s', async (_, changes) => {
    expect(await of(rule, { ...nine(), ...changes })).toEqual([])
  })

  it('is content with any evidence: what is wrong with it is told of it', async () => {
    const { sign } = await signer()
    const failed = claims({ spec_id: 'SPEC-9', test_results: { passed: 0, failed: 1, skipped: 0 } })
    expect(await of(rule, { ...nine(), [EVIDENCE]: await sign(failed) })).toEqual([])
  })

  it('is not content with a source that is named as a test', async () => {
    expect(await of(rule, nine(`test_files: [${SOURCE}]`))).toHaveLength(1)
  })

  it('finds a specification that only the code names where the code names it', async () => {
    const code = lines('', '// @gxp-satisfies REQ-001', '// @gxp-implements SPEC-X', '// @gxp-risk HIGH')
    expect(await of(rule, { 'src/x.ts': code })).toMatchObject([{ path: 'src/x.ts', line: 3, gxpId: 'SPEC-X' }])
  })

  it('leaves what lies under a requirement that nothing tests to that finding, unless the policy makes less of it', async () => {
    const files = { ...nine(), [TEST]: null, '.gxp/evidence/ROT-SPEC-001-001.md': null }
    expect(await of(rule, files)).toEqual([])
    const policy = { severities: { 'trace/uncovered-requirement': 'notice' as const } }
    expect(found(await assessRecord(goodBut(files), { policy }), rule)).toMatchObject([
      { gxpId: 'SPEC-001-001' },
      { gxpId: 'SPEC-9' },
    ])
  })

  it('leaves it to a broken parent that hides the test', async () => {
    const below = (parent: string) => ({
      ...nine(),
      '.gxp/specs/SPEC-77-1.md': specification('SPEC-77-1', `parent_id: ${parent}`),
      'test/nine.test.ts': '// @gxp-verifies SPEC-77-1\n',
    })
    expect(await of(rule, below('SPEC-99'))).toEqual([])
    expect(await of(rule, below('SPEC-4040404'))).toMatchObject([{ gxpId: 'SPEC-9' }])
  })

  it('is silent about one that can not be read', async () => {
    expect(await of(rule, { [path]: '# x\n' })).toEqual([])
  })
})

describe('trace/unimplemented-specification', () => {
  const rule = 'trace/unimplemented-specification'
  const path = '.gxp/specs/SPEC-9.md'
  const nine = (...fields: string[]) => ({
    [path]: specification('SPEC-9', 'parent_id: US-001-001', ...fields),
    'test/nine.test.ts': '// @gxp-verifies SPEC-9\n',
  })

  it('finds a specification that is tested and that no source implements, at its id', async () => {
    expect(await of(rule, nine())).toMatchObject([
      { severity: 'notice', path, line: 2, gxpId: 'SPEC-9', message: expect.stringContaining('`source_files`') },
    ])
  })

  it.each([
    ['a source block', { 'src/nine.ts': '// @gxp-implements SPEC-9\n' }],
    ['a source file that it names', nine(`source_files: [${SOURCE}]`)],
    ['one that is not there', nine('source_files: [src/gone.ts]')],
    ['one in a language that is not read', nine('source_files: [src/nine.abap]')],
    [
      'an implemented specification below it',
      {
        '.gxp/specs/SPEC-9-1.md': specification('SPEC-9-1', 'parent_id: SPEC-9'),
        'src/nine.ts': '// @gxp-implements SPEC-9-1\n',
      },
    ],
    ['retirement', nine('validation_status: retired')],
  ])('is content with %s', async (_, changes) => {
    expect(await of(rule, { ...nine(), ...changes })).toEqual([])
  })

  it('is not content with a test that is named as source', async () => {
    expect(await of(rule, nine(`source_files: [${TEST}]`))).toHaveLength(1)
  })

  it('is one finding with unverified, unless the policy turns that off', async () => {
    const files = { ...nine(), 'test/nine.test.ts': null }
    expect(await of(rule, files)).toEqual([])
    const policy = { severities: { 'trace/unverified-specification': 'off' as const } }
    expect(found(await assessRecord(goodBut(files), { policy }), rule)).toHaveLength(1)
  })

  it('is told of a specification whose named test is missing', async () => {
    const files = { ...nine('test_files: [test/gone.test.ts]'), 'test/nine.test.ts': null }
    expect(await of(rule, files)).toHaveLength(1)
  })

  it('is not for specifications that only annotations name', async () => {
    expect(await of(rule, { 'test/x.test.ts': '// @gxp-tag SPEC-X\n// @test-type unit\n' })).toEqual([])
  })
})

describe('trace/missing-file', () => {
  const rule = 'trace/missing-file'
  const nine = (...fields: string[]) => ({
    '.gxp/specs/SPEC-9.md': specification('SPEC-9', 'parent_id: US-001-001', ...fields),
  })

  it('finds each path that is not in the tree, where it is named', async () => {
    const fields = ['source_files:', `  - ${SOURCE}`, '  - src/gone.ts', 'test_files: [test/gone.test.ts]']
    expect(await of(rule, nine(...fields))).toMatchObject([
      {
        severity: 'warning',
        path: '.gxp/specs/SPEC-9.md',
        line: 8,
        column: 5,
        gxpId: 'SPEC-9',
        message: expect.stringMatching(/^`source_files` names `src\/gone\.ts`/),
      },
      { line: 9, message: expect.stringMatching(/^`test_files` names `test\/gone\.test\.ts`/) },
    ])
  })

  it.each([
    ['a path from the root', `/${SOURCE}`],
    ['a path from here', `./${SOURCE}`],
    ['a directory', 'src/gone/'],
    ['a pattern', 'src/**'],
    ['a pattern of names', 'src/gone-*.ts'],
    ['a choice of names', 'src/{gone,lost}.ts'],
    ['a language that is not read', 'src/gone.abap'],
    ['an excluded directory', 'node_modules/gone/index.ts'],
  ])('says nothing of %s', async (_, file) => {
    expect(await of(rule, nine(`source_files: ["${file}"]`))).toEqual([])
  })

  it('places paths at their key where the list holds other things too', async () => {
    expect(await of(rule, nine('source_files:', '  - 7', '  - src/gone.ts'))).toMatchObject([{ line: 6 }])
  })

  it('is one finding where there is no source at all: the record is kept apart from it', async () => {
    const apart = { [SOURCE]: null, [TEST]: null }
    expect(await of(rule, { ...apart, ...nine('source_files: [src/a.ts, src/b.ts]') })).toMatchObject([
      { line: 6, message: expect.stringContaining('None of the 2 files') },
    ])
    const twice = {
      ...nine('source_files: [src/a.ts, src/b.ts]'),
      '.gxp/specs/SPEC-8.md': specification('SPEC-8', 'parent_id: US-001-001', 'source_files: [src/b.ts]'),
    }
    expect(await of(rule, { ...apart, ...twice })).toMatchObject([
      { message: expect.stringContaining('None of the 2 files') },
    ])
    expect(await of(rule, { ...apart, ...nine('source_files: [src/a.ts]') })).toMatchObject([
      { message: expect.stringMatching(/^`source_files` names/) },
    ])
    expect(await of(rule, nine('source_files: [src/a.ts, src/b.ts]'))).toHaveLength(2)
  })

  it('is only for specifications', async () => {
    const text = story('US-9', 'parent_id: REQ-001', 'source_files: [src/gone.ts]')
    expect(await of(rule, { '.gxp/user_stories/US-9.md': text })).toEqual([])
  })
})

describe('trace/orphan', () => {
  const rule = 'trace/orphan'

  it('finds a requirement that nothing refers to and that refers to nothing, at its id', async () => {
    expect(await of(rule, { '.gxp/requirements/REQ-777.md': requirement('REQ-777') })).toMatchObject([
      { severity: 'notice', path: '.gxp/requirements/REQ-777.md', line: 2, gxpId: 'REQ-777' },
    ])
  })

  it.each([
    ['a story', { '.gxp/user_stories/US-9.md': story('US-9', 'parent_id: REQ-777') }],
    ['source', { 'src/nine.ts': '// @gxp-satisfies REQ-777\n' }],
    ['a test', { 'test/nine.test.ts': '// @gxp-satisfies REQ-777\n' }],
    ['a reference that means it', { '.gxp/user_stories/US-9.md': story('US-9', 'parent_id: REQ-0777') }],
  ])('is content with %s', async (_, changes) => {
    expect(await of(rule, { '.gxp/requirements/REQ-777.md': requirement('REQ-777'), ...changes })).toEqual([])
  })

  it('is content with a requirement that refers to another, and with a retired one', async () => {
    for (const field of ['satisfies: [REQ-001]', 'validation_status: retired'])
      expect(await of(rule, { '.gxp/requirements/REQ-777.md': requirement('REQ-777', field) })).toEqual([])
  })

  it('leaves stories and specifications to trace/missing-parent, unless the policy turns that off', async () => {
    const files = { '.gxp/user_stories/US-9.md': story('US-9'), '.gxp/specs/SPEC-9.md': specification('SPEC-9') }
    expect(await of(rule, files)).toEqual([])
    const policy = { severities: { 'trace/missing-parent': 'off' as const } }
    expect(found(await assessRecord(goodBut(files), { policy }), rule)).toHaveLength(2)
  })
})
