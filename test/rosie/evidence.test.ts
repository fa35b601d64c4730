import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import type { JWK } from 'jose'
import type { Json, Verdict } from '../../src/rosie/model.ts'
import { read } from '../../src/rosie/parse/index.ts'
import { readEvidence } from '../../src/rosie/parse/jws.ts'
import { readKeys } from '../../src/rosie/parse/keys.ts'
import { keysOf, readyKeys, type TrustedKey, verify } from '../../src/rosie/verify.ts'
import { claims, type Signer, signer, signGenerally, unsigned } from '../support/record.ts'

const HEADER = { alg: 'ES256' }

const SEEN = Date.parse('2026-02-06T10:00:00Z')

const verdictOn = async (jws: string, ...keys: TrustedKey[]): Promise<Verdict> =>
  verify(readEvidence(jws), await readyKeys(keys), SEEN)

/** The general form, one signature of each. */
async function together(payload: Record<string, Json>, ...signers: Signer[]): Promise<string> {
  const parts = await Promise.all(signers.map(async ({ sign: signWith }) => (await signWith(payload)).split('.')))
  const signatures = parts.map(([header, , signature]) => ({ protected: header, signature }))
  return JSON.stringify({ payload: parts[0]?.[1], signatures })
}

const malformed = (jws: string) => {
  const { problems, claims, headers } = readEvidence(jws)
  expect({ claims, headers }).toEqual({ claims: null, headers: [] })
  expect(problems).toMatchObject([{ cause: 'jws', line: 1 }])
  return problems[0]?.message
}

describe('An evidence', () => {
  it('says what it claims, before anyone believes it', () => {
    const jws = unsigned({ alg: 'ES256', kid: 'team' }, claims())
    expect(readEvidence(`\n${jws}\r\n`)).toMatchObject({
      form: 'test',
      jws,
      headers: [{ alg: 'ES256', kid: 'team' }],
      specId: 'SPEC-001-001',
      gxpId: 'EV-SPEC-001-001',
      tier: 'OQ',
      results: { passed: 4, failed: 0, skipped: 0 },
      problems: [],
    })
  })

  it('is a release manifest when it names a release', () => {
    expect(readEvidence(unsigned(HEADER, { release_version: '1.0.0' })).form).toBe('release')
  })

  it('leaves out what is of another type', () => {
    const jws = unsigned({ alg: 7, kid: ['x'] }, claims({ spec_id: 5, gxp_id: '', verification_tier: 'XQ' }))
    expect(readEvidence(jws)).toMatchObject({
      headers: [{ alg: null, kid: null }],
      specId: null,
      gxpId: null,
      tier: null,
    })
  })

  it.each<[string, Json | undefined, object | null]>([
    ['counts', { passed: 2, failed: 1 }, { passed: 2, failed: 1, skipped: 0 }],
    ['failures alone', { failed: 1 }, { passed: 0, failed: 1, skipped: 0 }],
    ['cases', { test_cases: [{ status: 'passed' }, { status: 'failed' }] }, { passed: 1, failed: 1, skipped: 0 }],
    [
      'a list',
      [{ result: 'PASS' }, { status: 'skipped' }, { result: 'pending' }],
      { passed: 1, failed: 0, skipped: 2 },
    ],
    ['words of no known meaning', [{ status: 'great' }, null, 'passed'], { passed: 0, failed: 3, skipped: 0 }],
    [
      'counts beside a run that says it failed',
      { result: 'FAIL', passed: 2, failed: 0 },
      { passed: 2, failed: 0, skipped: 0, failedAsWhole: true },
    ],
    [
      'counts beside a status that says so, below',
      { summary: { status: 'failed', outcome: 'ok', passed: 2, failed: 0 } },
      { passed: 2, failed: 0, skipped: 0, failedAsWhole: true },
    ],
    [
      'counts beside an outcome that says so, whatever the status',
      { status: 'complete', outcome: 'Error', passed: 2, failed: 0 },
      { passed: 2, failed: 0, skipped: 0, failedAsWhole: true },
    ],
    [
      'counts of a report without success',
      { success: false, numPassedTests: 2, numFailedTests: 0 },
      { passed: 2, failed: 0, skipped: 0, failedAsWhole: true },
    ],
    ['failures that are counted', { result: 'FAIL', passed: 2, failed: 1 }, { passed: 2, failed: 1, skipped: 0 }],
    ['a failure alone', { result: 'FAIL' }, { passed: 0, failed: 0, skipped: 0, failedAsWhole: true }],
    [
      'counts beside a run that says it passed',
      { result: 'PASS', success: true, passed: 2, failed: 0 },
      { passed: 2, failed: 0, skipped: 0 },
    ],
    ['negative counts', { passed: -1, failed: -1 }, null],
    ['counts as text', { passed: '4', failed: '0' }, null],
    ['nothing', undefined, null],
    ['a text', 'passed', null],
  ])('counts its tests: %s', (_, results, counts) => {
    expect(readEvidence(unsigned(HEADER, claims({ test_results: results }))).results).toEqual(counts)
  })

  it('takes __proto__ for a claim like any other', () => {
    const { form, specId } = readEvidence(
      unsigned(HEADER, '{"__proto__": {"release_version": "1", "spec_id": "SPEC-1"}}'),
    )
    expect({ form, specId }).toEqual({ form: 'test', specId: null })
  })
})

describe('A malformed evidence', () => {
  it.each([
    ['nothing', ''],
    ['prose', 'see the other folder'],
    ['two parts', 'e30.e30'],
    ['four parts', 'e30.e30.e30.e30'],
    ['an encrypted token of five parts', 'e30.e30.e30.e30.e30'],
    ['a line break in the middle', 'e30.\ne30.e30'],
    ['characters outside of base64url', 'e30=.e30.e30'],
    ['a part of impossible length', `${unsigned(HEADER, '{"a":123}', '')}`.replace(/\.$/, 'x.e30')],
    ['a header that is no JSON', unsigned('{', claims())],
    ['a header that is no object', unsigned('[]', claims())],
    ['a payload that is no JSON', unsigned(HEADER, 'passed')],
    ['a payload that is null', unsigned(HEADER, 'null')],
    ['a payload that is a text', unsigned(HEADER, '"x"')],
    ['an empty payload', unsigned(HEADER, '')],
    ['a payload that is not UTF-8', `${unsigned(HEADER, '{}').split('.')[0]}._w.x`],
    ['JSON that is no JWS', '{}'],
    ['no signatures', '{"payload":"e30","signatures":[]}'],
    ['a signature without a header', '{"payload":"e30","signatures":[{"signature":"x"}]}'],
    ['a signature that is null', '{"payload":"e30","signatures":[null]}'],
    ['a flattened JWS', '{"payload":"e30","protected":"e30","signature":"x"}'],
    ['JSON that breaks off', '{"payload":"e30"'],
  ])('is %s', async (_, text) => {
    malformed(text)
    const { key } = await signer()
    expect(await verdictOn(text, key)).toMatchObject({ result: 'invalid', because: 'malformed' })
    expect(await verdictOn(text)).toMatchObject({ result: 'invalid', because: 'malformed' })
  })

  it('is JSON nested beyond reason', () => {
    expect(malformed(unsigned(HEADER, `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`))).toMatch(
      /^The payload of the JWS is nested more than/,
    )
    expect(malformed(`{"payload":${'['.repeat(100_000)}`)).toMatch(/^The JWS is nested more than/)
    const nested = (levels: number) => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`
    expect(readEvidence(unsigned(HEADER, nested(64))).problems).toEqual([])
    expect(readEvidence(unsigned(HEADER, { note: '[[[['.repeat(100) })).problems).toEqual([])
    expect(readEvidence(unsigned(HEADER, { note: '"\\"[['.repeat(100) })).problems).toEqual([])
  })

  it.each([
    ['The payload of the JWS is nested more than 64 levels deep.', unsigned(HEADER, '['.repeat(65))],
    ['The payload of the JWS is not a JSON object.', unsigned(HEADER, '5')],
    [
      'This is not a general JWS: `payload` and a list of `signatures` are expected.',
      '{"payload":5,"signatures":[{"protected":"e30","signature":"x"}]}',
    ],
    ['The header of the JWS is not JSON.', unsigned('{', claims())],
    ['The payload of the JWS is not a JSON object.', unsigned(HEADER, 'null')],
    ['The payload of the JWS is not UTF-8 text.', `${unsigned(HEADER, '{}').split('.')[0]}._w.x`],
    [
      'The payload of the JWS is not base64url.',
      '{"payload":"e30=","signatures":[{"protected":"e30","signature":"x"}]}',
    ],
    ['The JWS is not JSON.', '{"payload":"e30"'],
  ])('says: %s', (message, text) => {
    expect(malformed(text)).toBe(message)
  })

  it('is one whose signed bytes are not what is read (RFC 7797)', async () => {
    const { key, sign: signWith } = await signer()
    const jws = await signWith(claims(), { b64: true, crit: ['b64'] })
    expect(await verdictOn(jws, key)).toEqual({ result: 'valid', keys: [key.name] })
    expect(malformed(unsigned({ alg: 'ES256', b64: false, crit: ['b64'] }, claims()))).toContain('b64')
  })

  it('is a file of bytes that are no text', () => {
    const content = read('evidence', Buffer.from([0x65, 0x00, 0x30]), 100)
    expect(content.problems).toMatchObject([{ cause: 'jws', message: expect.stringContaining('NUL') }])
    for (const reader of ['evidence', 'package/signature'] as const)
      expect(read(reader, Buffer.from([0xff, 0xfe]), 100).problems).toMatchObject([{ cause: 'jws' }])
    expect(read('decision', Buffer.from([0xff, 0xfe]), 100).problems).toMatchObject([{ cause: 'encoding' }])
  })
})

describe('A verdict', () => {
  let team: Signer
  let stranger: Signer
  beforeAll(async () => {
    team = await signer('team')
    stranger = await signer('stranger')
  })

  it('is valid when a trusted key verifies, and names the key', async () => {
    expect(await verdictOn(await team.sign(), team.key)).toEqual({ result: 'valid', keys: ['team'] })
    expect(await verdictOn(await team.sign(), stranger.key, team.key)).toEqual({ result: 'valid', keys: ['team'] })
  })

  it('is untrusted without a key, never valid', async () => {
    expect(await verdictOn(await team.sign())).toEqual({ result: 'untrusted' })
  })

  it('is untrusted when the only key is of no use', async () => {
    const useless = { name: 'x', kid: null, jwk: { kty: 'EC', crv: 'constructor', x: 'a', y: 'b' } }
    expect(await verdictOn(await team.sign(), useless)).toEqual({ result: 'untrusted' })
  })

  it('is invalid when another key signed, whatever kid it claims', async () => {
    expect(await verdictOn(await stranger.sign(), team.key)).toMatchObject({ result: 'invalid', because: 'signature' })
    expect(await verdictOn(await (await signer()).sign(), team.key)).toMatchObject({
      detail: expect.stringMatching(/or signed with another key\.$/),
    })
    const posing = await stranger.sign(claims(), { kid: 'team' })
    expect(await verdictOn(posing, team.key)).toMatchObject({ result: 'invalid', because: 'signature' })
  })

  it('selects by kid and does not need it: a wrong one, or none, is verified with the keys there are', async () => {
    expect(await verdictOn(await team.sign(claims(), { kid: 'wrong' }), team.key)).toMatchObject({ result: 'valid' })
    const nameless = { ...team.key, kid: null, name: 'evidence.pem' }
    expect(await verdictOn(await team.sign(), nameless)).toEqual({ result: 'valid', keys: ['evidence.pem'] })
  })

  it('ignores a key that the evidence brings along', async () => {
    for (const header of [
      { jwk: stranger.key.jwk },
      { jku: 'https://example.org/keys' },
      { x5u: 'https://example.org' },
    ])
      expect(await verdictOn(await stranger.sign(claims(), header), team.key)).toMatchObject({ because: 'signature' })
  })

  it('is invalid when any byte of the payload, the header or the signature changed', async () => {
    const jws = await team.sign()
    const [header = '', payload = '', signature = ''] = jws.split('.')
    const text = Buffer.from(payload, 'base64url').toString()
    const failed = Buffer.from(text.replace('"failed":0', '"failed":1').replace('"passed":4', '"passed":5'))
    const changed = [
      [header, failed.toString('base64url'), signature],
      [Buffer.from(JSON.stringify({ alg: 'ES256', kid: 'tean' })).toString('base64url'), payload, signature],
      [header, payload, `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`],
      [header, payload, ''],
      [header, payload, signature.slice(0, -4)],
    ]
    for (const parts of changed)
      expect(await verdictOn(parts.join('.'), team.key)).toMatchObject({ result: 'invalid', because: 'signature' })
  })

  it.each(['none', 'None', 'HS256', 'HS512', 'ES256K', 'RSA1_5', 'dir', '', 'constructor'])(
    'is invalid for the algorithm %j, with or without keys',
    async (alg) => {
      const jws = unsigned({ alg }, claims(), alg.toLowerCase() === 'none' ? '' : 'eA')
      expect(await verdictOn(jws, team.key)).toMatchObject({ result: 'invalid', because: 'algorithm' })
      expect(await verdictOn(jws)).toMatchObject({ result: 'invalid', because: 'algorithm' })
    },
  )

  it('is invalid without an algorithm', async () => {
    expect(await verdictOn(unsigned({ typ: 'JWT' }, claims()), team.key)).toMatchObject({
      because: 'algorithm',
      detail: expect.stringMatching(/^The signature names no algorithm, which is not allowed\. Sign with ES256 /),
    })
    expect(await verdictOn(unsigned({ alg: 'none' }, claims()))).toMatchObject({
      detail: expect.stringMatching(/^The signature uses the algorithm `none`, which is not allowed\./),
    })
  })

  it('is not fooled by an HMAC over the public key as its secret', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString()
    const content = unsigned({ alg: 'HS256' }, claims()).split('.').slice(0, 2).join('.')
    const jws = `${content}.${createHmac('sha256', pem).update(content).digest('base64url')}`
    expect(await verdictOn(jws, ...keysOf('rsa.pem', readKeys(pem)))).toMatchObject({ because: 'algorithm' })
  })

  it("takes the algorithm from the key: a header that says another of the key's family is invalid", async () => {
    const rsa = await signer('rsa', 'PS256')
    expect(await verdictOn(await rsa.sign(), rsa.key)).toMatchObject({ result: 'valid' })
    const pinned = { ...rsa.key, jwk: { ...rsa.key.jwk, alg: 'RS256' } }
    expect(await verdictOn(await rsa.sign(), pinned)).toMatchObject({ result: 'invalid' })
    expect(await verdictOn(await rsa.sign(), team.key)).toMatchObject({ because: 'signature' })
  })

  it.each(['ES256', 'ES384', 'ES512', 'EdDSA', 'RS256', 'PS512'])('is reached for %s', async (alg) => {
    const { key, sign: signWith } = await signer('k', alg)
    expect(await verdictOn(await signWith(), key)).toMatchObject({ result: 'valid' })
  })

  it('is invalid for a critical header that is not understood, though the signature holds (RFC 7515, 4.1.11)', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const key = { name: 'k', kid: null, jwk: publicKey.export({ format: 'jwk' }) as TrustedKey['jwk'] }
    const signed = (header: object) => {
      const content = unsigned(header, claims()).split('.').slice(0, 2).join('.')
      const signature = sign('sha256', Buffer.from(content), { key: privateKey, dsaEncoding: 'ieee-p1363' })
      return `${content}.${signature.toString('base64url')}`
    }
    expect(await verdictOn(signed(HEADER), key)).toMatchObject({ result: 'valid' })
    expect(await verdictOn(signed({ ...HEADER, later: 1 }), key)).toMatchObject({ result: 'valid' })
    expect(await verdictOn(signed({ ...HEADER, later: 1, crit: ['later'] }), key)).toMatchObject({
      because: 'signature',
    })
  })

  it('is reached for the general form when one of its signers is trusted', async () => {
    const pairs = ['a', 'b'].map((kid) => ({ ...generateKeyPairSync('ec', { namedCurve: 'P-256' }), kid }))
    const secret = pairs.map(({ privateKey, kid }) => ({ ...privateKey.export({ format: 'jwk' }), kid }) as JWK)
    const [a, b] = pairs.map(({ publicKey, kid }) => ({
      name: kid,
      kid,
      jwk: publicKey.export({ format: 'jwk' }) as TrustedKey['jwk'],
    }))
    const jws = await signGenerally(claims(), secret)
    expect(readEvidence(jws).headers).toEqual([
      { alg: 'ES256', kid: 'a' },
      { alg: 'ES256', kid: 'b' },
    ])
    expect(await verdictOn(jws, ...(b ? [b] : []))).toEqual({ result: 'valid', keys: ['b'] })
    expect(await verdictOn(jws, ...(a ? [a] : []))).toEqual({ result: 'valid', keys: ['a'] })
    expect(await verdictOn(jws, team.key)).toMatchObject({ because: 'signature' })
    const other = JSON.stringify({ ...JSON.parse(jws), payload: Buffer.from('{"spec_id":"X"}').toString('base64url') })
    expect(await verdictOn(other, ...(a ? [a] : []))).toMatchObject({ because: 'signature' })
  })

  it('is invalid for the general form when one of its signatures uses a forbidden algorithm', async () => {
    const secret = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }) as JWK
    const jws = JSON.parse(await signGenerally(claims(), [secret]))
    jws.signatures.push({ protected: Buffer.from('{"alg":"none"}').toString('base64url'), signature: '' })
    expect(await verdictOn(JSON.stringify(jws), team.key)).toMatchObject({ because: 'algorithm' })
  })
})

describe('A verdict on several signatures', () => {
  let a: Signer
  let b: Signer
  beforeAll(async () => {
    a = await signer('a')
    b = await signer('b')
  })

  it('names each trusted key, in the order of the keys and not of the signatures', async () => {
    const jws = await together(claims(), b, a)
    expect(await verdictOn(jws, a.key, b.key)).toEqual({ result: 'valid', keys: ['a', 'b'] })
    expect(await verdictOn(jws, b.key, a.key)).toEqual({ result: 'valid', keys: ['b', 'a'] })
    expect(await verdictOn(jws, b.key)).toEqual({ result: 'valid', keys: ['b'] })
  })

  it('counts a key once that signed twice', async () => {
    expect(await verdictOn(await together(claims(), a, a), a.key, b.key)).toEqual({ result: 'valid', keys: ['a'] })
  })

  it('counts a key once that is registered under two names: one key is one signer', async () => {
    const alias = { ...a.key, name: 'alias', kid: 'alias', jwk: { ...a.key.jwk, alg: 'ES256', use: 'sig' } }
    const posing = JSON.parse(await together(claims(), a))
    const second = (await a.sign(claims(), { kid: 'alias' })).split('.')
    posing.signatures.push({ protected: second[0], signature: second[2] })
    posing.payload = second[1]
    expect(await verdictOn(JSON.stringify(posing), a.key, alias)).toEqual({ result: 'valid', keys: ['a'] })
    expect(await verdictOn(await a.sign(claims(), { kid: 'alias' }), alias, a.key)).toEqual({
      result: 'valid',
      keys: ['alias'],
    })
  })

  it('counts a signature by its own header: the key of one does not verify the algorithm of another', async () => {
    const jws = JSON.parse(await together(claims(), a, b))
    const [first, second] = jws.signatures
    jws.signatures = [
      { ...first, signature: second.signature },
      { ...second, signature: first.signature },
    ]
    expect(await verdictOn(JSON.stringify(jws), a.key, b.key)).toMatchObject({ because: 'signature' })
  })

  it('looks at no header that is not signed', async () => {
    const jws = JSON.parse(await together(claims(), a))
    jws.signatures[0].header = { alg: 'none', jwk: b.key.jwk, crit: ['x'], kid: 'b' }
    expect(await verdictOn(JSON.stringify(jws), a.key)).toEqual({ result: 'valid', keys: ['a'] })
    expect(await verdictOn(JSON.stringify(jws), b.key)).toMatchObject({ because: 'signature' })
  })

  it('is malformed beyond 20 of them', async () => {
    const jws = JSON.parse(await together(claims(), a))
    const [one] = jws.signatures
    const times = (number: number) => JSON.stringify({ ...jws, signatures: Array.from({ length: number }, () => one) })
    expect(await verdictOn(times(20), a.key)).toEqual({ result: 'valid', keys: ['a'] })
    expect(malformed(times(21))).toContain('21 signatures')
  })
})

describe('A key counts by the time when the evidence was first seen', () => {
  let team: Signer
  beforeAll(async () => {
    team = await signer('team')
  })
  const seen = async (at: number, ...registrations: Partial<TrustedKey>[]) =>
    verify(
      readEvidence(await team.sign()),
      await readyKeys(registrations.map((each) => ({ ...team.key, ...each }))),
      at,
    )
  const T = Date.parse('2026-01-31T00:00:00Z')
  const because = (reason: string, at: string) => ({
    result: 'invalid',
    because: 'signature',
    detail: expect.stringMatching(new RegExp(`\`team\` ${reason}.*first seen on ${at}`)),
  })

  it('from its first moment on', async () => {
    expect(await seen(T - 1, { validFrom: T })).toEqual(because('is valid only from 2026-01-31 on', '2026-01-30'))
    expect(await seen(T, { validFrom: T })).toEqual({ result: 'valid', keys: ['team'] })
  })

  it('until its last, whatever time the evidence claims', async () => {
    expect(await seen(T - 1, { validUntil: T })).toMatchObject({ result: 'valid' })
    expect(await seen(T, { validUntil: T })).toEqual(because('expired on 2026-01-31', '2026-01-31'))
    expect(Date.parse(String(claims().timestamp))).toBeGreaterThan(T)
    const days = (number: number) => ({ validUntil: T - number * 86_400_000 })
    expect(await seen(T, days(3), days(1), days(2))).toEqual(because('expired on 2026-01-30', '2026-01-31'))
    expect(await seen(T, { validFrom: T, validUntil: T })).toEqual(because('expired on 2026-01-31', '2026-01-31'))
  })

  it('until it was revoked', async () => {
    expect(await seen(T - 1, { revokedAt: T })).toMatchObject({ result: 'valid' })
    expect(await seen(T, { revokedAt: T })).toEqual(because('was revoked on 2026-01-31', '2026-01-31'))
  })

  it('and always where nothing is said', async () => {
    for (const at of [0, T, 8e15])
      expect(await seen(at, { validFrom: null, validUntil: null, revokedAt: null })).toMatchObject({ result: 'valid' })
  })

  it('in the period of either place where it is registered, and of neither once one of them revoked it', async () => {
    const past = { validUntil: T - 10 }
    const later = { validFrom: T + 10, name: 'other' }
    expect(await seen(T - 11, past, later)).toMatchObject({ result: 'valid', keys: ['team'] })
    expect(await seen(T, past, later)).toEqual(because('is valid only from 2026-01-31 on', '2026-01-31'))
    expect(await seen(T + 10, past, later)).toMatchObject({ result: 'valid' })
    expect(await seen(T, {}, { revokedAt: T })).toEqual(because('was revoked on 2026-01-31', '2026-01-31'))
    expect(await seen(T, { revokedAt: T + 1 }, { revokedAt: T })).toEqual(because('was revoked on', '2026-01-31'))
  })

  it('and names each of the keys that did not', async () => {
    const other = await signer('other')
    const keys = await readyKeys([
      { ...team.key, validUntil: T },
      { ...other.key, revokedAt: T },
    ])
    const verdict = await verify(readEvidence(await together(claims(), team, other)), keys, T)
    expect(verdict).toMatchObject({ detail: expect.stringMatching(/`team` expired.*and the key `other` was revoked/) })
    const partly = await readyKeys([{ ...team.key, validUntil: T }, other.key])
    expect(await verify(readEvidence(await together(claims(), team, other)), partly, T)).toEqual({
      result: 'valid',
      keys: ['other'],
    })
  })
})
