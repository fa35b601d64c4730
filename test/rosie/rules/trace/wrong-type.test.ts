import { wrongType } from '../../../../src/rosie/rules/trace/wrong-type.ts'
import {
  assessInFull,
  assessRecord,
  briefly,
  claims,
  EVIDENCE,
  found,
  goodBut,
  REQUIREMENT,
  requirement,
  SPECIFICATION,
  STORY,
  signer,
  specification,
  story,
  TEST,
} from '../../../support/record.ts'

type Changes = Parameters<typeof goodBut>[0]
const of = async (rule: string, changes: Changes) => found(await assessRecord(goodBut(changes)), rule)

describe('trace/wrong-type', () => {
  const rule = 'trace/wrong-type'

  it.each([
    ['a story under a specification', STORY, story('US-001-001', 'parent_id: SPEC-002-001')],
    ['a story under a story', STORY, story('US-001-001', 'parent_id: US-002')],
    ['a requirement under a story', REQUIREMENT, requirement('REQ-001', 'derives_from: [US-002]')],
    ['a requirement under a specification', REQUIREMENT, requirement('REQ-001', 'satisfies: [SPEC-002-001]')],
    ['a specification that satisfies a story', SPECIFICATION, specification('SPEC-001-001', 'satisfies: [US-002]')],
    [
      'a specification that implements a requirement',
      SPECIFICATION,
      specification('SPEC-001-001', 'implements: [REQ-002]'),
    ],
    ['a story that implements a requirement', STORY, story('US-001-001', 'implements: [REQ-002]')],
  ])('finds %s, at the reference', async (_, path, text) => {
    const others = {
      '.gxp/requirements/REQ-002.md': requirement('REQ-002'),
      '.gxp/user_stories/US-002.md': story('US-002', 'parent_id: REQ-002'),
      '.gxp/specs/SPEC-002-001.md': specification('SPEC-002-001', 'parent_id: US-002'),
    }
    expect(await of(rule, { ...others, [path]: text })).toMatchObject([
      { severity: 'error', path, column: expect.any(Number) },
    ])
  })

  it('accepts a specification under a specification, and notes it', async () => {
    const text = specification('SPEC-001-001-001', 'parent_id: SPEC-001-001')
    expect(await of(rule, { '.gxp/specs/SPEC-001-001-001.md': text })).toMatchObject([
      { severity: 'notice', line: 5, gxpId: 'SPEC-001-001-001' },
    ])
  })

  it.each([
    ['a specification under a requirement', specification('SPEC-001-001', 'parent_id: REQ-001')],
    ['a specification that satisfies a requirement', specification('SPEC-001-001', 'satisfies: [REQ-001]')],
    ['a specification that implements a story', specification('SPEC-001-001', 'implements: [US-001-001]')],
    ['a specification derived from both', specification('SPEC-001-001', 'derives_from: [US-001-001, REQ-001]')],
  ])('accepts %s', async (_, text) => {
    expect(await of(rule, { [SPECIFICATION]: text })).toEqual([])
  })

  it('says the same of what was read of a record that is too large to be read in full', async () => {
    const under = specification('SPEC-001-001-001', 'parent_id: SPEC-001-001')
    const { head } = await assessInFull(goodBut({ '.gxp/specs/SPEC-001-001-001.md': under }))
    const cut = { ...head, graph: { ...head.graph, unread: { path: TEST, line: 1 } } }
    const { policy } = head.established
    const hits = [...wrongType.check({ head: cut, base: null, policy, preview: null, ruleIds: [], now: 0 })]
    expect(hits).toMatchObject([{ severity: 'notice', gxpId: 'SPEC-001-001-001', message: expect.any(String) }])
  })

  it('accepts a requirement under a requirement', async () => {
    expect(await of(rule, { '.gxp/requirements/REQ-002.md': requirement('REQ-002', 'satisfies: [REQ-001]') })).toEqual(
      [],
    )
  })

  it.each([
    ['@gxp-satisfies US-001-001', 'a requirement'],
    ['@gxp-satisfies SPEC-001-001', 'a requirement'],
    ['@gxp-req SPEC-001-001', 'a requirement'],
    ['@gxp-implements REQ-001', 'a user story or a specification'],
  ])('finds %s in source, at the id', async (tag, takes) => {
    expect(await of(rule, { 'src/a.ts': `// ${tag}\n` })).toMatchObject([
      {
        severity: 'error',
        path: 'src/a.ts',
        line: 1,
        column: tag.indexOf(' ') + 5,
        message: expect.stringContaining(takes),
      },
    ])
  })

  it('leaves evidence that names a requirement as its specification to evidence/unknown-spec', async () => {
    const { key, sign } = await signer()
    const files = goodBut({ [EVIDENCE]: await sign(claims({ spec_id: 'REQ-001' })) })
    expect(briefly(await assessRecord(files, { keys: [key] }))).toEqual([`${EVIDENCE}:1 warning evidence/unknown-spec`])
  })

  it('does not hide, by evidence that names a requirement, that nothing tests it', async () => {
    const { key, sign } = await signer()
    const evidence = { [EVIDENCE]: await sign(claims({ spec_id: 'REQ-001' })) }
    const untested = goodBut({ ...evidence, [TEST]: null })
    expect(found(await assessRecord(untested, { keys: [key] }), 'trace/uncovered-requirement')).toHaveLength(1)
    // Beside an edge of a wrong type that is told, which stands for what it hides.
    const wrong = { 'test/wrong.test.ts': '// @gxp-verifies REQ-001\n// @test-type OQ\n' }
    const other = { '.gxp/requirements/REQ-2.md': requirement('REQ-2'), 'test/2.test.ts': '// @gxp-verifies REQ-2\n' }
    expect(
      found(await assessRecord({ ...untested, ...wrong }, { keys: [key] }), 'trace/uncovered-requirement'),
    ).toEqual([])
    expect(
      found(await assessRecord({ ...untested, ...other }, { keys: [key] }), 'trace/uncovered-requirement'),
    ).toMatchObject([{ gxpId: 'REQ-001' }])
  })

  it('says what the document belongs under', async () => {
    const text = story('US-001-001', 'parent_id: SPEC-001-001')
    expect((await of(rule, { [STORY]: text }))[0]?.message).toBe(
      'The `parent_id` of US-001-001 is SPEC-001-001, a specification. A user story belongs under a requirement.',
    )
  })

  it('leaves unknown ids to the rules for unknown ids, and a reference to itself to trace/cycle', async () => {
    expect(await of(rule, { [STORY]: story('US-001-001', 'parent_id: SPEC-404') })).toEqual([])
    expect(await of(rule, { [STORY]: story('US-001-001', 'parent_id: US-001-001') })).toEqual([])
  })

  it('finds a test that verifies a requirement', async () => {
    expect(await of(rule, { 'test/a.test.ts': '// @gxp-verifies REQ-001\n' })).toHaveLength(1)
  })

  it('finds @gxp-verifies where there is no test, and says why it does not count', async () => {
    expect(await of(rule, { 'src/checks.ts': '// @gxp-verifies SPEC-001-001\n' })).toMatchObject([
      { severity: 'error', path: 'src/checks.ts', line: 1, message: expect.stringContaining('no test') },
    ])
  })

  it.each(['@gxp-tag REQ-001', '@gxp-tag SPEC-001-001', '@gxp-derives-from US-001-001', '@gxp-implements US-001-001'])(
    'accepts %s',
    async (tag) => {
      expect(await of(rule, { 'src/a.ts': `// ${tag}\n` })).toEqual([])
    },
  )
})
