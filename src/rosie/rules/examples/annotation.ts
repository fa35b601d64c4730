import type { RulePage } from './example.ts'
import { lines } from './sample.ts'

const SOURCE = 'src/round.ts'
const CODE = 'export const round = (mg: number) => Math.round(mg)'
const TEST = 'test/round.test.ts'
const CASE = "it('rounds to whole milligrams', () => expect(round(1.4)).toBe(1))"

const source = (...tags: string[]) => ({ [SOURCE]: lines(...tags.map((tag) => `// ${tag}`), CODE) })
const test = (...tags: string[]) => ({ [TEST]: lines(...tags.map((tag) => `// ${tag}`), CASE) })

export const annotationPages: Record<string, RulePage> = {
  'annotation/malformed': {
    clause: 'GxP.MD, "Annotations"; RFC-001, "In-code annotations"',
    why: 'A tag that does not parse is a tag that is not there: the code looks traced and is not. Ids are in capitals, values are written as they are listed, and nothing stands between tag and value but a space.',
    bad: source('@gxp-implements SPEC-001-001', '@gxp-risk high'),
    good: source('@gxp-implements SPEC-001-001', '@gxp-risk HIGH'),
  },
  'annotation/unknown-id': {
    clause: 'RFC-001, "Traceability"',
    why: 'The code says that it serves something which does not exist: a slip of the finger, or a document that was never written or was taken away. Correct the id, or write the document.',
    bad: source('@gxp-satisfies REQ-010', '@gxp-risk HIGH'),
    good: source('@gxp-satisfies REQ-001', '@gxp-risk HIGH'),
  },
  'annotation/missing-tag': {
    clause: 'GxP.MD, "Required tags"',
    why: 'An annotation is of use when it is whole: what the code fulfils and how high its risk is, or what a test verifies and in which tier. A block inside another (a case in its suite) takes from that what it does not say itself. Add the tag that is named.',
    bad: test('@gxp-verifies SPEC-001-001', '@gxp-risk HIGH'),
    good: test('@gxp-verifies SPEC-001-001', '@test-type OQ', '@gxp-risk HIGH'),
  },
  'annotation/mixed-risk': {
    clause: 'GxP.MD, "Risk"',
    why: 'One piece of code has one risk. Where a block claims several, the highest counts, which may not be what its author meant. Keep one, or split the block so that each part of the code has its own.',
    bad: source('@gxp-implements SPEC-001-001', '@gxp-risk HIGH', '@gxp-risk LOW'),
    good: source('@gxp-implements SPEC-001-001', '@gxp-risk HIGH'),
  },
  'annotation/risk-mismatch': {
    clause: 'GxP.MD, "Risk"; EU Annex 11 (2011), 1',
    why: 'A requirement of HIGH risk whose source or tests are rated lower escapes what HIGH demands; the other way round, somebody knows of a risk that the requirement does not name. Decide which is right and say it in both.',
    bad: test('@gxp-verifies SPEC-001-002', '@test-type OQ', '@gxp-risk LOW'),
    good: test('@gxp-verifies SPEC-001-002', '@test-type OQ', '@gxp-risk HIGH'),
    both: source('@gxp-satisfies REQ-001', '@gxp-implements SPEC-001-002', '@gxp-risk HIGH'),
  },
  'annotation/legacy-tag': {
    clause: 'GxP.MD, "Migration"; RFC-001 draft-02 and draft-03, "In-code annotations"',
    why: 'Tags of all generations are read, so nothing is lost. A project that has gone over to the newer ones should not have two ways of saying the same. Replace them when the file is next edited; there is no hurry.',
    bad: source('@gxp-tag SPEC-001-001', '@gxp-criticality HIGH'),
    good: source('@gxp-implements SPEC-001-001', '@gxp-risk HIGH'),
  },
  'annotation/risk-concern': {
    clause: 'GxP.MD, "Risk"',
    why: 'Whoever wrote this code doubts its rating and left the decision to a person. Decide, record it in the risk register, and take the tag away.',
    bad: source('@gxp-implements SPEC-001-001', '@gxp-risk HIGH', '@gxp-risk-concern "a half is rounded up"'),
    good: source('@gxp-implements SPEC-001-001', '@gxp-risk HIGH'),
  },
  'annotation/untagged-source': {
    clause: 'GxP.MD, "Required tags"',
    why: 'A project may demand that all source of certain directories says what it is for, so that no code is there without a reason. Annotate the file, or take it out of the globs of the policy.',
    policy: { sources: ['src/**'], severities: { 'annotation/untagged-source': 'warning' } },
    bad: source(),
    good: source('@gxp-implements SPEC-001-001', '@gxp-risk HIGH'),
  },
}
