import type { RulePage } from './example.ts'
import { lines, withFrontMatter } from './sample.ts'

const REQUIREMENT = '.gxp/requirements/REQ-001-dose-limit.md'
const STORY = '.gxp/user_stories/US-001-001-refuse-overdose.md'
const SPECIFICATION = '.gxp/specs/SPEC-001-001-limit-check.md'
const ROUNDING = '.gxp/specs/SPEC-001-002-rounding.md'

const requirement = (id: string, title: string, ...fields: string[]) =>
  withFrontMatter([`gxp_id: ${id}`, `title: ${title}`, ...fields, 'acceptance_criteria:', '  - The test shows it'])

const story = (...fields: string[]) =>
  withFrontMatter([
    'gxp_id: US-001-001',
    'title: Refuse an overdose',
    ...fields,
    'as_a: pharmacist',
    'i_want: doses above the limit to be refused',
    'so_that: no patient is harmed by a slip of the finger',
    'acceptance_criteria:',
    '  - The dose is not shown',
  ])

const limitCheck = (...fields: string[]) =>
  withFrontMatter(['gxp_id: SPEC-001-001', 'title: Limit check', ...fields, 'verification_tier: OQ'])

const rounding = (...fields: string[]) =>
  withFrontMatter([
    'gxp_id: SPEC-001-002',
    'title: Rounding to whole milligrams',
    'parent_id: US-001-001',
    'verification_tier: OQ',
    ...fields,
  ])

const ROUNDING_SOURCE = lines(
  '// @gxp-satisfies REQ-001',
  '// @gxp-implements SPEC-001-002',
  '// @gxp-risk HIGH',
  'export const rounded = (mg: number) => Math.floor(mg)',
)
const ROUNDING_TEST = lines(
  '// @gxp-verifies SPEC-001-002',
  '// @test-type OQ',
  "it('rounds down', () => expect(rounded(1.9)).toBe(1))",
)

export const tracePages: Readonly<Record<string, RulePage>> = {
  'trace/broken-reference': {
    clause: 'RFC-001, "Traceability"; 21 CFR 11.10(a)',
    why: 'A reference to nothing breaks the way from a requirement to its tests: what lies below it counts for no requirement. Name an id that exists, or add the document that is meant.',
    bad: { [STORY]: story('parent_id: REQ-0001') },
    good: { [STORY]: story('parent_id: REQ-001') },
  },
  'trace/wrong-type': {
    clause: 'GxP.MD, "Edge types"; RFC-001, "Traceability"',
    why: 'A story serves a requirement, a specification serves a story or a requirement, a test verifies a specification or a story. An edge that joins other types says nothing that can be relied on, so it carries no coverage. Name what is meant, or use the key or tag for it.',
    bad: { [SPECIFICATION]: limitCheck('implements: REQ-001') },
    good: { [SPECIFICATION]: limitCheck('satisfies: REQ-001') },
  },
  'trace/missing-parent': {
    clause: 'RFC-001, "User stories", "Specifications"; GxP.MD, "Traceability graph"',
    why: 'Without a parent no one can tell which requirement a story or a specification serves, and its tests count for none. Parents are never guessed from the digits of an id. Name one as `parent_id`, or with `satisfies`, `implements` or `derives_from`.',
    bad: { [SPECIFICATION]: limitCheck() },
    good: { [SPECIFICATION]: limitCheck('parent_id: US-001-001') },
  },
  'trace/cycle': {
    clause: 'GxP.MD, "Traceability graph": the graph is acyclic',
    why: 'Where documents derive from each other in a circle, none of them says where the chain begins. Take away the reference that points the wrong way.',
    both: {
      '.gxp/requirements/REQ-002-renal.md': requirement(
        'REQ-002',
        'The limit depends on kidney function',
        'gxp_risk_rating: LOW',
        'satisfies: REQ-001',
      ),
    },
    bad: { [REQUIREMENT]: requirement('REQ-001', 'A dose never exceeds the limit', 'satisfies: REQ-002') },
    good: { [REQUIREMENT]: requirement('REQ-001', 'A dose never exceeds the limit', 'gxp_risk_rating: HIGH') },
  },
  'trace/uncovered-requirement': {
    clause: 'GxP.MD, "Gates"; 21 CFR 11.10(a)',
    why: 'A requirement that no test reaches is a promise that nobody looked at. A way counts only over edges of the right types: a file that a tested requirement shares is none. Add a test that verifies one of its specifications, or signed evidence of one.',
    bad: {
      '.gxp/requirements/REQ-002-renal.md': requirement(
        'REQ-002',
        'The limit depends on kidney function',
        'gxp_risk_rating: HIGH',
      ),
      'src/renal.ts': lines('// @gxp-satisfies REQ-002', '// @gxp-risk HIGH', 'export const renal = 1'),
    },
    good: {
      '.gxp/requirements/REQ-002-renal.md': requirement(
        'REQ-002',
        'The limit depends on kidney function',
        'gxp_risk_rating: HIGH',
      ),
      [ROUNDING]: rounding('satisfies: REQ-002'),
      'test/rounding.test.ts': ROUNDING_TEST,
    },
  },
  'trace/missing-tier': {
    clause: 'GxP.MD, "Risk matrix"',
    why: 'The risk of a requirement says which tiers of qualification it needs: by default IQ, OQ and PQ for HIGH, OQ and PQ for MEDIUM, OQ for LOW. Add a test with `@test-type` of the missing tier, or signed evidence of it.',
    bad: { '.gxp/evidence/EV-SPEC-001-001-PQ.jws': null },
    good: {
      '.gxp/evidence/EV-SPEC-001-001-PQ.jws': null,
      'e2e/dose.e2e.ts': lines(
        '// @gxp-verifies SPEC-001-001',
        '// @test-type PQ',
        "it('does not show an overdose', () => expect(page).toHaveText('refused'))",
      ),
    },
  },
  'trace/unverified-specification': {
    clause: 'RFC-001, "Specifications"; 21 CFR 11.10(a)',
    why: 'A specification says how something is built and at which tier that is verified; without a test, evidence or a record of testing nobody did. Where nothing tests its requirement at all, that is told instead. Annotate the test that verifies it, or name it in `test_files`.',
    both: { 'src/rounding.ts': ROUNDING_SOURCE },
    bad: { [ROUNDING]: rounding() },
    good: { [ROUNDING]: rounding(), 'test/rounding.test.ts': ROUNDING_TEST },
  },
  'trace/unimplemented-specification': {
    clause: 'RFC-001, "Specifications"; GxP.MD, "Traceability graph"',
    why: 'A specification that is tested but that no source names leaves open which code a change to it concerns. Annotate the source that implements it, or name it in `source_files`. A specification that exists only in annotations is implemented where it is named.',
    both: { 'test/rounding.test.ts': ROUNDING_TEST },
    bad: { [ROUNDING]: rounding() },
    good: { [ROUNDING]: rounding('source_files:', '  - src/dose.ts') },
  },
  'trace/missing-file': {
    clause: 'RFC-001, "Specifications": `source_files`, `test_files`',
    why: 'A path that leads nowhere was most likely renamed without its specification: the link from the document to the code is lost. Paths are from the root of the repository. Nothing is said of directories, patterns and languages that are not read.',
    bad: { [SPECIFICATION]: limitCheck('parent_id: US-001-001', 'source_files:', '  - src/limit.ts') },
    good: { [SPECIFICATION]: limitCheck('parent_id: US-001-001', 'source_files:', '  - src/dose.ts') },
  },
  'trace/orphan': {
    clause: 'GxP.MD, "Traceability graph"',
    why: 'What refers to nothing and is referred to by nothing takes no part in the record. That nothing tests such a requirement, or that such a story or specification has no parent, says as much: this is told where the policy makes less of that, as here. Refer to it from the story, specification or source that serves it, or retire it.',
    policy: { severities: { 'trace/uncovered-requirement': 'off' } },
    bad: { '.gxp/requirements/REQ-002-renal.md': requirement('REQ-002', 'The limit depends on kidney function') },
    good: {
      '.gxp/requirements/REQ-002-renal.md': requirement(
        'REQ-002',
        'The limit depends on kidney function',
        'validation_status: retired',
      ),
    },
  },
}
