import type { SnapshotFile, Verdicts } from '../../src/rosie/model.ts'
import { readFiles } from '../../src/rosie/record-files.ts'
import { assessInFull, document, GOOD, record, SOURCE } from '../support/record.ts'

const tests: string[] = []
const verdicts: Verdicts = new Map()

describe('A file of a record', () => {
  const { files } = record(GOOD)
  const at = files.findIndex(({ path }) => path === SOURCE)
  const [before] = files.slice(at)
  if (!before) throw new Error('there is a source')

  it('is read once for all records that hold it', () => {
    const first = readFiles(files, tests, verdicts)
    const again = readFiles(
      files.map((file) => ({ ...file })),
      tests,
      verdicts,
    )
    expect(again.map((file, n) => file === first[n])).toEqual(files.map(() => true))
    expect(first[at]).toMatchObject({ as: 'source', file: { path: SOURCE, sha: before.sha, test: false } })
  })

  it.each<[string, Partial<SnapshotFile>, object]>([
    ['under another path', { path: `${SOURCE}x` }, { path: `${SOURCE}x` }],
    ['under another name of git', { sha: 'f'.repeat(40) }, { sha: 'f'.repeat(40) }],
    ['as a test', { kind: 'test' }, { test: true }],
    ['with another content', { content: { kind: 'annotations', blocks: [] } as never }, { nodes: [] }],
  ])('is read anew %s', (_, change, read) => {
    readFiles(files, tests, verdicts)
    const changed = files.map((file, n) => (n === at ? { ...file, ...change } : file))
    expect(readFiles(changed, tests, verdicts)[at]).toMatchObject({ as: 'source', file: read })
  })

  it('is a test where the policy says so', () => {
    expect(readFiles(files, ['src/**'], verdicts)[at]).toMatchObject({ file: { test: true } })
  })
})

describe('A document', () => {
  it.each([
    ['SPEC-001.md', 'SPEC-001', 'specification'],
    ['SPEC-001.md', 'REQ-001', 'specification'],
    ['SPEC-001.md', 'none', 'specification'],
    ['REQ-001.md', 'SPEC-001', 'specification'],
    ['REQ-001.md', 'REQ-001', 'requirement'],
    ['REQ-001.md', 'US-001', 'requirement'],
    ['REQ-001.md', 'none', 'requirement'],
    ['x.md', 'US-001', 'user_story'],
    ['x.md', 'none', 'specification'],
  ])('under specs that is called %s and has the id %s is a %s', async (name, id, kind) => {
    const { head } = await assessInFull({ [`.gxp/specs/${name}`]: document([`gxp_id: ${id}`, 'title: A']) })
    expect(head.documents.map(({ is }) => is)).toEqual([kind])
  })
})
