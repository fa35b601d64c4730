/** Compliance reports: what they are made of, that one is wanted, and those that were made. */
import type { Prisma } from '../generated/prisma/client.ts'
import type { Assessment } from '../rosie/assessment.ts'
import type { KeptAssessment, MadeReport, ReportFormat, ReportSource, ReportStore } from '../scan/ports/reports.ts'
import { type By, recordAudit } from './audit.ts'
import type { Connection, Database } from './database.ts'
import { laneOf } from './intents.ts'
import { toJson } from './json.ts'
import { type ReportableScan, readSource, reportable } from './report-source.ts'

/** Whose reports they are, and of which scan. */
export interface ReportedScan {
  id: bigint
  installationId: bigint
  scanId: string
}

/** How often it is read again because the default branch was scanned meanwhile. */
const TRIES = 5

export class Reports implements ReportStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** A scan that ends while its rows are read changes them: then they are read again. */
  async source(
    repositoryId: bigint,
  ): Promise<{ source: ReportSource; kept: ReadonlySet<ReportFormat> } | 'wait' | null> {
    const { client } = this.#database
    let scan = await reportable(client, repositoryId)
    for (let tries = 0; tries < TRIES; tries++) {
      if (scan === null) return null
      if (!isTold(scan)) return 'wait'
      const source = await readSource(client, repositoryId, scan)
      const after = await reportable(client, repositoryId)
      if (after?.scanId === scan.scanId) return { source, kept: await this.kept(scan.scanId) }
      scan = after
    }
    return 'wait'
  }

  async kept(scanId: string): Promise<Set<ReportFormat>> {
    const rows = await this.#database.client.complianceReport.findMany({ where: { scanId }, select: { format: true } })
    return new Set(rows.map(({ format }) => format as ReportFormat))
  }

  /** The job that makes the reports of a repository: the one that is queued or running, else a new one. */
  async request({ id, installationId, scanId }: ReportedScan, by: By): Promise<string> {
    return this.#database.client.$transaction(async (transaction) => {
      const [job] = await transaction.$queryRaw<{ id: string; added: boolean }[]>`
        INSERT INTO scan (repository_id, kind, trigger, lane, report)
        VALUES (${id}, 'report', 'report', ${laneOf(id, 'report', null)}, ${toJson({ scan: scanId })}::jsonb)
        ON CONFLICT (repository_id, kind, coalesce(head_sha, ''), coalesce(base_ref, '')) WHERE status IN ('queued', 'running')
        DO UPDATE SET trigger = scan.trigger
        RETURNING id, xmax = 0 AS added`
      if (!job) throw new Error('An INSERT with ON CONFLICT DO UPDATE answered no row.')
      if (job.added) {
        const event = { resource: `scan/${job.id}`, next: { scan: scanId }, installationId, repositoryId: id }
        await recordAudit(transaction, { ...by, action: 'report.requested', ...event })
      }
      return job.id
    })
  }

  /** Made at once: answers what is kept now, of whoever was first. */
  async keep(of: ReportedScan, made: MadeReport, by: By): Promise<void> {
    await this.#database.client.$transaction((transaction) => keepReports(transaction, of, [made], by))
  }
}

/** A policy may ignore every finding of a record. */
const MOST_IGNORED = 10_000

/** What reports say of an assessment besides counts and findings, once it has been told. */
export const keptAssessment = ({ coverage, score, riskMatrix, policy, ignored }: Assessment): KeptAssessment => ({
  ...{ coverage, score, riskMatrix, policy },
  ...{ ignored: ignored.slice(0, MOST_IGNORED), ignoredTotal: ignored.length },
})

const isTold = (scan: ReportableScan): scan is ReportableScan & { completedAt: Date } => scan.completedAt !== null

/**
 * A report that is kept already stays as it is. One of a repository that went to another account while it was made is nobody's:
 * the row is locked, so that a transfer waits and then removes what was kept, or has happened before.
 */
export async function keepReports(
  transaction: Connection,
  { id, installationId, scanId }: ReportedScan,
  made: readonly MadeReport[],
  by: By,
): Promise<void> {
  if (made.length === 0) return
  const [theirs] = await transaction.$queryRaw<object[]>`
    SELECT FROM repository WHERE id = ${id} AND installation_id = ${installationId} FOR SHARE`
  if (!theirs) return
  const kept = await transaction.complianceReport.createManyAndReturn({
    data: made.map(({ format, sha256, content }) => ({
      ...{ repositoryId: id, scanId, format, sha256 },
      content: content as Prisma.Bytes,
    })),
    skipDuplicates: true,
    select: { id: true, format: true, sha256: true },
  })
  // One for each format: four at most.
  for (const { id: reportId, format, sha256 } of kept) {
    await recordAudit(transaction, {
      ...by,
      action: 'report.created',
      resource: `report/${reportId}`,
      next: { scan: scanId, format, sha256 },
      ...{ installationId, repositoryId: id },
    })
  }
}
