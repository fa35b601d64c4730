/** How far scans have come, as their rows say it. */
import { Prisma } from '../generated/prisma/client.ts'
import type { Place, ProgressRows, ScanProgress, ScanStatus } from '../scan/ports/progress.ts'
import type { Phase, ScanKind } from '../scan/ports/store.ts'
import type { Database } from './database.ts'
import { newerHead } from './leases.ts'

interface Row {
  id: string
  kind: ScanKind
  repositoryId: bigint
  token: number
  status: ScanStatus
  phase: Phase | null
  progress: number
  blobsRead: number | null
  conclusion: 'success' | 'failure' | 'neutral' | null
  error: string | null
  newerHead: string | null
  artifactsCreated: bigint
  durationMs: number
  completedAt: Date | null
}

/** Artifacts are counted by the index on scan_id, and only where they can be new; of other files no `data` is kept. */
const COLUMNS = Prisma.sql`
  s.id, s.kind::text, s.repository_id AS "repositoryId", s.token, s.status::text, s.phase,
  s.progress, s.blobs_read AS "blobsRead", s.conclusion, s.error, ${newerHead} AS "newerHead",
  CASE WHEN s.status = 'completed' AND s.kind = 'tracked' THEN (
    SELECT count(*) FROM artifact_revision revision
    WHERE revision.scan_id = s.id AND revision.change = 'added' AND revision.data IS NOT NULL)
  ELSE 0 END AS "artifactsCreated",
  coalesce(extract(epoch FROM s.completed_at - s.started_at) * 1000, 0)::float8 AS "durationMs",
  s.completed_at AS "completedAt"`

const PLACE = Prisma.sql`r.id AS "repositoryId", r.installation_id AS "installationId"`

const FROM = Prisma.sql`scan s JOIN repository r ON r.id = s.repository_id JOIN installation i ON i.id = r.installation_id`

/** Those that the app can't see any more are nobody's. */
const PRESENT = Prisma.sql`r.removed_at IS NULL AND i.removed_at IS NULL`

/** Of a repository, as its scans are listed (reading/scans.ts): a report scans nothing. */
const OPEN = Prisma.sql`s.status IN ('queued', 'running') AND s.kind <> 'report'`

/** Of one repository, or of all that are looked at again. */
const MOST = { ofRepository: 50, again: 5_000 }

export class ProgressOfScans implements ProgressRows {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async scan(id: string): Promise<ScanProgress | null> {
    const [row] = await this.#database.client.$queryRaw<Row[]>`
      SELECT ${COLUMNS} FROM ${FROM} WHERE s.id = ${id}::uuid AND ${PRESENT}`
    return row ? stateOf(row) : null
  }

  async openScans(repositoryId: bigint): Promise<ScanProgress[]> {
    const rows = await this.#database.client.$queryRaw<Row[]>`
      SELECT ${COLUMNS} FROM ${FROM} WHERE s.repository_id = ${repositoryId} AND ${OPEN} AND ${PRESENT}
      ORDER BY s.created_at DESC, s.id DESC LIMIT ${MOST.ofRepository}`
    return rows.map(stateOf)
  }

  /** By the primary key, and by the index on status. */
  async states(scanIds: readonly string[], repositoryIds: readonly bigint[]): Promise<ScanProgress[]> {
    if (scanIds.length + repositoryIds.length === 0) return []
    const rows = await this.#database.client.$queryRaw<Row[]>`
      SELECT ${COLUMNS} FROM ${FROM}
      WHERE (s.id = ANY(${[...scanIds]}::uuid[]) OR ${OPEN} AND s.repository_id = ANY(${[...repositoryIds]}::bigint[]))
        AND ${PRESENT}
      LIMIT ${MOST.again}`
    return rows.map(stateOf)
  }

  async placeOf(scanId: string): Promise<Place | null> {
    const [place = null] = await this.#database.client.$queryRaw<Place[]>`
      SELECT ${PLACE} FROM ${FROM} WHERE s.id = ${scanId}::uuid AND ${PRESENT}`
    return place
  }

  async places(repositoryIds: readonly bigint[]): Promise<Place[]> {
    return this.#database.client.$queryRaw<Place[]>`
      SELECT ${PLACE} FROM repository r JOIN installation i ON i.id = r.installation_id
      WHERE r.id = ANY(${[...repositoryIds]}::bigint[]) AND ${PRESENT}`
  }
}

function stateOf(row: Row): ScanProgress {
  const { kind, status, phase, progress, token, blobsRead } = row
  return {
    ...{ scanId: row.id, kind },
    repositoryId: Number(row.repositoryId),
    ...{ token, status, phase, progress },
    message: messageOf(row),
    filesProcessed: blobsRead,
    totalFiles: blobsRead,
    timestamp: (row.completedAt ?? new Date()).toISOString(),
    result: resultOf(row),
    error: errorOf(row),
  }
}

const MESSAGES: Record<ScanStatus, string> = {
  queued: 'It waits for its turn.',
  running: 'It is under way.',
  completed: 'It is complete.',
  failed: 'It failed.',
  skipped: 'There was nothing to do.',
  superseded: 'Another scan has taken its place.',
}

function messageOf({ status, error }: Row): string {
  if (status === 'skipped' && error !== null) return brief(error)
  if (status === 'queued' && error !== null) return 'An attempt failed; it is tried again.'
  return MESSAGES[status]
}

function resultOf({ status, conclusion, artifactsCreated, durationMs }: Row): ScanProgress['result'] {
  if (status !== 'completed' && status !== 'skipped') return null
  return {
    status: status === 'skipped' ? 'skipped' : (conclusion ?? 'completed'),
    artifactsCreated: Number(artifactsCreated),
    durationMs: Math.round(durationMs),
  }
}

function errorOf({ status, error, newerHead: head }: Row): string | null {
  if (status === 'failed') return brief(error ?? MESSAGES.failed)
  if (status !== 'superseded') return null
  return head === null ? MESSAGES.superseded : `A scan of ${head} has taken its place.`
}

/** The first line of an error, and not all of that: it has to fit into a notification, and what follows is for the log. */
const brief = (text: string): string => text.trim().split('\n', 1)[0]?.slice(0, 300) ?? ''
