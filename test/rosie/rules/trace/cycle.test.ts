import { assessRecord, found, goodBut, requirement } from '../../../support/record.ts'

type Changes = Parameters<typeof goodBut>[0]
const all = async (changes: Changes) => found(await assessRecord(goodBut(changes)))
const of = async (rule: string, changes: Changes) => found(await assessRecord(goodBut(changes)), rule)

describe('trace/cycle', () => {
  const rule = 'trace/cycle'
  const chain = (links: Record<string, string[]>) =>
    Object.fromEntries(
      Object.entries(links).map(([id, to]) => [
        `.gxp/requirements/${id}.md`,
        requirement(id, `satisfies: [${to.join(', ')}]`),
      ]),
    )
  const cyclesOf = async (links: Record<string, string[]>) => {
    const findings = await of(rule, chain(links))
    return [...new Set(findings.map(({ message }) => message))]
      .map((path) => findings.filter(({ message }) => message === path))
      .map((members) => members.map(({ gxpId }) => gxpId).join(' '))
      .sort()
  }

  it('finds a circle on each of its members, at the reference, with the whole path', async () => {
    const findings = await of(rule, chain({ 'REQ-A': ['REQ-B'], 'REQ-B': ['REQ-C'], 'REQ-C': ['REQ-A'] }))
    expect(findings).toMatchObject(
      ['A', 'B', 'C'].map((name) => ({
        severity: 'error',
        gxpId: `REQ-${name}`,
        path: `.gxp/requirements/REQ-${name}.md`,
        line: 4,
        column: 13,
      })),
    )
    for (const { message } of findings)
      expect(message).toBe('These refer to each other in a circle: REQ-A → REQ-B → REQ-C → REQ-A. One of them must go.')
  })

  it('finds a document that refers to itself', async () => {
    const findings = await all(chain({ 'REQ-A': ['REQ-A', 'REQ-001'] }))
    expect(findings.filter(({ rule }) => rule.startsWith('trace/'))).toMatchObject([
      { rule, message: expect.stringContaining('REQ-A → REQ-A') },
      { rule: 'trace/uncovered-requirement' },
    ])
  })

  it('finds two circles that share a node as two', async () => {
    expect(await cyclesOf({ 'REQ-A': ['REQ-B', 'REQ-C'], 'REQ-B': ['REQ-A'], 'REQ-C': ['REQ-A'] })).toEqual([
      'REQ-A REQ-B',
      'REQ-A REQ-C',
    ])
  })

  it('finds a long circle beside the short one through the same node', async () => {
    expect(await cyclesOf({ 'REQ-A': ['REQ-B', 'REQ-C'], 'REQ-B': ['REQ-C'], 'REQ-C': ['REQ-A'] })).toEqual([
      'REQ-A REQ-B REQ-C',
      'REQ-A REQ-C',
    ])
  })

  it('finds of thousands of circles through one node two hundred, in time, and says that there are more', async () => {
    const names = Array.from({ length: 3_000 }, (_, n) => `REQ-${n}`)
    const hub = { 'REQ-HUB': names, ...Object.fromEntries(names.map((name) => [name, ['REQ-HUB']])) }
    const began = performance.now()
    const findings = await of(rule, chain(hub))
    expect(findings).toHaveLength(2 * 200 + 1)
    expect(findings.filter(({ message }) => message.includes('more circles'))).toMatchObject([{ severity: 'error' }])
    expect((performance.now() - began) / 1000).toBeLessThan(30)
  })

  it('follows a circle from scan to scan, wherever it is entered', async () => {
    const base = chain({ 'REQ-B': ['REQ-C'], 'REQ-C': ['REQ-B'] })
    const head = { ...chain({ 'REQ-A': ['REQ-A', 'REQ-C'] }), ...base }
    const { findings } = await assessRecord(goodBut(head), { base: goodBut(base) })
    expect(found({ findings }, rule).map(({ gxpId, status }) => [gxpId, status])).toEqual([
      ['REQ-A', 'introduced'],
      ['REQ-B', 'existing'],
      ['REQ-C', 'existing'],
    ])
  })

  it('tells of two hundred circles, and once that there are more, wherever the next one is', async () => {
    const circles = (number: number, first: number) =>
      chain(Object.fromEntries(Array.from({ length: number }, (_, n) => [`REQ-${first + n}`, [`REQ-${first + n}`]])))
    const { findings } = await assessRecord(goodBut(circles(202, 100)), { base: goodBut(circles(201, 101)) })
    const told = found({ findings }, rule)
    expect(told).toHaveLength(201)
    expect(told.filter(({ gxpId }) => gxpId === null)).toMatchObject([
      {
        severity: 'error',
        path: '.gxp/requirements/REQ-300.md',
        line: 4,
        message: 'There are more circles than the 200 that are told, the next one from here.',
        status: 'existing',
      },
    ])
  })

  it('finds nothing where two ways lead to one place', async () => {
    expect(
      await cyclesOf({ 'REQ-A': ['REQ-B', 'REQ-C'], 'REQ-B': ['REQ-D'], 'REQ-C': ['REQ-D'], 'REQ-D': [] }),
    ).toEqual([])
  })

  it('finds nothing in a block that derives from what it implements', async () => {
    const code = '// @gxp-implements SPEC-INF-001\n// @gxp-derives-from SPEC-INF-001\n'
    expect(await of(rule, { 'src/a.ts': code })).toEqual([])
  })

  const chainOf = (length: number, last: string[]) =>
    chain(
      Object.fromEntries(
        Array.from({ length }, (_, n) => [`REQ-${n}`, n < length - 1 ? [`REQ-${n + 1}`] : last] as const),
      ),
    )
  const long = (last: string[]) => chainOf(10_000, last)

  it.each([
    [51, 'REQ-50 → REQ-0'],
    [52, '(2 more) → REQ-0'],
  ])('shows of a circle of %i what can be read: the first 50, %s', async (length, end) => {
    const first = Array.from({ length: 50 }, (_, n) => `REQ-${n} → `).join('')
    const findings = await of(rule, chainOf(length, ['REQ-0']))
    expect(findings).toHaveLength(length)
    for (const { message } of findings) expect(message).toContain(`in a circle: ${first}${end}. One`)
  })

  it('goes through a chain of 10,000 without a circle', async () => {
    expect(await of(rule, long([]))).toEqual([])
  })

  it('shows of a circle of 10,000 its ends: each member repeats the path', async () => {
    const findings = await of(rule, long(['REQ-0']))
    expect(findings).toHaveLength(10_000)
    expect(findings[0]?.message).toContain('more)')
    expect(findings[0]?.message.length).toBeLessThan(2_000)
    expect(new Set(findings.map(({ fingerprint }) => fingerprint)).size).toBe(10_000)
  })
})
