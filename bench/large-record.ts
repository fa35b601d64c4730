/** A large record in memory, as a tree and its bytes: what bench/assess.ts measures on. Deterministic but for signatures. */
import { CompactSign, exportJWK, generateKeyPair } from 'jose'
import type { SourceState } from '../src/rosie/model.ts'
import type { TrustedKey } from '../src/rosie/verify.ts'
import { blobId } from '../src/scan/git-objects.ts'
import type { TreeEntry } from '../src/scan/ports/source.ts'

export interface LargeRecord {
  tree: TreeEntry[]
  bytes: Map<string, Uint8Array>
  key: TrustedKey
  /** Files to change: an annotated source, and a document of the record. */
  source: Changeable
  document: Changeable
  /** The source that all evidence was made for: the one at the head. */
  state: SourceState
}

interface Changeable {
  path: string
  text: string
}

export interface Size {
  /** Annotated files: two thirds source, one third tests. */
  files: number
  /** Requirements, stories and specifications, as 1 : 3 : 2. */
  documents: number
  /** Signed evidence; where it is a third of the documents, each specification has one. */
  evidence: number
  /** What the evidence claims to have been made for; a commit and a state that are nobody's unless told. */
  madeFor?: { commit: string; stateHash: string }
  /** Specifications that one file implements or tests; 1 unless told. */
  inFile?: number
  /** Each test lacks its risk and its type, so that there is a finding for it and one for each requirement. */
  faulty: boolean
}

const text = (words: string) => new TextEncoder().encode(words)
const pad = (n: number) => String(n).padStart(5, '0')

export async function largeRecord(size: Size): Promise<LargeRecord> {
  const { files, documents, evidence, faulty, inFile = 1, madeFor = NOBODY } = size
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const { kty, crv, x, y } = await exportJWK(publicKey)
  const all = new Map<string, Uint8Array>()
  const requirements = Math.ceil(documents / 6)
  const stories = requirements * 3
  const specifications = documents - requirements - stories
  const about = { requirements, stories, specifications, faulty, inFile }
  all.set('.gxp/system_context.md', text(context))
  all.set('.gxp/risk_assessment.log', text(register))
  for (let n = 0; n < requirements; n++) all.set(`.gxp/requirements/REQ-${pad(n)}.md`, text(requirement(n)))
  for (let n = 0; n < stories; n++) all.set(`.gxp/user_stories/US-${pad(n)}.md`, text(story(n, about)))
  for (let n = 0; n < specifications; n++) all.set(`.gxp/specs/SPEC-${pad(n)}.md`, text(specification(n, about)))
  const sources = Math.ceil((files * 2) / 3)
  for (let n = 0; n < sources; n++) all.set(sourcePath(n), text(source(n, about)))
  for (let n = 0; n < files - sources; n++) all.set(`test/part-${n % 97}/unit-${n}.test.ts`, text(test(n, about)))
  for (let n = 0; n < evidence; n++) {
    const payload = text(JSON.stringify(claims(n, about, madeFor)))
    const jws = await new CompactSign(payload).setProtectedHeader({ alg: 'ES256', kid: 'bench' }).sign(privateKey)
    all.set(`.gxp/evidence/EV-${pad(n)}.jws`, text(jws))
  }
  const bytes = new Map<string, Uint8Array>()
  const tree = [...all].map(([path, content]) => {
    const sha = blobId(content, 'sha1')
    bytes.set(sha, content)
    return { path, sha, size: content.byteLength }
  })
  const key = { name: 'bench', kid: 'bench', jwk: { kty, crv, x, y } as TrustedKey['jwk'] }
  const changeable = (path: string): Changeable => ({ path, text: new TextDecoder().decode(all.get(path)) })
  return {
    tree,
    bytes,
    key,
    state: { id: 'bench', plain: STATE_HASH, separated: null },
    source: changeable(sourcePath(0)),
    document: changeable('.gxp/specs/SPEC-00000.md'),
  }
}

const sourcePath = (n: number) => `src/part-${n % 97}/unit-${n}.ts`

const context = `---
id: 6f1c2d3e-4a5b-4c6d-8e7f-9a0b1c2d3e4f
project_name: Bench
version: 1.0.0
gxp_risk_rating: HIGH
validation_status: draft
intended_use: Measures how long it takes.
---
`
const register = `## RISK-001: Slowness
- Date: 2026-01-01
- Author: QA
- Component: all
- Risk Level: LOW
- Description: It takes long.
- Impact: People wait.
- Mitigation: It is measured.
- Status: mitigated
`

const RISKS = ['HIGH', 'MEDIUM', 'LOW'] as const
const riskOf = (requirement: number) => RISKS[requirement % RISKS.length]

interface Numbers extends Pick<Size, 'faulty'> {
  inFile: number
  requirements: number
  stories: number
  specifications: number
}

// Specification n serves story n, which serves requirement n; where there are fewer of these, counting begins anew. The
// first round of specifications is tested as OQ with evidence of IQ, the second as PQ with evidence of OQ: together all
// that the risk matrix demands.
const requirementOf = (specification: number, { requirements }: Numbers) => specification % requirements
const isFirstRound = (specification: number, { requirements }: Numbers) => specification < requirements

const requirement = (n: number) => `---
gxp_id: REQ-${pad(n)}
title: "Requirement ${n} of the system"
gxp_risk_rating: ${riskOf(n)}
validation_status: draft
description: |
  The system keeps ${n} things in order, and says so to whoever asks, in a sentence that is
  as long as real ones are, which is to say a little longer than one would like.
acceptance_criteria:
  - "The thing is shown within two seconds"
  - "The thing is refused where it exceeds its limit"
  - "The refusal is logged with user and time"
---

# Requirement ${n}

More words about it.
`

const story = (n: number, { requirements }: Numbers) => `---
gxp_id: US-${pad(n)}
title: "Story ${n}"
parent_id: REQ-${pad(n % requirements)}
as_a: "quality officer"
i_want: "to see thing ${n}"
so_that: "I can rely on it"
status: draft
acceptance_criteria:
  - "It is there"
  - "It is right"
---

# Story ${n}
`

const specification = (n: number, about: Numbers) => `---
gxp_id: SPEC-${pad(n)}
title: "Specification ${n}"
parent_id: US-${pad(requirementOf(n, about))}
verification_tier: ${isFirstRound(n, about) ? 'OQ' : 'PQ'}
design_approach: |
  A function takes the thing and gives it back, checked.
source_files:
  - ${sourcePath(Math.floor(n / about.inFile))}
validation_status: draft
---

# Specification ${n}
`

const body = Array.from(
  { length: 60 },
  (_, n) => `  const value${n} = compute('some text ${n}', \`a \${n} template\`, ${n}) // a remark`,
)
  .join('\n')
  .concat('\n')

/** The numbers of what the n-th file implements or tests. */
const thingsIn = (n: number, { inFile }: Numbers) => Array.from({ length: inFile }, (_, k) => n * inFile + k)

const source = (n: number, about: Numbers) =>
  `import { compute } from '../compute.ts'\n${thingsIn(n, about)
    .map((thing) => implementation(thing, about))
    .join('')}`

function implementation(n: number, about: Numbers): string {
  const specification = n % about.specifications
  const requirement = requirementOf(specification, about)
  return `
/**
 * Does thing ${n}.
 *
 * @gxp-satisfies REQ-${pad(requirement)}
 * @gxp-implements SPEC-${pad(specification)}
 * @gxp-risk ${riskOf(requirement)}
 */
export function thing${n}(): void {
${body}}
`
}

const test = (n: number, about: Numbers) =>
  `import { thing${n} } from '../../src/thing.ts'\n${thingsIn(n, about)
    .map((thing) => testOf(thing, about))
    .join('')}`

function testOf(n: number, about: Numbers): string {
  const specification = n % about.specifications
  const tier = isFirstRound(specification, about) ? 'OQ' : 'PQ'
  const rest = about.faulty
    ? ''
    : `// @test-type ${tier}\n// @gxp-risk ${riskOf(requirementOf(specification, about))}\n`
  return `
// @gxp-verifies SPEC-${pad(specification)}
${rest}it('does thing ${n}', () => {
${body}})
`
}

const STATE_HASH = '0'.repeat(64)
/** The commit that all evidence names. */
export const COMMIT = '0'.repeat(40)
const NOBODY = { commit: COMMIT, stateHash: STATE_HASH }

function claims(n: number, about: Numbers, { commit, stateHash }: typeof NOBODY) {
  const specification = n % about.specifications
  return {
    '@context': 'https://www.rosie-standard.org/evidence/v1',
    gxp_id: `EV-${pad(n)}`,
    spec_id: `SPEC-${pad(specification)}`,
    verification_tier: isFirstRound(specification, about) ? 'IQ' : 'OQ',
    test_results: { tool: 'vitest', version: '3.0.0', passed: 3, failed: 0, skipped: 0, duration_ms: 12 },
    timestamp: '2026-02-05T10:00:00Z',
    system_state_hash: `sha256:${stateHash}`,
    git_commit: commit,
  }
}
