import { jsonReport } from '../../src/report/json.ts'
import { terminal } from '../../src/report/terminal.ts'
import { assessment, finding } from './sample.ts'

const findings = [
  finding({ path: 'src/b.ts', line: 112 }),
  finding({
    path: 'src/b.ts',
    line: 7,
    severity: 'warning',
    gxpId: null,
    rule: 'annotation/mixed-risk',
    message: 'Two levels.',
  }),
  finding({ path: null, line: null, severity: 'notice', gxpId: null, rule: 'context/missing', message: 'None.' }),
  finding({ path: 'a.md', status: 'existing' }),
]

describe('what the command line prints for people', () => {
  const page = terminal(assessment(findings, { fixed: [finding()] }), { colour: false, notes: ['No keys.'] })

  it('groups findings by file, in the order of lines, what has no file first', () => {
    expect(page.split('\n').slice(0, 10)).toEqual([
      'Repository',
      '    notice   None.  context/missing',
      '',
      'a.md',
      '  4  error    SPEC-001 refers to US-009, which nothing defines.  trace/broken-reference SPEC-001',
      '',
      'src/b.ts',
      '    7  warning  Two levels.  annotation/mixed-risk',
      '  112  error    SPEC-001 refers to US-009, which nothing defines.  trace/broken-reference SPEC-001',
      '',
    ])
  })

  it('shows coverage, artifacts and evidence in columns', () => {
    expect(page).toContain(
      '\nRisk       Requirements     Linked    Traced    Proven\nHIGH                  6  6 (100 %)  4 (66 %)  4 (66 %)\n',
    )
    expect(page).toMatch(
      /\nRisk +Gate +Reached +Demanded +IQ +OQ +PQ\nHIGH +proven +66 % +95 % +0 \(0 %\) +5 \(83 %\) +–\n\n/,
    )
    expect(page).toMatch(/\nPart of the score +Weight +Reached +Of\nRequirements traced +40 +1,234 +1,700\n/)
    expect(page).toContain('\nSpecifications            17\n')
    expect(page).toContain('\nSingle files        58     55        1          2\n')
  })

  it('ends with notes, conclusion and what changed against the base', () => {
    expect(page).toMatch(
      /\nNote: No keys\.\n\nfailure {2}2 errors, 1 warning, 1 notice in 8 requirements\nThis check fails: [^\n]+\nScore 71 of 100, risk matrix: the standard's defaults\.\nAgainst 0f1e2d3: 3 findings introduced, 1 fixed\.\n$/,
    )
  })

  it('has colours only when asked', () => {
    expect(page).not.toContain('\u001b')
    expect(terminal(assessment(findings), { colour: true, notes: [] })).toContain('\u001b[31merror')
  })

  it("never lets the repository's text act on the terminal", () => {
    const attack = `a${String.fromCharCode(27)}]0;owned${String.fromCharCode(7)}\n\u202eb`
    const printed = terminal(assessment([finding({ path: attack, message: attack, gxpId: attack })]), {
      colour: false,
      notes: [attack],
    })
    expect(printed).not.toMatch(/(?!\n)\p{Cc}|\u202e/u)
    expect(printed.match(/a\\u\{1B\}\]0;owned\\u\{7\} \\u\{202E\}b/g)).toHaveLength(4)
  })

  it('says of a folder without a record only that', () => {
    expect(terminal(assessment([], { conclusion: 'neutral', base: null }), { colour: false, notes: [] })).toBe(
      'neutral  No GxP record\nThere is no GxP record here (no .gxp/ folder and no GxP.MD): nothing to check.\n',
    )
  })
})

describe('what the command line prints for programs', () => {
  it('is the contract, member for member', () => {
    const one = finding({ column: 3, endColumn: 9, endLine: 4 })
    const { head, base, summary, coverage, score, riskMatrix, policy } = assessment([one])
    expect(jsonReport(assessment([one], { fixed: [one] }))).toStrictEqual({
      ignored: [],
      preview: null,
      coverage,
      score,
      riskMatrix,
      policy,
      schemaVersion: 1,
      conclusion: 'failure',
      head,
      base,
      summary,
      findings: [
        {
          rule: 'trace/broken-reference',
          severity: 'error',
          path: '.gxp/specs/SPEC-001.md',
          line: 4,
          endLine: 4,
          gxpId: 'SPEC-001',
          message: 'SPEC-001 refers to US-009, which nothing defines.',
          fingerprint: '0123456789abcdef0123456789abcdef',
          status: 'introduced',
        },
      ],
    })
  })
})
