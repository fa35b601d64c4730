// @ts-nocheck
import fc from 'fast-check'
import { comment } from '../../src/report/comment.ts'
import { assessment, finding, hostile, hostileFinding, outsideCode, report } from './sample.ts'

const CHECKS = 'https://github.com/acme/lab/pull/3/checks'

describe('the comment on a pull request', () => {
  const findings = [
    ...Array.from({ length: 12 }, (_, index) => finding({ line: index + 1 })),
    finding({ severity: 'warning', rule: 'artifact/misplaced', message: 'It belongs elsewhere.' }),
    finding({ status: 'existing', message: 'An old one.' }),
  ]
  const change = { fixed: [finding({ message: 'It was broken.' })] }
  const body = comment(report(assessment(findings, change)), CHECKS) ?? ''

  it('is marked as ours in its first line', () => {
    expect(body.startsWith('<!-- rosie-guard -->\n')).toBe(true)
  })

  it('says what the change did', () => {
    expect(body).toContain('### ROSIE compliance: failure')
    expect(body).toContain(
      '**This change introduces 12 errors, 1 warning, fixes 1 finding and leaves 1 existing finding.**',
    )
  })

  it('lists the first ten of what is new and of what is fixed, not what was there before', () => {
    expect(body.match(/^- `trace\/broken-reference` .*which nothing defines/gm)).toHaveLength(10)
    expect(body).toContain('- and 2 more')
    expect(body).toContain(
      '#### Introduced warnings\n\n- `artifact/misplaced` `.gxp/specs/SPEC-001.md:4` It belongs elsewhere. (`SPEC-001`)',
    )
    expect(body).toContain('#### Fixed\n\n- `trace/broken-reference` `.gxp/specs/SPEC-001.md:4` It was broken.')
    expect(body).not.toContain('An old one.')
  })

  it('links to the checks', () => {
    expect(body).toContain(`](${CHECKS})`)
  })

  it('is short when nothing changed', () => {
    expect(comment(report(assessment()), CHECKS)).toBe(
      [
        '<!-- rosie-guard -->\n### ROSIE compliance: success',
        '**This change introduces no findings.**',
        'No findings. Whether the record is sufficient is for people to decide.',
        `[All findings, coverage and evidence](${CHECKS})`,
      ].join('\n\n'),
    )
  })

  it('shows coverage only where it moved', () => {
    const base = { total: 7, linked: 7, traced: 6, proven: 4 }
    const moved = comment(report(assessment(), { baseRequirements: base }), CHECKS)
    expect(moved).toContain('| all | 7 | 8 | +1 |')
    expect(moved).toContain('| traced | 6 (85 %) | 5 (62 %) | -1 |')
    const { requirements } = assessment().summary
    expect(comment(report(assessment(), { baseRequirements: requirements }), CHECKS)).not.toContain('Coverage')
  })

  it('depends on no commit, scan or count of requests', () => {
    const sameResult = report(assessment(findings, { ...change, head: 'b'.repeat(40), base: 'c'.repeat(40) }), {
      scanId: 'another',
      filesFetched: 299,
      requests: 77,
    })
    expect(comment(sameResult, CHECKS)).toBe(body)
  })

  it('says that the check counts another base too', () => {
    const bases = [{ baseRef: 'old', conclusion: 'failure', counts: { error: 1, warning: 0, notice: 0 } }]
    expect(comment(report(assessment(), { bases }), CHECKS)).toContain(
      'Against `old` the same commit ends with failure',
    )
  })

  it('is not written where there is no record', () => {
    expect(comment(report(assessment([], { conclusion: 'neutral' })), CHECKS)).toBeNull()
  })

  it('says that there is no base', () => {
    expect(comment(report(assessment(findings, { base: null })), CHECKS)).toContain('There is no base to compare with')
  })

  it("holds GitHub's limit, whatever the findings say", () => {
    const wordy = Array.from({ length: 30 }, () => finding({ message: '<'.repeat(9999), path: '<|'.repeat(999) }))
    const long =
      comment(report(assessment(wordy, { fixed: wordy }), { notes: Array(30).fill('<'.repeat(9999)) }), CHECKS) ?? ''
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(65_535)
  })

  it('lets no text of the repository out of its place', () => {
    const hostileReport = fc
      .tuple(
        fc.array(hostileFinding, { maxLength: 6 }),
        fc.array(hostileFinding, { maxLength: 3 }),
        fc.array(hostile, { maxLength: 2 }),
      )
      .map(([findings, fixed, notes]) => report(assessment(findings, { fixed }), { notes }))
    fc.assert(
      fc.property(hostileReport, (hostileOne) => {
        const body = comment(hostileOne, CHECKS)?.replace('<!-- rosie-guard -->', '').replace(CHECKS, '') ?? ''
        expect(outsideCode(body)).not.toMatch(/@[\p{L}\p{N}_-]|#\d|<|:\/\//u)
      }),
      { numRuns: 200 },
    )
  })
})
