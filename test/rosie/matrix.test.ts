/** The traceability matrix: GxP.MD, "Traceability matrix". */
import { traceabilityMatrix } from '../../src/rosie/matrix.ts'
import { assessInFull, document, type Files } from '../support/record.ts'

const AT = '2026-02-06T10:00:00.000Z'
const matrixOf = async (files: Files) => traceabilityMatrix((await assessInFull(files)).head, AT)

const REQ = document(['gxp_id: REQ-001', 'title: Stops', 'gxp_risk_rating: HIGH', 'gxp_tier: OQ'])
const SPEC = document(['gxp_id: SPEC-001', 'title: Valve', 'parent_id: REQ-001'])
const TEST =
  '// @gxp-verifies SPEC-001\n// @test-type OQ\nit()\n\n\n// @gxp-verifies SPEC-001\n// @test-type OQ\nit()\n'

it('joins whole files: two blocks that say the same say it once', async () => {
  const files = { '.gxp/requirements/REQ-001.md': REQ, '.gxp/specs/SPEC-001.md': SPEC, 'test/stop.test.ts': TEST }
  const { edges, nodes, coverage, summary, ...about } = await matrixOf({ ...files, 'src/plain.ts': 'stop()\n' })
  expect(about).toEqual({ gxpmd_version: '3.0.0', generated_at: AT })
  const test = 'FILE:test/stop.test.ts'
  expect(edges).toEqual([
    { from: 'SPEC-001', to: 'REQ-001', type: 'derives_from', source_file: '.gxp/specs/SPEC-001.md' },
    { from: test, to: 'SPEC-001', type: 'verifies', source_file: 'test/stop.test.ts' },
  ])
  expect(nodes).toEqual({
    'REQ-001': {
      ...{ phase: 'requirement', risk: 'HIGH', title: 'Stops', tiers: ['OQ'] },
      files: ['.gxp/requirements/REQ-001.md'],
    },
    'SPEC-001': {
      ...{ phase: 'specification', risk: null, title: 'Valve', tiers: [] },
      files: ['.gxp/specs/SPEC-001.md'],
    },
    [test]: { phase: 'test', risk: null, title: null, files: ['test/stop.test.ts'], tiers: [] },
  })
  expect(coverage['REQ-001']).toEqual({
    ...{ risk: 'HIGH', covered: true, linked: true, traced: true, proven: false },
    ...{ tiers: ['OQ'], missing_tiers: [] },
    ...{ test_nodes: [test], reachable_nodes: ['SPEC-001', test], path: [test, 'SPEC-001', 'REQ-001'] },
  })
  expect(summary).toEqual({
    ...{ total_nodes: 3, total_edges: 2, total_requirements: 1, covered_requirements: 1 },
    coverage_by_risk: { HIGH: { total: 1, covered: 1, percent: 100 } },
  })
})

it('has each file that a specification names, and each document without an id that names anything', async () => {
  const { nodes, edges, coverage, summary } = await matrixOf({
    '.gxp/requirements/REQ-001.md': REQ,
    '.gxp/specs/SPEC-001.md': document([
      ...['gxp_id: SPEC-001', 'title: Valve', 'parent_id: REQ-001', 'verification_tier: OQ'],
      ...['source_files: [src/valve.ts]', 'test_files: [test/valve.test.ts, test/gone.test.ts]'],
    ]),
    '.gxp/specs/SPEC_002.md': document(['gxp_id: SPEC_002', 'title: Hose', 'parent_id: REQ-001']),
    'src/valve.ts': 'open()\n',
    'src/plain.ts': 'stop()\n',
    'test/valve.test.ts': 'it()\n',
  })
  const [source, test, hose] = ['FILE:src/valve.ts', 'FILE:test/valve.test.ts', 'FILE:.gxp/specs/SPEC_002.md']
  expect(Object.keys(nodes).sort()).toEqual(['REQ-001', 'SPEC-001', hose, source, test].sort())
  expect(nodes).toMatchObject({
    [source]: { phase: 'code', files: ['src/valve.ts'] },
    [test]: { phase: 'test', files: ['test/valve.test.ts'] },
    [hose]: { phase: 'specification', title: 'Hose', files: ['.gxp/specs/SPEC_002.md'] },
  })
  for (const { from, to } of edges) expect(Object.keys(nodes)).toEqual(expect.arrayContaining([from, to]))
  expect(coverage['REQ-001']).toMatchObject({ covered: true, traced: true, test_nodes: [test] })
  expect(summary).toMatchObject({ total_nodes: 5, total_edges: 4 })
})

it('rounds shares down, and counts requirements without a risk by themselves', async () => {
  const files = Object.fromEntries(
    [1, 2, 3].map((n) => [`.gxp/requirements/REQ-00${n}.md`, document([`gxp_id: REQ-00${n}`, 'title: Stops'])]),
  )
  const spec = document(['gxp_id: SPEC-001', 'title: Valve', 'parent_id: REQ-002'])
  const { summary } = await matrixOf({ ...files, '.gxp/specs/SPEC-001.md': spec, 'test/stop.test.ts': TEST })
  expect(summary).toMatchObject({
    covered_requirements: 1,
    coverage_by_risk: { UNRATED: { total: 3, covered: 1, percent: 33 } },
  })
})

it('lists what leads to a requirement until all of them have been looked at often enough', async () => {
  const id = (n: number) => `REQ-${String(n).padStart(4, '0')}`
  // Each lies under the one before.
  const chain = Array.from({ length: 1_000 }, (_, n) => [
    `.gxp/requirements/${id(n)}.md`,
    document([`gxp_id: ${id(n)}`, 'title: Stops', ...(n > 0 ? [`parent_id: ${id(n - 1)}`] : [])]),
  ])
  const { coverage } = await matrixOf(Object.fromEntries(chain))
  const listed = Object.values(coverage).map(({ reachable_nodes }) => reachable_nodes.length)
  expect(listed[0]).toBe(999)
  expect(listed[1]).toBe(998)
  const all = listed.reduce((sum, each) => sum + each, 0)
  expect(all).toBeGreaterThan(200_000)
  expect(all).toBeLessThan(500_000)
})
