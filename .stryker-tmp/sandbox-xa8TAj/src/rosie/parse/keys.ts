/**
 * Public keys of a repository's evidence: `.gxp/keys/*.pem` (SubjectPublicKeyInfo) and `*.jwks.json`. Only public
 * members are kept; a private key is refused, and never stored. A JWK may say when it counts, as historical keys do in
 * OpenID Federation 1.0: `nbf`, `exp`, `revoked: {revoked_at}`. RFC 7517; STANDARD "Evidence", trust.
 */
// @ts-nocheck

import { createPublicKey, type JsonWebKey } from 'node:crypto'
import type { Json, KeyFile } from '../model.ts'

type Members = { [member: string]: Json }

const PUBLIC_MEMBERS = ['kty', 'crv', 'x', 'y', 'n', 'e', 'kid', 'alg', 'use']
/** Members that only private or symmetric keys have: `d` of RFC 7518, sections 6.2.2 and 6.3.2; `k` of 6.4.1. */
const SECRET_MEMBERS = ['d', 'k', 'p', 'q', 'dp', 'dq', 'qi', 'oth']
const PEM = /-----BEGIN ([A-Z ]+)-----[A-Za-z0-9+/=\s]+-----END \1-----/g

/** Every key may be tried on every evidence, so a file made for the purpose must not bring thousands. */
export const MOST_KEYS = 200

export function readKeys(text: string): KeyFile {
  try {
    const trimmed = text.trim()
    const keys = trimmed.startsWith('{') ? fromJwks(trimmed) : fromPem(trimmed)
    if (keys.length === 0) throw new Error('it holds no key')
    return { kind: 'key', keys, problems: [] }
  } catch (error) {
    const message = `No public key can be read from this file: ${(error as Error).message}.`
    return { kind: 'key', keys: [], problems: [{ cause: 'key', line: 1, message }] }
  }
}

function fromPem(text: string): KeyFile['keys'] {
  // Looked for on its own: an encrypted key carries headers that a public key's form does not allow for.
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text))
    throw new Error('it holds a private key, which must not be kept in a repository')
  const found = notTooMany([...text.matchAll(PEM)])
  return found.map(([pem]) => publicMembers(createPublicKey(pem).export({ format: 'jwk' }) as Members))
}

function fromJwks(text: string): KeyFile['keys'] {
  const parsed = JSON.parse(text) as { keys?: unknown }
  const keys = Array.isArray(parsed.keys) ? parsed.keys : [parsed]
  return notTooMany(keys).map((key: Members | null) => {
    if (typeof key !== 'object' || key === null) throw new Error('one of its keys is no JSON object')
    if (SECRET_MEMBERS.some((name) => key[name] !== undefined))
      throw new Error('it holds a private or symmetric key, which must not be kept in a repository')
    const members = publicMembers(key)
    createPublicKey({ key: members as JsonWebKey, format: 'jwk' })
    return { ...members, ...timeMembers(key) }
  })
}

function notTooMany<T>(keys: T[]): T[] {
  if (keys.length > MOST_KEYS) throw new Error(`it holds ${keys.length} keys, more than the ${MOST_KEYS} that are read`)
  return keys
}

/** What is no public member, and no text, is left out. */
export function publicMembers(key: Members): Members {
  return Object.fromEntries(
    PUBLIC_MEMBERS.flatMap((name) => (typeof key[name] === 'string' ? [[name, key[name]]] : [])),
  )
}

/** A time that can't be read may be the one after which the key must not count: such a file is refused. */
function timeMembers({ nbf, exp, revoked }: Members): Members {
  const times: Members = {}
  if (nbf !== undefined) times.nbf = numericDate('nbf', nbf)
  if (exp !== undefined) times.exp = numericDate('exp', exp)
  if (revoked !== undefined && revoked !== null) {
    const at = typeof revoked === 'object' && !Array.isArray(revoked) ? revoked.revoked_at : undefined
    times.revoked = { revoked_at: numericDate('revoked.revoked_at', at) }
  }
  return times
}

/** The latest time that JavaScript knows, in seconds since 1970. */
const LAST = 8.64e12

function numericDate(name: string, value: Json | undefined): number {
  if (typeof value === 'number' && value >= 0 && value <= LAST) return value
  throw new Error(`\`${name}\` of one of its keys is not a time: write seconds since 1970-01-01, as in 1767225600`)
}
