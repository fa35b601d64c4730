/**
 * What a JWK says of itself that keeps evidence from being verified with it. A key that contradicts itself, or a
 * revocation that can't be read, is never trusted: better no key than one that its owner meant to take back. RFC 7517,
 * section 4; RFC 7518, sections 3.1 and 3.3; RFC 8725, section 3.1.
 */
import { isNumericDate } from '../dates.ts'
import { editDistance } from '../ids.ts'
import type { Json } from '../model.ts'
import { quoted } from './policy-issues.ts'

export type Members = { [member: string]: Json }

export interface KeyFault {
  /** The member at fault. */
  member: string
  /** The rest of a sentence that begins with the key; it says what would be right. */
  fault: string
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

/** What a key can sign with, by its type and curve alone: none where nothing that is allowed fits. */
export const algorithmsFor = ({ kty, crv }: Members): readonly string[] =>
  kty === 'RSA' ? RSA : [CURVES.get(crv) ?? []].flat()

/** All that is wrong, each by itself; empty: the key may be used. */
export const faultsOf = (key: Members): KeyFault[] => [
  ...materialFaults(key),
  ...algorithmFaults(key),
  ...useFaults(key),
  ...timeFaults(key),
]

/** RFC 7518, section 3.3: 2048 bits or more. */
const LEAST_RSA_BITS = 2048

function materialFaults(key: Members): KeyFault[] {
  if (algorithmsFor(key).length === 0) {
    const curves = [...CURVES.keys()].join(', ')
    return [
      { member: 'crv', fault: `is on the curve ${quoted(key.crv ?? null)}: take a key on ${curves}, or an RSA key` },
    ]
  }
  const bits = key.kty === 'RSA' ? bitsOf(key.n) : LEAST_RSA_BITS
  if (bits >= LEAST_RSA_BITS) return []
  return [{ member: 'n', fault: `is an RSA key of ${bits} bits: take one of ${LEAST_RSA_BITS} or more` }]
}

function bitsOf(modulus: Json | undefined): number {
  const bytes = Buffer.from(typeof modulus === 'string' ? modulus : '', 'base64url')
  const first = bytes.findIndex((byte) => byte !== 0)
  return first < 0 ? 0 : (bytes.length - first) * 8 - (Math.clz32(bytes[first] ?? 0) - 24)
}

function algorithmFaults(key: Members): KeyFault[] {
  const fitting = algorithmsFor(key)
  const { alg } = key
  if (alg === undefined || fitting.length === 0 || (typeof alg === 'string' && fitting.includes(alg))) return []
  const kind = key.kty === 'RSA' ? 'an RSA key' : `a key on ${key.crv}`
  const fault = `says \`alg\`: ${quoted(alg)}, but ${kind} signs with ${fitting.join(', ')}: write ${fitting.length > 1 ? 'one of these' : 'that'}, or leave it out`
  return [{ member: 'alg', fault }]
}

/** RFC 7517, sections 4.2 and 4.3. */
function useFaults({ use, key_ops }: Members): KeyFault[] {
  const faults: KeyFault[] = []
  if (use !== undefined && use !== 'sig') {
    const fault = `says \`use\`: ${quoted(use)}, so it is not for signatures: write \`sig\`, or leave it out`
    faults.push({ member: 'use', fault })
  }
  if (key_ops !== undefined && !(Array.isArray(key_ops) && key_ops.includes('verify'))) {
    const fault = `says \`key_ops\`: ${quoted(key_ops)}, so it is not for verifying: write \`["verify"]\`, or leave it out`
    faults.push({ member: 'key_ops', fault })
  }
  return faults
}

/** When a key counts. */
export type KeyTimes = { nbf?: number; exp?: number; revoked?: { revoked_at: number } }

/** What of them can be read. */
export function timesOf({ nbf, exp, revoked }: Members): KeyTimes {
  const revokedAt = revocation(revoked)
  return {
    ...(isNumericDate(nbf) && { nbf }),
    ...(isNumericDate(exp) && { exp }),
    ...(isNumericDate(revokedAt) && { revoked: { revoked_at: revokedAt } }),
  }
}

const revocation = (revoked: Json | undefined): Json | undefined =>
  typeof revoked === 'object' && revoked !== null && !Array.isArray(revoked) ? revoked.revoked_at : undefined

/** A time that can't be read may be the one after which the key must not count. */
function timeFaults(key: Members): KeyFault[] {
  const faults: KeyFault[] = []
  const check = (member: string, name: string, value: Json | undefined) => {
    if (isNumericDate(value)) return
    const said = value === undefined ? `has no \`${name}\` that is a time` : `says \`${name}\`: ${quoted(value)}`
    const fault = `${said}: write seconds since 1970-01-01, as in \`1767225600\` for 2026-01-01`
    faults.push({ member, fault })
  }
  for (const name of ['nbf', 'exp']) if (key[name] !== undefined && key[name] !== null) check(name, name, key[name])
  if (key.revoked !== undefined && !saysNo(key.revoked)) check('revoked', 'revoked.revoked_at', revocation(key.revoked))
  return [...faults, ...Object.entries(key).flatMap(([name, value]) => misnamedTimes(name, value))]
}

const SECONDS = 'in seconds since 1970-01-01'

/** What is null is absent; what is false says that it is not so. */
const saysNo = (value: unknown): boolean => value === null || value === false

/** A name that speaks of a time and is none that is read: whoever wrote it believes that it holds. */
function misnamedTimes(member: string, value: Json): KeyFault[] {
  if (['nbf', 'exp', 'revoked'].includes(member) || saysNo(value)) return []
  if (/^stat(?:e|us)$/i.test(member) && /^revoked$/i.test(String(value))) return unread(member, REVOCATION)
  const name = lettersOf(member)
  if (/^(?:exp|expir(?:e|y|ation).*|notafter|valid(?:until|to))$/.test(name))
    return unread(member, `\`"exp": 1767225600\`, ${SECONDS}`)
  if (/^(?:nbf|notbefore|validfrom)$/.test(name)) return unread(member, `\`"nbf": 1767225600\`, ${SECONDS}`)
  return misnamedRevocation(member, value)
}

const REVOCATION = `\`"revoked": {"revoked_at": 1767225600}\` in the key, ${SECONDS}`

/**
 * `revoked_at`, `isRevoked`, `rvoked` …: a revocation that is meant, in a place or under a name where nobody reads it. What
 * says how a key may be revoked, as `revocation_url` does, is none.
 */
export function misnamedRevocation(member: string, value: unknown): KeyFault[] {
  const name = lettersOf(member)
  const meant = /revo(?:k|c|ck)ed|revo(?:ke|cation)(?:$|at|on|by|date|time|since|reason)/.test(name)
  return !saysNo(value) && (meant || editDistance(name, 'revoked', 1) <= 1) ? unread(member, REVOCATION) : []
}

const lettersOf = (member: string): string => member.toLowerCase().replace(/[^a-z]/g, '')

const unread = (member: string, right: string): KeyFault[] => [
  { member, fault: `says ${quoted(member)}, which is not read: write ${right}` },
]
