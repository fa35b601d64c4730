import {
  assessRecord,
  briefly,
  found,
  type Given,
  goodBut,
  requirement,
  specification,
  story,
} from '../../../support/record.ts'

type Changes = Parameters<typeof goodBut>[0]
const all = async (changes: Changes) => found(await assessRecord(goodBut(changes)))

describe('trace/orphan', () => {
  const rule = 'trace/orphan'
  /** What says as much of a requirement. */
  const off = { severities: { 'trace/uncovered-requirement': 'off' as const } }
  const orphans = async (changes: Changes, given: Given = { policy: off }) =>
    found(await assessRecord(goodBut(changes), given), rule)

  it('finds a requirement that nothing refers to and that refers to nothing, at its id', async () => {
    expect(await orphans({ '.gxp/requirements/REQ-777.md': requirement('REQ-777') })).toMatchObject([
      { severity: 'notice', path: '.gxp/requirements/REQ-777.md', line: 2, gxpId: 'REQ-777' },
    ])
  })

  it('leaves it to the finding that nothing tests it, unless the policy turns that off', async () => {
    const files = { '.gxp/requirements/REQ-777.md': requirement('REQ-777') }
    expect(briefly({ findings: await all(files) })).toEqual([
      '.gxp/requirements/REQ-777.md:2 warning trace/uncovered-requirement',
    ])
    const notice = { severities: { 'trace/uncovered-requirement': 'notice' as const } }
    expect(await orphans(files, { policy: notice })).toEqual([])
  })

  it.each([
    ['a story', { '.gxp/user_stories/US-9.md': story('US-9', 'parent_id: REQ-777') }],
    ['source', { 'src/nine.ts': '// @gxp-satisfies REQ-777\n' }],
    ['a test', { 'test/nine.test.ts': '// @gxp-satisfies REQ-777\n' }],
    ['a reference that means it', { '.gxp/user_stories/US-9.md': story('US-9', 'parent_id: REQ-0777') }],
    ['a document that can not be read', { '.gxp/user_stories/US-9.md': 'gxp_id: US-9\nparent_id: REQ-777\n' }],
  ])('is content with %s', async (_, changes) => {
    expect(await orphans({ '.gxp/requirements/REQ-777.md': requirement('REQ-777'), ...changes })).toEqual([])
  })

  it('is content with a requirement that refers to another, and with a retired one', async () => {
    for (const field of ['satisfies: [REQ-001]', 'validation_status: retired'])
      expect(await orphans({ '.gxp/requirements/REQ-777.md': requirement('REQ-777', field) })).toEqual([])
  })

  it('leaves stories and specifications to trace/missing-parent, unless the policy turns that off', async () => {
    const files = { '.gxp/user_stories/US-9.md': story('US-9'), '.gxp/specs/SPEC-9.md': specification('SPEC-9') }
    expect(await orphans(files)).toEqual([])
    const policy = { severities: { 'trace/missing-parent': 'off' as const } }
    expect(await orphans(files, { policy })).toHaveLength(2)
  })
})
