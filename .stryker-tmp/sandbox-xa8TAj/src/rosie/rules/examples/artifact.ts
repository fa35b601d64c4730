// @ts-nocheck
import type { RulePage } from './example.ts'
import { lines, withFrontMatter } from './sample.ts'

const OTHER = '.gxp/requirements/REQ-002-audit-trail.md'
const STORY = '.gxp/user_stories/US-001-001-refuse-overdose.md'

/** A second requirement; each line of it may be another. */
const other = (changes: { id?: string; title?: string; risk?: string } = {}) =>
  withFrontMatter([
    changes.id ?? 'gxp_id: REQ-002',
    changes.title ?? 'title: Each dose is recorded with its user',
    changes.risk ?? 'gxp_risk_rating: MEDIUM',
    'acceptance_criteria:',
    '  - The record names the user',
  ])

const story = (...parts: string[]) =>
  withFrontMatter([
    'gxp_id: US-001-001',
    'title: Refuse an overdose',
    'parent_id: REQ-001',
    ...parts,
    'acceptance_criteria:',
    '  - The dose is not shown',
  ])

const UMLAUT = 'title: Überdosis is recorded'
const EXPORT = '| 2026-01-20 10:00 | A. Nurse | 5 mg | given | ward 3, bed 12 |'

export const artifactPages: Record<string, RulePage> = {
  'artifact/malformed-front-matter': {
    clause: 'RFC-001, "Requirements" to "Specifications"',
    why: 'The front matter is what makes a page of text a controlled record. If it can not be read, the file counts for nothing, and what refers to it hangs in the air. Mend the line that is named; text with a colon in it needs quotes.',
    bad: { [OTHER]: other({ title: 'title: Audit trail: who gave what' }) },
    good: { [OTHER]: other({ title: 'title: "Audit trail: who gave what"' }) },
  },
  'artifact/missing-id': {
    clause: 'RFC-001, "Identifiers"',
    why: 'Everything is traced by id: without one, nothing can refer to this file. Write the id that the message proposes.',
    bad: { [OTHER]: withFrontMatter(['title: Each dose is recorded', 'acceptance_criteria: [The user is named]']) },
    good: { [OTHER]: other() },
  },
  'artifact/invalid-id': {
    clause: 'RFC-001, "Identifiers"',
    why: 'An id says what it is the id of: `REQ-`, `US-` or `SPEC-`, then groups of capitals and digits. Anything else is found by no reference. Write it as the message shows.',
    bad: { [OTHER]: other({ id: 'gxp_id: req_002' }) },
    good: { [OTHER]: other({ id: 'gxp_id: REQ-002' }) },
  },
  'artifact/duplicate-id': {
    clause: 'RFC-001, "Identifiers"; 21 CFR 11.10(k)',
    why: 'Two files with one id: a reference to it could mean either, and evidence for one would count for both. Give one of them an id of its own; ids of retired documents are not used again.',
    bad: { [OTHER]: other({ id: 'gxp_id: REQ-001' }) },
    good: { [OTHER]: other({ id: 'gxp_id: REQ-002' }) },
  },
  'artifact/id-path-mismatch': {
    clause: 'RFC-001, "Repository layout"',
    why: 'People look for a document by its file name, machines by its id. Where the two differ, they read different documents. Rename the file, or correct the id.',
    bad: { '.gxp/requirements/REQ-003-audit-trail.md': other({ id: 'gxp_id: REQ-002' }) },
    good: { [OTHER]: other({ id: 'gxp_id: REQ-002' }) },
  },
  'artifact/missing-field': {
    clause: 'RFC-001, "Requirements", "User stories", "Specifications"',
    why: 'A requirement without acceptance criteria can not be tested, a story without its parts says neither who needs it nor why, and a specification without a tier does not say how it is verified. Write what is missing.',
    bad: { [STORY]: story('as_a: pharmacist', 'i_want: doses above the limit to be refused') },
    good: {
      [STORY]: story(
        'as_a: pharmacist',
        'i_want: doses above the limit to be refused',
        'so_that: no patient is harmed by a slip of the finger',
      ),
    },
  },
  'artifact/invalid-value': {
    clause: 'RFC-001, "Requirements"; GxP.MD, "Risk"',
    why: 'Risk, tier and status decide what a document is held to. A word outside the set, or two keys that contradict each other, decide nothing. Write one of the words that are named, in capitals where they are.',
    bad: { [OTHER]: other({ risk: 'gxp_risk_rating: Critical' }) },
    good: { [OTHER]: other({ risk: 'gxp_risk_rating: HIGH' }) },
  },
  'artifact/misplaced': {
    clause: 'RFC-001, "Repository layout"',
    why: 'Each kind of document has its directory, so that people and tools find all of a kind. A requirement among the specifications is read all the same, but easily missed in a review. Move it.',
    bad: { '.gxp/specs/REQ-002-audit-trail.md': other() },
    good: { [OTHER]: other() },
  },
  'artifact/unknown-file': {
    clause: 'RFC-001, "Repository layout"',
    why: "The record holds what the standard knows. A file of another kind counts for nothing here, which its author may not expect: a requirement kept as a word processor's file is no requirement. Move it elsewhere, or write it in the form of the standard.",
    bad: { '.gxp/requirements/REQ-002-audit-trail.txt': 'Each dose is recorded with its user.\n' },
    good: { [OTHER]: other() },
  },
  'artifact/encoding': {
    clause: '21 CFR 11.10(b): accurate and complete copies in human readable form',
    why: 'A record must read the same for everyone. Bytes that are not UTF-8, or that are NUL, are shown differently by each program, so such a file is not read. Save it as UTF-8 text.',
    bad: { [OTHER]: `${other({ title: UMLAUT })}\0` },
    good: { [OTHER]: other({ title: UMLAUT }) },
  },
  'artifact/too-large': {
    clause: 'RFC-001, "Repository layout"; the limit is `limits.file_bytes` of the policy',
    why: 'A file over the limit is not read, so nothing in it counts; for evidence and documents that is an error. Keep large data elsewhere and refer to it by its hash, or raise the limit.',
    policy: { maxFileBytes: 2048 },
    bad: { [OTHER]: `${other()}${lines(EXPORT).repeat(32)}` },
    good: { [OTHER]: `${other()}${lines(EXPORT)}` },
  },
}
