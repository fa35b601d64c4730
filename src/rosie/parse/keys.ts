/**
 * Public keys of a repository's evidence: `.gxp/keys/*.pem` (SubjectPublicKeyInfo) and `*.jwks.json`. Only public
 * members are kept; a private key is refused, and never stored. RFC 7517; STANDARD "Evidence", trust.
 */
import { createPublicKey } from 'node:crypto'
import type { Json, KeyFile } from '../model.ts'

const PUBLIC_MEMBERS = ['kty', 'crv', 'x', 'y', 'n', 'e', 'kid', 'alg', 'use']
const PEM = /-----BEGIN ([A-Z ]+)-----[A-Za-z0-9+/=\s]+-----END \1-----/g

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
  return [...text.matchAll(PEM)].map(([pem]) =>
    publicMembers(createPublicKey(pem).export({ format: 'jwk' }) as Record<string, Json>),
  )
}

function fromJwks(text: string): KeyFile['keys'] {
  const parsed = JSON.parse(text) as { keys?: unknown }
  const keys = Array.isArray(parsed.keys) ? parsed.keys : [parsed]
  return keys.map((key: Record<string, Json> | null) => {
    if (typeof key !== 'object' || key === null) throw new Error('one of its keys is no JSON object')
    if (key.d !== undefined || key.k !== undefined) throw new Error('it holds a private or symmetric key')
    createPublicKey({ key: publicMembers(key) as import('node:crypto').JsonWebKey, format: 'jwk' })
    return publicMembers(key)
  })
}

function publicMembers(key: Record<string, Json>): { [member: string]: Json } {
  return Object.fromEntries(
    PUBLIC_MEMBERS.flatMap((name) => (typeof key[name] === 'string' ? [[name, key[name]]] : [])),
  )
}
