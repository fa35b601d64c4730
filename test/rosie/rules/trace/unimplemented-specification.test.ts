import { assessRecord, found, goodBut, SOURCE, specification, TEST } from '../../../support/record.ts'

type Changes = Parameters<typeof goodBut>[0]
const of = async (rule: string, changes: Changes) => found(await assessRecord(goodBut(changes)), rule)

describe('trace/unimplemented-specification', () => {
  const rule = 'trace/unimplemented-specification'
  const path = '.gxp/specs/SPEC-9.md'
  const nine = (...fields: string[]) => ({
    [path]: specification('SPEC-9', 'parent_id: US-001-001', ...fields),
    'test/nine.test.ts': '// @gxp-verifies SPEC-9\n',
  })

  it('finds a specification that is tested and that no source implements, at its id', async () => {
    expect(await of(rule, nine())).toMatchObject([
      { severity: 'notice', path, line: 2, gxpId: 'SPEC-9', message: expect.stringContaining('`source_files`') },
    ])
  })

  it.each([
    ['a source block', { 'src/nine.ts': '// @gxp-implements SPEC-9\n' }],
    ['a source file that it names', nine(`source_files: [${SOURCE}]`)],
    ['one that is not there', nine('source_files: [src/gone.ts]')],
    ['one in a language that is not read', nine('source_files: [src/nine.abap]')],
    [
      'an implemented specification below it',
      {
        '.gxp/specs/SPEC-9-1.md': specification('SPEC-9-1', 'parent_id: SPEC-9'),
        'src/nine.ts': '// @gxp-implements SPEC-9-1\n',
      },
    ],
    [
      'one below it that names a source file',
      { '.gxp/specs/SPEC-9-1.md': specification('SPEC-9-1', 'parent_id: SPEC-9', `source_files: [${SOURCE}]`) },
    ],
    ['retirement', nine('validation_status: retired')],
  ])('is content with %s', async (_, changes) => {
    expect(await of(rule, { ...nine(), ...changes })).toEqual([])
  })

  it('is not content with a test that is named as source', async () => {
    expect(await of(rule, nine(`source_files: [${TEST}]`))).toHaveLength(1)
  })

  it('is one finding with unverified, unless the policy turns that off', async () => {
    const files = { ...nine(), 'test/nine.test.ts': null }
    expect(await of(rule, files)).toEqual([])
    const policy = { severities: { 'trace/unverified-specification': 'off' as const } }
    expect(found(await assessRecord(goodBut(files), { policy }), rule)).toHaveLength(1)
  })

  it('is told of a specification whose named test is missing', async () => {
    const files = { ...nine('test_files: [test/gone.test.ts]'), 'test/nine.test.ts': null }
    expect(await of(rule, files)).toHaveLength(1)
  })

  it('is not for specifications that only annotations name', async () => {
    expect(await of(rule, { 'test/x.test.ts': '// @gxp-tag SPEC-X\n// @test-type unit\n' })).toEqual([])
  })
})
