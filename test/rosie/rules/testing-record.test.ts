/** Records of testing. Scanned on 6 February 2026. */
import { readTestingRecord } from '../../../src/rosie/parse/testing-record.ts'
import { DEFAULT_POLICY, type Policy } from '../../../src/rosie/policy.ts'
import {
  assessRecord,
  briefly,
  claims,
  document,
  EVIDENCE,
  edited,
  goodBut,
  REQUIREMENT,
  SPECIFICATION,
  signer,
  specification,
} from '../../support/record.ts'

const PATH = '.gxp/evidence/ROT-SPEC-001-001.md'
const AGAIN = '.gxp/evidence/ROT-SPEC-001-001-2.md'
const RULE = 'evidence/testing-record'

const FIELDS: Record<string, string> = {
  spec_id: 'SPEC-001-001',
  tester: 'A. Tester',
  test_date: '2026-02-05',
  test_type: 'scripted',
  result: 'PASS',
  summary: 'Doses above the limit were refused.',
}
const record = (changes: Record<string, string | null> = {}) =>
  document(
    Object.entries({ ...FIELDS, ...changes }).flatMap(([key, value]) => (value === null ? [] : [`${key}: ${value}`])),
  )

const found = async (
  files: Record<string, string | Uint8Array | null>,
  given: Parameters<typeof assessRecord>[1] = {},
) => {
  const { findings } = await assessRecord(goodBut(files), given)
  return findings.filter(({ rule, path }) => rule === RULE || path?.includes('/ROT-'))
}
const told = async (...given: Parameters<typeof found>) => briefly({ findings: await found(...given) })

const key = await signer('team')

it('What keeps a record from being read is told as a matter of its own', () => {
  expect(readTestingRecord('Tested.\n').problems).toMatchObject([
    { cause: 'testing-record', line: 1, message: expect.stringContaining('does not begin with front matter') },
  ])
})

describe('A malformed record', () => {
  it.each([
    ...['scripted', 'unscripted', 'ad-hoc'].map((value) => ['test_type', value]),
    ...['PASS', 'PASS_WITH_DEVIATIONS'].map((value) => ['result', value]),
  ])('is none with `%s: %s`', async (name = '', value = '') => {
    expect(await found({ [PATH]: record({ [name]: value }) })).toEqual([])
  })

  it.each(Object.keys(FIELDS))('lacks `%s`', async (name) => {
    expect(await found({ [PATH]: record({ [name]: null }) })).toMatchObject([
      { rule: RULE, severity: 'error', path: PATH, line: 1, message: `The front matter lacks \`${name}\`.` },
    ])
    const line = 2 + Object.keys(FIELDS).indexOf(name)
    for (const nothing of ['""', '" "', '[]', '[""]', '[" ", null, {}, []]'])
      expect(await told({ [PATH]: record({ [name]: nothing }) })).toEqual([`${PATH}:${line} error ${RULE}`])
  })

  it.each([
    ['spec_id', 'REQ-001', 2, '`spec_id` is `REQ-001`. Write the id of a specification, as in SPEC-001-001.'],
    ['spec_id', 'spec-001', 2, '`spec_id` is `spec-001`. Write the id of a specification, as in SPEC-001-001.'],
    [
      'spec_id',
      '[SPEC-001-001]',
      2,
      '`spec_id` is no single value. Write the id of a specification, as in SPEC-001-001.',
    ],
    ['test_date', '5.2.2026', 4, '`test_date` is `5.2.2026`. Write a day of the calendar as YYYY-MM-DD.'],
    ['test_date', '2026-02-08', 4, '`test_date` is `2026-02-08`. Write a day that has come.'],
    ['test_type', 'Scripted', 5, '`test_type` is `Scripted`. Write scripted, unscripted or ad-hoc.'],
    ['result', 'passed', 6, '`result` is `passed`. Write PASS, FAIL or PASS_WITH_DEVIATIONS.'],
    ['result', '[PASS]', 6, '`result` is no single value. Write PASS, FAIL or PASS_WITH_DEVIATIONS.'],
  ])('has `%s: %s`', async (name, value, line, message) => {
    expect(await found({ [PATH]: record({ [name]: value }) })).toMatchObject([
      { rule: RULE, severity: 'error', line, message },
    ])
  })

  it.each([
    ['tester', '[A. Tester, B. Tester]'],
    ['summary', '["", {dose: refused}]'],
    ['summary', '[1]'],
  ])('is none with `%s: %s`, a list that says something', async (name, value) => {
    expect(await found({ [PATH]: record({ [name]: value }) })).toEqual([])
  })

  it('may have the date of tomorrow, which it is already elsewhere', async () => {
    expect(await found({ [PATH]: record({ test_date: '2026-02-07' }) })).toEqual([])
  })

  it('is called after another specification', async () => {
    const other = { [PATH]: null, '.gxp/evidence/ROT-SPEC-001-0012.md': record() }
    expect(await found(other)).toMatchObject([
      {
        rule: RULE,
        severity: 'error',
        line: 2,
        gxpId: 'SPEC-001-001',
        message:
          'The file is called `ROT-SPEC-001-0012.md`, but its `spec_id` is SPEC-001-001. Call it `ROT-SPEC-001-001.md`, or correct the id.',
      },
    ])
    for (const name of ['ROT-SPEC-001-001-2', 'ROT-SPEC-001-001_b', 'oq/ROT-SPEC-001-001'])
      expect(await found({ [`.gxp/evidence/${name}.md`]: record() })).toEqual([])
  })

  it('has front matter that can not be read, told once', async () => {
    expect(await told({ [PATH]: '---\nresult: [\n---\n' })).toEqual([`${PATH}:3 error ${RULE}`])
    expect(await told({ [PATH]: 'Tested.\n' })).toEqual([`${PATH}:1 error ${RULE}`])
    expect(await told({ [PATH]: new Uint8Array([0xff]) })).toEqual([`${PATH}:1 warning artifact/encoding`])
  })
})

describe('A record of a specification that nothing defines', () => {
  it('is a warning, with the id that is near', async () => {
    const files = { '.gxp/evidence/ROT-SPEC-001-003.md': record({ spec_id: 'SPEC-001-003' }) }
    expect(await found(files)).toMatchObject([
      {
        rule: RULE,
        severity: 'warning',
        line: 2,
        gxpId: 'SPEC-001-003',
        message: expect.stringContaining('Did you mean SPEC-001-001?'),
      },
    ])
  })
})

describe('A failed record', () => {
  const failed = record({ result: 'FAIL' })

  it('is an error at its result', async () => {
    expect(await found({ [PATH]: failed })).toMatchObject([
      {
        rule: RULE,
        severity: 'error',
        line: 6,
        gxpId: 'SPEC-001-001',
        message: expect.stringMatching(/^Testing of SPEC-001-001 on 2026-02-05 failed\. Mend/),
      },
    ])
    expect(await told({ [PATH]: record({ result: 'FAIL', spec_id: null, test_date: null }) })).toEqual([
      `${PATH}:1 error ${RULE}`,
      `${PATH}:4 error ${RULE}`,
    ])
  })

  it.each([
    ['PASS', '2026-02-05'],
    ['PASS_WITH_DEVIATIONS', '2026-02-06'],
    ['PASS', '2026-02-07'],
  ])('is a notice beside a record of %s on %s', async (result, day) => {
    const [notice, ...others] = await found({ [PATH]: failed, [AGAIN]: record({ result, test_date: day }) })
    expect(notice).toMatchObject({
      rule: RULE,
      severity: 'notice',
      path: PATH,
      line: 6,
      message: expect.stringContaining(`It passed on ${day}`),
    })
    expect(others).toEqual([])
  })

  it('says the last day on which it passed', async () => {
    const third = '.gxp/evidence/ROT-SPEC-001-001-3.md'
    const passed = { [AGAIN]: record({ test_date: '2026-02-06' }), [third]: record() }
    expect(await found({ [PATH]: failed, ...passed })).toMatchObject([
      { severity: 'notice', message: expect.stringContaining('It passed on 2026-02-06;') },
    ])
  })

  it.each<Record<string, string>>([
    { test_date: '2026-02-04' },
    { test_date: '2026-02-08' },
    { test_date: '2026' },
    { result: 'FAIL' },
    { spec_id: 'SPEC-001-002' },
  ])('stays an error beside a record with %j', async (changes) => {
    expect(await told({ [PATH]: failed, [AGAIN]: record(changes) })).toContain(`${PATH}:6 error ${RULE}`)
  })

  it('is a notice beside signed evidence of the same day that passed', async () => {
    const run = async (changes: Parameters<typeof claims>[0], keys = [key.key]) =>
      (await told({ [PATH]: failed, [EVIDENCE]: await key.sign(claims(changes)) }, { keys })).filter((each) =>
        each.includes(RULE),
      )
    expect(await run({})).toEqual([`${PATH}:6 notice ${RULE}`])
    const error = [`${PATH}:6 error ${RULE}`]
    expect(await run({ timestamp: undefined, iat: Date.parse('2026-02-05T10:00:00Z') / 1000 })).toEqual(error)
    expect(await run({ timestamp: '2026-02-04T23:59:59Z' })).toEqual(error)
    expect(await run({ timestamp: '2026-02-06T10:06:00Z' })).toEqual(error)
    expect(await run({ timestamp: undefined, iat: 1e300 })).toEqual(error)
    expect(await run({ timestamp: undefined })).toEqual(error)
    expect(await run({ spec_id: 'SPEC-001-002' })).toEqual(error)
    expect(await run({ test_results: { passed: 1, failed: 1 } })).toEqual(error)
    expect(await run({}, [])).toEqual(error)
  })
})

describe('A record where the risk demands signed evidence', () => {
  const demanding = (risk: 'HIGH' | 'MEDIUM' | 'LOW', signatures: 0 | 1 | 2 = 1): { policy: Partial<Policy> } => {
    const none = { tiers: ['OQ' as const], coverage: 0, signatures: 0 as const }
    return { policy: { riskMatrix: { HIGH: none, MEDIUM: none, LOW: none, [risk]: { ...none, signatures } } } }
  }

  it('is an error at the id of its specification', async () => {
    expect(await found({}, { policy: { riskMatrix: DEFAULT_POLICY.riskMatrix } })).toMatchObject([
      {
        rule: RULE,
        severity: 'error',
        path: PATH,
        line: 2,
        gxpId: 'SPEC-001-001',
        message: expect.stringMatching(/^SPEC-001-001 has risk HIGH, which demands signed evidence/),
      },
    ])
    expect(await told({}, demanding('HIGH', 2))).toHaveLength(1)
    expect(await told({}, demanding('HIGH', 0))).toEqual([])
    expect(await told({}, demanding('MEDIUM'))).toEqual([])
  })

  it('goes by the risk of the requirement that the specification serves', async () => {
    const medium = { ...edited(REQUIREMENT, 'gxp_risk_rating: HIGH', 'gxp_risk_rating: MEDIUM'), 'src/dose.ts': null }
    expect(await told(medium, demanding('MEDIUM'))).toEqual([`${PATH}:2 error ${RULE}`])
    expect(await told(medium, demanding('HIGH'))).toEqual([])
    expect(await told(medium, { policy: { ...demanding('HIGH').policy, allHigh: true } })).toEqual([
      `${PATH}:2 error ${RULE}`,
    ])
  })

  it('is told once, of the newest record, whatever it says', async () => {
    const both = { [PATH]: record({ test_date: '2026-02-04' }), [AGAIN]: record() }
    expect(await told(both, demanding('HIGH'))).toEqual([`${AGAIN}:2 error ${RULE}`])
    expect(await told({ [PATH]: record(), [AGAIN]: record({ test_date: '2026-02-04' }) }, demanding('HIGH'))).toEqual([
      `${PATH}:2 error ${RULE}`,
    ])
    // Of two of one day, the last by its path.
    expect(await told({ [PATH]: record(), [AGAIN]: record() }, demanding('HIGH'))).toEqual([`${PATH}:2 error ${RULE}`])
    expect(await told({ [PATH]: record({ result: 'FAIL' }) }, demanding('HIGH'))).toEqual([
      `${PATH}:2 error ${RULE}`,
      `${PATH}:6 error ${RULE}`,
    ])
  })

  it('is silent beside signed evidence, which other rules judge', async () => {
    const signed = { [EVIDENCE]: await key.sign(claims()) }
    expect(await told(signed, { keys: [key.key], ...demanding('HIGH') })).toEqual([])
    expect(await told(signed, demanding('HIGH'))).toEqual([])
    const ofAnother = { [EVIDENCE]: await key.sign(claims({ spec_id: 'SPEC-001-002' })) }
    expect(await told(ofAnother, { keys: [key.key], ...demanding('HIGH') })).toEqual([`${PATH}:2 error ${RULE}`])
  })

  it('is silent about a specification that is retired or not there', async () => {
    const retired = {
      [SPECIFICATION]: specification('SPEC-001-001', 'parent_id: US-001-001', 'validation_status: retired'),
    }
    expect(await told(retired, demanding('HIGH'))).toEqual([])
    const missing = { [PATH]: null, '.gxp/evidence/ROT-SPEC-009.md': record({ spec_id: 'SPEC-009' }) }
    for (const allHigh of [false, true])
      expect(await told(missing, { policy: { ...demanding('HIGH').policy, allHigh } })).toEqual([
        `.gxp/evidence/ROT-SPEC-009.md:2 warning ${RULE}`,
      ])
  })

  it('is all that is told of it: evidence/missing is for what has no record either', async () => {
    const { findings } = await assessRecord(goodBut({}), demanding('HIGH'))
    expect(briefly({ findings })).toEqual([`${PATH}:2 error ${RULE}`])
  })
})
