/**
 * Removes what is old. Nothing here touches `audit_event` and `audit_link`, which only grow, nor, but for an installation
 * or a repository that is erased as a whole, `artifact_revision`, `evidence_seen` (when a key counted) and `signing_key`.
 */
import { Prisma } from '../generated/prisma/client.ts'
import type { Keep, RetentionStore } from '../scan/ports/retention.ts'
import { recordAudit } from './audit.ts'
import type { Connection, Database } from './database.ts'
import { mayBeOpen } from './open-checks.ts'
import { removeAbsent } from './people.ts'
import { removeExpired } from './sessions.ts'

/** A scan keeps the trees it lists before its row names all of their commits. */
const IN_USE = Prisma.sql`interval '1 day'`

/** The tables that hold most rows of a repository, each with an index that begins with `repository_id`. */
const OF_REPOSITORY = [
  ...['scan', 'blob', 'tree', 'tracked_file', 'artifact', 'artifact_revision', 'trace_edge'],
  ...['evidence_seen', 'commit_state', 'state_hash', 'pull_request'],
].map((table) => Prisma.raw(`"${table}"`))

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
    return this.#database.client.$executeRaw`
      DELETE FROM webhook_delivery WHERE id = ANY(ARRAY(
        SELECT id FROM webhook_delivery WHERE processed_at < ${ago(days)} ORDER BY processed_at LIMIT ${most}))`
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
    return this.#database.client.$executeRaw`
      WITH ended AS (
        SELECT id, head_sha, kind, coalesce(completed_at, created_at) AS ended_at,
          row_number() OVER (ORDER BY coalesce(completed_at, created_at) DESC) AS nth,
          row_number() OVER (PARTITION BY head_sha, base_ref, kind = 'replay', status = 'completed'
            ORDER BY coalesce(completed_at, created_at) DESC) AS nth_said
        FROM scan WHERE repository_id = ${repositoryId} AND status NOT IN ('queued', 'running')
      ), standing AS (
        SELECT head_sha FROM pull_request WHERE repository_id = ${repositoryId} AND open
        UNION SELECT tracked_head FROM repository WHERE id = ${repositoryId} AND tracked_head IS NOT NULL
      )
      DELETE FROM scan WHERE id = ANY(ARRAY(
        SELECT id FROM ended
        WHERE (nth > ${scansCount} OR ended_at < ${ago(scansDays)})
          AND NOT (nth_said = 1 AND kind <> 'replay' AND head_sha IN (SELECT head_sha FROM standing))
          AND NOT EXISTS (SELECT 1 FROM repository WHERE id = ${repositoryId} AND tracked_scan_id = ended.id)
          AND NOT EXISTS (SELECT 1 FROM compliance_report WHERE scan_id = ended.id)
          AND NOT EXISTS (SELECT 1 FROM scan s WHERE s.id = ended.id AND ${mayBeOpen})
          AND NOT EXISTS (
            SELECT 1 FROM scan marked WHERE marked.superseded_by = ended.id AND marked.status IN ('queued', 'running'))
        ORDER BY ended_at LIMIT ${most}))`
  }

  async removeTrees(repositoryId: bigint, most: number): Promise<number> {
    return this.#database.client.$executeRaw`
      DELETE FROM tree WHERE repository_id = ${repositoryId} AND commit = ANY(ARRAY(
        SELECT t.commit FROM tree t
        WHERE t.repository_id = ${repositoryId} AND t.stored_at < now() - ${IN_USE}
          AND NOT EXISTS (SELECT 1 FROM repository WHERE id = t.repository_id AND tracked_head = t.commit)
          AND NOT EXISTS (SELECT 1 FROM scan WHERE repository_id = t.repository_id AND head_sha = t.commit)
          AND NOT EXISTS (SELECT 1 FROM scan WHERE repository_id = t.repository_id AND base_sha = t.commit)
          AND NOT EXISTS (SELECT 1 FROM commit_state WHERE repository_id = t.repository_id AND commit = t.commit)
        LIMIT ${most}))`
  }

  /** A policy of the tracked snapshot stays in its older form until its repository is scanned again (contents.ts). */
  async removeOldContents(repositoryId: bigint, most: number): Promise<number> {
    return this.#database.client.$executeRaw`
      DELETE FROM blob WHERE ctid = ANY(ARRAY(
        SELECT b.ctid FROM blob b
        WHERE b.repository_id = ${repositoryId} AND b.parser_version < ${this.#parserVersion}
          AND NOT (b.reader = 'policy' AND EXISTS (
            SELECT 1 FROM tracked_file f WHERE f.repository_id = b.repository_id AND f.sha = b.sha))
        LIMIT ${most}))`
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

  /**
   * A repository may come back, under another installation too, at any moment: so it first becomes one that was never
   * scanned, and one that is back by now is left alone.
   */
  async emptyRepository(repositoryId: bigint, installationId: bigint, most: number): Promise<number> {
    return this.#database.client.$transaction(async (transaction) => {
      const theirs = await transaction.$executeRaw`
        UPDATE repository r SET tracked_head = NULL, tracked_scan_id = NULL, tracked_at = NULL, due_at = NULL,
          head_etag = NULL, pulls_etag = NULL
        FROM installation i
        WHERE r.id = ${repositoryId} AND r.installation_id = ${installationId} AND i.id = r.installation_id
          AND (r.removed_at IS NOT NULL OR i.removed_at IS NOT NULL)`
      let removed = theirs === 0 ? 0 : await removeFindings(transaction, repositoryId, most)
      for (const table of theirs === 0 ? [] : OF_REPOSITORY) {
        if (removed >= most) break
        removed += await transaction.$executeRaw`
          DELETE FROM ${table} WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM ${table} WHERE repository_id = ${repositoryId} LIMIT ${most - removed}))`
      }
      return removed
    })
  }

  /** No index helps, nor need it: but for these, deliveries are not kept for long. */
  async removeDeliveriesOf(installationId: bigint, most: number): Promise<number> {
    return this.#database.client.$executeRaw`
      DELETE FROM webhook_delivery WHERE id = ANY(ARRAY(
        SELECT id FROM webhook_delivery WHERE installation_id = ${installationId} LIMIT ${most}))`
  }

  /** No index helps, nor need it: but for these, deliveries are not kept for long. */
  async removeDeliveriesAbout(repositoryId: bigint, most: number): Promise<number> {
    return this.#database.client.$executeRaw`
      DELETE FROM webhook_delivery WHERE id = ANY(ARRAY(
        SELECT id FROM webhook_delivery WHERE repository_id = ${repositoryId} LIMIT ${most}))`
  }

  /** One that came back after its deliveries were removed is left alone. */
  async eraseRepository(repositoryId: bigint): Promise<void> {
    await this.#database.client.$transaction(async (transaction) => {
      const [erased] = await transaction.$queryRaw<ErasedRepository[]>`
        SELECT r.owner, r.name, r.removed_at AS "removedAt", i.account AS installation, i.id AS "installationId"
        FROM repository r JOIN installation i ON i.id = r.installation_id
        WHERE r.id = ${repositoryId} AND r.removed_at IS NOT NULL FOR UPDATE OF r`
      if (!erased) return
      const { installationId, ...previous } = erased
      await recordAudit(transaction, {
        ...{ actor: ACTOR, action: 'repository.erased', resource: `repository/${repositoryId}`, previous },
        ...{ installationId, repositoryId },
        reason:
          'The repository was deleted, or taken from the app, and the time for which its data is kept has passed.',
      })
      await transaction.repository.delete({ where: { id: repositoryId } })
    })
  }

  async record(removed: Record<string, number>): Promise<void> {
    const reason = 'The time for which it is kept has passed.'
    await recordAudit(this.#database.client, {
      ...{ actor: ACTOR, action: 'retention.removed', resource: 'server', previous: removed, reason },
    })
  }

  async erase(installationId: bigint): Promise<void> {
    await this.#database.client.$transaction(async (transaction) => {
      const [erased] = await transaction.$queryRaw<Erased[]>`
        SELECT account, account_type AS "accountType", removed_at AS "removedAt",
          (SELECT count(*) FROM repository r WHERE r.installation_id = i.id)::int AS repositories
        FROM installation i WHERE id = ${installationId} AND removed_at IS NOT NULL FOR UPDATE`
      if (!erased) return
      await recordAudit(transaction, {
        ...{
          actor: ACTOR,
          action: 'installation.erased',
          resource: `installation/${installationId}`,
          previous: erased,
        },
        installationId,
        reason: 'The app was uninstalled, and the time for which its data is kept has passed.',
      })
      await transaction.manufacturer.deleteMany({ where: { installationId } })
      await transaction.installation.delete({ where: { id: installationId } })
    })
  }
}

/** In the audit trail, the server itself. */
const ACTOR = 'rosie-guard'

interface ErasedRepository {
  installationId: bigint
  owner: string
  name: string
  removedAt: Date
  /** The account it was on. */
  installation: string
}

interface Erased {
  account: string
  accountType: string
  removedAt: Date
  repositories: number
}

/** Before their scans, which would take them all along in one statement. */
function removeFindings(connection: Connection, repositoryId: bigint, most: number): Promise<number> {
  return connection.$executeRaw`
    DELETE FROM finding WHERE id = ANY(ARRAY(
      SELECT f.id FROM scan s JOIN finding f ON f.scan_id = s.id WHERE s.repository_id = ${repositoryId} LIMIT ${most}))`
}
