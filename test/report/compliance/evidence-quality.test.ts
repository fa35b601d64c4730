/** What a report counts of signed evidence: never less than its own findings say. */
import { evidenceQuality } from '../../../src/report/compliance/evidence-quality.ts'
import { renderText } from '../../../src/report/compliance/render.ts'
import type { ReportSource } from '../../../src/scan/ports/reports.ts'
import { evidence, finding, ignored, source } from './given.ts'

const PACKAGE = '.gxp/evidence/packages/OQ-SPEC-001-2026'
const inPackage = evidence('PKG', { form: 'package', gxpId: null, path: `${PACKAGE}/signature.jws` })
const on = (rule: string, path: string) => finding({ rule, path, gxpId: 'SPEC-001' })
const pathOf = (name: string) => evidence(name).path

const tiersOf = (change: Partial<ReportSource>) =>
  Object.fromEntries(evidenceQuality(source(change)).byTier.map(({ tier, ...counts }) => [tier, counts]))

describe('Evidence quality', () => {
  it('is counted by tier and by verdict', () => {
    const { byTier, files } = evidenceQuality(
      source({
        evidence: [
          evidence('EV-1', { tier: 'IQ' }),
          evidence('EV-2', { verdict: 'untrusted' }),
          evidence('EV-3', { verdict: 'invalid' }),
          evidence('EV-4', { tier: null }),
          { ...inPackage, tier: null, verdict: null },
        ],
        findings: [on('evidence/untrusted', pathOf('EV-2')), finding({ rule: 'evidence/untrusted', path: null })],
      }),
    )
    expect(byTier).toEqual([
      expect.objectContaining({ tier: 'IQ', total: 1, valid: 1, stale: 0, failed: 0, expired: 0 }),
      expect.objectContaining({ tier: 'OQ', total: 2, valid: 0, untrusted: 1, invalid: 1 }),
      expect.objectContaining({ tier: 'package', total: 1, unverified: 1 }),
      expect.objectContaining({ tier: 'no tier', total: 1, valid: 1 }),
    ])
    expect(files.map(({ ref, findings }) => [ref, findings])).toEqual([
      ...[
        ['E1', []],
        ['E2', ['evidence/untrusted']],
      ],
      ...[
        ['E3', []],
        ['E4', []],
        ['E5', []],
      ],
    ])
  })

  it('is of a package what is found on any of its files, and of no other', () => {
    const other = { ...inPackage, path: `${PACKAGE}-later/signature.jws` }
    const findings = [
      on('evidence/state-mismatch', `${PACKAGE}/metadata.json`),
      on('evidence/package-tampered', `${PACKAGE}/artifacts/test-results.json`),
    ]
    const { byTier, files } = evidenceQuality(source({ evidence: [inPackage, other], findings }))
    expect(files.map((each) => each.findings)).toEqual([['evidence/package-tampered', 'evidence/state-mismatch'], []])
    expect(byTier).toEqual([expect.objectContaining({ tier: 'OQ', total: 2, contradicted: 1 })])
  })

  it('has runs that failed, and times that have passed, by what each evidence says', () => {
    const { completedAt } = source().scan
    const counts = tiersOf({
      evidence: [
        evidence('EV-1', { results: { passed: 1, failed: 4, skipped: 0 }, expires: completedAt }),
        evidence('EV-2', { results: { passed: 1, failed: 0, skipped: 0, failedAsWhole: true } }),
        evidence('EV-3', { expires: '2026-11-22T12:00:00.001Z' }),
        evidence('RELEASE', { form: 'release', tier: null, results: null }),
      ],
    })
    expect(counts).toMatchObject({ OQ: { total: 3, failed: 2, expired: 1 }, release: { failed: 0, expired: 0 } })
  })

  it('has as stale each newest evidence of a specification that is told as such once', () => {
    const outdated = { outdated: true }
    const record = {
      evidence: [
        evidence('EV-IQ', { tier: 'IQ', ...outdated }),
        evidence('EV-OLD'),
        evidence('EV-OQ', outdated),
        evidence('EV-OTHER', { tier: 'PQ', specId: 'SPEC-002', ...outdated }),
        evidence('EV-PQ', { tier: 'PQ' }),
      ],
    }
    const stale = on('evidence/stale', pathOf('EV-IQ'))
    expect(tiersOf({ ...record, findings: [stale] })).toMatchObject({
      ...{ IQ: { stale: 1 }, OQ: { total: 2, stale: 1 }, PQ: { total: 2, stale: 0 } },
    })
    // Where the state of the source is not known any more: at least where it is told.
    const unknown = record.evidence.map((each) => ({ ...each, outdated: false }))
    expect(tiersOf({ evidence: unknown, findings: [stale] })).toMatchObject({ IQ: { stale: 1 }, OQ: { stale: 0 } })
    expect(tiersOf(record)).toMatchObject({ IQ: { stale: 0 }, OQ: { stale: 0 }, PQ: { stale: 0 } })
  })

  it('counts what the policy ignores', () => {
    const { assessed } = source()
    const mismatch = { ...ignored('evidence/state-mismatch'), finding: on('evidence/state-mismatch', pathOf('EV-1')) }
    const ignoring = assessed && { ...assessed, ignored: [mismatch], ignoredTotal: 1 }
    expect(tiersOf({ evidence: [evidence('EV-1')], assessed: ignoring })).toMatchObject({ OQ: { contradicted: 1 } })
  })

  it('says on paper what its columns count', () => {
    const text = renderText(source(), 'markdown')
    expect(text).toContain(
      'Failed and expired: what an evidence says itself, at the time of the scan; older runs count too.',
    )
    expect(text).toContain('Stale and contradicted: by findings, those that the policy ignores too.')
  })
})
