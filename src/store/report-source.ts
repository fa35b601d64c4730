/** What a report is made of, read from the rows that the newest scan of the default branch has left. A handful of queries. */
import { Prisma } from '../generated/prisma/client.ts'
import type { AssessedFinding } from '../rosie/assessment.ts'
import type {
  KeptAssessment,
  ReportedEvent,
  ReportedRequirement,
  ReportedRisk,
  ReportedTrail,
  ReportSource,
} from '../scan/ports/reports.ts'
import type { Connection } from './database.ts'
import { requirementDocumentsOf } from './report-documents.ts'
import { evidenceOf } from './report-evidence.ts'

/** The scan that a report would be of. */
export interface ReportableScan {
  /** With the branch: as they were when it was completed. */
  owner: string
  name: string
  defaultBranch: string | null
  scanId: string
  commit: string
  /** Null: it is still being told. */
  completedAt: Date | null
  /** Why GitHub was not told to the end; null: it was. */
  untold: string | null
  conclusion: ReportSource['scan']['conclusion']
  summary: ReportSource['scan']['summary']
  assessment: KeptAssessment | null
}

/**
 * A scan whose result can't be told ends as well. What the repository was called by then is what the first event since says
 * that it was before (witness.ts), by the index on (resource, at); without one, what it is called now.
 */
export async function reportable(client: Connection, repositoryId: bigint): Promise<ReportableScan | null> {
  const [row] = await client.$queryRaw<ReportableScan[]>`
    SELECT coalesce(known.previous ->> 'owner', r.owner) AS owner, coalesce(known.previous ->> 'name', r.name) AS name,
      coalesce(s.ref, known.previous ->> 'defaultBranch', r.default_branch) AS "defaultBranch", s.id AS "scanId", r.tracked_head AS commit,
      CASE WHEN s.status NOT IN ('queued', 'running') THEN s.completed_at END AS "completedAt",
      CASE WHEN s.status <> 'completed' THEN coalesce(s.error, s.status::text) END AS untold, s.conclusion, s.summary, s.assessment
    FROM repository r JOIN scan s ON s.id = r.tracked_scan_id
      LEFT JOIN LATERAL (
        SELECT e.previous FROM audit_event e
        WHERE e.resource = 'repository/' || r.id AND e.at > s.completed_at AND e.installation_id = r.installation_id
          AND e.previous ->> 'owner' IS NOT NULL
        ORDER BY e.at, e.id LIMIT 1) AS known ON true
    WHERE r.id = ${repositoryId} AND r.tracked_head IS NOT NULL`
  return row ?? null
}

/** Events in one report: the trail itself has them all. */
const MOST_EVENTS = 1_000

export async function readSource(
  client: Connection,
  repositoryId: bigint,
  scan: ReportableScan & { completedAt: Date },
): Promise<ReportSource> {
  const { owner, name, defaultBranch, scanId, commit, completedAt, conclusion, untold, summary, assessment } = scan
  return {
    repository: { id: String(repositoryId), owner, name, defaultBranch },
    scan: { id: scanId, commit, completedAt: completedAt.toISOString(), conclusion, untold, summary },
    assessed: assessment,
    findings: await findingsOf(client, scanId),
    requirements: await requirementsOf(client, repositoryId),
    requirementDocuments: await requirementDocumentsOf(client, repositoryId),
    edges: await edgesOf(client, repositoryId),
    files: await filesOf(client, repositoryId),
    evidence: await evidenceOf(client, repositoryId),
    ...(await restOf(client, repositoryId)),
    audit: await auditOf(client, repositoryId, completedAt),
  }
}

/** The most serious: the scan has them all, and its summary counts them. */
const MOST_FINDINGS = 50_000

const findingsOf = (client: Connection, scanId: string): Promise<AssessedFinding[]> =>
  client.$queryRaw<AssessedFinding[]>`
    SELECT rule, severity, path, line, end_line AS "endLine", "column", end_column AS "endColumn", gxp_id AS "gxpId",
      message, fingerprint, status
    FROM finding WHERE scan_id = ${scanId}::uuid ORDER BY id LIMIT ${MOST_FINDINGS}`

const requirementsOf = (client: Connection, repositoryId: bigint): Promise<ReportedRequirement[]> =>
  client.$queryRaw<ReportedRequirement[]>`
    SELECT c.gxp_id AS id, c.risk, c.linked, c.traced, c.proven, c.path, c.tiers, c.missing_tiers AS "missingTiers",
      (SELECT a.title FROM artifact a WHERE a.repository_id = c.repository_id AND a.kind = 'requirement'
        AND a.gxp_id = c.gxp_id ORDER BY a.path LIMIT 1) AS title
    FROM requirement_coverage c WHERE c.repository_id = ${repositoryId} ORDER BY c.gxp_id COLLATE "C"`

/** In one value: as rows of their own, the client would take more than twice as long over them. */
async function edgesOf(client: Connection, repositoryId: bigint): Promise<ReportSource['edges']> {
  const [answer] = await client.$queryRaw<{ edges: string | null }[]>`
    SELECT json_agg(json_build_array("from", "to", type) ORDER BY "from" COLLATE "C", "to" COLLATE "C", type)::text AS edges
    FROM (SELECT DISTINCT "from", "to", type FROM trace_edge WHERE repository_id = ${repositoryId}) edge`
  const edges = JSON.parse(answer?.edges ?? '[]') as [string, string, string][]
  return edges.map(([from, to, type]) => ({ from, to, type }))
}

async function filesOf(client: Connection, repositoryId: bigint): Promise<ReportSource['files']> {
  const [answer] = await client.$queryRaw<{ files: ReportSource['files'] | null }[]>`
    SELECT json_agg(json_build_object('path', path, 'kind', kind) ORDER BY path COLLATE "C") AS files
    FROM tracked_file
    WHERE repository_id = ${repositoryId} AND kind IN ('source', 'test') AND path IN (
      SELECT regexp_replace(substr("from", 6), '#L[0-9]+$', '') FROM trace_edge
      WHERE repository_id = ${repositoryId} AND starts_with("from", 'FILE:'))`
  return answer?.files ?? []
}

interface Rest {
  artifacts: number
  risks: ReportedRisk[] | null
  vendors: ReportSource['vendors'] | null
  revisions: number
  altered: number
  first: Date | null
  last: Date | null
}

async function restOf(
  client: Connection,
  repositoryId: bigint,
): Promise<Pick<ReportSource, 'artifacts' | 'risks' | 'vendors' | 'revisions'>> {
  const [rest] = await client.$queryRaw<Rest[]>`
    SELECT
      (SELECT count(*)::int FROM artifact WHERE repository_id = ${repositoryId}) AS artifacts,
      (SELECT json_agg(json_build_object('id', entry ->> 'id', 'title', entry ->> 'title', 'date', entry ->> 'date',
          'risk', entry ->> 'risk', 'status', entry ->> 'status'))
        FROM artifact a CROSS JOIN LATERAL jsonb_array_elements(a.data -> 'entries') entry
        WHERE a.repository_id = ${repositoryId} AND a.kind = 'risk_register') AS risks,
      (SELECT json_agg(json_build_object('path', path, 'product', title) ORDER BY path COLLATE "C")
        FROM artifact WHERE repository_id = ${repositoryId} AND kind = 'vendor_assessment') AS vendors,
      revised.number AS revisions, revised.altered, revised.first, revised.last
    FROM (SELECT count(*)::int AS number, min(at) AS first, max(at) AS last,
        count(DISTINCT path) FILTER (WHERE kind IN ('evidence', 'package_file') AND change <> 'added')::int AS altered
      FROM artifact_revision WHERE repository_id = ${repositoryId}) revised`
  if (!rest) throw new Error('A SELECT without FROM answered no row.')
  const { artifacts, risks, vendors, revisions: total, altered, first, last } = rest
  const revisions = { total, altered, first: first?.toISOString() ?? null, last: last?.toISOString() ?? null }
  return { artifacts, risks: risks ?? [], vendors: vendors ?? [], revisions }
}

type Values = Record<string, unknown> | null
type EventRow = Omit<ReportedEvent, 'id' | 'at' | 'changes'> & {
  id: bigint
  at: Date
  previous: Values
  next: Values
  total: number
}

/** What came after the scan, this report among it, is not in it; nor what an account did that had the repository before. */
async function auditOf(client: Connection, repositoryId: bigint, until: Date): Promise<ReportedTrail> {
  const account = Prisma.sql`(SELECT installation_id FROM repository WHERE id = ${repositoryId})`
  const rows = await client.$queryRaw<EventRow[]>`
    SELECT id, at, actor, action, resource, reason, count(*) OVER ()::int AS total,
      CASE WHEN resource = ${`repository/${repositoryId}`} THEN previous END AS previous,
      CASE WHEN resource = ${`repository/${repositoryId}`} THEN next END AS next
    FROM audit_event WHERE repository_id = ${repositoryId} AND at <= ${until} AND installation_id = ${account}
    ORDER BY at DESC, id DESC LIMIT ${MOST_EVENTS}`
  const events = rows.map(({ total: _, id, at, previous, next, ...event }) => ({
    ...{ id: String(id), at: at.toISOString(), ...event },
    changes: changesBetween(previous ?? {}, next ?? {}),
  }))
  const [counts] = await client.$queryRaw<Pick<ReportedTrail, 'onApiKeys' | 'onSigningKeys'>[]>`
    SELECT count(*) FILTER (WHERE starts_with(action, 'api_key.'))::int AS "onApiKeys",
      count(*) FILTER (WHERE starts_with(action, 'signing_key.'))::int AS "onSigningKeys"
    FROM audit_event WHERE installation_id = ${account} AND at <= ${until} AND (repository_id IS NULL OR repository_id = ${repositoryId})`
  return { total: rows[0]?.total ?? 0, events: events.reverse(), onApiKeys: 0, onSigningKeys: 0, ...counts }
}

function changesBetween(previous: object, next: object): ReportedEvent['changes'] {
  const [before, since] = [new Map(Object.entries(previous)), new Map(Object.entries(next))]
  const names = [...new Set([...before.keys(), ...since.keys()])].sort()
  return names
    .map((name) => ({ name, before: told(before.get(name)), since: told(since.get(name)) }))
    .filter((change) => change.before !== change.since)
}

const told = (value: unknown): string | null =>
  value === null || value === undefined ? null : typeof value === 'object' ? JSON.stringify(value) : String(value)
