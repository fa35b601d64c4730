import fc from 'fast-check'
import { closest, decisionInFileName, editDistance, idInFileName, kindOfId, looksLike } from '../../src/rosie/ids.ts'
import { compareVersions, isVersion } from '../../src/rosie/rules/semver.ts'

describe('An id', () => {
  it.each([
    ['REQ-001', 'requirement'],
    ['US-001-001', 'user_story'],
    ['SPEC-INF-001', 'specification'],
    ['SPEC-006-001-001-005', 'specification'],
    ['SPEC-001-003-INT-001', 'specification'],
    ['REQ-A', 'requirement'],
  ])('%s names a %s', (id, kind) => {
    expect(kindOfId(id)).toBe(kind)
  })

  it.each([
    '',
    'REQ',
    'REQ-',
    'REQ-001-',
    'REQ--001',
    'req-001',
    'REQ_001',
    'REQ-00a',
    'XREQ-001',
    'REQ-001 ',
    'RISK-1',
    'EV-SPEC-001',
  ])('is not %j', (text) => {
    expect(kindOfId(text)).toBeNull()
  })

  it.each([
    ['.gxp/specs/SPEC-006-001-scan.md', 'SPEC-006-001'],
    ['.gxp/requirements/REQ-001.md', 'REQ-001'],
    ['.gxp/requirements/REQ-001_login.md', 'REQ-001'],
    ['.gxp/requirements/REQ-001-Login.md', 'REQ-001'],
    ['.gxp/requirements/login.md', null],
    ['.gxp/REQ-002/notes.md', null],
  ])('is read from the file name of %s: %s', (path, id) => {
    expect(idInFileName(path)).toBe(id)
  })
})

it.each([
  ['.gxp/adr/ADR-012-queues.md', 'ADR-012'],
  ['.gxp/adr/ADR-0012.md', 'ADR-0012'],
  ['.gxp/adr/ADR-1234567-x.md', null],
  ['.gxp/adr/adr-012-x.md', null],
  ['.gxp/ADR-012-old/queues.md', null],
])('The decision in %s is %s', (path, id) => {
  expect(decisionInFileName(path)).toBe(id)
})

describe('The closest id', () => {
  const ids = ['REQ-001', 'REQ-002', 'US-001-001', 'SPEC-001-001', 'SPEC-INF-001']

  it.each([
    ['REQ-01', 'REQ-001'],
    ['REQ-0O1', 'REQ-001'],
    ['SPEC-001-010', 'SPEC-001-001'],
    ['SPEC-IFN-001', 'SPEC-INF-001'],
    ['US-001-0011', 'US-001-001'],
  ])('to %s is %s', (word, id) => {
    expect(closest(word, ids)).toBe(id)
  })

  it.each(['REQ-987', 'EPIC-1', 'SPEC-999-999', '', 'N/A', 'TBD'])('to %j is none', (word) => {
    expect(closest(word, ids)).toBeNull()
  })

  it.each([
    ['req-001', 'REQ-001'],
    ['Spec_Inf_001', 'SPEC-INF-001'],
    ['SPEC-001-OO1', 'SPEC-001-001'],
    ['US-OOI-0l1', 'US-001-011'],
  ])('to %s is what looks the same, %s, before what is nearer in edits', (word, id) => {
    const near = [word.slice(1), `${word}0`, word.replace(/.$/, '7')]
    expect(closest(word, [...near, ...ids, 'US-001-011'])).toBe(id)
  })

  it('does not look the same where a letter is more, or another', () => {
    expect(looksLike('REQ-001', 'REQ-0010')).toBe(false)
    expect(looksLike('REQ-001', 'REQ-002')).toBe(false)
    expect(looksLike('REQ-00S', 'REQ-005')).toBe(false)
    expect(looksLike('REQ-ß', 'REQ-SS')).toBe(false)
  })

  it('is never the word itself, and the first among equals', () => {
    expect(closest('REQ-001', ids)).toBe('REQ-002')
    expect(closest('REQ-003', ids)).toBe('REQ-001')
    expect(closest('REQ-003', [...ids].reverse())).toBe('REQ-002')
  })
})

describe('The edit distance', () => {
  const word = fc.stringMatching(/^[AB1-]{0,8}$/)

  it('is nought for equal words only, and the same both ways', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b, 20) === 0).toBe(a === b)
        expect(editDistance(a, b, 20)).toBe(editDistance(b, a, 20))
      }),
    )
  })

  it('is limit + 1 beyond the limit, and the same below it', () => {
    fc.assert(
      fc.property(word, word, fc.nat(4), (a, b, limit) => {
        expect(editDistance(a, b, limit)).toBe(Math.min(editDistance(a, b, 20), limit + 1))
      }),
    )
  })

  it.each([
    ['kitten', 'sitting', 3],
    ['ab', 'ba', 1],
    ['', 'abc', 3],
    ['abc', '', 3],
    ['xab', 'yba', 2],
    ['abx', 'bay', 2],
    ['abcd', 'bdca', 3],
  ])('from %s to %s is %d', (a, b, distance) => {
    expect(editDistance(a, b, 9)).toBe(distance)
  })
})

describe('A version of SemVer 2.0.0', () => {
  it.each([
    '0.0.0',
    '1.4.0',
    '10.20.30',
    '1.0.0-alpha.1',
    '1.0.0-0A.is.legal',
    '1.0.0+build.001',
    '1.0.0-rc.1+sha.5114f85',
  ])('is %s', (text) => {
    expect(isVersion(text)).toBe(true)
  })

  it.each([
    '',
    '1',
    '1.0',
    '01.0.0',
    '1.0.0.0',
    'v1.0.0',
    '1.0.0-',
    '1.0.0-01',
    '1.0.0-a..b',
    '1.0.0+',
    ' 1.0.0',
    '1.0.0\n',
    '٣.0.0',
  ])('is not %j', (text) => {
    expect(isVersion(text)).toBe(false)
  })

  it('is no longer than anyone writes', () => {
    expect([250, 251].map((length) => isVersion(`1.0.0-${'a'.repeat(length)}`))).toEqual([true, false])
  })

  it('comes in the order of section 11', () => {
    const order = [
      ...[
        '0.9.9',
        '1.0.0-10',
        '1.0.0--',
        '1.0.0-a',
        '1.0.0-alpha',
        '1.0.0-alpha.1',
        '1.0.0-alpha.beta',
        '1.0.0-beta',
        '1.0.0-beta.2',
        '1.0.0-beta.11',
      ],
      ...['1.0.0-rc.1', '1.0.0', '1.0.1', '1.2.0', '1.10.0', '2.0.0', '9007199254740993.0.0', '9007199254740994.0.0'],
    ]
    for (const [i, a] of order.entries())
      for (const [j, b] of order.entries()) expect(Math.sign(compareVersions(a, b))).toBe(Math.sign(i - j))
  })

  it('is equal to another that differs in build metadata only', () => {
    expect(compareVersions('1.0.0+a', '1.0.0+b')).toBe(0)
  })
})
