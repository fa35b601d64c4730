import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto'
import { CompactSign } from 'jose'
import { checkpointSigner, checkpointsIn, readCheckpoint } from '../../src/audit/checkpoint.ts'
import { publicKeysIn, signingKey } from '../../src/audit/keys.ts'

interface Pair {
  privateKey: string
  publicKey: string
}

const pems = ({ privateKey, publicKey }: KeyPairKeyObjectResult): Pair => ({
  privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
})
const ec = (namedCurve: string) => pems(generateKeyPairSync('ec', { namedCurve }))
const ed25519 = pems(generateKeyPairSync('ed25519'))
const rsa = pems(generateKeyPairSync('rsa', { modulusLength: 2048 }))

const STATED = { position: 12, hash: 'a'.repeat(64), at: '2026-02-02T12:00:00.000Z' }

describe('a checkpoint', () => {
  it.each([
    ['Ed25519', ed25519, 'EdDSA'],
    ['P-256', ec('P-256'), 'ES256'],
    ['P-384', ec('P-384'), 'ES384'],
    ['P-521', ec('P-521'), 'ES512'],
  ] as const)('of %s is read with the public key, as the server gives it or as PEM', async (_, pair, alg) => {
    const signer = checkpointSigner(pair.privateKey)
    const jws = await signer.sign(STATED)
    const jwk = await signer.publicKey()
    expect(jwk).toMatchObject({ alg, use: 'sig', kid: expect.any(String) })
    expect(JSON.stringify(jwk)).not.toContain('"d"')
    for (const text of [JSON.stringify(jwk), JSON.stringify({ keys: [jwk] }), pair.publicKey]) {
      expect(await readCheckpoint(jws, publicKeysIn(text))).toEqual(STATED)
    }
  })

  it('is none that another key has signed, or that was changed, or that is something else', async () => {
    const keys = publicKeysIn(ed25519.publicKey)
    const jws = await checkpointSigner(ed25519.privateKey).sign(STATED)
    const [head, payload, signature] = jws.split('.') as [string, string, string]
    const other = Buffer.from(JSON.stringify({ ...STATED, position: 13, iss: 'rosie-guard' })).toString('base64url')
    expect(await readCheckpoint(`${head}.${other}.${signature}`, keys)).toBeNull()
    expect(await readCheckpoint(jws, publicKeysIn(ec('P-256').publicKey))).toBeNull()
    const none = Buffer.from('{"alg":"none","typ":"rosie-audit-checkpoint"}').toString('base64url')
    expect(await readCheckpoint(`${none}.${payload}.`, keys)).toBeNull()
    const report = new CompactSign(Buffer.from(JSON.stringify({ ...STATED, iss: 'rosie-guard' })))
    report.setProtectedHeader({ alg: 'EdDSA', typ: 'report' })
    const key = signingKey(ed25519.privateKey)
    expect(key && (await readCheckpoint(await report.sign(key), keys))).toBeNull()
  })

  it('is found in whatever text holds it', async () => {
    const signer = checkpointSigner(ed25519.privateKey)
    const [one, other] = [await signer.sign(STATED), await signer.sign({ ...STATED, position: 13 })]
    expect(checkpointsIn(`${one}\n${other}\n${one}\n`)).toEqual([one, other])
    expect(checkpointsIn(JSON.stringify({ items: [{ jws: one }] }))).toEqual([one])
    expect(checkpointsIn(`<sub>Audit checkpoint: position 12, sha256 \`${STATED.hash}\`, \`${one}\`</sub>`)).toEqual([
      one,
    ])
    expect(checkpointsIn(`The newest is ${one}. Before: ${other}.`)).toEqual([one, other])
    expect(checkpointsIn(`${one}.\n`)).toEqual([one])
    expect(checkpointsIn('none')).toEqual([])
  })

  it('is not looked for in what has more parts, such as what is encrypted', async () => {
    const jws = await checkpointSigner(ed25519.privateKey).sign(STATED)
    expect(checkpointsIn(`${jws}.abc.def`)).toEqual([])
    expect(checkpointsIn(`${jws}.abc.`)).toEqual([])
  })
})

it.each([
  ['an RSA key', rsa.publicKey],
  ['a curve that JWS does not name so', ec('secp256k1').publicKey],
  ['a private key', ed25519.privateKey],
  ['no key', 'none'],
  ['another JSON', '{"keys":[{"kty":"oct","k":"AA"}]}'],
])('%s verifies no checkpoint', (_, text) => {
  expect(() => publicKeysIn(text)).toThrow('It must hold public keys of EC (P-256, P-384, P-521) or Ed25519')
})

it('signs with EC and Ed25519 only', () => {
  expect(signingKey(rsa.privateKey)).toBeNull()
  expect(signingKey(ed25519.publicKey)).toBeNull()
  expect(() => checkpointSigner('none')).toThrow()
})
