/**
 * What `rosie-guard matrix` writes: the traceability matrix and the gap analysis for programs, and the status for people to
 * read and sign. GxP.MD, "Traceability matrix". Facts only: whether they suffice is for those who sign.
 */

import type { AssessedFinding, Assessment, RequirementCoverage } from '../rosie/assessment.ts'
import { gateOf } from '../rosie/coverage.ts'
import type { Graph } from '../rosie/graph.ts'
import { kindOfId } from '../rosie/ids.ts'
import type { Edge, Risk, Tier } from '../rosie/model.ts'
import type { ComplianceRecord } from '../rosie/record.ts'
import { fileNode } from '../rosie/sayings.ts'
import { code, table, text } from './markdown.ts'
import { ignoredSection } from './policy.ts'
import { groupBy } from './report.ts'
import { artifactTable, coverageTable, evidenceTable } from './tables.ts'
import { many, number, share, shortSha } from './words.ts'

const GXPMD_VERSION = '3.0.0'

export interface TraceabilityMatrix {
  gxpmd_version: string
  generated_at: string
  summary: {
    total_nodes: number
    total_edges: number
    total_requirements: number
    covered_requirements: number
    coverage_by_risk: Record<string, { total: number; covered: number; percent: number }>
  }
  nodes: Record<string, MatrixNode>
  edges: { from: string; to: string; type: Edge['type']; source_file: string }[]
  coverage: Record<string, MatrixCoverage>
}

interface MatrixNode {
  phase: 'requirement' | 'user_story' | 'specification' | 'code' | 'test' | 'evidence'
  risk: Risk | null
  title: string | null
  files: string[]
  tiers: Tier[]
}

interface MatrixCoverage {
  risk: Risk | null
  /** By the traced level, which gates go by: the published algorithm's is `linked`. */
  covered: boolean
  linked: boolean
  traced: boolean
  proven: boolean
  tiers: Tier[]
  missing_tiers: Tier[]
  /** Tests with a typed path to it, and everything with one: at most `MAX_REACHED` nodes each. */
  test_nodes: string[]
  reachable_nodes: string[]
  /** The path that shows it, from the test or evidence to the requirement. */
  path: string[]
}

/** `generatedAt`: ISO 8601, UTC. */
export function traceabilityMatrix(record: ComplianceRecord, generatedAt: string): TraceabilityMatrix {
  const nodes = matrixNodes(record)
  const edges = matrixEdges(record)
  const { requirements, byRisk } = record.coverage
  const traced = requirements.filter((requirement) => requirement.traced).length
  return {
    gxpmd_version: GXPMD_VERSION,
    generated_at: generatedAt,
    summary: {
      total_nodes: nodes.size,
      total_edges: edges.length,
      total_requirements: requirements.length,
      covered_requirements: traced,
      coverage_by_risk: Object.fromEntries(
        byRisk.map(({ risk, total, traced: covered }) => [
          risk ?? 'UNRATED',
          { total, covered, percent: total === 0 ? 0 : Math.floor((covered * 100) / total) },
        ]),
      ),
    },
    nodes: Object.fromEntries(nodes),
    edges,
    coverage: Object.fromEntries(
      requirements.map((requirement) => [requirement.id, coverageEntry(requirement, record.graph, nodes)]),
    ),
  }
}

/** Nodes listed for one requirement: hostile graphs join everything with everything. */
const MAX_REACHED = 5_000

function coverageEntry(
  { id, risk, linked, traced, proven, tiers, missingTiers, path }: RequirementCoverage,
  graph: Graph,
  nodes: ReadonlyMap<string, MatrixNode>,
): MatrixCoverage {
  const reached = reachInto(id, graph)
  return {
    risk,
    covered: traced,
    linked,
    traced,
    proven,
    tiers,
    missing_tiers: missingTiers,
    test_nodes: reached.filter((node) => nodes.get(node)?.phase === 'test'),
    reachable_nodes: reached,
    path: path.map(wholeFile),
  }
}

/** The nodes that lead to one, itself aside, nearest first. */
function reachInto(id: string, graph: Graph): string[] {
  const seen = new Set([id])
  const files = new Set<string>()
  for (const node of seen) {
    for (const { from } of graph.into(node)) seen.add(from)
    if (node !== id) files.add(wholeFile(node))
    if (files.size === MAX_REACHED) break
  }
  return [...files]
}

/** `FILE:path`: the matrix knows files, not blocks. */
const wholeFile = (node: string) => (node.startsWith('FILE:') ? node.replace(/#L\d+$/, '') : node)

function matrixNodes(record: ComplianceRecord): Map<string, MatrixNode> {
  const nodes = new Map<string, MatrixNode>()
  const tiersOf = new Map(record.coverage.requirements.map(({ id, tiers }) => [id, tiers]))
  const riskOf = new Map(record.coverage.requirements.map(({ id, risk }) => [id, risk]))
  for (const id of record.graph.defined) {
    const phase = kindOfId(id)
    const documents = record.documentsById.get(id) ?? []
    if (!phase) continue
    const { title = null, risk = null, tier = null } = documents[0]?.content ?? {}
    const tiers = tiersOf.get(id) ?? (tier ? [tier] : [])
    nodes.set(id, { phase, risk: riskOf.get(id) ?? risk, title, files: documents.map(({ path }) => path), tiers })
  }
  for (const { path, test, content } of record.sources) {
    if (content.blocks.length === 0) continue
    nodes.set(fileNode(path), { phase: test ? 'test' : 'code', risk: null, title: null, files: [path], tiers: [] })
  }
  for (const [id, { path, gxpId, tier }] of record.graph.evidence) {
    nodes.set(id, { phase: 'evidence', risk: null, title: gxpId, files: [path], tiers: tier ? [tier] : [] })
  }
  return nodes
}

function matrixEdges({ graph }: ComplianceRecord): TraceabilityMatrix['edges'] {
  const edges = new Map<string, TraceabilityMatrix['edges'][number]>()
  for (const { from, to, type, origin } of graph.edges) {
    const edge = { from: wholeFile(from), to: wholeFile(to), type, source_file: origin.path }
    edges.set(JSON.stringify(Object.values(edge)), edge)
  }
  return [...edges.values()]
}

export interface GapAnalysis {
  gxpmd_version: string
  generated_at: string
  /**
   * Requirements that a test or valid, passing evidence does not reach, whose tiers are not all there, or that are to be
   * proven and are not.
   */
  requirements: { id: string; risk: Risk | null; traced: boolean; proven: boolean; missing_tiers: Tier[] }[]
  /** Findings by rule, most serious first. */
  findings: Record<string, { path: string | null; line: number | null; severity: string; message: string }[]>
  /** What the policy ignores, with the reason and the last day. */
  ignored: {
    rule: string
    path: string | null
    line: number | null
    message: string
    reason: string
    expires: string
  }[]
}

export function gapAnalysis(
  record: ComplianceRecord,
  { findings, ignored }: Pick<Assessment, 'findings' | 'ignored'>,
  generatedAt: string,
): GapAnalysis {
  const brief = ({ path, line, severity, message }: AssessedFinding) => ({ path, line, severity, message })
  return {
    gxpmd_version: GXPMD_VERSION,
    generated_at: generatedAt,
    requirements: record.coverage.requirements
      .filter(
        ({ risk, traced, proven, missingTiers }) =>
          !traced || missingTiers.length > 0 || (!proven && gateOf(risk, record.established) === 'proven'),
      )
      .map(({ id, risk, traced, proven, missingTiers }) => ({ id, risk, traced, proven, missing_tiers: missingTiers })),
    findings: Object.fromEntries(
      [...groupBy(findings, ({ rule }) => rule)].map(([rule, found]) => [rule, found.map(brief)]),
    ),
    ignored: ignored.map(({ finding: { rule, path, line, message }, reason, expires }) => {
      return { rule, path, line, message, reason, expires }
    }),
  }
}

/** The heading under which people sign: what follows it is theirs. */
export const SIGN_OFF = '## Sign-off'
/** The first line of a file that this program wrote and may write again. */
export const GENERATED =
  '<!-- Generated by rosie-guard. Sign in the last section; everything above it is written anew. -->'

export function complianceStatus(assessment: Assessment, record: ComplianceRecord, generatedAt: string): string {
  const { summary, head, findings, ignored } = assessment
  const name = record.systemContext?.content.fields.project_name?.text ?? 'this system'
  const { total, linked, traced, proven } = summary.requirements
  const gaps = record.coverage.requirements.filter((requirement) => !requirement.traced)
  const parts = [
    GENERATED,
    `# Status of the record of ${text(name, 200)}`,
    `Evidence found, missing and contradicted in ${head === null ? 'the working files' : `commit ${code(shortSha(head))}`} on ${generatedAt}. Whether it suffices is for the people who sign below.`,
    '## Requirements',
    `Of ${many(total, 'requirement')}: linked ${share(linked, total)}, traced ${share(traced, total)}, proven ${share(proven, total)}.`,
    table(coverageTable(assessment)),
    ...(gaps.length === 0
      ? []
      : [
          `Without a traced test: ${gaps
            .slice(0, 200)
            .map(({ id }) => code(id, 100))
            .join(', ')}${gaps.length > 200 ? ` and ${number(gaps.length - 200)} more` : ''}.`,
        ]),
    '## Record',
    table(artifactTable(summary)),
    table(evidenceTable(summary)),
    '## Findings',
    findings.length === 0 ? 'None.' : ruleTable(findings),
    ...[ignoredSection(ignored) ?? []].flat(),
    SIGN_OFF,
    table({ header: ['Role', 'Name', 'Meaning', 'Date', 'Signature'], rows: [['', '', '', '', '']] }),
  ]
  return `${parts.join('\n\n')}\n`
}

function ruleTable(findings: readonly AssessedFinding[]): string {
  const rows = [...groupBy(findings, ({ rule, severity }) => `${severity} ${rule}`)].map(([, group]) => [
    code(group[0]?.rule ?? ''),
    group[0]?.severity ?? '',
    number(group.length),
  ])
  return table({ header: ['Rule', 'Severity', 'Findings'], rows })
}
