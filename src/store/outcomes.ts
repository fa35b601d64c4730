/** What scans came to: their results, kept in the transaction that completes them, and read when they are told. */
import { Prisma } from '../generated/prisma/client.ts'
import type { AssessedFinding, Summary } from '../rosie/assessment.ts'
import type { Outcome } from '../scan/ports/outcome.ts'
import type { CompletedScan, Scan } from '../scan/ports/store.ts'
import type { Connection, Database } from './database.ts'
import { toJson } from './json.ts'
import { setWanted } from './leases.ts'
import { keptAssessment } from './reports.ts'
import { inChunks } from './rows.ts'

/** With each scan, in the order in which they were kept. */
const FINDINGS = { omit: { id: true, scanId: true }, orderBy: { id: 'asc' } } as const

/** In the place of those of an earlier attempt. */
export async function keepFindings(
  database: Database,
  connection: Connection,
  scanId: string,
  findings: readonly AssessedFinding[],
): Promise<void> {
  await connection.$executeRaw`DELETE FROM finding WHERE scan_id = ${scanId}::uuid`
  await inChunks(
    database,
    findings,
    (rows) => connection.$executeRaw`
      INSERT INTO finding (scan_id, rule, severity, path, line, end_line, "column", end_column, gxp_id, message, fingerprint,
        status)
      SELECT ${scanId}::uuid, rule, severity, path, line, "endLine", "column", "endColumn", "gxpId", message, fingerprint,
        status
      FROM json_to_recordset(${rows}::json) AS finding
        (rule text, severity text, path text, line int, "endLine" int, "column" int, "endColumn" int, "gxpId" text,
         message text, fingerprint text, status text)`,
  )
}

/** All but its findings. Throws `LeaseLost`, `Superseded`. */
export async function keepOutcome(connection: Connection, scan: Scan, outcome: Outcome): Promise<void> {
  const { findings: _, ...assessment } = outcome.assessment
  await setWanted(
    connection,
    scan,
    Prisma.sql`conclusion = ${assessment.conclusion}, summary = ${toJson(assessment.summary)}::jsonb,
      assessment = ${toJson(keptAssessment(outcome.assessment))}::jsonb,
      judged_by = ${outcome.judgedBy}, requests = ${outcome.requests}, stage = 'persisted',
      outcome = ${toJson({ ...outcome, assessment })}::jsonb || jsonb_build_object('forced', forced)`,
  )
}

/** Null: none was kept, or it was told. */
export async function keptOutcome({ client }: Database, { id }: Scan): Promise<Outcome | null> {
  const row = await client.scan.findUnique({ where: { id }, select: { outcome: true, findings: FINDINGS } })
  if (!row?.outcome) return null
  // `forced`: whether a person had asked for it by then (`clearAway`).
  const { forced: _, ...kept } = row.outcome as unknown as Outcome & { forced: boolean }
  const { policy = null } = kept.assessment
  return { ...kept, assessment: { ...kept.assessment, policy, findings: row.findings as AssessedFinding[] } }
}

/** Of a head: the newest of each base, newest first. */
export async function completedScans(
  { client }: Database,
  repositoryId: bigint,
  headSha: string,
): Promise<CompletedScan[]> {
  const newest = await client.$queryRaw<{ id: string }[]>`
    SELECT DISTINCT ON (base_ref) id FROM scan
    WHERE repository_id = ${repositoryId} AND head_sha = ${headSha} AND status = 'completed' AND kind <> 'replay'
    ORDER BY base_ref, completed_at DESC`
  const scans = await client.scan.findMany({
    where: { id: { in: newest.map(({ id }) => id) } },
    include: { findings: FINDINGS },
    orderBy: { completedAt: 'desc' },
  })
  return scans.map(({ id, baseRef, baseSha, checkRunId, conclusion, summary, judgedBy, findings }) => ({
    ...{ id, baseRef, baseSha, checkRunId },
    conclusion: conclusion ?? '',
    summary: summary as unknown as Summary,
    judgedBy: judgedBy ?? '',
    findings: findings as AssessedFinding[],
  }))
}
