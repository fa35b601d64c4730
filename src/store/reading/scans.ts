/** Scans as whoever reads may see them, and what each of them found. */
import type { Grant } from '../../access/grant.ts'
import { Prisma } from '../../generated/prisma/client.ts'
import type { Database } from '../database.ts'
import { type Page, pageOf } from './page.ts'
import { PRESENT, visible } from './visible.ts'
import { all } from './where.ts'

/** `report` renders a report and scans nothing: a job, but no scan. */
export const SCAN_KINDS = ['tracked', 'change', 'replay'] as const
export type ListedKind = (typeof SCAN_KINDS)[number]

export const SCAN_STATUSES = ['queued', 'running', 'completed', 'failed', 'skipped', 'superseded'] as const
export type ScanStatus = (typeof SCAN_STATUSES)[number]

/** A scan, or a report, as lists have it. */
export interface ListedScan {
  id: string
  repositoryId: bigint
  installationId: bigint
  kind: ListedKind | 'report'
  status: ScanStatus
  trigger: string
  forced: boolean
  headSha: string | null
  ref: string | null
  baseRef: string | null
  baseSha: string | null
  phase: string | null
  /** Percent. */
  progress: number
  attempts: number
  filesTotal: number | null
  filesChanged: number | null
  filesFetched: number | null
  requests: number
  checkRunId: bigint | null
  conclusion: string | null
  error: string | null
  supersededBy: string | null
  createdAt: Date
  startedAt: Date | null
  completedAt: Date | null
}

export interface ScanRow extends ListedScan {
  /** When each phase of the last attempt began, RFC 3339, by its name. */
  phases: Record<string, string> | null
  summary: unknown
}

export interface ScanFilter {
  repositoryId?: bigint | undefined
  status?: ScanStatus | undefined
  kind?: ListedKind | undefined
  /** Asked for at that moment or later. */
  from?: Date | undefined
  /** Asked for before. */
  to?: Date | undefined
}

/** The order of the list. */
export type ScanPosition = readonly [createdAt: string, id: string]

const LISTED = Prisma.sql`
  s.id, s.repository_id AS "repositoryId", r.installation_id AS "installationId", s.kind::text, s.status::text, s.trigger,
  s.forced, s.head_sha AS "headSha", s.ref, s.base_ref AS "baseRef", s.base_sha AS "baseSha", s.phase,
  s.progress, s.attempts, s.files_total AS "filesTotal", s.files_changed AS "filesChanged", s.files_fetched AS "filesFetched", s.requests,
  s.check_run_id AS "checkRunId", s.conclusion, s.error, s.superseded_by AS "supersededBy",
  s.created_at AS "createdAt", s.started_at AS "startedAt", s.completed_at AS "completedAt"`

const FROM = Prisma.sql`
  scan s JOIN repository r ON r.id = s.repository_id JOIN installation i ON i.id = r.installation_id`

/** Repositories of which the newest of each are looked at: 10 ms for 50, 40 for 300. */
const FEW = 50

export class ScanRows {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /**
   * The newest first. Of few repositories by the index on (repository_id, created_at, id); of many by the one on (created_at,
   * id), until there are enough that the reader may see. That would be nearly all scans where most are another's: half a second
   * for 5 of 300,000.
   */
  async list(
    grants: readonly Grant[],
    { repositoryId, status, kind, from, to }: ScanFilter,
    limit: number,
    after: ScanPosition | null,
  ): Promise<Page<ListedScan, ScanPosition>> {
    const seen = all([
      ...[PRESENT, visible(grants, 'read')],
      repositoryId !== undefined && Prisma.sql`r.id = ${repositoryId}`,
    ])
    const wanted = all([
      kind ? ofKind(kind) : Prisma.sql`s.kind <> 'report'`,
      status !== undefined && Prisma.sql`s.status = ${status}::scan_status`,
      from !== undefined && Prisma.sql`s.created_at >= ${from}::timestamptz`,
      to !== undefined && Prisma.sql`s.created_at < ${to}::timestamptz`,
      after && Prisma.sql`(s.created_at, s.id) < (${after[0]}::timestamptz, ${after[1]}::uuid)`,
    ])
    const newest = Prisma.sql`ORDER BY s.created_at DESC, s.id DESC LIMIT ${limit + 1}`
    const each = Prisma.sql`
      repository r JOIN installation i ON i.id = r.installation_id CROSS JOIN LATERAL (
        SELECT * FROM scan s WHERE s.repository_id = r.id AND ${wanted} ${newest}) s`
    const few = repositoryId !== undefined || (await this.#areFew(seen))
    const source = few ? each : FROM
    const rows = await this.#database.client.$queryRaw<ListedScan[]>`
      SELECT ${LISTED} FROM ${source} WHERE ${seen} AND ${wanted} ${newest}`
    return pageOf(rows, limit, ({ createdAt, id }) => [createdAt.toISOString(), id])
  }

  async #areFew(seen: Prisma.Sql): Promise<boolean> {
    const rows = await this.#database.client.$queryRaw<{ id: bigint }[]>`
      SELECT r.id FROM repository r JOIN installation i ON i.id = r.installation_id WHERE ${seen} LIMIT ${FEW + 1}`
    return rows.length <= FEW
  }

  /** Of any kind. Null: there is none, or it is not the reader's to see. */
  async withId(grants: readonly Grant[], id: string): Promise<ScanRow | null> {
    const [row] = await this.#database.client.$queryRaw<ScanRow[]>`
      SELECT ${LISTED}, s.phases, s.summary FROM ${FROM} WHERE s.id = ${id}::uuid AND ${PRESENT} AND ${visible(grants, 'read')}`
    return row ?? null
  }
}

const ofKind = (kind: ListedKind) => Prisma.sql`s.kind = ${kind}::scan_kind`
