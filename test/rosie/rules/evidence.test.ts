import { evidencePackage, PACKAGE } from '../../support/evidence-package.ts'
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

const SIGNATURE = `${PACKAGE}/signature.jws`

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

describe('The signature of an evidence package', () => {
  it('is looked at like a single evidence, at its own path', async () => {
    const files = await evidencePackage(team)
    const given = { keys: [team.key] }
    expect(briefly(await assessRecord(goodBut(files), given))).toEqual([])
    const with_ = (jws: string) => assessRecord(goodBut({ ...files, [SIGNATURE]: jws }), given)
    const mine = async (jws: string) =>
      briefly(await with_(jws)).filter((line) => /evidence\/(malformed|algorithm|invalid-signature)/.test(line))
    expect(await mine('see the other folder')).toEqual([`${SIGNATURE}:1 error evidence/malformed`])
    const manifest = JSON.parse(files[`${PACKAGE}/manifest.json`] ?? '')
    expect(await mine(unsigned({ alg: 'none' }, manifest, ''))).toEqual([`${SIGNATURE}:1 error evidence/algorithm`])
    expect(await mine(await stranger.sign(manifest))).toEqual([`${SIGNATURE}:1 error evidence/invalid-signature`])
  })

  it('is counted among those that nobody can verify', async () => {
    const files = goodBut({ [EVIDENCE]: await team.sign(), ...(await evidencePackage(team)) })
    expect(found(await assessRecord(files))).toMatchObject([
      { rule: 'evidence/untrusted', message: expect.stringMatching(/^1 evidence file and 1 evidence package can't/) },
    ])
    const only = found(await assessRecord(goodBut(await evidencePackage(team))))
    expect(only).toMatchObject([{ path: SIGNATURE, message: expect.stringMatching(/^1 evidence package can't/) }])
    const other = await evidencePackage(team, {}, `${PACKAGE}-2`)
    const two = found(await assessRecord(goodBut({ ...(await evidencePackage(team)), ...other })), 'evidence/untrusted')
    expect(two).toMatchObject([{ message: expect.stringMatching(/^2 evidence packages can't/) }])
  })
})

describe('What is wrong with older evidence', () => {
  const older = '.gxp/evidence/EV-1.jws'
  const newer = '.gxp/evidence/EV-2.jws'
  const at = (timestamp: string, changes = {}) => claims({ timestamp, ...changes })
  const T = '2026-02-05T10:00:00Z'
  const assessed = async (first: string, second: string, given: Given = { keys: [team.key] }) =>
    briefly(await assessRecord(goodBut({ [older]: first, [newer]: second }), given))

  it('is a notice once newer valid evidence exists for the same specification and tier', async () => {
    const valid = await team.sign(at(T))
    const before = '2026-02-05T09:59:59Z'
    expect(await assessed(await stranger.sign(at(before)), valid)).toEqual([
      `${older}:1 notice evidence/invalid-signature`,
    ])
    expect(await assessed(unsigned({ alg: 'none' }, at(before)), valid)).toEqual([
      `${older}:1 notice evidence/algorithm`,
    ])
    expect(await assessed(await team.sign(at(before, { test_results: undefined })), valid)).toEqual([
      `${older}:1 notice evidence/missing-claim`,
    ])
  })

  it('stays an error while the valid one is as old, older, or of another specification or tier', async () => {
    const bad = await stranger.sign(at(T))
    const error = [`${older}:1 error evidence/invalid-signature`]
    expect(await assessed(bad, await team.sign(at(T)))).toEqual(error)
    expect(await assessed(bad, await team.sign(at('2026-02-05T09:59:59Z')))).toEqual(error)
    const later = '2026-02-05T10:00:01Z'
    expect(await assessed(bad, await team.sign(at(later)))).toEqual([`${older}:1 notice evidence/invalid-signature`])
    expect(await assessed(bad, await team.sign(at(later, { verification_tier: 'PQ' })))).toEqual(error)
    expect(await assessed(bad, await team.sign(at(later, { spec_id: 'SPEC-9' })))).toContain(error[0])
  })

  it('stays an error while the newer one is not valid itself, contradicted, or of the future', async () => {
    const bad = await stranger.sign(at(T))
    const later = '2026-02-05T10:00:01Z'
    const error = `${older}:1 error evidence/invalid-signature`
    expect(await assessed(bad, await stranger.sign(at(later)))).toContain(error)
    expect(await assessed(bad, await team.sign(at('2027-02-05T10:00:01Z')))).toContain(error)
    const state = { id: 'x', plain: '1'.repeat(64), separated: null }
    const contradicted = { keys: [team.key], states: { ['0'.repeat(40)]: state } }
    expect(await assessed(bad, await team.sign(at(later)), contradicted)).toContain(error)
  })

  it('is a notice on an older package too', async () => {
    const altered = { ...(await evidencePackage(team)), [`${PACKAGE}/environment.json`]: '{}' }
    const path = `${PACKAGE}/environment.json:1`
    const given = { keys: [team.key] }
    expect(briefly(await assessRecord(goodBut(altered), given))).toContain(`${path} error evidence/package-tampered`)
    const later = { [newer]: await team.sign(at('2026-02-05T10:00:01Z')) }
    const found_ = briefly(await assessRecord(goodBut({ ...altered, ...later }), given))
    expect(found_).toContain(`${path} notice evidence/package-tampered`)
    expect(found_.filter((line) => line.includes(' error '))).toEqual([])
  })

  it('counts as older than anything when it does not say how old it is', async () => {
    const bad = await stranger.sign(at(T, { timestamp: undefined }))
    expect(await assessed(bad, await team.sign(at(T)))).toEqual([`${older}:1 notice evidence/invalid-signature`])
    const issued = await stranger.sign(at(T, { timestamp: undefined, iat: Date.parse(T) / 1000 }))
    expect(await assessed(issued, await team.sign(at(T)))).toEqual([`${older}:1 error evidence/invalid-signature`])
  })

  it('stays an error where it names no specification, or can not be read', async () => {
    const valid = await team.sign(at(T))
    const before = '2026-02-05T09:00:00Z'
    expect(await assessed(await team.sign(at(before, { spec_id: undefined })), valid)).toEqual([
      `${older}:1 error evidence/missing-claim`,
    ])
    expect(await assessed('prose', valid)).toEqual([`${older}:1 error evidence/malformed`])
  })
})

it('Evidence that is too large to be read is told as that alone', async () => {
  const large = { [EVIDENCE]: await team.sign(claims({ log: 'x'.repeat(3_000) })) }
  const given = { keys: [team.key], policy: { maxFileBytes: 2_000 } }
  expect(briefly(await assessRecord(goodBut(large), given))).toEqual([`${EVIDENCE}:1 error artifact/too-large`])
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
