/**
 * Trusted keys, made ready for use. A key is its material: registered under two names it is one key, which counts in
 * either's period and for neither once one of them is revoked. RFC 7517; RFC 7638 (thumbprints); STANDARD "Evidence",
 * trust.
 */
// @ts-nocheck

import { createHash } from 'node:crypto'
import { type CryptoKey, calculateJwkThumbprint, importJWK, type JWK } from 'jose'
import type { Json, KeyFile } from './model.ts'
import { MOST_KEYS } from './parse/keys.ts'

export interface TrustedKey {
  /** What the key is called in verdicts: its `kid`, else the name of the file it came from. */
  name: string
  kid: string | null
  jwk: { [member: string]: Json }
  /** From this time on, ms since 1970; absent or null: always. */
  validFrom?: number | null
  /** Before this time; absent or null: for ever. */
  validUntil?: number | null
  /** From this time on it counts no more, whatever else is said of it; absent or null: not revoked. */
  revokedAt?: number | null
}

/** Keys made ready for use, and the hash under which verdicts reached with them are kept. */
export interface KeySet {
  keys: readonly ReadyKey[]
  hash: string
}

export interface ReadyKey {
  name: string
  /** All that it is called by where it is registered. */
  kids: ReadonlySet<string>
  /** By algorithm: an RSA key without `alg` may be used with several. */
  byAlgorithm: ReadonlyMap<string, CryptoKey | Uint8Array>
  /** When it is in force, ms since 1970: from, and before until. */
  periods: readonly { from: number; until: number }[]
  revokedAt: number | null
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
  file.keys.map(({ nbf, exp, revoked, ...jwk }) => {
    const kid = typeof jwk.kid === 'string' ? jwk.kid : null
    const name = kid ?? path.slice(path.lastIndexOf('/') + 1)
    const revokedAt = msOf(Object(revoked).revoked_at)
    return { name, kid, jwk, validFrom: msOf(nbf), validUntil: msOf(exp), revokedAt }
  })

/** NumericDate (RFC 7519, section 2) to ms since 1970. */
const msOf = (seconds: Json | undefined): number | null => (typeof seconds === 'number' ? seconds * 1000 : null)

/** Keys that can't be imported (an unknown curve) are left out: they verify nothing. So are those beyond `MOST_KEYS`. */
export async function readyKeys(trusted: readonly TrustedKey[]): Promise<KeySet> {
  const keys = new Map<string, ReadyKey>()
  for (const [material, registrations] of await byMaterial(trusted)) {
    if (keys.size === MOST_KEYS) break
    const key = await ready(registrations)
    if (key) keys.set(material, key)
  }
  return { keys: [...keys.values()], hash: hashOf(trusted) }
}

/** By thumbprint, over what the key is and not what it is called. */
async function byMaterial(trusted: readonly TrustedKey[]): Promise<Map<string, TrustedKey[]>> {
  const found = new Map<string, TrustedKey[]>()
  for (const key of trusted) {
    const material = await calculateJwkThumbprint(key.jwk as JWK).catch(() => null)
    if (material === null) continue
    const known = found.get(material)
    if (known) known.push(key)
    else found.set(material, [key])
  }
  return found
}

async function ready(registrations: readonly TrustedKey[]): Promise<ReadyKey | null> {
  const byAlgorithm = new Map<string, CryptoKey | Uint8Array>()
  for (const { jwk } of registrations) {
    for (const algorithm of algorithmsOf(jwk)) {
      if (byAlgorithm.has(algorithm)) continue
      try {
        byAlgorithm.set(algorithm, await importJWK({ ...jwk, key_ops: undefined } as JWK, algorithm))
      } catch {}
    }
  }
  const [first] = registrations
  if (!first || byAlgorithm.size === 0) return null
  const revoked = registrations.flatMap(({ revokedAt }) => revokedAt ?? [])
  return {
    name: first.name,
    kids: new Set(registrations.flatMap(({ kid }) => kid ?? [])),
    byAlgorithm,
    periods: registrations.map(({ validFrom, validUntil }) => ({
      from: validFrom ?? Number.NEGATIVE_INFINITY,
      until: validUntil ?? Number.POSITIVE_INFINITY,
    })),
    revokedAt: revoked.length > 0 ? Math.min(...revoked) : null,
  }
}

function algorithmsOf(jwk: TrustedKey['jwk']): string[] {
  const possible = jwk.kty === 'RSA' ? RSA : [CURVES.get(jwk.crv) ?? []].flat()
  return typeof jwk.alg === 'string' ? possible.filter((name) => name === jwk.alg) : possible
}

/** Of all that verdicts rest on: names, material, and when each counts. */
function hashOf(trusted: readonly TrustedKey[]): string {
  const material = trusted.map(({ name, kid, jwk, validFrom, validUntil, revokedAt }) =>
    JSON.stringify([name, kid, Object.entries(jwk).sort(), validFrom ?? null, validUntil ?? null, revokedAt ?? null]),
  )
  return createHash('sha256').update(material.sort().join('\n')).digest('hex').slice(0, 32)
}
