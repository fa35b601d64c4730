/** What a scan found, in the order in which it was kept. Whoever asks has asked whether they may. */
import { Prisma } from '../../generated/prisma/client.ts'
import type { Database } from '../database.ts'
import { type Page, pageOf } from './page.ts'
import { all } from './where.ts'

export interface FindingRow {
  id: bigint
  scanId: string
  rule: string
  severity: 'error' | 'warning' | 'notice'
  path: string | null
  line: number | null
  endLine: number | null
  column: number | null
  endColumn: number | null
  gxpId: string | null
  message: string
  fingerprint: string
  status: 'introduced' | 'existing'
}

export interface FindingFilter {
  severity?: string | undefined
  rule?: string | undefined
  status?: string | undefined
  path?: string | undefined
  gxpId?: string | undefined
}

/** The order of the list; the scan is named, since the next one of the same repository has findings of its own. */
export type FindingPosition = readonly [scanId: string, id: string]

export class Findings {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Whether the repository has such a scan. */
  async knows({ repositoryId, scanId }: { repositoryId: bigint; scanId: string }): Promise<boolean> {
    return (await this.#database.client.scan.count({ where: { id: scanId, repositoryId } })) > 0
  }

  /** By the indexes on (scan_id, …). A position of another scan of the repository goes on with that scan. */
  async list(
    { repositoryId, scanId }: { repositoryId: bigint; scanId: string },
    { severity, rule, status, path, gxpId }: FindingFilter,
    limit: number,
    after: FindingPosition | null,
  ): Promise<Page<FindingRow, FindingPosition>> {
    const [of, last] = after ?? [scanId, '0']
    const where = [
      Prisma.sql`f.scan_id = ${of}::uuid AND f.id > ${last}::bigint AND s.repository_id = ${repositoryId}`,
      severity !== undefined && Prisma.sql`f.severity = ${severity}`,
      rule !== undefined && Prisma.sql`f.rule = ${rule}`,
      status !== undefined && Prisma.sql`f.status = ${status}`,
      path !== undefined && isValue(Prisma.sql`f.path`, path),
      gxpId !== undefined && isValue(Prisma.sql`f.gxp_id`, gxpId),
    ]
    const rows = await this.#database.client.$queryRaw<FindingRow[]>`
      SELECT f.id, f.scan_id AS "scanId", f.rule, f.severity, f.path, f.line, f.end_line AS "endLine", f."column",
        f.end_column AS "endColumn", f.gxp_id AS "gxpId", f.message, f.fingerprint, f.status
      FROM finding f JOIN scan s ON s.id = f.scan_id
      WHERE ${all(where)} ORDER BY f.id LIMIT ${limit + 1}`
    return pageOf(rows, limit, ({ scanId, id }) => [scanId, String(id)])
  }
}

/** By the index on the column's beginning: a whole value may be too long for one. */
const isValue = (column: Prisma.Sql, value: string) =>
  Prisma.sql`left(${column}, 200) = left(${value}, 200) AND ${column} = ${value}`
