import {
  assessRecord,
  claims,
  EVIDENCE,
  found,
  GOOD,
  goodBut,
  lines,
  SOURCE,
  signer,
  specification,
  TEST,
} from '../../../support/record.ts'

type Changes = Parameters<typeof goodBut>[0]
const of = async (rule: string, changes: Changes) => found(await assessRecord(goodBut(changes)), rule)

describe('trace/unverified-specification', () => {
  const rule = 'trace/unverified-specification'
  const path = '.gxp/specs/SPEC-9.md'
  const nine = (...fields: string[]) => ({ [path]: specification('SPEC-9', 'parent_id: US-001-001', ...fields) })

  it('finds a specification without test and evidence, at its id', async () => {
    expect(await of(rule, nine())).toMatchObject([
      {
        severity: 'warning',
        path,
        line: 2,
        gxpId: 'SPEC-9',
        message:
          'Nothing verifies SPEC-9: it has no test, no evidence and no record of testing. Nor does any source file implement it.',
      },
    ])
  })

  it('says only that where it is implemented', async () => {
    expect((await of(rule, { ...nine(), 'src/nine.ts': '// @gxp-implements SPEC-9\n' }))[0]?.message).toBe(
      'Nothing verifies SPEC-9: it has no test, no evidence and no record of testing.',
    )
  })

  it.each([
    ['a test', { 'test/nine.test.ts': '// @gxp-verifies SPEC-9\n' }],
    ['a test file that it names', { ...nine(`test_files: [${TEST}]`) }],
    ['a test file that it names and that is not there', { ...nine('test_files: [test/gone.test.ts]') }],
    ['a test file in a language that is not read', { ...nine('test_files: [test/nine.robot]') }],
    [
      'a tested specification below it',
      {
        '.gxp/specs/SPEC-9-1.md': specification('SPEC-9-1', 'parent_id: SPEC-9'),
        'test/nine.test.ts': '// @gxp-verifies SPEC-9-1\n',
      },
    ],
    [
      'a record of testing',
      {
        '.gxp/evidence/ROT-SPEC-9.md': (GOOD['.gxp/evidence/ROT-SPEC-001-001.md'] ?? '').replace(
          'SPEC-001-001',
          'SPEC-9',
        ),
      },
    ],
    ['retirement', nine('validation_status: retired')],
  ])('is content with %s', async (_, changes) => {
    expect(await of(rule, { ...nine(), ...changes })).toEqual([])
  })

  it('is content with any evidence: what is wrong with it is told of it', async () => {
    const { sign } = await signer()
    const failed = claims({ spec_id: 'SPEC-9', test_results: { passed: 0, failed: 1, skipped: 0 } })
    expect(await of(rule, { ...nine(), [EVIDENCE]: await sign(failed) })).toEqual([])
  })

  it('is not content with a source that is named as a test', async () => {
    expect(await of(rule, nine(`test_files: [${SOURCE}]`))).toHaveLength(1)
  })

  it('finds a specification that only the code names where the code names it', async () => {
    const code = lines('', '// @gxp-satisfies REQ-001', '// @gxp-implements SPEC-X', '// @gxp-risk HIGH')
    expect(await of(rule, { 'src/x.ts': code })).toMatchObject([{ path: 'src/x.ts', line: 3, gxpId: 'SPEC-X' }])
  })

  it('proposes what a slip of the finger in the code may mean, of what is not kept as a document', async () => {
    const code = (id: string) => ({ 'src/x.ts': lines('// @gxp-satisfies REQ-001', `// @gxp-implements ${id}`) })
    expect(await of(rule, code('SPEC-001-0O1'))).toMatchObject([
      { gxpId: 'SPEC-001-0O1', message: expect.stringMatching(/testing\. Did you mean SPEC-001-001\?$/) },
    ])
    expect((await of(rule, code('SPEC-001-002')))[0]?.message).toMatch(/testing\.$/)
    const kept = { '.gxp/specs/SPEC-001-0O1.md': specification('SPEC-001-0O1', 'parent_id: US-001-001') }
    expect((await of(rule, kept))[0]?.message).not.toContain('Did you mean')
  })

  it('leaves what lies under a requirement that nothing tests to that finding, unless the policy makes less of it', async () => {
    const files = { ...nine(), [TEST]: null, '.gxp/evidence/ROT-SPEC-001-001.md': null }
    expect(await of(rule, files)).toEqual([])
    const policy = { severities: { 'trace/uncovered-requirement': 'notice' as const } }
    expect(found(await assessRecord(goodBut(files), { policy }), rule)).toMatchObject([
      { gxpId: 'SPEC-001-001' },
      { gxpId: 'SPEC-9' },
    ])
  })

  it('leaves it to a broken parent that hides the test', async () => {
    const below = (parent: string) => ({
      ...nine(),
      '.gxp/specs/SPEC-77-1.md': specification('SPEC-77-1', `parent_id: ${parent}`),
      'test/nine.test.ts': '// @gxp-verifies SPEC-77-1\n',
    })
    expect(await of(rule, below('SPEC-99'))).toEqual([])
    expect(await of(rule, below('SPEC-4040404'))).toMatchObject([{ gxpId: 'SPEC-9' }])
  })

  it('is silent about one that can not be read', async () => {
    expect(await of(rule, { [path]: '# x\n' })).toEqual([])
  })
})
