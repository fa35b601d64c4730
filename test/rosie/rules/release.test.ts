import type { Json } from '../../../src/rosie/model.ts'
import { evidencePackage, PACKAGE } from '../../support/evidence-package.ts'
import {
  assessRecord,
  briefly,
  claims,
  document,
  EVIDENCE,
  type Files,
  found,
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
async function release(changes: Record<string, Json | undefined> = {}, files: Files = {}) {
  const both = { [EVIDENCE]: await team.sign(), [MANIFEST]: await team.sign(manifest(changes)) }
  return assessRecord(goodBut({ ...both, ...files }), { keys: [team.key] })
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
  const altered = { ...pack, [`${PACKAGE}/environment.json`]: '{}' }
  expect(found(await release({ evidence_summary: ['PKG-OQ-SPEC-001-001'] }, altered), rule)).toMatchObject([
    { message: expect.stringContaining('which is invalid') },
  ])
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
  const SECOND = '.gxp/evidence/second.jws'
  /** The release rests on these entries; beside the evidence of 5 February, 10:00, there is this. */
  const restingOn = async (entries: Json[], second?: Record<string, Json | undefined>, by: Signer = team) =>
    told({ evidence_summary: entries }, second ? { [SECOND]: await by.sign(claims(second)) } : {})

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
      told({ ...released, ...changes }, { [EVIDENCE]: await team.sign(claims(later(timestamp))) })
    const failed = [expect.stringContaining('does not show that the tests passed')]
    const none = ['The release rests on OQ evidence for SPEC-001-001, but there was none when it was released.']
    expect(await on('2026-02-04T12:05:00Z')).toEqual(failed)
    expect(await on('2026-02-04T12:05:01Z')).toEqual(none)
    expect(await on('2026-02-04T12:05:01Z', { release_date: '2026-02-04T01:00:00Z' })).toEqual(failed)
    expect(await on('2026-02-06T10:05:01Z', { release_date: '2099-01-01' })).toEqual(none)
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
    expect(await resting([])).toEqual([])
    expect(await resting(null)).toEqual([])
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
