/**
 * Verifying evidence. A `kid` selects among trusted keys, it never makes one; the algorithm is the key's own, and the
 * header's must be the same; a key counts while it is in force, by the time the evidence was first seen, never by the
 * time it claims. RFC 7515; RFC 8725, section 3.1; STANDARD "Evidence", trust.
 */
import { compactVerify } from 'jose'
import type { Evidence } from './contents.ts'
import type { Verdict } from './model.ts'
import { ALLOWED_ALGORITHMS } from './parse/key-use.ts'
import type { KeySet, ReadyKey } from './trusted-keys.ts'

export { ALLOWED_ALGORITHMS } from './parse/key-use.ts'
export { type KeySet, keysOf, readyKeys, type TrustedKey, trustedKey } from './trusted-keys.ts'

/** `seenAt`: when the evidence was first seen, ms since 1970. Never throws. */
export async function verify(evidence: Evidence, { keys, refused }: KeySet, seenAt: number): Promise<Verdict> {
  const problem = evidence.problems[0]
  if (problem) return { result: 'invalid', because: 'malformed', detail: problem.message }
  const forbidden = evidence.headers.find(({ alg }) => !ALLOWED_ALGORITHMS.includes(alg ?? ''))
  if (forbidden) {
    const said = forbidden.alg === null ? 'names no algorithm' : `uses the algorithm \`${forbidden.alg}\``
    const detail = `The signature ${said}, which is not allowed. Sign with ES256 or another of ${ALLOWED_ALGORITHMS.join(', ')}.`
    return { result: 'invalid', because: 'algorithm', detail }
  }
  const verifying = await signersOf(evidence, keys)
  const counting = [...verifying].filter((key) => outOfForce(key, seenAt) === null)
  // In the order of the keys: which signature stands first in the file says nothing.
  if (counting.length > 0) return { result: 'valid', keys: keys.filter((key) => counting.includes(key)).map(nameOf) }
  if (verifying.size > 0) return { result: 'invalid', because: 'signature', detail: outOfForceWords(verifying, seenAt) }
  const [unusable] = await signersOf(evidence, refused)
  if (unusable) return { result: 'untrusted', by: { key: unusable.name, why: unusable.why } }
  if (keys.length === 0) return { result: 'untrusted' }
  return { result: 'invalid', because: 'signature', detail: unknownSignerWords(evidence, refused) }
}

const nameOf = ({ name }: ReadyKey) => name

/** Each key that verifies one of the signatures, once. */
async function signersOf<Key extends ReadyKey>({ jws, headers }: Evidence, keys: readonly Key[]): Promise<Set<Key>> {
  const found = new Set<Key>()
  for (const [index, compact] of compactForms(jws).entries()) {
    const { alg = null, kid = null } = headers[index] ?? {}
    for (const key of candidates(kid, keys)) {
      if (!(await verifies(compact, alg ?? '', key))) continue
      found.add(key)
      break
    }
  }
  return found
}

/** Each signature by itself, as a compact JWS. Unprotected headers are left out: nothing may rest on them. */
function compactForms(jws: string): string[] {
  if (!jws.startsWith('{')) return [jws]
  const { payload, signatures } = JSON.parse(jws) as { payload: string; signatures: Record<string, unknown>[] }
  return signatures.map((each) => `${each.protected}.${payload}.${each.signature}`)
}

/** The keys a `kid` selects first, then the others: a PEM file has no `kid`. */
function candidates<Key extends ReadyKey>(kid: string | null, keys: readonly Key[]): readonly Key[] {
  if (kid === null) return keys
  return [...keys.filter(({ kids }) => kids.has(kid)), ...keys.filter(({ kids }) => !kids.has(kid))]
}

async function verifies(compact: string, algorithm: string, { byAlgorithm }: ReadyKey): Promise<boolean> {
  const key = byAlgorithm.get(algorithm)
  if (!key) return false
  try {
    await compactVerify(compact, key, { algorithms: [algorithm] })
    return true
  } catch {
    return false
  }
}

/** Why a key did not count at a time; null: it did. */
function outOfForce({ periods, revokedAt }: ReadyKey, seenAt: number): string | null {
  if (revokedAt !== null && seenAt >= revokedAt) return `was revoked on ${day(revokedAt)}`
  if (periods.some(({ from, until }) => from <= seenAt && seenAt < until)) return null
  const next = periods.map(({ from }) => from).find((from) => from > seenAt)
  return next === undefined
    ? `expired on ${day(Math.max(...periods.map(({ until }) => until)))}`
    : `is valid only from ${day(next)} on`
}

const day = (time: number) => new Date(time).toISOString().slice(0, 10)

function outOfForceWords(keys: Iterable<ReadyKey>, seenAt: number): string {
  const reasons = [...keys].map((key) => `the key \`${key.name}\` ${outOfForce(key, seenAt)}`)
  return `The signature does not count: ${reasons.join(', and ')}, and this evidence was first seen on ${day(seenAt)}. Run the tests again and sign with a key that is in force.`
}

function unknownSignerWords({ headers }: Evidence, refused: KeySet['refused']): string {
  const kids = [...new Set(headers.flatMap(({ kid }) => kid ?? []))]
  const named = kids.length > 0 ? ` The signature names the key \`${kids.join('`, `')}\`.` : ''
  const unused = refused.find((key) => kids.some((kid) => key.kids.has(kid)))
  const why = unused ? ` That key is kept, but must not be used: it ${unused.why}.` : ''
  return `No trusted key verifies this signature: it was changed after signing, or signed with another key.${named}${why}`
}
