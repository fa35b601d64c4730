/** The report as something to read and sign: its sections, in their order. */
import type { Summary } from '../../rosie/assessment.ts'
import { type AppliedPolicy, restingRules } from '../../rosie/policy.ts'
import type { Table } from '../markdown.ts'
import { artifactTable, coverageTable, evidenceTable, riskMatrixTable, scoreTable } from '../tables.ts'
import { many, number, scoreSentence, shortSha, verdictSentence } from '../words.ts'
import {
  type Block,
  type Cell,
  heading,
  type Line,
  type Linked,
  type Paper,
  paragraph,
  type TableBlock,
  type Tone,
  table,
} from './blocks.ts'
import { findingsSection, ignoredSection } from './paper-findings.ts'
import { auditSection, evidenceSection, isListed, matrixSection } from './paper-lists.ts'
import type { MapRow, State } from './regulatory-map.ts'
import type { ComplianceReport } from './report.ts'
import { rowsSentence } from './requirement-documents.ts'

/** `server`: where addresses on this server begin, such as `https://guard.example`; null: that isn't known. */
export function paperOf(report: ComplianceReport, server: string | null = null): Paper {
  const { repository, scan } = report
  const name = `${repository.owner}/${repository.name}`
  return {
    title: `Compliance report of ${name}`,
    running: `Compliance report · ${name} · commit ${shortSha(scan.commit)}`,
    footing: `Scan ${scan.id}, completed ${scan.completedAt}`,
    asOf: scan.completedAt,
    blocks: [
      ...summarySection(report),
      ...regulatorySection(report, server),
      ...riskSection(report),
      ...matrixSection(report),
      ...evidenceSection(report),
      ...findingsSection(report),
      ...ignoredSection(report),
      ...auditSection(report),
      ...signOffSection(report),
    ],
  }
}

/** A table of counts, whose first column names. */
const counts = (caption: string, { header, rows }: Table): TableBlock =>
  table(
    caption,
    header.map((title, at) => [title, at === 0 ? 3 : 1.2] as const),
    rows.map((row) => [...row]),
  )

function provenanceTable({ provenance: { verified, contradicted, unavailable } }: Summary): Table {
  const rows = [
    ['is as it claims', verified],
    ['is not as it claims', contradicted],
    ['is not there', unavailable],
  ] as const
  return { header: ['Its source at its commit', 'Count'], rows: rows.map(([name, count]) => [name, number(count)]) }
}

function summarySection(report: ComplianceReport): Block[] {
  const { repository, scan, score, risk, findingsTotal, requirementDocuments } = report
  const { summary, conclusion } = scan
  const sentence = score && scoreSentence(score)
  return [
    heading('Executive summary'),
    paragraph(
      `What the compliance record of ${repository.owner}/${repository.name} shows on its default branch` +
        `${repository.defaultBranch === null ? '' : ` (${repository.defaultBranch})`}, at the commit below. ` +
        'This report lists evidence found, missing and contradicted. Whether it suffices is for the people who sign it.',
    ),
    table(
      'What this report is of',
      [
        ['Item', 1],
        ['Value', 4],
      ],
      [
        ['Repository', `${repository.owner}/${repository.name} (id ${repository.id})`],
        ['Commit', scan.commit],
        ['Scan', scan.id],
        ['Completed', scan.completedAt],
        [
          'This scan concluded',
          { text: conclusion, tone: conclusion === 'failure' ? 'bad' : conclusion === 'success' ? 'good' : 'open' },
        ],
        ...(scan.untold === null ? [] : [['GitHub was not told', scan.untold]]),
      ],
    ),
    paragraph(verdictSentence(conclusion, summary.findings, report.ignored.total ?? 0)),
    ...policyBlocks(report),
    counts('Artifacts of the record', artifactTable(summary)),
    counts('Signed evidence', evidenceTable(summary)),
    counts('Evidence of tests, against the source that it names', provenanceTable(summary)),
    ...(risk.coverage ? [paragraph(rowsSentence(requirementDocuments))] : []),
    ...(risk.coverage ? [counts('Coverage of requirements', coverageTable({ coverage: risk.coverage, summary }))] : []),
    ...(sentence ? [paragraph(sentence)] : []),
    ...(score?.parts.length ? [counts('What went into the score', scoreTable(score))] : []),
    ...(findingsTotal > 0 ? [paragraph(`${many(findingsTotal, 'finding')} in all, listed below.`)] : []),
  ]
}

const FAILS: Record<AppliedPolicy['failOn'], string> = {
  error: 'errors',
  warning: 'warnings and errors',
  never: 'never: findings are only shown',
}

/** What it was judged by: a record is no better for a rule that rests. */
function policyBlocks({ policy, ignored }: ComplianceReport): Block[] {
  if (policy === null) return [paragraph('The policy was not kept for this scan: it is from an older version.')]
  const { failOn, introducedOnly, severities } = policy
  const resting = restingRules(policy).sort()
  const set = Object.entries(severities).filter(([, severity]) => severity !== 'off')
  return [
    table(
      'The policy that it was judged by',
      [
        ['Setting', 1],
        ['Value', 4],
      ],
      [
        ['A check fails on', `${FAILS[failOn]}${introducedOnly ? '; only what the change introduces counts' : ''}`],
        ['Rules that rest', resting.length === 0 ? 'none' : { text: resting.join('\n'), tone: 'bad' }],
        [
          'Severities that it sets',
          set
            .map(([rule, severity]) => `${rule}: ${severity}`)
            .sort()
            .join('\n') || 'none',
        ],
        ['Findings that it ignores', ignored.total === null ? 'not kept' : number(ignored.total)],
      ],
    ),
  ]
}

const TONES: Record<State, Tone> = {
  'evidence found': 'good',
  missing: 'bad',
  contradicted: 'bad',
  'not checked': 'open',
}

function regulatorySection(
  { regulatoryMap: { version, date, rows } }: ComplianceReport,
  server: string | null,
): Block[] {
  const of = (regulation: MapRow['regulation']) => rows.filter((row) => row.regulation === regulation)
  const columns = [
    ['Clause', 1],
    ['What it asks for', 4],
    ['The record shows', 1.7],
    ['What that rests on', 5],
  ] as const
  const part = (regulation: MapRow['regulation']) => [
    heading(regulation, 2),
    table(
      `${regulation}, clause by clause`,
      columns,
      of(regulation).map((row) => mapRow(row, server)),
    ),
  ]
  return [
    heading('Regulatory map'),
    paragraph(
      `Clauses in a few words of ours (version ${version} of ${date}); the regulations' own words decide. ` +
        'Where the record holds nothing on a clause it reads "not checked": look at your procedures there. ' +
        'F, I and E are numbers of findings, ignored findings and evidence in this report; addresses are of this server.',
    ),
    ...part('21 CFR Part 11'),
    ...part('EU Annex 11'),
  ]
}

function mapRow({ clause, asks, state, because, links, more }: MapRow, server: string | null): Cell[] {
  const numbers = links.flatMap(({ ref }) => (ref === null ? [] : [isListed(ref) ? toRow(ref) : ref]))
  const numbered = more > 0 ? [...numbers, `and ${number(more)} more`] : numbers
  const address = (href: string): Linked => ({ text: href, to: server === null ? null : { url: server + href } })
  // What has no number is nowhere else.
  const queries = links.filter(({ ref }) => ref === null)
  const others = new Set(links.flatMap(({ ref, href }) => (ref === null ? [] : [href])))
  const lines: Line[] = [
    [because],
    ...(numbered.length > 0 ? [numbered] : []),
    ...queries.map(({ text, href }) => (because.includes(text) ? [address(href)] : [`${text}:`, address(href)])),
    ...[...others].slice(0, MOST_ADDRESSES).map((href) => [address(href)]),
  ]
  return [clause, asks, { text: state, tone: TONES[state] }, { lines }]
}

/** Of findings and evidence, in one row: each has its number. */
const MOST_ADDRESSES = 3

const toRow = (ref: string): Linked => ({ text: ref, to: { row: ref } })

function riskSection({ risk, scan }: ComplianceReport): Block[] {
  const { coverage, riskMatrix, register } = risk
  return [
    heading('Risk assessment'),
    ...(coverage && riskMatrix
      ? [
          paragraph(`Against the risk matrix (${riskMatrix}), by the level that the gate of each risk uses.`),
          counts('Requirements by risk, against the risk matrix', riskMatrixTable({ coverage })),
        ]
      : [
          paragraph(
            'Coverage by risk was not kept for this scan: it is from an older version. The next scan keeps it.',
          ),
        ]),
    heading('Risk register', 2),
    ...(register.length === 0
      ? [paragraph(`The register has no entry; the scan counted ${many(scan.summary.artifacts.risk, 'risk')}.`)]
      : [
          table(
            'Entries of the risk register',
            [
              ['Risk', 1.4],
              ['Title', 4],
              ['Rating', 1],
              ['Status', 1.2],
              ['Date', 1.2],
            ],
            register.map(({ id, title, risk: rating, status, date }) => [
              id,
              title ?? '',
              rating ?? '',
              status ?? '',
              date ?? '',
            ]),
          ),
        ]),
  ]
}

function signOffSection({ signOff }: ComplianceReport): Block[] {
  return [
    heading('Sign-off'),
    paragraph('Who signs here has read this report and judged what it shows.'),
    { kind: 'signatures', roles: signOff.map(({ role }) => role) },
  ]
}
