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
    for (const { message } of findings) expect(message).toContain('REQ-A → REQ-B → REQ-C → REQ-A')
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
    const head = { ...chain({ 'REQ-A': ['REQ-C'] }), ...base }
    const { findings } = await assessRecord(goodBut(head), { base: goodBut(base) })
    expect(found({ findings }, rule).map(({ status }) => status)).toEqual(['existing', 'existing'])
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

  const long = (last: string[]) =>
    chain(
      Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`REQ-${n}`, n < 9_999 ? [`REQ-${n + 1}`] : last])),
    )

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
