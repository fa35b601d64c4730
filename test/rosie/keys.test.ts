import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { keptKey, readKeys } from '../../src/rosie/parse/keys.ts'
import { keysOf, readyKeys, type TrustedKey } from '../../src/rosie/verify.ts'
import { lines } from '../support/record.ts'

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
    expect(readKeys(`\r\n  ${JSON.stringify(jwk)}\n`).keys).toEqual([jwk])
  })

  it('keeps public members only', () => {
    expect(
      readKeys(JSON.stringify({ ...publicJwk, kid: 'a', key_ops: ['verify'], x5c: ['x'], __proto__: 1 })).keys,
    ).toEqual([{ ...publicJwk, kid: 'a' }])
    expect(readKeys(JSON.stringify({ ...publicJwk, kid: 5, use: null })).keys).toEqual([
      { ...publicJwk, refused: expect.stringMatching(/^says `use`: `null`/) },
    ])
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

  it('holds 200 keys at most', () => {
    const keys = (number: number) => Array.from({ length: number }, () => publicJwk)
    expect(readKeys(JSON.stringify({ keys: keys(200) })).keys).toHaveLength(200)
    expect(refusal(JSON.stringify({ keys: keys(201) }))).toContain('201 keys')
    expect(refusal(publicPem.repeat(201))).toContain('201 keys')
  })

  it('has 100 members at most, and so has each of its keys', () => {
    const more = (number: number) => Object.fromEntries(Array.from({ length: number }, (_, at) => [`m${at}`, at]))
    const members = Object.keys(publicJwk).length
    const key = (number: number) => JSON.stringify({ keys: [{ ...publicJwk, ...more(number - members) }] })
    const set = (number: number) => JSON.stringify({ keys: [publicJwk], ...more(number - 1) })
    for (const text of [key(100), set(100)]) expect(readKeys(text)).toMatchObject({ problems: [], keys: [publicJwk] })
    expect(refusal(key(101))).toContain('one of its keys has more than 100 members')
    expect(refusal(set(101))).toContain('it has more than 100 members')
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

  it('is refused when one of its keys is no key at all', () => {
    for (const none of ['null', '1', '"x"', '[]'])
      expect(refusal(`{"keys": [${none}]}`)).toBe(
        'No public key can be read from this file: one of its keys is no JSON object.',
      )
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

describe('A key that says what keeps it from being used is refused, and told at that line', () => {
  const written = (jwk: object) => JSON.stringify({ keys: [jwk] }, null, 1)
  /** What is said of one key, with the lines; the other members of the key stand on lines 4 to 7. */
  const told = (members: object) => {
    const { keys, problems } = readKeys(written({ ...publicJwk, ...members }))
    expect(keys).toHaveLength(1)
    expect(keys[0]?.refused).toEqual(problems.length > 0 ? expect.any(String) : undefined)
    return problems.map(({ cause, line, message }) => `${cause} ${line}: ${message}`)
  }
  const END = '. As it stands, no evidence is verified with it.'
  const SECONDS = 'write seconds since 1970-01-01, as in `1767225600` for 2026-01-01'
  const REVOKED = 'write `"revoked": {"revoked_at": 1767225600}` in the key, in seconds since 1970-01-01'

  it.each([
    [{ alg: 'RS256' }, 'says `alg`: `RS256`, but a key on P-256 signs with ES256: write that, or leave it out'],
    [{ alg: 'HS256' }, 'says `alg`: `HS256`, but a key on P-256 signs with ES256: write that, or leave it out'],
    [{ alg: 256 }, 'says `alg`: `256`, but a key on P-256 signs with ES256: write that, or leave it out'],
    [{ use: 'enc' }, 'says `use`: `enc`, so it is not for signatures: write `sig`, or leave it out'],
    [
      { key_ops: ['sign'] },
      'says `key_ops`: `["sign"]`, so it is not for verifying: write `["verify"]`, or leave it out',
    ],
    [
      { key_ops: 'verify' },
      'says `key_ops`: `verify`, so it is not for verifying: write `["verify"]`, or leave it out',
    ],
    [{ nbf: '2026-01-01' }, `says \`nbf\`: \`2026-01-01\`: ${SECONDS}`],
    [{ nbf: -1 }, `says \`nbf\`: \`-1\`: ${SECONDS}`],
    [{ exp: false }, `says \`exp\`: \`false\`: ${SECONDS}`],
    [{ exp: 253_402_300_800 }, `says \`exp\`: \`253402300800\`: ${SECONDS}`],
    [{ revoked: true }, `has no \`revoked.revoked_at\` that is a time: ${SECONDS}`],
    [{ revoked: {} }, `has no \`revoked.revoked_at\` that is a time: ${SECONDS}`],
    [{ revoked: [1] }, `has no \`revoked.revoked_at\` that is a time: ${SECONDS}`],
    [{ revoked: { revoked_at: 'yesterday' } }, `says \`revoked.revoked_at\`: \`yesterday\`: ${SECONDS}`],
    [{ revoked: { revoked_at: 1_767_225_600_000 } }, `says \`revoked.revoked_at\`: \`1767225600000\`: ${SECONDS}`],
    [{ revoked_at: 1_767_225_600 }, `says \`revoked_at\`, which is not read: ${REVOKED}`],
    [{ Revoked: { revoked_at: 1 } }, `says \`Revoked\`, which is not read: ${REVOKED}`],
    [{ revokd: 1 }, `says \`revokd\`, which is not read: ${REVOKED}`],
    ...[
      'revocation',
      'revocation_date',
      'revocationReason',
      'revoke',
      'revokeTime',
      'isRevoked',
      'revocationAt',
      'revoke_on',
      'revocation_by',
      'revocation_since',
      'revokedKey',
    ].map((name): [object, string] => [{ [name]: 1 }, `says \`${name}\`, which is not read: ${REVOKED}`]),
    ...['revocked_at', 'revoced', 'rvoked', 'rev0ked', 'revokedd'].map((name): [object, string] => [
      { [name]: 1 },
      `says \`${name}\`, which is not read: ${REVOKED}`,
    ]),
    [{ status: 'Revoked' }, `says \`status\`, which is not read: ${REVOKED}`],
    [{ state: 'revoked' }, `says \`state\`, which is not read: ${REVOKED}`],
    ...['EXP', 'expires', 'expires_at', 'expiry', 'expirationTime', 'notAfter', 'valid_until', 'validTo'].map(
      (name): [object, string] => [
        { [name]: 1_767_225_600 },
        `says \`${name}\`, which is not read: write \`"exp": 1767225600\`, in seconds since 1970-01-01`,
      ],
    ),
    ...['NBF', 'not_before', 'validFrom'].map((name): [object, string] => [
      { [name]: 1_767_225_600 },
      `says \`${name}\`, which is not read: write \`"nbf": 1767225600\`, in seconds since 1970-01-01`,
    ]),
  ])('%j', (members, fault) => {
    expect(told(members)).toEqual([`key 8: This key ${fault}${END}`])
  })

  it.each([
    { alg: 'ES256' },
    { use: 'sig' },
    { key_ops: ['verify'] },
    { key_ops: ['sign', 'verify'] },
    { nbf: 0, exp: 253_402_300_799 },
    { revoked: null },
    { revoked: false },
    { nbf: null, exp: null },
    { expires: null, notBefore: null, revoked_at: null, isRevoked: false, revocation: null },
    { removed: 1, revised: '2026-01-01', invoked: 1, provoked: 1, reworked: 1 },
    { revocable: true, irrevocable: true, revocation_url: 'x', revocationList: 'x', revoke_contact: 'x' },
    { revoked: { revoked_at: 1_767_225_600, reason: 'lost' } },
    { iat: 1, ext: true, x5c: ['x'], 'x5t#S256': 'x', status: 'active', state: 'in force', kid: 'revoked' },
  ])('but not %j', (members) => {
    expect(told(members)).toEqual([])
  })

  it('by its kid, else by its number, and each fault by itself', () => {
    const set = { keys: [{ ...publicJwk, kid: 'qa', alg: 'RS256', use: 'enc' }, publicJwk, { ...publicJwk, exp: '1' }] }
    const { keys, problems } = readKeys(JSON.stringify(set))
    expect(problems.map(({ message }) => message.slice(0, message.indexOf(':')))).toEqual([
      'The key `qa` says `alg`',
      'The key `qa` says `use`',
      'Key 3 of this file says `exp`',
    ])
    expect(keys.map(({ refused }) => refused !== undefined)).toEqual([true, false, true])
    expect(keys[0]?.refused).toMatch(/^says `alg`/)
  })

  it('a hundred times at most in a file, of which no key is used', () => {
    const misfit = { ...publicJwk, alg: 'RS256' }
    const { keys, problems } = readKeys(JSON.stringify({ keys: Array.from({ length: 101 }, () => misfit) }))
    expect(problems).toHaveLength(100)
    expect(keys.every(({ refused }) => refused !== undefined)).toBe(true)
  })

  it('keeps what can be read of when it counts', () => {
    const { keys } = readKeys(JSON.stringify({ ...publicJwk, nbf: 5, exp: 'soon' }))
    expect(keys).toEqual([{ ...publicJwk, nbf: 5, refused: expect.any(String) }])
  })

  it('and so are all of a set that is revoked as a whole', () => {
    const text = lines(
      '{',
      ' "revoked_at": 1767225600,',
      ` "keys": [${JSON.stringify(publicJwk)},`,
      JSON.stringify(publicJwk),
      ']}',
    )
    const { keys, problems } = readKeys(text)
    expect(keys.map(({ refused }) => refused)).toEqual(
      [1, 2].map(() => `says \`revoked_at\`, which is not read: ${REVOKED}`),
    )
    expect(problems).toEqual([
      { cause: 'key', line: 2, message: `This set of keys says \`revoked_at\`, which is not read: ${REVOKED}${END}` },
    ])
    const others = { exp: 1, iat: 1, revocation_url: 'x', revoked: false, revoked_at: null }
    expect(readKeys(JSON.stringify({ ...others, keys: [publicJwk] })).problems).toEqual([])
  })

  const pemOf = (key: KeyObject) => key.export({ format: 'pem', type: 'spki' }).toString()

  it('by what it is: a curve that is not allowed', () => {
    const pem = pemOf(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey)
    expect(readKeys(`The key:\n\n${pem}`).problems).toEqual([
      {
        cause: 'key',
        line: 3,
        message: `This key is on the curve \`secp256k1\`: take a key on P-256, P-384, P-521, Ed25519, or an RSA key${END}`,
      },
    ])
    const jwk = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey.export({ format: 'jwk' })
    expect(readKeys(JSON.stringify({ ...jwk, alg: 'ES256K' })).problems).toMatchObject([
      { message: expect.stringContaining('is on the curve') },
    ])
  })

  it('by what it is: an RSA key that is too short', () => {
    const ofBits = (modulusLength: number) => readKeys(pemOf(generateKeyPairSync('rsa', { modulusLength }).publicKey))
    expect(ofBits(2048).problems).toEqual([])
    expect(ofBits(2040).problems).toMatchObject([
      { line: 1, message: `This key is an RSA key of 2040 bits: take one of 2048 or more${END}` },
    ])
  })

  it('an RSA key by the algorithms that it can sign with', () => {
    const jwk = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' })
    const messages = (alg: string) => readKeys(JSON.stringify({ ...jwk, alg })).problems.map(({ message }) => message)
    expect(messages('PS512')).toEqual([])
    expect(messages('RSA-OAEP')).toEqual([
      `This key says \`alg\`: \`RSA-OAEP\`, but an RSA key signs with RS256, RS384, RS512, PS256, PS384, PS512: write one of these, or leave it out${END}`,
    ])
  })

  it('a file in which a member stands twice is refused whole: one of the two may revoke it', () => {
    const twice = `{"keys": [\n{"revoked": {"revoked_at": 1},\n"revoked": null}]}`
    expect(readKeys(twice)).toEqual({
      kind: 'key',
      keys: [],
      problems: [
        { cause: 'key', line: 3, message: 'No public key can be read from this file: it has a key twice: "revoked".' },
      ],
    })
  })
})

describe('A key that somebody registers', () => {
  const rsa = (...bytes: number[]) => ({ kty: 'RSA', e: 'AQAB', n: Buffer.from(bytes).toString('base64url') })
  const bits = (number: number) => `is an RSA key of ${number} bits: take one of 2048 or more`

  it('is kept as it is read from a file: its public members, and when it counts', () => {
    const given = { ...publicJwk, kid: 'team', d: 'secret', x5c: ['x'], nbf: 5, exp: 6 }
    expect(keptKey(given as Parameters<typeof keptKey>[0])).toEqual({ ...publicJwk, kid: 'team', nbf: 5, exp: 6 })
    expect(keptKey(given as Parameters<typeof keptKey>[0])).not.toHaveProperty('refused')
  })

  it('is kept with the first of what keeps it from being used', () => {
    expect(keptKey({ kty: 'EC', crv: 'P-256', alg: 'RS256', use: 'enc' })).toEqual({
      ...{ kty: 'EC', crv: 'P-256', alg: 'RS256', use: 'enc' },
      refused: 'says `alg`: `RS256`, but a key on P-256 signs with ES256: write that, or leave it out',
    })
  })

  it.each([
    ['2041, zeros before it aside', rsa(0, 0, 1, ...Array<number>(255).fill(0xff)), bits(2041)],
    ['2047', rsa(0x40, ...Array<number>(255).fill(0)), bits(2047)],
    ['2048', rsa(0x80, ...Array<number>(255).fill(0)), undefined],
    ['none, however many zeros', rsa(...Array<number>(300).fill(0)), bits(0)],
    ['none at all', { kty: 'RSA' }, bits(0)],
  ])('has the bits of its modulus: %s', (_, jwk, refused) => {
    expect(keptKey(jwk).refused).toBe(refused)
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

  it('keeps a key apart that is refused where it is registered once, by the name that it has there', async () => {
    const [key] = keysOf('a.pem', readKeys(publicPem))
    const [against] = keysOf('b.jwks.json', readKeys(JSON.stringify({ ...publicJwk, kid: 'b', use: 'enc' })))
    if (!key || !against) throw new Error('there are two')
    for (const order of [
      [key, against],
      [against, key],
    ]) {
      const { keys, refused } = await readyKeys(order)
      expect(keys).toEqual([])
      expect(refused).toMatchObject([{ name: 'b', kids: new Set(['b']), why: expect.stringMatching(/^says `use`/) }])
    }
  })

  it('counts those that are refused among the 200', async () => {
    const made = Array.from({ length: 201 }, (_, at) => {
      const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
      return { name: `${at}`, kid: null, jwk: jwk as TrustedKey['jwk'], ...(at % 2 === 0 && { refused: 'is old' }) }
    })
    const { keys, refused } = await readyKeys(made)
    expect([keys.length, refused.length]).toEqual([100, 100])
  })

  it('has a hash that depends on what is refused', async () => {
    const [key] = keysOf('a.pem', readKeys(publicPem))
    const hash = async (refused: object) => (await readyKeys(key ? [{ ...key, ...refused }] : [])).hash
    expect(await hash({ refused: 'is old' })).not.toBe(await hash({}))
  })
})
