// @ts-nocheck
import { generateKeyPairSync } from 'node:crypto'
import { readKeys } from '../../src/rosie/parse/keys.ts'
import { keysOf, readyKeys } from '../../src/rosie/verify.ts'

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const publicPem = pair.publicKey.export({ format: 'pem', type: 'spki' }).toString()
const publicJwk = pair.publicKey.export({ format: 'jwk' })
const privatePem = pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
const encryptedPem = pair.privateKey
  .export({ format: 'pem', type: 'sec1', cipher: 'aes-128-cbc', passphrase: 'secret' })
  .toString()

const refusal = (text: string) => {
  const { keys, problems } = readKeys(text)
  expect(keys).toEqual([])
  expect(problems).toMatchObject([{ cause: 'key', line: 1 }])
  return problems[0]?.message
}

describe('A key file', () => {
  it('is a PEM with one or more public keys', () => {
    const { keys, problems } = readKeys(`The team's key:\n${publicPem}${publicPem}`)
    expect(problems).toEqual([])
    expect(keys).toEqual([publicJwk, publicJwk])
  })

  it('is a JWK set or a single JWK, with CRLF and a byte order mark too', () => {
    const jwk = { ...publicJwk, kid: 'team', alg: 'ES256', use: 'sig' }
    expect(readKeys(JSON.stringify({ keys: [jwk] })).keys).toEqual([jwk])
    expect(readKeys(JSON.stringify(jwk)).keys).toEqual([jwk])
    expect(readKeys(`\uFEFF${JSON.stringify(jwk, null, 2).replaceAll('\n', '\r\n')}`).keys).toEqual([jwk])
    expect(readKeys(`\uFEFF${publicPem.replaceAll('\n', '\r\n')}`).keys).toEqual([publicJwk])
  })

  it('keeps public members only', () => {
    expect(
      readKeys(JSON.stringify({ ...publicJwk, kid: 'a', key_ops: ['verify'], x5c: ['x'], __proto__: 1 })).keys,
    ).toEqual([{ ...publicJwk, kid: 'a' }])
  })

  it('is refused whole when it holds a private key, whatever its form, and never keeps it', () => {
    expect(refusal(privatePem)).toContain('private')
    expect(refusal(publicPem + privatePem)).toContain('private')
    expect(refusal(publicPem + encryptedPem)).toContain('private')
    expect(refusal(JSON.stringify(pair.privateKey.export({ format: 'jwk' })))).toContain('private')
    expect(refusal(JSON.stringify({ keys: [publicJwk, pair.privateKey.export({ format: 'jwk' })] }))).toContain(
      'private',
    )
  })

  it('is refused when it holds a symmetric key', () => {
    expect(refusal(JSON.stringify({ kty: 'oct', k: 'c2VjcmV0' }))).toContain('symmetric')
    refusal(JSON.stringify({ kty: 'oct' }))
  })

  it.each([
    ['nothing', ''],
    ['prose', 'the key is in the safe'],
    ['an empty set', '{"keys": []}'],
    ['broken JSON', '{"keys": ['],
    ['a null among the keys', '{"keys": [null]}'],
    ['numbers as keys', '{"keys": [1, 2]}'],
    ['a PEM of something else', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----'],
    ['a point that is not on its curve', JSON.stringify({ ...publicJwk, x: publicJwk.y })],
    ['an unknown curve', JSON.stringify({ ...publicJwk, crv: 'constructor' })],
  ])('is refused when it holds %s', (_, text) => {
    refusal(text)
  })
})

describe('A set of keys', () => {
  it('names each key after its kid, else after its file', () => {
    const file = readKeys(JSON.stringify({ keys: [publicJwk, { ...publicJwk, kid: 'team' }] }))
    expect(keysOf('.gxp/keys/qa.jwks.json', file)).toMatchObject([
      { name: 'qa.jwks.json', kid: null },
      { name: 'team', kid: 'team' },
    ])
  })

  it('has a hash that depends on the keys and not on their order', async () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
    const a = keysOf('a.pem', readKeys(publicPem))
    const b = keysOf('b.jwks.json', readKeys(JSON.stringify(other)))
    const hash = async (...keys: typeof a) => (await readyKeys(keys)).hash
    expect(await hash(...a, ...b)).toBe(await hash(...b, ...a))
    expect(await hash(...a)).not.toBe(await hash(...b))
    expect(await hash(...a)).not.toBe(await hash(...a, ...b))
  })
})
