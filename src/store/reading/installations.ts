/** Installations as whoever reads may see them: of each, only what the repositories say that they may read. */
import { type Grant, may, type Scope } from '../../access/grant.ts'
import { Prisma } from '../../generated/prisma/client.ts'
import type { Quotas } from '../../scan/ports/limits.ts'
import type { ScanStatistics } from '../../scan/ports/statistics.ts'
import type { Database } from '../database.ts'
import { Statistics } from '../statistics.ts'
import { type Page, pageOf } from './page.ts'
import { visible, visibleInstallations } from './visible.ts'
import { all } from './where.ts'

export interface InstallationRow {
  id: bigint
  account: string
  accountType: string
  suspendedAt: Date | null
  createdAt: Date
  /** GitHub asked to wait until then. */
  blockedUntil: Date | null
  /** What GitHub last said of its limits; null: nothing yet. */
  quota: Quotas | null
  /** How many of them the reader may read. */
  repositories: number
  /** Of these repositories; null: none is open, and none has ended within a day. */
  scans: ScanStatistics | null
}

/** The order of the list. */
export type InstallationPosition = readonly [account: string, id: string]

export class Installations {
  readonly #database: Database
  readonly #statistics: Statistics

  constructor(database: Database) {
    this.#database = database
    this.#statistics = new Statistics(database)
  }

  /** By account. */
  async list(
    grants: readonly Grant[],
    limit: number,
    after: InstallationPosition | null,
  ): Promise<Page<InstallationRow, InstallationPosition>> {
    const beyond = after && Prisma.sql`(i.account, i.id) > (${after[0]}, ${after[1]}::bigint)`
    const rows = await this.#rows(grants, beyond, limit + 1)
    return pageOf(rows, limit, ({ account, id }) => [account, String(id)])
  }

  /** Null: there is none, or nothing of it is the reader's to see. */
  async withId(grants: readonly Grant[], id: bigint): Promise<InstallationRow | null> {
    const [row] = await this.#rows(grants, Prisma.sql`i.id = ${id}`, 1)
    return row ?? null
  }

  /** Whether all of an installation is theirs for that; null: nothing of it is theirs to see. */
  async allows(grants: readonly Grant[], id: bigint, scope: Scope): Promise<boolean | null> {
    const [seen] = await this.#database.client.$queryRaw<{ seen: number }[]>`
      SELECT 1 AS seen FROM installation i WHERE i.id = ${id} AND i.removed_at IS NULL AND ${visibleInstallations(grants, 'read')}`
    return seen ? may({ grants }, scope, { installationId: id }) : null
  }

  async #rows(grants: readonly Grant[], which: Prisma.Sql | null, most: number): Promise<InstallationRow[]> {
    const rows = await this.#database.client.$queryRaw<Omit<InstallationRow, 'scans'>[]>`
      SELECT i.id, i.account, i.account_type AS "accountType", i.suspended_at AS "suspendedAt",
        i.created_at AS "createdAt", i.blocked_until AS "blockedUntil", i.quota, (
          SELECT count(*)::int FROM repository r
          WHERE r.installation_id = i.id AND r.removed_at IS NULL AND ${visible(grants, 'read')}) AS repositories
      FROM installation i
      WHERE i.removed_at IS NULL AND ${all([visibleInstallations(grants, 'read'), which])}
      ORDER BY i.account, i.id LIMIT ${most}`
    const ids = rows.map(({ id }) => id)
    if (ids.length === 0) return []
    const scans = await this.#statistics.scans(
      Prisma.sql`r.installation_id = ANY(${ids}::bigint[]) AND ${visible(grants, 'read')}`,
    )
    return rows.map((row) => ({ ...row, scans: scans.get(row.id) ?? null }))
  }
}
