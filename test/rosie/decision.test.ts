/** Architecture decisions as teams write them. */
import { readDecision } from '../../src/rosie/parse/decision.ts'
import { lines } from '../support/record.ts'

const read = (...text: string[]) => readDecision(lines(...text))

const DECISION = [
  '# ADR-001: Doses are whole milligrams',
  '',
  '## Status',
  'Accepted',
  '',
  '## Context',
  'Fractions invite rounding errors.',
  '',
  '## Decision',
  'Doses are integers.',
  '',
  '## Consequences',
  'Half tablets are entered as milligrams.',
]

const SECTIONS = (...where: number[]) =>
  Object.fromEntries(
    ['status', 'context', 'decision', 'consequences'].map((name, index) => [
      name,
      { line: where[index], empty: false },
    ]),
  )

describe('A decision', () => {
  it('has a title, sections with their lines, and a status', () => {
    expect(read(...DECISION)).toEqual({
      kind: 'decision',
      title: 'ADR-001: Doses are whole milligrams',
      sections: SECTIONS(3, 6, 9, 12),
      status: 'accepted',
      statusText: 'Accepted',
      successors: [],
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      problems: [],
    })
  })

  it('may have its sections at any level, numbered, emphasised, with CRLF', () => {
    const text = [
      '## 1. Title',
      '### 1.1 Status:',
      'Accepted',
      '### **Context**',
      'x',
      '#### 2) The Decision',
      'y',
      '# `Consequences`',
      'z',
    ]
    expect(readDecision(text.join('\r\n'))).toMatchObject({
      title: '1. Title',
      sections: SECTIONS(2, 4, 6, 8),
      status: 'accepted',
    })
  })

  it('may have the sections and the front matter of MADR', () => {
    const text = [
      '---',
      'status: accepted',
      'date: 2026-01-20',
      '---',
      '# Use queues',
      '## Context and Problem Statement',
      'x',
    ]
    const rest = [
      '## Decision Drivers',
      'speed',
      '## Decision Outcome',
      'y',
      '### Positive Consequences',
      '### Confirmation',
      'z',
    ]
    expect(read(...text, ...rest, '### Negative Consequences', 'slow')).toMatchObject({
      title: 'Use queues',
      sections: { ...SECTIONS(2, 6, 10, 12) },
      status: 'accepted',
      statusText: 'accepted',
      problems: [],
    })
    expect(read('Problem statement', '## Problem Statement', 'x').sections).toEqual({
      context: { line: 2, empty: false },
    })
  })

  it('may have its title in the front matter', () => {
    expect(read('---', 'title: Queues', '---', '## Status', 'Accepted').title).toBe('Queues')
    expect(read('## Status', 'Accepted', '## Notes').title).toBeNull()
    expect(read('text', '#', '## Status').title).toBeNull()
    expect(read('# Queues', '## Why not otherwise', '## Status').title).toBe('Queues')
  })

  it.each(['Status: Accepted', '* Status: accepted', '- **Status**: Accepted', '**Status:** Accepted (2026-01-20)'])(
    'may have its status before the sections, as %j',
    (text) => {
      expect(read('# Title', '', text, '## Context', 'Status: proposed')).toMatchObject({
        status: 'accepted',
        sections: { status: { line: 3, empty: false }, context: { line: 4, empty: false } },
      })
      const [status] = Object.values(read('---', 'date: 2026-01-20', '---', '# Title', text).sections)
      expect(status).toEqual({ line: 5, empty: false })
    },
  )

  it('has its status neither in a code block nor in another section', () => {
    expect(read('# Title', '```', 'Status: accepted', '```').status).toBeNull()
    expect(read('# Title', '## Context', 'Status: accepted')).toMatchObject({
      status: null,
      sections: { context: { line: 2, empty: false } },
    })
    expect(read('# Title', 'Status:', '## Status :', 'Accepted')).toMatchObject({
      ...{ status: 'accepted', statusText: 'Accepted' },
      sections: { status: { line: 2, empty: false } },
    })
  })

  it('has an empty section where nothing follows its heading but other headings', () => {
    const text = [
      '# T',
      '## Status',
      '',
      '## Context',
      '### Background',
      '## Decision',
      '### Consequences',
      'x',
      '## Notes',
      'y',
    ]
    expect(read(...text).sections).toEqual({
      status: { line: 2, empty: true },
      context: { line: 4, empty: true },
      decision: { line: 6, empty: true },
      consequences: { line: 7, empty: false },
    })
    expect(read('# T', 'Status:', '## Context', '<!-- why? -->')).toMatchObject({
      status: null,
      statusText: null,
      sections: { status: { line: 2, empty: true }, context: { line: 3, empty: true } },
    })
    expect(read('## Context', '### Background', 'x').sections).toEqual({ context: { line: 1, empty: false } })
    expect(read('## Decision', '```', '# Consequences', '```').sections).toEqual({
      decision: { line: 1, empty: false },
    })
  })

  it('ends a section at the next heading of its level', () => {
    expect(read('## Context', '## Notes', 'x').sections).toEqual({ context: { line: 1, empty: true } })
  })
})

describe('The status', () => {
  it.each([
    [['Proposed'], 'proposed'],
    [['**Accepted** on 2026-01-20'], 'accepted'],
    [['2026-01-20: accepted'], 'accepted'],
    [['Deprecated'], 'deprecated'],
    [['Superseded'], 'superseded'],
    [['Proposed 2026-01-01', 'Accepted 2026-02-01'], 'accepted'],
    [['Accepted', 'Proposed by the pharmacy'], 'accepted'],
    [['Accepted', '', 'Superseded by ADR-002'], 'superseded'],
    [['- [ ] Proposed', '- [x] Accepted', '- [ ] Superseded'], 'accepted'],
    [['- [x] Proposed', '- [ ] Accepted'], 'proposed'],
    [['~~Proposed~~ Accepted'], 'accepted'],
    [['Status: Accepted'], 'accepted'],
    [['Accepting'], null],
    [['We accepted it'], null],
    [['Rejected'], null],
  ])('of %j is %s', (text, status) => {
    expect(read('## Status', ...text, '## Context').status).toBe(status)
  })

  it('is kept as it is written', () => {
    expect(read('## Status', '  Agreed on', '', 'by all', '### When', '2026').statusText).toBe(
      'Agreed on\nby all\n2026',
    )
  })
})

describe('Successors', () => {
  it.each([
    ['Superseded by ADR-012', ['ADR-012']],
    ['Superseded by [ADR-12](ADR-12-queues.md)', ['ADR-12']],
    ['Superseded by [queues](0012-use-queues.md)', ['ADR-0012']],
    ['Superseded by [queues](../adr/012-use-queues.md)', ['ADR-012']],
    ['superseded by adr 3 and ADR4', ['ADR-3', 'ADR-4']],
    ['Superseded', []],
    ['Superseded by ADR-1234567', []],
    ['Superseded by the next', []],
  ])('of %j are %j', (text, successors) => {
    expect(read('## Status', text).successors).toEqual(successors)
  })

  it('are not what this decision supersedes itself, nor what an accepted one mentions', () => {
    expect(
      read('## Status', 'Accepted after ADR-001', 'Superseded by ADR-003', 'Supersedes ADR-002').successors,
    ).toEqual(['ADR-003'])
    expect(read('## Status', 'Accepted, see ADR-001').successors).toEqual([])
  })

  it.each(['superseded_by', 'superseded-by', 'supersededBy'])('may stand in front matter as `%s`', (key) => {
    expect(read('---', 'status: superseded', `${key}: ADR-002`, '---').successors).toEqual(['ADR-002'])
  })
})

describe('Front matter', () => {
  it('that is invalid is a problem, and the rest is read with its lines', () => {
    const decision = read('---', 'status: [', '---', '# T', '## Context', 'x')
    expect(decision).toMatchObject({ title: 'T', sections: { context: { line: 5 } } })
    expect(decision.problems).toMatchObject([{ cause: 'decision' }])
  })

  it('is not what a line `---` begins that is never closed', () => {
    expect(read('---', '# T', '## Context', 'x')).toMatchObject({
      title: 'T',
      sections: { context: { line: 3 } },
      problems: [],
    })
  })

  it('lets a code block that is never closed be told with its line', () => {
    expect(read('---', 'status: accepted', '---', '# T', '~~~').problems).toMatchObject([
      { cause: 'decision', line: 5 },
    ])
  })
})

describe('The digest of a decision', () => {
  const digest = (...text: string[]) => read(...text).digest

  it('is over everything but the status and the layout', () => {
    const superseded = DECISION.flatMap((line) =>
      line === 'Accepted' ? ['Superseded', '', 'by ADR-002', '### Since', '2026'] : [line],
    )
    expect(digest(...superseded)).toBe(digest(...DECISION))
    expect(readDecision(DECISION.filter(Boolean).join('  \r\n')).digest).toBe(digest(...DECISION))
    const inline = DECISION.flatMap((line) =>
      line === '## Status' ? ['Status: Accepted'] : line === 'Accepted' ? [] : [line],
    )
    expect(digest(...inline)).toBe(digest(...DECISION))
  })

  it('is over the front matter, but for the status and the successor', () => {
    const withFields = (...fields: string[]) => digest('---', ...fields, '---', ...DECISION)
    expect(withFields('date: 2026-01-20', 'owner: QA')).toBe(
      withFields('owner: "QA"', 'status: superseded', 'superseded_by: ADR-002', 'date: 2026-01-20'),
    )
    expect(withFields('date: 2026-01-20')).not.toBe(withFields('date: 2026-01-21'))
  })

  it.each(['# ADR-001', 'Fractions', 'integers', '## Decision'])('says when %j changed', (text) => {
    expect(digest(...DECISION.map((line) => line.replace(text, '## Another')))).not.toBe(digest(...DECISION))
  })
})

it('reads a megabyte of anything', () => {
  for (const text of [
    '#',
    '~~',
    '~~a',
    '1.',
    ' ',
    '-[ ]',
    'status ',
    '(123-',
    '/012-a',
    'ADR-',
    '# Status\n',
    '---\n',
    'Accepted\n',
  ]) {
    const soup = text.repeat(1_000_000 / text.length)
    expect(() => [
      readDecision(soup),
      readDecision(`## Status\nSuperseded by ${soup}`),
      readDecision(`# ${soup}\u2028x`),
    ]).not.toThrow()
  }
}, 60_000)
