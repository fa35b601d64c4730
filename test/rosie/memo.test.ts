import fc from 'fast-check'
import { assess, type Judging } from '../../src/rosie/assess.ts'
import { remembered, rememberedOfEach, sameList } from '../../src/rosie/memo.ts'
import type { Snapshot, SnapshotFile } from '../../src/rosie/model.ts'
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

  const alike = (one: { of: string }, other: { of: string }) => one.of === other.of
  it.each([0, 1, 2])('is the one before where entry %i is another that is alike', (changed) => {
    const list = [{ of: 'x' }, { of: 'y' }, { of: 'z' }]
    const before = sameList(list, alike)
    expect(
      sameList(
        list.map((each, n) => (n === changed ? { ...each } : each)),
        alike,
      ),
    ).toBe(before)
    const other = list.map((each, n) => (n === changed ? { of: 'w' } : each))
    expect(sameList(other, alike)).toBe(other)
  })

  it('is one of a single entry, too', () => {
    const [only] = [{}]
    const first = sameList([only])
    expect(sameList([only])).toBe(first)
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

describe('What follows from each entry of a list', () => {
  interface Entry {
    path: string
  }
  const [a, b, c, d]: [Entry, Entry, Entry, Entry] = [{ path: 'a' }, { path: 'b' }, { path: 'c' }, { path: 'd' }]

  function counting() {
    const asked: string[] = []
    const ask = rememberedOfEach(({ path }: Entry, more: string) => {
      asked.push(path)
      return path + more
    })
    /** The answers, and what was worked out anew for them. */
    const given = (list: readonly Entry[], more = '!') => {
      asked.length = 0
      return { answers: ask(list, more), asked: [...asked] }
    }
    return given
  }

  it('is answered in the order of the list', () => {
    expect(counting()([a, b, c])).toEqual({ answers: ['a!', 'b!', 'c!'], asked: ['a', 'b', 'c'] })
  })

  it('is the same answer for the same list', () => {
    const [given, list] = [counting(), [a, b]]
    const { answers } = given(list)
    expect(given(list)).toEqual({ answers, asked: [] })
    expect(given(list).answers).toBe(answers)
  })

  const changed = { path: 'b' }
  it.each<[string, Entry[], Entry[], string[]]>([
    ['one is another', [a, b, c], [a, changed, c], ['b']],
    ['the first is another', [a, b, c], [{ path: 'a' }, b, c], ['a']],
    ['the last is another', [a, b, c], [a, b, { path: 'c' }], ['c']],
    ['one came', [a, c], [a, b, c], ['b']],
    ['one came first', [b, c], [a, b, c], ['a']],
    ['one came last', [a, b], [a, b, c], ['c']],
    ['one is gone', [a, b, c], [a, c], []],
    ['the first is gone', [a, b, c], [b, c], []],
    ['the last is gone', [a, b, c], [a, b], []],
    ['several are gone and others came', [a, c], [a, b, d], ['b', 'd']],
    ['none is the same but the last', [a, b, d], [{ path: 'a' }, changed, d], ['a', 'b']],
    ['the list was empty', [], [a], ['a']],
  ])('is worked out for what is new where %s', (_, before, after, asked) => {
    const given = counting()
    given(before)
    expect(given(after)).toEqual({ answers: after.map(({ path }) => `${path}!`), asked })
  })

  it('is worked out anew where the order is not that of the paths', () => {
    const given = counting()
    given([a, b, c])
    expect(given([c, b, a])).toEqual({ answers: ['c!', 'b!', 'a!'], asked: ['b', 'a'] })
  })

  it('is worked out anew with another given, and remembered for the last one only', () => {
    const given = counting()
    given([a, b])
    expect(given([a, b], '?')).toEqual({ answers: ['a?', 'b?'], asked: ['a', 'b'] })
    expect(given([a, b], '!').asked).toEqual(['a', 'b'])
  })

  it('is nothing for no entries', () => {
    expect(counting()([])).toEqual({ answers: [], asked: [] })
  })

  it('may know an entry again by an object in it', () => {
    const asked: string[] = []
    const ask = rememberedOfEach(
      ({ path, of }: { path: string; of: object | null }) => asked.push(path) && (of === null ? path : of),
      { keyOf: ({ of }) => of, isSame: (one, other) => one.of === other.of && one.path === other.path },
    )
    const [x, y] = [{}, {}]
    const made = () => [
      { path: 'a', of: null },
      { path: 'b', of: x },
      { path: 'c', of: y },
      { path: 'd', of: null },
    ]
    expect(ask(made())).toEqual(['a', x, y, 'd'])
    expect(ask(made())).toEqual(['a', x, y, 'd'])
    expect(asked).toEqual(['a', 'b', 'c', 'd'])
    expect(ask([{ path: 'a', of: null }])).toEqual(['a'])
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
