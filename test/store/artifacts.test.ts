import { classify } from '../../src/rosie/classify.ts'
import type { Reader } from '../../src/rosie/model.ts'
import { read } from '../../src/rosie/parse/index.ts'
import { artifactOf } from '../../src/store/artifacts.ts'
import { document, lines } from '../support/record.ts'

function artifact(path: string, text: string) {
  const { kind, reader } = classify([path]).get(path) ?? {}
  if (!kind || !reader) throw new Error(`${path} is not read`)
  const content = read(reader satisfies Reader, Buffer.from(text), 1024)
  return { content, row: artifactOf({ path, kind, reader, sha: 'a', content }) }
}

describe('The row of an artifact', () => {
  it('of a decision has its number, title and status', () => {
    const text = lines('# Queues', '## Status', 'Accepted')
    const { row, content } = artifact('.gxp/adr/ADR-012-queues.md', text)
    expect(row).toEqual({
      ...{ path: '.gxp/adr/ADR-012-queues.md', kind: 'decision', sha: 'a' },
      ...{ gxpId: 'ADR-012', title: 'Queues', risk: null, status: 'accepted', data: content },
    })
    expect(artifact('.gxp/adr/queues.md', text).row?.gxpId).toBeNull()
  })

  it('of the risk register has its entries, without what they say', () => {
    const { row } = artifact('.gxp/risk_assessment.log', lines('## RISK-001: x', '- Risk Level: HIGH', '- Impact: y'))
    expect(row).toMatchObject({ kind: 'risk_register', gxpId: null, title: null, risk: null, status: null })
    expect(row?.data).toEqual({
      kind: 'risk_register',
      entries: [{ id: 'RISK-001', title: 'x', date: null, risk: 'HIGH', status: null, line: 1 }],
    })
  })

  it('of a record of testing has its specification and result', () => {
    const { row, content } = artifact('.gxp/evidence/ROT-SPEC-001.md', document(['spec_id: SPEC-001', 'result: PASS']))
    expect(row).toMatchObject({ kind: 'testing_record', gxpId: null, title: 'SPEC-001', status: 'PASS', data: content })
  })

  it('of an assessment has the product', () => {
    const { row, content } = artifact('.gxp/vendor_assessments/VA-1.md', document(['product: PostgreSQL']))
    expect(row).toMatchObject({ kind: 'vendor_assessment', gxpId: null, title: 'PostgreSQL', data: content })
  })

  it('is none for source', () => {
    expect(artifact('src/a.ts', '// @gxp-satisfies REQ-001').row).toBeNull()
  })
})
