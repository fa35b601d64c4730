/** What is known of a repository or an installation that was removed long enough ago, taken away as a whole, and for good. */
import { Prisma } from '../generated/prisma/client.ts'
import { recordAudits } from './audit.ts'
import type { Connection } from './database.ts'
import { ACTOR, goneElsewhere, goneWithInstallation, goneWithRepository } from './erased.ts'
import { addedUp, type Count, counted } from './removed.ts'

/** The tables that hold most rows of a repository, each with an index that begins with `repository_id`. */
const OF_REPOSITORY = [
  // Reports, and their scans with them, go in the transaction that tells of them.
  { table: 'scan', which: Prisma.sql`NOT EXISTS (SELECT 1 FROM compliance_report c WHERE c.scan_id = scan.id)` },
  ...[
    ...['blob', 'tree', 'tracked_file', 'artifact', 'artifact_revision', 'trace_edge'],
    ...['evidence_seen', 'commit_state', 'state_hash', 'pull_request'],
  ].map((table) => ({ table, which: Prisma.sql`TRUE` })),
].map(({ table, which }) => ({ table: Prisma.raw(`"${table}"`), which }))

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
  for (const { table, which } of OF_REPOSITORY) {
    if (removed >= most) break
    removed += await counted(transaction.$queryRaw<Count[]>`
      WITH removed AS (
        DELETE FROM ${table} WHERE ctid = ANY(ARRAY(
          SELECT ctid FROM ${table} WHERE repository_id = ${repositoryId} AND ${which} LIMIT ${most - removed}))
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
  const { installationId, ...known } = erased
  const reason =
    'The repository was deleted, or taken from the app, and the time for which its data is kept has passed.'
  const previous = { ...known, ...(await goneWithRepository(transaction, repositoryId)) }
  await recordAudits(transaction, [
    ...(await goneElsewhere(transaction, Prisma.sql`r.id = ${repositoryId}`, null, reason)),
    {
      ...{ actor: ACTOR, action: 'repository.erased', resource: `repository/${repositoryId}`, previous, reason },
      ...{ installationId, repositoryId },
    },
  ])
  await transaction.repository.delete({ where: { id: repositoryId } })
}

export async function eraseInstallation(transaction: Connection, installationId: bigint): Promise<void> {
  const [erased] = await transaction.$queryRaw<Erased[]>`
    SELECT account, account_type AS "accountType", removed_at AS "removedAt"
    FROM installation WHERE id = ${installationId} AND removed_at IS NOT NULL FOR UPDATE`
  if (!erased) return
  const theirs = Prisma.sql`r.installation_id = ${installationId}`
  await transaction.$queryRaw`SELECT FROM repository r WHERE ${theirs} ORDER BY r.id FOR UPDATE`
  const reason = 'The app was uninstalled, and the time for which its data is kept has passed.'
  const previous = { ...erased, ...(await goneWithInstallation(transaction, installationId)) }
  await recordAudits(transaction, [
    ...(await goneElsewhere(transaction, theirs, installationId, reason)),
    {
      ...{ actor: ACTOR, action: 'installation.erased', resource: `installation/${installationId}`, previous, reason },
      installationId,
    },
  ])
  await transaction.manufacturer.deleteMany({ where: { installationId } })
  await transaction.installation.delete({ where: { id: installationId } })
}

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
