// @ts-nocheck
import {
  assessRecord,
  briefly,
  claims,
  EVIDENCE,
  found,
  type Given,
  goodBut,
  type Signer,
  signer,
  unsigned,
} from '../../support/record.ts'

let team: Signer
let stranger: Signer
beforeAll(async () => {
  team = await signer('team')
  stranger = await signer('stranger')
})

const withEvidence = (jws: string | Uint8Array, given: Given = { keys: [team.key] }, path = EVIDENCE) =>
  assessRecord(goodBut({ [path]: jws }), given)

it('Evidence that a trusted key signed has no findings, and is counted as valid', async () => {
  const assessment = await withEvidence(await team.sign())
  expect(assessment.findings).toEqual([])
  expect(assessment.summary.evidence).toEqual({ total: 1, valid: 1, invalid: 0, untrusted: 0 })
})

describe('evidence/malformed', () => {
  const rule = 'evidence/malformed'

  it.each([
    ['prose', 'see the other folder'],
    ['nothing', ''],
    ['a payload that is no JSON', unsigned({ alg: 'ES256' }, 'passed')],
    ['a header that is no JSON', unsigned('x', claims())],
    ['bytes that are no text', Buffer.from([0x65, 0x79, 0x00])],
    ['bytes that are no UTF-8', Buffer.from([0xff, 0x65])],
  ])('finds %s, as the only fault, with and without a key', async (_, jws) => {
    for (const given of [{}, { keys: [team.key] }]) {
      const assessment = await withEvidence(jws, given)
      expect(found(assessment)).toMatchObject([{ rule, severity: 'error', path: EVIDENCE, line: 1 }])
      expect(assessment.summary.evidence).toEqual({ total: 1, valid: 0, invalid: 1, untrusted: 0 })
    }
  })
})

describe('evidence/algorithm', () => {
  it.each(['none', 'HS256', 'HS384', 'ES256K'])('finds %s, with and without a key', async (alg) => {
    for (const given of [{}, { keys: [team.key] }]) {
      const assessment = await withEvidence(unsigned({ alg }, claims(), ''), given)
      expect(found(assessment)).toMatchObject([
        {
          rule: 'evidence/algorithm',
          severity: 'error',
          path: EVIDENCE,
          line: 1,
          gxpId: 'EV-SPEC-001-001',
          message: expect.stringMatching(new RegExp(`\`${alg}\`.*ES256`)),
        },
      ])
      expect(assessment.summary.evidence).toMatchObject({ invalid: 1 })
    }
  })
})

describe('evidence/invalid-signature', () => {
  const rule = 'evidence/invalid-signature'

  it('finds a signature of a key that no one trusts, and says which it names', async () => {
    const assessment = await withEvidence(await stranger.sign())
    expect(found(assessment)).toMatchObject([
      {
        rule,
        severity: 'error',
        path: EVIDENCE,
        line: 1,
        gxpId: 'EV-SPEC-001-001',
        message: expect.stringContaining('`stranger`'),
      },
    ])
    expect(assessment).toMatchObject({ conclusion: 'failure', summary: { evidence: { valid: 0, invalid: 1 } } })
  })

  it('finds each altered evidence, and no other', async () => {
    const jws = await team.sign()
    const payload = Buffer.from(JSON.stringify(claims({ timestamp: '2026-02-05T10:00:01Z' }))).toString('base64url')
    const altered = [jws.split('.')[0], payload, jws.split('.')[2]].join('.')
    const files = goodBut({ '.gxp/evidence/a.jws': jws, '.gxp/evidence/b.jws': altered, '.gxp/evidence/c.jws': jws })
    const assessment = await assessRecord(files, { keys: [team.key] })
    expect(briefly(assessment)).toEqual([`.gxp/evidence/b.jws:1 error ${rule}`])
    expect(assessment.summary.evidence).toEqual({ total: 3, valid: 2, invalid: 1, untrusted: 0 })
  })

  it('does not take the keys from the files that are judged', async () => {
    const jwks = JSON.stringify({ keys: [{ ...stranger.key.jwk, kid: 'stranger' }] })
    const files = goodBut({ [EVIDENCE]: await stranger.sign(), '.gxp/keys/stranger.jwks.json': jwks })
    expect(found(await assessRecord(files, { keys: [team.key] }), rule)).toHaveLength(1)
    expect((await assessRecord(files)).summary.evidence).toMatchObject({ valid: 0, untrusted: 1 })
  })
})

describe('evidence/untrusted', () => {
  const rule = 'evidence/untrusted'
  const many = async (...names: string[]) =>
    goodBut(
      Object.fromEntries(
        await Promise.all(names.map(async (name) => [`.gxp/evidence/${name}.jws`, await team.sign()])),
      ),
    )

  it('is told once, with the number of files, and lets the check pass', async () => {
    const assessment = await assessRecord(await many('b', 'a', 'c'))
    expect(found(assessment)).toMatchObject([
      {
        rule,
        severity: 'warning',
        path: '.gxp/evidence/a.jws',
        line: 1,
        message: expect.stringMatching(/^3 evidence files/),
      },
    ])
    expect(assessment).toMatchObject({ conclusion: 'success', summary: { evidence: { valid: 0, untrusted: 3 } } })
  })

  it('is followed from scan to scan, whichever file comes first', async () => {
    const base = await many('b')
    const assessment = await assessRecord({ ...base, ...(await many('a')) }, { base })
    expect(found(assessment)).toMatchObject([{ rule, path: '.gxp/evidence/a.jws', status: 'existing' }])
  })

  it('is not told with a trusted key, nor without evidence', async () => {
    expect(found(await assessRecord(await many('a'), { keys: [team.key] }))).toEqual([])
    expect(found(await assessRecord(goodBut({})), rule)).toEqual([])
  })
})

describe('evidence/missing-claim', () => {
  const rule = 'evidence/missing-claim'
  const signed = async (changes: Parameters<typeof claims>[0]) => withEvidence(await team.sign(claims(changes)))

  it.each(['spec_id', 'system_state_hash', 'test_results', 'timestamp'])('finds that %s is missing', async (claim) => {
    const assessment = await signed({ [claim]: undefined })
    expect(found(assessment)).toMatchObject([
      {
        rule,
        severity: 'error',
        path: EVIDENCE,
        line: 1,
        gxpId: 'EV-SPEC-001-001',
        message: expect.stringContaining(`\`${claim}\``),
      },
    ])
    expect(assessment.summary.evidence).toMatchObject({ valid: 1 })
  })

  it.each([
    ['spec_id', ''],
    ['spec_id', ' '],
    ['spec_id', 7],
    ['timestamp', null],
    ['timestamp', 1_770_000_000],
    ['test_results', 'passed'],
    ['test_results', null],
  ])('finds that %s is %j, which says nothing', async (claim, value) => {
    expect(found(await signed({ [claim]: value }), rule)).toHaveLength(1)
  })

  it('finds all that one file lacks as one', async () => {
    expect(found(await signed({ spec_id: undefined, timestamp: undefined }), rule)).toMatchObject([
      { message: expect.stringContaining('`spec_id`, `timestamp`') },
    ])
  })

  it('accepts a list of results', async () => {
    expect(found(await signed({ test_results: [{ status: 'passed' }] }))).toEqual([])
  })

  it('accepts the old system_state, with one notice for all files', async () => {
    const old = claims({ system_state_hash: undefined, git_commit: undefined, system_state: 'git:0123456' })
    const jws = await team.sign(old)
    const files = goodBut({ '.gxp/evidence/a.jws': jws, '.gxp/evidence/b.jws': jws })
    const assessment = await assessRecord(files, { keys: [team.key] })
    expect(found(assessment)).toMatchObject([
      { rule, severity: 'notice', message: expect.stringMatching(/^2 evidence files/) },
    ])
  })

  it('does not ask a release manifest for the claims of a test', async () => {
    expect(found(await withEvidence(await team.sign({ release_version: '1.0.0' })))).toEqual([])
  })

  it('is told without a key, too', async () => {
    const jws = await team.sign(claims({ spec_id: undefined }))
    expect(found(await withEvidence(jws, {}), rule)).toHaveLength(1)
  })
})
