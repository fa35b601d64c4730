import type { Tag } from '../../src/rosie/contents.ts'
import { readAnnotations } from '../../src/rosie/parse/annotations.ts'
import { read as readBytes } from '../../src/rosie/parse/index.ts'
import { edgeOf } from '../../src/rosie/tags.ts'

const read = (...source: string[]) => readAnnotations(source.join('\n'), 'typescript')
const tagsIn = (...source: string[]): Tag[] => read(...source).blocks.flatMap(({ tags }) => tags)
const problemsIn = (...source: string[]) => read(...source).problems

/** The one problem of this comment. */
function problemOf(comment: string) {
  const { problems, blocks } = read(`// ${comment}`)
  expect(problems).toHaveLength(1)
  expect(problems[0]).toMatchObject({ cause: 'annotation', line: 1 })
  return { ...problems[0], tags: blocks.flatMap(({ tags }) => tags.map(({ name }) => name)) }
}

describe('A tag', () => {
  it.each([
    ['@gxp-satisfies REQ-001', 3, 'gxp-satisfies', ['REQ-001']],
    ['@gxp-implements US-001-001, SPEC-001-001', 3, 'gxp-implements', ['US-001-001', 'SPEC-001-001']],
    ['@gxp-verifies SPEC-001-001,SPEC-INF-001', 3, 'gxp-verifies', ['SPEC-001-001', 'SPEC-INF-001']],
    ['@gxp-derives-from REQ-001 , US-001', 3, 'gxp-derives-from', ['REQ-001', 'US-001']],
    ['@gxp-req REQ-001 "Dose limit"', 2, 'gxp-req', ['REQ-001']],
    ['@gxp-spec SPEC-006-001-001-005', 2, 'gxp-spec', ['SPEC-006-001-001-005']],
    ['@trace US-001-001', 2, 'trace', ['US-001-001']],
    ['@gxp-tag SPEC-001-003-INT-001', 1, 'gxp-tag', ['SPEC-001-003-INT-001']],
    ['@requirement REQ-001', 1, 'requirement', ['REQ-001']],
  ])('that names ids: %s', (comment, generation, name, ids) => {
    expect(problemsIn(`/** ${comment} */`)).toEqual([])
    expect(tagsIn(`/** ${comment} */`)).toMatchObject([{ generation, name, ids: ids.map((id) => ({ id })) }])
  })

  it.each([
    ['@gxp-risk HIGH', 3, 'HIGH'],
    ['@gxp-risk-concern "rounded twice"', 3, 'rounded twice'],
    ['@gxp-criticality MEDIUM', 1, 'MEDIUM'],
  ])('that carries a value: %s', (comment, generation, value) => {
    expect(tagsIn(`// ${comment}`)).toMatchObject([{ generation, value, ids: [] }])
  })

  it.each(['IQ', 'OQ', 'PQ', 'unit', 'integration', 'e2e'])('of a test: @test-type %s', (value) => {
    expect(tagsIn('// @gxp-verifies SPEC-1', `// @test-type ${value}`)[1]).toMatchObject({ name: 'test-type', value })
  })

  it('carries the title it gives', () => {
    expect(tagsIn('// @gxp-spec SPEC-1 "Limit check"')[0]?.title).toBe('Limit check')
    expect(tagsIn('// @gxp-spec SPEC-1 - limit check')[0]?.title).toBeUndefined()
  })

  it('knows its place and that of each id, from 1 and inclusive', () => {
    const [tag] = tagsIn('', '  // @gxp-satisfies REQ-001, REQ-002 as agreed')
    expect(tag).toMatchObject({ line: 2, column: 6, endColumn: 36 })
    expect(tag?.ids).toEqual([
      { id: 'REQ-001', line: 2, column: 21, endColumn: 27 },
      { id: 'REQ-002', line: 2, column: 30, endColumn: 36 },
    ])
    expect(tag).not.toHaveProperty('endLine')
  })

  it('may go on with the next lines of its comment, each but the last of which ends with a comma', () => {
    const source = [
      '/**',
      ' * @gxp-satisfies REQ-001, REQ-002,',
      ' *    REQ-003 ,',
      ' * REQ-004 "Dose" @gxp-risk HIGH',
      ' */',
    ]
    const [tag, risk] = tagsIn(...source)
    expect(tag).toMatchObject({ line: 2, column: 4, endLine: 4, endColumn: 17, title: 'Dose' })
    expect(tag?.ids).toMatchObject([
      { id: 'REQ-001', line: 2, column: 19, endColumn: 25 },
      { id: 'REQ-002', line: 2, column: 28, endColumn: 34 },
      { id: 'REQ-003', line: 3, column: 7, endColumn: 13 },
      { id: 'REQ-004', line: 4, column: 4, endColumn: 10 },
    ])
    expect(risk).toMatchObject({ name: 'gxp-risk', line: 4, column: 19 })
    expect(problemsIn(...source)).toEqual([])
  })

  it('does not go on without a comma, after one that does not end its line, or in another comment', () => {
    const idsOf = (...source: string[]) => tagsIn(...source).flatMap(({ ids }) => ids.map(({ id }) => id))
    expect(idsOf('// @gxp-satisfies REQ-001', '// REQ-002')).toEqual(['REQ-001'])
    expect(idsOf('// @gxp-satisfies REQ-001', '// , REQ-002')).toEqual(['REQ-001'])
    expect(problemsIn('// @gxp-satisfies REQ-001, as agreed', '// REQ-002')).toMatchObject([{ line: 1 }])
    expect(problemsIn('// @gxp-satisfies REQ-001,', '', '// REQ-002')).toMatchObject([{ line: 1 }])
    expect(problemsIn('// @gxp-satisfies REQ-001,', 'x() // REQ-002')).toMatchObject([{ line: 1 }])
  })

  it('reads the tag that follows on the line after a list, and its faults', () => {
    expect(tagsIn('// @gxp-satisfies REQ-001,', '// REQ-002', '// @gxp-risk HIGH')).toHaveLength(2)
    expect(problemsIn('// @gxp-satisfies REQ-001,', '// REQ-002 @gxp-risk high')).toMatchObject([
      { line: 2, column: 12, message: expect.stringContaining('`HIGH`') },
    ])
    expect(problemsIn('// @gxp-satisfies REQ-001,', '// req-002')).toMatchObject([
      { line: 1, message: expect.stringContaining('`req-002`, which is not an id') },
    ])
    expect(problemsIn('// @gxp-satisfies REQ-001 ,', '// req-002')).toMatchObject([
      { line: 1, message: expect.stringContaining('lists `REQ-001` and then `req-002`, which is not an id') },
    ])
    expect(problemsIn('// @gxp-satisfies REQ-001,', '// REQ-002 REQ-003')).toMatchObject([
      { line: 1, message: expect.stringContaining('`REQ-003` without a comma') },
    ])
    expect(problemsIn('// @gxp-satisfies REQ-001,', '// version-2 follows')).toMatchObject([
      { line: 1, message: expect.stringContaining('a comma with no id after it') },
    ])
    expect(problemsIn('// @gxp-satisfies REQ-001,', '// @gxp-risk HIGH')).toMatchObject([{ line: 1 }])
  })

  it('may stand beside others on one line', () => {
    const tags = tagsIn('// @gxp-spec SPEC-1 "Limit" @gxp-risk HIGH, @test-type OQ')
    expect(tags.map(({ name }) => name)).toEqual(['gxp-spec', 'gxp-risk', 'test-type'])
  })

  it.each([
    ['an item', ' * - @gxp-risk HIGH'],
    ['an item with a number', ' * 12. @gxp-risk HIGH'],
    ['an item with a number in a bracket', ' * (2) @gxp-risk HIGH'],
    ['an element', ' * <remarks>@gxp-risk HIGH</remarks>'],
    ['an element in an element', ' * <remarks><para class="x">@gxp-risk HIGH</para></remarks>'],
    ['an element before it', ' * <br/> @gxp-risk HIGH'],
    ['a paragraph of its own', ' * <summary>Limits a dose</summary> <remarks>@gxp-risk HIGH</remarks>'],
    ['a paragraph after a text', ' * Limits a dose <p class="x">@gxp-risk HIGH'],
    ['a mark', ' *:@gxp-risk HIGH'],
    ['a frame', ' * | @gxp-risk HIGH |'],
    ['a documentation of what stands before it', ' *< @gxp-risk HIGH'],
    ['brackets', ' * [@gxp-risk HIGH]'],
    ['a whole sentence', ' * Limits the dose. @gxp-risk HIGH'],
    ['a whole sentence with a short word at its end', ' * Limits it. @gxp-risk HIGH'],
    ['a whole sentence, and a mark', ' * Is it limited? @gxp-risk HIGH.'],
    ['a sentence with a number at its end', ' * Limited to 120! @gxp-risk HIGH </para>'],
    ['a sentence with a bracket at its end', ' * Limits (always). @gxp-risk HIGH'],
    ['a label', ' * Risk: @gxp-risk HIGH'],
    ['a label of three words', ' * - What it risks: @gxp-risk HIGH'],
    ['a longer label', ' * What it may risk: @gxp-risk HIGH'],
    ['a text', ' * the limit check @gxp-risk HIGH'],
    ['a text, and a mark', ' * Covers the limit; @gxp-risk HIGH'],
    ['a text, and a dash', ' * Covers - @gxp-risk HIGH'],
    ['a text with a bracket', ' * Limits a dose (see spec) @gxp-risk HIGH'],
    ['a text with what is quoted', ' * Limits "a" `dose` {@link x} @gxp-risk HIGH'],
    ['a text with a mark that is no element', ' * dose < limit @gxp-risk HIGH'],
    ['a text with a number', ' * about 3 @gxp-risk HIGH'],
    ['a word that refers, far from it', ` * part of ${'-'.repeat(90)} @gxp-risk HIGH`],
    ['an ellipsis', ' * what is left ... @gxp-risk HIGH'],
    ['a parameter', ' * @param dose in mg, checked @gxp-risk HIGH'],
    ['a parameter, before another', ' * @param dose checked @gxp-risk HIGH @param most the limit'],
    ['a text, before one that does not parse', ' * the limit check @gxp-risk HIGH @gxp-spec of that'],
    ['a reference that another sentence follows', ' * See SPEC-001. Limits a dose @gxp-risk HIGH'],
    ['a reference that ends its sentence', ' * Limits what it depends on. @gxp-risk HIGH'],
    ['a reference in another sentence, with a tag', ' * See @gxp-spec SPEC-1. Limits a dose @gxp-risk HIGH'],
    ['a word that ends like one that refers', ' * what they oversee @gxp-risk HIGH'],
    ['a word that begins like one that refers', ' * limits every input @gxp-risk HIGH'],
    ['what begins like a label that claims nothing', ' * Todos are limited @gxp-risk HIGH'],
    ['what was to be done in another sentence', ' * TODO round it. Limits a dose @gxp-risk HIGH'],
  ])('counts behind %s', (_, line) => {
    expect(tagsIn('/**', line, ' */')).toMatchObject([{ name: 'gxp-risk', value: 'HIGH', line: 2 }])
  })

  it.each([
    'This module replaces @gxp-spec SPEC-001 of the old system',
    'This module replaces @gxp-spec SPEC-001',
    'See @gxp-spec SPEC-001, @gxp-risk HIGH',
    'Stories refer to this by tags: @gxp-satisfies REQ-001',
    'For the rest: @gxp-risk HIGH is not enough',
    'Example: @gxp-risk HIGH',
    'This: and that: @gxp-risk HIGH',
    'The old limit (@gxp-spec SPEC-001) is gone',
    'It was split. @gxp-spec SPEC-002 holds the rest',
    'It was split. @gxp-spec SPEC-002 (the rest)',
    'some module, e.g. @gxp-spec SPEC-001',
    'as elsewhere, cf. @gxp-spec SPEC-001',
    'other modules, Incl. @gxp-spec SPEC-001',
    'see @gxp-risk-concern "@gxp-risk HIGH"',
    '@see @gxp-spec SPEC-001',
    '<c>@gxp-spec SPEC-001</c>',
    'replaces <b>@gxp-spec SPEC-001</b>',
    'replaces <pp>@gxp-spec SPEC-001',
    '<remarks><code>@gxp-spec SPEC-001</code></remarks>',
    '"@gxp-spec SPEC-001"',
    '`@gxp-spec SPEC-001`',
    'what the limit check @gxp-spec SPEC-001 @gxp-risk HIGH does',
    'the old limit was @gxp-spec SPEC-001',
    'Part of @gxp-spec SPEC-001',
    'like @gxp-spec SPEC-001',
    'refers to @gxp-spec SPEC-001',
    'verified by (@gxp-spec SPEC-001)',
    'the tag @gxp-risk HIGH',
    'see also - @gxp-spec SPEC-001',
    'see @gxp-spec SPEC-001 and @gxp-risk HIGH',
    'see @gxp-spec SPEC-001 for what it limits @gxp-risk HIGH',
    'TODO: @gxp-verifies SPEC-001',
    'TODO @gxp-verifies SPEC-001',
    'todo(@qa): write the test @gxp-verifies SPEC-001',
    'FIXME, split it: @gxp-verifies SPEC-001',
    'XXX - @gxp-verifies SPEC-001',
    'TBD: @gxp-verifies SPEC-001',
    'Removed: @gxp-verifies SPEC-001',
    'Removed in spring: @gxp-verifies SPEC-001',
    'Not yet: @gxp-verifies SPEC-001',
    'Not yet written: @gxp-verifies SPEC-001',
    'Not tested yet: @gxp-verifies SPEC-001',
    'See also: @gxp-verifies SPEC-001',
    'See also the limit check: @gxp-verifies SPEC-001',
    'For example: @gxp-risk HIGH',
    'e.g. a dose: @gxp-risk HIGH',
    'Format of a tag here: @gxp-risk HIGH',
    'Syntax (v3): @gxp-risk HIGH',
    'Usage 1: @gxp-risk HIGH',
    'Template 1: @gxp-risk HIGH',
    'Once it is tested add: @gxp-verifies SPEC-001',
    'Limits a dose. TODO: @gxp-verifies SPEC-001',
    'Say "limits it @gxp-risk HIGH"',
    'Write `// @gxp-spec SPEC-001 @gxp-risk HIGH`',
    'Write {@code @gxp-risk HIGH}',
  ])('is only mentioned, and counts for nothing: %s', (comment) => {
    expect(read(`/** ${comment} */`)).toMatchObject({ blocks: [], problems: [] })
  })

  it.each([
    'see also refer refers like unlike example format syntax usage e.g e.g. i.e i.e. cf cf. vs vs. ca. viz. esp. incl.',
    'of by to from for with without in on at as than via per under into',
    'about before after against between behind beside if when where unless',
    'the a an this that these its old former formerly was were had no not yet',
    'replace replaces replaced supersedes removed deleted used requires quoted cites writes adds added mentions',
    'needs calls wants lacks missing moved dropped deprecated obsolete',
  ])('is only mentioned behind each of the words: %s', (words) => {
    for (const word of words.split(' ')) {
      expect([word, tagsIn(`// what it ${word} @gxp-risk HIGH`)]).toEqual([word, []])
      expect([word, tagsIn(`// What it ${word.toUpperCase()}: (@gxp-risk HIGH)`)]).toEqual([word, []])
    }
    for (const word of ['limits', 'implements', 'covers', 'satisfies', 'is'])
      expect(tagsIn(`// what it ${word} @gxp-risk HIGH`)).toHaveLength(1)
  })

  it.each(['tag', 'tags', 'annotation', 'comment'])('is only mentioned where the %s is spoken of', (noun) => {
    expect(tagsIn(`// It has the ${noun} @gxp-risk HIGH`)).toEqual([])
    expect(tagsIn(`// GxP ${noun}: @gxp-risk HIGH`)).toHaveLength(1)
  })

  it('is mentioned in the text behind another, unless only tags follow it', () => {
    const namesIn = (comment: string) => tagsIn(`// ${comment}`).map(({ name, ids }) => ids[0]?.id ?? name)
    expect(namesIn('@gxp-spec SPEC-002 replaces @gxp-spec SPEC-001 of the old system')).toEqual(['SPEC-002'])
    expect(namesIn('@gxp-tag SPEC-002 Dose limit @gxp-criticality HIGH')).toEqual(['SPEC-002', 'gxp-criticality'])
    expect(namesIn('@gxp-tag SPEC_2 Dose limit @gxp-criticality HIGH')).toEqual(['gxp-criticality'])
    expect(namesIn('@gxp-tags SPEC-2 Dose limit @gxp-criticality HIGH')).toEqual(['gxp-criticality'])
    expect(namesIn('Limits. @gxp-spec SPEC-1 @gxp-risk HIGH')).toEqual(['SPEC-1', 'gxp-risk'])
    expect(namesIn('see @gxp-spec SPEC-1 @gxp-risk HIGH')).toEqual([])
    expect(namesIn('the limit @gxp-spec SPEC-1 and @gxp-risk HIGH')).toEqual(['SPEC-1', 'gxp-risk'])
    expect(namesIn('@gxp-spec SPEC-2 replaces @gxp-spec SPEC-1')).toEqual(['SPEC-2'])
    expect(namesIn('@gxp-spec SPEC-2 @description replaces @gxp-spec SPEC-1')).toEqual(['SPEC-2', 'description'])
    expect(namesIn('@gxp-spec SPEC-2 @description limits a dose @gxp-risk HIGH')).toEqual([
      'SPEC-2',
      'description',
      'gxp-risk',
    ])
    expect(namesIn('Limits. @gxp-spec SPEC-1 @gxp-risk HIGH, as it hurts')).toEqual([])
    expect(tagsIn('// the limit check @gxp-spec SPEC-1,', '// SPEC-2')).toMatchObject([
      { name: 'gxp-spec', ids: [{ id: 'SPEC-1' }, { id: 'SPEC-2' }] },
    ])
    expect(tagsIn('// @gxp-spec SPEC-1,', '// SPEC-2 limit @gxp-risk HIGH').map(({ name }) => name)).toEqual([
      'gxp-spec',
      'gxp-risk',
    ])
  })

  it('counts for nothing in a code block of its comment, which shows examples', () => {
    const block = (...lines: string[]) => ['/**', ...lines.map((line) => ` * ${line}`), ' */']
    const risksIn = (...lines: string[]) => tagsIn(...block(...lines)).map(({ value }) => value)
    expect(risksIn('@gxp-risk LOW', '```ts', '@gxp-risk HIGH', '```', '@gxp-risk MEDIUM')).toEqual(['LOW', 'MEDIUM'])
    expect(risksIn('```', '@gxp-risk HIGH', '  ```', '```', 'gxp:off', '@gxp-risk', '```', '@gxp-risk LOW')).toEqual([
      'LOW',
    ])
    expect(problemsIn(...block('```', '@gxp-risk high', '```'))).toEqual([])
    expect(risksIn('```', 'limit()', '``` gxp:off', '@gxp-risk LOW')).toEqual(['LOW'])
    expect(risksIn('```', '@gxp-risk LOW')).toEqual(['LOW'])
    expect(risksIn('```a``` is code', '@gxp-risk LOW', '```b``` too')).toEqual(['LOW'])
  })

  it('is text inside of the quotes of another', () => {
    const tags = tagsIn('// @gxp-risk-concern "says @gxp-risk HIGH by mistake"')
    expect(tags.map(({ name, value }) => [name, value])).toEqual([
      ['gxp-risk-concern', 'says @gxp-risk HIGH by mistake'],
    ])
  })

  it('has a text that ends where the next tag begins', () => {
    const tags = tagsIn('// @description Limits a dose @gxp-risk HIGH')
    expect(tags.map(({ value }) => value)).toEqual(['Limits a dose', 'HIGH'])
    expect(tagsIn('// @description @gxp-risk HIGH')).toMatchObject([{ name: 'gxp-risk' }])
  })

  it('counts only in comments', () => {
    expect(read("const a = '@gxp-risk HIGH'", '`// @gxp-risk HIGH`', '@gxp-risk HIGH').blocks).toEqual([])
  })

  it('that ordinary documentation uses too counts only beside one of ours, or with an id', () => {
    expect(read('/** @description Adds. @requirement two numbers @test-type any */', '// @gxp').blocks).toEqual([])
    expect(tagsIn('/**', ' * @description Adds', ' * @gxp-risk LOW', ' */').map(({ name }) => name)).toEqual([
      'description',
      'gxp-risk',
    ])
    expect(tagsIn('// @requirement REQ-001')).toHaveLength(1)
    expect(problemsIn('// @requirement two numbers', '// @trace the calls', '// @gxp')).toEqual([])
  })
})

describe('A block', () => {
  it('is adjacent comments; a file may have several', () => {
    const { blocks } = read(
      '// @gxp-satisfies REQ-001',
      '// @gxp-risk HIGH',
      'a()',
      '',
      '/**',
      ' * @gxp-risk LOW',
      ' */',
    )
    expect(blocks.map(({ line, endLine, tags }) => [line, endLine, tags.length])).toEqual([
      [1, 2, 2],
      [5, 7, 1],
    ])
  })

  it('is read from a file in UTF-16, with its columns', () => {
    const source = Buffer.from('\uFEFF-- @gxp-risk HIGH\r\nselect 1', 'utf16le')
    expect(readBytes('annotations/sql', source, 1000)).toMatchObject({
      blocks: [{ line: 1, tags: [{ value: 'HIGH', column: 4 }] }],
    })
    expect(readBytes('annotations/sql', Buffer.from('\uFEFF-- @gxp-risk HIGH'), 1000)).toMatchObject({
      blocks: [{ line: 1, tags: [{ value: 'HIGH', column: 4 }] }],
    })
    expect(readBytes('annotations/sql', Buffer.from([0xff, 0x2d, 0x2d]), 1000)).toMatchObject({ blocks: [] })
  })

  it('is read from Python comments and docstrings', () => {
    const source = ['# @gxp-satisfies REQ-001', 'def dose():', '    """Doses.', '', '    @gxp-risk HIGH', '    """']
    const { blocks } = readAnnotations(source.join('\n'), 'python')
    expect(blocks.map(({ line, tags }) => [line, tags[0]?.name, tags[0]?.line])).toEqual([
      [1, 'gxp-satisfies', 1],
      [3, 'gxp-risk', 5],
    ])
  })

  it('is not read between gxp:off and gxp:on, whatever it says', () => {
    const tags = tagsIn(
      '// @gxp-satisfies REQ-001',
      '// gxp:off an example follows',
      '// @gxp-satisfies REQ-002',
      'code()',
      '// @gxp-specs nonsense',
      '// gxp:on',
      '// @gxp-satisfies REQ-003',
    )
    expect(tags.flatMap(({ ids }) => ids.map(({ id }) => id))).toEqual(['REQ-001', 'REQ-003'])
    expect(problemsIn('// gxp:off', '// @gxp-specs nonsense', '// gxp:on')).toEqual([])
  })

  it('is not read either where the switches stand in comments of their own', () => {
    const off = ['// gxp:off', 'a()', '// @gxp-risk HIGH', 'b()', '/* gxp:on */', 'c()']
    expect(tagsIn(...off, '// @gxp-risk LOW').map(({ value }) => value)).toEqual(['LOW'])
    expect(tagsIn('// @gxp-risk MEDIUM', 'x()', ...off).map(({ value }) => value)).toEqual(['MEDIUM'])
  })

  it('is read to its end, however many tags a line of it has', () => {
    expect(tagsIn(`// ${'@gxp-risk LOW '.repeat(501)}`, '// @gxp-risk HIGH')).toHaveLength(502)
  })

  it('is not switched off by a word that only resembles, or by code', () => {
    expect(tagsIn('// gxp:offline', "const a = 'gxp:off'", '// @gxp-risk HIGH')).toHaveLength(1)
  })

  it('names at most fifty ids: more would have to be multiplied with each other', () => {
    const ids = (from: number, count: number) => Array.from({ length: count }, (_, i) => `SPEC-${from + i}`).join(', ')
    expect(problemsIn(`// @gxp-implements ${ids(0, 50)}`)).toEqual([])
    const { blocks, problems } = read(`// @gxp-implements ${ids(0, 30)}`, `// @gxp-implements ${ids(30, 30)}`)
    expect(problems).toMatchObject([{ line: 2, column: 4, message: expect.stringContaining('50') }])
    expect(blocks[0]?.tags).toHaveLength(1)
    expect(problemsIn(`// @gxp-implements ${ids(0, 50)},`, '// SPEC-50')).toMatchObject([
      { line: 1, endLine: 2, column: 4, endColumn: 10 },
    ])
  })
})

describe('A malformed tag', () => {
  it.each([
    ['@gxp-risk high', 'write `HIGH`'],
    ['@gxp-risk High', 'write `HIGH`'],
    ['@gxp-risk CRITICAL', 'LOW, MEDIUM, HIGH'],
    ['@gxp-risk', 'has no value'],
    ['@gxp-risk: HIGH', 'colon'],
    ['@gxp-risk HIGH, LOW', 'one value'],
    ['@gxp-risk HIGH/LOW', 'one value'],
    ['@gxp-risk HIGH and LOW', 'one value'],
    ['@gxp-criticality low', 'write `LOW`'],
    ['@gxp-risk-concern rounded twice', 'double quotes'],
    ['@gxp-risk-concern ""', 'double quotes'],
    ['@gxp-risk-concern " "', 'double quotes'],
    ['@gxp-risk-concern "not closed', 'double quotes'],
  ])('by its value: %s', (comment, words) => {
    expect(problemOf(comment).message).toContain(words)
  })

  it.each([
    ['@gxp-satisfies', 'names no id'],
    ['@gxp-satisfies the dose limit', 'not an id'],
    ['@gxp-satisfies: REQ-001', 'colon'],
    ['@gxp-satisfies req-001', 'Write `REQ-001`'],
    ['@gxp-satisfies REQ_001', 'Write `REQ-001`'],
    ['@gxp-satisfies REQ-001, req-002', '`req-002`'],
    ['@gxp-satisfies REQ-001,', '`@gxp-satisfies` lists `REQ-001` and then a comma with no id after it'],
    ['@gxp-satisfies REQ-001 REQ-002', 'comma'],
    ['@gxp-satisfies REQ-DOSE REQ-LIMIT', 'comma'],
    ['@gxp-implements SPEC-A1 and SPEC-A2', '`SPEC-A2` without a comma'],
    ['@gxp-implements SPEC-A1; SPEC-A2', '`SPEC-A2` without a comma'],
    ['@gxp-implements SPEC-A1;SPEC-A2', '`SPEC-A2` without a comma'],
    ['@gxp-implements SPEC-A1 / SPEC-A2', '`SPEC-A2` without a comma'],
    ['@gxp-implements SPEC-A1/SPEC-A2', '`SPEC-A2` without a comma'],
    ['@gxp-implements SPEC-A1 & SPEC-A2', '`SPEC-A2` without a comma'],
    ['@gxp-implements SPEC-A1 + SPEC-A2', '`SPEC-A2` without a comma'],
    ['@gxp-implements SPEC-A1 | SPEC-A2', '`SPEC-A2` without a comma'],
    ['@gxp-implements SPEC-A1 and spec-a2', '`spec-a2` without a comma'],
    ['@gxp-spec SPEC', 'names no id'],
    ['@gxp-spec RISK-001', 'names no id'],
    ['@gxp-spec SPEC-001-', 'names'],
  ])('by its ids: %s', (comment, words) => {
    const { message, column, tags } = problemOf(comment)
    expect(column).toBe(4)
    expect(tags).toEqual([])
    if (words !== 'not an id') expect(message).toContain(words)
  })

  it.each([
    ['@gxp_spec SPEC-1', 'gxp-spec'],
    ['@gxp-specs SPEC-1', 'gxp-spec'],
    ['@gxpspec SPEC-1', 'gxp-spec'],
    ['@gxp-sepc SPEC-1', 'gxp-spec'],
    ['@gxp-specification SPEC-1', 'gxp-spec'],
    ['@GXP-RISK HIGH', 'gxp-risk'],
    ['@Gxp-Satisfies REQ-1', 'gxp-satisfies'],
    ['@gxp-satisfy REQ-1', 'gxp-satisfies'],
    ['@gxp-statisfies REQ-1', 'gxp-satisfies'],
    ['@gxp-implement SPEC-1', 'gxp-implements'],
    ['@gxp-verify SPEC-1', 'gxp-verifies'],
    ['@gxp-derives REQ-1', 'gxp-derives-from'],
    ['@gxp_derives_from REQ-1', 'gxp-derives-from'],
    ['@gxp-requirement REQ-1', 'gxp-req'],
    ['@gxp-tags SPEC-1', 'gxp-tag'],
    ['@gxp-risk-concerns "x"', 'gxp-risk-concern'],
    ['@gxp-critcality HIGH', 'gxp-criticality'],
    ['@gxp-imp SPEC-1', 'gxp-implements'],
    ['@gxp-te REQ-1', 'gxp-req'],
    [`@gxp-spec${'s'.repeat(32)} SPEC-1`, 'gxp-spec'],
  ])('by its name: %s is nearly @%s', (comment, meant) => {
    expect(problemOf(comment).message).toContain(`Did you mean \`@${meant}\``)
  })

  it.each([
    '@gxp/tools is a package',
    '@gxp.io is a site',
    '@gxp-team/tags is a package',
    '@gxp-banana',
    '@gxp-rule 4 holds',
    '@gxp-im 2 holds',
    '@gpx-spec SPEC-1 is a track, @gxp is not',
    '@gx-spec SPEC-1, @gxp',
    `@gxp-spec${'s'.repeat(33)} SPEC-1`,
    '@\u2060gxp-specs/tools is a package',
    '@param gxp-risk the risk',
    'see the @gxp-specs of the other file',
    'mail to qa@gxp-spec.example',
    'uses @gxp-satisfies and @gxp-risk tags',
    '@gxp-satisfies REQ-001 and more; see below / the other file',
    '@gxp-risk HIGH, low doses and high ones alike',
    '@gxp-risk HIGH @description it works: see @gxp-spec docs',
    '@gxp-risk HIGH @description it works @gxp-specs',
  ])('is not: %s', (comment) => {
    expect(problemsIn(`// ${comment}`)).toEqual([])
  })

  it('is told in a paragraph of its own too', () => {
    expect(problemsIn('/// <summary>Limits</summary><remarks>@gxp-risk high</remarks>')).toHaveLength(1)
    expect(problemsIn('/// Limits <b>@gxp-risk high</b>')).toEqual([])
  })

  it('is told with the columns of its word', () => {
    expect(problemsIn('', '  /* @gxp-risk high */')).toMatchObject([{ line: 2, column: 6, endColumn: 14 }])
    expect(problemsIn('/// <remarks>@gxp-risk</remarks>')).toEqual([
      {
        ...{ cause: 'annotation', line: 1, column: 14, endColumn: 22 },
        message: '`@gxp-risk` has no value. Expected one of LOW, MEDIUM, HIGH.',
      },
    ])
  })

  it('names the ids that follow it', () => {
    expect(problemsIn('// @gxp_spec SPEC-1, spec_2 @gxp-verifies SPEC-3')[0]?.names).toEqual(['SPEC-1', 'SPEC-2'])
    expect(problemsIn('// @gxp-satisfies REQ_1 of the dose')[0]?.names).toEqual(['REQ-1'])
  })

  it('is told behind a tag that is well-formed, and not behind one that is not', () => {
    expect(problemsIn('// @gxp-spec SPEC-1 @gxp-risk high')).toMatchObject([{ column: 21 }])
    expect(problemsIn('// @gxp-risk @gxp-spec SPEC_1')).toMatchObject([{ column: 4 }])
  })

  it('leaves the others of its block alone', () => {
    const { blocks, problems } = read('// @gxp-satisfies REQ-001', '// @gxp-risk high', '// @gxp-implements SPEC-1')
    expect(problems).toHaveLength(1)
    expect(blocks[0]?.tags.map(({ name }) => name)).toEqual(['gxp-satisfies', 'gxp-implements'])
  })

  it('of a word that documentation shares is told only beside one of ours', () => {
    expect(problemsIn('// @gxp-verifies SPEC-1', '// @test-type oq')).toMatchObject([{ line: 2 }])
    expect(problemsIn('// @test-type oq')).toEqual([])
  })

  it('is told some hundred times; then the file is not read on, and that is told', () => {
    const faults = (n: number) => `/*${'\n@gxp-risk'.repeat(n)}*/`
    expect(problemsIn(faults(500), '// @gxp-risk HIGH')).toHaveLength(500)
    for (const source of [[faults(510)], [faults(400), 'a()', faults(110)]]) {
      const { problems, blocks } = read(...source, 'b()', '// @gxp-risk HIGH')
      expect(problems).toHaveLength(502)
      expect(problems.at(-1)).toEqual({
        ...{ cause: 'annotation', line: problems.at(-2)?.line },
        message: 'More than 500 tags of this file do not parse, so it was not read from here on.',
      })
      expect(blocks).toEqual([])
    }
  })

  it('is quoted in short, whatever its length', () => {
    const { message } = problemOf(`@gxp-risk ${'x'.repeat(10_000)}`)
    expect(message?.length).toBeLessThan(300)
    expect(problemOf(`@gxp-satisfies ${'x'.repeat(10_000)}1`).message?.length).toBeLessThan(300)
    expect(problemOf(`@gxp-risk ${'x'.repeat(60)}`).message).toContain(`says \`${'x'.repeat(60)}\``)
    expect(problemOf(`@gxp-risk ${'x'.repeat(61)}`).message).toContain(`says \`${'x'.repeat(59)}…\``)
  })
})

describe('What a tag means', () => {
  it.each([
    ['gxp-satisfies', 'requirement', false, 'satisfies'],
    ['gxp-req', 'requirement', true, 'satisfies'],
    ['requirement', 'requirement', false, 'satisfies'],
    ['gxp-implements', 'user_story', false, 'implements'],
    ['gxp-verifies', 'specification', true, 'verifies'],
    ['gxp-derives-from', 'user_story', false, 'derives_from'],
    ['gxp-spec', 'specification', false, 'implements'],
    ['gxp-spec', 'specification', true, 'verifies'],
    ['gxp-tag', 'specification', false, 'implements'],
    ['gxp-tag', 'specification', true, 'verifies'],
    ['gxp-tag', 'requirement', false, 'satisfies'],
    ['trace', 'user_story', true, 'verifies'],
    ['gxp-risk', 'requirement', false, null],
  ] as const)('@%s with a %s (in a test: %s) %s', (name, kind, inTest, edge) => {
    expect(edgeOf(name, kind, inTest)).toBe(edge)
  })
})

it.each(['\u2060', '\u200b', '\ufeff\u2060'])('A tag with an unseen character behind its @ is told: %j', (unseen) => {
  const { blocks, problems } = read(`// @${unseen}gxp-spec SPEC-001\n// @gxp-risk HIGH`)
  expect(blocks.flatMap(({ tags }) => tags.map(({ name }) => name))).toEqual(['gxp-risk'])
  expect(problems).toMatchObject([{ line: 1, column: 4, message: expect.stringContaining('can not be seen') }])
  expect(read(`// see @${unseen}gxp-spec SPEC-001`).problems).toEqual([])
})
