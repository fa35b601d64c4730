/**
 * Signed evidence: one JWS in compact form, or in the general JSON form with several signatures. Decoded here, verified
 * in verify.ts: nothing that this file returns may be believed before. RFC 7515; RFC-001, "Evidence".
 */
import type { Evidence, Json, Problem } from '../model.ts'
import { TIERS } from '../model.ts'

const BASE64URL = /^[A-Za-z0-9_-]*$/
const COMPACT = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)\.([A-Za-z0-9_-]*)$/
type Members = { [member: string]: Json }

/** `form` package: the signature of an evidence package. */
export function readEvidence(text: string, form: 'package' | null = null): Evidence {
  const jws = text.trim()
  try {
    const { headers, payload } = jws.startsWith('{') ? openGeneral(jws) : openCompact(jws)
    const claims = object(payload, 'The payload')
    return describe(jws, headers, claims, [], form)
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
    payload: decodePart(parts[2] ?? '', 'The payload'),
  }
}

function openGeneral(jws: string): { headers: Members[]; payload: string } {
  const outer = object(jws, 'The JWS')
  if (typeof outer.payload !== 'string' || !Array.isArray(outer.signatures) || outer.signatures.length === 0) {
    throw new Malformed('This is not a general JWS: `payload` and a list of `signatures` are expected.')
  }
  const headers = outer.signatures.map((entry) => {
    const { protected: encoded } = (typeof entry === 'object' && entry !== null ? entry : {}) as Members
    if (typeof encoded !== 'string') throw new Malformed('A signature of the JWS has no protected header.')
    return openHeader(encoded)
  })
  return { headers, payload: decodePart(outer.payload, 'The payload') }
}

function openHeader(encoded: string): Members {
  const header = object(decodePart(encoded, 'The header'), 'The header')
  // RFC 7797: what is signed would then be another text than the one that is read here.
  if (header.b64 === false) throw new Malformed('The JWS has an unencoded payload (`b64`), which is not accepted.')
  return header
}

function decodePart(part: string, what: string): string {
  if (!BASE64URL.test(part) || part.length % 4 === 1) throw new Malformed(`${what} of the JWS is not base64url.`)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(part, 'base64url'))
  } catch {
    throw new Malformed(`${what} of the JWS is not UTF-8 text.`)
  }
}

/** Deeper claims than this are refused: neither JSON writers nor databases take unbounded nesting. */
const MAX_DEPTH = 64

function object(text: string, what: string): Members {
  if (depthOf(text) > MAX_DEPTH) throw new Malformed(`${what} of the JWS is nested more than ${MAX_DEPTH} levels deep.`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Malformed(`${what} of the JWS is not JSON.`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Malformed(`${what} of the JWS is not a JSON object.`)
  return value as Members
}

/** How deep the brackets of a JSON text go, strings aside; one pass, without recursion. */
function depthOf(json: string): number {
  let depth = 0
  let deepest = 0
  let inString = false
  for (let at = 0; at < json.length; at++) {
    const char = json[at]
    if (char === '"') inString = !inString
    else if (inString) at += char === '\\' ? 1 : 0
    else if (char === '[' || char === '{') deepest = Math.max(deepest, ++depth)
    else if (char === ']' || char === '}') depth--
  }
  return deepest
}

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
    problems,
  }
}

/** An object with counts (in practice) or a list of cases with a status or result each (in the RFC's text). */
function countResults(results: Json | undefined): Evidence['results'] {
  if (Array.isArray(results)) return countCases(results)
  if (typeof results !== 'object' || results === null) return null
  const count = (name: string) => (typeof results[name] === 'number' && results[name] >= 0 ? results[name] : null)
  const [passed, failed] = [count('passed'), count('failed')]
  if (passed === null && failed === null)
    return Array.isArray(results.test_cases) ? countCases(results.test_cases) : null
  return { passed: passed ?? 0, failed: failed ?? 0, skipped: count('skipped') ?? 0 }
}

function countCases(cases: Json[]): Evidence['results'] {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  for (const item of cases) {
    const { status, result } = (
      typeof item === 'object' && item !== null && !Array.isArray(item) ? item : {}
    ) as Members
    const word = String(status ?? result ?? '').toLowerCase()
    if (/^pass(ed)?$/.test(word)) counts.passed++
    else if (/^skip(ped)?$|^pending$/.test(word)) counts.skipped++
    else counts.failed++
  }
  return counts
}
