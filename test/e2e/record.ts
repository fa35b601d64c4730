/** Records as people keep them, small enough to be read in a test. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { CompactSign } from 'jose'
import type { Files } from '../support/github/index.ts'

export const CONTEXT = `---
id: 7f0c2b1e-52a4-4c0b-9a53-6a1f3f2d9c11
project_name: Infusion Lab
version: 1.0.0
gxp_risk_rating: MEDIUM
validation_status: in_review
intended_use: |
  Computes infusion rates for a pharmacist, who checks each of them before use.
---
`

export const requirement = (id: string, title = 'Infusion rate') => `---
gxp_id: ${id}
title: ${title}
gxp_risk_rating: LOW
acceptance_criteria:
  - The rate is volume over time
validation_status: in_review
---
`

/** `parent_id` is on line 4. */
export const story = (id: string, parent: string, title = 'See the rate') => `---
gxp_id: ${id}
title: ${title}
parent_id: ${parent}
as_a: pharmacist
i_want: the infusion rate
so_that: I need not compute it by hand
acceptance_criteria:
  - The rate is shown with its unit
status: implemented
---
`

/** `parent_id` is on line 4. */
export const specification = (id: string, parent: string, title = 'Rate computation') => `---
gxp_id: ${id}
title: ${title}
parent_id: ${parent}
verification_tier: OQ
---
`

export const source = (...specifications: string[]) =>
  specifications
    .map(
      (id, n) =>
        `/**\n * @gxp-implements ${id}\n * @gxp-risk LOW\n */\nexport const rate${n} = (ml: number, h: number) => ml / h\n`,
    )
    .join('\n')

const tests = (...specifications: string[]) =>
  specifications
    .map(
      (id, n) =>
        `// @gxp-verifies ${id}\n// @test-type OQ\n// @gxp-risk LOW\nit('divides', () => expect(rate${n}(1, 2)).toBe(0.5))\n`,
    )
    .join('\n')

const recordOfTesting = (specification: string) => `---
spec_id: ${specification}
tester: A. Tester
test_date: 2026-03-02
test_type: scripted
result: PASS
summary: The rate was volume over time.
---
`

const REGISTER = `# Risk register

## RISK-001: Rate in the wrong unit

- **Date**: 2026-02-12
- **Author**: Infusion Lab
- **Component**: src/rate.ts
- **Risk Level**: LOW
- **Description**: A volume typed in litres is taken for millilitres.
- **Impact**: The pharmacist sees a rate that is far too low, and asks
- **Mitigation**: The rate is shown with its unit
- **Status**: mitigated
`

const STORY = '.gxp/user_stories/US-001-001-rate.md'
export const SPECIFICATION = '.gxp/specs/SPEC-001-001-rate.md'
export const PARENT_LINE = 4

/** A whole record without findings: one requirement, its story, its specification, source, test and what it showed. */
export const RECORD: Files = {
  '.gxp/system_context.md': CONTEXT,
  '.gxp/requirements/REQ-001-rate.md': requirement('REQ-001'),
  [STORY]: story('US-001-001', 'REQ-001'),
  [SPECIFICATION]: specification('SPEC-001-001', 'US-001-001'),
  'src/rate.ts': source('SPEC-001-001'),
  'test/rate.test.ts': tests('SPEC-001-001'),
  '.gxp/risk_assessment.log': REGISTER,
  '.gxp/evidence/ROT-SPEC-001-001.md': recordOfTesting('SPEC-001-001'),
}

/** The change that breaks a reference, and the one that mends it. */
export const BROKEN: Files = { [SPECIFICATION]: specification('SPEC-001-001', 'US-001-009') }
export const MENDED: Files = {
  [SPECIFICATION]: specification('SPEC-001-001', 'US-001-001', 'Rate computation, mended'),
}

/** So many stories, each under a requirement that nothing defines: one error each, and none beside. */
export function brokenStories(count: number): Record<string, string> {
  const ids = Array.from({ length: count }, (_, n) => `US-1${String(n).padStart(3, '0')}`)
  return Object.fromEntries(ids.map((id) => [`.gxp/user_stories/${id}.md`, story(id, 'REQ-404')]))
}

/**
 * So many artifacts, a third each of requirements, stories and specifications, all written and tested; and so many files
 * in all. Without findings: from the 51st on, each would cost requests for annotations.
 */
export function largeRecord(artifacts: number, files: number): Files {
  const record: Files = { '.gxp/system_context.md': CONTEXT, '.gxp/risk_assessment.log': REGISTER }
  const specifications: string[] = []
  for (let n = 1; n <= artifacts / 3; n++) {
    const number = String(n).padStart(4, '0')
    specifications.push(`SPEC-${number}`)
    record[`.gxp/requirements/REQ-${number}.md`] = requirement(`REQ-${number}`, `Requirement ${n}`)
    record[`.gxp/user_stories/US-${number}.md`] = story(`US-${number}`, `REQ-${number}`, `Story ${n}`)
    record[`.gxp/specs/SPEC-${number}.md`] = specification(`SPEC-${number}`, `US-${number}`, `Specification ${n}`)
    record[`.gxp/evidence/ROT-SPEC-${number}.md`] = recordOfTesting(`SPEC-${number}`)
  }
  record['src/all.ts'] = source(...specifications)
  record['test/all.test.ts'] = tests(...specifications)
  for (let n = Object.keys(record).length; n < files; n++)
    record[`src/part-${n % 40}/file-${n}.ts`] = `export const part${n} = ${n}\n`
  return record
}

// ── evidence ────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface Signer {
  /** A public key file. */
  pem: string
  privateKey: KeyObject
}

export function newSigner(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { pem: publicKey.export({ type: 'spki', format: 'pem' }).toString(), privateKey }
}

/** A test run of a specification, signed. */
export function evidence({ privateKey }: Signer, specification: string, run = 1): Promise<string> {
  const claims = {
    '@context': 'https://www.rosie-standard.org/evidence/v1',
    gxp_id: `EV-${specification}-${run}`,
    spec_id: specification,
    verification_tier: 'OQ',
    test_results: {
      tool: 'node:test',
      version: '20',
      passed: 3,
      failed: 0,
      skipped: 0,
      duration_ms: 12,
      test_cases: [],
    },
    timestamp: '2026-03-02T10:00:00Z',
    system_state_hash: 'ab'.repeat(32),
    git_commit: 'c'.repeat(40),
  }
  return new CompactSign(Buffer.from(JSON.stringify(claims)))
    .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: 'qa-2026' })
    .sign(privateKey)
}
