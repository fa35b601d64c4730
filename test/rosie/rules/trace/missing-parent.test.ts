import type { Risk } from '../../../../src/rosie/model.ts'
import { assessRecord, found, goodBut, lines, requirement, specification, story } from '../../../support/record.ts'

type Changes = Parameters<typeof goodBut>[0]
const all = async (changes: Changes) => found(await assessRecord(goodBut(changes)))
const of = async (rule: string, changes: Changes) => found(await assessRecord(goodBut(changes)), rule)

describe('trace/missing-parent', () => {
  const rule = 'trace/missing-parent'

  it('finds a story without a requirement, at its id', async () => {
    const files = { '.gxp/user_stories/US-9.md': story('US-9') }
    expect(await of(rule, files)).toMatchObject([
      {
        severity: 'warning',
        path: '.gxp/user_stories/US-9.md',
        line: 2,
        gxpId: 'US-9',
        message: 'US-9 has no parent. Name the requirement that it serves, for example as its `parent_id`.',
      },
    ])
  })

  it('finds a specification with neither story nor requirement', async () => {
    expect(await of(rule, { '.gxp/specs/SPEC-9.md': specification('SPEC-9') })).toMatchObject([
      { path: '.gxp/specs/SPEC-9.md', line: 2, message: expect.stringContaining('user story or requirement') },
    ])
  })

  it.each<[Risk, string]>([
    ['HIGH', 'error'],
    ['MEDIUM', 'warning'],
    ['LOW', 'notice'],
  ])('is for %s: %s, by its own rating or that of the code that points at it', async (risk, severity) => {
    const own = { '.gxp/specs/SPEC-9.md': specification('SPEC-9', `gxp_risk_rating: ${risk}`) }
    expect(await of(rule, own)).toMatchObject([{ severity }])
    const code = lines('// @gxp-implements SPEC-9', `// @gxp-risk ${risk}`)
    const files = { '.gxp/specs/SPEC-9.md': specification('SPEC-9'), 'src/nine.ts': code }
    expect(await of(rule, files)).toMatchObject([{ severity }])
  })

  it.each(['parent_id: US-001-001', 'satisfies: [REQ-001]', 'implements: [US-001-001]', 'derives_from: [REQ-001]'])(
    'is content with %s',
    async (field) => {
      expect(await of(rule, { '.gxp/specs/SPEC-9.md': specification('SPEC-9', field) })).toEqual([])
    },
  )

  it('is content with a specification above it, and with a requirement that has none', async () => {
    expect(await of(rule, { '.gxp/specs/SPEC-9.md': specification('SPEC-9', 'parent_id: SPEC-001-001') })).toEqual([])
    expect(await of(rule, { '.gxp/requirements/REQ-9.md': requirement('REQ-9') })).toEqual([])
  })

  it('is silent where the parent is broken or of a wrong type: that is the one finding', async () => {
    for (const parent of ['REQ-404', 'SPEC-001-001']) {
      const files = { '.gxp/user_stories/US-9.md': story('US-9', `parent_id: ${parent}`) }
      expect(await of(rule, files)).toEqual([])
    }
  })

  it.each([
    ['trace/broken-reference', 'REQ-404'],
    ['trace/wrong-type', 'SPEC-001-001'],
  ])('does not hide behind %s where the policy makes less of it', async (other, parent) => {
    const files = goodBut({ '.gxp/user_stories/US-9.md': story('US-9', `parent_id: ${parent}`) })
    const policy = { severities: { [other]: 'warning' as const } }
    expect(found(await assessRecord(files, { policy }), rule)).toMatchObject([{ gxpId: 'US-9' }])
  })

  it('finds a story that is its own parent only as a circle', async () => {
    const findings = await all({ '.gxp/user_stories/US-9.md': story('US-9', 'parent_id: US-9') })
    expect(findings.map(({ rule }) => rule)).toEqual(['trace/cycle'])
  })

  it('is silent about what is retired, and about specifications that only the code names', async () => {
    const retired = specification('SPEC-9', 'validation_status: retired')
    expect(await of(rule, { '.gxp/specs/SPEC-9.md': retired })).toEqual([])
    expect(await of(rule, { 'src/nine.ts': lines('// @gxp-implements SPEC-9', '// @gxp-risk LOW') })).toEqual([])
  })
})
