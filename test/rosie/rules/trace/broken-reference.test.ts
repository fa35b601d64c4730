import {
  assessRecord,
  claims,
  EVIDENCE,
  edited,
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
const all = async (changes: Changes) => found(await assessRecord(goodBut(changes)))
const of = async (rule: string, changes: Changes) => found(await assessRecord(goodBut(changes)), rule)

describe('trace/broken-reference', () => {
  const rule = 'trace/broken-reference'

  it('finds a parent that does not exist, on the line of the parent, and proposes the nearest id', async () => {
    expect(await all(edited(STORY, 'REQ-001', 'REQ-0001'))).toMatchObject([
      {
        rule,
        severity: 'error',
        path: STORY,
        line: 4,
        endLine: 4,
        column: 12,
        gxpId: 'US-001-001',
        message: expect.stringContaining('Did you mean REQ-001?'),
      },
    ])
  })

  it('finds each item of a list where it stands', async () => {
    const text = requirement('REQ-002', 'satisfies:', '  - REQ-001', '  - REQ-404', '  - REQ-405')
    expect(await of(rule, { '.gxp/requirements/REQ-002.md': text })).toMatchObject([
      { line: 6, column: 5, message: expect.stringContaining('REQ-404') },
      { line: 7, column: 5, message: expect.stringContaining('REQ-405') },
    ])
  })

  it.each(['parent_id', 'satisfies', 'implements', 'derives_from'])('looks at %s', async (key) => {
    const text = specification('SPEC-009', `${key}: US-404`)
    expect(await of(rule, { '.gxp/specs/SPEC-009.md': text })).toMatchObject([
      { gxpId: 'SPEC-009', line: 5, message: expect.stringContaining(`\`${key}\``) },
    ])
  })

  it.each(['req-001', 'REQ_001', 'REQ-OO1', 'Req-00l'])('proposes what looks like %s', async (parent) => {
    expect((await of(rule, edited(STORY, 'REQ-001', parent)))[0]?.message).toMatch(/Did you mean REQ-001\?$/)
  })

  it('proposes what looks the same however many ids are unknown, and not the document itself', async () => {
    const unknown = Array.from({ length: 300 }, (_, n) => `REQ-${n}-FAR-AWAY`)
    const text = requirement('REQ-002', `satisfies: [${unknown.join(', ')}, REQ-0O1, REQ-OO2]`)
    const findings = await of(rule, { '.gxp/requirements/REQ-002.md': text })
    expect(findings).toHaveLength(302)
    expect(findings.flatMap(({ message }) => /Did you mean (.*)\?/.exec(message)?.[1] ?? [])).toEqual(['REQ-001'])
  })

  it('proposes nothing where nothing is near, and never the document itself', async () => {
    expect((await of(rule, edited(STORY, 'REQ-001', 'EPIC-77')))[0]?.message).not.toContain('Did you mean')
    const only = await of(rule, edited(SPECIFICATION, 'US-001-001', 'SPEC-001-002'))
    expect(only[0]?.message).not.toContain('SPEC-001-001?')
  })

  it('looks at documents whose own id is wrong or missing', async () => {
    const nameless = story('US-001-002', 'parent_id: REQ-404').replace('gxp_id: US-001-002\n', '')
    expect(await of(rule, { '.gxp/user_stories/US-001-002.md': nameless })).toMatchObject([
      { gxpId: null, line: 3, message: expect.stringMatching(/^This document names REQ-404/) },
    ])
  })

  it('does not call the files of a specification with a wrong id broken', async () => {
    const text = specification('SPEC_9', 'parent_id: US-001-001', `test_files: [${TEST}]`)
    expect(await of(rule, { '.gxp/specs/SPEC-009.md': text })).toEqual([])
  })

  it('finds nothing in a reference to a document that can not be read: its file name has the id', async () => {
    expect(await of(rule, { [REQUIREMENT]: '# no front matter\n' })).toEqual([])
  })

  it('finds nothing in a reference to a specification that only the code defines', async () => {
    const text = specification('SPEC-009', 'parent_id: SPEC-INF-007')
    const code = '// @gxp-implements SPEC-INF-007\n'
    expect(await of(rule, { '.gxp/specs/SPEC-009.md': text, 'src/infra.ts': code })).toEqual([])
    expect(await of(rule, { '.gxp/specs/SPEC-009.md': text })).toHaveLength(1)
  })

  it('is not for evidence, whose unknown specification has a rule of its own', async () => {
    const { key, sign } = await signer()
    const files = goodBut({ [EVIDENCE]: await sign(claims({ spec_id: 'SPEC-404' })) })
    expect(found(await assessRecord(files, { keys: [key] }), rule)).toEqual([])
  })
})
