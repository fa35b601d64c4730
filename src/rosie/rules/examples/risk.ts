/** The pages of the rules about the risk register. */
import type { RulePage } from './example.ts'
import { lines, SAMPLE, withFrontMatter } from './sample.ts'

const PATH = '.gxp/risk_assessment.log'
const REGISTER = String(SAMPLE[PATH])

interface Entry {
  id?: string
  date?: string
  impact?: string
  status?: string
}

const entry = ({ id = 'RISK-002', date = '2026-02-03', impact = 'Too high a dose', status = 'mitigated' }: Entry) =>
  lines(
    '',
    `## ${id}: Weight typed in pounds`,
    `- Date: ${date}`,
    '- Author: QA',
    '- Component: dose',
    '- Risk Level: HIGH',
    '- Description: A weight in pounds is taken for kilograms.',
    `- Impact: ${impact}`,
    '- Mitigation: The form shows the unit beside the number',
    `- Status: ${status}`,
  )

const REQUIREMENT = '.gxp/requirements/REQ-001-dose-limit.md'
const requirement = (criterion: string) =>
  withFrontMatter([
    'gxp_id: REQ-001',
    'title: A dose never exceeds the daily limit',
    'gxp_risk_rating: HIGH',
    'acceptance_criteria:',
    `  - ${criterion}`,
  ])
const REFUSED = requirement('A dose above the limit is refused')
const SIGNED = requirement('A dose above the limit needs a second signature')

export const riskPages: Record<string, RulePage> = {
  'risk/log-missing': {
    clause: 'RFC-001, "Risk assessment"; GxP.MD, "Risk Assessment Log"; EU Annex 11, 1',
    why: 'How much testing a function needs follows from its risks, and the register is where they are written down. Add the file and begin with the risks of the requirements that are rated HIGH.',
    bad: { [PATH]: null },
    good: { [PATH]: REGISTER },
  },
  'risk/malformed-entry': {
    clause: 'RFC-001, "Risk assessment"; GxP.MD, "Risk Assessment Log"',
    why: 'An entry without its impact, its mitigation or a status that everyone understands can not be judged by whoever reads the register later. Complete it: filling in what is missing is not held against the append-only register.',
    bad: {
      [PATH]: lines(
        '## RISK-001: Overdose through a slip of the finger',
        '- Date: 20.01.2026',
        '- Author: QA',
        '- Component: dose',
        '- Risk Level: High',
        '- Description: A typed dose is ten times the intended one.',
        '- Impact: Harm to a patient',
        '- Status: done',
      ),
    },
    good: { [PATH]: REGISTER },
  },
  'risk/duplicate-id': {
    clause: 'RFC-001, "Risk assessment" (an id names one risk)',
    why: 'Two risks under one id can not be told apart where a requirement or a report names it. Give the later one an id of its own. A revision of a risk keeps its id and has a newer date.',
    bad: { [PATH]: REGISTER + entry({ id: 'RISK-001', date: '2026-01-20' }) },
    good: { [PATH]: REGISTER + entry({ id: 'RISK-001', date: '2026-02-03' }) },
  },
  'risk/entry-removed': {
    clause: 'RFC-001, "Risk assessment" (append-only); 21 CFR 11.10(c), (e)',
    why: 'That a risk was once seen is itself part of the record, also when it is over. Put the entry back and append a revision, or set its status to `closed`.',
    base: { [PATH]: REGISTER + entry({}) },
    bad: { [PATH]: REGISTER },
    good: { [PATH]: REGISTER + entry({ status: 'closed' }) },
  },
  'risk/entry-rewritten': {
    clause: 'RFC-001, "Risk assessment" (append-only); 21 CFR 11.10(e)',
    why: 'An assessment that is changed in place hides what was thought before, when decisions were taken by it. Restore the entry and append a revision with the same id and a newer date; the status alone may change where it stands.',
    base: { [PATH]: REGISTER + entry({}) },
    bad: { [PATH]: REGISTER + entry({ impact: 'None to speak of' }) },
    good: { [PATH]: REGISTER + entry({}) + entry({ date: '2026-02-05', impact: 'None to speak of' }) },
  },
  'risk/unrecorded-change': {
    clause: 'GxP.MD, "Risk-Proportionate Enforcement"; EU Annex 11, 1 and 10 (change control)',
    why: 'When what is required changes, so may what can go wrong. Append an entry that says so, even if it says that no new risk arises. A requirement of which only the status or the layout changed needs none. One of HIGH risk that a change rates lower, retires or deletes is an error: less would be asked of it from then on, and a change must not excuse itself. The entry says who decided that, and why; with it, the new rating holds.',
    base: { [REQUIREMENT]: REFUSED },
    bad: { [REQUIREMENT]: SIGNED },
    good: { [REQUIREMENT]: SIGNED, [PATH]: REGISTER + entry({}) },
  },
  'risk/open-high': {
    clause: 'GxP.MD, "Per-Release Gate" (`risk_assessment_current`); EU Annex 11, 1',
    why: 'A HIGH risk touches patients, the product or the integrity of data, and nothing has been done about it yet. Mitigate it, or have somebody who may do so accept it, and write that under its status.',
    bad: { [PATH]: REGISTER + entry({ status: 'open' }) },
    good: { [PATH]: REGISTER + entry({ status: 'accepted' }) },
  },
}
