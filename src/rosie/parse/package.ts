/**
 * The files of an evidence package: its metadata, its test results, and everything else by its hash. Its manifest is read
 * in manifest.ts, its signature as evidence is (jws.ts). RFC-001, "Evidence packages".
 */
import type { Evidence, Problem } from '../contents.ts'
import { type Json, TIERS } from '../model.ts'
import { type Hashed, hashed, textOf } from './hashed.ts'
import { type JsonMembers, plainMembers, readMembers } from './json.ts'
import { countResults } from './test-results.ts'

export interface PackageMetadata extends Hashed {
  kind: 'package_metadata'
  /** Null when malformed. */
  claims: { [claim: string]: Json } | null
  /** The line of each claim. */
  lines: { [claim: string]: number }
  specId: Evidence['specId']
  tier: Evidence['tier']
  /** Null when it has neither counts nor a result. */
  results: Evidence['results']
  problems: Problem[]
}

export interface PackageFile extends Hashed {
  kind: 'package_file'
  /** Of `artifacts/test-results.json` only: null when it is in no known shape. */
  results?: Evidence['results']
  problems: Problem[]
}

/** `unread`: why there are no bytes. */
export function readPackageFile(bytes: Uint8Array | null, unread: Problem | null): PackageFile {
  return { kind: 'package_file', ...hashed(bytes), problems: unread ? [unread] : [] }
}

/** A report over this size is hashed and not understood: reading it would take many times its memory. */
const MAX_REPORT_BYTES = 4 * 2 ** 20

/** A report that can't be understood is no fault of the package: it says nothing. */
export function readResults(bytes: Uint8Array | null, unread: Problem | null): PackageFile {
  return { ...readPackageFile(bytes, unread), results: bytes && reportIn(bytes) }
}

function reportIn(bytes: Uint8Array): Evidence['results'] {
  if (bytes.byteLength > MAX_REPORT_BYTES) return null
  try {
    return countResults(JSON.parse(textOf(bytes).text))
  } catch {
    return null
  }
}

export function readMetadata(bytes: Uint8Array | null, unread: Problem | null): PackageMetadata {
  const { text, problems } = bytes ? textOf(bytes) : { text: '', problems: unread ? [unread] : [] }
  const { members, fault } = problems.length === 0 ? readMembers(text) : { members: null, fault: null }
  if (fault)
    problems.push({ cause: 'package', line: fault.line, message: `The package's \`metadata.json\` ${fault.fault}.` })
  return { kind: 'package_metadata', ...hashed(bytes), ...describe(members), problems }
}

function describe(members: JsonMembers | null) {
  if (!members) return { claims: null, lines: {}, specId: null, tier: null, results: null }
  const claims = plainMembers(members)
  const word = (claim: string) => (typeof claims[claim] === 'string' && claims[claim] !== '' ? claims[claim] : null)
  const said = word('tier') ?? word('verification_tier')
  return {
    claims,
    lines: Object.fromEntries(Array.from(members, ([key, { line }]) => [key, line])),
    specId: word('spec_id'),
    tier: TIERS.find((tier) => tier === said) ?? null,
    results: resultsIn(claims, word('result')),
  }
}

/** GxP.MD: `result` PASS or FAIL, and counts. A PASS alone is one test that passed. */
const resultsIn = (claims: { [claim: string]: Json }, result: string | null): Evidence['results'] =>
  countResults(claims) ?? (result === 'PASS' ? { passed: 1, failed: 0, skipped: 0 } : null)
