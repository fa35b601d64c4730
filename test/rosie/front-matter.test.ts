import { readDocument } from '../../src/rosie/parse/document.ts'
import { readFrontMatter } from '../../src/rosie/parse/front-matter.ts'
import { lines } from '../support/record.ts'

const read = (...yaml: string[]) => readFrontMatter(lines('---', ...yaml, '---'))
const refusal = (...yaml: string[]) => {
  const { fields, problems } = read(...yaml)
  expect(fields).toEqual({})
  expect(problems).toHaveLength(1)
  expect(problems[0]?.cause).toBe('front-matter')
  return problems[0]
}

describe('Front matter', () => {
  it('gives each key with its line, its text and its value', () => {
    const { fields } = read('gxp_id: REQ-001', 'title: "A title: quoted"', 'satisfies:', '  - REQ-002', '  - REQ-003')
    expect(fields.gxp_id).toMatchObject({ value: 'REQ-001', text: 'REQ-001', line: 2, endLine: 2 })
    expect(fields.title).toMatchObject({ value: 'A title: quoted', text: 'A title: quoted', line: 3 })
    expect(fields.satisfies).toMatchObject({ value: ['REQ-002', 'REQ-003'], line: 4, endLine: 6 })
    expect(fields.satisfies?.values).toMatchObject([
      { line: 5, column: 5 },
      { line: 6, column: 5 },
    ])
  })

  it('ends a text of several lines on its last one, not on the blank lines after it', () => {
    const { fields } = read('intended_use: |', '  Doses,', '  for adults.', '', 'version: 1.0.0')
    expect(fields.intended_use).toMatchObject({ line: 2, endLine: 4, text: 'Doses,\nfor adults.' })
    expect(fields.version).toMatchObject({ line: 6 })
    const lists = ['list: [', '  a', ']', '', 'empty:', '', 'other:', '  - {b: c}', '  # of all', '', 'last: [d]']
    const { fields: others } = read('intended_use: >+', '  Doses,', '  for adults.', ' ', '', ...lists)
    expect(Object.values(others).map(({ line, endLine }) => [line, endLine])).toEqual([
      [2, 4],
      [7, 9],
      [11, 11],
      [13, 14],
      [17, 17],
    ])
  })

  it.each([
    ['1.0', '1.0'],
    ['001', '001'],
    ['2026-02-05', '2026-02-05'],
    ['true', 'true'],
    ['0x1F', '0x1F'],
    ['1e3', '1e3'],
    ["'HIGH'", 'HIGH'],
    ['HIGH # as agreed', 'HIGH'],
  ])('keeps the text of %s as it was written', (written, text) => {
    expect(read(`key: ${written}`).fields.key?.text).toBe(text)
  })

  it('leaves a date a text: it is nothing but what was written', () => {
    expect(read('date: 2026-02-05').fields.date?.value).toBe('2026-02-05')
  })

  it('makes JSON of every value', () => {
    const { fields } = read('a: .nan', 'b: .inf', 'c: 12345678901234567890', 'd: {e: [1, null, x]}', 'f:')
    expect(fields.a?.value).toBeNull()
    expect(fields.b?.value).toBeNull()
    expect(fields.d?.value).toEqual({ e: [1, null, 'x'] })
    expect(fields.f?.value).toBeNull()
    expect(JSON.parse(JSON.stringify(fields))).toEqual(fields)
  })

  it('is read with CRLF and with a byte order mark, on the same lines', () => {
    const text = '\uFEFF---\r\ngxp_id: REQ-001\r\ntitle: A\r\n---\r\n# Body\r\n'
    const { fields, body, problems } = readFrontMatter(text)
    expect(problems).toEqual([])
    expect(fields.gxp_id).toMatchObject({ text: 'REQ-001', line: 2 })
    expect(fields.title).toMatchObject({ text: 'A', line: 3, endLine: 3 })
    expect(body).toBe('# Body\r\n')
  })

  it('may be closed with three dots, and by white space after the dashes', () => {
    expect(readFrontMatter('---  \na: 1\n...\nbody').fields.a?.text).toBe('1')
    expect(readFrontMatter('---\na: 1\n---\t\nbody')).toMatchObject({ body: 'body', fields: { a: { text: '1' } } })
  })

  it('reads what an alias stands for', () => {
    const { fields, problems } = read('gxp_risk_rating: &level HIGH', 'risk_level: *level')
    expect(problems).toEqual([])
    expect(fields.risk_level).toMatchObject({ text: 'HIGH', value: 'HIGH', line: 3 })
  })

  it('takes __proto__ and constructor for keys like any other', () => {
    const { fields } = read('__proto__: {polluted: yes}', 'constructor: x', 'gxp_id: REQ-001')
    expect(Object.keys(fields).sort()).toEqual(['__proto__', 'constructor', 'gxp_id'])
    expect(Object.getPrototypeOf(fields)).toBe(Object.prototype)
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    expect(readDocument('requirement', lines('---', '__proto__: {gxp_id: REQ-9}', '---')).gxpId).toBeNull()
  })
})

describe('Front matter is refused', () => {
  it.each([
    ['an empty file', ''],
    ['a file without it', '# REQ-001\n'],
    ['a file with a line before it', '\n---\na: 1\n---\n'],
    ['a file with something after the dashes', '--- a: 1\n---\n'],
  ])('when there is none: %s', (_, text) => {
    expect(readFrontMatter(text).problems).toMatchObject([{ line: 1, message: expect.stringContaining('begin') }])
  })

  it('when it is not closed', () => {
    const { problems } = readFrontMatter('---\ngxp_id: REQ-001\n')
    expect(problems).toMatchObject([{ line: 1, message: expect.stringContaining('not closed') }])
  })

  it('when it is empty, or nothing but comments', () => {
    expect(readFrontMatter('---\n---\n').problems[0]?.message).toContain('empty')
    expect(refusal('# gxp_id: REQ-001')?.message).toContain('empty')
  })

  it.each([['- a list'], ['a text'], ['42']])('when it is no mapping: %s', (yaml) => {
    expect(refusal(yaml)?.message).toContain('not a mapping')
  })

  it('with the line and column of the fault', () => {
    expect(refusal('gxp_id: REQ-001', 'title: [unclosed', 'a: 1')).toMatchObject({ line: expect.any(Number) })
    expect(refusal('gxp_id: REQ-001', '\ttitle: A')).toMatchObject({ line: 3 })
    expect(refusal('gxp_id: REQ-001', 'title: a: b')).toMatchObject({ line: 3 })
  })

  it('once, whatever follows from its first fault', () => {
    refusal('title: "not closed', 'b: "c" d', 'e: "f')
    refusal('a: }', 'b: }', 'c: ]')
  })

  it('for a key that stands twice, on the line of the second', () => {
    expect(refusal('title: A', 'gxp_id: REQ-001', 'title: B')).toMatchObject({
      line: 4,
      column: 1,
      message: expect.stringContaining('`title`'),
    })
    expect(refusal('a:', '  b: 1', '  b: 2')).toMatchObject({ line: 4, column: 3 })
  })

  it.each(['!js/function x', '!!python/object x', '!!binary aGk=', '!local x', '!<tag:example.org,2000:x> y'])(
    'for a custom tag: %s',
    (value) => {
      expect(refusal('gxp_id: REQ-001', `title: ${value}`)).toMatchObject({ line: 3 })
    },
  )

  it('not for a tag of the core schema', () => {
    expect(read('version: !!str 1.0').fields.version?.text).toBe('1.0')
  })

  it('for more aliases than a record needs', () => {
    expect(refusal('a: &a x', `b: [${Array(21).fill('*a').join(', ')}]`)?.message).toContain('aliases')
  })

  it('for aliases that multiply', () => {
    const yaml = [
      'a0: &a0 [x, x, x]',
      ...[1, 2, 3, 4, 5, 6].map((n) => `a${n}: &a${n} [${Array(3).fill(`*a${n - 1}`)}]`),
    ]
    refusal(...yaml)
  })

  it('for a value that contains itself', () => {
    refusal('a: &a [*a]')
  })

  it.each([
    ['lists', `a: ${'['.repeat(10_000)}${']'.repeat(10_000)}`],
    ['mappings', `a: ${'{a: '.repeat(10_000)}${'}'.repeat(10_000)}`],
    ['indented lists', `a:\n  ${'- '.repeat(10_000)}x`],
    ['a hundred levels', `a: ${'['.repeat(100)}${']'.repeat(100)}`],
  ])('for nesting beyond reason: %s', (_, yaml) => {
    expect(refusal(yaml)?.message).toMatch(/nested/)
  })

  it('for its length', () => {
    expect(refusal(`a: ${'x'.repeat(200 * 1024)}`)?.message).toContain('128')
  })
})

describe('A document', () => {
  const story = (front: string[], ...body: string[]) =>
    readDocument('user_story', lines('---', ...front, '---', ...body))

  it('refers to others with the key, the kind of edge, and the place of each id', () => {
    const { references } = story(['gxp_id: US-001', 'parent_id: REQ-001', 'satisfies: [REQ-002, REQ-003]'])
    expect(references).toMatchObject([
      { by: 'parent_id', type: 'derives_from', to: 'REQ-001', line: 3, column: 12 },
      { by: 'satisfies', type: 'satisfies', to: 'REQ-002', line: 4, column: 13 },
      { by: 'satisfies', type: 'satisfies', to: 'REQ-003', line: 4, column: 22 },
    ])
  })

  it('refers to several with commas between them, and to none with an empty value', () => {
    expect(story(['satisfies: REQ-001, REQ-002']).references.map(({ to }) => to)).toEqual(['REQ-001', 'REQ-002'])
    expect(story(['satisfies: REQ-001 ,, REQ-002,']).references.map(({ to }) => to)).toEqual(['REQ-001', 'REQ-002'])
    expect(story(['parent_id:', 'satisfies: []', 'implements: ""', 'derives_from: [~, "", " "]']).references).toEqual(
      [],
    )
    expect(story(['satisfies: [" REQ-001 ", 5]']).references.map(({ to }) => to)).toEqual(['REQ-001', '5'])
  })

  it('names files, each without blanks around it', () => {
    const { sourceFiles, testFiles } = story(['source_files: [" src/a.ts ", src/b.ts, 5]', 'test_files: a.ts, b.ts ,'])
    expect(sourceFiles).toEqual(['src/a.ts', 'src/b.ts'])
    expect(testFiles).toEqual(['a.ts', 'b.ts'])
  })

  it.each(['~', 'null', '', '""', '[a]', '{a: b}'])('has neither id nor title in `%s`', (value) => {
    expect(story([`gxp_id: ${value}`, `title: ${value}`])).toMatchObject({ gxpId: null, title: null })
  })

  it('has the parts of a story in its front matter or in bold in its body', () => {
    const body = [
      '**As a** pharmacist,',
      '**I want** limits',
      '**so that** no one is harmed',
      '',
      '## Acceptance Criteria',
    ]
    const all = ['as_a', 'i_want', 'so_that', 'acceptance_criteria']
    expect(story([]).parts).toEqual([])
    expect(story(['gxp_id: US-1'], ...body).parts).toEqual(all)
    expect(story(['as_a: x', 'i_want: y', 'so_that: z', 'acceptance_criteria: [a]']).parts).toEqual(all)
  })

  it('lacks a part that is empty, or only mentioned', () => {
    const { parts } = story(['as_a: ""', 'acceptance_criteria: []'], 'As a pharmacist I want the acceptance criteria.')
    expect(parts).toEqual([])
  })

  it.each([
    ['gxp_risk_rating: HIGH', 'HIGH'],
    ['risk_level: LOW', 'LOW'],
    ['gxp_risk_rating: high', null],
    ['gxp_risk_rating: [HIGH]', null],
    ['title: x', null],
  ])('with %s has the risk %s', (field, risk) => {
    expect(story([field]).risk).toBe(risk)
  })

  it.each([
    ['validation_status: draft', 'draft'],
    ['validation_status: DRAFT', 'draft'],
    ['validation_status: VALIDATED', 'validated'],
    ['validation_status: DEPRECATED', 'retired'],
    ['assurance_status: ASSURED', 'validated'],
    ['validation_status: done', null],
    ['validation_status: constructor', null],
    ['status: IMPLEMENTED', null],
  ])('with %s has the status %s', (field, status) => {
    expect(story([field]).status).toBe(status)
  })
})
