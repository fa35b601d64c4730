import { comment } from '../../src/report/comment.ts'
import { ignoredLine, ignoredSection, previewSection, restingLine } from '../../src/report/policy.ts'
import { checkPage } from '../../src/report/summary.ts'
import { terminal } from '../../src/report/terminal.ts'
import type { IgnoredFinding, PolicyPreview } from '../../src/rosie/assessment.ts'
import type { AppliedPolicy } from '../../src/rosie/policy.ts'
import { assessment, finding, report } from './sample.ts'

const ignored = (reason: string, expires: string, line = 4): IgnoredFinding => ({
  finding: finding({ line, message: `Fault ${line}.`, gxpId: null }),
  reason,
  expires,
})
const PREVIEW: PolicyPreview = {
  conclusion: 'success',
  findings: { error: 0, warning: 1, notice: 2 },
  before: { conclusion: 'failure', findings: { error: 3, warning: 4, notice: 5 } },
  changes: ['`fail_on` becomes `never` (was `error`).', 'HIGH demands OQ.'],
}

describe('What the policy turns off', () => {
  const policy: AppliedPolicy = {
    ...{ failOn: 'error', introducedOnly: false },
    severities: { 'evidence/failed': 'off', 'trace/orphan': 'notice', 'risk/@all': 'off' },
  }
  const lax = assessment([], { policy })

  it('is named in the check, the comment and the terminal', () => {
    expect(checkPage(report(lax)).summary).toContain('nothing was looked at by: `evidence/failed`, `risk/@all`.')
    expect(comment(report(lax), 'https://example.org')).toContain('looked at by: `evidence/failed`, `risk/@all`.')
    expect(terminal(lax, { colour: false, notes: [] })).toContain('looked at by: evidence/failed, risk/@all.')
  })

  it('takes no room where it is nothing', () => {
    const none = assessment([], { policy: { ...policy, severities: { 'trace/orphan': 'notice' } } })
    expect(checkPage(report(none)).summary).not.toContain('turns off')
  })

  it('is counted beyond twenty rules', () => {
    const severities = Object.fromEntries(Array.from({ length: 23 }, (_, n) => [`a/rule-${n}`, 'off' as const]))
    expect(restingLine({ ...policy, severities }, (rule) => rule)).toMatch(/ and 3 more\.$/)
  })
})

describe('What the policy ignores', () => {
  const some = [ignored('Is *replaced*', '2026-06-30'), ignored('Nobody runs it', '2026-03-31', 7)]

  it('is listed by reason and last day in the check, and counted in the comment', () => {
    const { summary, annotations } = checkPage(report(assessment([], { ignored: some })))
    expect(summary).toContain('### Ignored by the policy: 2 findings')
    expect(summary).toContain(
      'Until `2026-06-30`: Is \\*replaced\\*\n\n- `trace/broken-reference` `.gxp/specs/SPEC-001.md:4` Fault 4.',
    )
    expect(summary).toContain(
      'Until `2026-03-31`: Nobody runs it\n\n- `trace/broken-reference` `.gxp/specs/SPEC-001.md:7` Fault 7.',
    )
    expect(annotations).toEqual([])
    expect(comment(report(assessment([], { ignored: some })), 'https://example.org')).toContain(
      '2 findings are ignored by the policy; the first of these ignores ends on 2026-03-31.',
    )
  })

  it('is never told as if there were no findings', () => {
    const { summary } = checkPage(report(assessment([], { ignored: some })))
    expect(summary).toContain('No finding counts: the policy ignores 2.')
    expect(summary).not.toContain('No findings.')
  })

  it('is listed in the terminal, one a line', () => {
    const out = terminal(assessment([], { ignored: some }), { colour: false, notes: [] })
    expect(out).toContain(
      '.gxp/specs/SPEC-001.md:7  Fault 7.  trace/broken-reference, until 2026-03-31: Nobody runs it',
    )
  })

  it('is counted beyond what a person reads: ten of one reason, fifty in all', () => {
    const many = (reasons: number, each: number) =>
      Array.from({ length: reasons * each }, (_, n) => ignored(`Reason ${Math.floor(n / each)}`, '2026-06-30', n + 1))
    expect(ignoredSection(many(1, 12))).toMatch(/Fault 10\.\n- and 2 more$/)
    const section = ignoredSection(many(6, 10)) ?? ''
    expect(section.match(/Fault/g)).toHaveLength(50)
    expect(section).toMatch(/Reason 5\n\n- and 10 more$/)
  })

  it('is said of one finding as of one', () => {
    expect(ignoredLine(some.slice(0, 1))).toBe(
      '1 finding is ignored by the policy; the first of these ignores ends on 2026-06-30.',
    )
  })

  it('takes no room where it is nothing', () => {
    expect([ignoredSection([]), ignoredLine([])]).toEqual([null, null])
  })
})

describe('An edited policy', () => {
  it('is shown beside the one in force, in the check, the comment and the terminal', () => {
    const of = assessment([], { preview: PREVIEW })
    const { summary } = checkPage(report(of))
    expect(summary).toContain('### What the edited policy would change')
    for (const text of [summary, comment(report(of), 'https://example.org')]) {
      expect(text).toContain('| in force | failure | 3 | 4 | 5 |\n| edited | success | 0 | 1 | 2 |')
      expect(text).toContain('- HIGH demands OQ.')
    }
    expect(terminal(of, { colour: false, notes: [] })).toMatch(/edited +success +0 +1 +2\n {2}`fail_on` becomes/)
  })

  it('is told with thirty changes at most', () => {
    const changes = Array.from({ length: 33 }, (_, n) => `Change ${n}.`)
    expect(previewSection({ ...PREVIEW, changes })).toMatch(/- Change 29\.\n- And 3 more\.$/)
  })

  it('takes no room where there is none', () => {
    expect(previewSection(null)).toBeNull()
  })
})

it('A fault in the policy of a repository without a record is listed, though the check is neutral', () => {
  const fault = finding({ rule: 'policy/invalid', path: '.github/rosie.yml', gxpId: null })
  const { conclusion, summary } = checkPage(report(assessment([fault], { conclusion: 'neutral', base: null })))
  expect(conclusion).toBe('neutral')
  expect(summary).toContain('**`policy/invalid`**: 1 error')
})
