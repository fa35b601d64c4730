import { Prisma } from '../generated/prisma/client.ts'
import { type LimitStore, type Limits, type Quotas, RESTS_BELOW } from '../scan/ports/limits.ts'
import type { Database } from './database.ts'

const { firstScan, scan } = RESTS_BELOW

/**
 * Over `s` (scan) and `i` (installation): the moment before which GitHub's limits let the scan not be taken, null where
 * they do. A scan that has opened its check run may draw on the reserve: somebody waits for its conclusion. First scans
 * leave more to all others, and a report asks GitHub nothing.
 */
export const restsUntil = Prisma.sql`
  CASE WHEN s.kind <> 'report' THEN greatest(
    CASE WHEN i.blocked_until > now() THEN i.blocked_until END,
    CASE WHEN s.check_run_id IS NULL THEN (
      SELECT max(told.reset) FROM (
        SELECT to_timestamp((value->>'reset')::float8 / 1000) AS reset, (value->>'remaining')::float8 AS remaining,
          (value->>'limit')::float8 AS "limit"
        FROM jsonb_each(i.quota)) told
      WHERE told.reset > now()
        AND told.remaining < CASE WHEN s.background
          THEN greatest(${firstScan.atLeast}::float8, ${firstScan.share}::float8 * told.limit)
          ELSE greatest(${scan.atLeast}::float8, ${scan.share}::float8 * told.limit) END)
    END) END`

/** GitHub's limits in the rows of installations. Waits are kept by the database's clock, and told as what is left of them. */
export class InstallationLimits implements LimitStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async read(installationId: bigint): Promise<Limits> {
    const [known] = await this.#database.client.$queryRaw<{ waitMs: number; quota: Quotas | null }[]>`
      SELECT quota, CASE WHEN blocked_until > now() THEN ceil(extract(epoch FROM blocked_until - now()) * 1000) + 1
        ELSE 0 END::float8 AS "waitMs"
      FROM installation WHERE id = ${installationId}`
    return { waitMs: known?.waitMs ?? 0, quotas: known?.quota ?? {} }
  }

  async block(installationId: bigint, ms: number): Promise<void> {
    await this.#database.client.$executeRaw`
      UPDATE installation SET blocked_until = greatest(blocked_until, now() + ${ms}::float8 * interval '1 ms')
      WHERE id = ${installationId}`
  }

  /** What is not told stays as it is. */
  async keep(installationId: bigint, quotas: Quotas): Promise<void> {
    await this.#database.client.$executeRaw`
      UPDATE installation SET quota = coalesce(quota, '{}') || ${JSON.stringify(quotas)}::jsonb WHERE id = ${installationId}`
  }
}
