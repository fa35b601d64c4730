import fc from 'fast-check'
import type { Risk, SourceState } from '../../src/rosie/model.ts'
import { DEFAULT_POLICY } from '../../src/rosie/policy.ts'
import {
  assessRecord,
  claims,
  type Files,
  type Given,
  lines,
  requirement,
  signer,
  specification,
  story,
} from '../support/record.ts'

const { riskMatrix } = DEFAULT_POLICY
const STATE: SourceState = { id: '1'.repeat(64), plain: 'a'.repeat(64), separated: null }
const COMMIT = 'd'.repeat(40)
const { key, sign } = await signer('team')
const evidence = (specId: string, tier: string, change: Parameters<typeof claims>[0] = {}) =>
  sign(
    claims({
      spec_id: specId,
      verification_tier: tier,
      system_state_hash: STATE.plain,
      git_commit: COMMIT,
      ...change,
    }),
  )

const scored = async (files: Files, given: Given = {}) =>
  (
    await assessRecord(files, {
      keys: [key],
      states: { [COMMIT]: STATE },
      state: STATE,
      ...given,
      policy: { riskMatrix, ...given.policy },
    })
  ).score
/** `reached/of` of each part: traced, tiers, proven, evidence, placed. */
const parts = async (files: Files, given: Given = {}) =>
  (await scored(files, given)).parts.map(({ reached, of }) => `${reached}/${of}`)

const rated = (id: string, risk: Risk | null, ...more: string[]) => ({
  [`.gxp/requirements/${id}.md`]: requirement(id, ...(risk ? [`gxp_risk_rating: ${risk}`] : []), ...more),
})
const specified = (id: string, ...fields: string[]) => ({ [`.gxp/specs/${id}.md`]: specification(id, ...fields) })
const test = (id: string, type: string) => ({
  [`test/${id}-${type}.test.ts`]: lines(`// @gxp-verifies ${id}`, `// @test-type ${type}`, 'it()'),
})

describe('The score', () => {
  it('is that of the example in docs/score.md', async () => {
    const files = {
      ...rated('REQ-001', 'HIGH'),
      ...rated('REQ-002', 'LOW'),
      '.gxp/user_stories/US-001.md': story('US-001', 'parent_id: REQ-001'),
      ...specified('SPEC-001', 'parent_id: US-001'),
      ...test('SPEC-001', 'OQ'),
    }
    expect(await scored(files)).toEqual({
      value: 50,
      parts: [
        { name: 'Requirements traced to a test or evidence, weighed by risk', weight: 40, reached: 3, of: 4 },
        { name: 'Tiers that the risk matrix demands', weight: 20, reached: 1, of: 4 },
        { name: 'Requirements proven, where signed evidence is demanded', weight: 20, reached: 0, of: 1 },
        {
          name: 'Newest evidence of each specification and tier valid and passing',
          weight: 10,
          reached: 0,
          of: 0,
        },
        { name: 'Stories and specifications that lead to a requirement', weight: 10, reached: 2, of: 2 },
      ],
    })
  })

  it('does not exist without requirements', async () => {
    expect(await scored(specified('SPEC-001'))).toEqual({ value: null, parts: [] })
  })

  it('is 0 for a requirement with nothing, and 100 for one with all that is asked', async () => {
    expect((await scored(rated('REQ-001', 'HIGH'))).value).toBe(0)
    const whole = { ...rated('REQ-001', 'HIGH'), ...specified('SPEC-001', 'satisfies: REQ-001') }
    const signed = {
      '.gxp/evidence/IQ.jws': await evidence('SPEC-001', 'IQ'),
      '.gxp/evidence/OQ.jws': await evidence('SPEC-001', 'OQ'),
      '.gxp/evidence/PQ.jws': await evidence('SPEC-001', 'PQ'),
    }
    expect((await scored({ ...whole, ...signed })).value).toBe(100)
    expect((await scored({ ...whole, ...signed }, { state: null })).value).toBe(80)
  })

  it('is rounded down', async () => {
    const files = { ...rated('REQ-1', null), ...rated('REQ-2', null), ...rated('REQ-3', null) }
    const tested = { 'test/a.test.ts': '// @gxp-satisfies REQ-1, REQ-2\n' }
    expect((await scored({ ...files, ...tested })).value).toBe(66)
  })

  it('weighs requirements by their risk', async () => {
    const all = {
      ...rated('REQ-H', 'HIGH'),
      ...rated('REQ-M', 'MEDIUM'),
      ...rated('REQ-L', 'LOW'),
      ...rated('REQ-N', null),
    }
    const tested = async (id: string) => (await parts({ ...all, 'test/a.test.ts': `// @gxp-satisfies ${id}\n` }))[0]
    expect(await tested('REQ-H')).toBe('3/8')
    expect(await tested('REQ-M')).toBe('2/8')
    expect(await tested('REQ-L')).toBe('1/8')
    expect(await tested('REQ-N')).toBe('2/8')
  })

  it('asks for proof only where the risk matrix asks for signatures', async () => {
    const files = { ...rated('REQ-H', 'HIGH'), ...rated('REQ-L', 'LOW') }
    expect((await parts(files))[2]).toBe('0/1')
    const unsigned = { ...riskMatrix, HIGH: { ...riskMatrix.HIGH, signatures: 0 as const } }
    expect((await parts(files, { policy: { riskMatrix: unsigned } }))[2]).toBe('0/0')
  })

  it('counts of evidence the newest of each specification and tier, where it is valid and passed', async () => {
    const failed = { test_results: { passed: 1, failed: 1, skipped: 0 } }
    const later = { timestamp: '2026-02-05T11:00:00Z' }
    const files = {
      ...rated('REQ-1', 'LOW'),
      ...specified('SPEC-1', 'satisfies: REQ-1'),
      '.gxp/evidence/a.jws': await evidence('SPEC-1', 'OQ', failed),
    }
    expect((await parts(files))[3]).toBe('0/1')
    expect((await parts({ ...files, '.gxp/evidence/b.jws': await evidence('SPEC-1', 'OQ', later) }))[3]).toBe('1/1')
    expect((await parts({ ...files, '.gxp/evidence/b.jws': await evidence('SPEC-1', 'IQ') }))[3]).toBe('1/2')
    expect((await parts({ ...files, '.gxp/evidence/b.jws': await evidence('SPEC-1', 'IQ') }, { keys: [] }))[3]).toBe(
      '0/2',
    )
  })

  it('does not count evidence of the future, or of a tier that is none, for the newest', async () => {
    const with_ = async (change: Parameters<typeof claims>[0]) =>
      (
        await parts({
          ...rated('REQ-1', 'LOW'),
          ...specified('SPEC-1', 'satisfies: REQ-1'),
          '.gxp/evidence/a.jws': await evidence('SPEC-1', 'OQ'),
          '.gxp/evidence/b.jws': await evidence('SPEC-1', 'OQ', change),
        })
      )[3]
    expect(await with_({ timestamp: '2027-02-05T11:00:00Z' })).toBe('1/1')
    expect(await with_({ verification_tier: 'XQ' })).toBe('1/1')
    expect(await with_({ timestamp: '2026-02-05T11:00:00Z', exp: 1770300000 })).toBe('0/1')
  })

  it('counts stories and specifications that lead to a requirement, not those that are retired', async () => {
    const files = {
      ...rated('REQ-1', 'LOW'),
      '.gxp/user_stories/US-1.md': story('US-1', 'parent_id: REQ-1'),
      '.gxp/user_stories/US-2.md': story('US-2', 'parent_id: REQ-404000'),
      ...specified('SPEC-1', 'parent_id: US-1'),
      ...specified('SPEC-2', 'parent_id: US-2'),
      ...specified('SPEC-3', 'implements: REQ-1'),
      ...specified('SPEC-4', 'validation_status: retired'),
    }
    expect((await parts(files))[4]).toBe('2/5')
  })
})

describe('Mending a finding never lowers the score:', () => {
  const risk = fc.constantFrom<Risk | null>('HIGH', 'MEDIUM', 'LOW', null)
  const tier = fc.constantFrom('IQ', 'OQ', 'PQ')
  const index = fc.nat(2)
  const shape = fc.record({
    risks: fc.array(risk, { minLength: 1, maxLength: 3 }),
    /** The requirement of each specification; beyond the last one: none, or one that is not there. */
    parents: fc.array(fc.nat(5), { minLength: 1, maxLength: 3 }),
    tests: fc.array(fc.tuple(index, tier), { maxLength: 2 }),
    runs: fc.array(fc.tuple(index, tier, fc.boolean()), { maxLength: 3 }),
  })
  type Shape = (typeof shape)['generate'] extends (...args: never[]) => { value: infer S } ? S : never

  const filesOf = async ({ risks, parents, tests, runs }: Shape): Promise<Files> => {
    const files: Files = {}
    for (const [n, level] of risks.entries()) Object.assign(files, rated(`REQ-${n}`, level))
    for (const [n, parent] of parents.entries())
      Object.assign(files, specified(`SPEC-${n}`, ...(parent === 5 ? [] : [`satisfies: REQ-${parent}`])))
    for (const [n, type] of tests) Object.assign(files, test(`SPEC-${n}`, type))
    for (const [order, [n, type, passed]] of runs.entries()) {
      const results = { passed: 1, failed: passed ? 0 : 1, skipped: 0 }
      const timestamp = `2026-02-05T10:0${order}:00Z`
      files[`.gxp/evidence/${order}.jws`] = await evidence(`SPEC-${n}`, type, { test_results: results, timestamp })
    }
    return files
  }

  const mendings: [string, fc.Arbitrary<(shape: Shape) => Shape>][] = [
    ['a test is added', fc.tuple(index, tier).map((added) => (of) => ({ ...of, tests: [...of.tests, added] }))],
    [
      'passing evidence is added',
      fc.tuple(index, tier).map(([n, type]) => (of) => ({ ...of, runs: [...of.runs, [n, type, true]] })),
    ],
    [
      'a parent that is missing or broken is named',
      fc.nat(2).map((n) => (of) => ({
        ...of,
        parents: of.parents.map((parent) => (parent < of.risks.length ? parent : n % of.risks.length)),
      })),
    ],
  ]

  it.each(mendings)('%s', async (_, mending) => {
    const value = async (of: Shape) => (await scored(await filesOf(of))).value ?? -1
    await fc.assert(
      fc.asyncProperty(shape, mending, async (before, mend) => {
        expect(await value(mend(before))).toBeGreaterThanOrEqual(await value(before))
      }),
      { numRuns: 60 },
    )
  })
})
