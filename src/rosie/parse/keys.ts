/**
 * Public keys of a repository's evidence: `.gxp/keys/*.pem` (SubjectPublicKeyInfo) and `*.jwks.json`. Only public
 * members are kept; a private key is refused, and never stored. A JWK may say when it counts, as historical keys do in
 * OpenID Federation 1.0: `nbf`, `exp`, `revoked: {revoked_at}`. A key that says of itself what keeps it from being used
 * is kept as refused, so that evidence signed with it is told as what it is. RFC 7517; STANDARD "Evidence", trust.
 */
import { createPublicKey, type JsonWebKey } from 'node:crypto'
import type { KeyFile, Problem } from '../contents.ts'
import { isList, type JsonNode, membersOf, NotJson, plainMembers, readJson } from './json.ts'
import { faultsOf, type KeyFault, type Members, misnamedRevocation, timesOf } from './key-use.ts'
import { quoted } from './policy-issues.ts'

const PUBLIC_MEMBERS = ['kty', 'crv', 'x', 'y', 'n', 'e', 'kid', 'alg', 'use']
/** Members that only private or symmetric keys have: `d` of RFC 7518, sections 6.2.2 and 6.3.2; `k` of 6.4.1. */
const SECRET_MEMBERS = ['d', 'k', 'p', 'q', 'dp', 'dq', 'qi', 'oth']
const PEM = /-----BEGIN ([A-Z ]+)-----[A-Za-z0-9+/=\s]+-----END \1-----/g

/** Every key may be tried on every evidence, so a file made for the purpose must not bring thousands. */
export const MOST_KEYS = 200

/** Each may be a misspelt revocation. Real keys have ten or so. */
const MOST_MEMBERS = 100

/** No one mends more of these before the next scan. */
const MOST_PROBLEMS = 100

/** Where keys are read from, as it is called in what is said of them. */
export interface KeySource {
  called: string
  /** What is to be said of a private key there. */
  ifPrivate: string
}

const FILE: KeySource = { called: 'this file', ifPrivate: 'which must not be kept in a repository' }

export function readKeys(text: string, source = FILE): KeyFile {
  try {
    const file = text.trimStart().startsWith('{') ? fromJwks(text, source) : fromPem(text, source)
    if (file.keys.length === 0) throw new Error('it holds no key')
    return file
  } catch (error) {
    const line = error instanceof NotJson ? error.line : 1
    const why = error instanceof NotJson ? `it ${error.fault}` : (error as Error).message
    const message = `No public key can be read from ${source.called}: ${why}.`
    return { kind: 'key', keys: [], problems: [{ cause: 'key', line, message }] }
  }
}

/** One key of a file. */
interface FoundKey {
  /** Public members only, and when it counts. */
  jwk: Members
  /** Why it can't be used, each with its line. */
  faults: (KeyFault & { line: number })[]
}

/** What is said of all keys of a file counts for each, and is told once. */
function fileOf(keys: readonly FoundKey[], { called }: KeySource, ofAll: FoundKey['faults'] = []): KeyFile {
  const problem = (name: string, { line, fault }: FoundKey['faults'][number]): Problem => ({
    cause: 'key',
    line,
    message: `${name} ${fault}. As it stands, no evidence is verified with it.`,
  })
  return {
    kind: 'key',
    keys: keys.map(({ jwk, faults }) => {
      const [first] = [...faults, ...ofAll]
      return first ? { ...jwk, refused: first.fault } : jwk
    }),
    problems: [
      ...ofAll.map((fault) => problem('This set of keys', fault)),
      ...keys.flatMap(({ jwk, faults }, at) =>
        faults.map((fault) => problem(nameOf(jwk, at, keys.length, called), fault)),
      ),
    ].slice(0, MOST_PROBLEMS),
  }
}

function nameOf({ kid }: Members, at: number, of: number, file: string): string {
  if (kid !== undefined) return `The key ${quoted(kid)}`
  return of > 1 ? `Key ${at + 1} of ${file}` : 'This key'
}

function fromPem(text: string, source: KeySource): KeyFile {
  // Looked for on its own: an encrypted key carries headers that a public key's form does not allow for.
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) throw new Error(`it holds a private key, ${source.ifPrivate}`)
  const found = notTooMany([...text.matchAll(PEM)])
  return fileOf(
    found.map(({ 0: pem, index }) => {
      const jwk = publicMembers(createPublicKey(pem).export({ format: 'jwk' }) as Members)
      const line = text.slice(0, index).split('\n').length
      return { jwk, faults: faultsOf(jwk).map((fault) => ({ ...fault, line })) }
    }),
    source,
  )
}

function fromJwks(text: string, source: KeySource): KeyFile {
  const node = readJson(text)
  if (node instanceof NotJson) throw node
  const set = membersOf(node)
  const list = set?.get('keys')?.value
  if (!set || !isList(list)) return fileOf([fromJwk(node, source)], source)
  if (set.size > MOST_MEMBERS) throw new Error(`it has more than ${MOST_MEMBERS} members`)
  // A revocation beside the keys is meant for all of them.
  const ofAll = [...set].flatMap(([name, { line, value }]) =>
    misnamedRevocation(name, value).map((fault) => ({ ...fault, line })),
  )
  const keys = notTooMany([...list]).map((key) => fromJwk(key, source))
  return fileOf(keys, source, ofAll)
}

function fromJwk(node: JsonNode, { ifPrivate }: KeySource): FoundKey {
  const members = membersOf(node)
  if (!members) throw new Error('one of its keys is no JSON object')
  if (members.size > MOST_MEMBERS) throw new Error(`one of its keys has more than ${MOST_MEMBERS} members`)
  if (SECRET_MEMBERS.some((name) => members.has(name)))
    throw new Error(`it holds a private or symmetric key, ${ifPrivate}`)
  const key = plainMembers(members)
  const jwk = publicMembers(key)
  createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' })
  const lineOf = ({ member }: KeyFault) => members.get(member)?.line ?? node.line
  return { jwk: { ...jwk, ...timesOf(key) }, faults: faultsOf(key).map((fault) => ({ ...fault, line: lineOf(fault) })) }
}

function notTooMany<T>(keys: T[]): T[] {
  if (keys.length > MOST_KEYS) throw new Error(`it holds ${keys.length} keys, more than the ${MOST_KEYS} that are read`)
  return keys
}

/** A key as it is kept, whatever was given as one: public, with when it counts and why it must not be used. */
export function keptKey(key: Members): Members {
  const [first] = faultsOf(key)
  return { ...publicMembers(key), ...timesOf(key), ...(first && { refused: first.fault }) }
}

/** What is no public member, and no text, is left out. */
function publicMembers(key: Members): Members {
  return Object.fromEntries(
    PUBLIC_MEMBERS.flatMap((name) => (typeof key[name] === 'string' ? [[name, key[name]]] : [])),
  )
}
