/** What the rows say about the work: how much waits and for how long, and what has ended lately. Reads only. */
import { Prisma } from '../generated/prisma/client.ts'
import type {
  EndedScans,
  InboxStatistics,
  Levels,
  OpenScans,
  QuotaLeft,
  ScanStatistics,
} from '../scan/ports/statistics.ts'
import type { Database } from './database.ts'
import { MAX_ATTEMPTS } from './deliveries.ts'
import { EndedScanTally } from './ended-scans.ts'
import { restsUntil } from './limits.ts'

const NONE: OpenScans = { waiting: 0, delayed: 0, running: 0, oldestWaitingMs: null }
const NONE_ENDED: EndedScans = { completed: 0, failed: 0, skipped: 0, superseded: 0 }

/** Quotas are shown of so many installations at most, of those with the least left of theirs. */
const MOST_QUOTAS = 100

const age = (time: Prisma.Sql) => Prisma.sql`(extract(epoch FROM now() - ${time}) * 1000)::float8`

export class Statistics {
  readonly #database: Database
  readonly #endedScans: EndedScanTally

  constructor(database: Database) {
    this.#database = database
    this.#endedScans = new EndedScanTally(database)
  }

  async levels(): Promise<Levels> {
    const [scans, inbox, quotas] = await Promise.all([this.openScans(), this.inbox(), this.quotas()])
    return { scans: [...scans.values()].reduce(together, NONE), inbox, quotas }
  }

  /**
   * By installation; one without scans, open or ended within a day, is not in it. `which`: over `r` (repository), whose
   * scans are counted.
   */
  async scans(which = Prisma.sql`TRUE`): Promise<Map<bigint, ScanStatistics>> {
    const [open, ended] = await Promise.all([this.openScans(which), this.#ended(which)])
    const statistics = new Map<bigint, ScanStatistics>()
    for (const id of new Set([...open.keys(), ...ended.keys()])) {
      const { lastHour, lastDay } = ended.get(id) ?? { lastHour: NONE_ENDED, lastDay: NONE_ENDED }
      statistics.set(id, { open: open.get(id) ?? NONE, lastHour, lastDay })
    }
    return statistics
  }

  /** By installation. By the index on (status, not_before). */
  async openScans(which = Prisma.sql`TRUE`): Promise<Map<bigint, OpenScans>> {
    const rows = await this.#database.client.$queryRaw<(OpenScans & { id: bigint })[]>`
      SELECT id, count(*) FILTER (WHERE state = 'waiting')::int AS waiting,
        count(*) FILTER (WHERE state = 'delayed')::int AS delayed,
        count(*) FILTER (WHERE state = 'running')::int AS running,
        max(${age(Prisma.sql`created_at`)}) FILTER (WHERE state = 'waiting') AS "oldestWaitingMs"
      FROM (
        SELECT i.id, s.created_at,
          CASE WHEN s.status = 'running' THEN 'running'
               WHEN s.not_before > now() OR ${restsUntil} IS NOT NULL THEN 'delayed' ELSE 'waiting' END AS state
        FROM scan s JOIN repository r ON r.id = s.repository_id JOIN installation i ON i.id = r.installation_id
        WHERE s.status IN ('queued', 'running') AND ${which}) open
      GROUP BY id`
    return new Map(rows.map(({ id, ...open }) => [id, open]))
  }

  /** By the index on (processed_at, received_at). */
  async inbox(): Promise<InboxStatistics> {
    const [inbox] = await this.#database.client.$queryRaw<InboxStatistics[]>`
      SELECT count(*) FILTER (WHERE attempts < ${MAX_ATTEMPTS})::int AS waiting,
        count(*) FILTER (WHERE attempts >= ${MAX_ATTEMPTS})::int AS "givenUp",
        max(${age(Prisma.sql`received_at`)}) FILTER (WHERE attempts < ${MAX_ATTEMPTS}) AS "oldestWaitingMs"
      FROM webhook_delivery WHERE processed_at IS NULL`
    return inbox ?? { waiting: 0, givenUp: 0, oldestWaitingMs: null }
  }

  /** Those whose hour has passed are whole again. */
  async quotas(): Promise<QuotaLeft[]> {
    return this.#database.client.$queryRaw<QuotaLeft[]>`
      SELECT installation, resource, remaining, "limit" FROM (
        SELECT i.id AS installation, told.key AS resource, quota."limit",
          CASE WHEN to_timestamp(quota.reset / 1000) > now() THEN quota.remaining ELSE quota."limit" END AS remaining
        FROM installation i CROSS JOIN jsonb_each(i.quota) told
          CROSS JOIN LATERAL jsonb_to_record(told.value) AS quota (remaining float8, "limit" float8, reset float8)
        WHERE i.removed_at IS NULL) left_over
      ORDER BY remaining / greatest("limit", 1), installation, resource LIMIT ${MOST_QUOTAS}`
  }

  async #ended(which: Prisma.Sql): Promise<Map<bigint, Pick<ScanStatistics, 'lastHour' | 'lastDay'>>> {
    const rows = await this.#database.client.$queryRaw<Ended[]>`
      SELECT r.installation_id AS id, ended.status, sum(ended."lastDay")::int AS "lastDay",
        sum(ended."lastHour")::int AS "lastHour"
      FROM json_to_recordset(${await this.#endedScans.json()}::json) AS ended
        (repository bigint, status text, "lastDay" int, "lastHour" int)
      JOIN repository r ON r.id = ended.repository
      WHERE ${which} GROUP BY r.installation_id, ended.status`
    const ended = new Map<bigint, Pick<ScanStatistics, 'lastHour' | 'lastDay'>>()
    for (const { id, status, lastHour, lastDay } of rows) {
      const known = ended.get(id) ?? { lastHour: NONE_ENDED, lastDay: NONE_ENDED }
      ended.set(id, {
        lastHour: { ...known.lastHour, [status]: lastHour },
        lastDay: { ...known.lastDay, [status]: lastDay },
      })
    }
    return ended
  }
}

interface Ended {
  id: bigint
  status: keyof EndedScans
  lastHour: number
  lastDay: number
}

const together = (one: OpenScans, other: OpenScans): OpenScans => ({
  waiting: one.waiting + other.waiting,
  delayed: one.delayed + other.delayed,
  running: one.running + other.running,
  oldestWaitingMs: older(one.oldestWaitingMs, other.oldestWaitingMs),
})

const older = (one: number | null, other: number | null) =>
  one === null || other === null ? (one ?? other) : Math.max(one, other)
