/**
 * Verifying evidence. A `kid` selects among trusted keys, it never makes one; the algorithm is the key's own, and the
 * header's must be the same. RFC 7515; RFC 8725, section 3.1; STANDARD "Evidence", trust.
 */
import { createHash } from 'node:crypto'
import { type CryptoKey, compactVerify, generalVerify, importJWK, type JWK } from 'jose'
import type { Evidence, Json, KeyFile, Verdict } from './model.ts'

export interface TrustedKey {
  /** What the key is called in verdicts: its `kid`, else the name of the file it came from. */
  name: string
  kid: string | null
  jwk: { [member: string]: Json }
}

/** Keys made ready for use, and the hash under which verdicts reached with them are kept. */
export interface KeySet {
  keys: readonly ReadyKey[]
  hash: string
}

interface ReadyKey {
  name: string
  kid: string | null
  /** By algorithm: an RSA key without `alg` may be used with several. */
  byAlgorithm: ReadonlyMap<string, CryptoKey | Uint8Array>
}

const CURVES: ReadonlyMap<unknown, string> = new Map([
  ['P-256', 'ES256'],
  ['P-384', 'ES384'],
  ['P-521', 'ES512'],
  ['Ed25519', 'EdDSA'],
])
const RSA = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']
/** Asymmetric signatures of RFC 7518 and RFC 8037; `none` and every HMAC are outside. */
export const ALLOWED_ALGORITHMS: readonly string[] = [...CURVES.values(), ...RSA]

/** The keys of a key file, named after their `kid` or the file. */
export const keysOf = (path: string, file: KeyFile): TrustedKey[] =>
  file.keys.map((jwk) => {
    const kid = typeof jwk.kid === 'string' ? jwk.kid : null
    return { name: kid ?? path.slice(path.lastIndexOf('/') + 1), kid, jwk }
  })

/** Keys that can't be imported (an unknown curve) are left out: they verify nothing. */
export async function readyKeys(trusted: readonly TrustedKey[]): Promise<KeySet> {
  const keys: ReadyKey[] = []
  for (const { name, kid, jwk } of trusted) {
    const byAlgorithm = new Map<string, CryptoKey | Uint8Array>()
    for (const algorithm of algorithmsOf(jwk)) {
      try {
        byAlgorithm.set(algorithm, await importJWK({ ...jwk, key_ops: undefined } as JWK, algorithm))
      } catch {}
    }
    if (byAlgorithm.size > 0) keys.push({ name, kid, byAlgorithm })
  }
  const material = trusted.map(({ name, kid, jwk }) => JSON.stringify([name, kid, Object.entries(jwk).sort()])).sort()
  return { keys, hash: createHash('sha256').update(material.join('\n')).digest('hex').slice(0, 32) }
}

function algorithmsOf(jwk: TrustedKey['jwk']): string[] {
  const possible = jwk.kty === 'RSA' ? RSA : [CURVES.get(jwk.crv) ?? []].flat()
  return typeof jwk.alg === 'string' ? possible.filter((name) => name === jwk.alg) : possible
}

/** The verdict on one evidence. Never throws. */
export async function verify(evidence: Evidence, { keys }: KeySet): Promise<Verdict> {
  const problem = evidence.problems[0]
  if (problem) return { result: 'invalid', because: 'malformed', detail: problem.message }
  const forbidden = evidence.headers.find(({ alg }) => !ALLOWED_ALGORITHMS.includes(alg ?? ''))
  if (forbidden) {
    const said = forbidden.alg === null ? 'names no algorithm' : `uses the algorithm \`${forbidden.alg}\``
    const detail = `The signature ${said}, which is not allowed. Sign with ES256 or another of ${ALLOWED_ALGORITHMS.join(', ')}.`
    return { result: 'invalid', because: 'algorithm', detail }
  }
  if (keys.length === 0) return { result: 'untrusted' }
  for (const key of candidates(evidence, keys))
    if (await verifies(evidence, key)) return { result: 'valid', keys: [key.name] }
  const kids = [...new Set(evidence.headers.flatMap(({ kid }) => kid ?? []))]
  const named = kids.length > 0 ? ` The signature names the key \`${kids.join('`, `')}\`.` : ''
  return {
    result: 'invalid',
    because: 'signature',
    detail: `No trusted key verifies this signature: it was changed after signing, or signed with another key.${named}`,
  }
}

/** The keys a `kid` selects first, then the others: a PEM file has no `kid`. */
function candidates({ headers }: Evidence, keys: readonly ReadyKey[]): ReadyKey[] {
  const selected = (key: ReadyKey) => key.kid !== null && headers.some(({ kid }) => kid === key.kid)
  return [...keys.filter(selected), ...keys.filter((key) => !selected(key))]
}

async function verifies({ jws, headers }: Evidence, { byAlgorithm }: ReadyKey): Promise<boolean> {
  for (const algorithm of new Set(headers.map(({ alg }) => alg ?? ''))) {
    const key = byAlgorithm.get(algorithm)
    if (!key) continue
    try {
      const options = { algorithms: [algorithm] }
      await (jws.startsWith('{') ? generalVerify(JSON.parse(jws), key, options) : compactVerify(jws, key, options))
      return true
    } catch {}
  }
  return false
}
