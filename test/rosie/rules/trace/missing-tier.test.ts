import type { Risk } from '../../../../src/rosie/model.ts'
import { DEFAULT_POLICY } from '../../../../src/rosie/policy.ts'
import {
  assessRecord,
  claims,
  EVIDENCE,
  edited,
  found,
  type Given,
  goodBut,
  lines,
  REQUIREMENT,
  SOURCE,
  SPECIFICATION,
  signer,
  specification,
  TEST,
} from '../../../support/record.ts'

type Changes = Parameters<typeof goodBut>[0]

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
    expect(await lacking({ ...files, ...rated('HIGH') }, { keys: [key] })).toMatchObject([
      { message: expect.stringContaining('evidence of tier IQ.') },
    ])
    const off = { severities: { 'evidence/failed': 'off' as const } }
    expect(await lacking(files, { keys: [key], policy: off })).toHaveLength(1)
    const invalid = { ...files, [EVIDENCE]: await (await signer()).sign(claims(failed)) }
    expect(await lacking(invalid, { keys: [key] })).toHaveLength(1)
    const other = { ...files, [EVIDENCE]: await sign(claims({ ...failed, verification_tier: 'IQ' })) }
    expect(await lacking(other, { keys: [key] })).toHaveLength(1)
  })

  it.each<[string, Parameters<typeof claims>[0]]>([
    ['evidence/expired', { exp: 1770300000 }],
    ['evidence/future', { timestamp: '2027-02-05T10:00:00Z' }],
    ['evidence/missing-claim', { system_state_hash: undefined }],
    ['evidence/state-mismatch', { git_commit: '7'.repeat(40) }],
  ])('leaves a tier whose evidence shows nothing to %s, unless nobody is told', async (told, change) => {
    const { key, sign } = await signer()
    const files = { ...rated('MEDIUM'), [EVIDENCE]: await sign(claims({ verification_tier: 'PQ', ...change })) }
    const state = { id: '1'.repeat(64), plain: 'a'.repeat(64), separated: null }
    const given = { keys: [key], states: { ['7'.repeat(40)]: state } }
    expect(await lacking(files, given)).toEqual([])
    expect(await lacking(files, { ...given, policy: { severities: { [told]: 'off' as const } } })).toHaveLength(1)
  })

  it('does not leave it to what is told of evidence that is not the newest, or told to nobody', async () => {
    const { key, sign } = await signer()
    const C7 = '7'.repeat(40)
    const states = { [C7]: { id: '1'.repeat(64), plain: 'a'.repeat(64), separated: null } }
    const PQ = { verification_tier: 'PQ' }
    const older = (change: Parameters<typeof claims>[0]) =>
      sign(claims({ ...PQ, timestamp: '2026-02-04T10:00:00Z', ...change }))
    const number = async (first: string, second: string, keys = [key]) => {
      const files = { ...rated('MEDIUM'), '.gxp/evidence/a.jws': first, '.gxp/evidence/b.jws': second }
      return (await lacking(files, { keys, states })).length
    }
    const skipped = { test_results: { passed: 0, failed: 0, skipped: 3 } }
    expect(await number(await older({ git_commit: C7 }), await sign(claims({ ...PQ, ...skipped })))).toBe(1)
    const untrusted = await sign(claims(PQ))
    expect(await number(await older({ test_results: { passed: 1, failed: 1 } }), untrusted, [])).toBe(1)
    expect(await number(await older({ exp: 1770300000 }), untrusted, [])).toBe(1)
    const retired = specification('SPEC-9', 'satisfies: [REQ-001]', 'validation_status: retired')
    const expired = await sign(claims({ ...PQ, spec_id: 'SPEC-9', exp: 1770300000 }))
    const files = { ...rated('MEDIUM'), '.gxp/specs/SPEC-9.md': retired, [EVIDENCE]: expired }
    expect(await lacking(files, { keys: [key] })).toHaveLength(1)
  })

  it('does not leave it to evidence/untrusted, which says nothing of what the evidence shows', async () => {
    const files = { ...rated('MEDIUM'), [EVIDENCE]: await (await signer()).sign(claims({ verification_tier: 'PQ' })) }
    expect(await lacking(files, { keys: [] })).toHaveLength(1)
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
