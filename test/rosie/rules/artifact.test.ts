import {
  assessRecord,
  briefly,
  CONTEXT,
  document,
  EVIDENCE,
  edited,
  found,
  GOOD,
  goodBut,
  lines,
  REQUIREMENT,
  requirement,
  SOURCE,
  SPECIFICATION,
  STORY,
  specification,
  story,
} from '../../support/record.ts'

type Changes = Parameters<typeof goodBut>[0]
/** What is found of documents and annotations, and what a document that counts for nothing leads to. */
const ABOUT_DOCUMENTS = /^(artifact|context|annotation)\/|^trace\/(broken-reference|uncovered-requirement)$/
const all = async (changes: Changes) =>
  found(await assessRecord(goodBut(changes))).filter(({ rule }) => ABOUT_DOCUMENTS.test(rule))
const of = async (rule: string, changes: Changes) => found(await assessRecord(goodBut(changes)), rule)

/** A requirement beside the good ones; its coverage is not what these tests are about. */
const OTHER = '.gxp/requirements/REQ-002-audit.md'
const other = (...fields: string[]) => ({ [OTHER]: requirement('REQ-002', 'satisfies: [REQ-001]', ...fields) })

describe('artifact/malformed-front-matter', () => {
  const rule = 'artifact/malformed-front-matter'

  it.each([
    ['missing', '# REQ-001\n', 1],
    ['not closed', '---\ngxp_id: REQ-001\n', 1],
    ['invalid, with the line of the fault', lines('---', 'gxp_id: REQ-001', 'title: a: b', '---'), 3],
    ['no mapping', lines('---', '- REQ-001', '---'), 2],
    ['empty', '', 1],
    ['with a custom tag', lines('---', 'gxp_id: REQ-001', 'title: !!js/function x', '---'), 3],
    ['with a key twice', lines('---', 'gxp_id: REQ-001', 'title: A', 'title: B', '---'), 4],
  ])('finds front matter that is %s', async (_, text, line) => {
    expect(await all({ [REQUIREMENT]: text })).toMatchObject([
      { rule, severity: 'error', path: REQUIREMENT, line, gxpId: null },
    ])
  })

  it('is the one finding about the file; what refers to it, and what it leads to, is not told of', async () => {
    expect(await all({ [REQUIREMENT]: '---\n: : :\n---\n' })).toMatchObject([{ rule, path: REQUIREMENT }])
    // Where the code says what it leads to; where nobody does, see trace/causes.test.ts.
    expect(await all({ [STORY]: '---\n: : :\n---\n' })).toMatchObject([{ rule, path: STORY }])
  })

  it('is found in the system context too', async () => {
    expect(await all({ [CONTEXT]: '---\nversion: [\n---\n' })).toMatchObject([{ rule, path: CONTEXT }])
  })
})

describe('artifact/missing-id', () => {
  it('finds it, and proposes the id in the file name', async () => {
    const rule = 'artifact/missing-id'
    expect(await all({ [OTHER]: document(['title: Audit', 'acceptance_criteria: [x]']) })).toMatchObject([
      { rule, severity: 'error', path: OTHER, line: 1, message: expect.stringContaining('gxp_id: REQ-002') },
    ])
    expect(await of(rule, { [OTHER]: document(['title: Audit', 'gxp_id: ~']) })).toMatchObject([{ line: 3 }])
    expect(await of(rule, { '.gxp/specs/x.md': '---\nverification_tier: OQ\n---\n' })).toMatchObject([
      { message: expect.stringContaining('SPEC-001') },
    ])
  })
})

describe('artifact/invalid-id', () => {
  const rule = 'artifact/invalid-id'

  it.each(['req-001', 'REQ_001', 'REQ', 'REQ-', 'REQ-001a', 'US-001', '001', 'FILE:test/dose.test.ts'])(
    'finds %s for a requirement, at its line',
    async (id) => {
      expect(await of(rule, { [OTHER]: requirement(id) })).toMatchObject([
        { severity: 'error', path: OTHER, line: 2, gxpId: id, message: expect.stringContaining('REQ-002') },
      ])
    },
  )

  it('proposes the id in the file name, else a first one of the type', async () => {
    const files = { '.gxp/specs/SPEC-002-x.md': specification('x'), '.gxp/requirements/audit.md': requirement('req-2') }
    expect(await of(rule, files)).toMatchObject([
      { message: expect.stringMatching(/requirement: expected `REQ-` .* as in REQ-001\./) },
      { message: expect.stringMatching(/specification: expected `SPEC-` .* as in SPEC-002\./) },
    ])
  })

  it('quotes no more of it than anyone reads', async () => {
    const [finding] = await of(rule, { [OTHER]: requirement('x'.repeat(10_000)) })
    expect(`${finding?.message}${finding?.gxpId}`.length).toBeLessThan(300)
  })

  it('is the one finding for the id of another type: the file name says no more', async () => {
    expect(await all({ [OTHER]: requirement('SPEC-002', 'satisfies: [REQ-001]') })).toMatchObject([
      { rule, path: OTHER, gxpId: 'SPEC-002' },
    ])
  })

  it('lets no invalid id stand for another node: nothing becomes tested by it', async () => {
    const text = requirement('FILE:test/dose.test.ts#L1', 'gxp_risk_rating: HIGH', 'satisfies: [REQ-003]')
    const { summary } = await assessRecord(
      goodBut({ [OTHER]: text, '.gxp/requirements/REQ-003.md': requirement('REQ-003') }),
    )
    expect(summary.requirements).toMatchObject({ total: 2, traced: 1 })
  })

  it.each(['SPEC-INF-001', 'SPEC-006-001-001-005', 'SPEC-001-003-INT-001'])('finds nothing in %s', async (id) => {
    const files = { [`.gxp/specs/${id}.md`]: specification(id, 'parent_id: US-001-001') }
    expect(await all(files)).toEqual([])
  })
})

describe('artifact/duplicate-id', () => {
  it('finds both files, and each names the other', async () => {
    const copy = '.gxp/requirements/REQ-001-copy.md'
    const findings = await of('artifact/duplicate-id', { [copy]: requirement('REQ-001') })
    expect(findings).toMatchObject([
      { severity: 'error', path: copy, line: 2, gxpId: 'REQ-001', message: expect.stringContaining(REQUIREMENT) },
      { severity: 'error', path: REQUIREMENT, line: 2, gxpId: 'REQ-001', message: expect.stringContaining(copy) },
    ])
  })

  it('names three of many, and says how many more there are', async () => {
    const copies = Object.fromEntries(
      [1, 2, 3, 4, 5].map((n) => [`.gxp/requirements/copy-${n}.md`, requirement('REQ-001')]),
    )
    const findings = await of('artifact/duplicate-id', copies)
    expect(findings).toHaveLength(6)
    for (const { message, path } of findings) {
      expect(message).toContain('and 2 more')
      expect(message).not.toContain(`${path},`)
      expect(message.match(/\.md/g)).toHaveLength(3)
    }
  })

  it('names all where there are no more than three others', async () => {
    const copies = Object.fromEntries([1, 2, 3].map((n) => [`.gxp/requirements/copy-${n}.md`, requirement('REQ-001')]))
    const findings = await of('artifact/duplicate-id', copies)
    expect(findings).toHaveLength(4)
    for (const { message } of findings) {
      expect(message).not.toContain('more')
      expect(message.match(/\.md/g)).toHaveLength(3)
    }
  })
})

describe('artifact/id-path-mismatch', () => {
  const rule = 'artifact/id-path-mismatch'

  it.each([
    ['.gxp/requirements/REQ-003-audit.md', 'REQ-002'],
    ['.gxp/requirements/REQ-002-001.md', 'REQ-002'],
    ['.gxp/requirements/SPEC-002.md', 'REQ-002'],
  ])('finds %s with the id %s', async (path, id) => {
    expect(await all({ [path]: requirement(id, 'satisfies: [REQ-001]', 'gxp_risk_rating: LOW') })).toMatchObject([
      { rule, severity: 'warning', path, line: 2, gxpId: id },
      { rule: 'trace/uncovered-requirement' },
    ])
  })

  it.each([
    'REQ-002.md',
    'REQ-002-audit-log.md',
    'REQ-002-PDF-export.md',
    'REQ-002_audit.md',
    'REQ-002-21-cfr.md',
    'audit.md',
  ])('finds nothing in the name %s', async (name) => {
    expect(await of(rule, { [`.gxp/requirements/${name}`]: requirement('REQ-002') })).toEqual([])
  })
})

describe('artifact/missing-field', () => {
  const rule = 'artifact/missing-field'

  it.each([
    [REQUIREMENT, 'title: A dose never exceeds the daily limit\n', 'error', 'title'],
    [STORY, 'title: Refuse an overdose\n', 'error', 'title'],
    [SPECIFICATION, 'title: Limit check\n', 'error', 'title'],
    [REQUIREMENT, 'acceptance_criteria:\n  - A dose above the limit is refused\n', 'warning', 'acceptance_criteria'],
    [STORY, 'acceptance_criteria:\n  - The dose is not shown\n', 'warning', 'acceptance_criteria'],
    [STORY, 'as_a: pharmacist\n', 'warning', 'as_a'],
    [STORY, 'i_want: doses above the limit to be refused\n', 'warning', 'i_want'],
    [STORY, 'so_that: no patient is harmed by a slip of the finger\n', 'warning', 'so_that'],
    [SPECIFICATION, 'verification_tier: OQ\n', 'warning', 'verification_tier'],
  ])('finds in %s that %j is gone', async (path, text, severity, word) => {
    expect(await all(edited(path, text, ''))).toMatchObject([
      { rule, severity, path, line: 2, message: expect.stringContaining(`\`${word}\``) },
    ])
  })

  it('finds all parts that a story lacks as one', async () => {
    const bare = document(['gxp_id: US-001-002', 'title: A', 'parent_id: REQ-001', 'acceptance_criteria: [x]'])
    expect(await all({ '.gxp/user_stories/US-001-002.md': bare })).toMatchObject([
      { rule, message: expect.stringContaining('`as_a`, `i_want`, `so_that`') },
    ])
  })

  it.each([
    ['As a nurse, I want to see the dose, so that I can check it', null],
    ['As an auditor, I want a log', '`so_that`'],
    ['As a nurse, so that I can check it', '`i_want`'],
    ['I want to see the dose so that I can check it', '`as_a`'],
    ['Alas a story', '`as_a`, `i_want`, `so_that`'],
  ])('reads the parts of a story off its title too: %s', async (title, lacking) => {
    const fields = ['gxp_id: US-001-002', `title: "${title}"`, 'parent_id: REQ-001', 'acceptance_criteria: [x]']
    const findings = await of(rule, { '.gxp/user_stories/US-001-002.md': document(fields) })
    expect(findings.map(({ message }) => /lacks (.*?):/.exec(message)?.[1])).toEqual(lacking === null ? [] : [lacking])
  })

  it('finds nothing in what a kind does not need: a specification has no criteria, a requirement no tier', async () => {
    expect(await of(rule, { '.gxp/specs/SPEC-002.md': specification('SPEC-002') })).toEqual([])
    expect(await of(rule, other())).toEqual([])
  })

  it('leaves an id that is none out of its findings', async () => {
    expect(await of(rule, { [OTHER]: document(['gxp_id: req-2', 'title: Audit']) })).toMatchObject([{ gxpId: null }])
  })

  it('finds nothing where the body says it', async () => {
    const text = document(
      ['gxp_id: US-001-002', 'title: A', 'parent_id: REQ-001'],
      '**As an** auditor **I want** a log **so that** I can read it.',
      '### Acceptance criteria',
    )
    expect(await all({ '.gxp/user_stories/US-001-002.md': text })).toEqual([])
  })
})

describe('artifact/invalid-value', () => {
  const rule = 'artifact/invalid-value'

  it.each([
    ['gxp_risk_rating: CRITICAL', '`CRITICAL`', 'LOW, MEDIUM, HIGH'],
    ['gxp_risk_rating: medium', '`medium`', 'LOW, MEDIUM, HIGH'],
    ['risk_level: 3', '`3`', 'LOW, MEDIUM, HIGH'],
    ['gxp_risk_rating: [HIGH, LOW]', 'no single value', 'LOW, MEDIUM, HIGH'],
    ['gxp_risk_rating:', 'no single value', 'LOW, MEDIUM, HIGH'],
    ['verification_tier: UAT', '`UAT`', 'IQ, OQ, PQ'],
    ['validation_status: finished', '`finished`', 'draft, in_review, validated, retired'],
    ['validation_status: constructor', '`constructor`', 'draft, in_review, validated, retired'],
    ['assurance_status: OK', '`OK`', 'draft, in_review, validated, retired'],
  ])('finds %s', async (field, said, right) => {
    const findings = await of(rule, other(field))
    expect(findings).toMatchObject([{ severity: 'error', path: OTHER, line: 5, gxpId: 'REQ-002' }])
    expect(findings[0]?.message).toContain(said)
    expect(findings[0]?.message).toContain(right)
  })

  it('finds two keys for the risk that contradict each other', async () => {
    expect(await of(rule, other('gxp_risk_rating: HIGH', 'risk_level: LOW'))).toMatchObject([
      { severity: 'error', line: 6, message: expect.stringMatching(/HIGH.*LOW/) },
    ])
    expect(await of(rule, other('gxp_risk_rating: HIGH', 'risk_level: HIGH'))).toEqual([])
    expect(await of(rule, other('gxp_risk_rating: HIGH', 'risk_level:'))).toMatchObject([
      { line: 6, message: expect.stringContaining('`risk_level` says no single value') },
    ])
    expect(await of(rule, other('gxp_risk_rating: [LOW]', 'risk_level: [LOW]'))).toMatchObject([
      { line: 5, message: expect.stringContaining('no single value') },
      { line: 6, message: expect.stringContaining('`gxp_risk_rating` says no single value') },
    ])
  })

  it('holds each kind to the same words', async () => {
    expect(await of(rule, edited(STORY, 'as_a:', 'verification_tier: UAT\nas_a:'))).toMatchObject([
      { path: STORY, line: 5, gxpId: 'US-001-001' },
    ])
    expect(await of(rule, edited(SPECIFICATION, 'tier: OQ', 'tier:'))).toMatchObject([
      { path: SPECIFICATION, line: 5, message: expect.stringContaining('no single value') },
    ])
  })

  it('quotes no more of a value than anyone reads', async () => {
    const long = 'x'.repeat(10_000)
    const findings = await of(rule, other(`gxp_risk_rating: ${long}`, `risk_level: ${long}y`))
    expect(findings).toHaveLength(2)
    for (const { message } of findings) expect(message.length).toBeLessThan(250)
  })

  it.each([
    'risk_level: LOW',
    'validation_status: VALIDATED',
    'validation_status: APPROVED',
    'assurance_status: ASSURED',
    'status: whatever',
  ])('finds nothing in %s', async (field) => {
    expect(await of(rule, other(field))).toEqual([])
  })
})

describe('artifact/misplaced', () => {
  const rule = 'artifact/misplaced'

  it.each([
    ['.gxp/requirements/SPEC-001-002.md', specification('SPEC-001-002', 'parent_id: US-001-001'), '.gxp/specs/'],
    ['.gxp/specs/REQ-002.md', requirement('REQ-002', 'gxp_risk_rating: LOW'), '.gxp/requirements/'],
    ['.gxp/requirements/refuse.md', story('US-001-002', 'parent_id: REQ-001'), '.gxp/user_stories/'],
    ['.gxp/US-001-002.md', story('US-001-002', 'parent_id: REQ-001'), '.gxp/user_stories/'],
  ])('finds %s, and nothing else is wrong with it', async (path, text, right) => {
    const findings = (await all({ [path]: text })).filter((each) => each.rule !== 'trace/uncovered-requirement')
    expect(findings).toMatchObject([
      { rule, severity: 'warning', path, line: 1, message: expect.stringContaining(right) },
    ])
  })

  it('is not told when the directory and the file name, or the directory and the id, agree', async () => {
    expect(await of(rule, { '.gxp/requirements/REQ-002.md': requirement('SPEC-002') })).toEqual([])
    expect(await of(rule, { '.gxp/requirements/SPEC-002.md': requirement('REQ-002') })).toEqual([])
    expect(await of(rule, { '.gxp/requirements/by-team/qa/REQ-002.md': requirement('REQ-002') })).toEqual([])
  })
})

describe('artifact/misplaced, of what is not even read', () => {
  it.each([
    ['.gxp/reqs/REQ-002.md', '.gxp/requirements/'],
    ['.gxp/Requirements/REQ-002-title.md', '.gxp/requirements/'],
    ['.gxp/stories/US-002.md', '.gxp/user_stories/'],
    ['.gxp/user-story/US-002.md', '.gxp/user_stories/'],
    ['.gxp/us/US-002.md', '.gxp/user_stories/'],
    ['.gxp/specifications/SPEC-002.md', '.gxp/specs/'],
    ['.gxp/Specs/SPEC-002.md', '.gxp/specs/'],
  ])('finds %s by its name and nearly by its directory', async (path, right) => {
    expect(await all({ [path]: '' })).toMatchObject([
      { rule: 'artifact/misplaced', severity: 'warning', path, line: 1, message: expect.stringContaining(right) },
    ])
  })

  it.each(['.gxp/templates/REQ-002.md', '.gxp/reqs/notes.md', '.gxp/reqs/SPEC-002.md', '.gxp/reqs/REQ-002.docx'])(
    'leaves %s to artifact/unknown-file',
    async (path) => {
      expect(await all({ [path]: '' })).toMatchObject([{ rule: 'artifact/unknown-file', severity: 'notice', path }])
    },
  )
})

describe('artifact/unknown-file', () => {
  it('finds a file of no known kind, once each', async () => {
    const findings = await all({ '.gxp/notes.txt': 'x', '.gxp/requirements/draft.docx': 'x' })
    expect(findings).toMatchObject([
      { rule: 'artifact/unknown-file', severity: 'notice', path: '.gxp/notes.txt', line: 1 },
      { rule: 'artifact/unknown-file', severity: 'notice', path: '.gxp/requirements/draft.docx', line: 1 },
    ])
  })

  it.each([
    ['text alone', '.gxp/requirements/notes.md', '# Minutes of 3 May\n', 'a requirement'],
    ['a title alone', '.gxp/user_stories/template.md', document(['title: A', 'description: B']), 'a user story'],
    ['front matter that is broken', '.gxp/specs/notes.md', '---\ntitle: a: b\n---\n', 'a specification'],
    ['nothing', '.gxp/specs/sub/todo.md', '', 'a specification'],
    [
      'fields after its broken front matter',
      '.gxp/specs/x.md',
      '---\na: b: c\n---\ngxp_id: SPEC-9\n',
      'a specification',
    ],
    ['fields of other words', '.gxp/specs/x.md', '---\na: b: c\nmy_gxp_id: SPEC-9\n---\n', 'a specification'],
    ['text like a field', '.gxp/specs/x.md', '# x\n\nimplements: nothing yet\n', 'a specification'],
    ['an example', '.gxp/requirements/how-to.md', '# x\n\n```yaml\n---\ngxp_id: REQ-1\n```\n', 'a requirement'],
    ['a name that only begins alike', '.gxp/requirements/requests.md', '# x\n', 'a requirement'],
  ])('takes a page with %s for a note, of which nothing is asked', async (_, path, text, what) => {
    const assessment = await assessRecord(goodBut({ [path]: text }))
    expect(found(assessment)).toMatchObject([
      { rule: 'artifact/unknown-file', severity: 'notice', path, line: 1, message: expect.stringContaining(what) },
    ])
    expect(assessment.summary.artifacts).toEqual((await assessRecord(goodBut({}))).summary.artifacts)
  })

  it.each([
    ['its name', '.gxp/requirements/REQ-audit.md', '# x\n', 'artifact/malformed-front-matter'],
    ['its name, however written', '.gxp/requirements/req_002.md', '# x\n', 'artifact/malformed-front-matter'],
    ['its name in `.gxp/`', '.gxp/US-x.md', '# x\n', 'artifact/malformed-front-matter'],
    ['its id', '.gxp/specs/audit.md', document(['gxp_id: SPEC-9', 'title: a: b']), 'artifact/malformed-front-matter'],
    [
      'an id that is none',
      '.gxp/specs/audit.md',
      document(['gxp_id: 9', 'title: a: b']),
      'artifact/malformed-front-matter',
    ],
    [
      'its parent',
      '.gxp/specs/audit.md',
      document(['parent_id: US-9', 'title: a: b']),
      'artifact/malformed-front-matter',
    ],
    [
      'a key in quotes',
      '.gxp/requirements/dose.md',
      document(['"gxp_id": REQ-002', 'title: a: b']),
      'artifact/malformed-front-matter',
    ],
    [
      'fields that are indented',
      '.gxp/requirements/dose.md',
      document(['  gxp_id: REQ-002', '  title: a: b']),
      'artifact/malformed-front-matter',
    ],
    [
      'a list of fields',
      '.gxp/requirements/dose.md',
      document(['- gxp_id: REQ-002', '- title: a']),
      'artifact/malformed-front-matter',
    ],
    [
      'its rating alone',
      '.gxp/requirements/dose.md',
      document(['title: a: b', 'gxp_risk_rating: HIGH']),
      'artifact/malformed-front-matter',
    ],
    [
      'its criteria, in front matter that is not closed',
      '.gxp/requirements/dose.md',
      '\uFEFF\n--- \r\ntitle: a\r\n\r\nacceptance_criteria : [x]\r\n',
      'artifact/malformed-front-matter',
    ],
    ['an id without dashes', '.gxp/specs/audit.md', '# Audit\n\ngxp_id: SPEC-9\n', 'artifact/malformed-front-matter'],
    ['a key for its id', '.gxp/specs/audit.md', document(['gxp_id:', 'title: A']), 'artifact/missing-id'],
    ['what it says', '.gxp/requirements/audit.md', document(['acceptance_criteria: [x]']), 'artifact/missing-id'],
    ['bytes that no one can read', '.gxp/requirements/audit.md', Buffer.from([0xff]), 'artifact/encoding'],
  ])('is no notice where a page is an artifact by %s', async (_, path, text, rule) => {
    const findings = found(await assessRecord(goodBut({ [path]: text }))).filter((each) => each.path === path)
    expect(findings.map((each) => each.rule)).toContain(rule)
    expect(findings.map((each) => each.rule)).not.toContain('artifact/unknown-file')
  })

  it('finds nothing in what the standard knows', async () => {
    const known = ['.gxp/README.md', '.gxp/evidence/.gitkeep', '.gxp/gap-analysis.json', '.gxp/adr/ADR-001-x.md']
    expect(await all(Object.fromEntries(known.map((path) => [path, 'x'])))).toEqual([])
  })
})

describe('artifact/encoding', () => {
  const rule = 'artifact/encoding'

  it('finds bytes that are not UTF-8 and bytes that are NUL, on their line', async () => {
    const latin1 = Buffer.from(GOOD[STORY]?.replace('pharmacist', 'médecin') ?? '', 'latin1')
    expect(await all({ [STORY]: latin1 })).toMatchObject([
      { rule: 'trace/uncovered-requirement' },
      { rule, severity: 'warning', path: STORY, line: 5 },
    ])
    expect(await of(rule, { [OTHER]: 'a\nb\0' })).toMatchObject([{ path: OTHER, line: 2 }])
  })

  it('says that nothing in it was read', async () => {
    expect(await of(rule, { [OTHER]: 'a\0' })).toMatchObject([
      { message: expect.stringMatching(/NUL.*Save it as UTF-8 text\. Nothing in it was read\.$/) },
    ])
  })

  it('says so once: what the file would have said is not missed', async () => {
    const findings = await all({
      [OTHER]: Buffer.from([0xff]),
      'src/audit.ts': '// @gxp-satisfies REQ-002 @gxp-risk LOW',
    })
    expect(findings).toMatchObject([{ rule, path: OTHER, line: 1 }])
  })

  it('does not keep source from being read: tags are ASCII', async () => {
    const latin1 = Buffer.from(`${GOOD[SOURCE]}// café\n`, 'latin1')
    expect(await all({ [SOURCE]: latin1 })).toEqual([])
  })
})

describe('artifact/too-large', () => {
  const rule = 'artifact/too-large'
  const big = 'x'.repeat(3000)
  const policy = { maxFileBytes: 2048 }

  it('finds a document or evidence over the limit as an error, source as a notice', async () => {
    const files = goodBut({ [OTHER]: `${GOOD[REQUIREMENT]}${big}`, [EVIDENCE]: big, 'src/big.ts': big })
    const assessment = await assessRecord(files, { policy })
    expect(briefly({ findings: found(assessment, rule) })).toEqual([
      `${EVIDENCE}:1 error ${rule}`,
      `${OTHER}:1 error ${rule}`,
      `src/big.ts:1 notice ${rule}`,
    ])
    expect(found(assessment, rule)[0]?.message).toContain('2 KiB')
    expect(found(assessment).filter((each) => each.path === OTHER)).toHaveLength(1)
    expect(assessment.summary.evidence).toMatchObject({ total: 1, valid: 0 })
  })

  it('finds nothing at the limit', async () => {
    const exact = `${GOOD[REQUIREMENT]}`.padEnd(2048)
    expect(found(await assessRecord(goodBut({ [REQUIREMENT]: exact }), { policy }))).toEqual([])
  })
})
