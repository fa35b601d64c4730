/**
 * One cause, one finding: what a broken parent, a document that can't be read or a misspelt tag keeps from being reached is
 * not told again; and what is uncovered in truth is told, whatever else is wrong beside it.
 */
import type { Tier } from '../../../../src/rosie/model.ts'
import { DEFAULT_POLICY } from '../../../../src/rosie/policy.ts'
import {
  assessRecord,
  briefly,
  document,
  edited,
  type Files,
  found,
  type Given,
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
  TEST,
} from '../../../support/record.ts'

type Changes = Parameters<typeof goodBut>[0]
const UNCOVERED = 'trace/uncovered-requirement'

/** Source that says nothing of the requirement that its specification serves. */
const PLAIN = { [SOURCE]: lines('// @gxp-implements SPEC-001-001', '// @gxp-risk HIGH', 'x()') }
/** A second requirement, which is whole. */
const SECOND = {
  '.gxp/requirements/REQ-002.md': requirement('REQ-002', 'gxp_risk_rating: HIGH'),
  '.gxp/specs/SPEC-002.md': specification('SPEC-002', 'satisfies: [REQ-002]', `source_files: [${SOURCE}]`),
  'test/second.test.ts': lines('// @gxp-verifies SPEC-002', '// @test-type OQ', '// @gxp-risk HIGH', 'it()'),
  '.gxp/evidence/ROT-SPEC-002.md': (GOOD['.gxp/evidence/ROT-SPEC-001-001.md'] ?? '').replaceAll(
    'SPEC-001-001',
    'SPEC-002',
  ),
}
/** A requirement that has no specification, so that nothing tests it in truth. */
const BARE = { '.gxp/requirements/REQ-700.md': requirement('REQ-700', 'gxp_risk_rating: HIGH') }
/** A test of a specification, whatever that is. */
const testOf = (id: string) => ({
  [`test/${id}.test.ts`]: lines(`// @gxp-verifies ${id}`, '// @test-type OQ', '// @gxp-risk HIGH', 'it()'),
})
/** A title that no YAML parser takes; the other lines are whole. */
const BROKEN_TITLE = 'title: a: b'

const findings = async (changes: Changes, given: Given = {}) => found(await assessRecord(goodBut(changes), given))
const all = async (...given: Parameters<typeof findings>) => briefly({ findings: await findings(...given) })
/** Requirements that are told as uncovered. */
const uncovered = async (changes: Changes, given: Given = {}) =>
  found(await assessRecord(goodBut(changes), given), UNCOVERED).map(({ gxpId }) => gxpId)
const messages = async (changes: Changes, given: Given = {}) =>
  found(await assessRecord(goodBut(changes), given), UNCOVERED).map(({ message }) => message)

it('has records to begin with in which nothing is wrong', async () => {
  expect(await all({ ...PLAIN, ...SECOND })).toEqual([])
})

describe('A document that can not be read', () => {
  const specificationOf = (...parents: string[]) =>
    document(['gxp_id: SPEC-001-001', BROKEN_TITLE, ...parents, 'verification_tier: OQ'])
  const malformed = (path: string, line: number) => [`${path}:${line} error artifact/malformed-front-matter`]

  it.each([
    ['parent_id', ['parent_id: US-001-001']],
    ['a list in brackets', ['satisfies: [REQ-404, REQ-001]']],
    ['a list', ['derives_from:', '  - REQ-404', '  - "REQ-001" # the limit']],
    ['implements', ['implements: US-001-001']],
  ])('is the one finding where its lines still say where it belongs: %s', async (_, parents) => {
    expect(await all({ ...PLAIN, [SPECIFICATION]: specificationOf(...parents) })).toEqual(malformed(SPECIFICATION, 3))
  })

  it('is so without dashes, with a key twice, and as a story', async () => {
    const text = GOOD[SPECIFICATION] ?? ''
    expect(await all({ ...PLAIN, [SPECIFICATION]: text.replace('---\n', '') })).toEqual(malformed(SPECIFICATION, 1))
    const twice = text.replace('title:', 'title: A\ntitle:')
    expect(await all({ ...PLAIN, [SPECIFICATION]: twice })).toEqual(malformed(SPECIFICATION, 4))
    expect(await all({ ...PLAIN, ...edited(STORY, 'title:', 'title: a:') })).toEqual(malformed(STORY, 3))
  })

  it('is found by the id in it where its name has none, so that what names it is not broken', async () => {
    const files = { ...PLAIN, [SPECIFICATION]: null, '.gxp/specs/limit.md': specificationOf('parent_id: US-001-001') }
    expect(await all({ ...files, [SOURCE]: null })).toEqual(malformed('.gxp/specs/limit.md', 3))
  })

  it('is one finding with an id that is missing or wrong', async () => {
    const files = (id: string) => ({ ...PLAIN, ...edited(SPECIFICATION, 'gxp_id: SPEC-001-001\n', id) })
    expect(await all(files(''))).toEqual([`${SPECIFICATION}:1 error artifact/missing-id`])
    expect(await all(files('gxp_id: spec-1\n'))).toEqual([`${SPECIFICATION}:2 error artifact/invalid-id`])
  })

  it.each(['artifact/malformed-front-matter', 'artifact/missing-id', 'artifact/invalid-id'])(
    'hides nothing where the policy makes less of %s',
    async (rule) => {
      const broken = {
        'artifact/malformed-front-matter': specificationOf('parent_id: US-001-001'),
        'artifact/missing-id': document(['title: A', 'parent_id: US-001-001', 'verification_tier: OQ']),
        'artifact/invalid-id': document(['gxp_id: x', 'title: A', 'parent_id: US-001-001', 'verification_tier: OQ']),
      }[rule]
      const files = { ...PLAIN, [SPECIFICATION]: broken ?? '' }
      expect(await uncovered(files)).toEqual([])
      expect(await uncovered(files, { policy: { severities: { [rule]: 'warning' } } })).toEqual(['REQ-001'])
    },
  )

  it('of another encoding is a warning, and does not stand for an error; its lines say what to mend', async () => {
    const latin1 = Buffer.from(`${GOOD[STORY]}é`, 'latin1')
    expect(await messages({ ...PLAIN, [STORY]: latin1 })).toEqual([
      `As far as can be read, nothing tests REQ-001 (risk HIGH): no path leads to it from a test or from valid, passing evidence. First mend \`${STORY}\`, which can not be read.`,
    ])
    const policy = { severities: { 'artifact/encoding': 'error' as const } }
    expect(await uncovered({ ...PLAIN, [STORY]: latin1 }, { policy })).toEqual([])
  })

  it('belongs where the code says that what lies under it does', async () => {
    expect(await all({ [STORY]: '# x\n' })).toEqual(malformed(STORY, 1))
    const other = lines('// @gxp-satisfies REQ-001', '// @gxp-implements SPEC-009', '// @gxp-risk HIGH', 'x()')
    expect(await uncovered({ [STORY]: '# x\n', [SOURCE]: other })).toEqual(['REQ-001'])
  })

  it('belongs where the base says: what this change broke is one finding', async () => {
    const broken = { ...PLAIN, [STORY]: '# x\n' }
    expect(await all(broken, { base: goodBut(PLAIN) })).toEqual(malformed(STORY, 1))
    expect(await uncovered(broken, { base: goodBut(broken) })).toEqual(['REQ-001'])
    const large = { ...PLAIN, [STORY]: `${GOOD[STORY]}${' '.repeat(2048)}` }
    const given = { base: goodBut(PLAIN), policy: { maxFileBytes: 2048 } }
    expect(await all(large, given)).toEqual([`${STORY}:1 error artifact/too-large`])
    const less = { ...given.policy, severities: { 'artifact/too-large': 'warning' as const } }
    expect(await uncovered(large, { ...given, policy: less })).toEqual(['REQ-001'])
  })

  it('is named as what may be missing where nobody can place it', async () => {
    expect(await messages({ ...PLAIN, [STORY]: '# x\n' })).toEqual([
      `As far as can be read, nothing tests REQ-001 (risk HIGH): no path leads to it from a test or from valid, passing evidence. If \`${STORY}\` belongs to it, mend that first.`,
    ])
    const lost = (GOOD[STORY] ?? '').replace('title:', 'title: a:').replace('REQ-001', 'REQ-404')
    expect(await messages({ ...PLAIN, [STORY]: lost })).toEqual([
      expect.stringContaining(`If \`${STORY}\` belongs to it`),
    ])
    const named = document(['gxp_id: x', 'title: A', 'parent_id: REQ-404', 'verification_tier: OQ'])
    expect(await messages({ ...BARE, '.gxp/specs/SPEC-9.md': named })).toEqual([
      expect.stringMatching(/evidence\. If `\.gxp\/specs\/SPEC-9\.md` belongs to it, mend that first\.$/),
    ])
    const many = Object.fromEntries([6, 7, 8, 9].map((n) => [`.gxp/specs/SPEC-${n}.md`, '# x\n']))
    const [message] = await messages({ ...PLAIN, ...many, [SPECIFICATION]: null, [SOURCE]: null, [TEST]: null })
    expect(message).toContain(
      'If `.gxp/specs/SPEC-6.md`, `.gxp/specs/SPEC-7.md`, `.gxp/specs/SPEC-8.md` or 1 more belongs',
    )
  })

  it('is not named where it is a requirement, where it belongs elsewhere, or where there is something to test', async () => {
    const said = async (changes: Changes) => (await messages({ ...SECOND, ...BARE, ...changes }))[0]
    const plainly = 'It has no specification that a test could verify.'
    expect(await said({ '.gxp/requirements/REQ-9.md': '# x\n' })).toContain(plainly)
    expect(
      await said({ '.gxp/specs/SPEC-9.md': document(['gxp_id: SPEC-9', BROKEN_TITLE, 'satisfies: REQ-002']) }),
    ).toContain(plainly)
    const tested = {
      '.gxp/specs/SPEC-9.md': '# x\n',
      '.gxp/specs/SPEC-7.md': specification('SPEC-7', 'satisfies: [REQ-700]'),
    }
    expect(await said(tested)).toMatch(/^Nothing tests REQ-700 .*Add a test that verifies SPEC-7\.$/)
  })

  it('hides no requirement that is uncovered in truth: it belongs elsewhere', async () => {
    const text = document(['gxp_id: SPEC-9', BROKEN_TITLE, 'satisfies: [REQ-002]'])
    const files = { ...SECOND, ...BARE, '.gxp/specs/SPEC-9.md': text, ...testOf('SPEC-9') }
    expect(await findings(files)).toMatchObject([
      { rule: UNCOVERED, severity: 'error', gxpId: 'REQ-700' },
      { rule: 'artifact/malformed-front-matter', path: '.gxp/specs/SPEC-9.md' },
    ])
  })

  it('hides none by itself, whether tests name it or not, and none that it leads to without being tested', async () => {
    expect(await uncovered({ ...BARE, '.gxp/specs/SPEC-9.md': '# x\n', ...testOf('SPEC-9') })).toEqual(['REQ-700'])
    expect(await uncovered({ ...BARE, '.gxp/specs/SPEC-9.md': '# x\n' })).toEqual(['REQ-700'])
    expect(await uncovered({ ...BARE, '.gxp/requirements/notes.md': '# x\n' })).toEqual(['REQ-700'])
    const text = document(['gxp_id: SPEC-9', BROKEN_TITLE, 'satisfies: [REQ-700]'])
    const [message] = await messages({ ...BARE, '.gxp/specs/SPEC-9.md': text })
    expect(message).toMatch(
      /^As far as can be read, nothing .*First mend `\.gxp\/specs\/SPEC-9\.md`, which can not be read\.$/,
    )
    // Of the two ids that it may have, the code places one.
    const two = {
      '.gxp/user_stories/US-9.md': document(['gxp_id: US-8', BROKEN_TITLE]),
      'src/nine.ts': lines('// @gxp-satisfies REQ-700', '// @gxp-implements US-9', 'x()'),
    }
    expect(await messages({ ...BARE, ...two })).toEqual([
      expect.stringMatching(/evidence\. First mend `\.gxp\/user_stories\/US-9\.md`, which can not be read\.$/),
    ])
  })
})

describe('A parent that nothing defines', () => {
  const broken = (path: string, line = 4) => [`${path}:${line} error trace/broken-reference`]
  const toStory = { ...PLAIN, ...edited(STORY, 'REQ-001', 'REQ-777') }
  const toSpecification = { ...PLAIN, ...edited(SPECIFICATION, 'US-001-001', 'EPIC-77') }

  it('is the one finding where the code says what is meant', async () => {
    const files = { ...SECOND, ...BARE }
    expect(await uncovered({ ...files, ...edited(STORY, 'REQ-001', 'REQ-777') })).toEqual(['REQ-700'])
    expect(await uncovered({ ...files, ...edited(SPECIFICATION, 'US-001-001', 'EPIC-77') })).toEqual(['REQ-700'])
    const byStory = lines(
      '// @gxp-satisfies REQ-001',
      '// @gxp-implements US-001-001, SPEC-001-001',
      '// @gxp-risk HIGH',
    )
    expect(await uncovered({ ...files, ...edited(STORY, 'REQ-001', 'REQ-777'), [SOURCE]: byStory })).toEqual([
      'REQ-700',
    ])
  })

  it('is not what the code says of another specification, or in words that join nothing', async () => {
    const said = (...tags: string[]) => ({ 'src/more.ts': lines(...tags.map((tag) => `// ${tag}`), 'x()') })
    const files = { ...SECOND, ...BARE, ...toStory }
    const both = ['REQ-001', 'REQ-700']
    expect(await uncovered(files)).toEqual(both)
    expect(await uncovered({ ...files, ...said('@gxp-satisfies REQ-700', '@gxp-implements SPEC-001-001') })).toEqual([
      'REQ-001',
    ])
    expect(await uncovered({ ...files, ...said('@gxp-satisfies REQ-700', '@gxp-implements SPEC-002') })).toEqual(both)
    expect(await uncovered({ ...files, ...said('@gxp-implements REQ-700, SPEC-001-001') })).toEqual(both)
    expect(await uncovered({ ...files, ...said('@gxp-satisfies REQ-700', '@gxp-derives-from SPEC-001-001') })).toEqual(
      both,
    )
  })

  it('is the one finding where one requirement without a specification is left that it may mean', async () => {
    expect(await all(toStory)).toEqual(broken(STORY))
    expect(await all(toSpecification)).toEqual(broken(SPECIFICATION))
    expect(await all({ ...SECOND, ...toStory })).toEqual(broken(STORY))
  })

  it('is not where it would explain one of two: both are told, and it is named', async () => {
    expect(await uncovered({ ...toStory, ...BARE })).toEqual(['REQ-001', 'REQ-700'])
    expect((await messages({ ...toStory, ...BARE }))[1]).toMatch(
      /^As far as can be read, nothing tests REQ-700 .*If US-001-001 belongs to it, mend that first\.$/,
    )
  })

  it('explains one requirement, however many documents name it; two explain two', async () => {
    const more = (parent: string) => ({
      '.gxp/user_stories/US-9.md': story('US-9', `parent_id: ${parent}`),
      '.gxp/specs/SPEC-9.md': specification('SPEC-9', 'parent_id: US-9', `source_files: [${SOURCE}]`),
      ...testOf('SPEC-9'),
    })
    expect(await uncovered({ ...toStory, ...BARE, ...more('REQ-777') })).toEqual(['REQ-001', 'REQ-700'])
    expect(await uncovered({ ...toStory, ...BARE, ...more('REQ-888') })).toEqual([])
  })

  it('explains nothing where no test leads to it, or where there is a specification to test', async () => {
    expect(await uncovered({ ...toStory, [TEST]: null })).toEqual(['REQ-001'])
    const own = { '.gxp/specs/SPEC-7.md': specification('SPEC-7', 'satisfies: [REQ-001]') }
    expect(await messages({ ...toStory, ...own })).toEqual([
      expect.stringMatching(/Add a test that verifies SPEC-7\.$/),
    ])
  })

  it.each<[string, Changes]>([
    ['what the code says of a story', { [SOURCE]: lines('// @gxp-implements US-001-001, SPEC-001-001', 'x()') }],
    ['what lies under it', { [SOURCE]: GOOD[SOURCE] ?? '' }],
  ])('is placed by %s', async (_, code) => {
    expect(await uncovered({ ...SECOND, ...BARE, ...toSpecification, ...code })).toEqual(['REQ-700'])
  })

  it.each<[string, Changes]>([
    ['another specification', { [SOURCE]: lines('// @gxp-implements SPEC-001-001, SPEC-002', 'x()') }],
    [
      'what a test verifies',
      {
        '.gxp/user_stories/US-002.md': story('US-002', 'parent_id: REQ-002'),
        [TEST]: lines('// @gxp-verifies SPEC-001-001, US-002', '// @gxp-implements SPEC-001-001', 'it()'),
      },
    ],
  ])('is not placed by %s that the code names beside it', async (_, code) => {
    expect(await uncovered({ ...SECOND, ...toSpecification, ...code })).toEqual([])
  })

  it('is not placed by the code that names itself', async () => {
    const above = edited(REQUIREMENT, 'title:', 'satisfies: [REQ-777]\ntitle:')
    expect(await uncovered({ ...above, ...BARE })).toEqual([])
  })

  it('is placed by the code for the document that this names, not for the one above, which is named as in doubt', async () => {
    const more = { '.gxp/requirements/REQ-800.md': requirement('REQ-800', 'gxp_risk_rating: HIGH') }
    const parents = edited(SPECIFICATION, 'parent_id: US-001-001', 'derives_from: [US-001-001, EPIC-77]')
    const said = await messages({ ...BARE, ...more, ...edited(STORY, 'REQ-001', 'REQ-777'), ...parents })
    expect(said).toHaveLength(2)
    for (const message of said) expect(message).toMatch(/evidence\. If US-001-001 belongs to it, mend that first\.$/)
  })

  it('is not one of a wrong type, which explains nothing but what it names', async () => {
    const wrong = { '.gxp/user_stories/US-9.md': story('US-9', 'parent_id: SPEC-001-001') }
    expect(await uncovered({ ...wrong, ...BARE })).toEqual(['REQ-700'])
  })

  it('explains what it meant in the base, also where there is another specification to test', async () => {
    const own = { ...PLAIN, '.gxp/specs/SPEC-7.md': specification('SPEC-7', 'satisfies: [REQ-001]') }
    const head = { ...own, ...toStory, ...BARE }
    expect(await uncovered(head, { base: goodBut({ ...own, ...BARE }) })).toEqual(['REQ-700'])
    // Not what the document says still.
    const two = (parent: string) => ({ [STORY]: story('US-001-001', `parent_id: ${parent}`, 'satisfies: [REQ-002]') })
    const base = goodBut({ ...SECOND, ...PLAIN, ...two('REQ-777') })
    expect(await uncovered({ ...SECOND, ...PLAIN, ...two('REQ-777') }, { base })).toEqual([])
  })

  it('that this change deleted led where it led before', async () => {
    const own = { ...PLAIN, '.gxp/specs/SPEC-7.md': specification('SPEC-7', 'satisfies: [REQ-001]') }
    const head = { ...own, [STORY]: null, '.gxp/user_stories/.gitkeep': '' }
    expect(await uncovered(head)).toEqual(['REQ-001'])
    expect(await uncovered(head, { base: goodBut(own) })).toEqual([])
  })

  it('tells what is meant by a slip of the finger, and no more than a proposal by another digit', async () => {
    const files = (parent: string) => ({ ...SECOND, ...PLAIN, ...edited(STORY, 'REQ-001', parent) })
    // These say REQ-002, so that REQ-001 has none.
    for (const slip of ['REQ-0002', 'REQ-020', 'REQ-OO2', 'req-002', 'REQ-02'])
      expect(await uncovered(files(slip))).toEqual(['REQ-001'])
    expect(await findings(files('REQ-092'))).toMatchObject([
      { rule: 'trace/broken-reference', message: expect.stringContaining('Did you mean REQ-002?') },
    ])
    expect(await uncovered({ ...files('REQ-707'), ...BARE })).toEqual(['REQ-001', 'REQ-700'])
  })
})

describe('A tag that names what nothing defines', () => {
  it('is the one finding where a slip of the finger tells what is meant', async () => {
    const misspelt = (id: string) => edited(TEST, 'SPEC-001-001', id)
    for (const id of ['SPEC-001-0O1', 'SPEC-001-01', 'SPEC-001-010'])
      expect(await all(misspelt(id))).toEqual([`${TEST}:1 error annotation/unknown-id`])
    expect(await uncovered(misspelt('SPEC-001-009'))).toEqual(['REQ-001'])
    expect(await uncovered({ ...misspelt('SPEC-001-0O1'), ...BARE })).toEqual(['REQ-700'])
    const policy = { severities: { 'annotation/unknown-id': 'warning' as const } }
    expect(await uncovered(misspelt('SPEC-001-0O1'), { policy })).toEqual(['REQ-001'])
  })
})

describe('A test that is none yet', () => {
  it.each([
    ['a misspelt tag', '// @gxp-verifys SPEC-001-001'],
    ['an id in small letters', '// @gxp-verifies spec-001-001'],
    ['an id with underscores', '// @gxp-verifies SPEC_001_001'],
  ])('is the one cause where its tag can not be read: %s', async (_, tag) => {
    const test = (text: string) => ({ [TEST]: lines(text, '// @test-type OQ', '// @gxp-risk HIGH', 'it()') })
    const rules = (await findings(test(tag))).map(({ rule }) => rule)
    expect(rules).toContain('annotation/malformed')
    expect(rules).not.toContain(UNCOVERED)
    expect(await uncovered(test(tag.replace('001-001', '001-002').replace('001_001', '001_002')))).toEqual(['REQ-001'])
    const policy = { severities: { 'annotation/malformed': 'warning' as const } }
    expect(await uncovered(test(tag), { policy })).toEqual(['REQ-001'])
    expect(await uncovered(test(tag), { base: goodBut({}) })).toEqual([])
    expect(await uncovered({ ...test(tag), ...BARE }, { base: goodBut(test(tag)) })).toEqual(['REQ-700'])
  })

  it('is so of what a change takes away, not of what the base had wrong', async () => {
    const wrong = { 'test/more.test.ts': '// @gxp-verifys SPEC-001-001\n' }
    expect(await uncovered({ ...wrong, [TEST]: null })).toEqual([])
    expect(await uncovered({ ...wrong, [TEST]: null }, { base: goodBut(wrong) })).toEqual(['REQ-001'])
    const before = { ...wrong, [TEST]: null }
    expect(await uncovered(before, { base: goodBut(before) })).toEqual([])
    // Nor does it make a test of source that claims to verify.
    const claims = { 'src/checks.ts': lines('// @gxp-verifies SPEC-001-001', '// @gxp-implements SPEC-001-001') }
    expect(await uncovered({ ...claims, [TEST]: null })).toEqual([])
    expect(await uncovered({ ...claims, [TEST]: null }, { base: goodBut(claims) })).toEqual(['REQ-001'])
  })

  it('would verify what follows its tag, up to another word with an @, and the first fifty ids of that', async () => {
    const others = (number: number) => Array.from({ length: number }, (_, n) => `SPEC-9${n}`).join(' ')
    const named = (text: string) => uncovered({ [TEST]: `// @gxp-verifys ${text}\n` })
    expect(await named('SPEC-001-002 @see SPEC-001-001')).toEqual(['REQ-001'])
    expect(await named(`${others(49)} SPEC-001-001`)).toEqual([])
    expect(await named(`${others(50)} SPEC-001-001`)).toEqual(['REQ-001'])
  })

  it('is no test where it stands in source', async () => {
    const source = { 'src/more.ts': '// @gxp-verifys SPEC-001-001\n' }
    expect(await uncovered({ ...source, [TEST]: null })).toEqual(['REQ-001'])
  })

  it('is the one cause where it stands in a file that is no test', async () => {
    const files = { [TEST]: null, 'checks/dose.ts': GOOD[TEST] ?? '', '.gxp/evidence/ROT-SPEC-001-001.md': null }
    const rules = (await findings(files)).map(({ rule }) => rule)
    expect(rules).toContain('trace/wrong-type')
    expect(rules.filter((rule) => /uncovered|missing-tier|unverified/.test(rule))).toEqual([])
    const policy = { severities: { 'trace/wrong-type': 'warning' as const } }
    expect(await uncovered(files, { policy })).toEqual(['REQ-001'])
    // Another fault of the same file makes no test of it.
    const other = {
      [TEST]: null,
      'checks/dose.ts': lines('// @gxp-satisfies SPEC-001-001', '// @gxp-risk HIGH', 'it()'),
    }
    expect(await uncovered(other)).toEqual(['REQ-001'])
  })

  it('has the tier of what it would verify', async () => {
    const policy: Given['policy'] = { riskMatrix: DEFAULT_POLICY.riskMatrix }
    const pq = specification('SPEC-009', 'satisfies: [REQ-001]').replace('OQ', 'PQ')
    const lacking = async (tag: string) => {
      const files = { '.gxp/specs/SPEC-009.md': pq, 'test/nine.test.ts': `${tag}\n` }
      return found(await assessRecord(goodBut(files), { policy }), 'trace/missing-tier')[0]?.message
    }
    expect(await lacking('// @gxp-verifys SPEC-009')).toContain('of tier IQ.')
    expect(await lacking('// verifies SPEC-009')).toContain('of tier IQ or PQ.')
    // It says nothing of what the other tags of its block verify.
    for (const tag of ['@gxp-verifys SPEC-009', '@gxp-risk high']) {
      const other = lines(`// ${tag}`, '// @gxp-verifies SPEC-001-001', '// @test-type IQ', 'it()')
      const rules = (await findings({ '.gxp/specs/SPEC-009.md': pq, [TEST]: other })).map(({ rule }) => rule)
      expect(rules).toContain('trace/missing-tier')
    }
  })
})

describe('What was wrong before a change', () => {
  const introduced = async (head: Files, base: Files) =>
    found(await assessRecord(head, { base })).flatMap(({ status, rule, gxpId }) =>
      status === 'introduced' ? `${rule} ${gxpId}` : [],
    )
  const loose = { '.gxp/specs/SPEC-9.md': specification('SPEC-9', 'parent_id: REQ-70O'), ...testOf('SPEC-9') }

  it('is no excuse for a requirement that is added without a test', async () => {
    const far = { '.gxp/specs/SPEC-9.md': specification('SPEC-9', 'parent_id: EPIC-1'), ...testOf('SPEC-9') }
    for (const wrong of [loose, far]) {
      expect(await uncovered({ ...wrong, ...BARE })).toEqual([])
      expect(await uncovered({ ...wrong, ...BARE }, { base: goodBut({}) })).toEqual([])
      expect(await introduced(goodBut({ ...wrong, ...BARE }), goodBut(wrong))).toContain(`${UNCOVERED} REQ-700`)
      expect(await introduced(goodBut({ ...wrong, ...BARE }), goodBut({ ...wrong, ...BARE }))).toEqual([])
      expect(await uncovered({ ...wrong, ...BARE }, { base: goodBut({ ...wrong, ...BARE }) })).toEqual([])
    }
  })

  it('is none for a tier that is taken away', async () => {
    const PQ = lines('// @gxp-verifies SPEC-001-001', '// @test-type PQ', '// @gxp-risk HIGH', 'it()')
    const wrong = {
      '.gxp/specs/SPEC-9.md': specification('SPEC-9', 'parent_id: REQ-0001'),
      'test/nine.test.ts': PQ.replace('SPEC-001-001', 'SPEC-9'),
    }
    const demands = { ...DEFAULT_POLICY.riskMatrix.MEDIUM, tiers: ['OQ', 'PQ'] as Tier[] }
    const policy: Given['policy'] = { riskMatrix: { HIGH: demands, MEDIUM: demands, LOW: demands } }
    const lacking = async (base: Changes, head: Changes = wrong) =>
      found(await assessRecord(goodBut(head), { base: goodBut(base), policy }), 'trace/missing-tier').length
    expect(await lacking({ ...wrong, 'test/pq.test.ts': PQ })).toBe(1)
    expect(await lacking(wrong)).toBe(0)
    expect(await lacking({ 'test/pq.test.ts': PQ })).toBe(0)
    // Nor is source that claims to verify.
    const claims = {
      '.gxp/specs/SPEC-9.md': specification('SPEC-9', 'satisfies: [REQ-001]').replace('OQ', 'PQ'),
      'src/checks.ts': lines('// @gxp-verifies SPEC-9', '// @gxp-implements SPEC-9'),
    }
    expect(await lacking({ ...claims, 'test/pq.test.ts': PQ }, claims)).toBe(1)
    expect(await lacking({}, claims)).toBe(0)
  })
})
