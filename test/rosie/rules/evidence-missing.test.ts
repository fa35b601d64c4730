import type { Json } from '../../../src/rosie/model.ts'
import { DEFAULT_POLICY, type Policy } from '../../../src/rosie/policy.ts'
import { evidencePackage, PACKAGE } from '../../support/evidence-package.ts'
import {
  assessRecord,
  claims,
  document,
  EVIDENCE,
  edited,
  found,
  type Given,
  goodBut,
  REQUIREMENT,
  requirement,
  type Signer,
  SPECIFICATION,
  signer,
  specification,
  TEST,
  unsigned,
} from '../../support/record.ts'

type Files = Record<string, string | null>

let team: Signer
let second: Signer
beforeAll(async () => {
  team = await signer('team')
  second = await signer('second')
})

const ROT = '.gxp/evidence/ROT-SPEC-001-001.md'
const { riskMatrix } = DEFAULT_POLICY

/** The good record without its record of testing, its requirement of this risk, judged by the standard's own matrix. */
const assessed = (risk: string | null, files: Files = {}, { policy, ...given }: Given = {}) => {
  const rating = risk === null ? [] : [`gxp_risk_rating: ${risk}`]
  const rated = {
    [REQUIREMENT]: requirement('REQ-001', ...rating),
    'src/dose.ts': '// @gxp-satisfies REQ-001\n// @gxp-implements SPEC-001-001\n',
    [TEST]: '// @gxp-verifies SPEC-001-001\n// @test-type OQ\n',
  }
  const all = { [ROT]: null, ...rated, ...files }
  return assessRecord(goodBut(all), { keys: [team.key], ...given, policy: { riskMatrix, ...policy } })
}

/** Evidence for something else: the record keeps some. */
const kept = async () => ({ '.gxp/evidence/other.jws': await team.sign(claims({ spec_id: 'SPEC-9' })) })

describe('evidence/missing', () => {
  const rule = 'evidence/missing'

  it('finds a specification without any evidence, as serious as the risk it serves', async () => {
    for (const [risk, severity] of [
      ['HIGH', 'error'],
      ['MEDIUM', 'warning'],
      ['LOW', 'notice'],
    ] as const)
      expect(found(await assessed(risk, await kept()), rule)).toMatchObject([
        {
          severity,
          path: SPECIFICATION,
          line: 2,
          gxpId: 'SPEC-001-001',
          message: expect.stringMatching(new RegExp(`^There is no evidence for SPEC-001-001 \\(risk ${risk}\\)`)),
        },
      ])
    expect(found(await assessed(null, await kept()), rule)).toMatchObject([
      { severity: 'warning', message: expect.stringMatching(/^There is no evidence for SPEC-001-001\. Add/) },
    ])
  })

  it('says what would be enough for the risk', async () => {
    const message = async (risk: string, policy: Partial<Policy> = {}) =>
      found(await assessed(risk, await kept(), { policy }), rule)[0]?.message
    expect(await message('HIGH')).toMatch(/Add signed evidence of its tests\.$/)
    expect(await message('MEDIUM')).toMatch(/or a record of testing \(`ROT-\*\.md`\)\.$/)
    const strict = { ...riskMatrix, MEDIUM: { ...riskMatrix.MEDIUM, signatures: 2 as const } }
    expect(await message('MEDIUM', { riskMatrix: strict })).toMatch(/Add signed evidence of its tests\.$/)
  })

  it('is content with a single evidence or a package that is signed', async () => {
    expect(found(await assessed('HIGH', { [EVIDENCE]: await team.sign() }), rule)).toEqual([])
    expect(found(await assessed('HIGH', await evidencePackage(team)), rule)).toEqual([])
  })

  it('leaves to evidence/testing-record whether a record of testing is enough', async () => {
    const rot = (...fields: string[]) => ({ [ROT]: document(fields) })
    expect(found(await assessed('HIGH', rot('spec_id: SPEC-001-001')), rule)).toEqual([])
    expect(found(await assessed('MEDIUM', rot('spec_id: SPEC-001-001', 'result: FAIL')), rule)).toEqual([])
    expect(found(await assessed('HIGH', { [ROT]: 'no front matter' }), rule)).toEqual([])
    for (const name of ['ROT-SPEC-001-0010', 'ROT-notes'])
      expect(found(await assessed('HIGH', { [`.gxp/evidence/${name}.md`]: 'no front matter' }), rule)).toHaveLength(1)
  })

  it('does not repeat what is told of evidence that is untrusted or invalid', async () => {
    expect(found(await assessed('HIGH', { [EVIDENCE]: await team.sign() }, { keys: [] }), rule)).toEqual([])
    const invalid = { [EVIDENCE]: await second.sign() }
    expect(found(await assessed('HIGH', invalid), rule)).toEqual([])
    for (const off of ['evidence/invalid-signature', 'evidence/algorithm']) {
      const policy = { severities: { [off]: 'warning' as const } }
      expect(found(await assessed('HIGH', invalid, { policy }), rule)).toHaveLength(1)
      expect(found(await assessed('HIGH', { [EVIDENCE]: await team.sign() }, { policy }), rule)).toEqual([])
    }
    const altered = { ...(await evidencePackage(team)), [`${PACKAGE}/environment.json`]: '{}' }
    expect(found(await assessed('HIGH', altered), rule)).toEqual([])
    expect(found(await assessed('HIGH', { [EVIDENCE]: unsigned({ alg: 'none' }, claims(), '') }), rule)).toEqual([])
  })

  it('does not repeat that nothing tests the requirement, unless nobody is told', async () => {
    const untested = { ...(await kept()), [TEST]: null }
    expect(found(await assessed('HIGH', untested), 'trace/uncovered-requirement')).toHaveLength(1)
    expect(found(await assessed('HIGH', untested), rule)).toEqual([])
    const off = { policy: { severities: { 'trace/uncovered-requirement': 'off' as const } } }
    expect(found(await assessed('HIGH', untested, off), rule)).toMatchObject([{ gxpId: 'SPEC-001-001' }])
    const another = {
      '.gxp/requirements/REQ-002.md': requirement('REQ-002', 'gxp_risk_rating: HIGH'),
      '.gxp/specs/SPEC-002.md': specification('SPEC-002', 'satisfies: [REQ-002]'),
    }
    expect(found(await assessed('HIGH', { ...(await kept()), ...another }), rule)).toMatchObject([
      { gxpId: 'SPEC-001-001' },
    ])
  })

  it('does not ask for evidence of what serves no requirement, is retired, or can not be read', async () => {
    const lone = { ...(await kept()), '.gxp/specs/SPEC-002.md': specification('SPEC-002') }
    expect(found(await assessed('HIGH', { ...lone, [EVIDENCE]: await team.sign() }), rule)).toEqual([])
    const status = (word: string) =>
      edited(SPECIFICATION, 'verification_tier: OQ', `verification_tier: OQ\nvalidation_status: ${word}`)
    // The requirement is in force, and to be proven: that is asked of it, not of what was retired.
    expect(found(await assessed('HIGH', { ...(await kept()), ...status('retired') }), rule)).toMatchObject([
      { gxpId: 'REQ-001' },
    ])
    expect(found(await assessed('MEDIUM', { ...(await kept()), ...status('retired') }), rule)).toEqual([])
    expect(found(await assessed('HIGH', { ...(await kept()), ...status('draft') }), rule)).toMatchObject([
      { gxpId: 'SPEC-001-001' },
    ])
    const unreadable = { ...(await kept()), [SPECIFICATION]: 'no front matter' }
    expect(found(await assessed('HIGH', unreadable), rule)).toEqual([])
  })

  it('finds a specification that only annotations define, at the first of them', async () => {
    const source = '// @gxp-satisfies REQ-001\n// @gxp-implements SPEC-7\n// @gxp-risk HIGH\n'
    const files = { [EVIDENCE]: await team.sign(), 'src/a.ts': source, 'test/a.test.ts': '// @gxp-verifies SPEC-7\n' }
    expect(found(await assessed('HIGH', files), rule)).toMatchObject([{ gxpId: 'SPEC-7', path: 'src/a.ts', line: 2 }])
    const untested = { 'src/a.ts': source.replace('HIGH', 'MEDIUM'), 'test/a.test.ts': null }
    expect(found(await assessed('MEDIUM', { ...files, ...untested }), rule)).toEqual([])
  })

  it('below HIGH, leaves a specification without tests to trace/unverified-specification', async () => {
    const other = specification('SPEC-002', 'parent_id: US-001-001')
    const files = { [EVIDENCE]: await team.sign(), '.gxp/specs/SPEC-002.md': other }
    expect(found(await assessed('MEDIUM', files), rule)).toEqual([])
    expect(found(await assessed('MEDIUM', files), 'trace/unverified-specification')).toHaveLength(1)
    expect(found(await assessed('HIGH', files), rule)).toMatchObject([{ gxpId: 'SPEC-002' }])
    const off = { policy: { severities: { 'trace/unverified-specification': 'off' as const } } }
    expect(found(await assessed('MEDIUM', files, off), rule)).toMatchObject([{ gxpId: 'SPEC-002' }])
    const tested = { ...files, 'test/b.test.ts': '// @gxp-verifies SPEC-002\n' }
    expect(found(await assessed('MEDIUM', tested), rule)).toMatchObject([{ gxpId: 'SPEC-002' }])
    const naming = {
      ...files,
      '.gxp/specs/SPEC-002.md': specification('SPEC-002', 'parent_id: US-001-001', 'test_files: [a.feature]'),
    }
    expect(found(await assessed('MEDIUM', naming), rule)).toMatchObject([{ gxpId: 'SPEC-002' }])
    const twice = { ...naming, '.gxp/specs/SPEC-002-again.md': other }
    expect(found(await assessed('MEDIUM', twice), rule)).toMatchObject([{ gxpId: 'SPEC-002' }])
  })

  it('is told once, below HIGH, where the record keeps no evidence of any kind', async () => {
    expect(found(await assessed('MEDIUM'), rule)).toMatchObject([
      {
        severity: 'warning',
        path: SPECIFICATION,
        line: 2,
        gxpId: null,
        message: expect.stringMatching(/^This record keeps no evidence: 1 specification has neither/),
      },
    ])
    const two = {
      '.gxp/requirements/REQ-002.md': requirement('REQ-002', 'gxp_risk_rating: LOW'),
      '.gxp/specs/SPEC-000.md': specification('SPEC-000', 'satisfies: [REQ-002]'),
      'test/b.test.ts': '// @gxp-verifies SPEC-000\n',
    }
    expect(found(await assessed('MEDIUM', two), rule)).toMatchObject([
      { severity: 'warning', path: SPECIFICATION, message: expect.stringContaining('2 specifications have') },
    ])
    const alike = { ...two, '.gxp/requirements/REQ-002.md': requirement('REQ-002', 'gxp_risk_rating: MEDIUM') }
    expect(found(await assessed('MEDIUM', alike), rule)).toMatchObject([{ path: '.gxp/specs/SPEC-000.md' }])
    // It is followed wherever it is told.
    const general = async (risk: string) => found(await assessed(risk, two), rule).find(({ gxpId }) => gxpId === null)
    expect((await general('HIGH'))?.fingerprint).toBe((await general('MEDIUM'))?.fingerprint)
    expect(found(await assessed('HIGH', two), rule)).toMatchObject([
      { severity: 'error', gxpId: 'SPEC-001-001' },
      { severity: 'notice', gxpId: null, path: '.gxp/specs/SPEC-000.md' },
    ])
    expect(found(await assessed('HIGH'), rule)).toMatchObject([{ severity: 'error', gxpId: 'SPEC-001-001' }])
  })

  it.each<[string, () => Promise<Files>]>([
    ['a single evidence', kept],
    ['a package', () => evidencePackage(team, { spec_id: 'SPEC-9' })],
    ['a record of testing', async () => ({ '.gxp/evidence/ROT-SPEC-9.md': document(['spec_id: SPEC-9']) })],
  ])('is told of each where the record keeps %s', async (_, files) => {
    expect(found(await assessed('LOW', await files()), rule)).toMatchObject([{ gxpId: 'SPEC-001-001' }])
  })

  it('judges all as HIGH where the policy says so', async () => {
    expect(found(await assessed('LOW', {}, { policy: { allHigh: true } }), rule)).toMatchObject([
      { severity: 'error', gxpId: 'SPEC-001-001' },
    ])
  })
})

describe('evidence/second-signature', () => {
  const rule = 'evidence/second-signature'
  const on = { severities: { [rule]: 'warning' as const } }
  const given = (policy: Partial<Policy> = {}) => ({
    keys: [team.key, second.key],
    policy: { ...on, ...policy },
  })
  const general = async (...signers: Signer[]) => {
    const parts = await Promise.all(signers.map(async ({ sign }) => (await sign()).split('.')))
    const signatures = parts.map(([header, , signature]) => ({ protected: header, signature }))
    return JSON.stringify({ payload: parts[0]?.[1], signatures })
  }

  it('is off until a policy asks for it', async () => {
    const files = { [EVIDENCE]: await team.sign() }
    expect(found(await assessed('HIGH', files, { keys: [team.key, second.key] }), rule)).toEqual([])
    expect(found(await assessed('HIGH', files, given()), rule)).toMatchObject([
      {
        severity: 'warning',
        path: EVIDENCE,
        line: 1,
        gxpId: 'EV-SPEC-001-001',
        message: expect.stringMatching(
          /OQ evidence for SPEC-001-001 \(risk HIGH\) is signed with one trusted key only, `team`/,
        ),
      },
    ])
  })

  it('is content with two trusted keys, not with two signatures of one', async () => {
    expect(found(await assessed('HIGH', { [EVIDENCE]: await general(team, second) }, given()), rule)).toEqual([])
    expect(found(await assessed('HIGH', { [EVIDENCE]: await general(team, team) }, given()), rule)).toHaveLength(1)
    const stranger = await signer('stranger')
    expect(found(await assessed('HIGH', { [EVIDENCE]: await general(team, stranger) }, given()), rule)).toHaveLength(1)
  })

  it('asks where the matrix demands two, below HIGH only there', async () => {
    const files = { [EVIDENCE]: await team.sign() }
    expect(found(await assessed('MEDIUM', files, given()), rule)).toEqual([])
    const of = (signatures: 1 | 2) => ({ riskMatrix: { ...riskMatrix, MEDIUM: { ...riskMatrix.MEDIUM, signatures } } })
    expect(found(await assessed('MEDIUM', files, given(of(1))), rule)).toEqual([])
    expect(found(await assessed('MEDIUM', files, given(of(2))), rule)).toHaveLength(1)
    expect(found(await assessed(null, files, given(of(2))), rule)).toEqual([])
  })

  it('looks at the newest valid evidence that is not of the future', async () => {
    const at = async (timestamp: string, by: Signer = team) => by.sign(claims({ timestamp }))
    const both = { [EVIDENCE]: await general(team, second) }
    const with_ = async (jws: string) =>
      found(await assessed('HIGH', { ...both, '.gxp/evidence/b.jws': jws }, given()), rule)
    expect(await with_(await at('2026-02-05T09:00:00Z'))).toEqual([])
    expect(await with_(await at('2026-02-05T11:00:00Z'))).toMatchObject([{ path: '.gxp/evidence/b.jws' }])
    expect(await with_(await at('2027-02-05T11:00:00Z'))).toEqual([])
    expect(await with_(await at('2026-02-05T11:00:00Z', await signer('stranger')))).toEqual([])
    const nameless: Record<string, Json | undefined> = { spec_id: undefined, gxp_id: undefined }
    expect(await with_(await team.sign(claims(nameless)))).toEqual([])
    const only = { [EVIDENCE]: await team.sign(claims(nameless)) }
    expect(found(await assessed('HIGH', only, given({ allHigh: true })), rule)).toEqual([])
  })
})
