import fc from 'fast-check'
import { annotations } from '../../src/report/report.ts'
import { checkPage } from '../../src/report/summary.ts'
import type { Report } from '../../src/scan/ports/publisher.ts'
import { assessment, finding, hostile, hostileFinding, outsideCode, report } from './sample.ts'

const title = (of: Report) => checkPage(of).title
const summary = (of: Report) => checkPage(of).summary

const many = (n: number, change: Parameters<typeof finding>[0] = {}) =>
  Array.from({ length: n }, (_, index) => finding({ line: index + 1, ...change }))

describe("the check run's title", () => {
  it('counts the findings, most serious first', () => {
    const findings = [...many(2), finding({ severity: 'warning' })]
    expect(title(report(assessment(findings)))).toBe('2 errors, 1 warning in 8 requirements')
  })

  it('says what was traced when there is nothing to find', () => {
    expect(title(report(assessment()))).toBe('No findings: 8 requirements, 5 traced')
  })

  it('says that there is no record', () => {
    expect(title(report(assessment([], { conclusion: 'neutral' })))).toBe('No GxP record')
  })

  it('names the base against which the commit fails', () => {
    const bases = [
      { baseRef: 'main', conclusion: 'success', counts: { error: 0, warning: 0, notice: 0 } },
      { baseRef: 'release/1@x', conclusion: 'failure', counts: { error: 1, warning: 0, notice: 0 } },
    ] as const
    expect(title(report(assessment(), { bases }))).toBe(
      'No findings: 8 requirements, 5 traced; failure against release/1@\u2060x',
    )
  })
})

it('carries the newest checkpoint of the audit trail, as text that can be copied', () => {
  const jws = `eyJhbGciOiJFZERTQSJ9.${'abc_-'.repeat(30)}.${'d'.repeat(86)}`
  const checkpoint = { position: 1234, hash: 'c'.repeat(64), jws, at: new Date() }
  const line = `<sub>Audit checkpoint: position 1234, sha256 \`${'c'.repeat(64)}\`, \`${jws}\`</sub>`
  expect(summary(report(assessment(), { checkpoint }))).toContain(line)
  expect(summary(report(assessment([], { conclusion: 'neutral' }), { checkpoint }))).toContain(line)
  expect(summary(report(assessment()))).not.toContain('checkpoint')
})

describe("the check run's summary", () => {
  const findings = [
    finding(),
    finding({
      rule: 'trace/uncovered-requirement',
      gxpId: 'REQ-002',
      message: 'REQ-002 has no test.',
      status: 'existing',
    }),
    finding({ severity: 'warning', path: null, line: null, gxpId: null, rule: 'context/missing', message: 'None.' }),
  ]
  const page = summary(report(assessment(findings, { fixed: [finding({ severity: 'notice' })] })))

  it('begins with the conclusion and what the change did against the named base', () => {
    expect(page).toMatch(/^\*\*This check fails: 2 errors, 1 warning\.\*\*\n/)
    expect(page).toContain(
      'Against the base `0f1e2d3`: introduced: 1 error, 1 warning; existing: 1 error; fixed: 1 notice.',
    )
  })

  it('shows coverage by risk, and its gaps', () => {
    expect(page).toContain('| HIGH | 6 | 6 (100 %) | 4 (66 %) | 4 (66 %) |')
    expect(page).toContain('| no rating | 2 | 1 (50 %) | 1 (50 %) | 0 (0 %) |')
    expect(page).toContain('| all | 8 | 7 (87 %) | 5 (62 %) | 4 (50 %) |')
    expect(page).toContain('3 of 8 requirements have no traced test: `REQ-002`.')
  })

  it('shows artifacts and evidence', () => {
    expect(page).toContain('| Specifications | 17 |')
    expect(page).toContain('| Single files | 58 | 55 | 1 | 2 |')
    expect(page).toContain('| Packages | 4 | 4 | 0 | 0 |')
  })

  it('lists findings by rule with their places, the new ones marked', () => {
    expect(page).toContain(
      '**`trace/broken-reference`**: 1 error\n\n- **new** `.gxp/specs/SPEC-001.md:4` SPEC-001 refers to US-009, which nothing defines.',
    )
    expect(page).toContain('- `.gxp/specs/SPEC-001.md:4` REQ-002 has no test.')
    expect(page).toContain('- **new** `repository` None.')
  })

  it('says which findings have no annotation', () => {
    expect(page).toContain('2 of 3 findings are annotated, and 1 more: 1 × `context/missing`.')
  })

  it('says so of a single finding too', () => {
    const nowhere = finding({ path: null, line: null, rule: 'context/missing' })
    expect(summary(report(assessment([nowhere])))).toContain('0 of 1 finding is annotated, and 1 more: ')
  })

  it('says what proves a requirement', () => {
    expect(page).toContain(
      'Proven: traced by the newest evidence, which is valid, passes, and was made for the current state of the source, as replaying it showed.',
    )
  })

  it('shows coverage and tiers against the risk matrix, and where that comes from', () => {
    expect(page).toContain(
      "Against the risk matrix (the standard's defaults), by the level that the gate of each risk uses:",
    )
    expect(page).toContain('| HIGH | proven | 66 % | 95 % | 0 (0 %) | 5 (83 %) | – |')
    expect(page).not.toContain('| no rating | traced |')
    const unrated = summary(report(assessment([], { coverage: assessment().coverage.slice(1) })))
    expect(unrated).not.toContain('risk matrix')
  })

  it('shows the score with what went into it, where there is one', () => {
    expect(page).toContain('Score: 71 of 100. It measures what the record shows')
    expect(page).toContain('| Requirements traced | 40 | 1,234 | 1,700 |')
    const none = summary(report(assessment([], { score: { value: null, parts: [] } })))
    expect(none).not.toMatch(/score/i)
  })

  it('ends with the facts of the scan', () => {
    expect(page).toMatch(
      /Scan `6b0c1d6e-0000-4000-8000-000000000001`: 300 files, 1 fetched, 3 GitHub requests\.<\/sub>$/,
    )
  })

  it('says that there is no base, and why', () => {
    const alone = summary(report(assessment(findings, { base: null }), { notes: ['No common history: rules rested.'] }))
    expect(alone).toContain('There is no base to compare with: every finding counts as introduced.')
    expect(alone).toContain('> No common history: rules rested.')
    expect(alone).not.toContain('**new**')
  })

  it('names each base of a commit with its conclusion', () => {
    const counts = { error: 0, warning: 1, notice: 0 }
    const bases = ['main', 'a|b'].map((baseRef) => ({ baseRef, conclusion: 'success' as const, counts }))
    expect(summary(report(assessment(), { bases }))).toContain(
      '| `main` | success | 0 | 1 | 0 |\n| <code>a\\|b</code> | success | 0 | 1 | 0 |',
    )
    expect(summary(report(assessment(), { bases: bases.slice(1) }))).not.toContain('| Base |')
  })

  it('says of a repository without a record only that', () => {
    const none = summary(report(assessment([], { conclusion: 'neutral' })))
    expect(none).toContain('There is no GxP record here')
    expect(none).not.toContain('|')
  })

  it('counts what it does not list', () => {
    const page = summary(report(assessment([...many(120), ...many(70, { rule: 'a/a' }), ...many(3, { rule: 'b/b' })])))
    expect(page.match(/^- \*\*new\*\*/gm)).toHaveLength(43)
    expect(page).toContain('- and 100 more\n')
    expect(page).toContain('- and 50 more\n')
    const wide = Array.from({ length: 7 }, (_, rule) => many(20, { rule: `rule/${rule}` })).flat()
    expect(summary(report(assessment(wide)))).toContain('And 40 more: 20 × `rule/5`, 20 × `rule/6`.')
  })

  it("holds GitHub's limit in bytes and says that something is missing", () => {
    const wordy = Array.from({ length: 7 }, (_, rule) =>
      many(20, { rule: `rule/${rule}`, message: '&'.repeat(500) }),
    ).flat()
    const page = summary(report(assessment(wordy)))
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(65_535)
    expect(page).toMatch(/The rest was left out: it is longer than GitHub shows\.$/)
  })

  it('never judges what people sign for', () => {
    for (const conclusion of ['success', 'failure', 'neutral'] as const) {
      const whole = report(assessment(conclusion === 'failure' ? findings : [], { conclusion }))
      expect(`${title(whole)} ${summary(whole)}`).not.toMatch(/compliant|validated/i)
    }
  })

  it('lets no text of the repository out of its place', () => {
    const base = fc.record({
      baseRef: hostile,
      conclusion: fc.constantFrom('success' as const, 'failure' as const),
      counts: fc.constant({ error: 1, warning: 0, notice: 0 }),
    })
    const hostileReport = fc
      .tuple(
        fc.array(hostileFinding, { maxLength: 6 }),
        fc.array(hostile, { maxLength: 2 }),
        fc.array(base, { maxLength: 3 }),
      )
      .map(([findings, notes, bases]) => report(assessment(findings), { notes, bases }))
    fc.assert(
      fc.property(hostileReport, (hostileOne) => {
        const page = summary(hostileOne)
        const outside = outsideCode(page.replaceAll(/<\/?sub>/g, ''))
        expect(outside).not.toMatch(/@[\p{L}\p{N}_-]|#\d|<|:\/\//u)
        expect(page).not.toMatch(/[\u202a-\u202e\u2066-\u2069]|(?!\n)\p{Cc}/u)
      }),
      { numRuns: 200 },
    )
  })
})

describe('annotations', () => {
  it('are the findings that stand on a line, the most serious first, then the new ones', () => {
    const warning = finding({ severity: 'warning' })
    const old = finding({ status: 'existing' })
    const fresh = finding({ line: 9 })
    const nowhere = finding({ line: null })
    expect(annotations([warning, old, nowhere, fresh])).toEqual({ shown: [fresh, old, warning], left: [nowhere] })
  })

  it('are 1,000 at most; the others are counted', () => {
    const all = report(assessment([...many(213, { severity: 'notice', rule: 'n/n' }), ...many(1000)]))
    const { annotations: shown, summary: page } = checkPage(all)
    expect(shown).toHaveLength(1000)
    expect(new Set(shown.map(({ severity }) => severity))).toEqual(new Set(['error']))
    expect(page).toContain('1,000 of 1,213 findings are annotated, and 213 more: 213 × `n/n`.')
  })
})

describe('a commit with several bases', () => {
  const counts = { error: 1, warning: 0, notice: 0 }
  const bases = [
    { baseRef: 'main', conclusion: 'success', counts: { error: 0, warning: 0, notice: 0 } },
    { baseRef: 'old', conclusion: 'failure', counts },
  ]

  it('ends with the worst of them, and says against which', () => {
    const { conclusion, summary: page } = checkPage(report(assessment(), { bases }))
    expect(conclusion).toBe('failure')
    expect(page).toMatch(/^Against `old` this commit ends with failure, and so does this check\. \*\*No findings\./)
    expect(checkPage(report(assessment(), { bases: bases.slice(0, 1) })).conclusion).toBe('success')
  })

  it('fails by itself though other bases are content', () => {
    expect(checkPage(report(assessment([finding()]), { bases: bases.slice(0, 1) })).conclusion).toBe('failure')
  })

  it('lists and annotates what only other bases find, once', () => {
    const own = finding()
    const theirs = finding({ rule: 'evidence/removed', fingerprint: '9'.repeat(32), message: 'Gone.' })
    const page = checkPage(report(assessment([own]), { bases, otherFindings: [own, theirs, theirs] }))
    expect(page.annotations).toEqual([own, theirs])
    expect(page.summary).toContain(
      '### Findings against other bases only\n\n**`evidence/removed`**: 1 error\n\n- `.gxp',
    )
    expect(page.summary.match(/Gone\./g)).toHaveLength(1)
  })
})
