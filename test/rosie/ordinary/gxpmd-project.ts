import { document, lines } from '../../support/record.ts'
import { CONTEXT, REGISTER, ROT } from './shared.ts'

/** GxP.MD 3.0: the policy in front matter, annotations as edges. */
export const GXPMD_PROJECT = {
  'GxP.MD': document(
    [
      'gxpmd_version: "3.0"',
      'project:',
      '  name: pump-controller',
      'regulatory:',
      '  profile: medical-device',
      'risk:',
      '  matrix:',
      '    HIGH: {required_tiers: [OQ, PQ], signing_required: false}',
      'annotations:',
      '  schema: v3',
    ],
    '# How we work',
  ),
  '.gxp/system_context.md': CONTEXT.replace('gxp_risk_rating: MEDIUM', 'gxp_risk_rating: HIGH'),
  '.gxp/risk_assessment.log': REGISTER,
  '.gxp/requirements/REQ-P-001.md': document([
    'gxp_id: REQ-P-001',
    'title: The pump stops on air',
    'gxp_risk_rating: HIGH',
    'acceptance_criteria: [It stops within 200 ms]',
  ]),
  '.gxp/specs/SPEC-P-001.md': document([
    'gxp_id: SPEC-P-001',
    'title: Air detector',
    'satisfies: [REQ-P-001]',
    'verification_tier: OQ',
  ]),
  '.gxp/evidence/ROT-SPEC-P-001.md': ROT('SPEC-P-001'),
  'src/air.c': lines(
    '/* @gxp-satisfies REQ-P-001',
    ' * @gxp-implements SPEC-P-001',
    ' * @gxp-risk HIGH',
    ' */',
    'int stop(int air) { return air > 0; }',
  ),
  'tests/air_test.c': lines(
    '// @gxp-verifies SPEC-P-001',
    '// @test-type OQ',
    '// @gxp-risk HIGH',
    'void stops(void) { assert(stop(1)); }',
  ),
  'pq/air_on_the_bench.py': lines(
    '# @gxp-verifies SPEC-P-001',
    '# @test-type PQ',
    '# @gxp-risk HIGH',
    'def test_bench(): ...',
  ),
}
