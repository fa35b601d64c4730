/** The pages of the rules about signed evidence. */
import { EVIDENCE_HISTORY_PAGES } from './evidence-history.ts'
import { EVIDENCE_SIGNATURE_PAGES } from './evidence-signature.ts'
import { EVIDENCE_STATE_PAGES } from './evidence-state.ts'
import type { RulePage } from './example.ts'
import { lines, sampleClaims, withFrontMatter } from './sample.ts'

const OQ = '.gxp/evidence/EV-SPEC-001-001-OQ.jws'
const RERUN = '.gxp/evidence/EV-SPEC-001-001-OQ-2.jws'
const FAILED = { tool: 'vitest', version: '3.0.0', passed: 3, failed: 1, skipped: 0, duration_ms: 12 }

const claimPages: Record<string, RulePage> = {
  'evidence/missing-claim': {
    clause: 'RFC-001, "Evidence"; 21 CFR 11.50 (time of signing)',
    why: 'Evidence that does not say what was tested, in which state, when and with what result shows nothing, however well it is signed. Nor does one of a tier that is none, or whose commit or times can not be read. Such evidence counts for nothing. Add new evidence with all four claims; the older one then becomes a notice.',
    bad: { [OQ]: { claims: sampleClaims({ timestamp: undefined, system_state_hash: undefined }) } },
    good: { [OQ]: { claims: sampleClaims() } },
  },
  'evidence/unknown-spec': {
    clause: 'RFC-001, "Traceability"; GxP.MD, "Edge types" (produces)',
    why: 'Evidence for an id that nothing defines speaks for no requirement: most often the id is misspelt, or the specification was renamed. Correct the id in the tool that writes the evidence, or write the specification down.',
    bad: { [RERUN]: { claims: sampleClaims({ spec_id: 'SPEC-001-010' }) } },
    good: { [RERUN]: { claims: sampleClaims() } },
  },
  'evidence/failed': {
    clause: 'RFC-001, "Evidence" (failures are kept); 21 CFR 11.10(a)',
    why: 'The newest run of a specification says how things stand, and here it failed. A run that says it failed has failed, also where it counts no failed test. Mend the cause and add the evidence of a new run; the failed one stays, as it should, and is no longer the newest.',
    bad: { [RERUN]: { claims: sampleClaims({ timestamp: '2026-02-05T11:00:00Z', test_results: FAILED }) } },
    good: {
      [RERUN]: { claims: sampleClaims({ timestamp: '2026-02-05T11:00:00Z', test_results: FAILED }) },
      '.gxp/evidence/EV-SPEC-001-001-OQ-mended.jws': { claims: sampleClaims({ timestamp: '2026-02-05T12:00:00Z' }) },
    },
  },
  'evidence/future': {
    clause: '21 CFR 11.10(e) and 11.50 (time stamps); RFC 7519, section 4.1.6',
    why: 'A time that has not come can not be the time of a test, so that nothing about the order of the evidence can be trusted. Set the clock of the machine that signs, and add new evidence.',
    bad: { [RERUN]: { claims: sampleClaims({ timestamp: '2026-02-07T10:00:00Z' }) } },
    good: { [RERUN]: { claims: sampleClaims({ timestamp: '2026-02-06T10:04:00Z' }) } },
  },
  'evidence/expired': {
    clause: 'RFC 7519, section 4.1.4 (`exp`); EU Annex 11, 11 (periodic evaluation)',
    why: 'The signer said until when this evidence counts, and that time is past. Run the tests again and add what they say as new evidence.',
    bad: { [OQ]: { claims: sampleClaims({ exp: 1770372000 }) } },
    good: { [OQ]: { claims: sampleClaims({ exp: 1801908000 }) } },
  },
}

const SPECIFICATION = '.gxp/specs/SPEC-001-002-rounding.md'
const rounding = withFrontMatter([
  'gxp_id: SPEC-001-002',
  'title: Rounding',
  'parent_id: US-001-001',
  'verification_tier: OQ',
])
const roundingSource = lines(
  '// @gxp-satisfies REQ-001',
  '// @gxp-implements SPEC-001-002',
  '// @gxp-risk HIGH',
  'export const rounded = (mg: number) => Math.floor(mg)',
)
const roundingTest = lines(
  '// @gxp-verifies SPEC-001-002',
  '// @test-type OQ',
  "it('rounds down', () => expect(rounded(1.5)).toBe(1))",
)

const demandPages: Record<string, RulePage> = {
  'evidence/missing': {
    clause: 'RFC-001, "Evidence" (by risk); GxP.MD, "Risk matrix"; 21 CFR 11.10(a)',
    why: 'A specification that serves a requirement of high risk needs evidence that somebody signed; below that a record of testing is enough. Run its tests where the key is, and commit what is signed under `.gxp/evidence/`. Once a key is trusted, a requirement of high risk is to be proven: by evidence of passing tests that names a commit of this repository, claims the hash of its source, and was made for the source as it is. Where it is not, and nothing else says why, that is told at the requirement.',
    both: { [SPECIFICATION]: rounding, 'src/round.ts': roundingSource, 'test/round.test.ts': roundingTest },
    bad: {},
    good: {
      '.gxp/evidence/EV-SPEC-001-002-OQ.jws': {
        claims: sampleClaims({ gxp_id: 'EV-SPEC-001-002-OQ', spec_id: 'SPEC-001-002' }),
      },
    },
  },
  'evidence/second-signature': {
    clause: 'STANDARD "Evidence" (two independent signers recommended for HIGH); GxP.MD, "Risk matrix", signing',
    why: 'Two people who sign independently catch what one overlooks. The rule is off until a policy asks for it; then evidence of HIGH specifications is a general JWS that two trusted keys signed.',
    policy: { severities: { 'evidence/second-signature': 'warning' } },
    both: {
      '.gxp/evidence/EV-SPEC-001-001-IQ.jws': { claims: sampleClaims({ verification_tier: 'IQ' }), by: 'both' },
      '.gxp/evidence/EV-SPEC-001-001-PQ.jws': { claims: sampleClaims({ verification_tier: 'PQ' }), by: 'both' },
    },
    bad: { [OQ]: { claims: sampleClaims() } },
    good: { [OQ]: { claims: sampleClaims(), by: 'both' } },
  },
}

export const evidencePages: Record<string, RulePage> = {
  ...EVIDENCE_SIGNATURE_PAGES,
  ...claimPages,
  ...EVIDENCE_STATE_PAGES,
  ...demandPages,
  ...EVIDENCE_HISTORY_PAGES,
}
