/** Results to report on, and text as hostile as a repository may hold. */
import fc from 'fast-check'
import type { AssessedFinding, Assessment } from '../../src/rosie/assessment.ts'
import type { Severity } from '../../src/rosie/model.ts'
import type { Report } from '../../src/scan/ports/publisher.ts'

export function finding(change: Partial<AssessedFinding> = {}): AssessedFinding {
  return {
    rule: 'trace/broken-reference',
    severity: 'error',
    path: '.gxp/specs/SPEC-001.md',
    line: 4,
    endLine: null,
    column: null,
    endColumn: null,
    gxpId: 'SPEC-001',
    message: 'SPEC-001 refers to US-009, which nothing defines.',
    fingerprint: '0123456789abcdef0123456789abcdef',
    status: 'introduced',
    ...change,
  }
}

/** An assessment with these findings; `failure` when there is an error among them. */
export function assessment(findings: AssessedFinding[] = [], change: Partial<Assessment> = {}): Assessment {
  const count = (severity: Severity) => findings.filter((found) => found.severity === severity).length
  const counts = { error: count('error'), warning: count('warning'), notice: count('notice') }
  return {
    conclusion: counts.error > 0 ? 'failure' : 'success',
    head: 'a'.repeat(40),
    base: '0f1e2d3'.padEnd(40, '4'),
    summary: {
      artifacts: { requirement: 8, user_story: 18, specification: 17, decision: 2, risk: 3, vendor_assessment: 1 },
      annotations: { source: 30, test: 25 },
      evidence: { total: 58, valid: 55, invalid: 1, untrusted: 2 },
      packages: { total: 4, valid: 4, invalid: 0, untrusted: 0 },
      provenance: { verified: 0, contradicted: 0, unavailable: 0 },
      requirements: { total: 8, linked: 7, traced: 5, proven: 4 },
      findings: counts,
    },
    coverage: [
      {
        risk: 'HIGH',
        total: 6,
        linked: 6,
        traced: 4,
        proven: 4,
        tiers: [
          { tier: 'IQ', reached: 0, demanded: 6 },
          { tier: 'OQ', reached: 5, demanded: 6 },
        ],
        gate: 'proven',
        demanded: 95,
        reached: 66,
      },
      { risk: null, total: 2, linked: 1, traced: 1, proven: 0, tiers: [], gate: 'traced', demanded: null, reached: 50 },
    ],
    score: { value: 71, parts: [{ name: 'Requirements traced', weight: 40, reached: 1234, of: 1700 }] },
    riskMatrix: "the standard's defaults",
    policy: { failOn: 'error', introducedOnly: false, severities: {} },
    findings,
    fixed: [],
    ignored: [],
    preview: null,
    ...change,
  }
}

export function report(of: Assessment, change: Partial<Report> = {}): Report {
  return {
    assessment: of,
    scanId: '6b0c1d6e-0000-4000-8000-000000000001',
    notes: [],
    bases: [],
    otherFindings: [],
    baseRequirements: null,
    filesTotal: 300,
    filesFetched: 1,
    requests: 3,
    ...change,
  }
}

const FRAGMENTS =
  '@ @octocat @org/team #12 GH-7 a/b#1 a/b@0123456 <script> <!-- --> & &amp; | \\ \\| ` `` ``` * _ [x](y) ![ $x$ ~~ ' +
  'https:// http://a.b www. a@b.cc mailto: deadbeefdeadbeefdeadbeefdeadbeefdeadbeef :tada: - + = # 1. 2) > 😀 é'

/** Strings of marks that mean something to Markdown, GitHub or a terminal, and of anything else. */
export const hostile: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...FRAGMENTS.split(' '),
        ' ',
        '\n',
        '\r\n',
        '\t',
        '\0',
        '\u001b[31m',
        '\u202e',
        '\u200b',
        '\u2060',
        '\ud800',
      ),
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.string({ maxLength: 6 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))

export const hostileFinding: fc.Arbitrary<AssessedFinding> = fc.record({
  rule: fc.constantFrom('trace/broken-reference', 'trace/uncovered-requirement', 'annotation/malformed'),
  severity: fc.constantFrom('error', 'warning', 'notice'),
  path: fc.option(hostile),
  line: fc.option(fc.integer({ min: 1, max: 9999 })),
  endLine: fc.constant(null),
  column: fc.constant(null),
  endColumn: fc.constant(null),
  gxpId: fc.option(hostile),
  message: hostile,
  fingerprint: fc.constant('0'.repeat(32)),
  status: fc.constantFrom('introduced', 'existing'),
})

/** What a reader of Markdown sees as text: code spans (CommonMark §6.1) and `<code>` elements left out. */
export function outsideCode(markdown: string): string {
  let outside = ''
  for (let rest = markdown.replace(/<code>.*?<\/code>/g, ''); rest !== ''; ) {
    const [whole, plain = '', fence] = /^((?:[^\\`]|\\[^\n]|\\\n)*)(`+)?/.exec(rest) ?? []
    if (!whole) throw new Error(`Neither text nor code: ${JSON.stringify(rest.slice(0, 40))}`)
    outside += plain
    rest = rest.slice(whole.length)
    if (fence === undefined) continue
    const end = new RegExp(`(?<!\`)${fence}(?!\`)`).exec(rest)
    if (!end) throw new Error(`A code span stays open: ${JSON.stringify(rest.slice(0, 40))}`)
    rest = rest.slice(end.index + fence.length)
  }
  return outside
}
