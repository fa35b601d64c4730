import type { Json, Provenance, SourceState } from '../../src/rosie/model.ts'
import {
  instantOf,
  isCurrent,
  isNewer,
  isPassing,
  provenanceOf,
  readClaims,
  supersededIn,
  type TestEvidence,
} from '../../src/rosie/test-evidence.ts'
import { assessInFull, claims, EVIDENCE, unsigned } from '../support/record.ts'

const NOW: SourceState = { id: '1', plain: 'a'.repeat(64), separated: 'b'.repeat(64) }
const THEN: SourceState = { id: '2', plain: 'c'.repeat(64), separated: 'd'.repeat(64) }
const NOT_HASHED: SourceState = { id: '3', plain: null, separated: null }
const COMMIT = 'e'.repeat(40)

/** One that counts, with what else is said of it. */
const { testEvidence } = (await assessInFull({ [EVIDENCE]: unsigned({ alg: 'ES256' }, claims()) })).head
const [read] = testEvidence
if (!read) throw new Error('there is evidence')
const run = (said: Partial<TestEvidence> = {}): TestEvidence => {
  return { ...read, verdict: { result: 'valid', keys: ['qa'] }, provenance: { result: 'unknown' }, ...said }
}

describe('An instant', () => {
  it.each<[Json | undefined, string]>([
    ['2026-02-05T10:00:00Z', '2026-02-05T10:00:00.000Z'],
    ['2026-02-05t10:00z', '2026-02-05T10:00:00.000Z'],
    ['2026-02-05T10:00:00.5+01:00', '2026-02-05T09:00:00.500Z'],
    ['2026-02-05T10:00:00-0130', '2026-02-05T11:30:00.000Z'],
  ])('is %j', (claim, time) => {
    expect(instantOf(claim)).toBe(Date.parse(time))
  })

  it.each<[Json | undefined]>([
    [undefined],
    [null],
    [''],
    ['2026-02-05'],
    ['2026-02-05T10:00:00'],
    ['2026-02-30T10:00:00Z'],
    ['2026-02-05T25:00:00Z'],
    [' 2026-02-05T10:00:00Z'],
    [['2026-02-05T10:00:00Z']],
    [1_770_000_000],
  ])('is not %j', (claim) => {
    expect(instantOf(claim)).toBeNull()
  })
})

it('The hash and the commit are read with what surrounds them', () => {
  const said = { system_state_hash: ` SHA256:${'A'.repeat(64)}\n`, git_commit: ` ${'B'.repeat(7)} `, iat: 5, exp: '6' }
  const read = { stateHash: 'a'.repeat(64), commit: 'b'.repeat(7), time: null, issued: 5_000, expires: null }
  expect(readClaims(said)).toMatchObject(read)
  const none = { system_state_hash: [`${'A'.repeat(64)}`], git_commit: 'HEAD' }
  expect(readClaims(none)).toMatchObject({ stateHash: null, commit: null })
})

describe('Whether the source is what an evidence claims', () => {
  const states = new Map([
    [COMMIT, THEN],
    ['none', null],
    ['listed', NOT_HASHED],
  ] as const)

  it.each<[string | null, string | null, Provenance['result']]>([
    [THEN.plain, COMMIT, 'verified'],
    [THEN.separated, COMMIT, 'verified'],
    [NOW.plain, COMMIT, 'contradicted'],
    [null, COMMIT, 'unknown'],
    [NOW.plain, null, 'unknown'],
    [NOW.plain, 'f'.repeat(40), 'unknown'],
    [NOW.plain, 'none', 'unavailable'],
    [NOW.plain, 'listed', 'unknown'],
  ])('by the hash %s at %s is %s', (stateHash, commit, result) => {
    expect(provenanceOf({ stateHash, commit }, states).result).toBe(result)
  })

  it('says by which of the two hashes', () => {
    const form = (stateHash: string | null) => provenanceOf({ stateHash, commit: COMMIT }, states)
    expect(form(THEN.plain)).toEqual({ result: 'verified', form: 'plain', state: THEN })
    expect(form(THEN.separated)).toEqual({ result: 'verified', form: 'separated', state: THEN })
  })
})

describe('An evidence is for the source as it is', () => {
  const verified: Provenance = { result: 'verified', form: 'plain', state: NOW }
  it.each<[string, Partial<TestEvidence>, SourceState | null, boolean | null]>([
    ['where it was verified for it', { provenance: verified }, NOW, true],
    [
      'where the source is not hashed, and was verified for it',
      { provenance: verified },
      { ...NOT_HASHED, id: '1' },
      true,
    ],
    ['not where it was verified for another', { provenance: verified, stateHash: THEN.plain }, THEN, false],
    ['where it claims its hash', { stateHash: NOW.plain }, NOW, true],
    ['where it claims its other hash', { stateHash: NOW.separated }, NOW, true],
    ['not where it claims another', { stateHash: THEN.plain }, NOW, false],
    ['or not, where it claims none', { stateHash: null }, NOW, null],
    ['or not, where the source is not hashed', { stateHash: NOW.plain }, NOT_HASHED, null],
    [
      'or not, where one hash is known, and it is another',
      { stateHash: NOW.separated },
      { ...NOW, separated: null },
      false,
    ],
    ['by the one hash that is known', { stateHash: NOW.separated }, { ...NOW, plain: null }, true],
    ['or not, where the source is not known', { stateHash: NOW.plain }, null, null],
  ])('%s', (_, said, state, current) => {
    expect(isCurrent(run(said), state)).toBe(current)
  })
})

describe('Of two runs the newer', () => {
  it.each<[string, Partial<TestEvidence>, Partial<TestEvidence>]>([
    ['was made later', { time: 2 }, { time: 1, path: 'z' }],
    ['was signed later than the other was made', { time: null, issued: 2 }, { time: 1, issued: 3 }],
    ['says when it was made', { time: 1 }, { time: null, issued: null, path: 'z' }],
    ['has the later path, where they were made at once', { time: 1, path: 'b' }, { time: 1, path: 'a' }],
  ])('%s', (_, newer, older) => {
    expect([isNewer(run(newer), run(older)), isNewer(run(older), run(newer))]).toEqual([true, false])
  })
})

describe('A run', () => {
  const now = Date.parse('2026-02-06T10:00:00Z')

  it.each<[string, Partial<TestEvidence>, boolean]>([
    ['passed', {}, true],
    ['nobody trusted signed', { verdict: { result: 'untrusted' } }, false],
    ['is contradicted', { provenance: { result: 'contradicted', state: NOW } }, false],
    ['says nothing of its tests', { results: null }, false],
    ['had no tests', { results: { passed: 0, failed: 0, skipped: 3 } }, false],
    ['failed in one', { results: { passed: 3, failed: 1, skipped: 0 } }, false],
    ['failed as a whole', { results: { passed: 3, failed: 0, skipped: 0, failedAsWhole: true } }, false],
    ['expires now', { expires: now }, false],
    ['expires in a moment', { expires: now + 1 }, true],
    ['is a little of the future', { time: now + 5 * 60_000 }, true],
    ['is of the future', { time: now + 5 * 60_000 + 1 }, false],
  ])('that %s speaks for something: %s', (_, said, passing) => {
    expect(isPassing(run(said), now)).toBe(passing)
  })

  it('is made good by a newer one of its specification and tier that counts', () => {
    const older = run({ time: 1 })
    const by = (said: Partial<TestEvidence>) => supersededIn([older, run({ time: 2, ...said })], now)(older)
    expect(by({})).toBe(true)
    expect(by({ time: 1 })).toBe(false)
    expect(by({ tier: 'PQ' })).toBe(false)
    expect(by({ specId: 'SPEC-2' })).toBe(false)
    expect(by({ specId: null })).toBe(false)
    expect(by({ verdict: { result: 'untrusted' } })).toBe(false)
    expect(supersededIn([run({ time: 2 })], now)(run({ specId: null, time: 1 }))).toBe(false)
  })
})
