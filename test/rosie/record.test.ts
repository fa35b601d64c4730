import { DEFAULT_POLICY } from '../../src/rosie/policy.ts'
import { indexRecord } from '../../src/rosie/record.ts'
import { claims, document, EVIDENCE, type Files, GOOD, record, requirement, unsigned } from '../support/record.ts'

const established = {
  ...{ verdicts: new Map(), states: new Map(), policy: DEFAULT_POLICY, keys: 0, now: 0, emptied: [] as never[] },
}
const index = (files: Files) => indexRecord(record(files), established)

describe('A record', () => {
  it('has its documents by their ids, all of one id, and none that has no id', () => {
    const files = {
      ...{ '.gxp/requirements/REQ-A.md': requirement('REQ-A'), '.gxp/requirements/REQ-B.md': requirement('REQ-A') },
      '.gxp/requirements/REQ-C.md': document(['title: C']),
    }
    const { documentsById } = index(files)
    expect([...documentsById].map(([id, documents]) => [id, documents.map(({ path }) => path)])).toEqual([
      ['REQ-A', ['.gxp/requirements/REQ-A.md', '.gxp/requirements/REQ-B.md']],
    ])
  })

  it('knows the ids that only unreadable documents may have, by their names and by their lines', () => {
    const unreadable = (id: string) => `---\ngxp_id: ${id}\ntitle: a: b\n---\n`
    const files = {
      '.gxp/requirements/REQ-A.md': requirement('REQ-A'),
      '.gxp/requirements/REQ-A-2.md': unreadable('REQ-B'),
      '.gxp/requirements/REQ-C-x.md': unreadable('nothing'),
      '.gxp/requirements/REQ-D.md': unreadable('REQ-D'),
      '.gxp/requirements/notes_REQ.md': unreadable('REQ-A'),
    }
    expect([...index(files).unreadableIds].sort()).toEqual(['REQ-A-2', 'REQ-B', 'REQ-C', 'REQ-D'])
  })

  it('has the same runs whenever it is looked at, so that what follows from them is not worked out again', () => {
    const snapshot = record({ ...GOOD, [EVIDENCE]: unsigned({ alg: 'ES256' }, claims()) })
    const [now, then] = [0, 1].map((time) => indexRecord(snapshot, { ...established, now: time }))
    expect(now?.testEvidence).toHaveLength(1)
    expect(now?.testEvidence).toBe(then?.testEvidence)
  })
})
