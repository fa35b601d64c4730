import { Prisma } from '../generated/prisma/client.ts'
import type { Intent, ScanRequested } from '../scan/ports/intents.ts'
import type { ScanKind } from '../scan/ports/store.ts'
import type { Connection } from './database.ts'
import { learnInstallation, learnPull, learnRepositories, loseRepositories } from './facts.ts'
import { storable } from './json.ts'
import { skipOutOfReach } from './reach.ts'

/** Applies what one delivery asks for, in the caller's transaction. Answers whether new scans were queued. */
export async function applyIntents(connection: Connection, intents: readonly Intent[]): Promise<boolean> {
  let queued = false
  for (const intent of intents) queued = (await apply(connection, intent)) || queued
  return queued
}

async function apply(connection: Connection, intent: Intent): Promise<boolean> {
  switch (intent.type) {
    case 'scan':
      await learnRepositories(connection, intent.installation, [intent.repository], false)
      if (intent.pull) await learnPull(connection, intent.repository.id, intent.pull)
      return queueScans(connection, intent)
    case 'pull':
      await learnRepositories(connection, intent.installation, [intent.repository], false)
      await learnPull(connection, intent.repository.id, intent.pull)
      return false
    case 'installation':
      await learnInstallation(connection, intent.installation, intent.state)
      await skipOutOfReach(connection, Prisma.sql`i.id = ${intent.installation.id}`)
      return false
    case 'repositories':
      await learnRepositories(connection, intent.installation, intent.added, true)
      await loseRepositories(connection, intent.installation, intent.removed)
      await skipOutOfReach(connection, Prisma.sql`i.id = ${intent.installation}`)
      return false
    case 'repository':
      await learnRepository(connection, intent)
      await skipOutOfReach(connection, Prisma.sql`r.id = ${intent.repository.id}`)
      return false
  }
}

async function learnRepository(
  connection: Connection,
  { installation, repository, state }: Extract<Intent, { type: 'repository' }>,
): Promise<void> {
  if (state === 'removed') return loseRepositories(connection, installation, [repository.id])
  const archived = state === 'archived' || (repository.archived ?? false)
  await learnRepositories(connection, installation, [{ ...repository, archived }], true)
}

/**
 * Asked for again by a person, a head is scanned against every base it is compared with: check events of forks name no
 * pull requests, and a commit has one check, the worst over its bases.
 */
async function queueScans(connection: Connection, wish: ScanRequested): Promise<boolean> {
  const queued = await queueScan(connection, wish)
  if (!wish.forced || wish.baseRef === null || wish.headSha === null) return queued
  const others = await connection.pullRequest.findMany({
    where: { repositoryId: wish.repository.id, headSha: wish.headSha, open: true, baseRef: { not: wish.baseRef } },
    select: { baseRef: true },
    distinct: ['baseRef'],
  })
  let more = false
  for (const { baseRef } of others) more = (await queueScan(connection, { ...wish, baseRef, baseSha: null })) || more
  return queued || more
}

/**
 * A wish joins the scan that is queued or running already (index `scan_open_key`); a person's wish makes one that still
 * waits a forced one. Answers whether a scan was added.
 */
async function queueScan(connection: Connection, wish: ScanRequested): Promise<boolean> {
  const { repository, headSha, ref, baseRef, baseSha, trigger, forced, onlyIfUnknown } = wish
  const kind = baseRef === null ? 'tracked' : 'change'
  const rows = await connection.$queryRaw<{ added: boolean }[]>`
    INSERT INTO scan (repository_id, kind, head_sha, ref, base_ref, base_sha, trigger, forced, lane)
    SELECT ${repository.id}, ${kind}::scan_kind, ${text(headSha)}::text, ${text(ref)}::text, ${text(baseRef)}::text,
           ${text(baseSha)}::text, ${storable(trigger)}, ${forced}, ${laneOf(repository.id, kind, headSha)}
    WHERE NOT (${onlyIfUnknown} AND EXISTS (
      SELECT 1 FROM scan WHERE repository_id = ${repository.id} AND head_sha = ${text(headSha)}::text))
    ON CONFLICT (repository_id, kind, coalesce(head_sha, ''), coalesce(base_ref, '')) WHERE status IN ('queued', 'running')
    DO UPDATE SET forced = true WHERE EXCLUDED.forced AND scan.status = 'queued'
    RETURNING xmax = 0 AS added`
  return rows.some(({ added }) => added)
}

/**
 * Tracked scans of a repository run one after the other. So do a change's scans of one head against its several bases:
 * each opens a check run of its own, and the newest, the one people see, must know the verdicts of all the others. And so
 * do a repository's replays: the second finds what the first has fetched.
 */
export function laneOf(repositoryId: bigint, kind: ScanKind, headSha: string | null): string {
  return kind === 'change' ? `change:${repositoryId}:${headSha}` : `${kind}:${repositoryId}`
}

function text(value: string | null): string | null {
  return value === null ? null : storable(value)
}
