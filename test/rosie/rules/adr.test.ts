/** Decisions: whole, named by their number, and immutable once accepted. */
import { assessRecord, briefly, CONTEXT, type Files, goodBut, lines } from '../../support/record.ts'

const PATH = '.gxp/adr/ADR-001-integer-milligrams.md'
const NEXT = '.gxp/adr/ADR-002-tenths.md'

const decision = (status = 'Accepted', said = 'Doses are integers.') =>
  lines(
    ...['# Doses are integers', '## Status', status, '## Context', 'Rounding.', '## Decision', said],
    ...['## Consequences', 'Half tablets are entered as milligrams.'],
  )

const found = async (
  files: Record<string, string | Uint8Array | null>,
  before?: Record<string, string | null>,
  given = {},
) => {
  const base: { base?: Files } = before ? { base: goodBut(before) } : {}
  const { findings } = await assessRecord(goodBut(files), { ...base, ...given })
  return findings.filter(({ rule }) => rule.startsWith('adr/'))
}
const told = async (...given: Parameters<typeof found>) => briefly({ findings: await found(...given) })

describe('adr/malformed', () => {
  it('is silent about a whole decision of any status', async () => {
    for (const status of ['Proposed', 'Accepted', 'Deprecated'])
      expect(await found({ [PATH]: decision(status) })).toEqual([])
  })

  it.each(['Status', 'Context', 'Decision', 'Consequences'])('finds that the section %s is missing', async (name) => {
    const [finding, ...others] = await found({ [PATH]: decision().replace(`## ${name}\n`, '### Other\n') })
    expect(finding).toMatchObject({ rule: 'adr/malformed', severity: 'warning', path: PATH, line: 1, gxpId: 'ADR-001' })
    expect(finding?.message).toMatch(new RegExp(`^This decision lacks \`${name}\`\\.`))
    expect(others).toEqual([])
  })

  it('finds that the title is missing, and names all that is missing at once', async () => {
    expect(await found({ [PATH]: '## Status\nAccepted\n' })).toMatchObject([
      { message: expect.stringMatching(/^This decision lacks title, `Context`, `Decision`, `Consequences`\./) },
    ])
    expect(await told({ [PATH]: '' })).toEqual([`${PATH}:1 warning adr/malformed`])
  })

  it.each([
    ['Status', 'Accepted', 2],
    ['Context', 'Rounding.', 4],
    ['Decision', 'Doses are integers.', 6],
    ['Consequences', 'Half tablets are entered as milligrams.', 8],
  ])('finds that the section %s is empty', async (name, text, line) => {
    expect(await found({ [PATH]: decision().replace(`${text}\n`, '\n') })).toMatchObject([
      { rule: 'adr/malformed', line, message: `The section \`${name}\` is empty.` },
    ])
  })

  it('finds a status that is none', async () => {
    expect(await found({ [PATH]: decision('Agreed on\nby all') })).toMatchObject([
      {
        rule: 'adr/malformed',
        line: 2,
        message: expect.stringMatching(/^`Agreed on by all` is no status of a decision/),
      },
    ])
  })

  it('finds front matter that can not be read, and a code block without an end', async () => {
    expect(await told({ [PATH]: `---\na: [\n---\n${decision()}` })).toEqual([`${PATH}:3 warning adr/malformed`])
    expect(await told({ [PATH]: `${decision()}\`\`\`\n` })).toEqual([`${PATH}:10 warning adr/malformed`])
  })

  it('leaves a file that is no text, or too large, to the rule about that', async () => {
    expect(await found({ [PATH]: new Uint8Array([0xff]) })).toEqual([])
    const policy = { maxFileBytes: 2048 }
    expect(await found({ [PATH]: 'x'.repeat(2049) }, undefined, { policy })).toEqual([])
  })

  it('expects nothing of a template, nor of README.md', async () => {
    for (const name of ['template', 'ADR-template', 'ADR-000-template', 'adr-NNN-template', '_template', 'README'])
      expect(await found({ [`.gxp/adr/${name}.md`]: 'What to write.\n' })).toEqual([])
    expect(await told({ '.gxp/adr/ADR-007-template.md': '' })).toHaveLength(1)
    expect(await told({ '.gxp/adr/ADR-000-report-template.md': '' })).toHaveLength(1)
  })
})

describe('adr/file-name', () => {
  it.each(['ADR-012-queues.md', 'ADR-0012-queues.md', 'ADR-012-Use queues.md', '2026/ADR-012-queues.md'])(
    'is silent about %s',
    async (name) => {
      expect(await found({ [`.gxp/adr/${name}`]: decision() })).toEqual([])
    },
  )

  it.each([
    ['queues.md', 'ADR-001-title.md'],
    ['12-queues.md', 'ADR-012-title.md'],
    ['ADR-12-queues.md', 'ADR-012-title.md'],
    ['adr-012-queues.md', 'ADR-012-title.md'],
    ['ADR-012.md', 'ADR-012-title.md'],
    ['ADR-012-.md', 'ADR-012-title.md'],
    ['0012-queues.md', 'ADR-012-title.md'],
  ])('finds %s', async (name, proposed) => {
    expect(await found({ [`.gxp/adr/${name}`]: decision() })).toMatchObject([
      {
        rule: 'adr/file-name',
        severity: 'warning',
        path: `.gxp/adr/${name}`,
        line: 1,
        message: expect.stringContaining(`as in \`${proposed}\``),
      },
    ])
  })

  it('finds two decisions with one number, and each names the other', async () => {
    const [a, b] = ['.gxp/adr/ADR-012-queues.md', '.gxp/adr/ADR-0012-streams.md']
    const findings = await found({ [a]: decision(), [b]: decision(), [PATH]: decision() })
    expect(findings).toMatchObject([
      { rule: 'adr/file-name', severity: 'warning', path: b, line: 1, gxpId: 'ADR-0012' },
      { rule: 'adr/file-name', severity: 'warning', path: a, line: 1, gxpId: 'ADR-012' },
    ])
    expect(findings.map(({ message }) => message)).toEqual([
      `ADR-0012 is also the number of ${a}. Give the newer one a number of its own.`,
      `ADR-012 is also the number of ${b}. Give the newer one a number of its own.`,
    ])
  })

  it('names three of many that share a number, and says how many more there are', async () => {
    const many = (names: string) => Object.fromEntries([...names].map((n) => [`.gxp/adr/ADR-012-${n}.md`, decision()]))
    const four = await found(many('abcd'))
    expect(four).toHaveLength(4)
    for (const { path, message } of four) {
      expect(message.match(/\.md/g)).toHaveLength(3)
      expect(message).not.toContain(path)
      expect(message).not.toContain('more')
    }
    const [first, , , , fifth] = await found(many('abcde'))
    expect([first?.message, fifth?.message]).toEqual([
      expect.stringMatching(/-b\.md, .*-c\.md, .*-d\.md and 1 more\./),
      expect.stringMatching(/-a\.md, .*-b\.md, .*-c\.md and 1 more\./),
    ])
  })

  it('does not compare with a template, or with a file that is to be renamed anyway', async () => {
    const files = { [PATH]: decision(), '.gxp/adr/ADR-1-x.md': decision(), '.gxp/adr/ADR-000-template.md': '' }
    expect(await told({ ...files, '.gxp/adr/ADR-000-first.md': decision() })).toEqual([
      '.gxp/adr/ADR-1-x.md:1 warning adr/file-name',
    ])
  })

  it('is all that is told of a file that is no decision', async () => {
    expect(await told({ '.gxp/adr/notes.md': '# Notes\n' })).toEqual(['.gxp/adr/notes.md:1 warning adr/file-name'])
    expect(await told({ '.gxp/adr/notes.md': '# Notes\n## Context\nx\n' })).toEqual([
      '.gxp/adr/notes.md:1 warning adr/file-name',
      '.gxp/adr/notes.md:1 warning adr/malformed',
    ])
  })
})

describe('adr/changed-after-acceptance', () => {
  const NAMED = decision('Superseded by ADR-002')
  const next = { [NEXT]: decision() }

  it.each(['Accepted', 'Deprecated', 'Superseded by ADR-002'])(
    'finds an edit of a decision that was %s',
    async (status) => {
      const before = { [PATH]: decision(status), ...next }
      expect(await found({ [PATH]: decision(status, 'Doses are tenths.'), ...next }, before)).toMatchObject([
        {
          rule: 'adr/changed-after-acceptance',
          severity: 'error',
          path: PATH,
          line: 1,
          gxpId: 'ADR-001',
          message: expect.stringMatching(/^This decision was edited/),
        },
      ])
    },
  )

  it('lets a proposal be edited, accepted and deleted, and one whose status nobody knows', async () => {
    for (const status of ['Proposed', 'Agreed on']) {
      const before = { [PATH]: decision(status) }
      expect(await found({ [PATH]: decision('Accepted', 'Doses are tenths.') }, before)).toEqual([])
      expect(await found({}, before)).toEqual([])
    }
  })

  it('lets the layout change, and what is said of the same status', async () => {
    const other = decision('Accepted on 2026-02-01')
      .replaceAll('\n', '\r\n\r\n')
      .replace('Doses are integers.', 'Doses\n  are integers.')
    expect(await found({ [PATH]: other }, { [PATH]: decision() })).toEqual([])
  })

  it.each([
    ['Accepted', 'Deprecated'],
    ['Accepted', 'Superseded by ADR-002'],
    ['Deprecated', 'Superseded by ADR-002'],
    ['Superseded by ADR-002', 'Deprecated'],
    ['Superseded by ADR-002', 'Superseded by [tenths](ADR-002-tenths.md)'],
  ])('lets the status go from %s to %s', async (before, after) => {
    expect(await found({ [PATH]: decision(after), ...next }, { [PATH]: decision(before), ...next })).toEqual([])
  })

  it.each([
    ['Accepted', 'Proposed'],
    ['Deprecated', 'Accepted'],
    ['Superseded by ADR-002', 'Accepted'],
  ])('does not let it go from %s to %s', async (before, after) => {
    expect(await found({ [PATH]: decision(after), ...next }, { [PATH]: decision(before), ...next })).toMatchObject([
      { rule: 'adr/changed-after-acceptance', line: 2, message: expect.stringContaining('its status can only become') },
    ])
  })

  it('finds a status that was made unreadable', async () => {
    expect(await told({ [PATH]: decision('Gone') }, { [PATH]: decision() })).toEqual([
      `${PATH}:2 error adr/changed-after-acceptance`,
      `${PATH}:2 warning adr/malformed`,
    ])
  })

  it('finds a status that was taken out, on the first line', async () => {
    const without = decision().replace('## Status\nAccepted\n', '')
    expect(await told({ [PATH]: without }, { [PATH]: decision() })).toEqual([
      `${PATH}:1 error adr/changed-after-acceptance`,
      `${PATH}:1 warning adr/malformed`,
    ])
  })

  it('asks for the name of the successor, once', async () => {
    const [before, after] = [{ [PATH]: decision() }, { [PATH]: decision('Superseded') }]
    expect(await found(after, before)).toMatchObject([
      {
        rule: 'adr/changed-after-acceptance',
        severity: 'error',
        line: 2,
        message: expect.stringContaining('without the name of its successor'),
      },
    ])
    const off = { policy: { severities: { 'adr/changed-after-acceptance': 'off' as const } } }
    expect(await told(after, before, off)).toEqual([`${PATH}:2 warning adr/dangling-supersession`])
    expect(await told(after, after)).toEqual([`${PATH}:2 warning adr/dangling-supersession`])
  })

  it('finds a decision that was deleted, on the system context, and follows its path', async () => {
    const [one] = await found({}, { [PATH]: decision() })
    expect(one).toMatchObject({
      severity: 'error',
      path: CONTEXT,
      line: 1,
      gxpId: 'ADR-001',
      message: expect.stringContaining(`\`${PATH}\` was deleted`),
    })
    const [elsewhere] = await found({ [CONTEXT]: null }, { [PATH]: decision() })
    expect(elsewhere?.path).not.toBe(CONTEXT)
    expect(elsewhere?.fingerprint).toBe(one?.fingerprint)
    const both = await found({}, { [PATH]: decision(), [NEXT]: decision() })
    expect(new Set(both.map(({ fingerprint }) => fingerprint)).size).toBe(2)
  })

  it('knows a decision that was moved by its content, else by its number', async () => {
    const before = { [PATH]: decision() }
    expect(await found({ '.gxp/adr/ADR-007-integers.md': decision() }, before)).toEqual([])
    expect(await found({ '.gxp/adr/ADR-007-integers.md': decision('Deprecated') }, before)).toEqual([])
    expect(await told({ '.gxp/adr/ADR-001-integers.md': decision('Accepted', 'Other.') }, before)).toEqual([
      '.gxp/adr/ADR-001-integers.md:1 error adr/changed-after-acceptance',
    ])
    // A file that was there before is another decision.
    expect(await told(next, { ...before, ...next })).toEqual([`${CONTEXT}:1 error adr/changed-after-acceptance`])
    expect(await told({ '.gxp/adr/ADR-007-other.md': decision('Accepted', 'Other.') }, before)).toEqual([
      `${CONTEXT}:1 error adr/changed-after-acceptance`,
    ])
  })

  it('rests without a base, for templates, and where the record is gone as a whole', async () => {
    expect(await found({ [PATH]: decision() })).toEqual([])
    const template = '.gxp/adr/ADR-000-template.md'
    expect(await found({ [template]: NAMED }, { [template]: decision('Accepted', 'x') })).toEqual([])
    const { findings } = await assessRecord({ 'src/a.ts': '' }, { base: goodBut({ [PATH]: decision() }) })
    expect(findings.filter(({ rule }) => rule.startsWith('adr/'))).toEqual([])
  })
})

describe('adr/dangling-supersession', () => {
  it('is silent when the successor is there, however its number is written', async () => {
    for (const name of ['ADR-002', 'ADR-2', 'ADR-0002', '[tenths](0002-tenths.md)'])
      expect(await found({ [PATH]: decision(`Superseded by ${name}`), [NEXT]: decision() })).toEqual([])
  })

  it('finds that it is not named, at the status', async () => {
    expect(await found({ [PATH]: decision('Superseded') })).toMatchObject([
      {
        rule: 'adr/dangling-supersession',
        severity: 'warning',
        path: PATH,
        line: 2,
        gxpId: 'ADR-001',
        message: expect.stringContaining('without the name'),
      },
    ])
  })

  it('finds each that is not there, and a decision that names itself', async () => {
    const both = await found({ [PATH]: decision('Superseded by ADR-003 and ADR-004'), [NEXT]: decision() })
    expect(both.map(({ line, message }) => [line, message.slice(0, 43)]).sort()).toEqual([
      [2, 'This decision is superseded by ADR-003, but'],
      [2, 'This decision is superseded by ADR-004, but'],
    ])
    expect(await found({ [PATH]: decision('Superseded by ADR-001') })).toMatchObject([
      { rule: 'adr/dangling-supersession', message: expect.stringContaining('which is itself') },
    ])
  })

  it('is not asked of a decision that holds', async () => {
    expect(await found({ [PATH]: decision('Accepted, see ADR-009') })).toEqual([])
  })
})
