// @ts-nocheck
import type { RulePage } from './example.ts'
import { CONTEXT_FIELDS, lines, withFrontMatter } from './sample.ts'

const PATH = '.gxp/system_context.md'

/** The system context with some of its lines replaced. */
const context = (changes: Record<string, string>) =>
  withFrontMatter(
    CONTEXT_FIELDS.map((field) => changes[field.slice(0, field.indexOf(':'))] ?? field),
    '# Dosing calculator',
  )

/** The source of HIGH risk, which now refuses the limit itself. */
const STRICTER = lines(
  '/**',
  ' * @gxp-satisfies REQ-001',
  ' * @gxp-implements SPEC-001-001',
  ' * @gxp-risk HIGH',
  ' */',
  'export const allowed = (mg: number, limit: number) => mg < limit',
)

export const contextPages: Record<string, RulePage> = {
  'context/missing': {
    clause: 'RFC-001, "System context"; 21 CFR 11.10(k)',
    why: 'Everything else in the record is about a system: its name, its version, its risk and what it is meant for. Without the system context nobody can say what the evidence is evidence of. Write it, or restore it if it was deleted.',
    bad: { [PATH]: null },
    good: {},
  },
  'context/invalid-field': {
    clause: 'RFC-001, "System context"',
    why: 'These fields are read by people and machines: the id tells systems apart, the version tells states apart, the rating decides how much must be shown. A word outside its set decides nothing. Write what the message proposes.',
    bad: { [PATH]: context({ version: 'version: v1.4', gxp_risk_rating: 'gxp_risk_rating: Medium' }) },
    good: { [PATH]: context({ version: 'version: 1.4.0' }) },
  },
  'context/legacy-status': {
    clause: 'RFC-001 draft-01 and draft-02, "Validation status"; GxP.MD, "Formal artifacts"',
    why: 'Older drafts had other words for the same states. They are read, so nothing is lost; but two vocabularies in one record invite misreading. Change the words when the file is next edited.',
    bad: { [PATH]: context({ validation_status: 'assurance_status: ASSURED' }) },
    good: { [PATH]: context({ validation_status: 'validation_status: validated' }) },
  },
  'context/unwarranted-status': {
    clause: 'RFC-001, "Validation status"; 21 CFR 11.10(a)',
    why: '`validated` is a claim that people sign. Here the record itself contradicts it: a reference leads nowhere, a requirement of HIGH risk is untested, or evidence does not verify. Mend what is told, or take the claim back until it is true.',
    both: { [PATH]: context({ validation_status: 'validation_status: validated' }) },
    bad: {
      '.gxp/requirements/REQ-002-audit-trail.md': withFrontMatter([
        'gxp_id: REQ-002',
        'title: Each dose is recorded with its user',
        'gxp_risk_rating: HIGH',
        'acceptance_criteria:',
        '  - The record names the user',
      ]),
    },
    good: {},
  },
  'context/rating-too-low': {
    clause: 'GxP.MD, "Risk"; EU Annex 11 (2011), 1',
    why: 'A system is at least as critical as the most critical thing it does. Rated lower, it would be held to less than its own requirements. Raise the rating, or correct that of the requirement.',
    bad: { [PATH]: context({ gxp_risk_rating: 'gxp_risk_rating: LOW' }) },
    good: { [PATH]: context({ gxp_risk_rating: 'gxp_risk_rating: HIGH' }) },
  },
  'context/version-not-raised': {
    clause: '21 CFR 11.10(k); EU Annex 11 (2011), 10',
    why: 'Evidence and approvals name a version. If the intended use, a requirement or source of HIGH risk changes under the same version, they speak for something that is no longer there. Raise the version with the change; it never falls.',
    base: {},
    bad: {
      'src/dose.ts': STRICTER,
    },
    good: {
      [PATH]: context({ version: 'version: 1.4.1' }),
      'src/dose.ts': STRICTER,
    },
  },
}
