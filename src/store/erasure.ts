/** What is known of a repository or an installation that was removed long enough ago, taken away as a whole, and for good. */
import { Prisma } from '../generated/prisma/client.ts'
import { recordAudit } from './audit.ts'
import type { Connection } from './database.ts'
import { addedUp, type Count, counted } from './removed.ts'

/** The tables that hold most rows of a repository, each with an index that begins with `repository_id`. */
const OF_REPOSITORY = [
  ...['scan', 'blob', 'tree', 'tracked_file', 'artifact', 'artifact_revision', 'trace_edge'],
  ...['evidence_seen', 'commit_state', 'state_hash', 'pull_request'],
].map((table) => Prisma.raw(`"${table}"`))

/**
 * A repository may come back, under another installation too, at any moment: so it first becomes one that was never
 * scanned, and one that is back by now is left alone. Answers how many rows were removed, `most` of them.
 */
export async function empty(
  transaction: Connection,
  repositoryId: bigint,
  installationId: bigint,
  most: number,
): Promise<number> {
  const theirs = await transaction.$executeRaw`
    UPDATE repository r SET tracked_head = NULL, tracked_scan_id = NULL, tracked_at = NULL, due_at = NULL,
      head_etag = NULL, pulls_etag = NULL
    FROM installation i
    WHERE r.id = ${repositoryId} AND r.installation_id = ${installationId} AND i.id = r.installation_id
      AND (r.removed_at IS NOT NULL OR i.removed_at IS NOT NULL)`
  if (theirs === 0) return 0
  let removed = await removeFindings(transaction, repositoryId, most)
  for (const table of OF_REPOSITORY) {
    if (removed >= most) break
    removed += await counted(transaction.$queryRaw<Count[]>`
      WITH removed AS (
        DELETE FROM ${table} WHERE ctid = ANY(ARRAY(
          SELECT ctid FROM ${table} WHERE repository_id = ${repositoryId} LIMIT ${most - removed}))
        RETURNING 1
      ), ${addedUp('erased')}`)
  }
  return removed
}

/** One that came back after its deliveries were removed is left alone. */
export async function eraseRepository(transaction: Connection, repositoryId: bigint): Promise<void> {
  const [erased] = await transaction.$queryRaw<ErasedRepository[]>`
    SELECT r.owner, r.name, r.removed_at AS "removedAt", i.account AS installation, i.id AS "installationId"
    FROM repository r JOIN installation i ON i.id = r.installation_id
    WHERE r.id = ${repositoryId} AND r.removed_at IS NOT NULL FOR UPDATE OF r`
  if (!erased) return
  const { installationId, ...previous } = erased
  await recordAudit(transaction, {
    ...{ actor: ACTOR, action: 'repository.erased', resource: `repository/${repositoryId}`, previous },
    ...{ installationId, repositoryId },
    reason: 'The repository was deleted, or taken from the app, and the time for which its data is kept has passed.',
  })
  await transaction.repository.delete({ where: { id: repositoryId } })
}

export async function eraseInstallation(transaction: Connection, installationId: bigint): Promise<void> {
  const [erased] = await transaction.$queryRaw<Erased[]>`
    SELECT account, account_type AS "accountType", removed_at AS "removedAt",
      (SELECT count(*) FROM repository r WHERE r.installation_id = i.id)::int AS repositories
    FROM installation i WHERE id = ${installationId} AND removed_at IS NOT NULL FOR UPDATE`
  if (!erased) return
  await recordAudit(transaction, {
    ...{ actor: ACTOR, action: 'installation.erased', resource: `installation/${installationId}`, previous: erased },
    installationId,
    reason: 'The app was uninstalled, and the time for which its data is kept has passed.',
  })
  await transaction.manufacturer.deleteMany({ where: { installationId } })
  await transaction.installation.delete({ where: { id: installationId } })
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
  return counted(connection.$queryRaw<Count[]>`
    WITH removed AS (
      DELETE FROM finding WHERE id = ANY(ARRAY(
        SELECT f.id FROM scan s JOIN finding f ON f.scan_id = s.id WHERE s.repository_id = ${repositoryId} LIMIT ${most}))
      RETURNING 1
    ), ${addedUp('erased')}`)
}
