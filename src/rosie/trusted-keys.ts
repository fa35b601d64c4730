/**
 * Trusted keys, made ready for use. A key is its material: registered under two names it is one key, which counts in
 * either's period and for neither once one of them is revoked. RFC 7517; RFC 7638 (thumbprints); STANDARD "Evidence",
 * trust.
 */
import { createHash } from 'node:crypto'
import { type CryptoKey, calculateJwkThumbprint, importJWK, type JWK } from 'jose'
import type { KeyFile } from './contents.ts'
import type { Json } from './model.ts'
import { algorithmsFor } from './parse/key-use.ts'
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
  /** Why it must not be used, as the rest of a sentence that begins with the key; absent: it may. See key-use.ts. */
  refused?: string
}

/** Keys made ready for use, and the hash under which verdicts reached with them are kept. */
export interface KeySet {
  keys: readonly ReadyKey[]
  /** Keys that must not be used: they make nothing valid, and tell whose signature it is that can't be verified. */
  refused: readonly (ReadyKey & { why: string })[]
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

/** The keys of a key file, named after their `kid` or the file. */
export const keysOf = (path: string, file: KeyFile): TrustedKey[] =>
  file.keys.map((kept) => {
    const kid = typeof kept.kid === 'string' ? kept.kid : null
    return trustedKey(kid ?? path.slice(path.lastIndexOf('/') + 1), kid, kept)
  })

/** A key as it is kept (parse/keys.ts), under this name. */
export function trustedKey(name: string, kid: string | null, kept: KeyFile['keys'][number]): TrustedKey {
  const { nbf, exp, revoked, refused, ...jwk } = kept
  const times = { validFrom: msOf(nbf), validUntil: msOf(exp), revokedAt: msOf(Object(revoked).revoked_at) }
  return { name, kid, jwk, ...times, ...(typeof refused === 'string' && { refused }) }
}

/** NumericDate (RFC 7519, section 2) to ms since 1970. */
const msOf = (seconds: Json | undefined): number | null => (typeof seconds === 'number' ? seconds * 1000 : null)

/**
 * Keys that can't be imported (an unknown curve) are left out: they verify nothing. So are those beyond `MOST_KEYS`. A key
 * that is refused where it is registered once is refused: of two accounts of a key, the one that takes it back counts.
 */
export async function readyKeys(trusted: readonly TrustedKey[]): Promise<KeySet> {
  const keys: ReadyKey[] = []
  const refused: KeySet['refused'][number][] = []
  for (const registrations of await byMaterial(trusted)) {
    if (keys.length + refused.length === MOST_KEYS) break
    const key = await ready(registrations)
    const against = registrations.find((each) => each.refused !== undefined)
    if (key && against?.refused !== undefined) refused.push({ ...key, name: against.name, why: against.refused })
    else if (key) keys.push(key)
  }
  return { keys, refused, hash: hashOf(trusted) }
}

/** RFC 7638, of a JWK that can be used. */
export const thumbprintOf = (jwk: TrustedKey['jwk']): Promise<string> => calculateJwkThumbprint(jwk as JWK)

/** The registrations of each key, by its thumbprint: over what it is and not what it is called. */
async function byMaterial(trusted: readonly TrustedKey[]): Promise<Iterable<TrustedKey[]>> {
  const found = new Map<string, TrustedKey[]>()
  for (const key of trusted) {
    const material = await calculateJwkThumbprint(key.jwk as JWK).catch(() => null)
    if (material === null) continue
    const known = found.get(material)
    if (known) known.push(key)
    else found.set(material, [key])
  }
  return found.values()
}

async function ready(registrations: readonly TrustedKey[]): Promise<ReadyKey | null> {
  const byAlgorithm = new Map<string, CryptoKey | Uint8Array>()
  for (const registration of registrations) {
    for (const algorithm of algorithmsOf(registration)) {
      if (byAlgorithm.has(algorithm)) continue
      try {
        byAlgorithm.set(algorithm, await importJWK(materialOf(registration.jwk) as JWK, algorithm))
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

/** Whether it may be used as it says is decided before: what remains is what it is. */
export const materialOf = ({ kty, crv, x, y, n, e }: TrustedKey['jwk']) => ({ kty, crv, x, y, n, e })

/** The one that it says, if it fits; of a key that must not be used, all that do. */
function algorithmsOf({ jwk, refused }: TrustedKey): readonly string[] {
  const possible = algorithmsFor(jwk)
  return typeof jwk.alg === 'string' && refused === undefined ? possible.filter((name) => name === jwk.alg) : possible
}

/** Of all that verdicts rest on: names, material, and when each counts. */
function hashOf(trusted: readonly TrustedKey[]): string {
  const material = trusted.map(({ name, kid, jwk, validFrom, validUntil, revokedAt, refused }) =>
    JSON.stringify([
      ...[name, kid, Object.entries(jwk).sort()],
      ...[validFrom, validUntil, revokedAt, refused].map((each) => each ?? null),
    ]),
  )
  return createHash('sha256').update(material.sort().join('\n')).digest('hex').slice(0, 32)
}
