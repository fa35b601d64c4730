/** The tables of a result, as plain cells: numbers and our own words, nothing from the repository. */
import type {
  Assessment,
  RequirementCounts,
  RiskCoverage,
  Score,
  SignatureCounts,
  Summary,
} from '../rosie/assessment.ts'
import { TIERS } from '../rosie/model.ts'
import type { Table } from './markdown.ts'
import { NONE, number, share } from './words.ts'

export function artifactTable({ artifacts, annotations }: Summary): Table {
  const counts: [string, number][] = [
    ['Requirements', artifacts.requirement],
    ['User stories', artifacts.user_story],
    ['Specifications', artifacts.specification],
    ['Decisions', artifacts.decision],
    ['Risks', artifacts.risk],
    ['Vendor assessments', artifacts.vendor_assessment],
    ['Annotations in source', annotations.source],
    ['Annotations in tests', annotations.test],
  ]
  return { header: ['Artifacts', 'Count'], rows: counts.map(([name, count]) => [name, number(count)]) }
}

export function evidenceTable({ evidence, packages }: Summary): Table {
  return {
    header: ['Signed evidence', 'Total', 'Valid', 'Invalid', 'Untrusted'],
    rows: [signatureRow('Single files', evidence), signatureRow('Packages', packages)],
  }
}

function signatureRow(name: string, counts: SignatureCounts): string[] {
  return [name, ...[counts.total, counts.valid, counts.invalid, counts.untrusted].map(number)]
}

export function coverageTable({ coverage, summary }: Pick<Assessment, 'coverage' | 'summary'>): Table {
  const rows = coverage.map((counts) => coverageRow(counts.risk ?? 'no rating', counts))
  if (rows.length > 1) rows.push(coverageRow('all', summary.requirements))
  return { header: ['Risk', 'Requirements', 'Linked', 'Traced', 'Proven'], rows }
}

function coverageRow(name: string, { total, linked, traced, proven }: RequirementCounts): string[] {
  return [name, number(total), ...[linked, traced, proven].map((part) => share(part, total))]
}

/** Each risk against what the matrix demands of it; without requirements of unknown risk, of which it demands nothing. */
export function riskMatrixTable({ coverage }: Pick<Assessment, 'coverage'>): Table {
  const header = ['Risk', 'Gate', 'Reached', 'Demanded', ...TIERS]
  const rows = coverage.flatMap(({ risk, gate, reached, demanded, tiers }) =>
    risk === null
      ? []
      : [[risk, gate, percent(reached), demanded === null ? NONE : percent(demanded), ...tierCells(tiers)]],
  )
  return { header, rows }
}

const tierCells = (tiers: RiskCoverage['tiers']) =>
  TIERS.map((tier) => {
    const counts = tiers.find((each) => each.tier === tier)
    return counts ? share(counts.reached, counts.demanded) : NONE
  })

const percent = (value: number) => `${value} %`

export function scoreTable({ parts }: Score): Table {
  const rows = parts.map(({ name, weight, reached, of }) => [name, number(weight), number(reached), number(of)])
  return { header: ['Part of the score', 'Weight', 'Reached', 'Of'], rows }
}

const LEVELS = ['linked', 'traced', 'proven'] as const

/** How the coverage moved against the base; null when it didn't. */
export function coverageChangeTable(base: RequirementCounts, head: RequirementCounts): Table | null {
  if ([...LEVELS, 'total' as const].every((level) => base[level] === head[level])) return null
  const change = (level: keyof RequirementCounts) => {
    const by = head[level] - base[level]
    return by > 0 ? `+${number(by)}` : number(by)
  }
  return {
    header: ['Requirements', 'Base', 'Head', 'Change'],
    rows: [
      ['all', number(base.total), number(head.total), change('total')],
      ...LEVELS.map((level) => [level, share(base[level], base.total), share(head[level], head.total), change(level)]),
    ],
  }
}
