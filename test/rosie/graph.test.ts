import { buildGraph, definedOf, MAX_EDGES } from '../../src/rosie/graph.ts'
import type { Edge } from '../../src/rosie/model.ts'
import { assessInFull, claims, EVIDENCE, type Files, GOOD, lines, SOURCE, unsigned } from '../support/record.ts'

const recordOf = async (files: Files) => (await assessInFull(files)).head
const graphOf = async (files: Files) => (await recordOf(files)).graph
const shown = ({ from, type, to, by }: Edge) => `${from} ${type} ${to} ${by}`

describe('The parents of a specification without a document', () => {
  /** What specifications take from the blocks of one file. */
  const taken = async (...tags: string[]) => {
    const { edges } = await graphOf({ ...GOOD, 'src/a.ts': lines(...tags.map((tag) => `// ${tag}`), 'a()') })
    return edges.filter(({ from, origin }) => from.startsWith('SPEC-') && origin.path === 'src/a.ts').map(shown)
  }

  it.each([
    ['a requirement that it satisfies', ['@gxp-implements SPEC-A', '@gxp-satisfies REQ-1'], ['REQ-1 @gxp-satisfies']],
    ['a story that it implements', ['@gxp-implements SPEC-A, US-1'], ['US-1 @gxp-implements']],
    [
      'a specification that it derives from, which takes nothing itself',
      ['@gxp-implements SPEC-A', '@gxp-derives-from SPEC-B', '@gxp-satisfies REQ-1'],
      ['SPEC-B @gxp-derives-from', 'REQ-1 @gxp-satisfies'],
    ],
    [
      'what it satisfies twice, once',
      ['@gxp-req REQ-1', '@gxp-satisfies REQ-1', '@gxp-spec SPEC-A'],
      ['REQ-1 @gxp-req'],
    ],
    ['nothing that it traces', ['@gxp-spec SPEC-A', '@trace US-1'], []],
    [
      'nothing for a specification that it traces',
      ['@gxp-spec SPEC-A', '@trace SPEC-B', '@gxp-req REQ-1'],
      ['REQ-1 @gxp-req'],
    ],
    ['nothing that it may not say', ['@gxp-implements SPEC-A, REQ-1', '@gxp-satisfies US-1'], []],
    [
      'nothing for one that has a document',
      ['@gxp-implements SPEC-001-001, SPEC-A', '@gxp-req REQ-1'],
      ['REQ-1 @gxp-req'],
    ],
  ])('are of a block %s', async (_, tags, parents) => {
    expect(await taken(...tags)).toEqual(parents.map((parent) => `SPEC-A derives_from ${parent}`))
  })

  it('are not taken from a test', async () => {
    const { edges } = await graphOf({ 'test/a.test.ts': '// @gxp-spec SPEC-A\n// @gxp-req REQ-1\n', 'GxP.MD': '' })
    expect(edges.map(shown)).toEqual([
      'FILE:test/a.test.ts#L1 verifies SPEC-A @gxp-spec',
      'FILE:test/a.test.ts#L1 satisfies REQ-1 @gxp-req',
    ])
  })
})

describe('An id', () => {
  it('is defined by its document and by what implements it; unknown where only edges lead to it', async () => {
    const graph = await graphOf({ ...GOOD, 'src/a.ts': '// @gxp-implements SPEC-X, US-9\n// @gxp-risk LOW\n' })
    expect([...graph.defined].sort()).toEqual(['REQ-001', 'SPEC-001-001', 'SPEC-X', 'US-001-001'])
    expect(definedOf('specification', graph)).toEqual(['SPEC-001-001', 'SPEC-X'])
    expect([...graph.unknown]).toEqual(['US-9'])
  })

  it('is defined by whatever names it where documents of its kind are not kept', async () => {
    const graph = await graphOf({ 'GxP.MD': '', 'src/a.ts': '// @gxp-implements US-1\n// @gxp-satisfies REQ-1\n' })
    expect([...graph.defined].sort()).toEqual(['REQ-1', 'US-1'])
  })
})

it('A graph has the edges of a node, and of what is no node none', async () => {
  const graph = await graphOf(GOOD)
  expect(graph.out('US-001-001').map(shown)).toEqual(['US-001-001 derives_from REQ-001 parent_id'])
  expect(graph.into('REQ-001').map(shown)).toEqual([
    'US-001-001 derives_from REQ-001 parent_id',
    'FILE:src/dose.ts#L1 satisfies REQ-001 @gxp-satisfies',
  ])
  expect([graph.out('REQ-404'), graph.typedInto('REQ-404')]).toEqual([[], []])
  expect(graph.typed).toBe(graph.whole)
})

describe('A graph of too many edges', () => {
  const edge = (line: number): Edge => {
    return { from: 'SPEC-1', to: 'REQ-1', type: 'satisfies', by: 'satisfies', origin: { path: 'many.md', line } }
  }
  const full: readonly Edge[] = Array<Edge>(MAX_EDGES).fill(edge(1))
  const evidence = unsigned({ alg: 'ES256' }, claims())
  const files = { ...GOOD, [EVIDENCE]: evidence, 'src/a.ts': '// @gxp-implements SPEC-X\n// @gxp-satisfies REQ-001\n' }
  /** Where one document says these edges, and another what else there may be. */
  const holding = async (edges: readonly Edge[], more: Partial<Awaited<ReturnType<typeof recordOf>>> = {}) => {
    const head = await recordOf(files)
    const [first] = head.documents
    if (!first) throw new Error('there is a document')
    const named = [{ path: SOURCE, to: 'SPEC-1', by: 'source_files' as const, origin: { path: 'named.md', line: 7 } }]
    const graph = buildGraph({
      ...head,
      documents: [
        { ...first, edges, named },
        { ...first, edges: [edge(8)], named },
      ],
      ...more,
    })
    return { unread: graph.unread, edges: graph.edges.length, last: graph.edges.at(-1)?.origin }
  }

  it('holds the first of them, and tells the first that it leaves out', async () => {
    const left = { unread: { path: 'many.md', line: 2 }, edges: MAX_EDGES, last: { path: 'many.md', line: 1 } }
    expect(await holding([...full, edge(2), edge(3)])).toEqual(left)
    expect(await holding(full)).toEqual({ ...left, unread: { path: 'named.md', line: 7 } })
  })

  it('holds as many as there may be', async () => {
    const nothing = { sources: [], testEvidence: [], sourcesByPath: new Map() }
    expect(await holding(full.slice(1), nothing)).toEqual({
      unread: null,
      edges: MAX_EDGES,
      last: { path: 'many.md', line: 8 },
    })
  })

  it('leaves out those of a source, what it defines, and all that follow', async () => {
    const head = await recordOf(files)
    const [source, ...others] = head.sources
    if (!source) throw new Error('there is a source')
    const says = { edges: [...full, edge(2), edge(3)], faults: [], defines: ['SPEC-9'] }
    const graph = buildGraph({ ...head, documents: [], sources: [{ ...source, says }, ...others] })
    expect(graph.unread).toEqual({ path: 'many.md', line: 2 })
    expect(graph.edges).toHaveLength(MAX_EDGES)
    expect(graph.defined.has('SPEC-9')).toBe(false)
  })
})
