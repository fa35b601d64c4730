/** The keys of checkpoints: one of the server to sign with, and those that whoever verifies was given. */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'

const CURVES: Record<string, string> = { prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' }

/** As JWS names it (RFC 7518, RFC 8037); null: checkpoints are not signed with such keys. */
export function algorithmOf(key: KeyObject): string | null {
  if (key.asymmetricKeyType === 'ed25519') return 'EdDSA'
  if (key.asymmetricKeyType !== 'ec') return null
  return CURVES[key.asymmetricKeyDetails?.namedCurve ?? ''] ?? null
}

/** A private key that can sign checkpoints; null: it is none. */
export function signingKey(pem: string): KeyObject | null {
  try {
    const key = createPrivateKey(pem)
    return algorithmOf(key) === null ? null : key
  } catch {
    return null
  }
}

/** The public keys in a JWK, a JWKS or PEM. Throws an error that says what can be read. */
export function publicKeysIn(text: string): KeyObject[] {
  try {
    const keys = text.trimStart().startsWith('{') ? jwksIn(text) : pemsIn(text)
    if (keys.length > 0 && keys.every((key) => algorithmOf(key) !== null)) return keys
  } catch {}
  throw new Error('It must hold public keys of EC (P-256, P-384, P-521) or Ed25519, as JWK, JWKS or PEM.')
}

function jwksIn(text: string): KeyObject[] {
  const json = JSON.parse(text) as { keys?: object[] }
  return (json.keys ?? [json]).map((jwk) => createPublicKey({ key: jwk as Record<string, unknown>, format: 'jwk' }))
}

const pemsIn = (text: string): KeyObject[] =>
  (text.match(/-----BEGIN PUBLIC KEY-----[\s\S]+?-----END PUBLIC KEY-----/g) ?? []).map((pem) => createPublicKey(pem))
