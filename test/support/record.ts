/**
 * Compliance records written inline, so that a test reads as a specification: given these files, then these findings.
 * The files go the way of a real scan: classified by their paths, named by git's blob SHA, read, verified, assessed.
 */
import { exportJWK, GeneralSign, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose'
import { assess } from '../../src/rosie/assess.ts'
import type { AssessedFinding, Assessment } from '../../src/rosie/assessment.ts'
import type { Content } from '../../src/rosie/contents.ts'
import type { Json, Snapshot, SourceState } from '../../src/rosie/model.ts'
import { read } from '../../src/rosie/parse/index.ts'
import { DEFAULT_POLICY, type Policy } from '../../src/rosie/policy.ts'
import { CONTEXT_FIELDS, lines, SAMPLE, withFrontMatter } from '../../src/rosie/rules/examples/sample.ts'
import type { TrustedKey } from '../../src/rosie/verify.ts'
import { type Limits, limitOf, relevantFiles, snapshotOf } from '../../src/scan/files.ts'
import { blobId } from '../../src/scan/git-objects.ts'
import { contentKey } from '../../src/scan/ports/store.ts'
import { evidenceIn, keySet, verifyAll } from '../../src/scan/trust.ts'

export type Files = Record<string, string | Uint8Array>

/** The snapshot of these files; files of no interest are left out, as in a scan. */
export function record(files: Files, limits: Limits = DEFAULT_POLICY): Snapshot {
  const bytes = new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)]))
  const tree = [...bytes].map(([path, content]) => ({ path, sha: blobId(content, 'sha1'), size: content.byteLength }))
  const relevant = relevantFiles(tree)
  const contents = new Map<string, Content>()
  for (const { path, sha, reader, size } of relevant) {
    if (reader === null) continue
    const maxBytes = limitOf(reader, limits)
    const content = read(reader, (size ?? 0) > maxBytes ? null : (bytes.get(path) ?? null), maxBytes)
    contents.set(contentKey(sha, reader), JSON.parse(JSON.stringify(content))) // as it comes back from the store
  }
  return snapshotOf(null, relevant, contents)
}

export interface Given {
  base?: Files
  keys?: readonly TrustedKey[]
  policy?: Partial<Policy>
  /** The policy that the head itself would have. */
  proposed?: Policy | null
  /** States of the source by the commits that evidence names. */
  states?: Record<string, SourceState | null>
  /** The state of the head's own source. */
  state?: SourceState | null
  /** When it is scanned; a day after the sample evidence's time unless told. */
  now?: Date
  trackedRecord?: boolean
}

/** Asks for no more than the good record has, which is unsigned: tests about more give a matrix of their own. */
const MODEST: Policy['riskMatrix'] = {
  HIGH: { tiers: ['OQ'], coverage: 95, signatures: 0 },
  MEDIUM: { tiers: ['OQ'], coverage: 80, signatures: 0 },
  LOW: { tiers: ['OQ'], coverage: 60, signatures: 0 },
}

const NOW = new Date('2026-02-06T10:00:00Z')

export async function assessRecord(files: Files, given: Given = {}): Promise<Assessment> {
  return (await assessInFull(files, given)).assessment
}

/** The assessment together with the indexed records, for what only the graph shows. */
export async function assessInFull(
  files: Files,
  {
    base,
    keys = [],
    policy = {},
    proposed = null,
    states = {},
    state = null,
    now = NOW,
    trackedRecord = false,
  }: Given = {},
) {
  const judgedBy = { ...DEFAULT_POLICY, riskMatrix: MODEST, ...policy }
  const snapshots = [files, ...(base ? [base] : [])].map((each) => record(each, judgedBy))
  const [first, before] = snapshots
  const head = first && { ...first, state }
  if (!head) throw new Error('there is always a head')
  const trusted = await keySet([], keys)
  const verdicts = await verifyAll([...evidenceIn(snapshots)], trusted, () => now.getTime())
  return assess(head, before ?? null, {
    policy: judgedBy,
    proposed,
    verdicts,
    states: new Map(Object.entries(states)),
    keys: trusted.keys.length,
    now: now.getTime(),
    trackedRecord,
  })
}

/** Findings of one rule, or of all. */
export const found = ({ findings }: Pick<Assessment, 'findings'>, rule?: string): AssessedFinding[] =>
  findings.filter((finding) => rule === undefined || finding.rule === rule)

/** `path:line severity rule`, for tests that are about which findings there are. */
export const briefly = ({ findings }: Pick<Assessment, 'findings'>): string[] =>
  findings.map(({ path, line, severity, rule }) => `${path}:${line} ${severity} ${rule}`)

// ── a record that someone could have written: a calculator of drug doses ────────────────────────────────────────────

export { CONTEXT_FIELDS, lines, withFrontMatter as document }

export const CONTEXT = '.gxp/system_context.md'
export const REQUIREMENT = '.gxp/requirements/REQ-001-dose-limit.md'
export const STORY = '.gxp/user_stories/US-001-001-refuse-overdose.md'
export const SPECIFICATION = '.gxp/specs/SPEC-001-001-limit-check.md'
export const SOURCE = 'src/dose.ts'
export const TEST = 'test/dose.test.ts'

/** A file of the sample that the rules' pages show, which is the same record, with signed evidence for each tier. */
function sample(path: string): Record<string, string> {
  const text = SAMPLE[path]
  if (typeof text !== 'string') throw new Error(`the sample has no text ${path}`)
  return { [path]: text }
}

/** Each of these files is whole and refers to the others; nothing is to be found in them. */
export const GOOD: Readonly<Record<string, string>> = {
  ...sample(CONTEXT),
  ...sample(REQUIREMENT),
  ...sample(STORY),
  ...sample(SPECIFICATION),
  '.gxp/evidence/ROT-SPEC-001-001.md': withFrontMatter([
    'spec_id: SPEC-001-001',
    'tester: A. Tester',
    'test_date: 2026-02-05',
    'test_type: scripted',
    'result: PASS',
    'summary: Doses above the limit were refused.',
  ]),
  ...sample('.gxp/risk_assessment.log'),
  ...sample(SOURCE),
  ...sample(TEST),
}

/** The good record with some files changed, added, or (null) left out. */
export function goodBut(changes: Record<string, string | Uint8Array | null>): Files {
  const files: Files = { ...GOOD }
  for (const [path, content] of Object.entries(changes)) {
    if (content === null) delete files[path]
    else files[path] = content
  }
  return files
}

/** One good file with a piece of its text replaced, which must be there. */
export function edited(path: string, from: string, to: string): Record<string, string> {
  const text = GOOD[path] ?? ''
  if (!text.includes(from)) throw new Error(`${path} has no ${JSON.stringify(from)}`)
  return { [path]: text.replace(from, to) }
}

/** A requirement with nothing to complain about but what the test is about. */
export const requirement = (id: string, ...fields: string[]) =>
  withFrontMatter([`gxp_id: ${id}`, `title: ${id}`, ...fields, 'acceptance_criteria: [it holds]'])

export const story = (id: string, ...fields: string[]) =>
  withFrontMatter([
    `gxp_id: ${id}`,
    `title: ${id}`,
    ...fields,
    'as_a: nurse',
    'i_want: it',
    'so_that: it helps',
    'acceptance_criteria: [it holds]',
  ])

export const specification = (id: string, ...fields: string[]) =>
  withFrontMatter([`gxp_id: ${id}`, `title: ${id}`, 'verification_tier: OQ', ...fields])

// ── signed evidence ─────────────────────────────────────────────────────────────────────────────────────────────────

export const EVIDENCE = '.gxp/evidence/EV-SPEC-001-001.jws'

export const claims = (changes: Record<string, Json | undefined> = {}): Record<string, Json> =>
  JSON.parse(
    JSON.stringify({
      gxp_id: 'EV-SPEC-001-001',
      spec_id: 'SPEC-001-001',
      verification_tier: 'OQ',
      test_results: { tool: 'vitest', version: '3.0.0', passed: 4, failed: 0, skipped: 0, duration_ms: 12 },
      timestamp: '2026-02-05T10:00:00Z',
      system_state_hash: `sha256:${'0'.repeat(64)}`,
      git_commit: '0'.repeat(40),
      ...changes,
    }),
  )

export interface Signer {
  key: TrustedKey
  sign(payload?: Record<string, Json>, header?: Record<string, unknown>): Promise<string>
}

/** A signer with a new key. */
export async function signer(kid: string | null = null, alg = 'ES256'): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = (await exportJWK(publicKey)) as TrustedKey['jwk']
  return {
    key: { name: kid ?? 'evidence.pem', kid, jwk: publicPart(jwk) },
    sign: (payload = claims(), header = {}) =>
      new SignJWT(payload).setProtectedHeader({ alg, ...(kid ? { kid } : {}), ...header }).sign(privateKey),
  }
}

function publicPart({ kty, crv, x, y, n, e }: TrustedKey['jwk']): TrustedKey['jwk'] {
  return JSON.parse(JSON.stringify({ kty, crv, x, y, n, e }))
}

/** The general JSON form with one signature for each private key. */
export async function signGenerally(payload: Record<string, Json>, privateKeys: JWK[]): Promise<string> {
  const sign = new GeneralSign(new TextEncoder().encode(JSON.stringify(payload)))
  for (const key of privateKeys)
    sign.addSignature(await importJWK(key, 'ES256')).setProtectedHeader({ alg: 'ES256', kid: key.kid })
  return JSON.stringify(await sign.sign())
}

/** A JWS of these parts, whatever they are; parts that are objects become JSON. */
export const unsigned = (header: unknown, payload: unknown, signature = 'c2lnbmF0dXJl') =>
  [header, payload]
    .map((part) => Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url'))
    .join('.')
    .concat('.', signature)
