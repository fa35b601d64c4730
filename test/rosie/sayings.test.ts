import type { Block, Document } from '../../src/rosie/contents.ts'
import { blockEdges, documentSays } from '../../src/rosie/sayings.ts'
import { assessInFull, lines, requirement, specification } from '../support/record.ts'

describe('What a file of annotations says', () => {
  const sayingsOf = async (path: string, ...text: string[]) => {
    const { head } = await assessInFull({ 'GxP.MD': '', [path]: lines(...text) })
    const [file] = head.sources
    return {
      edges: file?.says.edges.map(({ from, type, to, by }) => `${from} ${type} ${to} ${by}`),
      faults: file?.says.faults.map(([{ to }, fault]) => `${to} ${fault}`),
      defines: file?.says.defines,
      specifications: file?.nodes.map(({ specifications }) => specifications.join()),
    }
  }

  it('defines the specifications that source implements', async () => {
    const text = ['// @gxp-implements SPEC-A, US-1', '// @gxp-satisfies REQ-1', 'a()', '// @gxp-verifies SPEC-B']
    const [first, second] = ['FILE:src/a.ts#L1', 'FILE:src/a.ts#L4']
    expect(await sayingsOf('src/a.ts', ...text)).toEqual({
      edges: [
        `${first} implements SPEC-A @gxp-implements`,
        `${first} implements US-1 @gxp-implements`,
        `${first} satisfies REQ-1 @gxp-satisfies`,
        `${second} verifies SPEC-B @gxp-verifies`,
      ],
      faults: ['SPEC-B no-test'],
      defines: ['SPEC-A'],
      specifications: ['SPEC-A', 'SPEC-B'],
    })
  })

  it('defines in a test those of a block of the first generation only', async () => {
    const text = ['// @gxp-implements SPEC-A', 'a()', '// @gxp-tag SPEC-B', 'b()', '// @gxp-verifies SPEC-C']
    expect(await sayingsOf('test/a.test.ts', ...text)).toMatchObject({ defines: ['SPEC-B'], faults: [] })
  })

  it('is nothing where there are no tags', async () => {
    expect(await sayingsOf('src/a.ts', 'a()')).toEqual({ edges: [], faults: [], defines: [], specifications: [] })
  })

  it('is no edge to what is no id', () => {
    const span = { line: 1, column: 1 }
    const tag = { name: 'gxp-implements' as const, ids: [{ id: 'SPEC', ...span }], ...span }
    const block = { line: 1, tags: [tag] } as unknown as Block
    const node = { id: 'FILE:a#L1', path: 'a', test: false, block, risk: null, names: [], specifications: [] }
    expect([...blockEdges(node)]).toEqual([])
  })
})

describe('The files that a document names', () => {
  const read = async (path: string, text: string) => {
    const { head } = await assessInFull({ [path]: text })
    return head.documents[0]?.content as Document
  }
  const fields = ['test_files: [./test/a.test.ts, /test/b.test.ts]', 'source_files: [src/a.ts]']

  it('are those of a specification, each with the place of its list', async () => {
    const content = await read('.gxp/specs/SPEC-A.md', specification('SPEC-A', ...fields))
    const at = (line: number) => ({ path: 'x.md', line })
    expect(documentSays(content, 'x.md', 'SPEC-A').named).toEqual([
      { path: 'test/a.test.ts', to: 'SPEC-A', by: 'test_files', origin: at(5) },
      { path: 'test/b.test.ts', to: 'SPEC-A', by: 'test_files', origin: at(5) },
      { path: 'src/a.ts', to: 'SPEC-A', by: 'source_files', origin: at(6) },
    ])
    expect(documentSays(content, 'x.md', null).named).toEqual([])
  })

  it('are none of another document', async () => {
    const content = await read('.gxp/requirements/REQ-A.md', requirement('REQ-A', ...fields))
    expect(documentSays(content, 'x.md', 'REQ-A').named).toEqual([])
  })
})
