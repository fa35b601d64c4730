import { generateKeyPairSync } from 'node:crypto'
import { readKeys } from '../../src/rosie/parse/keys.ts'
import { keysOf, readyKeys, type TrustedKey } from '../../src/rosie/verify.ts'

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

  it('says when a key counts, in seconds since 1970, as historical keys do', () => {
    const times = { nbf: 1_700_000_000, exp: 1_800_000_000.5, revoked: { revoked_at: 1_750_000_000, reason: 'lost' } }
    const { keys, problems } = readKeys(JSON.stringify({ keys: [{ ...publicJwk, kid: 'a', ...times }] }))
    expect(problems).toEqual([])
    expect(keys).toEqual([
      { ...publicJwk, kid: 'a', nbf: 1_700_000_000, exp: 1_800_000_000.5, revoked: { revoked_at: 1_750_000_000 } },
    ])
    expect(keysOf('keys.jwks.json', { kind: 'key', keys, problems })).toEqual([
      {
        name: 'a',
        kid: 'a',
        jwk: { ...publicJwk, kid: 'a' },
        validFrom: 1_700_000_000_000,
        validUntil: 1_800_000_000_500,
        revokedAt: 1_750_000_000_000,
      },
    ])
    expect(readKeys(JSON.stringify({ ...publicJwk, revoked: null })).keys).toEqual([publicJwk])
  })

  it.each([
    ['nbf', { nbf: '2026-01-01' }],
    ['nbf', { nbf: -1 }],
    ['exp', { exp: null }],
    ['exp', { exp: 1e13 }],
    ['revoked.revoked_at', { revoked: true }],
    ['revoked.revoked_at', { revoked: {} }],
    ['revoked.revoked_at', { revoked: [1] }],
    ['revoked.revoked_at', { revoked: { revoked_at: 'yesterday' } }],
  ])('is refused when `%s` is no time: it may be the one after which the key must not count (%j)', (name, times) => {
    expect(refusal(JSON.stringify({ keys: [publicJwk, { ...publicJwk, ...times }] }))).toContain(`\`${name}\``)
  })

  it('holds 200 keys at most', () => {
    const keys = (number: number) => Array.from({ length: number }, () => publicJwk)
    expect(readKeys(JSON.stringify({ keys: keys(200) })).keys).toHaveLength(200)
    expect(refusal(JSON.stringify({ keys: keys(201) }))).toContain('201 keys')
    expect(refusal(publicPem.repeat(201))).toContain('201 keys')
  })

  it('is refused when it holds any part of a private RSA key', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })
    for (const member of ['p', 'q', 'dp', 'dq', 'qi'] as const)
      expect(refusal(JSON.stringify({ kty: 'RSA', n: rsa.n, e: rsa.e, [member]: rsa[member] }))).toContain('private')
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

  it('has a hash that depends on when each key counts', async () => {
    const [key] = keysOf('a.pem', readKeys(publicPem))
    const hash = async (times: Partial<TrustedKey>) => (await readyKeys(key ? [{ ...key, ...times }] : [])).hash
    const hashes = await Promise.all(
      [{}, { validFrom: 1 }, { validUntil: 1 }, { revokedAt: 1 }, { revokedAt: 2 }].map(hash),
    )
    expect(new Set(hashes).size).toBe(5)
    expect(await hash({ validFrom: null, validUntil: null, revokedAt: null })).toBe(hashes[0])
  })

  it('has each key once, under the name that comes first, and all that it is called by', async () => {
    const [key] = keysOf('a.pem', readKeys(publicPem))
    const [other] = keysOf('b.jwks.json', readKeys(JSON.stringify({ ...publicJwk, kid: 'team', alg: 'ES256' })))
    if (!key || !other) throw new Error('there are two')
    const { keys } = await readyKeys([key, other])
    expect(keys).toMatchObject([{ name: 'a.pem', kids: new Set(['team']), revokedAt: null }])
  })

  it('has 200 keys at most, the first ones', async () => {
    const made = Array.from({ length: 201 }, (_, at) => {
      const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
      return { name: `${at}`, kid: null, jwk: jwk as TrustedKey['jwk'] }
    })
    const { keys } = await readyKeys(made)
    expect(keys.map(({ name }) => name)).toEqual(made.slice(0, 200).map(({ name }) => name))
  })

  it('leaves out what is no key', async () => {
    expect((await readyKeys([{ name: 'x', kid: null, jwk: {} }])).keys).toEqual([])
  })
})
