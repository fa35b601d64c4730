/**
 * Keys that are kept and must not be used: nothing is verified with them, and what they signed is said to be theirs. One
 * cause, one finding: where policy/invalid tells of the key, its evidence has no finding of its own.
 */
import type { Json } from '../../src/rosie/model.ts'
import { readEvidence } from '../../src/rosie/parse/jws.ts'
import { readKeys } from '../../src/rosie/parse/keys.ts'
import { keysOf, readyKeys, type TrustedKey, verify } from '../../src/rosie/verify.ts'
import {
  assessRecord,
  briefly,
  claims,
  EVIDENCE,
  type Files,
  found,
  type Given,
  goodBut,
  type Signer,
  signer,
} from '../support/record.ts'

const KEYS = '.gxp/keys/qa.jwks.json'
const SEEN = Date.parse('2026-02-06T10:00:00Z')

let qa: Signer
let other: Signer
beforeAll(async () => {
  qa = await signer('qa')
  other = await signer('other')
})

/** The key file of a signer whose key also says this of itself. */
const file = ({ key }: Signer, members: { [member: string]: Json } = {}) =>
  JSON.stringify({ keys: [{ ...key.jwk, kid: key.kid, ...members }] })

const inFile = (of: Signer, members?: { [member: string]: Json }): TrustedKey[] =>
  keysOf(KEYS, readKeys(file(of, members)))

const WHY = 'says `alg`: `RS256`, but a key on P-256 signs with ES256: write that, or leave it out'

describe('The verdict on evidence', () => {
  const verdictOn = async (jws: string, ...keys: TrustedKey[]) => verify(readEvidence(jws), await readyKeys(keys), SEEN)

  it.each<Record<string, Json>>([
    { alg: 'RS256' },
    { use: 'enc' },
    { key_ops: ['sign'] },
    { revoked_at: 1_700_000_000 },
    { revoked: { revoked_at: '2026-01-01' } },
    { exp: '2099-01-01' },
  ])('is that it is untrusted, by name, when its key says %j', async (members) => {
    expect(await verdictOn(await qa.sign(), ...inFile(qa))).toEqual({ result: 'valid', keys: ['qa'] })
    expect(await verdictOn(await qa.sign(), ...inFile(qa, members))).toEqual({
      result: 'untrusted',
      by: { key: 'qa', why: expect.stringMatching(/^(?:says|has no) /) },
    })
  })

  it('is the same beside keys that may be used, and where the key is also registered without fault', async () => {
    const refused = { result: 'untrusted', by: { key: 'qa', why: WHY } }
    expect(await verdictOn(await qa.sign(), other.key, ...inFile(qa, { alg: 'RS256' }))).toEqual(refused)
    expect(await verdictOn(await qa.sign(), qa.key, ...inFile(qa, { alg: 'RS256' }))).toEqual(refused)
  })

  it('rests on the keys that may be used, where one of them signed too', async () => {
    const jws = await bothOf(qa, other)
    expect(await verdictOn(jws, other.key, ...inFile(qa, { alg: 'RS256' }))).toEqual({
      result: 'valid',
      keys: ['other'],
    })
    const revoked = { ...other.key, revokedAt: SEEN }
    expect(await verdictOn(jws, revoked, ...inFile(qa, { alg: 'RS256' }))).toMatchObject({
      result: 'invalid',
      detail: expect.stringContaining('`other` was revoked'),
    })
  })

  it('is what it was before for what somebody else signed, or was changed', async () => {
    expect(await verdictOn(await other.sign(), ...inFile(qa, { use: 'enc' }))).toEqual({ result: 'untrusted' })
    const [header, , signature] = (await qa.sign()).split('.')
    const changed = [header, Buffer.from(JSON.stringify(claims({ gxp_id: 'x' }))).toString('base64url'), signature]
    expect(await verdictOn(changed.join('.'), other.key, ...inFile(qa, { alg: 'RS256' }))).toEqual({
      result: 'invalid',
      because: 'signature',
      detail: `No trusted key verifies this signature: it was changed after signing, or signed with another key. The signature names the key \`qa\`. That key is kept, but must not be used: it ${WHY}.`,
    })
    expect(
      await verdictOn(await other.sign(), (await signer('third')).key, ...inFile(qa, { use: 'enc' })),
    ).toMatchObject({
      detail: expect.stringMatching(/The signature names the key `other`\.$/),
    })
    const posing = await bothOf(await signer('nobody'), await signer('qa'))
    expect(await verdictOn(posing, (await signer('third')).key, ...inFile(qa, { use: 'enc' }))).toMatchObject({
      detail: expect.stringMatching(/The signature names the key `nobody`, `qa`\. That key is kept, /),
    })
  })
})

describe('evidence/untrusted', () => {
  const rule = 'evidence/untrusted'
  const told = async (files: Files, keys: TrustedKey[], given: Given = {}) =>
    briefly(await assessRecord(files, { ...given, keys }))
  const refused = () => file(qa, { alg: 'RS256' })
  const signed = async (keyFile: string | null) => goodBut({ [EVIDENCE]: await qa.sign(), [KEYS]: keyFile })

  it('is not told where policy/invalid tells of the key', async () => {
    const files = await signed(refused())
    const keys = inFile(qa, { alg: 'RS256' })
    const one = [`${KEYS}:1 error policy/invalid`]
    expect(await told(files, keys)).toEqual(one)
    expect(await told(files, keys, { base: files })).toEqual(one)
    expect(await told(files, [...keys, other.key])).toEqual(one)
  })

  it('is not told where no key can be read from the files that there are', async () => {
    const files = await signed('{"keys": [')
    expect(await told(files, [])).toEqual([`${KEYS}:1 error policy/invalid`])
    expect(await told(files, [], { base: files })).toEqual([`${KEYS}:1 error policy/invalid`])
  })

  it('is told beside a key file that the change itself brings along or puts right', async () => {
    const [none, broken, good] = [await signed(null), await signed('{"keys": ['), await signed(file(qa))]
    const untrusted = expect.stringContaining(`warning ${rule}`)
    expect(await told(broken, [], { base: none })).toContainEqual(untrusted)
    expect(await told(good, [], { base: broken })).toContainEqual(untrusted)
    expect(await told(good, inFile(qa, { alg: 'RS256' }), { base: await signed(refused()) })).toContainEqual(untrusted)
    expect(await told(await signed(refused()), inFile(qa, { alg: 'RS256' }), { base: good })).toContainEqual(untrusted)
    const twoKeys = JSON.stringify({ keys: [qa.key, other.key].map(({ jwk, kid }) => ({ ...jwk, kid })) })
    const halfRight = await signed(twoKeys.replace('"kid":"other"', '"kid":"other","use":"enc"'))
    expect(await told(halfRight, inFile(qa, { alg: 'RS256' }), { base: await signed(refused()) })).toContainEqual(
      untrusted,
    )
  })

  it('is told where the policy makes a notice of what is wrong with the key', async () => {
    const severities = (severity: 'notice' | 'warning') => ({ policy: { severities: { 'policy/invalid': severity } } })
    const [files, keys] = [await signed(refused()), inFile(qa, { alg: 'RS256' })]
    expect(await told(files, keys, severities('notice'))).toContainEqual(expect.stringContaining(rule))
    expect(await told(files, keys, severities('warning'))).not.toContainEqual(expect.stringContaining(rule))
  })

  it("names a key of the server's, once for all that it signed, and says where to correct it", async () => {
    const files = goodBut({ '.gxp/evidence/b.jws': await qa.sign(), '.gxp/evidence/a.jws': await qa.sign() })
    const third = await signer('third')
    const keys = [...inFile(qa, { alg: 'RS256' }), ...inFile(third, { use: 'enc' })]
    const assessment = await assessRecord({ ...files, '.gxp/evidence/c.jws': await third.sign() }, { keys })
    expect(found(assessment)).toMatchObject([
      {
        rule,
        path: '.gxp/evidence/a.jws',
        line: 1,
        message: `2 evidence files can't be verified: what signed them is the key \`qa\`, which must not be used. That key ${WHY}. Correct it where it is kept: on the default branch, or on the server.`,
      },
      {
        rule,
        path: '.gxp/evidence/c.jws',
        message: expect.stringMatching(/^1 evidence file can't be verified: what signed it is the key `third`/),
      },
    ])
    expect(new Set(found(assessment).map(({ fingerprint }) => fingerprint)).size).toBe(2)
    const alone = await assessRecord(goodBut({ '.gxp/evidence/c.jws': await third.sign() }), { keys })
    expect(found(alone)[0]?.fingerprint).toBe(found(assessment)[1]?.fingerprint)
  })

  it('tells of another key than the one that policy/invalid tells of', async () => {
    const third = await signer('third')
    const files = { ...(await signed(refused())), '.gxp/evidence/c.jws': await third.sign() }
    const keys = [...inFile(qa, { alg: 'RS256' }), ...inFile(third, { use: 'enc' })]
    expect(await told(files, keys)).toEqual([`${KEYS}:1 error policy/invalid`, `.gxp/evidence/c.jws:1 warning ${rule}`])
  })
})

/** The general form, with a signature of each. */
async function bothOf(...signers: Signer[]): Promise<string> {
  const parts = await Promise.all(signers.map(async ({ sign }) => (await sign(claims())).split('.')))
  const signatures = parts.map(([header, , signature]) => ({ protected: header, signature }))
  return JSON.stringify({ payload: parts[0]?.[1], signatures })
}
