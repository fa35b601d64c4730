/** HIGH is to be proven once a key is trusted. What keeps it from that is told once: by its own rule, or by this one. */
import type { Json, SourceState } from '../../../src/rosie/model.ts'
import { DEFAULT_POLICY, type Policy } from '../../../src/rosie/policy.ts'
import { evidencePackage, PACKAGE } from '../../support/evidence-package.ts'
import {
  assessRecord,
  briefly,
  claims,
  document,
  EVIDENCE,
  edited,
  type Files,
  found,
  type Given,
  goodBut,
  REQUIREMENT,
  requirement,
  SPECIFICATION,
  signer,
  specification,
  TEST,
  unsigned,
} from '../../support/record.ts'

type Changes = Record<string, Json | undefined>

const RULE = 'evidence/missing'
const ROT = '.gxp/evidence/ROT-SPEC-001-001.md'
const NEWER = '.gxp/evidence/EV-SPEC-001-001-2.jws'
const COMMIT = 'd'.repeat(40)
const HERE: SourceState = { id: '1'.repeat(64), plain: 'a'.repeat(64), separated: 'b'.repeat(64) }
const THERE: SourceState = { id: '2'.repeat(64), plain: 'c'.repeat(64), separated: null }
const LATER = '2026-02-05T11:00:00Z'

const team = await signer('team')
const stranger = await signer('stranger')

/** The standard's matrix, asking for one tier only: which tiers there are is not the question here. */
const { HIGH, MEDIUM, LOW } = DEFAULT_POLICY.riskMatrix
const riskMatrix: Policy['riskMatrix'] = {
  HIGH: { ...HIGH, tiers: ['OQ'] },
  MEDIUM: { ...MEDIUM, tiers: ['OQ'] },
  LOW: { ...LOW, tiers: ['OQ'] },
}

const assessed = (files: Record<string, string | null>, { policy, ...given }: Given = {}) =>
  assessRecord(goodBut({ [ROT]: null, ...files }), {
    ...{ keys: [team.key], states: { [COMMIT]: HERE }, state: HERE },
    ...given,
    policy: { riskMatrix, ...policy },
  })

const run = (changes: Changes = {}, { sign } = team) =>
  sign(claims({ system_state_hash: HERE.plain, git_commit: COMMIT, ...changes }))
const of = async (changes: Changes, given: Given = {}) => assessed({ [EVIDENCE]: await run(changes) }, given)
const told = async (...given: Parameters<typeof assessed>) => briefly(await assessed(...given))

const UNPROVEN = `${REQUIREMENT}:2 error ${RULE}`

describe('A HIGH requirement that is tested, with signed evidence that nothing else is said of', () => {
  it('is told at its id where the evidence names no commit', async () => {
    const assessment = await of({ git_commit: undefined })
    expect(found(assessment)).toMatchObject([
      {
        rule: RULE,
        severity: 'error',
        path: REQUIREMENT,
        line: 2,
        gxpId: 'REQ-001',
        message: `REQ-001 (risk HIGH) is tested, but not proven: its evidence \`${EVIDENCE}\` names no \`git_commit\`. Add signed evidence of passing tests that claims the \`system_state_hash\` of the source as it is and names, as \`git_commit\`, a commit of this repository that has it.`,
      },
    ])
    expect(assessment.conclusion).toBe('failure')
    expect(assessment.coverage).toMatchObject([{ risk: 'HIGH', gate: 'proven', reached: 0 }])
  })

  it('is not told where it is proven', async () => {
    const assessment = await of({})
    expect(found(assessment)).toEqual([])
    expect(assessment.coverage).toMatchObject([{ gate: 'proven', reached: 100 }])
  })

  it.each<[string, Changes, Given, string]>([
    [
      'the evidence names a commit that is not there',
      {},
      { states: { [COMMIT]: null } },
      `names the commit ${COMMIT}, which is not in this`,
    ],
    [
      'the evidence names a branch as its commit',
      { git_commit: 'main' },
      {},
      'names `main`, which is no commit id, as its `git_commit`',
    ],
    [
      'the evidence claims no hash, in the oldest form',
      { system_state_hash: undefined, git_commit: undefined, system_state: `git:${COMMIT}` },
      {},
      'claims no `system_state_hash`',
    ],
    [
      'the source at its commit has no hash',
      {},
      { states: { [COMMIT]: { ...HERE, plain: null, separated: null } } },
      "names can't be hashed: nothing lies in the scope",
    ],
    ['the source here is not known', {}, { state: null }, "what the source is like here can't be told"],
    ['no test passed', { test_results: { passed: 0, failed: 0, skipped: 4 } }, {}, 'counts no test that passed'],
  ])('is told where %s', async (_, changes, given, why) => {
    expect(found(await of(changes, given), RULE)).toMatchObject([
      { severity: 'error', path: REQUIREMENT, line: 2, message: expect.stringContaining(why) },
    ])
    expect((await of(changes, given)).findings.filter(({ severity }) => severity !== 'notice')).toHaveLength(1)
  })

  it('is told of a package as of a single file', async () => {
    const files = await evidencePackage(team, { system_state_hash: HERE.plain, git_commit: undefined })
    expect(found(await assessed(files), RULE)).toMatchObject([{ message: expect.stringContaining(`\`${PACKAGE}\``) }])
    expect(await told(await evidencePackage(team, { system_state_hash: HERE.plain, git_commit: COMMIT }))).toEqual([])
  })

  it('waits for a commit that is not replayed yet', async () => {
    expect(found(await of({}, { states: {} }))).toEqual([])
    // Of these nothing will be learnt.
    const none = { test_results: { passed: 0, failed: 0, skipped: 4 } }
    expect(briefly(await of(none, { states: {} }))).toEqual([UNPROVEN])
    expect(briefly(await of({ git_commit: undefined }, { states: {} }))).toEqual([UNPROVEN])
    const old = { system_state_hash: undefined, system_state: 'git:0123456' }
    expect(briefly(await of(old, { states: {} }))).toContain(UNPROVEN)
  })

  it('is told beside a record of testing, which proves nothing', async () => {
    const files = goodBut({ [EVIDENCE]: await run({ git_commit: undefined }) }) as Record<string, string>
    expect(await told({ ...files, [ROT]: files[ROT] ?? '' })).toEqual([UNPROVEN])
  })

  it('goes by the newest, which the others do not outweigh', async () => {
    const older = await run()
    expect(await told({ [EVIDENCE]: older, [NEWER]: await run({ git_commit: undefined, timestamp: LATER }) })).toEqual([
      UNPROVEN,
    ])
    const old = await run({ git_commit: undefined })
    expect(await told({ [EVIDENCE]: old, [NEWER]: await run({ timestamp: LATER }) })).toEqual([])
  })

  it('is told where no evidence can lead to it, having no specification in force', async () => {
    const direct = { [TEST]: '// @gxp-satisfies REQ-001\n// @test-type OQ\n// @gxp-risk HIGH\n' }
    const source = { 'src/dose.ts': '// @gxp-satisfies REQ-001\n// @gxp-risk HIGH\n' }
    const files = { ...direct, ...source, [SPECIFICATION]: null }
    expect(found(await assessed(files), RULE)).toMatchObject([
      {
        path: REQUIREMENT,
        message: expect.stringContaining('is tested, but not proven: no signed evidence that counts leads to it. Add'),
      },
    ])
  })
})

describe('It is not asked', () => {
  const files = async () => ({ [EVIDENCE]: await run({ git_commit: undefined }) })

  it('before a key is trusted', async () => {
    expect(await told(await files(), { keys: [] })).toEqual([`${EVIDENCE}:1 warning evidence/untrusted`])
  })

  it('where the risk matrix asks for no signature', async () => {
    const unsigned = { ...riskMatrix, HIGH: { ...riskMatrix.HIGH, signatures: 0 as const } }
    expect(await told(await files(), { policy: { riskMatrix: unsigned } })).toEqual([])
  })

  it.each(['MEDIUM', 'LOW'])('of %s, unless the policy judges all as HIGH', async (risk) => {
    const rated = {
      [REQUIREMENT]: requirement('REQ-001', `gxp_risk_rating: ${risk}`),
      'src/dose.ts': '// @gxp-satisfies REQ-001\n// @gxp-implements SPEC-001-001\n',
      [TEST]: '// @gxp-verifies SPEC-001-001\n// @test-type OQ\n',
    }
    expect(found(await assessed({ ...(await files()), ...rated }), RULE)).toEqual([])
    expect(found(await assessed({ ...(await files()), ...rated }, { policy: { allHigh: true } }), RULE)).toMatchObject([
      { severity: 'error', gxpId: 'REQ-001' },
    ])
  })

  it('of what nothing tests, which is told as such, unless nobody is told', async () => {
    const untested = { [TEST]: null, [EVIDENCE]: await run({ test_results: { passed: 0, failed: 0 } }) }
    expect(await told(untested)).toEqual([`${REQUIREMENT}:2 error trace/uncovered-requirement`])
    const off = { severities: { 'trace/uncovered-requirement': 'off' as const } }
    expect(await told(untested, { policy: off })).toContain(UNPROVEN)
  })

  it('of one that is retired', async () => {
    const retired = edited(REQUIREMENT, 'gxp_id: REQ-001', 'gxp_id: REQ-001\nvalidation_status: retired')
    expect(found(await assessed({ ...(await files()), ...retired }), RULE)).toEqual([])
  })
})

describe('Where another finding says why it is not proven, that is the one', () => {
  const cases: [string, () => Promise<Record<string, string | null>>, Given, string][] = [
    [
      'evidence/missing',
      async () => ({ '.gxp/evidence/x.jws': await run({ spec_id: 'SPEC-9' }) }),
      {},
      `${SPECIFICATION}:2 error`,
    ],
    [
      'evidence/algorithm',
      async () => ({ [EVIDENCE]: unsigned({ alg: 'none' }, claims(), '') }),
      {},
      `${EVIDENCE}:1 error`,
    ],
    ['evidence/invalid-signature', async () => ({ [EVIDENCE]: await run({}, stranger) }), {}, `${EVIDENCE}:1 error`],
    [
      'evidence/untrusted',
      async () => ({ [EVIDENCE]: await run({}, stranger) }),
      { keys: [team.key, { ...stranger.key, refused: 'says `use`: `enc`' }] },
      `${EVIDENCE}:1 warning`,
    ],
    [
      'evidence/failed',
      async () => ({ [EVIDENCE]: await run({ test_results: { passed: 1, failed: 1 } }) }),
      {},
      `${EVIDENCE}:1 error`,
    ],
    [
      'evidence/state-mismatch',
      async () => ({ [EVIDENCE]: await run({ system_state_hash: THERE.plain }) }),
      {},
      `${EVIDENCE}:1 error`,
    ],
    ['evidence/stale', async () => ({ [EVIDENCE]: await run() }), { state: THERE }, `${EVIDENCE}:1 warning`],
    [
      'evidence/future',
      async () => ({ [EVIDENCE]: await run({ timestamp: '2027-02-05T10:00:00Z' }) }),
      {},
      `${EVIDENCE}:1 error`,
    ],
    ['evidence/expired', async () => ({ [EVIDENCE]: await run({ exp: 1770300000 }) }), {}, `${EVIDENCE}:1 warning`],
    [
      'evidence/missing-claim',
      async () => ({ [EVIDENCE]: await run({ timestamp: undefined }) }),
      {},
      `${EVIDENCE}:1 error`,
    ],
    [
      'evidence/testing-record',
      async () => ({
        [ROT]: document([
          'spec_id: SPEC-001-001',
          'tester: A',
          'test_date: 2026-02-05',
          'test_type: scripted',
          'result: PASS',
          'summary: ok',
        ]),
      }),
      {},
      `${ROT}:2 error`,
    ],
  ]

  it.each(cases)('%s', async (rule, files, given, at) => {
    expect(await told(await files(), given)).toContain(`${at} ${rule}`)
    expect((await told(await files(), given)).filter((each) => each.includes(REQUIREMENT))).toEqual([])
  })

  it.each(cases.slice(1))('%s, unless the policy makes less of it', async (rule, files, given) => {
    const policy = { severities: { [rule]: 'off' as const } }
    expect(found(await assessed(await files(), { ...given, policy }), RULE)).toHaveLength(1)
  })

  it('evidence that is stale, and that nobody is told of, is said to be of another source', async () => {
    const given = { state: THERE, policy: { severities: { 'evidence/stale': 'off' as const } } }
    expect(found(await of({}, given), RULE)).toMatchObject([
      { message: expect.stringContaining('does not count, or was made for another state of the source.') },
    ])
  })

  it('a package whose signature is none', async () => {
    const files = { ...(await evidencePackage(team)), [`${PACKAGE}/signature.jws`]: 'signed' }
    expect(await told(files)).toEqual([`${PACKAGE}/signature.jws:1 error evidence/malformed`])
    const policy = { severities: { 'evidence/malformed': 'off' as const } }
    expect(await told(files, { policy })).toEqual([UNPROVEN])
  })

  it('a document that can not be read, and may be what the evidence is for', async () => {
    const unreadable = { [SPECIFICATION]: 'no front matter', [TEST]: '// @gxp-satisfies REQ-001\n// @test-type OQ\n' }
    expect(found(await assessed(unreadable), RULE)).toEqual([])
    const unreadableRequirement = { [REQUIREMENT]: 'no front matter', ...unreadable }
    expect(found(await assessed(unreadableRequirement), RULE)).toEqual([])
    const source = { 'src/dose.ts': '// @gxp-satisfies REQ-001\n// @gxp-risk HIGH\n' }
    const alone = { ...unreadableRequirement, ...source, [SPECIFICATION]: null }
    expect(found(await assessed(alone), RULE)).toEqual([])
    const policy = { severities: { 'artifact/malformed-front-matter': 'off' as const } }
    expect(found(await assessed(alone, { policy }), RULE)).toMatchObject([{ gxpId: 'REQ-001' }])
  })

  it('an altered package', async () => {
    const altered = { ...(await evidencePackage(team)), [`${PACKAGE}/environment.json`]: '{}' }
    expect(await told(altered)).toEqual([`${PACKAGE}/environment.json:1 error evidence/package-tampered`])
    const policy = { severities: { 'evidence/package-tampered': 'off' as const } }
    expect(await told(altered, { policy })).toEqual([UNPROVEN])
    // What it says of its time is nobody's word.
    const ahead = await evidencePackage(team, { created_at: '2027-01-01T00:00:00Z' })
    const both = { ...ahead, [`${PACKAGE}/environment.json`]: '{}' }
    expect(await told(both, { policy })).toEqual([UNPROVEN])
  })

  it('a record of testing that can not be read', async () => {
    expect(await told({ [ROT]: 'no front matter' })).toEqual([`${ROT}:1 error evidence/testing-record`])
    const policy = { severities: { 'evidence/testing-record': 'off' as const } }
    expect(await told({ [ROT]: 'no front matter' }, { policy })).toEqual([UNPROVEN])
  })

  it('a reference that leads nowhere, on the way from evidence that would prove it', async () => {
    const direct = { [TEST]: '// @gxp-satisfies REQ-001\n// @test-type OQ\n// @gxp-risk HIGH\n' }
    const broken = { ...edited(SPECIFICATION, 'parent_id: US-001-001', 'parent_id: US-001-0001'), 'src/dose.ts': null }
    const files = { [EVIDENCE]: await run(), ...direct, ...broken }
    expect(await told(files)).toContain(`${SPECIFICATION}:4 error trace/broken-reference`)
    expect(found(await assessed(files), RULE)).toEqual([])
  })

  it('but not a finding that is a notice, since newer evidence counts', async () => {
    const files = {
      [EVIDENCE]: await run({}, stranger),
      [NEWER]: await run({ git_commit: undefined, timestamp: LATER }),
    }
    expect(await told(files)).toEqual([UNPROVEN, `${EVIDENCE}:1 notice evidence/invalid-signature`])
  })

  it('but not a finding about other evidence: what nobody says of one run is told all the same', async () => {
    const silent = { [EVIDENCE]: await run({ git_commit: undefined }) }
    const outdated = { system_state_hash: THERE.plain, git_commit: 'e'.repeat(40) }
    const given = { states: { [COMMIT]: HERE, ['e'.repeat(40)]: THERE } }
    const stale = `${NEWER}:1 warning evidence/stale`
    const tier = { [NEWER]: await run({ ...outdated, verification_tier: 'PQ' }) }
    expect(await told({ ...silent, ...tier }, given)).toEqual([UNPROVEN, stale])
    const second = {
      '.gxp/specs/SPEC-2.md': specification('SPEC-2', 'satisfies: [REQ-001]', 'source_files: [src/dose.ts]'),
      'test/2.test.ts': '// @gxp-verifies SPEC-2\n// @test-type OQ\n// @gxp-risk HIGH\n',
      [NEWER]: await run({ ...outdated, spec_id: 'SPEC-2' }),
    }
    expect(await told({ ...silent, ...second }, given)).toEqual([UNPROVEN, stale])
    expect(await told({ [EVIDENCE]: await run(outdated) }, given)).toEqual([`${EVIDENCE}:1 warning evidence/stale`])
  })

  it.each(cases.slice(1))('%s, unless the policy ignores it', async (rule, files, given, at) => {
    const [path = ''] = at.split(':')
    const ignore = [{ paths: [path], rules: [rule], reason: 'a draft', expires: '2026-06-01', line: 1 }]
    expect(found(await assessed(await files(), { ...given, policy: { ignore } }), RULE)).toHaveLength(1)
  })

  it('a fault of a package, and its signature, at their own files', async () => {
    const ignored = async (files: Record<string, string | null>, path: string) => {
      const ignore = [{ paths: [path], rules: [], reason: 'a draft', expires: '2026-06-01', line: 1 }]
      return told(files, { policy: { ignore } })
    }
    const altered = { ...(await evidencePackage(team)), [`${PACKAGE}/environment.json`]: '{}' }
    expect(await ignored(altered, `${PACKAGE}/environment.json`)).toEqual([UNPROVEN])
    const signed = { ...(await evidencePackage(team)), [`${PACKAGE}/signature.jws`]: 'signed' }
    expect(await ignored(signed, `${PACKAGE}/signature.jws`)).toEqual([UNPROVEN])
  })

  it('but not a finding about evidence for something else', async () => {
    const other = {
      '.gxp/requirements/REQ-2.md': requirement('REQ-2', 'gxp_risk_rating: LOW'),
      '.gxp/specs/SPEC-2.md': specification('SPEC-2', 'satisfies: [REQ-2]', 'gxp_risk_rating: LOW'),
      'test/2.test.ts': '// @gxp-verifies SPEC-2\n// @test-type OQ\n',
      '.gxp/evidence/2.jws': await run({ spec_id: 'SPEC-2', gxp_id: 'EV-2', timestamp: undefined }),
    }
    expect(found(await assessed({ ...other, [EVIDENCE]: await run({ git_commit: undefined }) }), RULE)).toMatchObject([
      { gxpId: 'REQ-001' },
    ])
  })
})

describe('Many requirements', () => {
  it('are each told by themselves, once', async () => {
    const files: Files = {}
    for (const id of ['REQ-2', 'REQ-3']) files[`.gxp/requirements/${id}.md`] = requirement(id, 'gxp_risk_rating: HIGH')
    const two = {
      ...(files as Record<string, string>),
      '.gxp/specs/SPEC-2.md': specification('SPEC-2', 'satisfies: [REQ-2, REQ-3]'),
      'test/2.test.ts': '// @gxp-verifies SPEC-2\n// @test-type OQ\n',
      '.gxp/evidence/2.jws': await run({ spec_id: 'SPEC-2', git_commit: undefined }),
      [EVIDENCE]: await run(),
    }
    expect(found(await assessed(two), RULE).map(({ gxpId }) => gxpId)).toEqual(['REQ-2', 'REQ-3'])
  })
})
