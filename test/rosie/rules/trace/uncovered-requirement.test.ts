import type { Risk } from '../../../../src/rosie/model.ts'
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
  TEST,
} from '../../../support/record.ts'

type Changes = Parameters<typeof goodBut>[0]
const all = async (changes: Changes) => found(await assessRecord(goodBut(changes)))
const of = async (rule: string, changes: Changes) => found(await assessRecord(goodBut(changes)), rule)

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

  it('looks for its specifications among two hundred edges', async () => {
    const under = (letter: string, number: number, parent: string) =>
      Array.from({ length: number }, (_, n) => [
        `.gxp/requirements/REQ-${letter}${n + 10}.md`,
        requirement(`REQ-${letter}${n + 10}`, `satisfies: [${parent}]`),
      ])
    const said = async (number: number) => {
      const files = {
        ...Object.fromEntries([...under('A', 100, 'REQ-700'), ...under('B', number, 'REQ-A10')]),
        '.gxp/requirements/REQ-700.md': requirement('REQ-700'),
        '.gxp/specs/SPEC-9.md': specification('SPEC-9', 'satisfies: [REQ-A10]'),
      }
      return (await of(rule, files)).find(({ gxpId }) => gxpId === 'REQ-700')?.message
    }
    expect(await said(99)).toContain('Add a test that verifies SPEC-9.')
    expect(await said(100)).toContain('It has no specification that a test could verify.')
  })

  it('names no specification that lies under it by an edge of a wrong type', async () => {
    const files = {
      '.gxp/requirements/REQ-700.md': requirement('REQ-700'),
      '.gxp/specs/SPEC-9.md': specification('SPEC-9', 'implements: [REQ-700]'),
    }
    expect(await of(rule, files)).toMatchObject([
      { gxpId: 'REQ-700', message: expect.stringContaining('It has no specification that a test could verify.') },
    ])
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
