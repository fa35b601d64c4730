/** The pages of the rules about decisions. */
import type { RulePage } from './example.ts'
import { lines, SAMPLE } from './sample.ts'

const PATH = '.gxp/adr/ADR-001-integer-milligrams.md'
const SUCCESSOR = '.gxp/adr/ADR-002-tenths-of-milligrams.md'
const DECISION = String(SAMPLE[PATH])

const decision = (status: string, said = 'Doses are integers, in milligrams.') =>
  lines(
    '# ADR-001: Doses are whole milligrams',
    '',
    '## Status',
    status,
    '',
    '## Context',
    'Fractions invite rounding errors.',
    '',
    '## Decision',
    said,
    '',
    '## Consequences',
    'Half tablets are entered as milligrams.',
  )

const successor = lines(
  '# ADR-002: Doses are tenths of a milligram',
  '',
  '## Status',
  'Accepted',
  '',
  '## Context',
  'The new tablets have 2.5 mg.',
  '',
  '## Decision',
  'Doses are integers, in tenths of a milligram.',
  '',
  '## Consequences',
  'Stored doses are multiplied by ten.',
)

export const adrPages: Record<string, RulePage> = {
  'adr/malformed': {
    clause: 'RFC-001, "Architecture decision records"',
    why: 'A decision is kept so that people who were not there understand it: what the matter was, what was decided, what follows, and whether it still holds. Add the section that is missing, under a heading with its name.',
    bad: {
      [PATH]: lines(
        '# ADR-001: Doses are whole milligrams',
        '',
        '## Status',
        'Agreed on',
        '',
        '## Decision',
        'Doses are integers, in milligrams.',
      ),
    },
    good: { [PATH]: DECISION },
  },
  'adr/file-name': {
    clause: 'RFC-001, "Architecture decision records" (file names)',
    why: 'Other decisions refer to this one by its number, so the number must be in its name, and no other decision may have it. Rename the file: one that is moved with its content stays the same decision.',
    bad: { [PATH]: null, '.gxp/adr/integer-milligrams.md': DECISION },
    good: { [PATH]: DECISION },
  },
  'adr/changed-after-acceptance': {
    clause: 'RFC-001, "Architecture decision records" (immutable once accepted); 21 CFR 11.10(k)(2)',
    why: 'What was accepted must stay readable as it was accepted. Restore the decision, write a new one that takes its place, and change nothing here but the status, which names it.',
    base: { [PATH]: DECISION },
    bad: { [PATH]: decision('Accepted', 'Doses are integers, in tenths of a milligram.') },
    good: { [PATH]: decision('Superseded by ADR-002'), [SUCCESSOR]: successor },
  },
  'adr/dangling-supersession': {
    clause: 'RFC-001, "Architecture decision records" (status Superseded)',
    why: 'Who reads that a decision no longer holds must find the one that does. Name the successor by its number, and add it if it is not written yet.',
    bad: { [PATH]: decision('Superseded by ADR-002') },
    good: { [PATH]: decision('Superseded by ADR-002'), [SUCCESSOR]: successor },
  },
}
