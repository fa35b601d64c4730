/** Whoever reads the paper reads all that programs read: every value of the JSON is in the PDF and in the Markdown. */
import { paperMarkdown } from '../../../src/report/compliance/markdown.ts'
import { paperOf } from '../../../src/report/compliance/paper.ts'
import { renderText } from '../../../src/report/compliance/render.ts'
import { type ComplianceReport, complianceReport } from '../../../src/report/compliance/report.ts'
import { renderPdf } from '../../../src/report/pdf/pdf.ts'
import type { AssessedFinding } from '../../../src/rosie/assessment.ts'
import { evidence, finding, ignored, requirement, source } from './given.ts'
import { lacking, leavesOf, NOT_ON_PAPER, readMarkdown, toPrint } from './leaves.ts'
import { readPdf } from './pdf-text.ts'

const { assessed, scan, audit, edges } = source()
const [path, other, bad] = ['.gxp/evidence/EV-2.jws', '.gxp/specs/SPEC-002.md', '.gxp/requirements/REQ-005.md']

const ignoring = ({ status: _, ...found }: AssessedFinding) => ({ ...ignored(found.rule), finding: found })

/** A record that has something of every kind, and a requirement of each level. */
const given = source({
  repository: { id: '4217', owner: 'acme-medical', name: 'pump', defaultBranch: 'trunk' },
  scan: {
    ...scan,
    untold: 'Forbidden: the app may not write checks',
    conclusion: 'failure',
    summary: {
      artifacts: {
        requirement: 81,
        user_story: 1218,
        specification: 1317,
        decision: 12,
        risk: 13,
        vendor_assessment: 14,
      },
      annotations: { source: 130, test: 125 },
      evidence: { total: 258, valid: 155, invalid: 51, untrusted: 52 },
      packages: { total: 64, valid: 34, invalid: 19, untrusted: 11 },
      provenance: { verified: 61, contradicted: 62, unavailable: 63 },
      requirements: { total: 98, linked: 87, traced: 75, proven: 54 },
      findings: { error: 1402, warning: 403, notice: 404 },
    },
  },
  assessed: assessed && {
    ...assessed,
    ignored: [
      ignoring(finding({ rule: 'risk/open-high', path: other, line: 71, endLine: 79 })),
      ignoring(finding({ rule: 'trace/orphan', line: 72, endLine: 72, column: 33, endColumn: 44 })),
    ],
    ignoredTotal: 1502,
    policy: {
      failOn: 'never',
      introducedOnly: true,
      severities: { 'vendor/expired': 'off', 'trace/orphan': 'notice' },
    },
  },
  findings: [
    finding({ status: 'existing', line: 81, endLine: 83, column: 35, endColumn: 46, gxpId: 'SPEC-081' }),
    finding({ rule: 'artifact/invalid-id', path: bad }),
    finding({ rule: 'evidence/stale', severity: 'warning', path, line: null }),
    ...Array.from({ length: 13 }, (_, at) => finding({ rule: 'evidence/failed', line: 200 + at })),
  ],
  requirements: [
    requirement('REQ-001', { missingTiers: ['PQ'] }),
    requirement('REQ-002', { proven: false, title: 'Rate < 5 & safe' }),
    requirement('REQ-003', { proven: false, traced: false, path: [], risk: null, tiers: [] }),
    requirement('REQ-004', { proven: false, traced: false, linked: false, path: [], risk: 'LOW', title: null }),
  ],
  requirementDocuments: {
    ...{ covered: 705, ids: 2 },
    others: [bad, '.gxp/requirements/old-1.md', '.gxp/requirements/old-2.md'].map((path) => ({
      ...{ path, gxpId: path === bad ? 'REQ/005' : 'REQ-009' },
    })),
  },
  edges: [...edges, { from: 'FILE:src/limit.ts#L7', to: 'REQ-002', type: 'implements' }],
  evidence: [
    evidence('EV-SPEC-001', { expires: '2026-09-03T10:15:08.000Z' }),
    evidence('EV-2', { verdict: 'untrusted', results: { passed: 1021, failed: 22, skipped: 23 }, specId: 'SPEC-002' }),
    evidence('EV-3', { results: { passed: 1024, failed: 0, skipped: 25, failedAsWhole: true } }),
    evidence('RELEASE', { form: 'release', tier: null, specId: null, results: null, verdict: 'invalid' }),
    evidence('PKG', { form: 'package', gxpId: null, tier: 'PQ', claimedAt: '2026-03-02T10:15:07.125Z', verdict: null }),
  ],
  audit: {
    ...{ ...audit, total: 3002, onApiKeys: 1701, onSigningKeys: 1702 },
    events: audit.events.map((event) => ({
      ...event,
      changes: [{ name: 'defaultBranch', before: 'trunk-2025', since: 'trunk-2026' }],
    })),
  },
})

const report = complianceReport(given)
const markdownOf = (of: ComplianceReport) => paperMarkdown(paperOf(of))

describe('A report on paper', () => {
  it('has every value of the JSON, as Markdown', () => {
    expect(lacking(JSON.parse(renderText(given, 'json')), readMarkdown(renderText(given, 'markdown')))).toEqual([])
  })

  it('has every value of the JSON, as PDF', async () => {
    const { pages } = readPdf(await renderPdf(paperOf(report), false))
    expect(lacking(JSON.parse(renderText(given, 'json')), pages.flat().join(''))).toEqual([])
  })

  it('says something else where a value is another one', () => {
    const before = markdownOf(report)
    const patterns = toPrint(report).map(({ pattern }) => pattern)
    // The first and the last of each kind.
    const asked = new Set(patterns.flatMap((pattern) => [patterns.indexOf(pattern), patterns.lastIndexOf(pattern)]))
    const unsaid = [...asked].filter((at) => {
      const changed = structuredClone(report)
      toPrint(changed)[at]?.change()
      return markdownOf(changed) === before
    })
    expect(unsaid.map((at) => patterns[at])).toEqual([])
  })

  it('is asked for values of every kind that there is, and excepts none in vain', () => {
    const leaves = leavesOf(report)
    const known = new Set(leaves.map(({ pattern }) => pattern))
    const filled = [...new Set(toPrint(report).map(({ pattern }) => pattern))]
    expect(filled.length).toBeGreaterThan(100)
    const never = [...known].filter(
      (pattern) => !(pattern in NOT_ON_PAPER || filled.some((each) => `${each}.`.startsWith(`${pattern}.`))),
    )
    // What is null by its nature.
    expect(never).toEqual(['regulatoryMap.rows.*.queries.*.ref', 'risk.unrated.*.risk', 'risk.unrated.*.demanded'])
    expect(Object.keys(NOT_ON_PAPER).filter((pattern) => !known.has(pattern))).toEqual([])
  })

  it('says the level of a requirement as a word', () => {
    const rows = readMarkdown(markdownOf(report)).split('\n')
    const levels = ['proven', 'traced', 'linked only', 'not covered']
    for (const [at, level] of levels.entries()) {
      const row = rows.find((each) => each.startsWith(`| REQ-00${at + 1}`))
      expect(row?.split(' | ')[2]).toBe(level)
    }
  })
})
