/** Repositories as whoever reads may see them: their names, and what their default branch was last found to be. */
import type { Grant } from '../../access/grant.ts'
import { Prisma } from '../../generated/prisma/client.ts'
import type { Database } from '../database.ts'
import { type Page, pageOf } from './page.ts'
import { PRESENT, visible } from './visible.ts'
import { all } from './where.ts'

export interface RepositoryRow {
  id: bigint
  installationId: bigint
  owner: string
  name: string
  defaultBranch: string | null
  private: boolean
  archivedAt: Date | null
  /** The tracked snapshot: its commit, the scan that made it, and when. Null: the default branch was never scanned. */
  trackedHead: string | null
  trackedScanId: string | null
  trackedAt: Date | null
  /** Of that scan. */
  conclusion: string | null
  summary: unknown
}

/** The order of the list. */
export type RepositoryPosition = readonly [owner: string, name: string, id: string]

export interface RepositoryFilter {
  installationId?: bigint | undefined
  owner?: string | undefined
  name?: string | undefined
  conclusion?: string | undefined
}

const COLUMNS = Prisma.sql`
  r.id, r.installation_id AS "installationId", r.owner, r.name, r.default_branch AS "defaultBranch", r.private,
  r.archived_at AS "archivedAt", r.tracked_head AS "trackedHead", r.tracked_scan_id AS "trackedScanId",
  r.tracked_at AS "trackedAt", s.conclusion, s.summary`

const FROM = Prisma.sql`
  repository r JOIN installation i ON i.id = r.installation_id LEFT JOIN scan s ON s.id = r.tracked_scan_id`

export class Repositories {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** By owner and name. */
  async list(
    grants: readonly Grant[],
    { installationId, owner, name, conclusion }: RepositoryFilter,
    limit: number,
    after: RepositoryPosition | null,
  ): Promise<Page<RepositoryRow, RepositoryPosition>> {
    const where = [
      ...[PRESENT, visible(grants, 'read')],
      installationId !== undefined && Prisma.sql`r.installation_id = ${installationId}`,
      // GitHub's names are the same in capitals or not.
      owner !== undefined && Prisma.sql`lower(r.owner) = lower(${owner})`,
      name !== undefined && Prisma.sql`lower(r.name) = lower(${name})`,
      conclusion !== undefined && Prisma.sql`s.conclusion = ${conclusion}`,
      after && Prisma.sql`(r.owner, r.name, r.id) > (${after[0]}, ${after[1]}, ${after[2]}::bigint)`,
    ]
    const rows = await this.#database.client.$queryRaw<RepositoryRow[]>`
      SELECT ${COLUMNS} FROM ${FROM} WHERE ${all(where)}
      ORDER BY r.owner, r.name, r.id LIMIT ${limit + 1}`
    return pageOf(rows, limit, ({ owner, name, id }) => [owner, name, String(id)])
  }

  /** Whoever may see it; the caller asks. */
  async withId(id: bigint): Promise<RepositoryRow | null> {
    const [row] = await this.#database.client.$queryRaw<RepositoryRow[]>`
      SELECT ${COLUMNS} FROM ${FROM} WHERE r.id = ${id} AND ${PRESENT}`
    return row ?? null
  }
}
