/** The risk register in both drafts' forms. */
import { type RiskEntry, readRiskRegister } from '../../src/rosie/parse/risk-register.ts'
import { lines } from '../support/record.ts'

const entriesIn = (...text: string[]) => readRiskRegister(lines(...text)).entries
const problemsIn = (...text: string[]) =>
  readRiskRegister(lines(...text)).problems.map(({ line, message }) => `${line}: ${message}`)
const first = (...text: string[]): RiskEntry => {
  const [entry] = entriesIn(...text)
  if (!entry) throw new Error('there is no entry')
  return entry
}

const ENTRY = [
  '## RISK-001: Overdose',
  '- Date: 2026-01-20',
  '- Author: QA',
  '- Component: dose',
  '- Risk Level: HIGH',
  '- Description: A typed dose is ten times the intended one.',
  '- Impact: Harm to a patient',
  '- Mitigation: REQ-001 refuses it',
  '- Status: open',
]
const LINE =
  '[2026-02-05] RISK-INF-001 | INFRA | Risk: HIGH | Impact: Forged evidence | Mitigation: Keys are kept | Test Coverage: SPEC-004-002'

describe('An entry in Markdown', () => {
  it('has its lines, title and fields', () => {
    expect(entriesIn('# Risk register', '', ...ENTRY, '')).toEqual([
      {
        id: 'RISK-001',
        line: 3,
        endLine: 11,
        form: 'markdown',
        title: 'Overdose',
        fields: {
          date: { value: '2026-01-20', line: 4 },
          author: { value: 'QA', line: 5 },
          component: { value: 'dose', line: 6 },
          'risk level': { value: 'HIGH', line: 7 },
          description: { value: 'A typed dose is ten times the intended one.', line: 8 },
          impact: { value: 'Harm to a patient', line: 9 },
          mitigation: { value: 'REQ-001 refuses it', line: 10 },
          status: { value: 'open', line: 11 },
        },
        text: '',
        date: '2026-01-20',
        risk: 'HIGH',
        status: 'open',
        digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ])
  })

  it.each([
    ['- **Date**: 2026-01-20'],
    ['- **Date:** 2026-01-20'],
    ['* Date: 2026-01-20'],
    ['+ Date: `2026-01-20`'],
    ['**Date**: 2026-01-20'],
    ['Date: 2026-01-20'],
    ['  - Date: 2026-01-20\r'],
  ])('has a field written as %j', (text) => {
    expect(first('## RISK-001: x', text)).toMatchObject({ date: '2026-01-20', fields: { date: { line: 2 } } })
  })

  it.each([
    ['## RISK-001: Overdose', 'RISK-001', 'Overdose'],
    ['### RISK-DB-01 - Overdose', 'RISK-DB-01', 'Overdose'],
    ['## [RISK-001] Overdose', 'RISK-001', 'Overdose'],
    ['## **RISK-001** — Overdose', 'RISK-001', 'Overdose'],
    ['## RISK-001', 'RISK-001', null],
    ['## RISK-001:', 'RISK-001', null],
  ])('begins with %j', (heading, id, title) => {
    expect(first(heading)).toMatchObject({ id, title })
  })

  it('has values that go on in the next lines', () => {
    const entry = first(
      '## RISK-001: x',
      '- Mitigation:',
      '  - REQ-001 refuses it',
      '  - Status: this is not the status',
      '',
      '  and a second signature',
      'with no indent after a blank line, it is text',
      'and so is this',
      '- Impact: harm',
      'to a patient',
      '- Status: open',
    )
    expect(entry.fields.mitigation?.value).toBe(
      '- REQ-001 refuses it - Status: this is not the status and a second signature with no indent after a blank line, it is text and so is this',
    )
    expect(entry.fields.impact?.value).toBe('harm to a patient')
    expect(entry).toMatchObject({ status: 'open', endLine: 11 })
  })

  it('has fields of any name with a bullet or emphasis, and of those that every entry has without', () => {
    const entry = first('## RISK-001: x', 'Owner: QA', '- Owner: QA', '**Seen**: 2026', 'Impact: harm', 'Cause: a typo')
    expect(entry.fields).toEqual({
      owner: { value: 'QA', line: 3 },
      seen: { value: '2026', line: 4 },
      impact: { value: 'harm Cause: a typo', line: 5 },
    })
    expect(entry.text).toBe('Owner: QA')
  })

  it('may have fields that stand out of line by one blank', () => {
    expect(first('## RISK-001: x', '- Date: 2026-01-20', ' - Impact: harm').fields.impact?.value).toBe('harm')
    expect(first('## RISK-001: x', '- Date: 2026-01-20', '  - Impact: harm').fields.impact).toBeUndefined()
  })

  it('has text besides its fields, and ends before the next heading of its level', () => {
    const [one, two] = entriesIn(
      '## RISK-001: x',
      'Seen in the audit.',
      '### Notes',
      'More.',
      '---',
      '```',
      '## RISK-009: an example',
      '```',
      '## Legend',
      '- Owner: nobody',
      '## RISK-002: y',
    )
    expect(one).toMatchObject({ line: 1, endLine: 8, fields: {} })
    expect(one?.text).toBe('Seen in the audit. Notes More. ``` ## RISK-009: an example ```')
    expect(two).toMatchObject({ id: 'RISK-002', line: 11, endLine: 11 })
  })

  it('is no entry in a comment or a code block', () => {
    expect(entriesIn('<!--', ...ENTRY, '-->', '```', ...ENTRY, '```')).toEqual([])
  })

  it('may begin with a single # when its fields follow, and a comment with # may stand within it', () => {
    expect(first('# RISK-001: x', '- Date: 2026-01-20')).toMatchObject({ id: 'RISK-001', date: '2026-01-20' })
    expect(first('## RISK-001: x', '# dated by QA', '', '- Date: 2026-01-20')).toMatchObject({ date: '2026-01-20' })
    expect(entriesIn('# RISK-001 was closed in January', '# and so was RISK-002')).toEqual([])
    expect(entriesIn('## RISK-001: x', '# Archive', 'Older ones.')).toMatchObject([{ endLine: 1, text: '' }])
  })

  it.each([
    ['HIGH', 'HIGH'],
    ['**MEDIUM**', 'MEDIUM'],
    ['LOW (cosmetic)', 'LOW'],
    ['High', null],
    ['HIGHER', null],
    ['none', null],
  ])('has the risk of %j', (written, risk) => {
    expect(first('## RISK-001: x', `- Risk Level: ${written}`).risk).toBe(risk)
  })

  it.each([
    ['Open', 'open'],
    ['**mitigated** (2026-02-01)', 'mitigated'],
    ['closed, see RISK-004', 'closed'],
    ['Review requested', 'review_requested'],
    ['review_requested', 'review_requested'],
    ['In progress', 'in'],
    ['?', '?'],
    ['?'.repeat(41), '?'.repeat(40)],
    ['', null],
  ])('has the status of %j', (written, status) => {
    expect(first('## RISK-001: x', `- Status: ${written}`).status).toBe(status)
  })

  it.each(['2026-02-30', '20.01.2026', '2026-01-20 or so', ''])('has no date in %j', (written) => {
    expect(first('## RISK-001: x', `- Date: ${written}`).date).toBeNull()
  })

  it('may have a field that is called as parts of the language are', () => {
    expect(first('## RISK-001: x', '- constructor: y', '- toString: z').fields.constructor).toEqual({
      value: 'y',
      line: 2,
    })
  })
})

describe('An entry on one line', () => {
  it('has the fields of the other form, and its own', () => {
    const text = `[2026-02-05] RISK-001 | REQ-001 | Risk: HIGH | Impact: a wrong | b | Mitigation: x: y | Test Coverage: SPEC-001`
    expect(entriesIn('# [DATE] RISK-ID | REQ-ID | Risk: LEVEL', '', text)).toMatchObject([
      {
        id: 'RISK-001',
        form: 'line',
        line: 3,
        endLine: 3,
        title: null,
        fields: {
          date: { value: '2026-02-05', line: 3 },
          requirement: { value: 'REQ-001', line: 3 },
          'risk level': { value: 'HIGH', line: 3 },
          impact: { value: 'a wrong b', line: 3 },
          mitigation: { value: 'x: y', line: 3 },
          'test coverage': { value: 'SPEC-001', line: 3 },
        },
        date: '2026-02-05',
        risk: 'HIGH',
        status: null,
      },
    ])
  })

  it('may stand beside entries of the other form, as an item of a list, with a status', () => {
    const found = entriesIn(...ENTRY, `- ${LINE} | Status: closed`, '', '## RISK-002: y')
    expect(found.map(({ id, form, line, endLine }) => [id, form, line, endLine])).toEqual([
      ['RISK-001', 'markdown', 1, 9],
      ['RISK-INF-001', 'line', 10, 10],
      ['RISK-002', 'markdown', 12, 12],
    ])
    expect(found[1]?.status).toBe('closed')
  })

  it('may lack its date, or have one that is none', () => {
    expect(entriesIn('RISK-001 | REQ-001 | Risk: LOW', '[someday] RISK-002 | REQ-001')).toMatchObject([
      { id: 'RISK-001', date: null },
      { id: 'RISK-002', date: null, fields: { date: { value: 'someday' } } },
    ])
    expect(Object.keys(first('RISK-001 | REQ-001 | Risk: LOW').fields)).toEqual(['requirement', 'risk level'])
    expect(first('[ 2026-02-05 ] RISK-001 | REQ-001').fields.date?.value).toBe('2026-02-05')
  })

  it('may lack its requirement, be indented, and have an id without digits', () => {
    expect(first('  [2026-02-05] RISK-DB | Risk: LOW | Impact: harm')).toMatchObject({ id: 'RISK-DB', risk: 'LOW' })
    expect(Object.keys(first('RISK-DB | Risk: LOW | Impact: harm').fields)).toEqual(['risk level', 'impact'])
  })

  it.each([
    'Risk levels | LOW | HIGH',
    '| ID | Risk | Impact |',
    '2026-02-05: the register was reviewed | QA',
    '2026-02-05 RISK-001 was discussed',
    'Format: [DATE] RISK-ID | Risk: LEVEL | Impact: TEXT | Mitigation: TEXT',
    'Levels | Impact: how bad, HIGH or less | Likelihood: how often',
    '| HIGH | Impact: harm | Mitigation: none |',
    '| HIGH | Impact: harm | Mitigation: none',
    'Impact: HIGH, Mitigation: none',
    '| RISK-001 | harm | open |',
    '[2026-02-05] Reviewed by QA',
    '- [x] RISK-001 is mitigated',
    '[RISK-001](#risk-001)',
    'RISK-001 is closed',
  ])('is none in %j', (text) => {
    expect(readRiskRegister(text)).toMatchObject({ entries: [], problems: [] })
  })
})

describe('What is meant as an entry and is none', () => {
  it.each([
    '## Risk 1: Overdose',
    '## RISK_001: x',
    '## risk-001: x',
    '## RISK-001a: x',
    '## risk-db-1',
    '# Risk 1',
    '## RISK-',
    '## RISKS-004: x',
    '## Risks 004: x',
    '## RISK 004',
    '## RISK 2026-004: x',
    '## Risk 2026: x',
    '## Risk 2100',
    '## RISK\u2013004: x',
    '## Risk #4',
    '## [Risk-4] x',
  ])('is told for the heading %j, when fields follow', (heading) => {
    const problems = problemsIn(heading, '- Date: 2026-01-20', '- Risk Level: HIGH')
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(/^1: .*Begin an entry with `## RISK-001: title`/)
  })

  it.each(['## RISKS-004: x', '## RISK 004: x', '## RISK-004b', '## Risk.4', '## Risks-db-1'])(
    'is told for the heading %j alone, also within an entry',
    (heading) => {
      const told = [expect.stringMatching(/names no risk\. Begin an entry with `## RISK-001: title`/)]
      expect(problemsIn(heading)).toEqual(told)
      expect(problemsIn(...ENTRY, `#${heading}`, ...ENTRY.slice(1))).toEqual(told)
    },
  )

  it.each([
    ...['## Risk-based approach', '## Risks of 2026', '## Risks 2026', '## Risks 1 to 5', '## Risk', '## Legend'],
    ...[
      '## RISK LEVELS',
      '## Risk-Based approach',
      '## Risks 2026: an overview',
      '## Risky 1',
      '## Brisk-1',
      '## Risk 2026 review',
      '## Risk 1999',
    ],
  ])('is not told for the heading %j', (heading) => {
    expect(
      problemsIn(heading, '- HIGH: harm', '- Risk Level: LOW, MEDIUM or HIGH?'.replace('LOW, ', 'one of ')),
    ).toEqual([])
  })

  it('is told for a heading without an id over the fields of an entry, once', () => {
    const fields = ['- Date: 2026-01-20', '- **Risk Level**: **HIGH**', '- Risk Level: LOW', '- Impact: harm']
    expect(problemsIn('## Overdose', ...fields)).toEqual([
      '1: This entry has no id. Begin an entry with `## RISK-001: title`; the id has capitals and digits.',
    ])
  })

  it.each([
    '[2026-02-05] RISK_001 | REQ-001',
    '[2026-02-05] REQ-001 | Risk: HIGH',
    '[ 2026-02-05 ] REQ-001 | Risk: HIGH',
    'Overdose | LOW | Impact: harm | Mitigation: none |',
    '[2026-02-05] RISK-001 is closed',
    'risk-1 | REQ-001',
    '2026-02-05 RISK-001 | REQ-001 | Risk: HIGH',
    '2026-02-05: RISK-001 | REQ-001',
    '- (2026-02-05) RISK-001 | REQ-001',
    '2026-02-05 | RISK-001 | REQ-001 | HIGH',
    '| 05.02.2026 | RISK-001 | REQ-001 | HIGH |',
    '1. 2/5/2026 - risk-1 | REQ-001',
    'RSK-001 | Risk: HIGH | Impact: harm | Mitigation: none',
    'Overdose | LOW | Mitigation: none | Test Coverage: SPEC-001',
  ])('is told for the line %j', (text) => {
    expect(problemsIn('', text)).toEqual([
      expect.stringMatching(
        /^2: This line is meant as an entry, but does not read as one\. Write `\[YYYY-MM-DD\] RISK-001 /,
      ),
    ])
  })

  it('is told for a line within an entry too', () => {
    expect(problemsIn(...ENTRY, '2026-02-05 RISK-002 | REQ-001 | Risk: LOW')).toHaveLength(1)
    expect(problemsIn(...ENTRY, 'RISK-002 is rated HIGH', '**RISK-002: Stones**', '- Owner: QA')).toEqual([])
  })

  it.each([
    ['## Overdose', '- Date: 2026-01-20', '- Impact: harm', '- Mitigation: none'],
    ['## Overdose', '- Date: 2026-01-20 (a Tuesday)', '- Impact: harm', '- Mitigation: none'],
    ['## Overdose', '- Risk: `LOW`', '- Status: open'],
    ['## Overdose', '- Status: open', '- Risk Level: HIGH (harm, or death)'],
    ['## Overdose', '- Risk Level: medium.', '- Component: dose'],
  ])('is told for %j over the fields %j', (...text) => {
    expect(problemsIn(...text)).toEqual([expect.stringMatching(/^1: This entry has no id\. Begin/)])
  })

  it.each([
    ['- Date: 2026-01-20', '- Risk Level: LOW, MEDIUM or HIGH', '- Impact: what happens'],
    ['- Risk Level: `LOW` / `MEDIUM` / `HIGH`', '- Status: open'],
    ['- Risk Level: low to high', '- Status: open'],
    ['- Risk Level: HIGH where a patient may be harmed', '- Impact: what may happen', '- Status: open'],
    ['- Date: 2026-01-20, say', '- Impact: harm', '- Mitigation: none'],
    ['- Risk: LOW overall', '- Status: open'],
    ['- Risk: LOW'],
    ['- Risk Level:', '- Impact: harm', '- Mitigation: none'],
    ['- Date: YYYY-MM-DD', '- Impact: harm', '- Mitigation: none'],
    ['- Date: 2026-01-20', '- Impact: harm', '- Status: open'],
    ['- Date: 2026-01-20', '- Mitigation: none', '- Status: open'],
    ['- Impact: harm', '- Mitigation: none', '- Status: open'],
    ['- Date: 2026-01-20', '- Impact:', '- Mitigation: none'],
  ])('is not told for a heading over the fields %j', (...fields) => {
    expect(problemsIn('## Legend', ...fields)).toEqual([])
  })

  it('is told for fields without a heading, at the first of them, each time that they begin anew', () => {
    const fields = ['- Date: 2026-01-20', '- Risk Level: HIGH', '- Impact: harm', '- Mitigation: none']
    const told = (line: number) =>
      `${line}: This entry has no id. Begin an entry with \`## RISK-001: title\`; the id has capitals and digits.`
    expect(problemsIn('Our risks.', ...fields, '', 'Then:', ...fields)).toEqual([told(2), told(8)])
    expect(problemsIn('# Register', '', ...fields.slice(0, 1), ...fields.slice(2))).toEqual([told(3)])
    for (const assessed of fields.slice(2)) expect(problemsIn('- Risk Level: HIGH', assessed)).toEqual([told(1)])
    expect(problemsIn(...ENTRY, '## Notes', 'x', '# Archive', '', 'y: z', ...fields.slice(1))).toEqual([told(15)])
  })

  it('is not told for what the head of a register says of it', () => {
    expect(problemsIn('# Register', '', '**Date**: 2026-01-20', '**Risk Level**: HIGH', '**Author**: QA')).toEqual([])
    expect(problemsIn('**Impact**: harm', '# Register', 'Ours.', '**Risk Level**: HIGH')).toEqual([])
    const legend = ['- Risk Level: HIGH where a patient may be harmed', '- Impact: what may happen']
    expect(problemsIn('# Register', '', 'Each entry says:', '', ...legend)).toEqual([])
  })

  it.each([
    ...['**RISK-001: Overdose**', 'RISK-001: Overdose', '1. RISK-001 - Overdose', '- [RISK-001] Overdose'],
    '  **RISK-001: Overdose**',
  ])('is told for the title %j over fields, once', (title) => {
    const fields = ['- Date: 2026-01-20', '- Risk Level: HIGH', '- Impact: harm']
    expect(problemsIn('', title, ...fields)).toEqual([
      '2: RISK-001 has no heading. Begin an entry with `## RISK-001: title`; the id has capitals and digits.',
    ])
    expect(problemsIn(title, 'x', '- Owner: QA')).toEqual([])
    expect(problemsIn(title, '```', '- Date: 2026-01-20', '```')).toEqual([])
  })

  it.each([
    '| RISK-001 | HIGH | open |',
    'RISK-001,2026-02-05,HIGH,open',
    '2026-02-05,RISK-001,MEDIUM',
    '- **RISK-001**: Overdose (LOW)',
    '[RISK-001](#risk-001), HIGH',
    'RISK-001: HIGH risk of an overdose',
    'RISK-001 **HIGH**',
    'RISK-001   Overdose   HIGH   open',
    'RISK-001\tOverdose\tLOW\topen',
    'RISK-001; Overdose; `LOW`; open',
    '- RISK-001 (HIGH): Overdose',
    '- RISK-001 - Overdose - HIGH - open',
    '- RISK-001: Overdose, HIGH (8).',
  ])('is told for a risk that only %j rates', (text) => {
    const told = [
      '1: RISK-001 is rated here, but has no entry. Begin an entry with `## RISK-001: title`; the id has capitals and digits.',
    ]
    expect(problemsIn(text)).toEqual(told)
    expect(problemsIn(text, '## RISK-0011: x')).toEqual(told)
    // A table of contents, before or after.
    expect(problemsIn(text, ...ENTRY)).toEqual([])
    expect(problemsIn(...ENTRY, '## Contents', text)).toEqual([])
    expect(problemsIn(text.replace(/LOW|MEDIUM|HIGH/, 'HIGHER'))).toEqual([])
  })

  it.each([
    'RISK-004 and RISK-005 were HIGH in the old register, which was archived in 2024.',
    '- RISK-004, RISK-005 and RISK-006 were HIGH, all told',
    'RISK-004 and RISK-005 (HIGH) were archived',
    'RISK-004 is no longer HIGH.',
    'RISK-004, HIGH in the old register, was archived',
    'RISK-004 was a HIGH-risk item',
  ])('is not told for the prose %j', (text) => {
    expect(problemsIn('# Register', '', text)).toEqual([])
  })

  it('is told in short', () => {
    expect(problemsIn(`## risk_1 ${'x'.repeat(100)}`)).toEqual([
      `1: \`risk_1 ${'x'.repeat(33)}\` names no risk. Begin an entry with \`## RISK-001: title\`; the id has capitals and digits.`,
    ])
  })

  it('ends the entry before it', () => {
    expect(entriesIn('## RISK-001: x', '## Risk 2', '- Impact: y')).toMatchObject([{ endLine: 1, fields: {} }])
    expect(entriesIn('## RISK-001: x', '[2026-02-05] REQ-001 | LOW', '- Impact: y')).toMatchObject([
      { endLine: 1, fields: {} },
    ])
  })

  it('is told for a field that stands twice; the first counts', () => {
    const text = ['## RISK-001: x', '- Status: open', '- Status: closed', '- Impact: a', '- Impact: b']
    expect(first(...text)).toMatchObject({ status: 'open', text: 'b', fields: { impact: { value: 'a', line: 4 } } })
    expect(problemsIn(...text)).toEqual([
      '3: `Status` stands in RISK-001 a second time; the first counts.',
      '5: `Impact` stands in RISK-001 a second time; the first counts.',
    ])
  })

  it('is told where a code block hides the rest', () => {
    expect(problemsIn('## RISK-001: x', '```', '## RISK-002: y')).toEqual([
      expect.stringMatching(/^2: This code block is never closed/),
    ])
  })
})

describe('The digest of an entry', () => {
  const digest = (...text: string[]) => first(...text).digest
  const changed = (from: string, to: string) => ENTRY.map((line) => line.replace(from, to))

  it('is over everything but the id, the status and the layout', () => {
    const other = [
      '### RISK-9: Overdose  ',
      '',
      ...ENTRY.slice(2, 8).map((line) => line.replace(/^- (\S[^:]*):/, '* **$1**:  ')),
      '- Date:  2026-01-20',
      '- Status: closed',
    ]
    expect(digest(...other)).toBe(digest(...ENTRY))
    expect(digest(...ENTRY.map((line) => `${line} \r`))).toBe(digest(...ENTRY))
    expect(digest(...ENTRY, '<!-- seen -->')).toBe(digest(...ENTRY))
    expect(digest(...ENTRY.filter((line) => !line.includes('Status')))).toBe(digest(...ENTRY))
  })

  it.each([
    ['title', changed('Overdose', 'Underdose')],
    ['date', changed('01-20', '01-21')],
    ['impact', changed('Harm', 'Little harm')],
    ['other fields', [...ENTRY, '- Owner: QA']],
    ['other text', [...ENTRY, '', 'Seen in the audit.']],
    ['a second impact', [...ENTRY, '- Impact: none']],
  ])('says when the %s changed', (_what, text) => {
    expect(digest(...text)).not.toBe(digest(...ENTRY))
  })
})

it('reads 100,000 entries', () => {
  const { entries } = readRiskRegister(Array.from({ length: 100_000 }, (_, n) => `## RISK-${n}`).join('\n'))
  expect(entries).toHaveLength(100_000)
}, 30_000)

it('reads a megabyte of anything', () => {
  for (const text of [
    '[',
    '|',
    ' | ',
    '-',
    '- a: b\n',
    '[1] RISK-',
    '## RISK-',
    '## risk-',
    '[2026-02-05] |',
    '2026-02-05 RISK-1 | ',
    'Impact: x | Mitigation: HIGH | ',
    'RISK-1 HIGH\n',
    '- Risk Level: HIGH\n- Impact: x\n',
    'RISK-1: x\n- Date: 1\n',
    'LOW or ',
    '`',
    '\n',
    '#\n',
  ]) {
    const soup = text.repeat(1_000_000 / text.length)
    expect(() => [
      readRiskRegister(soup),
      readRiskRegister(`## RISK-1: ${soup}`),
      readRiskRegister(`## RISK-1\n- Status: ${soup}\u2028x`),
    ]).not.toThrow()
  }
}, 60_000)
