import { faultOfEdge, saidByDocument } from '../../src/rosie/edge-types.ts'
import type { Edge, EdgeType } from '../../src/rosie/model.ts'

const edge = (from: string, type: EdgeType, to: string, by: string): Edge => {
  return { from, type, to, by, origin: { path: 'x', line: 1 } }
}

describe('What is wrong with an edge', () => {
  it.each<[string, EdgeType, string, string, string | null]>([
    ['US-1', 'derives_from', 'REQ-1', 'parent_id', null],
    ['US-1', 'derives_from', 'US-2', 'parent_id', 'parent'],
    ['US-1', 'derives_from', 'nowhere', 'parent_id', null],
    ['SPEC-1', 'derives_from', 'SPEC-2', 'parent_id', null],
    ['SPEC-1', 'implements', 'REQ-1', 'implements', 'target'],
    ['REQ-1', 'satisfies', 'REQ-2', 'satisfies', null],
    ['REQ-1', 'derives_from', 'SPEC-1', 'derives_from', 'parent'],
    // What a specification takes from a block is an annotation's, whatever it leads from.
    ['US-1', 'derives_from', 'US-2', '@gxp-derives-from', null],
    ['FILE:a#L1', 'satisfies', 'SPEC-1', '@gxp-satisfies', 'target'],
    ['FILE:a#L1', 'verifies', 'SPEC-1', '@gxp-verifies', 'no-test'],
    ['FILE:a#L1', 'verifies', 'SPEC-1', '@trace', null],
    ['EVIDENCE:e', 'produces', 'REQ-1', 'spec_id', 'target'],
    ['US-1', 'produces', 'SPEC-1', 'spec_id', null],
  ])('%s that %s %s, by %s, is %s', (from, type, to, by, fault) => {
    expect(faultOfEdge(edge(from, type, to, by), () => false)).toBe(fault)
  })

  it('is nothing of a test that verifies, and of what is no block', () => {
    const verifying = edge('FILE:a#L1', 'verifies', 'SPEC-1', '@gxp-verifies')
    expect([faultOfEdge(verifying, () => true), faultOfEdge(verifying, () => null)]).toEqual([null, null])
  })
})

it.each([
  ['parent_id', true],
  ['@gxp-satisfies', false],
  ['spec_id', false],
])('An edge by %s is said by a document: %j', (by, said) => {
  expect(saidByDocument(edge('US-1', 'satisfies', 'REQ-1', by))).toBe(said)
})
