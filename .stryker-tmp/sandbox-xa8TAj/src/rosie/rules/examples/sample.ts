/** A small record that someone could have written, in which no rule finds anything: a calculator of drug doses. */
// @ts-nocheck

import type { Json, SourceState } from '../../model.ts'
import type { ExampleFiles } from './example.ts'

export const lines = (...text: string[]) => `${text.join('\n')}\n`

/** Front matter of these lines, then the body. */
export const withFrontMatter = (fields: string[], ...body: string[]) => lines('---', ...fields, '---', ...body)

/** The state of the source that the sample's evidence was made for, and the head's own. */
export const SAMPLE_STATE: SourceState = { id: 'a'.repeat(64), plain: 'b'.repeat(64), separated: 'c'.repeat(64) }
export const SAMPLE_COMMIT = 'd'.repeat(40)
/** When the examples are scanned. */
export const SAMPLE_NOW = '2026-02-06T10:00:00Z'

/** The claims of an evidence of the sample, with some of them changed; undefined takes a claim away. */
export function sampleClaims(changes: Record<string, Json | undefined> = {}): Record<string, Json> {
  const claims: Record<string, Json | undefined> = {
    gxp_id: 'EV-SPEC-001-001-OQ',
    spec_id: 'SPEC-001-001',
    verification_tier: 'OQ',
    test_results: { tool: 'vitest', version: '3.0.0', passed: 4, failed: 0, skipped: 0, duration_ms: 12 },
    timestamp: '2026-02-05T10:00:00Z',
    system_state_hash: `sha256:${SAMPLE_STATE.plain}`,
    git_commit: SAMPLE_COMMIT,
    ...changes,
  }
  return Object.fromEntries(
    Object.entries(claims).flatMap(([claim, value]) => (value === undefined ? [] : [[claim, value]])),
  )
}

const evidence = (tier: string) => ({
  claims: sampleClaims({ gxp_id: `EV-SPEC-001-001-${tier}`, verification_tier: tier }),
})

export const CONTEXT_FIELDS = [
  'id: 6f1c2d3e-4a5b-4c6d-8e7f-9a0b1c2d3e4f',
  'project_name: Dosing calculator',
  'version: 1.4.0',
  'gxp_risk_rating: HIGH',
  'validation_status: in_review',
  'intended_use: Computes the daily dose of an anticoagulant from weight and creatinine.',
]

export const SAMPLE: ExampleFiles = {
  '.gxp/system_context.md': withFrontMatter(CONTEXT_FIELDS, '# Dosing calculator'),
  '.gxp/requirements/REQ-001-dose-limit.md': withFrontMatter([
    'gxp_id: REQ-001',
    'title: A dose never exceeds the daily limit',
    'gxp_risk_rating: HIGH',
    'acceptance_criteria:',
    '  - A dose above the limit is refused',
  ]),
  '.gxp/user_stories/US-001-001-refuse-overdose.md': withFrontMatter([
    'gxp_id: US-001-001',
    'title: Refuse an overdose',
    'parent_id: REQ-001',
    'as_a: pharmacist',
    'i_want: doses above the limit to be refused',
    'so_that: no patient is harmed by a slip of the finger',
    'acceptance_criteria:',
    '  - The dose is not shown',
  ]),
  '.gxp/specs/SPEC-001-001-limit-check.md': withFrontMatter([
    'gxp_id: SPEC-001-001',
    'title: Limit check',
    'parent_id: US-001-001',
    'verification_tier: OQ',
  ]),
  '.gxp/risk_assessment.log': lines(
    '# Risk register',
    '',
    '## RISK-001: Overdose through a slip of the finger',
    '- Date: 2026-01-20',
    '- Author: QA',
    '- Component: dose',
    '- Risk Level: HIGH',
    '- Description: A typed dose is ten times the intended one.',
    '- Impact: Harm to a patient',
    '- Mitigation: REQ-001 refuses doses above the daily limit',
    '- Status: mitigated',
  ),
  '.gxp/adr/ADR-001-integer-milligrams.md': lines(
    '# ADR-001: Doses are whole milligrams',
    '',
    '## Status',
    'Accepted',
    '',
    '## Context',
    'Fractions invite rounding errors.',
    '',
    '## Decision',
    'Doses are integers, in milligrams.',
    '',
    '## Consequences',
    'Half tablets are entered as milligrams.',
  ),
  '.gxp/evidence/EV-SPEC-001-001-IQ.jws': evidence('IQ'),
  '.gxp/evidence/EV-SPEC-001-001-OQ.jws': evidence('OQ'),
  '.gxp/evidence/EV-SPEC-001-001-PQ.jws': evidence('PQ'),
  'src/dose.ts': lines(
    '/**',
    ' * @gxp-satisfies REQ-001',
    ' * @gxp-implements SPEC-001-001',
    ' * @gxp-risk HIGH',
    ' */',
    'export const allowed = (mg: number, limit: number) => mg <= limit',
  ),
  'test/dose.test.ts': lines(
    '// @gxp-verifies SPEC-001-001',
    '// @test-type OQ',
    '// @gxp-risk HIGH',
    "it('refuses a dose above the limit', () => expect(allowed(11, 10)).toBe(false))",
  ),
}
