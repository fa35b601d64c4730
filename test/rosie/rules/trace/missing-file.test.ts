import { assessRecord, found, goodBut, SOURCE, specification, story, TEST } from '../../../support/record.ts'

type Changes = Parameters<typeof goodBut>[0]
const of = async (rule: string, changes: Changes) => found(await assessRecord(goodBut(changes)), rule)

describe('trace/missing-file', () => {
  const rule = 'trace/missing-file'
  const nine = (...fields: string[]) => ({
    '.gxp/specs/SPEC-9.md': specification('SPEC-9', 'parent_id: US-001-001', ...fields),
  })

  it('finds each path that is not in the tree, where it is named', async () => {
    const fields = ['source_files:', `  - ${SOURCE}`, '  - src/gone.ts', 'test_files: [test/gone.test.ts]']
    expect(await of(rule, nine(...fields))).toMatchObject([
      {
        severity: 'warning',
        path: '.gxp/specs/SPEC-9.md',
        line: 8,
        column: 5,
        gxpId: 'SPEC-9',
        message: expect.stringMatching(/^`source_files` names `src\/gone\.ts`/),
      },
      { line: 9, message: expect.stringMatching(/^`test_files` names `test\/gone\.test\.ts`/) },
    ])
  })

  it.each([
    ['a path from the root', `/${SOURCE}`],
    ['a path from here', `./${SOURCE}`],
    ['a directory', 'src/gone/'],
    ['a pattern', 'src/**'],
    ['a pattern of names', 'src/gone-*.ts'],
    ['a choice of names', 'src/{gone,lost}.ts'],
    ['a language that is not read', 'src/gone.abap'],
    ['a file of the record itself', '.gxp/system_context.md'],
    ['an excluded directory', 'node_modules/gone/index.ts'],
  ])('says nothing of %s', async (_, file) => {
    expect(await of(rule, nine(`source_files: ["${file}"]`))).toEqual([])
  })

  it('places paths at their key where the list holds other things too', async () => {
    expect(await of(rule, nine('source_files:', '  - 7', '  - src/gone.ts'))).toMatchObject([{ line: 6 }])
  })

  it('is one finding where there is no source at all: the record is kept apart from it', async () => {
    const apart = { [SOURCE]: null, [TEST]: null }
    expect(await of(rule, { ...apart, ...nine('source_files: [src/a.ts, src/b.ts]') })).toMatchObject([
      { line: 6, message: expect.stringContaining('None of the 2 files') },
    ])
    const twice = {
      ...nine('source_files: [src/a.ts, src/b.ts]'),
      '.gxp/specs/SPEC-8.md': specification('SPEC-8', 'parent_id: US-001-001', 'source_files: [src/b.ts]'),
    }
    expect(await of(rule, { ...apart, ...twice })).toMatchObject([
      { message: expect.stringContaining('None of the 2 files') },
    ])
    const { findings } = await assessRecord(goodBut({ ...apart, ...twice }), {
      base: goodBut({ ...apart, ...nine('source_files: [src/a.ts, src/b.ts]') }),
    })
    expect(found({ findings }, rule)).toMatchObject([{ path: '.gxp/specs/SPEC-8.md', status: 'existing' }])
    expect(await of(rule, { ...apart, ...nine('source_files: [src/a.ts]') })).toMatchObject([
      { message: expect.stringMatching(/^`source_files` names/) },
    ])
    expect(await of(rule, nine('source_files: [src/a.ts, src/b.ts]'))).toHaveLength(2)
  })

  it('is only for specifications', async () => {
    const text = story('US-9', 'parent_id: REQ-001', 'source_files: [src/gone.ts]')
    expect(await of(rule, { '.gxp/user_stories/US-9.md': text })).toEqual([])
  })
})
