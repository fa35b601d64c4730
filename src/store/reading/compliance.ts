/** What the API reads of compliance: stored reports, and how the record came to be what it is. */
import { Prisma } from '../../generated/prisma/client.ts'
import type { KeptAssessment, ReportFormat } from '../../scan/ports/reports.ts'
import { sha256Of } from '../../scan/report.ts'
import type { Database } from '../database.ts'
import { type Page, pageOf } from './page.ts'
import { all } from './where.ts'

export interface StoredReport {
  id: string
  scanId: string
  /** Of that scan. */
  commit: string | null
  format: ReportFormat
  sha256: string
  size: number
  createdAt: Date
}

export type ReportPosition = readonly [at: string, id: string]

export interface Revision {
  id: bigint
  at: Date
  change: string
  path: string
  kind: string
  gxpId: string | null
  sha: string | null
  commit: string
  scanId: string
}

/** What is stored of a report is not what was made. */
export class ReportAltered extends Error {
  override name = 'ReportAltered'
  /** SHA-256 in hex: of the bytes, as its row has it, and as the audit trail told it; null: the trail doesn't know it. */
  constructor(id: string, digests: { found: string; stored: string; told: string | null }) {
    const { found, stored, told } = digests
    super(
      `Report ${id} was altered. SHA-256 of its bytes: ${found}; in its row: ${stored}; in the audit trail: ${told}.`,
    )
  }
}

const STORED = Prisma.sql`
  c.id, c.scan_id AS "scanId", s.head_sha AS commit, c.format, c.sha256, octet_length(c.content) AS size,
  c.created_at AS "createdAt"`

export class Compliance {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** The newest first. */
  async reports(
    repositoryId: bigint,
    limit: number,
    after: ReportPosition | null,
  ): Promise<Page<StoredReport, ReportPosition>> {
    const where = [
      Prisma.sql`c.repository_id = ${repositoryId}`,
      after && Prisma.sql`(c.created_at, c.id) < (${after[0]}::timestamptz, ${after[1]}::uuid)`,
    ]
    const rows = await this.#database.client.$queryRaw<StoredReport[]>`
      SELECT ${STORED} FROM compliance_report c JOIN scan s ON s.id = c.scan_id WHERE ${all(where)}
      ORDER BY c.created_at DESC, c.id DESC LIMIT ${limit + 1}`
    return pageOf(rows, limit, ({ createdAt, id }) => [createdAt.toISOString(), id])
  }

  /** One of this repository's; null: it has none of that id. */
  async report(repositoryId: bigint, id: string): Promise<StoredReport | null> {
    return this.#one(Prisma.sql`c.repository_id = ${repositoryId} AND c.id = ${id}::uuid`)
  }

  async reportOf(scanId: string, format: ReportFormat): Promise<StoredReport | null> {
    return this.#one(Prisma.sql`c.scan_id = ${scanId}::uuid AND c.format = ${format}`)
  }

  async #one(where: Prisma.Sql): Promise<StoredReport | null> {
    const [row] = await this.#database.client.$queryRaw<StoredReport[]>`
      SELECT ${STORED} FROM compliance_report c JOIN scan s ON s.id = c.scan_id WHERE ${where}`
    return row ?? null
  }

  /**
   * As it was made: else throws `ReportAltered`. Whoever changes it in the database can have changed its digest too, so that
   * of the audit trail counts, found by the index on (resource, at). Of 10 MB it takes 10 ms.
   */
  async content({ id, sha256: stored }: Pick<StoredReport, 'id' | 'sha256'>): Promise<Buffer> {
    const { client } = this.#database
    const { content } = await client.complianceReport.findUniqueOrThrow({ where: { id }, select: { content: true } })
    const [made] = await client.$queryRaw<{ sha256: string | null }[]>`
      SELECT next ->> 'sha256' AS sha256 FROM audit_event
      WHERE resource = ${`report/${id}`} AND action = 'report.created' ORDER BY at, id LIMIT 1`
    const [found, told] = [sha256Of(content), made?.sha256 ?? null]
    if (found !== stored || found !== told) throw new ReportAltered(id, { found, stored, told })
    return Buffer.from(content)
  }

  /** Whether a report of the tracked snapshot is made of at most so many rows of each kind, of what it ignores and risks too. */
  async isSmall(repositoryId: bigint, scanId: string, most: number): Promise<boolean> {
    const count = (from: Prisma.Sql) =>
      Prisma.sql`(SELECT count(*) FROM (SELECT 1 FROM ${from} LIMIT ${most + 1}) counted)`
    const [row] = await this.#database.client.$queryRaw<{ most: bigint }[]>`
      SELECT greatest(
        ${count(Prisma.sql`finding WHERE scan_id = ${scanId}::uuid`)},
        ${count(Prisma.sql`requirement_coverage WHERE repository_id = ${repositoryId}`)},
        ${count(Prisma.sql`artifact WHERE repository_id = ${repositoryId}`)},
        ${count(Prisma.sql`trace_edge WHERE repository_id = ${repositoryId}`)},
        (SELECT jsonb_array_length(assessment -> 'ignored') FROM scan WHERE id = ${scanId}::uuid),
        (SELECT sum(jsonb_array_length(data -> 'entries')) FROM artifact
          WHERE repository_id = ${repositoryId} AND kind = 'risk_register')) AS most`
    return Number(row?.most ?? 0) <= most
  }

  /** What a scan came to besides counts and findings; null: of a scan from before it was kept. */
  async assessment(scanId: string): Promise<KeptAssessment | null> {
    const [row] = await this.#database.client.$queryRaw<{ assessment: KeptAssessment | null }[]>`
      SELECT assessment FROM scan WHERE id = ${scanId}::uuid`
    return row?.assessment ?? null
  }

  /** Each state that a file of the record had on the default branch, the newest first. */
  async trail(
    repositoryId: bigint,
    path: string | undefined,
    limit: number,
    after: bigint | null,
  ): Promise<Page<Revision, string>> {
    const where = [
      Prisma.sql`repository_id = ${repositoryId}`,
      path !== undefined && Prisma.sql`path = ${path}`,
      after !== null && Prisma.sql`id < ${after}`,
    ]
    const rows = await this.#database.client.$queryRaw<Revision[]>`
      SELECT id, at, change, path, kind, gxp_id AS "gxpId", sha, commit, scan_id AS "scanId"
      FROM artifact_revision WHERE ${all(where)} ORDER BY id DESC LIMIT ${limit + 1}`
    return pageOf(rows, limit, ({ id }) => String(id))
  }
}
