import type { Json, SourceState } from '../../../src/rosie/model.ts'
import { evidencePackage, PACKAGE } from '../../support/evidence-package.ts'
import {
  assessRecord,
  CONTEXT,
  claims,
  EVIDENCE,
  edited,
  found,
  type Given,
  goodBut,
  type Signer,
  SPECIFICATION,
  signer,
  specification,
} from '../../support/record.ts'

type Changes = Record<string, Json | undefined>

let team: Signer
let stranger: Signer
beforeAll(async () => {
  team = await signer('team')
  stranger = await signer('stranger')
})

const C1 = '1'.repeat(40)
const C2 = '2'.repeat(40)
const state = (seed: string): SourceState => ({
  id: seed.repeat(64),
  plain: `${seed}a`.repeat(32),
  separated: `${seed}b`.repeat(32),
})
const [ONE, TWO] = [state('1'), state('2')]
/** Claims of evidence for a state at its commit. */
const of = (commit: string, { plain }: SourceState, changes: Changes = {}): Changes => ({
  git_commit: commit,
  system_state_hash: plain,
  ...changes,
})
const STATES = { [C1]: ONE, [C2]: TWO }

/** Runs by file name; the head's state is the first unless told. */
async function runs(each: Record<string, Changes>, given: Given = {}, files: Record<string, string | null> = {}) {
  const signed: Record<string, string> = {}
  for (const [name, changes] of Object.entries(each))
    signed[`.gxp/evidence/${name}.jws`] = await team.sign(claims(changes))
  return assessRecord(goodBut({ ...signed, ...files }), { keys: [team.key], states: STATES, state: ONE, ...given })
}
const a = '.gxp/evidence/a.jws'
const b = '.gxp/evidence/b.jws'

describe('evidence/state-mismatch', () => {
  const rule = 'evidence/state-mismatch'

  it('finds evidence whose hash is not that of its commit, and says both', async () => {
    expect(found(await runs({ a: of(C1, TWO) }), rule)).toMatchObject([
      {
        severity: 'error',
        path: a,
        line: 1,
        gxpId: 'EV-SPEC-001-001',
        message: expect.stringMatching(
          new RegExp(`claims ${TWO.plain}, .* commit ${C1} has ${ONE.plain} .* or ${ONE.separated} `),
        ),
      },
    ])
  })

  it('accepts either byte form, and says the one that is known', async () => {
    expect(found(await runs({ a: of(C1, ONE) }))).toEqual([])
    expect(found(await runs({ a: { ...of(C1, ONE), system_state_hash: ONE.separated } }))).toEqual([])
    const only = { states: { [C1]: { ...ONE, plain: null } } }
    expect(found(await runs({ a: of(C1, TWO) }, only), rule)).toMatchObject([
      { message: expect.stringMatching(new RegExp(`has ${ONE.separated} \\(with a NUL`)) },
    ])
    const other = { states: { [C1]: { ...ONE, separated: null } } }
    expect(found(await runs({ a: of(C1, TWO, { gxp_id: undefined }) }, other), rule)).toMatchObject([
      { gxpId: 'SPEC-001-001', message: expect.stringMatching(new RegExp(`has ${ONE.plain} \\([^()]*\\)\\. Run`)) },
    ])
  })

  it('says nothing of what was not replayed, and nothing of invalid evidence', async () => {
    expect(found(await runs({ a: of('3'.repeat(40), TWO) }), rule)).toEqual([])
    const unknown = { states: { [C1]: { ...ONE, plain: null, separated: null } } }
    expect(found(await runs({ a: of(C1, TWO) }, unknown), rule)).toEqual([])
    const invalid = goodBut({ [EVIDENCE]: await stranger.sign(claims(of(C1, TWO))) })
    expect(found(await assessRecord(invalid, { keys: [team.key], states: STATES }), rule)).toEqual([])
    expect(found(await assessRecord(invalid, { states: STATES }), rule)).toHaveLength(1)
  })

  it('is a notice once newer valid evidence exists', async () => {
    const old = of(C1, TWO, { timestamp: '2026-02-04T10:00:00Z' })
    expect(found(await runs({ a: old, b: of(C1, ONE) }), rule)).toMatchObject([{ path: a, severity: 'notice' }])
  })

  it('looks at packages too', async () => {
    const files = await evidencePackage(team, of(C1, TWO))
    expect(found(await runs({}, {}, files), rule)).toMatchObject([
      { path: `${PACKAGE}/metadata.json`, gxpId: 'SPEC-001-001' },
    ])
  })
})

describe('evidence/commit-unavailable', () => {
  const rule = 'evidence/commit-unavailable'
  const lost = { states: { [C1]: null, [C2]: null } }

  it('is told of each commit once, with the number of evidence', async () => {
    const each = { a: of(C1, ONE), b: of(C2, ONE), c: of(C1, ONE) }
    expect(found(await runs(each, lost), rule)).toMatchObject([
      {
        severity: 'notice',
        path: a,
        line: 1,
        message: expect.stringMatching(new RegExp(`^2 pieces of evidence name the commit ${C1}, which is not in`)),
      },
      {
        severity: 'notice',
        path: b,
        line: 1,
        message: expect.stringMatching(new RegExp(`^1 evidence names the commit ${C2}, which is not in`)),
      },
    ])
  })

  it('is followed whichever evidence comes first', async () => {
    const [first] = found(await runs({ a: of(C1, ONE) }, lost), rule)
    const [second] = found(await runs({ b: of(C1, ONE) }, lost), rule)
    expect(second?.fingerprint).toBe(first?.fingerprint)
    expect(found(await runs({ b: of(C2, ONE) }, lost), rule)[0]?.fingerprint).not.toBe(first?.fingerprint)
  })

  it('does not speak of the oldest form, which claims no hash and has no `git_commit`', async () => {
    const old = { git_commit: undefined, system_state_hash: undefined, system_state: `git:${C1}` }
    for (const states of [{ [C1]: null }, { [C1]: TWO }]) {
      const assessment = await runs({ a: old }, { states })
      expect(found(assessment)).toMatchObject([{ rule: 'evidence/missing-claim', severity: 'notice' }])
      expect(assessment.summary.provenance).toEqual({ verified: 0, contradicted: 0, unavailable: 0 })
    }
  })

  it('takes an abbreviated commit for one, from 7 digits on', async () => {
    const short = (digits: number) => of(C1.slice(0, digits), ONE)
    const gone = (digits: number) => ({ states: { [C1.slice(0, digits)]: null } })
    expect(found(await runs({ a: short(7) }, gone(7)), rule)).toHaveLength(1)
    expect(found(await runs({ a: short(6) }, gone(6)), rule)).toMatchObject([
      { message: expect.stringContaining('`111111` as its `git_commit`, which is no commit id') },
    ])
    const known = await runs({ a: short(8) }, { states: { [C1.slice(0, 8)]: ONE } })
    expect(known.summary.provenance).toEqual({ verified: 1, contradicted: 0, unavailable: 0 })
  })

  it.each(['main', '--help', '', ' ', `git:${'1'.repeat(40)}`, '1'.repeat(65), 'g'.repeat(40)])(
    'is told of %j, a text that is no commit id, once for all evidence that names it',
    async (git_commit) => {
      const each = { a: of(C1, ONE, { git_commit }), b: of(C1, ONE, { git_commit }), c: of(C1, ONE) }
      expect(found(await runs(each))).toMatchObject([
        {
          rule,
          severity: 'notice',
          path: a,
          line: 1,
          message: expect.stringMatching(/^2 pieces of evidence name `.*` as its `git_commit`, which is no commit id/),
        },
      ])
      const invalid = goodBut({ [EVIDENCE]: await stranger.sign(claims({ git_commit })) })
      expect(found(await assessRecord(invalid, { keys: [team.key] }), rule)).toEqual([])
    },
  )

  it.each<Json>([7, true, { sha: C1 }, [C1]])(
    'leaves %j, which is no text, to evidence/missing-claim',
    async (value) => {
      expect(found(await runs({ a: of(C1, ONE, { git_commit: value }) }))).toMatchObject([
        {
          rule: 'evidence/missing-claim',
          severity: 'error',
          message: 'The payload has a `git_commit` that is not the id of a commit, as text.',
        },
      ])
    },
  )

  it('says nothing where no commit is named', async () => {
    for (const git_commit of [undefined, null])
      expect(found(await runs({ a: of(C1, ONE, { git_commit }) }))).toEqual([])
  })

  it('says nothing of commits that are there, or were not looked for, nor of invalid evidence', async () => {
    expect(found(await runs({ a: of(C1, ONE) }), rule)).toEqual([])
    expect(found(await runs({ a: of(C1, ONE) }, { states: {} }), rule)).toEqual([])
    const invalid = goodBut({ [EVIDENCE]: await stranger.sign(claims(of(C1, ONE))) })
    expect(found(await assessRecord(invalid, { keys: [team.key], ...lost }), rule)).toEqual([])
  })
})

describe('evidence/stale', () => {
  const rule = 'evidence/stale'

  it('finds that the newest valid evidence is for another state than the head’s', async () => {
    expect(found(await runs({ a: of(C2, TWO) }))).toMatchObject([
      {
        rule,
        severity: 'warning',
        path: a,
        line: 1,
        gxpId: 'SPEC-001-001',
        message: expect.stringMatching(/^The newest evidence for SPEC-001-001 \(OQ\) was made for another state/),
      },
    ])
    expect(found(await runs({ a: of(C1, ONE) }))).toEqual([])
  })

  it('is followed whichever evidence comes first', async () => {
    const [first] = found(await runs({ a: of(C2, TWO) }), rule)
    const [second] = found(await runs({ b: of(C2, TWO) }), rule)
    expect(second).toMatchObject({ path: b, fingerprint: first?.fingerprint })
  })

  it('goes by the claimed hash where the commit was not replayed', async () => {
    expect(found(await runs({ a: of(C2, TWO) }, { states: {} }), rule)).toHaveLength(1)
    expect(found(await runs({ a: of(C2, ONE) }, { states: {} }), rule)).toEqual([])
  })

  it('says nothing where a state is not known', async () => {
    expect(found(await runs({ a: of(C2, TWO) }, { state: null }), rule)).toEqual([])
    expect(found(await runs({ a: of(C2, TWO, { system_state_hash: 'x' }) }), rule)).toEqual([])
  })

  it.each([
    ['validated', 'error'],
    ['VALIDATED', 'error'],
    ['draft', 'warning'],
    ['retired', 'warning'],
  ])('where the system says %s, is of severity %s', async (status, severity) => {
    const context = edited(CONTEXT, 'validation_status: in_review', `validation_status: ${status}`)
    expect(found(await runs({ a: of(C2, TWO) }, {}, context), rule)).toMatchObject([{ severity }])
  })

  it('is a warning without a system context', async () => {
    expect(found(await runs({ a: of(C2, TWO) }, {}, { [CONTEXT]: null }), rule)).toMatchObject([
      { severity: 'warning' },
    ])
  })

  it('looks at the newest of each tier, and tells of a specification once', async () => {
    const old = of(C2, TWO, { timestamp: '2026-02-04T10:00:00Z' })
    expect(found(await runs({ a: old, b: of(C1, ONE) }), rule)).toEqual([])
    expect(
      found(await runs({ a: of(C1, ONE, { timestamp: '2026-02-04T10:00:00Z' }), b: of(C2, TWO) }), rule),
    ).toMatchObject([{ path: b }])
    const tiers = {
      a: of(C2, TWO, { verification_tier: 'PQ' }),
      b: of(C2, TWO),
      c: of(C1, ONE, { verification_tier: 'IQ' }),
    }
    expect(found(await runs(tiers), rule)).toMatchObject([{ path: a, message: expect.stringContaining('(OQ, PQ)') }])
    expect(found(await runs({ a: of(C2, TWO, { verification_tier: undefined }) }), rule)).toMatchObject([
      { message: expect.stringMatching(/SPEC-001-001 was made/) },
    ])
  })

  it('looks at valid evidence that is not of the future, and at claims that hold', async () => {
    const future = of(C1, ONE, { timestamp: '2027-01-01T00:00:00Z' })
    expect(found(await runs({ a: of(C2, TWO), b: future }), rule)).toHaveLength(1)
    expect(found(await runs({ a: of(C2, TWO) }, { keys: [] }), rule)).toEqual([])
    const contradicted = of(C1, TWO)
    expect(found(await runs({ a: contradicted }), rule)).toEqual([])
    expect(found(await runs({ a: contradicted }), 'evidence/state-mismatch')).toHaveLength(1)
  })

  it('does not mind evidence for what is retired, or not there', async () => {
    const retired = edited(SPECIFICATION, 'verification_tier: OQ', 'verification_tier: OQ\nvalidation_status: retired')
    expect(found(await runs({ a: of(C2, TWO) }, {}, retired), rule)).toEqual([])
    expect(found(await runs({ a: of(C2, TWO, { spec_id: 'SPEC-9' }) }), rule)).toEqual([])
    const other = { '.gxp/specs/SPEC-9.md': specification('SPEC-9') }
    expect(found(await runs({ a: of(C2, TWO, { spec_id: 'SPEC-9' }) }, {}, other), rule)).toMatchObject([
      { gxpId: 'SPEC-9' },
    ])
  })
})
