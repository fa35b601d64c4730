import type { Ignore, Policy } from '../../src/rosie/policy.ts'
import { assessRecord, briefly, edited, type Given, goodBut, REQUIREMENT, SPECIFICATION } from '../support/record.ts'

/** An ignore of everything everywhere, but for these changes. */
const ignore = (change: Partial<Ignore> = {}): Ignore => ({
  paths: ['**'],
  rules: [],
  reason: 'Is being replaced',
  expires: '2026-06-30',
  line: 1,
  ...change,
})

/** Two findings, a requirement and a specification without a title. */
const FAULTY = goodBut({
  ...edited(REQUIREMENT, 'title: A dose never exceeds the daily limit\n', ''),
  ...edited(SPECIFICATION, 'title: Limit check\n', ''),
})

const assess = (policy: Partial<Policy>, given: Given = {}) => assessRecord(FAULTY, { policy, ...given })

describe('A finding that the policy ignores', () => {
  it('is not counted, fails nothing, and is listed with the reason and the last day', async () => {
    expect((await assess({})).conclusion).toBe('failure')
    const { conclusion, summary, findings, ignored } = await assess({ ignore: [ignore()] })
    expect({ conclusion, findings }).toEqual({ conclusion: 'success', findings: [] })
    expect(summary.findings).toEqual({ error: 0, warning: 0, notice: 0 })
    expect(ignored).toMatchObject([
      {
        finding: { rule: 'artifact/missing-field', path: REQUIREMENT },
        reason: 'Is being replaced',
        expires: '2026-06-30',
      },
      { finding: { rule: 'artifact/missing-field', path: SPECIFICATION } },
    ])
  })

  it.each([
    ['by its path', { paths: ['.gxp/requirements/*'] }, [SPECIFICATION]],
    ['by one of several paths', { paths: ['src/**', '.gxp/specs/**'] }, [REQUIREMENT]],
    ['by its rule', { rules: ['artifact/missing-field'] }, []],
    ['not by another path', { paths: ['src/**'] }, [REQUIREMENT, SPECIFICATION]],
    ['not by another rule', { rules: ['trace/orphan'] }, [REQUIREMENT, SPECIFICATION]],
    [
      'not by its path alone where rules are named',
      { paths: ['.gxp/**'], rules: ['trace/orphan'] },
      [REQUIREMENT, SPECIFICATION],
    ],
  ])('is chosen %s', async (_how, change, left) => {
    const { findings } = await assess({ ignore: [ignore(change)] })
    expect(findings.map(({ path }) => path)).toEqual(left)
  })

  it('takes the reason of the first ignore that meets it', async () => {
    const policy = {
      ignore: [ignore({ paths: ['src/**'], reason: 'No' }), ignore({ reason: 'Yes' }), ignore({ reason: 'Late' })],
    }
    const { ignored } = await assess(policy)
    expect(ignored.map(({ reason }) => reason)).toEqual(['Yes', 'Yes'])
  })

  it.each([
    ['on its last day', '2026-06-30T23:59:59.999Z', 0],
    ['not after it', '2026-07-01T00:00:00Z', 2],
    ['366 days ahead', '2025-06-29T00:00:00Z', 0],
    ['not further ahead', '2025-06-28T23:59:59Z', 2],
  ])('is ignored %s', async (_when, now, counted) => {
    const { findings } = await assess({ ignore: [ignore()] }, { now: new Date(now) })
    expect(findings.filter(({ rule }) => rule === 'artifact/missing-field')).toHaveLength(counted)
  })

  it('is not told as fixed, and neither introduced nor existing', async () => {
    const { fixed, findings, ignored } = await assess({ ignore: [ignore()] }, { base: FAULTY })
    expect({ fixed, findings }).toEqual({ fixed: [], findings: [] })
    expect(ignored).toHaveLength(2)
  })

  it('of the repository as a whole is met by an ignore of everything only', async () => {
    const gone = { base: FAULTY, policy: { severities: {} } }
    expect(briefly(await assessRecord({}, gone))).toContain('null:null error context/missing')
    const by = async (paths: string[]) => assessRecord({}, { ...gone, policy: { ignore: [ignore({ paths })] } })
    expect(briefly(await by(['*', '.gxp/**']))).toContain('null:null error context/missing')
    const everything = await by(['**'])
    expect(everything.ignored).toContainEqual(
      expect.objectContaining({ finding: expect.objectContaining({ rule: 'context/missing' }) }),
    )
    expect(everything.findings).toEqual([])
  })

  it('is never what is told of the policy itself', async () => {
    const files = { ...FAULTY, '.github/rosie.yml': 'fail_on: sometimes\n' }
    expect(briefly(await assessRecord(files, { policy: { ignore: [ignore()] } }))).toEqual([
      '.github/rosie.yml:1 error policy/invalid',
    ])
  })
})

describe('Files that the policy calls tests', () => {
  const files = goodBut({
    'test/dose.test.ts': null,
    'qualification/dose.ts': '// @gxp-verifies SPEC-001-001\n// @test-type OQ\nexport {}\n',
  })

  it('are tests', async () => {
    const { summary } = await assessRecord(files, { policy: { tests: ['qualification/**'] } })
    expect(summary).toMatchObject({ annotations: { source: 1, test: 1 }, requirements: { traced: 1 } })
  })

  it('are source without it', async () => {
    const { summary } = await assessRecord(files, { policy: { tests: ['other/**'] } })
    expect(summary).toMatchObject({ annotations: { source: 2, test: 0 }, requirements: { traced: 0 } })
  })
})
