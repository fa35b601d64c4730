import fc from 'fast-check'
import { assess, type Judging } from '../../src/rosie/assess.ts'
import { remembered, sameList } from '../../src/rosie/memo.ts'
import type { Edge, Snapshot, SnapshotFile } from '../../src/rosie/model.ts'
import { networkOf } from '../../src/rosie/network.ts'
import { DEFAULT_POLICY } from '../../src/rosie/policy.ts'
import {
  EVIDENCE,
  edited,
  type Files,
  GOOD,
  goodBut,
  record,
  requirement,
  SOURCE,
  STORY,
  specification,
  story,
  TEST,
  unsigned,
} from '../support/record.ts'

const NOW = Date.parse('2026-03-05T12:00:00Z')

/** A counted answer: whoever asks twice and gets the same was not answered anew. */
function counting() {
  let asked = 0
  return remembered((of: { name: string }, by: object, more: string) => ({ said: of.name + more, by, asked: ++asked }))
}

describe('What follows from an object', () => {
  const [object, by] = [{ name: 'a' }, {}]

  it('is worked out once for the same givens', () => {
    const ask = counting()
    expect(ask(object, by, 'x')).toBe(ask(object, by, 'x'))
    expect(ask(object, by, 'x')).toMatchObject({ said: 'ax', asked: 1 })
  })

  it.each([
    ['another object, however alike', { name: 'a' }, by, 'x'],
    ['another given', object, by, 'y'],
    ['a given that is only alike', object, {}, 'x'],
  ])('is worked out anew for %s', (_, of, given, more) => {
    const ask = counting()
    ask(object, by, 'x')
    expect(ask(of, given, more)).toEqual({ said: `a${more}`, by: given, asked: 2 })
  })

  it('is remembered for the last givens only', () => {
    const ask = counting()
    for (const more of ['x', 'y', 'x']) ask(object, by, more)
    expect(ask(object, by, 'x').asked).toBe(3)
  })
})

describe('A list', () => {
  const [a, b, c] = [{}, {}, {}]

  it('is the one before where it holds the same objects in the same order', () => {
    const first = sameList([a, b])
    expect(sameList([a, b])).toBe(first)
  })

  it.each([
    ['a longer one', [a, b, c]],
    ['a shorter one', [a]],
    ['another object', [a, c]],
    ['another order', [b, a]],
    ['nothing', []],
  ])('is itself for %s', (_, list) => {
    sameList([a, b])
    expect(sameList(list)).toBe(list)
  })
})

describe('A network', () => {
  const edge = (from: string, to: string): Edge => {
    return { from, to, type: 'satisfies', by: 'satisfies', origin: { path: `${from}.md`, line: 1 } }
  }
  const first = edge('US-001', 'REQ-001')

  it('is the one before where all edges have the ends that they had', () => {
    const before = networkOf([first, edge('US-002', 'REQ-001')])
    expect(networkOf([first, edge('US-002', 'REQ-001')])).toBe(before)
  })

  it.each([0, 1])('is the one before where edge %i is another that joins the same', (changed) => {
    const edges = [edge('US-005', 'REQ-005'), edge('US-006', 'REQ-005')]
    const before = networkOf(edges)
    expect(networkOf(edges.map((each, n) => (n === changed ? { ...each } : each)))).toBe(before)
  })

  it.each([
    ['from another node', edge('US-003', 'REQ-001')],
    ['to another node', edge('US-002', 'REQ-002')],
  ])('is another where an edge leads %s', (_, other) => {
    networkOf([first, edge('US-002', 'REQ-001')])
    expect(networkOf([first, other]).names).toEqual([...new Set(['US-001', 'REQ-001', other.from, other.to])])
  })

  it('is another where an edge is left out', () => {
    const other = edge('US-002', 'REQ-001')
    const before = networkOf([first, other])
    expect(networkOf([first, other], new Set([other])).out.ends).not.toEqual(before.out.ends)
  })
})

/** Of each path, what it may say; null: it is not there. */
const CHOICES: Record<string, (string | Uint8Array | null)[]> = {
  [SOURCE]: [
    GOOD[SOURCE] ?? '',
    null,
    '// @gxp-implements SPEC-009\n// @gxp-satisfies REQ-001\n',
    '// @gxp-risk high\n',
  ],
  [TEST]: [GOOD[TEST] ?? '', null, '// @gxp-verifies SPEC-009\n// @gxp-risk LOW\n', '// @gxp-verifies REQ-001\n'],
  [STORY]: [GOOD[STORY] ?? '', null, edited(STORY, 'REQ-001', 'REQ-0001')[STORY] ?? ''],
  '.gxp/requirements/REQ-002.md': [null, requirement('REQ-002'), requirement('REQ-002', 'validation_status: retired')],
  '.gxp/user_stories/US-002.md': [
    null,
    story('US-002', 'parent_id: REQ-002'),
    story('US-001-001', 'parent_id: US-002'),
  ],
  '.gxp/specs/SPEC-002.md': [
    null,
    specification('SPEC-002', 'parent_id: US-002', `source_files: [${SOURCE}]`, `test_files: [${TEST}]`),
    '---\n{',
  ],
  [EVIDENCE]: [null, unsigned({ alg: 'ES256' }, { spec_id: 'SPEC-002' }), 'nothing'],
  'src/extra/dose.ts': [null, GOOD[SOURCE] ?? '', '// @gxp-implements SPEC-002\n'],
}

describe('Assessing a history of changes', () => {
  const judging: Judging = {
    policy: DEFAULT_POLICY,
    proposed: null,
    verdicts: new Map(),
    states: new Map(),
    keys: 0,
    now: NOW,
    trackedRecord: true,
  }
  const change = fc.record(
    Object.fromEntries(Object.entries(CHOICES).map(([path, choices]) => [path, fc.constantFrom(...choices)])),
  )
  const history = fc.array(fc.tuple(change, fc.constantFrom(judging, { ...judging, keys: 1 })), {
    minLength: 2,
    maxLength: 5,
  })

  it('says of each the same as assessing it alone', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const known = new Map<string, SnapshotFile>()
        let base: Snapshot | null = null
        for (const [files, by] of steps) {
          const head = sharing(goodBut(files as Files & Record<string, string | null>), known)
          const alone = assess(structuredClone(head), structuredClone(base), by)
          expect(assess(head, base, by).assessment).toEqual(alone.assessment)
          base = head
        }
      }),
      { numRuns: 60 },
    )
  })
})

/** As snapshots of one repository share what they have in common. */
function sharing(files: Files, known: Map<string, SnapshotFile>): Snapshot {
  const snapshot = record(files)
  return {
    ...snapshot,
    files: snapshot.files.map((file) => {
      const key = `${file.path} ${file.sha}`
      const same = known.get(key) ?? file
      known.set(key, same)
      return same
    }),
  }
}
