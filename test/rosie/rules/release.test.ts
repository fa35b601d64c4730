import type { Json } from '../../../src/rosie/model.ts'
import { DEFAULT_POLICY } from '../../../src/rosie/policy.ts'
import { evidencePackage, PACKAGE } from '../../support/evidence-package.ts'
import {
  assessRecord,
  briefly,
  claims,
  document,
  EVIDENCE,
  edited,
  found,
  type Given,
  GOOD,
  goodBut,
  type Signer,
  signer,
} from '../../support/record.ts'

const rule = 'release/incomplete'
const MANIFEST = '.gxp/evidence/RELEASE-1.4.0.jws'

let team: Signer
let stranger: Signer
beforeAll(async () => {
  team = await signer('team')
  stranger = await signer('stranger')
})

const manifest = (changes: Record<string, Json | undefined> = {}): Record<string, Json> =>
  JSON.parse(
    JSON.stringify({
      gxp_id: 'RELEASE-1.4.0',
      release_version: '1.4.0',
      release_date: '2026-02-05',
      system_state_hash: 'ab'.repeat(32),
      evidence_summary: ['EV-SPEC-001-001'],
      approver: 'Q. Officer',
      ...changes,
    }),
  )

/** The good record with valid evidence, and a release that rests on what it names. */
async function release(
  changes: Record<string, Json | undefined> = {},
  files: Parameters<typeof goodBut>[0] = {},
  given: Given = {},
) {
  const both = { [EVIDENCE]: await team.sign(), [MANIFEST]: await team.sign(manifest(changes)) }
  return assessRecord(goodBut({ ...both, ...files }), { keys: [team.key], ...given })
}

it('A release whose evidence is there and valid has no findings', async () => {
  expect(briefly(await release())).toEqual([])
})

it.each(['release_date', 'system_state_hash', 'evidence_summary', 'approver'])(
  'finds that %s is missing',
  async (field) => {
    expect(found(await release({ [field]: undefined }))).toMatchObject([
      {
        rule,
        severity: 'error',
        path: MANIFEST,
        line: 1,
        gxpId: 'RELEASE-1.4.0',
        message: expect.stringContaining(`lacks \`${field}\``),
      },
    ])
  },
)

it.each<[string, Json]>([
  ['release_version', ''],
  ['release_version', 1],
  ['release_date', ' '],
  ['system_state_hash', 'abc'],
  ['evidence_summary', []],
  ['evidence_summary', { total: 3 }],
  ['approver', {}],
  ['approver', ['x']],
  ['approver', { name: ' ', role: null }],
  ['approver', null],
])('finds that %s is %j, which says nothing', async (field, value) => {
  expect(found(await release({ [field]: value }), rule)).toMatchObject([{ message: expect.stringContaining(field) }])
})

it('finds all that it lacks as one', async () => {
  expect(found(await release({ approver: undefined, release_date: undefined }), rule)).toMatchObject([
    { message: 'The release manifest lacks `release_date`, `approver`.' },
  ])
})

it.each<[string, Record<string, Json | undefined>]>([
  ['an approver with a role', { approver: { name: 'Q. Officer', role: 'QA' } }],
  ['the old word for the state', { system_state_hash: undefined, system_state: 'git:0123' }],
  ['a path from the root', { evidence_summary: [EVIDENCE] }],
  ['a path from the evidence', { evidence_summary: ['evidence/EV-SPEC-001-001.jws'] }],
  ['a file name', { evidence_summary: ['EV-SPEC-001-001.jws', './EV-SPEC-001-001'] }],
  ['an object with an id', { evidence_summary: [{ gxp_id: 'EV-SPEC-001-001', tier: 'OQ' }] }],
  ['an object with a path', { evidence_summary: [{ path: EVIDENCE }] }],
  [
    'white space around a name',
    { evidence_summary: [' EV-SPEC-001-001 ', ' SPEC-001-001 ', { spec_id: ' SPEC-001-001 ' }] },
  ],
  ['an object with a specification', { evidence_summary: [{ spec_id: 'SPEC-001-001', result: 'PASS' }] }],
])('accepts %s', async (_, changes) => {
  expect(found(await release(changes))).toEqual([])
})

it('finds each evidence that is not there, once', async () => {
  const names: Record<string, Json> = {
    evidence_summary: ['EV-9', { gxp_id: 'EV-SPEC-001-001' }, { path: '.gxp/evidence/EV-8.jws' }, 'EV-9'],
  }
  expect(found(await release(names), rule).map(({ message }) => message)).toEqual(
    expect.arrayContaining([
      'The release rests on the evidence EV-9, which is not in the record.',
      'The release rests on the evidence .gxp/evidence/EV-8.jws, which is not in the record.',
    ]),
  )
  expect(found(await release(names), rule)).toHaveLength(2)
})

it('finds evidence that is invalid, unless another of the same name is valid', async () => {
  const bad = { [EVIDENCE]: await stranger.sign() }
  expect(found(await release({}, bad), rule)).toMatchObject([
    {
      severity: 'error',
      path: MANIFEST,
      line: 1,
      message: expect.stringContaining('EV-SPEC-001-001, which is invalid'),
    },
  ])
  expect(found(await release({}, { ...bad, '.gxp/evidence/again.jws': await team.sign() }), rule)).toEqual([])
  expect(found(await release({}, { '.gxp/evidence/z.jws': await stranger.sign() }), rule)).toEqual([])
})

it('finds an entry that names nothing, once', async () => {
  expect(found(await release({ evidence_summary: [{ tier: 'OQ' }, 7, ''] }), rule)).toMatchObject([
    { message: expect.stringContaining('names no evidence') },
  ])
})

it('knows packages by their id, their path and their specification', async () => {
  const pack = await evidencePackage(team, { package_id: 'PKG-OQ-SPEC-001-001' })
  const summary = [
    'PKG-OQ-SPEC-001-001',
    PACKAGE,
    `${PACKAGE}/`,
    { package_id: PACKAGE.slice(PACKAGE.lastIndexOf('/') + 1) },
  ]
  expect(found(await release({ evidence_summary: summary }, pack), rule)).toEqual([])
  const spaced = await evidencePackage(team, { package_id: ' PKG-OQ-SPEC-001-001 ' })
  expect(found(await release({ evidence_summary: ['PKG-OQ-SPEC-001-001'] }, spaced), rule)).toEqual([])
  const altered = { ...pack, [`${PACKAGE}/environment.json`]: '{}' }
  const invalid = [{ message: expect.stringContaining('which is invalid') }]
  expect(found(await release({ evidence_summary: ['PKG-OQ-SPEC-001-001'] }, altered), rule)).toMatchObject(invalid)
  for (const metadata of [null, 'none'])
    expect(
      found(await release({ evidence_summary: [PACKAGE] }, { ...pack, [`${PACKAGE}/metadata.json`]: metadata }), rule),
    ).toMatchObject(invalid)
})

it('does not take a release, its own too, for evidence', async () => {
  expect(found(await release({ evidence_summary: ['RELEASE-1.4.0'] }), rule)).toMatchObject([
    { message: expect.stringContaining('not in the record') },
  ])
})

it('says nothing of an invalid manifest, and of evidence that nobody can verify', async () => {
  const files = { [MANIFEST]: await stranger.sign(manifest({ evidence_summary: ['EV-9'] })) }
  expect(found(await release({}, files), rule)).toEqual([])
  const untrusted = goodBut({ [EVIDENCE]: await team.sign(), [MANIFEST]: await team.sign(manifest()) })
  expect(found(await assessRecord(untrusted), rule)).toEqual([])
  const missing = { ...untrusted, [MANIFEST]: await team.sign(manifest({ evidence_summary: ['EV-9'] })) }
  expect(found(await assessRecord(missing), rule)).toHaveLength(1)
})

it('is a notice once a newer release is signed: what is immutable never blocks for ever', async () => {
  const next = '.gxp/evidence/RELEASE-1.5.0.jws'
  const broken = { evidence_summary: ['EV-9'] }
  const after = async (date: string, by: Signer = team) =>
    found(await release(broken, { [next]: await by.sign(manifest({ release_date: date })) }), rule)
  expect(await after('2026-02-06')).toMatchObject([{ path: MANIFEST, severity: 'notice' }])
  expect(await after('2026-02-05')).toMatchObject([{ severity: 'error' }])
  expect(await after('next week')).toMatchObject([{ severity: 'error' }, { severity: 'notice', path: next }])
  expect(await after('2026-02-06', stranger)).toMatchObject([{ severity: 'error' }])
  const untrusted = {
    [MANIFEST]: await team.sign(manifest(broken)),
    [next]: await team.sign(manifest({ release_date: '2026-02-06', evidence_summary: ['SPEC-001-001'] })),
  }
  expect(found(await assessRecord(goodBut(untrusted)), rule)).toMatchObject([{ path: MANIFEST, severity: 'error' }])
})

it('has a fingerprint for each evidence it names', async () => {
  const names = { evidence_summary: ['EV-8', 'EV-9'] }
  const prints = found(await release(names), rule).map(({ fingerprint }) => fingerprint)
  expect(new Set(prints).size).toBe(2)
  const [alone] = found(await release({ evidence_summary: ['EV-9'] }), rule)
  expect(prints).toContain(alone?.fingerprint)
})

it('looks up thousands of names once each', async () => {
  const many = Array.from({ length: 20_000 }, (_, at) => `EV-${at}`)
  expect(found(await release({ evidence_summary: many }), rule)).toHaveLength(1_001)
})

it('claims of a test are nothing to a release', async () => {
  const test = { [EVIDENCE]: await team.sign(claims({ evidence_summary: ['EV-9'] })) }
  expect(found(await release({}, test), rule)).toEqual([])
})

const told = async (...given: Parameters<typeof release>) =>
  found(await release(...given), rule).map(({ message }) => message)

describe('An entry that names what was tested', () => {
  const OQ = { spec_id: 'SPEC-001-001', tier: 'OQ' }
  const PQ = { spec_id: 'SPEC-001-001', verification_tier: 'PQ' }
  const FAILED = { passed: 3, failed: 1 }
  /** Without the record of testing that the good record has. */
  const UNRECORDED = { '.gxp/evidence/ROT-SPEC-001-001.md': null }
  const NOON = { release_date: '2026-02-05T12:00:00Z' }
  const SECOND = '.gxp/evidence/second.jws'
  /** The release of 5 February, noon, rests on these entries; beside the evidence of 10:00 there is this. */
  const restingOn = async (entries: Json[], second?: Record<string, Json | undefined>, by: Signer = team) =>
    told({ ...NOON, evidence_summary: entries }, second ? { [SECOND]: await by.sign(claims(second)) } : {})

  it('rests on the newest evidence of that specification and tier', async () => {
    expect(await restingOn([OQ, { ...OQ, result: 'PASS' }, 'SPEC-001-001', { id: 'SPEC-001-001' }])).toEqual([])
    expect(await restingOn([PQ], { verification_tier: 'PQ' })).toEqual([])
  })

  it('is told when there is none, once', async () => {
    expect(await restingOn([PQ, { ...PQ, result: 'PASS' }])).toEqual([
      'The release rests on PQ evidence for SPEC-001-001, which is not in the record.',
    ])
    expect(await restingOn([{ spec_id: 'SPEC-001-002' }, 'SPEC-001-003', { path: 'SPEC-001-004' }])).toEqual(
      expect.arrayContaining([
        'The release rests on evidence for SPEC-001-002, which is not in the record.',
        'The release rests on evidence for SPEC-001-003, which is not in the record.',
        'The release rests on evidence for SPEC-001-004, which is not in the record.',
      ]),
    )
  })

  it('is told when the newest failed, also of another tier where it names none', async () => {
    const later = { timestamp: '2026-02-05T11:00:00Z', test_results: FAILED }
    expect(await restingOn([OQ], later)).toEqual([
      `The release rests on OQ evidence for SPEC-001-001, but the newest then, \`${SECOND}\`, does not show that the tests passed.`,
    ])
    expect(await restingOn([OQ], { ...later, timestamp: '2026-02-05T09:00:00Z' })).toEqual([])
    expect(await restingOn([OQ], { ...later, verification_tier: 'PQ' })).toEqual([])
    expect(await restingOn([{ spec_id: 'SPEC-001-001' }], { ...later, verification_tier: 'PQ' })).toHaveLength(1)
    expect(await restingOn(['EV-SPEC-001-001'], later)).toEqual([])
  })

  it('is told when all are invalid; where nobody can verify them, that is told elsewhere', async () => {
    const bad = { [EVIDENCE]: await stranger.sign() }
    expect(await told({ evidence_summary: [OQ] }, bad)).toEqual([
      'The release rests on OQ evidence for SPEC-001-001, which is invalid.',
    ])
    expect(await restingOn([OQ], { timestamp: '2026-02-05T11:00:00Z' }, stranger)).toEqual([])
    const other = { ...bad, [SECOND]: await team.sign(claims({ verification_tier: 'PQ' })) }
    expect(await told({ evidence_summary: ['SPEC-001-001'] }, other)).toEqual([])
    const untrusted = goodBut({
      [EVIDENCE]: await team.sign(claims({ test_results: FAILED })),
      [MANIFEST]: await team.sign(manifest({ evidence_summary: [OQ] })),
    })
    expect(found(await assessRecord(untrusted), rule)).toEqual([])
  })

  it('looks at what there was when it was released, wherever on earth that was', async () => {
    const later = (timestamp: string) => ({ timestamp, test_results: FAILED })
    const released = { release_date: '2026-02-03', evidence_summary: [OQ] }
    const on = async (timestamp: string, changes = {}) =>
      told({ ...released, ...changes }, { ...UNRECORDED, [EVIDENCE]: await team.sign(claims(later(timestamp))) })
    const failed = [expect.stringContaining('does not show that the tests passed')]
    const none = ['The release rests on OQ evidence for SPEC-001-001, but there was none when it was released.']
    expect(await on('2026-02-04T12:05:00Z')).toEqual(failed)
    expect(await on('2026-02-04T12:05:01Z')).toEqual(none)
    expect(await on('2026-02-04T12:05:00Z', { release_date: '2026-02-03T23:00:00' })).toEqual(failed)
    expect(await on('2026-02-04T01:05:00Z', { release_date: '2026-02-04T01:00:00Z' })).toEqual(failed)
    expect(await on('2026-02-04T01:05:01Z', { release_date: '2026-02-04T01:00:00Z' })).toEqual(none)
    expect(await on('2026-02-06T10:05:00Z', { release_date: '2099-01-01T00:00:00Z' })).toEqual(failed)
    expect(await on('2026-02-06T10:05:00Z', { release_date: '2099-01-01' })).toEqual(failed)
    expect(await on('2026-02-06T10:05:01Z', { release_date: '2099-01-01' })).toEqual(none)
    expect(await on('2026-02-06T10:05:01Z', { release_date: '2099-01-01T00:00:00Z' })).toEqual(none)
  })

  it('looks at all that there is where the release says no date', async () => {
    const failed = { [EVIDENCE]: await team.sign(claims({ timestamp: '2026-02-06T10:05:00Z', test_results: FAILED })) }
    expect(await told({ release_date: undefined, evidence_summary: [OQ] }, failed)).toEqual([
      expect.stringContaining('does not show that the tests passed'),
      expect.stringContaining('lacks'),
    ])
  })

  it('takes evidence without a tier for that of its specification', async () => {
    const untiered = { [EVIDENCE]: await team.sign(claims({ verification_tier: undefined })) }
    expect(await told({ evidence_summary: [OQ] }, untiered)).toEqual([])
    expect(await told({ evidence_summary: [PQ] }, untiered)).toHaveLength(1)
  })

  it('is told for a tier that is none', async () => {
    const wrong = (tier: string) => `An entry of \`evidence_summary\` names the tier ${tier}. Write IQ, OQ or PQ.`
    expect(await restingOn([{ ...OQ, tier: 'XQ' }])).toEqual([wrong('XQ')])
    expect(await restingOn([{ ...OQ, tier: ['OQ'] }])).toEqual([wrong('["OQ"]')])
    expect(await restingOn([{ ...OQ, tier: null, verification_tier: 'oq' }])).toEqual([wrong('oq')])
    expect(await restingOn([{ ...OQ, tier: null }])).toEqual([])
  })

  /** Of a release whose evidence is this, scanned in March: `true` where it is told that the newest then had not passed. */
  const isTold = async (date: string, ...runs: Record<string, Json | undefined>[]) => {
    const files = runs.map(async (run, n) => [`.gxp/evidence/run-${n}.jws`, await team.sign(claims(run))] as const)
    const given = { ...UNRECORDED, [EVIDENCE]: null, ...Object.fromEntries(await Promise.all(files)) }
    const march = { now: new Date('2026-03-01T00:00:00Z') }
    const messages = await told({ release_date: date, evidence_summary: [OQ] }, given, march)
    expect(messages).toEqual(messages.map(() => expect.stringContaining('does not show that the tests passed')))
    return messages.length > 0
  }
  const pass = (timestamp: string, more = {}) => ({ timestamp, ...more })
  const fail = (timestamp: string) => ({ timestamp, test_results: FAILED })
  const seconds = (time: string) => Date.parse(time) / 1000

  it('is not of a time that has not come, nor of a tier that is none', async () => {
    const ahead = { release_date: '2099-01-01', evidence_summary: [OQ] }
    const good = { [EVIDENCE]: await team.sign(claims({ exp: seconds('2098-01-01T00:00:00Z') })) }
    const failing = { [SECOND]: await team.sign(claims(fail('2026-02-07T10:00:00Z'))) }
    expect(await told(ahead, { ...good, ...failing })).toEqual([])
    const other = { ...UNRECORDED, [EVIDENCE]: await team.sign(claims({ verification_tier: 'XQ' })) }
    expect(await told({ evidence_summary: [OQ] }, other)).toEqual([expect.stringContaining('but there was none when')])
  })

  describe('of a release at an instant', () => {
    const RELEASED = '2026-02-05T10:30:00Z'
    const before = pass('2026-02-05T10:00:00Z')

    it('looks at nothing that was tested later', async () => {
      expect(await isTold(RELEASED, before, fail('2026-02-05T10:30:00Z'))).toBe(true)
      expect(await isTold(RELEASED, before, fail('2026-02-05T10:30:01Z'))).toBe(false)
      expect(await isTold(RELEASED, before, fail('2026-02-06T09:00:00Z'), pass('2026-02-07T09:00:00Z'))).toBe(false)
      expect(await isTold(RELEASED, fail('2026-02-05T11:00:00Z'), before)).toBe(false)
      expect(await isTold('2026-02-05T12:30:00+02:00', before, fail('2026-02-05T10:30:01Z'))).toBe(false)
    })

    it('lets the clock of who tested be ahead', async () => {
      const failed = fail('2026-02-05T10:00:00Z')
      expect(await isTold(RELEASED, failed, pass('2026-02-05T10:35:00Z'))).toBe(false)
      expect(await isTold(RELEASED, failed, pass('2026-02-05T10:35:01Z'))).toBe(true)
    })

    it('goes by what had not expired at that moment', async () => {
      const until = (time: string) => pass('2026-02-05T10:00:00Z', { exp: seconds(time) })
      expect(await isTold(RELEASED, until('2026-02-05T10:30:01Z'))).toBe(false)
      expect(await isTold(RELEASED, until('2026-02-05T10:30:00Z'))).toBe(true)
    })

    it('takes what was signed later for what was not there', async () => {
      const late = pass('2026-02-05T10:10:00Z', { iat: seconds('2026-02-05T11:00:00Z') })
      expect(await isTold(RELEASED, fail('2026-02-05T10:00:00Z'), late)).toBe(true)
      expect(await isTold('2026-02-05T11:00:00Z', fail('2026-02-05T10:00:00Z'), late)).toBe(false)
      expect(await isTold('2026-02-05T11:00:00Z', fail('2026-02-05T10:20:00Z'), late)).toBe(true)
      const failedLate = { ...fail('2026-02-05T10:10:00Z'), iat: seconds('2026-02-05T11:00:00Z') }
      expect(await isTold(RELEASED, before, failedLate)).toBe(false)
      expect(await isTold('2026-02-05T11:00:00Z', before, failedLate)).toBe(true)
    })
  })

  describe('of a release on a day', () => {
    const DAY = '2026-02-05'
    const EVE = '2026-02-04T23:59:59Z'

    it('goes by a run of that day that passed, at whatever time, anywhere on earth', async () => {
      expect(await isTold(DAY, pass('2026-02-05T10:00:00Z'), fail('2026-02-05T11:00:00Z'))).toBe(false)
      expect(await isTold(DAY, pass('2026-02-05T00:00:00Z'), fail('2026-02-05T11:00:00Z'))).toBe(false)
      expect(await isTold(DAY, pass(EVE), fail('2026-02-05T11:00:00Z'))).toBe(true)
      expect(await isTold(DAY, fail(EVE), pass('2026-02-06T12:05:00Z'))).toBe(false)
      expect(await isTold(DAY, fail(EVE), pass('2026-02-06T12:05:01Z'))).toBe(true)
    })

    it('else by the newest on its eve that was not followed by a failed one before the day was over', async () => {
      expect(await isTold(DAY, pass(EVE))).toBe(false)
      expect(await isTold(DAY, fail(EVE))).toBe(true)
      expect(await isTold(DAY, pass(EVE), fail('2026-02-06T00:00:00Z'))).toBe(true)
      expect(await isTold(DAY, pass(EVE), fail('2026-02-06T00:00:01Z'))).toBe(false)
      expect(await isTold(DAY, fail('2026-02-06T00:00:01Z'))).toBe(true)
    })

    it('goes by what had not expired when the day began', async () => {
      const until = (time: string) => pass(EVE, { exp: seconds(time) })
      expect(await isTold(DAY, until('2026-02-05T00:00:01Z'))).toBe(false)
      expect(await isTold(DAY, until('2026-02-05T00:00:00Z'))).toBe(true)
      expect(await isTold(DAY, pass('2026-02-05T08:00:00Z', { exp: seconds('2026-02-05T09:00:00Z') }))).toBe(false)
      expect(await isTold(DAY, pass('2026-02-05T08:00:00Z', { exp: seconds('2026-02-05T08:00:00Z') }))).toBe(true)
    })

    it('goes, of runs of one moment, by the last path', async () => {
      const [one, other] = [pass('2026-02-05T08:00:00Z'), fail('2026-02-05T08:00:00Z')]
      expect(await isTold(DAY, one, other)).toBe(true)
      expect(await isTold(DAY, other, one)).toBe(false)
    })
  })

  it('knows packages', async () => {
    const pack = await evidencePackage(team, { tier: 'PQ' })
    expect(await told({ evidence_summary: [PQ] }, pack)).toEqual([])
  })
})

describe('An entry that names evidence and what it is evidence of', () => {
  const named = (said: Record<string, Json>) => told({ evidence_summary: [{ gxp_id: 'EV-SPEC-001-001', ...said }] })

  it('is told when it is of something else', async () => {
    const rests = (what: string) => [
      `The release rests on the evidence EV-SPEC-001-001 as ${what}, but that evidence is of something else.`,
    ]
    expect(await named({ spec_id: 'SPEC-001-001', tier: 'OQ' })).toEqual([])
    expect(await named({ spec_id: 'SPEC-001-001' })).toEqual([])
    expect(await named({ spec_id: 'SPEC-001-002', tier: 'OQ' })).toEqual(rests('SPEC-001-002 OQ'))
    expect(await named({ spec_id: 'SPEC-001-001', tier: 'PQ' })).toEqual(rests('SPEC-001-001 PQ'))
    expect(await named({ spec_id: 'SPEC-001-002' })).toEqual(rests('SPEC-001-002'))
    expect(await named({ verification_tier: 'IQ' })).toEqual(rests('IQ'))
  })

  it('may be of any of several that go by the name, and of any tier where the evidence names none', async () => {
    const files = {
      [EVIDENCE]: await team.sign(claims({ verification_tier: undefined })),
      '.gxp/evidence/z.jws': await team.sign(claims({ spec_id: 'SPEC-001-002', verification_tier: 'PQ' })),
    }
    const entry = (said: Record<string, Json>) =>
      told({ evidence_summary: [{ gxp_id: 'EV-SPEC-001-001', ...said }] }, files)
    expect(await entry({ spec_id: 'SPEC-001-002', tier: 'PQ' })).toEqual([])
    expect(await entry({ spec_id: 'SPEC-001-001', tier: 'IQ' })).toEqual([])
    expect(await entry({ spec_id: 'SPEC-001-002', tier: 'IQ' })).toHaveLength(1)
    const second = { [EVIDENCE]: await team.sign(claims({ gxp_id: 'EV-2', verification_tier: 'PQ' })) }
    const two = { '.gxp/evidence/z.jws': await team.sign() }
    const both = [{ gxp_id: 'EV-2', path: '.gxp/evidence/z.jws', tier: 'OQ' }]
    expect(await told({ evidence_summary: both }, { ...second, ...two })).toEqual([])
  })

  it.each(['.gxp/evidence/A.jws', '.gxp/evidence/z.jws'])('does not go by what is invalid, as %s', async (path) => {
    const files = { [path]: await stranger.sign(claims({ verification_tier: 'PQ' })) }
    const summary = [{ gxp_id: 'EV-SPEC-001-001', tier: 'PQ' }]
    expect(await told({ evidence_summary: summary }, files)).toHaveLength(1)
  })

  it('may name a package', async () => {
    const pack = await evidencePackage(team, { package_id: 'PKG-OQ-SPEC-001-001' })
    const named = (tier: string) => told({ evidence_summary: [{ package_id: 'PKG-OQ-SPEC-001-001', tier }] }, pack)
    expect(await named('OQ')).toEqual([])
    expect(await named('PQ')).toEqual([expect.stringContaining('of something else')])
  })

  it('may name evidence that is called like a specification, and one that is not there beside what was tested', async () => {
    const odd = { [EVIDENCE]: await team.sign(claims({ gxp_id: 'SPEC-001-009' })) }
    expect(await told({ evidence_summary: ['SPEC-001-009'] }, odd)).toEqual([])
    const both = { id: 'SPEC-001-009', spec_id: 'SPEC-001-001', tier: 'OQ' }
    expect(await told({ evidence_summary: [both] })).toEqual([])
  })
})

describe('A release that rests on a record of testing', () => {
  const ROT = '.gxp/evidence/ROT-SPEC-001-001.md'
  const SECOND = '.gxp/evidence/ROT-SPEC-001-001_2.md'
  const OQ = { spec_id: 'SPEC-001-001', tier: 'OQ' }
  /** Nothing is signed but the manifest. */
  const resting = (entry: Json, files: Parameters<typeof goodBut>[0] = {}, changes = {}, given: Given = {}) =>
    told({ evidence_summary: [entry], ...changes }, { [EVIDENCE]: null, ...files }, given)

  it.each<Json>([
    ...[ROT, 'evidence/ROT-SPEC-001-001.md', 'ROT-SPEC-001-001.md', 'ROT-SPEC-001-001'],
    ...[{ path: ROT, ...OQ }, { path: ROT, tier: 'PQ' }, 'SPEC-001-001', { spec_id: 'SPEC-001-001' }, OQ],
  ])('may name it as %j', async (entry) => {
    expect(await resting(entry)).toEqual([])
  })

  it('may name it by its file, in whatever directory', async () => {
    const moved = { [ROT]: null, '.gxp/evidence/2026/ROT-SPEC-001-001.md': GOOD[ROT] ?? null }
    for (const name of ['ROT-SPEC-001-001.md', 'ROT-SPEC-001-001', '2026/ROT-SPEC-001-001.md'])
      expect(await resting(name, moved)).toEqual([])
  })

  it('is enough of a specification whose risk nobody rated', async () => {
    const unrated = {
      ...edited('.gxp/requirements/REQ-001-dose-limit.md', 'gxp_risk_rating: HIGH\n', ''),
      'src/dose.ts': '// @gxp-satisfies REQ-001\n// @gxp-implements SPEC-001-001\n',
      'test/dose.test.ts': '// @gxp-verifies SPEC-001-001\n// @test-type OQ\n',
    }
    expect(await resting(OQ, unrated)).toEqual([])
  })

  it('of one day goes by one that passed, in whatever order they lie', async () => {
    const failed = edited(ROT, 'PASS', 'FAIL')[ROT] ?? null
    const later = { release_date: '2026-02-06' }
    expect(await resting(OQ, { [ROT]: failed, [SECOND]: GOOD[ROT] ?? null }, later)).toEqual([])
    expect(await resting(OQ, { [SECOND]: failed }, later)).toEqual([])
  })

  it('is told when there is none of that name, specification or tier', async () => {
    expect(await resting('ROT-SPEC-001-002.md')).toEqual([expect.stringContaining('not in the record')])
    expect(await resting({ path: ROT, spec_id: 'SPEC-001-002' })).toEqual([
      expect.stringContaining('that evidence is of something else'),
    ])
    expect(await resting('SPEC-001-002')).toEqual([expect.stringContaining('not in the record')])
    expect(await resting({ ...OQ, tier: 'PQ' })).toEqual([expect.stringContaining('not in the record')])
    const untiered = edited('.gxp/specs/SPEC-001-001-limit-check.md', 'verification_tier: OQ\n', '')
    expect(await resting({ ...OQ, tier: 'PQ' }, untiered)).toEqual([])
    expect(await resting('EV-SPEC-001-001.md', { [EVIDENCE]: await team.sign() })).toHaveLength(1)
  })

  it('is told when the newest of its day failed', async () => {
    const failed = (day: string) => ({
      [SECOND]: edited(ROT, 'PASS', 'FAIL')[ROT]?.replace('2026-02-05', day) ?? null,
    })
    const message = `The release rests on OQ evidence for SPEC-001-001, but the newest then, \`${SECOND}\`, does not show that the tests passed.`
    const later = { release_date: '2026-02-06T09:00:00Z' }
    expect(await resting(OQ, failed('2026-02-06'), later)).toEqual([message])
    expect(await resting(OQ, failed('2026-02-06'))).toEqual([])
    expect(await resting(OQ, failed('2026-02-05'), later)).toEqual([])
    expect(await resting(OQ, failed('2026-02-04'), later)).toEqual([])
    expect(await resting(OQ, edited(ROT, 'PASS', 'PASS_WITH_DEVIATIONS'))).toEqual([])
  })

  it('is told when there was none yet', async () => {
    const none = ['The release rests on OQ evidence for SPEC-001-001, but there was none when it was released.']
    expect(await resting(OQ, {}, { release_date: '2026-02-04' })).toEqual(none)
    expect(await resting(OQ, {}, { release_date: 'soon' })).toEqual([expect.stringContaining('`release_date`')])
  })

  it('goes by signed evidence where there was some', async () => {
    const signed = async (changes: Record<string, Json>, by = team) => ({ [EVIDENCE]: await by.sign(claims(changes)) })
    expect(await resting(OQ, await signed({ test_results: { passed: 3, failed: 1 } }))).toHaveLength(1)
    expect(await resting(OQ, await signed({}, stranger))).toEqual([expect.stringContaining('which is invalid')])
    expect(
      await resting(OQ, await signed({ timestamp: '2026-02-06T09:00:00Z' }), { release_date: `2026-02-05T10:00:00Z` }),
    ).toEqual([])
  })

  it('is told where its risk demands signed evidence', async () => {
    const { riskMatrix } = DEFAULT_POLICY
    const unsigned =
      'The release rests on OQ evidence for SPEC-001-001, but there was no more than a record of testing, and its risk demands signed evidence.'
    expect(await resting(OQ, {}, {}, { policy: { riskMatrix } })).toEqual([unsigned])
    const files = ['.gxp/requirements/REQ-001-dose-limit.md', 'src/dose.ts', 'test/dose.test.ts'].map((path) => [
      path,
      GOOD[path]?.replaceAll('HIGH', 'MEDIUM') ?? null,
    ])
    expect(await resting(OQ, Object.fromEntries(files), {}, { policy: { riskMatrix } })).toEqual([])
  })

  it('is not told again that it is malformed', async () => {
    const broken = edited(ROT, 'tester: A. Tester', 'tester: A: b: c')
    expect(await resting({ path: ROT, ...OQ }, broken)).toEqual([])
    expect(await resting(OQ, broken)).toEqual([])
    expect(await resting(OQ, edited(ROT, 'result: PASS', 'result: FINE'))).toEqual([])
  })
})

describe('The vendor assessments of a release', () => {
  const ACME = '.gxp/vendor_assessments/acme-lims.md'
  const fields = ['certification_type: ISO 13485', 'certification_date: 2026-01-01', 'expiry_date: 2027-01-01']
  const assessment = document([
    ...['vendor_name: Acme', 'product: Acme LIMS', 'assessment_id: VA-001', ...fields],
    ...['scope: all', 'risk_reduction_justification: Audited'],
  ])
  const resting = (vendors: Json) => told({ vendor_assessments: vendors }, { [ACME]: assessment })

  it('are there by path, file name, id, vendor and product', async () => {
    const names = [ACME, `/${ACME}`, 'vendor_assessments/acme-lims.md', 'acme-lims', 'VA-001', 'acme', 'Acme  LIMS']
    const members: Json[] = [
      { path: ACME },
      { vendor_name: 'Acme', product: 'Acme LIMS' },
      { vendor: 'Acme' },
      { vendor_name: 'Acme', name: 'Acme Inc.' },
      { product: 'Acme LIMS' },
      { vendor_name: 'Nobody', id: 'VA-001' },
    ]
    expect(await resting([...names, ...members])).toEqual([])
    expect(await resting([{ path: ACME, id: 'VA-002' }])).toEqual([])
    expect(await resting([])).toEqual([])
    expect(await resting(null)).toEqual([])
  })

  it('are there by the name of their file in whatever directory, and whatever white space is around a name', async () => {
    const moved = { '.gxp/vendor_assessments/2026/lims.md': assessment.replace('Acme LIMS', '" Acme LIMS "') }
    expect(await told({ vendor_assessments: ['lims', 'Acme LIMS'] }, moved)).toEqual([])
  })

  it('are not there by a product that they do not name', async () => {
    const files = { [ACME]: assessment.replace('product: Acme LIMS\n', '') }
    expect(await told({ vendor_assessments: ['Acme null'] }, files)).toHaveLength(1)
  })

  it.each<[Json, string]>([
    ['.gxp/vendor_assessments/other.md', '.gxp/vendor_assessments/other.md'],
    [{ vendor_name: 'Acme', product: 'ELN' }, 'Acme ELN'],
    ['null null', 'null null'],
    [{ path: 'vendor_assessments/other.md', vendor_name: 'Acme' }, 'vendor_assessments/other.md'],
  ])('are told when %j is not there, once', async (entry, name) => {
    expect(await resting([entry, entry])).toEqual([
      `The release rests on the vendor assessment ${name}, which is not in the record.`,
    ])
  })

  it('are told when an entry names none, and when they are no list', async () => {
    expect(await resting([7, {}, ' '])).toEqual([expect.stringMatching(/names no assessment\. Write its path/)])
    expect(await resting('acme-lims')).toEqual([expect.stringMatching(/`vendor_assessments` is no list/)])
  })
})

describe('A manifest that corrects another of the same day', () => {
  const NEXT = '.gxp/evidence/NEXT.jws'
  const at = (time: string) => Date.parse(`2026-02-05T${time}:00Z`) / 1000
  /** Of the first of two, which names what is not there; the second is good. */
  const severity = async (first: Record<string, Json | undefined>, second: Record<string, Json | undefined>) => {
    const files = { [NEXT]: await team.sign(manifest(second)) }
    const findings = found(await release({ evidence_summary: ['EV-9'], ...first }, files), rule)
    return findings.map((finding) => finding.severity).join()
  }

  it('makes it a notice where it was signed later', async () => {
    expect(await severity({ iat: at('10:00') }, { iat: at('10:01') })).toBe('notice')
    expect(await severity({ iat: at('10:00') }, { iat: at('10:00') })).toBe('error')
    expect(await severity({ iat: at('10:01') }, { iat: at('10:00') })).toBe('error')
    expect(await severity({}, { iat: at('10:00') })).toBe('notice')
    expect(await severity({}, {})).toBe('error')
  })

  it('goes by the time of the release where nothing says when it was signed', async () => {
    const of = (time: string) => ({ release_date: `2026-02-05T${time}:00Z` })
    expect(await severity(of('10:00'), of('10:01'))).toBe('notice')
    expect(await severity(of('10:01'), of('10:00'))).toBe('error')
    expect(await severity({ ...of('10:00'), iat: at('10:00') }, { iat: at('11:00') })).toBe('notice')
  })

  it('is nothing to a release of a later day', async () => {
    expect(await severity({ release_date: '2026-02-06', iat: at('10:00') }, { iat: at('11:00') })).toBe('error')
    expect(await severity({ release_date: '2026-02-04', iat: at('12:00') }, { iat: at('11:00') })).toBe('notice')
  })
})

describe('The date of a release', () => {
  it.each(['2026-02-05', ' 2026-02-05T10:00:00Z'])('may be %j', async (date) => {
    expect(await told({ release_date: date })).toEqual([])
  })

  it.each(['next week', '2026-02-30', '5.2.2026', '2026-02-05Tx', '2026-02-05 or so'])(
    'is none in %j',
    async (date) => {
      expect(await told({ release_date: date })).toEqual([
        `The release manifest's \`release_date\` is \`${date}\`. Write a day of the calendar as YYYY-MM-DD.`,
      ])
    },
  )

  it('is, where it is none, the time at which the manifest was signed', async () => {
    const second = async (iat: number) => {
      const next = manifest({ release_date: 'soon', evidence_summary: ['EV-8'], iat })
      const files = { '.gxp/evidence/NEXT.jws': await team.sign(next) }
      const findings = found(await release({ evidence_summary: ['EV-9'] }, files), rule)
      return findings.map(({ severity, path }) => `${severity} ${path}`)
    }
    const NEXT = '.gxp/evidence/NEXT.jws'
    const day = Date.parse('2026-02-05') / 1000
    expect(await second(day + 1)).toEqual([`error ${NEXT}`, `error ${NEXT}`, `notice ${MANIFEST}`])
    expect(await second(day - 1)).toEqual([`error ${MANIFEST}`, `notice ${NEXT}`, `notice ${NEXT}`])
  })

  it('makes no older release a notice while it lies ahead', async () => {
    const next = async (date: string) => {
      const files = { '.gxp/evidence/NEXT.jws': await team.sign(manifest({ release_date: date })) }
      return found(await release({ evidence_summary: ['EV-9'] }, files), rule).map(({ severity }) => severity)
    }
    expect(await next('2026-02-07')).toEqual(['notice'])
    expect(await next('2026-02-08')).toEqual(['error'])
  })
})
