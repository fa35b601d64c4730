import { document, lines } from '../../support/record.ts'
import { ROT } from './shared.ts'

/** A Python service of draft-02: tags in docstrings and comments, decisions as the community writes them. */
export const PYTHON_SERVICE = {
  'pyproject.toml': '[project]\nname = "titration"\n',
  '.gxp/system_context.md': document([
    'id: 5f0c9a34-55c8-49f1-8d0e-1f3a8be4c7d2',
    'project_name: Titration',
    'version: 0.4.1',
    'gxp_risk_rating: LOW',
    'validation_status: DRAFT',
    'intended_use: Suggests the next dose of a titration protocol to the study nurse.',
  ]),
  '.gxp/requirements/REQ-010-next-dose.md': document([
    'gxp_id: REQ-010',
    'title: The next dose follows the protocol',
    'risk_level: LOW',
    'acceptance_criteria:',
    '  - A step is never skipped',
    'validation_status: DRAFT',
  ]),
  '.gxp/user_stories/US-010-001.md': document([
    'gxp_id: US-010-001',
    'title: See the next dose',
    'parent_id: REQ-010',
    'as_a: study nurse',
    'i_want: to see the next dose',
    'so_that: the protocol is kept',
    'acceptance_criteria: [The step is shown]',
  ]),
  '.gxp/specs/SPEC-010-001.md': document([
    'gxp_id: SPEC-010-001',
    'title: Steps',
    'parent_id: US-010-001',
    'verification_tier: OQ',
  ]),
  '.gxp/risk_assessment.log': lines(
    '# One line an entry',
    '[2026-01-12] RISK-010 | REQ-010 | Risk: LOW | Impact: A step is skipped | Mitigation: Unit tests of each step | Test Coverage: 100%',
  ),
  '.gxp/evidence/ROT-SPEC-010-001.md': ROT('SPEC-010-001'),
  'docs/adr/0001-record-architecture-decisions.md': '# 1. Record architecture decisions\n',
  'titration/__init__.py': '',
  'titration/steps.py': lines(
    '"""Steps of a titration protocol.',
    '',
    '@gxp-tag SPEC-010-001',
    '@gxp-criticality LOW',
    '@requirement REQ-010',
    '@description Answers the next step.',
    '"""',
    'HELP = "write @gxp-tag above your code"',
    '',
    '',
    'def next_step(step: int) -> int:',
    '    return step + 1',
  ),
  'tests/test_steps.py': lines(
    '# @gxp-tag SPEC-010-001',
    '# @gxp-criticality LOW',
    '# @test-type unit',
    'def test_next_step():',
    '    assert next_step(1) == 2',
  ),
}
