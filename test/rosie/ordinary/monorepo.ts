import { document, lines } from '../../support/record.ts'
import { CONTEXT, REGISTER, ROT } from './shared.ts'

/** A monorepo: the record at the root, sources in packages, built files beside them. */
export const MONOREPO = {
  '.gxp/system_context.md': CONTEXT,
  '.gxp/risk_assessment.log': REGISTER,
  '.gxp/evidence/ROT-SPEC-INF-001.md': ROT('SPEC-INF-001'),
  '.gxp/requirements/REQ-001.md': document([
    'gxp_id: REQ-001',
    'title: Every change is logged',
    'gxp_risk_rating: MEDIUM',
    'acceptance_criteria: [The log names who and when]',
  ]),
  '.gxp/specs/SPEC-INF-001.md': document([
    'gxp_id: SPEC-INF-001',
    'title: Log table',
    'parent_id: REQ-001',
    'verification_tier: IQ',
    'source_files: [packages/backend/src/log.ts, packages/backend/migrations/001_log.sql, packages/backend/Dockerfile]',
    'test_files: ["packages/backend/test/**/*.spec.ts"]',
  ]),
  'packages/backend/src/log.ts': lines(
    '// @gxp-satisfies REQ-001',
    '// @gxp-implements SPEC-INF-001',
    '// @gxp-risk MEDIUM',
    'export const log = (who: string) => who',
  ),
  'packages/backend/migrations/001_log.sql': lines(
    '-- @gxp-implements SPEC-INF-001',
    '-- @gxp-risk MEDIUM',
    'CREATE TABLE log (who text);',
  ),
  'packages/backend/dist/log.js': '// @gxp-implements SPEC-GONE\n',
  'packages/backend/node_modules/other/index.js': '// @gxp-implements SPEC-OTHER\n',
  'packages/backend/test/log.spec.ts': lines(
    '// @gxp-verifies SPEC-INF-001',
    '// @test-type OQ',
    '// @gxp-risk MEDIUM',
    "describe('log', () => {",
    '  // @test-type IQ',
    "  it('is there after migration', () => {})",
    '})',
  ),
  'packages/web/e2e/log.spec.ts': lines(
    '// @gxp-verifies SPEC-INF-001',
    '// @test-type PQ',
    '// @gxp-risk MEDIUM',
    "test('shows the log', () => {})",
  ),
}
