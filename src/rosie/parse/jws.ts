/**
 * Signed evidence: one JWS in compact form, or in the general JSON form with several signatures. Decoded here, verified
 * in verify.ts: nothing that this file returns may be believed before. RFC 7515; RFC-001, "Evidence".
 */
import { createHash } from 'node:crypto'
import type { Evidence, Problem } from '../contents.ts'
import type { Json } from '../model.ts'
import { TIERS } from '../model.ts'
import { canonicalHash, depthOf, MAX_DEPTH, parseFinite } from './json.ts'
import { countResults } from './test-results.ts'

const BASE64URL = /^[A-Za-z0-9_-]*$/
const COMPACT = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)\.([A-Za-z0-9_-]*)$/
const strict = new TextDecoder('utf-8', { fatal: true })
type Members = { [member: string]: Json }

/** `form` package: the signature of an evidence package. */
export function readEvidence(text: string, form: 'package' | null = null): Evidence {
  const jws = text.trim()
  try {
    const { headers, payload } = jws.startsWith('{') ? openGeneral(jws, form) : openCompact(jws)
    const detached = form === 'package' && payload === ''
    const claims = detached ? null : object(payload, 'The payload of the JWS')
    return { ...describe(jws, headers, claims, [], form), payload: form && !detached ? hashesOf(payload) : null }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    const problem: Problem = { cause: 'jws', line: 1, message: error.message }
    return describe(jws, [], null, [problem], form)
  }
}

/** Not a JWS: the message says which part is wrong. */
class Malformed extends Error {}

function openCompact(jws: string): { headers: Members[]; payload: string } {
  const parts = COMPACT.exec(jws)
  if (!parts)
    throw new Malformed('This is not a compact JWS: three base64url parts with dots between them are expected.')
  return {
    headers: [openHeader(parts[1] ?? '')],
    payload: decodePart(parts[2] ?? '', 'The payload of the JWS'),
  }
}

/** Each is tried with each trusted key; no record of people who sign has as many. */
const MOST_SIGNATURES = 20

function openGeneral(jws: string, form: 'package' | null): { headers: Members[]; payload: string } {
  // A package's signature may be without the member: its payload is detached (RFC 7515, appendix F).
  const outer: Members = { ...(form && { payload: '' }), ...object(jws, 'The JWS') }
  if (typeof outer.payload !== 'string' || !Array.isArray(outer.signatures) || outer.signatures.length === 0) {
    throw new Malformed('This is not a general JWS: `payload` and a list of `signatures` are expected.')
  }
  if (outer.signatures.length > MOST_SIGNATURES) {
    throw new Malformed(
      `The JWS has ${outer.signatures.length} signatures, more than the ${MOST_SIGNATURES} that are read.`,
    )
  }
  const headers = outer.signatures.map((entry) => {
    const { protected: encoded, signature } = (typeof entry === 'object' && entry !== null ? entry : {}) as Members
    if (typeof encoded !== 'string') throw new Malformed('A signature of the JWS has no protected header.')
    if (typeof signature !== 'string') throw new Malformed('A signature of the JWS has no `signature`.')
    return openHeader(encoded)
  })
  return { headers, payload: decodePart(outer.payload, 'The payload of the JWS') }
}

function openHeader(encoded: string): Members {
  const header = object(decodePart(encoded, 'The header of the JWS'), 'The header of the JWS')
  // RFC 7797: what is signed would then be another text than the one that is read here.
  if (header.b64 === false) throw new Malformed('The JWS has an unencoded payload (`b64`), which is not accepted.')
  return header
}

function decodePart(part: string, what: string): string {
  if (!BASE64URL.test(part) || part.length % 4 === 1) throw new Malformed(`${what} is not base64url.`)
  try {
    return strict.decode(Buffer.from(part, 'base64url'))
  } catch {
    throw new Malformed(`${what} is not UTF-8 text.`)
  }
}

function object(text: string, what: string): Members {
  if (depthOf(text) > MAX_DEPTH) throw new Malformed(`${what} is nested more than ${MAX_DEPTH} levels deep.`)
  let value: unknown
  try {
    value = parseFinite(text)
  } catch {
    throw new Malformed(`${what} is not JSON.`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Malformed(`${what} is not a JSON object.`)
  return value as Members
}

/** What a package's signature is compared with its manifest by. */
const hashesOf = (payload: string): Evidence['payload'] => ({
  sha256: createHash('sha256').update(payload).digest('hex'),
  canonical: canonicalHash(payload),
})

function describe(
  jws: string,
  headers: Members[],
  claims: Members | null,
  problems: Problem[],
  form: 'package' | null,
): Evidence {
  const word = (claim: string) =>
    typeof claims?.[claim] === 'string' && claims[claim] !== '' ? (claims[claim] as string) : null
  const header = (value: Json | undefined) => (typeof value === 'string' ? value : null)
  return {
    kind: 'evidence',
    form: form ?? (claims && 'release_version' in claims ? 'release' : 'test'),
    jws,
    headers: headers.map(({ alg, kid }) => ({ alg: header(alg), kid: header(kid) })),
    claims,
    specId: word('spec_id'),
    gxpId: word('gxp_id'),
    tier: TIERS.find((tier) => tier === word('verification_tier')) ?? null,
    results: countResults(claims?.test_results),
    payload: null,
    problems,
  }
}
