import type { Json } from '../../../src/rosie/model.ts'
import { evidencePackage, PACKAGE } from '../../support/evidence-package.ts'
import {
  assessRecord,
  briefly,
  claims,
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
} from '../../support/record.ts'

type Changes = Record<string, Json | undefined>

let team: Signer
let stranger: Signer
beforeAll(async () => {
  team = await signer('team')
  stranger = await signer('stranger')
})

const NOW = Date.parse('2026-02-06T10:00:00Z')
const MINUTES = 60_000
const iso = (time: number) => new Date(time).toISOString()

const assessed = async (changes: Changes, files: Parameters<typeof goodBut>[0] = {}, given: Given = {}) =>
  assessRecord(goodBut({ [EVIDENCE]: await team.sign(claims(changes)), ...files }), { keys: [team.key], ...given })

/** Several runs, by file name. */
async function runs(each: Record<string, Changes>, files: Record<string, string | null> = {}, given: Given = {}) {
  const signed: Record<string, string> = {}
  for (const [name, changes] of Object.entries(each))
    signed[`.gxp/evidence/${name}.jws`] = await team.sign(claims(changes))
  return assessRecord(goodBut({ ...signed, ...files }), { keys: [team.key], ...given })
}

describe('evidence/missing-claim', () => {
  const rule = 'evidence/missing-claim'
  const signed = (changes: Changes) => assessed(changes)

  it.each(['spec_id', 'system_state_hash', 'test_results', 'timestamp'])('finds that %s is missing', async (claim) => {
    const assessment = await signed({ [claim]: undefined })
    expect(found(assessment)).toMatchObject([
      {
        rule,
        severity: 'error',
        path: EVIDENCE,
        line: 1,
        gxpId: 'EV-SPEC-001-001',
        message: expect.stringContaining(`lacks \`${claim}\``),
      },
    ])
    expect(assessment.summary.evidence).toMatchObject({ valid: 1 })
  })

  it.each<[string, Json]>([
    ['spec_id', ''],
    ['spec_id', ' '],
    ['spec_id', 7],
    ['timestamp', 1_770_000_000],
    ['timestamp', '2026-02-05'],
    ['timestamp', '2026-02-05T10:00:00'],
    ['timestamp', '2026-13-05T10:00:00Z'],
    ['timestamp', '2026-02-30T10:00:00Z'],
    ['timestamp', '2026-02-05T25:00:00Z'],
    ['timestamp', '2026-02-05T10:00:00 (noon) Z'],
    ['timestamp', '2026-02-05T10:00:00+2'],
    ['test_results', 'passed'],
    ['test_results', {}],
    ['test_results', { passed: '4', failed: '0' }],
    ['system_state_hash', ' '],
    ['system_state_hash', 'sha256:abc'],
    ['system_state_hash', { sha256: 'x' }],
    ['verification_tier', 'XQ'],
    ['verification_tier', 'oq'],
    ['verification_tier', ''],
    ['verification_tier', 1],
    ['git_commit', 1234567],
    ['iat', '1770285600'],
    ['exp', '1801908000'],
    ['exp', [1801908000]],
    ['exp', 253_402_300_800],
    ['exp', -1],
    ['iat', 1770285600000],
  ])('finds that %s is %j, which says nothing, and says what would', async (claim, value) => {
    expect(found(await signed({ [claim]: value }), rule)).toMatchObject([
      { severity: 'error', message: expect.stringMatching(new RegExp(`has an? \`${claim}\` that is not`)) },
    ])
  })

  it.each<[string, Json]>([
    ['timestamp', null],
    ['test_results', null],
    ['system_state_hash', null],
  ])('takes a %s that is null for one that is not there', async (claim, value) => {
    expect(found(await signed({ [claim]: value }), rule)).toMatchObject([
      { message: expect.stringContaining(`lacks \`${claim}\``) },
    ])
  })

  it('finds all that one file lacks as one', async () => {
    expect(found(await signed({ spec_id: undefined, timestamp: undefined }), rule)).toMatchObject([
      { message: expect.stringMatching(/`spec_id`.*`timestamp`/) },
    ])
  })

  it('tells one fault from another', async () => {
    const of = async (claim: string) => found(await signed({ [claim]: undefined }), rule)[0]?.fingerprint
    expect(await of('timestamp')).not.toBe(await of('test_results'))
  })

  it.each<[string, Changes]>([
    ['a list of results', { test_results: [{ status: 'passed' }] }],
    ['UTC as some languages write it', { timestamp: '2026-02-05T10:00:00.123456+00:00' }],
    ['UTC without a colon, no seconds and small letters', { timestamp: '2026-02-05t10:00+0000' }],
    ['a tier, a commit and times that are null', { verification_tier: null, git_commit: null, iat: null, exp: null }],
    ['a tier, a commit and times that are absent', { verification_tier: undefined, git_commit: undefined }],
    ['times as numbers', { iat: 1770285600, exp: 1801908000.5 }],
    ['times at both ends', { iat: 0, exp: 253_402_300_799 }],
    ['a hash without its prefix, in capitals', { system_state_hash: 'AB'.repeat(32) }],
  ])('accepts %s', async (_, changes) => {
    expect(found(await signed(changes))).toEqual([])
  })

  it('accepts the old system_state, with one notice for all files', async () => {
    const old = { system_state_hash: undefined, git_commit: undefined, system_state: 'git:0123456' }
    expect(found(await runs({ a: old, b: old }))).toMatchObject([
      {
        rule,
        severity: 'notice',
        path: '.gxp/evidence/a.jws',
        line: 1,
        message: expect.stringMatching(/^2 evidence files carry/),
      },
    ])
    expect(found(await runs({ a: old, b: {} }))).toMatchObject([
      { message: expect.stringMatching(/^1 evidence file carries/) },
    ])
    const first = async (name: string) => found(await runs({ [name]: old }))[0]?.fingerprint
    expect(await first('b')).toBe(await first('a'))
  })

  it.each(['2026-02-05T12:00:00+02:00', '2026-02-05T04:30:00-0530', '2026-02-05T10:01:00+00:01'])(
    'accepts %s, of another zone than UTC, with one notice for all files',
    async (timestamp) => {
      expect(found(await runs({ a: {}, b: { timestamp }, c: { timestamp } }))).toMatchObject([
        {
          rule,
          severity: 'notice',
          path: '.gxp/evidence/b.jws',
          line: 1,
          message: expect.stringMatching(/^2 evidence files give a time of another zone than UTC/),
        },
      ])
      expect(found(await signed({ timestamp }))).toMatchObject([
        { message: expect.stringMatching(/^1 evidence file gives a time/) },
      ])
      const metadata = await evidencePackage(team, { created_at: timestamp })
      expect(found(await assessRecord(goodBut(metadata), { keys: [team.key] }), rule)).toMatchObject([
        { severity: 'notice', path: `${PACKAGE}/metadata.json` },
      ])
    },
  )

  it('reads such a time as the moment that it is', async () => {
    const at = async (timestamp: string) => briefly(await signed({ timestamp }))
    expect(await at('2026-02-06T12:05:00+02:00')).toEqual([`${EVIDENCE}:1 notice ${rule}`])
    expect(await at('2026-02-06T12:05:01+0200')).toEqual([
      `${EVIDENCE}:1 error evidence/future`,
      `${EVIDENCE}:1 notice ${rule}`,
    ])
  })

  it('does not take system_state for a hash that says nothing', async () => {
    expect(found(await signed({ system_state_hash: 'abc', system_state: 'git:0123456' }), rule)).toMatchObject([
      { severity: 'error' },
    ])
    expect(found(await signed({ system_state_hash: undefined, system_state: ' ' }), rule)).toMatchObject([
      { severity: 'error' },
    ])
  })

  it('does not ask a release manifest for the claims of a test', async () => {
    expect(found(await assessRecord(goodBut({ [EVIDENCE]: await team.sign({ release_version: '1' }) })), rule)).toEqual(
      [],
    )
  })

  it('is told without a key, too', async () => {
    expect(found(await assessed({ spec_id: undefined }, {}, { keys: [] }), rule)).toHaveLength(1)
  })

  it('is not told of what is invalid: nothing that it says is its signer’s', async () => {
    const jws = await stranger.sign(claims({ spec_id: undefined, system_state_hash: undefined, system_state: 'x' }))
    expect(found(await assessRecord(goodBut({ [EVIDENCE]: jws }), { keys: [team.key] }), rule)).toEqual([])
  })

  it('asks the metadata of a package for the same, with its own word for the time', async () => {
    const metadata = `${PACKAGE}/metadata.json`
    const of = async (changes: Changes) =>
      found(await assessRecord(goodBut(await evidencePackage(team, changes)), { keys: [team.key] }), rule)
    expect(await of({})).toEqual([])
    expect(await of({ created_at: undefined })).toMatchObject([
      {
        severity: 'error',
        path: metadata,
        line: 1,
        message: expect.stringMatching(/^The metadata.* lacks `created_at`/),
      },
    ])
    expect(await of({ created_at: 'yesterday' })).toMatchObject([
      { message: expect.stringContaining('has a `created_at` that is not a time') },
    ])
    expect(await of({ system_state_hash: undefined })).toMatchObject([
      { message: expect.stringContaining('`system_state_hash`') },
    ])
    expect(await of({ tier: 'XQ' })).toMatchObject([
      { message: 'The metadata of the package has a `tier` that is not IQ, OQ or PQ.' },
    ])
    // The older word counts where the newer one is not there, and there only.
    expect(await of({ tier: 'XQ', verification_tier: 'OQ' })).toHaveLength(1)
    expect(await of({ tier: undefined, verification_tier: 'OQ' })).toEqual([])
    expect(await of({ tier: undefined, verification_tier: 'XQ' })).toMatchObject([
      { message: 'The metadata of the package has a `verification_tier` that is not IQ, OQ or PQ.' },
    ])
  })

  it('does not take the `tier` of single evidence for its tier', async () => {
    expect(found(await signed({ tier: 'XQ' }))).toEqual([])
  })

  it.each(['iat', 'exp'])('asks the signature of a package for an `%s` that can be read', async (time) => {
    const token = { sign: (payload: Record<string, Json> = {}) => team.sign({ ...payload, [time]: 'never' }) }
    const files = await evidencePackage(token)
    expect(found(await assessRecord(goodBut(files), { keys: [team.key] }), rule)).toMatchObject([
      { message: expect.stringContaining(`has an \`${time}\` in its signature that is not a number of seconds`) },
    ])
  })
})

describe('evidence/unknown-spec', () => {
  const rule = 'evidence/unknown-spec'

  it('finds evidence for a specification that nothing defines, and proposes the nearest', async () => {
    expect(found(await assessed({ spec_id: 'SPEC-001-010' }), rule)).toMatchObject([
      {
        severity: 'warning',
        path: EVIDENCE,
        line: 1,
        gxpId: 'SPEC-001-010',
        message: expect.stringMatching(
          /SPEC-001-010, a specification that nothing defines\. Did you mean SPEC-001-001\?/,
        ),
      },
    ])
  })

  it('is told of each id once, at the first evidence, and followed whichever comes first', async () => {
    const two = { a: { spec_id: 'SPEC-9' }, b: { spec_id: 'SPEC-9' }, c: { spec_id: 'SPEC-8' } }
    const found_ = found(await runs(two), rule)
    expect(found_).toMatchObject([
      { path: '.gxp/evidence/a.jws', gxpId: 'SPEC-9' },
      { path: '.gxp/evidence/c.jws', gxpId: 'SPEC-8' },
    ])
    const later = found(await runs({ b: { spec_id: 'SPEC-9' } }), rule)
    expect(later[0]?.fingerprint).toBe(found_[0]?.fingerprint)
  })

  it('is content with a document, a file name of an unreadable one, and a source block', async () => {
    expect(found(await assessed({}), rule)).toEqual([])
    const unreadable = { '.gxp/specs/SPEC-002.md': 'no front matter' }
    expect(found(await assessed({ spec_id: 'SPEC-002' }, unreadable), rule)).toEqual([])
    const block = { 'src/a.ts': '// @gxp-satisfies REQ-001\n// @gxp-implements SPEC-003\n// @gxp-risk LOW\n' }
    expect(found(await assessed({ spec_id: 'SPEC-003' }, block), rule)).toEqual([])
  })

  it('is not content with a test alone, nor with what is no specification', async () => {
    const test = { 'test/a.test.ts': '// @gxp-verifies SPEC-003\n// @test-type OQ\n' }
    expect(found(await assessed({ spec_id: 'SPEC-003' }, test), rule)).toHaveLength(1)
    for (const id of ['REQ-001', 'US-001-001', 'REQ-404'])
      expect(found(await assessed({ spec_id: id }))).toMatchObject([
        { rule, severity: 'warning', message: expect.stringContaining(`${id}, which is no specification`) },
      ])
    expect(found(await assessed({ spec_id: 'limit check' }), rule)).toMatchObject([
      { gxpId: 'limit check', message: expect.stringContaining('a specification that nothing defines') },
    ])
  })

  it('is one finding where several are unknown and no source is annotated: it may lie elsewhere', async () => {
    const ids = ['1', '2', '3', '4', '5', '6', '7']
    const many = Object.fromEntries(ids.map((id) => [id, { spec_id: `SPEC-${id}` }]))
    const noSource = { 'src/dose.ts': null, 'test/dose.test.ts': null }
    expect(found(await runs(many, noSource), rule)).toMatchObject([
      {
        path: '.gxp/evidence/1.jws',
        line: 1,
        message: expect.stringMatching(/^Evidence is for 7 specifications.*: SPEC-1, .*SPEC-5 and 2 more\./),
      },
    ])
    expect(found(await runs({ a: { spec_id: 'SPEC-1' }, b: { spec_id: 'SPEC-2' } }, noSource), rule)).toMatchObject([
      { message: expect.stringMatching(/: SPEC-1, SPEC-2\./) },
    ])
    const first = async (...names: string[]) =>
      found(await runs(Object.fromEntries(names.map((id) => [id, { spec_id: `SPEC-${id}` }])), noSource), rule)[0]
    expect((await first('3', '4'))?.fingerprint).toBe((await first('1', '2'))?.fingerprint)
    const five = Object.fromEntries(ids.slice(0, 5).map((id) => [id, { spec_id: `SPEC-${id}` }]))
    expect(found(await runs(five, noSource), rule)).toMatchObject([{ message: expect.not.stringContaining('more') }])
    expect(found(await runs({ a: { spec_id: 'SPEC-1' } }, noSource), rule)).toMatchObject([{ gxpId: 'SPEC-1' }])
    expect(found(await runs(many), rule)).toHaveLength(7)
  })

  it('says nothing where no specification is named, nor of invalid evidence', async () => {
    expect(found(await assessed({ spec_id: undefined }), rule)).toEqual([])
    expect(found(await assessed({ spec_id: ' ' }), rule)).toEqual([])
    const jws = await stranger.sign(claims({ spec_id: 'SPEC-9' }))
    expect(found(await assessRecord(goodBut({ [EVIDENCE]: jws }), { keys: [team.key] }), rule)).toEqual([])
    expect(found(await assessRecord(goodBut({ [EVIDENCE]: jws })), rule)).toHaveLength(1)
  })
})

describe('evidence/failed', () => {
  const rule = 'evidence/failed'
  const FAILED = { test_results: { passed: 3, failed: 1 } }
  const at = (timestamp: string, changes: Changes = {}) => ({ timestamp, ...changes })

  it('finds that the newest evidence reports failures', async () => {
    expect(found(await assessed(FAILED), rule)).toMatchObject([
      {
        severity: 'error',
        path: EVIDENCE,
        line: 1,
        gxpId: 'EV-SPEC-001-001',
        message: expect.stringMatching(/^The newest OQ evidence for SPEC-001-001 reports that 1 test failed/),
      },
    ])
    expect(found(await assessed({ test_results: { passed: 3, failed: 2 }, gxp_id: undefined }), rule)).toMatchObject([
      { gxpId: 'SPEC-001-001', message: expect.stringContaining('2 tests failed') },
    ])
    expect(found(await assessed({ test_results: { passed: 0, failed: 0 } }), rule)).toEqual([])
    expect(found(await assessed({ test_results: { result: 'FAIL', passed: 3, failed: 0 } }), rule)).toMatchObject([
      { message: expect.stringContaining('reports that the run failed, though it counts no failed test. Mend') },
    ])
  })

  it.each([
    ['HIGH', 'error'],
    ['MEDIUM', 'warning'],
    ['LOW', 'notice'],
  ])('is as serious as the risk %s of the requirement', async (risk, severity) => {
    const source = '// @gxp-implements SPEC-001-001\n// @gxp-satisfies REQ-001\n'
    const files = { [REQUIREMENT]: requirement('REQ-001', `gxp_risk_rating: ${risk}`), 'src/dose.ts': source }
    expect(found(await assessed(FAILED, files), rule)).toMatchObject([{ severity }])
  })

  it('goes by the highest of the requirements and the own rating, else by the source, else by none', async () => {
    const severity = async (files: Record<string, string | null>, given: Given = {}) =>
      found(await assessed(FAILED, files, given), rule)[0]?.severity
    const low = { [REQUIREMENT]: requirement('REQ-001', 'gxp_risk_rating: LOW') }
    const plain = { 'src/dose.ts': '// @gxp-implements SPEC-001-001\n' }
    const own = specification('SPEC-001-001', 'parent_id: US-001-001', 'gxp_risk_rating: HIGH')
    expect(await severity({ ...low, ...plain, [SPECIFICATION]: own })).toBe('error')
    const two = {
      '.gxp/requirements/REQ-002.md': requirement('REQ-002', 'gxp_risk_rating: HIGH'),
      [SPECIFICATION]: specification('SPEC-001-001', 'parent_id: US-001-001', 'satisfies: [REQ-002]'),
    }
    expect(await severity({ ...low, ...plain, ...two })).toBe('error')
    const bare = { [TEST]: '// @gxp-verifies SPEC-001-001\n// @test-type OQ\n' }
    const lone = { ...bare, [SPECIFICATION]: specification('SPEC-001-001'), [REQUIREMENT]: requirement('REQ-001') }
    const lowSource = { 'src/dose.ts': '// @gxp-implements SPEC-001-001\n// @gxp-risk LOW\n' }
    expect(await severity({ ...lone, ...lowSource })).toBe('notice')
    expect(await severity({ ...lone, ...plain })).toBe('warning')
    expect(await severity({ ...lone, ...lowSource, [SPECIFICATION]: null })).toBe('notice')
    const all = { policy: { allHigh: true } }
    expect(await severity({ ...lone, ...plain }, all)).toBe('error')
    const ownLow = { [SPECIFICATION]: specification('SPEC-001-001', 'gxp_risk_rating: LOW') }
    expect(await severity({ ...lone, ...plain, ...ownLow }, all)).toBe('error')
  })

  it('looks at the newest only, by time and not by name', async () => {
    const early = at('2026-02-05T09:00:00Z', FAILED)
    const late = at('2026-02-05T10:00:00Z', FAILED)
    const passed = at('2026-02-05T09:30:00Z')
    expect(found(await runs({ a: passed, b: early }), rule)).toEqual([])
    expect(found(await runs({ a: late, b: passed }), rule)).toMatchObject([{ path: '.gxp/evidence/a.jws' }])
  })

  it('looks at each tier by itself', async () => {
    const early = at('2026-02-05T09:00:00Z', FAILED)
    const other = at('2026-02-05T10:00:00Z', { verification_tier: 'PQ' })
    expect(found(await runs({ a: early, b: other }), rule)).toMatchObject([{ path: '.gxp/evidence/a.jws' }])
  })

  it('lets neither invalid evidence nor evidence of the future speak for the newest', async () => {
    const early = at('2026-02-05T09:00:00Z', FAILED)
    const invalid = { '.gxp/evidence/b.jws': await stranger.sign(claims(at('2026-02-05T10:00:00Z'))) }
    expect(found(await runs({ a: early }, invalid), rule)).toHaveLength(1)
    expect(found(await runs({ a: early, b: at('2027-02-05T10:00:00Z') }), rule)).toHaveLength(1)
    expect(found(await runs({ a: early, b: at(iso(NOW + 5 * MINUTES)) }), rule)).toEqual([])
    const failedInvalid = await stranger.sign(claims(at('2026-02-05T10:00:00Z', FAILED)))
    expect(found(await runs({ a: {} }, { '.gxp/evidence/b.jws': failedInvalid }), rule)).toEqual([])
  })

  it('is told without a key, for an unknown specification, and not without any', async () => {
    expect(found(await assessed(FAILED, {}, { keys: [] }), rule)).toHaveLength(1)
    expect(found(await assessed({ ...FAILED, spec_id: 'SPEC-9' }), rule)).toMatchObject([{ severity: 'warning' }])
    expect(found(await assessed({ ...FAILED, spec_id: undefined }), rule)).toEqual([])
  })
})

describe('What is wrong with older evidence', () => {
  const OLD = { timestamp: '2026-02-04T10:00:00Z', test_results: undefined }
  const severity = async (newer: Changes, files: Record<string, string> = {}) =>
    found(await runs({ a: OLD, b: newer }, files), 'evidence/missing-claim').find(({ path }) =>
      path?.endsWith('/a.jws'),
    )?.severity

  it('is a notice once newer evidence counts, whether it passed or failed', async () => {
    expect(await severity({})).toBe('notice')
    expect(await severity({ test_results: { passed: 1, failed: 1 } })).toBe('notice')
    expect(await severity({ exp: NOW / 1000 + 1 })).toBe('notice')
  })

  it.each<[string, Changes]>([
    ['is of the future', { timestamp: iso(NOW + 5 * MINUTES + 1) }],
    ['expired', { exp: NOW / 1000 }],
    ['does not say when it was made', { timestamp: undefined, iat: NOW / 1000 }],
    ['has no results either', { test_results: undefined }],
    ['is of a tier that is none', { verification_tier: 'XQ' }],
    ['is of another tier', { verification_tier: 'IQ' }],
  ])('is none where the newer one %s', async (_, newer) => {
    expect(await severity(newer)).toBe('error')
  })

  it('looks at the failures of no tier that is none: that it is none is told', async () => {
    const files = await runs({ a: { verification_tier: 'XQ', test_results: { passed: 1, failed: 1 } } })
    expect(briefly(files)).toEqual(['.gxp/evidence/a.jws:1 error evidence/missing-claim'])
  })
})

describe('evidence/future', () => {
  const rule = 'evidence/future'

  it('finds a time more than five minutes ahead of the scan', async () => {
    expect(found(await assessed({ timestamp: iso(NOW + 5 * MINUTES) }))).toEqual([])
    expect(found(await assessed({ timestamp: iso(NOW + 5 * MINUTES + 1) }))).toMatchObject([
      {
        rule,
        severity: 'error',
        path: EVIDENCE,
        line: 1,
        gxpId: 'EV-SPEC-001-001',
        message: expect.stringMatching(/^`timestamp` is 2026-02-06T10:05:00.001Z, later.*2026-02-06T10:00:00Z\./),
      },
    ])
  })

  it('finds an `iat` that is, but for one that is no time', async () => {
    const seconds = NOW / 1000 + 300
    expect(found(await assessed({ iat: seconds }))).toEqual([])
    expect(found(await assessed({ iat: seconds + 1 }), rule)).toMatchObject([
      { message: expect.stringMatching(/^`iat` is 2026-02-06T10:05:01Z/) },
    ])
    expect(found(await assessed({ iat: 253_402_300_799, gxp_id: undefined }), rule)).toMatchObject([
      { gxpId: 'SPEC-001-001', message: expect.stringMatching(/^`iat` is 9999-12-31T23:59:59Z/) },
    ])
    expect(found(await assessed({ iat: 1e300 }), rule)).toEqual([])
    expect(found(await assessed({ iat: '9999999999' }), rule)).toEqual([])
  })

  it('stays an error whatever else there is, and is not told of invalid evidence', async () => {
    expect(briefly(await runs({ a: { timestamp: '2027-01-01T00:00:00Z' }, b: {} }))).toEqual([
      `.gxp/evidence/a.jws:1 error ${rule}`,
    ])
    const jws = await stranger.sign(claims({ timestamp: '2027-01-01T00:00:00Z' }))
    expect(found(await assessRecord(goodBut({ [EVIDENCE]: jws }), { keys: [team.key] }), rule)).toEqual([])
  })

  it('finds the time of a package, by its own word', async () => {
    const files = await evidencePackage(team, { created_at: '2027-01-01T00:00:00Z' })
    expect(found(await assessRecord(goodBut(files), { keys: [team.key] }), rule)).toMatchObject([
      { path: `${PACKAGE}/metadata.json`, message: expect.stringMatching(/^`created_at` is/) },
    ])
  })
})

describe('evidence/expired', () => {
  const rule = 'evidence/expired'
  const exp = (time: number) => ({ exp: time / 1000 })

  it('finds the newest evidence from the moment of its `exp` on', async () => {
    expect(found(await assessed(exp(NOW + 1000)))).toEqual([])
    expect(found(await assessed(exp(NOW)))).toMatchObject([
      {
        rule,
        severity: 'warning',
        path: EVIDENCE,
        line: 1,
        gxpId: 'EV-SPEC-001-001',
        message: expect.stringMatching(/^The newest OQ evidence for SPEC-001-001 expired on 2026-02-06T10:00:00Z/),
      },
    ])
    expect(found(await assessed({ ...exp(NOW), gxp_id: undefined }))).toMatchObject([{ gxpId: 'SPEC-001-001' }])
  })

  it('does not mind older evidence that expired, nor one that never does', async () => {
    const old = { timestamp: '2026-02-04T10:00:00Z', ...exp(NOW - 1) }
    expect(found(await runs({ a: old, b: {} }), rule)).toEqual([])
    expect(found(await assessed({ exp: 'never' }), rule)).toEqual([])
    expect(found(await assessed({ exp: 1e300 }), rule)).toEqual([])
  })

  it('does not mind evidence for what is retired, or not there', async () => {
    const retired = edited(SPECIFICATION, 'verification_tier: OQ', 'verification_tier: OQ\nvalidation_status: retired')
    expect(found(await assessed(exp(NOW - 1), retired), rule)).toEqual([])
    expect(found(await assessed({ ...exp(NOW - 1), spec_id: 'SPEC-9' }), rule)).toEqual([])
    const draft = edited(SPECIFICATION, 'verification_tier: OQ', 'verification_tier: OQ\nvalidation_status: draft')
    expect(found(await assessed(exp(NOW - 1), draft), rule)).toHaveLength(1)
  })
})
