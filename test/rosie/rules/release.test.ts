import type { Json } from '../../../src/rosie/model.ts'
import { evidencePackage, PACKAGE } from '../../support/evidence-package.ts'
import {
  assessRecord,
  briefly,
  claims,
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
  const pack = await evidencePackage(team)
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
  expect(await after('next week')).toMatchObject([{ severity: 'error' }])
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
