/**
 * Removes what is old. Nothing here touches `audit_event` and `audit_link`, which only grow, nor, but for an installation
 * or a repository that is erased as a whole, `artifact_revision`, `evidence_seen` (when a key counted) and `signing_key`.
 */
import { Prisma } from '../generated/prisma/client.ts'
import type { Keep, RetentionStore } from '../scan/ports/retention.ts'
import type { Database } from './database.ts'
import { empty, eraseInstallation, eraseRepository } from './erasure.ts'
import { mayBeOpen } from './open-checks.ts'
import { removeAbsent } from './people.ts'
import { addedUp, type Count, counted, tellRemoved } from './removed.ts'
import { removeExpired } from './sessions.ts'

/** A scan keeps the trees it lists before its row names all of their commits. */
const IN_USE = Prisma.sql`interval '1 day'`

const ago = (days: number) => Prisma.sql`now() - ${days}::float8 * interval '1 day'`

export class Retention implements RetentionStore {
  readonly #database: Database
  readonly #parserVersion: number

  constructor(database: Database, parserVersion: number) {
    this.#database = database
    this.#parserVersion = parserVersion
  }

  /** By the index on (processed_at, received_at). What was never processed stays: nobody has read it. */
  async removeDeliveries(days: number, most: number): Promise<number> {
    return counted(this.#database.client.$queryRaw<Count[]>`
      WITH removed AS (
        DELETE FROM webhook_delivery WHERE id = ANY(ARRAY(
          SELECT id FROM webhook_delivery WHERE processed_at < ${ago(days)} ORDER BY processed_at LIMIT ${most}))
        RETURNING 1
      ), ${addedUp('deliveries')}`)
  }

  removeSessions(most: number): Promise<number> {
    return removeExpired(this.#database.client, most)
  }

  removePeople(most: number): Promise<number> {
    return this.#database.client.$transaction((transaction) => removeAbsent(transaction, most))
  }

  async repositories(after: bigint, most: number, installationId?: bigint): Promise<bigint[]> {
    const rows = await this.#database.client.repository.findMany({
      where: { id: { gt: after }, ...(installationId !== undefined && { installationId }) },
      select: { id: true },
      orderBy: { id: 'asc' },
      take: most,
    })
    return rows.map(({ id }) => id)
  }

  /**
   * `nth`: from the newest. `nth_said`: among those of the same head and base with the same kind of outcome; the newest of
   * each is what the next scan of that head is held against, and tells that the head is known. By the index on
   * (repository_id, head_sha).
   */
  async removeScans(
    repositoryId: bigint,
    { scansDays, scansCount }: Pick<Keep, 'scansDays' | 'scansCount'>,
    most: number,
  ): Promise<number> {
    return counted(this.#database.client.$queryRaw<Count[]>`
      WITH ended AS (
        SELECT id, head_sha, kind, coalesce(completed_at, created_at) AS ended_at,
          row_number() OVER (ORDER BY coalesce(completed_at, created_at) DESC) AS nth,
          row_number() OVER (PARTITION BY head_sha, base_ref, kind = 'replay', status = 'completed'
            ORDER BY coalesce(completed_at, created_at) DESC) AS nth_said
        FROM scan WHERE repository_id = ${repositoryId} AND status NOT IN ('queued', 'running')
      ), standing AS (
        SELECT head_sha FROM pull_request WHERE repository_id = ${repositoryId} AND open
        UNION SELECT tracked_head FROM repository WHERE id = ${repositoryId} AND tracked_head IS NOT NULL
      ), removed AS (
        DELETE FROM scan WHERE id = ANY(ARRAY(
          SELECT id FROM ended
          WHERE (nth > ${scansCount} OR ended_at < ${ago(scansDays)})
            AND NOT (nth_said = 1 AND kind <> 'replay' AND head_sha IN (SELECT head_sha FROM standing))
            AND NOT EXISTS (SELECT 1 FROM repository WHERE id = ${repositoryId} AND tracked_scan_id = ended.id)
            AND NOT EXISTS (SELECT 1 FROM compliance_report WHERE scan_id = ended.id)
            AND NOT EXISTS (SELECT 1 FROM scan s WHERE s.id = ended.id AND ${mayBeOpen})
            AND NOT EXISTS (
              SELECT 1 FROM scan marked WHERE marked.superseded_by = ended.id AND marked.status IN ('queued', 'running'))
          ORDER BY ended_at LIMIT ${most}))
        RETURNING 1
      ), ${addedUp('scans')}`)
  }

  async removeTrees(repositoryId: bigint, most: number): Promise<number> {
    return counted(this.#database.client.$queryRaw<Count[]>`
      WITH removed AS (
        DELETE FROM tree WHERE repository_id = ${repositoryId} AND commit = ANY(ARRAY(
          SELECT t.commit FROM tree t
          WHERE t.repository_id = ${repositoryId} AND t.stored_at < now() - ${IN_USE}
            AND NOT EXISTS (SELECT 1 FROM repository WHERE id = t.repository_id AND tracked_head = t.commit)
            AND NOT EXISTS (SELECT 1 FROM scan WHERE repository_id = t.repository_id AND head_sha = t.commit)
            AND NOT EXISTS (SELECT 1 FROM scan WHERE repository_id = t.repository_id AND base_sha = t.commit)
            AND NOT EXISTS (SELECT 1 FROM commit_state WHERE repository_id = t.repository_id AND commit = t.commit)
          LIMIT ${most}))
        RETURNING 1
      ), ${addedUp('trees')}`)
  }

  /**
   * What the tracked snapshot names stays in its older form, which the API reads, until a newer parser has read it. A policy
   * stays beside that as well: a process with older parsers sees no newer one (contents.ts). In two parts that share no row,
   * each a join: files of the snapshot are hashed once, newer forms found along the primary key.
   */
  async removeOldContents(repositoryId: bigint, most: number): Promise<number> {
    const older = Prisma.sql`b.repository_id = ${repositoryId} AND b.parser_version < ${this.#parserVersion}`
    const tracked = Prisma.sql`EXISTS (
      SELECT 1 FROM tracked_file f WHERE f.repository_id = b.repository_id AND f.sha = b.sha)`
    return counted(this.#database.client.$queryRaw<Count[]>`
      WITH removed AS (
        DELETE FROM blob WHERE ctid = ANY(ARRAY(
          (SELECT b.ctid FROM blob b WHERE ${older} AND NOT ${tracked} LIMIT ${most})
          UNION ALL
          (SELECT b.ctid FROM blob b
            WHERE ${older} AND ${tracked} AND b.reader <> 'policy' AND EXISTS (
              SELECT 1 FROM blob newer
              WHERE newer.repository_id = b.repository_id AND newer.sha = b.sha AND newer.reader = b.reader
                AND newer.parser_version > b.parser_version)
            LIMIT ${most})
          LIMIT ${most}))
        RETURNING 1
      ), ${addedUp('contents')}`)
  }

  async erasable(days: number): Promise<bigint[]> {
    const rows = await this.#database.client.$queryRaw<{ id: bigint }[]>`
      SELECT id FROM installation WHERE removed_at < ${ago(days)} ORDER BY removed_at`
    return rows.map(({ id }) => id)
  }

  async erasableRepositories(days: number): Promise<{ id: bigint; installationId: bigint }[]> {
    return this.#database.client.$queryRaw<{ id: bigint; installationId: bigint }[]>`
      SELECT r.id, r.installation_id AS "installationId"
      FROM repository r JOIN installation i ON i.id = r.installation_id
      WHERE r.removed_at < ${ago(days)} AND i.removed_at IS NULL ORDER BY r.removed_at`
  }

  emptyRepository(repositoryId: bigint, installationId: bigint, most: number): Promise<number> {
    return this.#database.client.$transaction((transaction) => empty(transaction, repositoryId, installationId, most))
  }

  /** No index helps, nor need it: but for these, deliveries are not kept for long. */
  async removeDeliveriesOf(installationId: bigint, most: number): Promise<number> {
    return counted(this.#database.client.$queryRaw<Count[]>`
      WITH removed AS (
        DELETE FROM webhook_delivery WHERE id = ANY(ARRAY(
          SELECT id FROM webhook_delivery WHERE installation_id = ${installationId} LIMIT ${most}))
        RETURNING 1
      ), ${addedUp('erased')}`)
  }

  /** No index helps, nor need it: but for these, deliveries are not kept for long. */
  async removeDeliveriesAbout(repositoryId: bigint, most: number): Promise<number> {
    return counted(this.#database.client.$queryRaw<Count[]>`
      WITH removed AS (
        DELETE FROM webhook_delivery WHERE id = ANY(ARRAY(
          SELECT id FROM webhook_delivery WHERE repository_id = ${repositoryId} LIMIT ${most}))
        RETURNING 1
      ), ${addedUp('erased')}`)
  }

  eraseRepository(repositoryId: bigint): Promise<void> {
    return this.#database.client.$transaction((transaction) => eraseRepository(transaction, repositoryId))
  }

  erase(installationId: bigint): Promise<void> {
    return this.#database.client.$transaction((transaction) => eraseInstallation(transaction, installationId))
  }

  record(): Promise<Record<string, number>> {
    return this.#database.client.$transaction(tellRemoved)
  }
}
