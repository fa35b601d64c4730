import { Prisma } from '../generated/prisma/client.ts'
import type { Intent, RepositoryFacts, ScanRequested } from '../scan/ports/intents.ts'
import type { ScanKind } from '../scan/ports/store.ts'
import { type By, recordAudit } from './audit.ts'
import type { Connection } from './database.ts'
import { learnInstallation, learnPull, learnRepositories, loseRepositories } from './facts.ts'
import { hurry, queueFirstScans } from './first-scans.ts'
import { storable, toJson } from './json.ts'
import { dropGrants } from './people.ts'
import { comesBack, skipOutOfReach } from './reach.ts'
import { type About, witnessed } from './witness.ts'

const GITHUB: By = { actor: 'github' }

/**
 * Applies what one delivery asks for, in the caller's transaction. Answers whether scans were queued, or are due sooner.
 * `by`: who tells it, as the audit trail keeps it.
 */
export async function applyIntents(
  connection: Connection,
  intents: readonly Intent[],
  by: By = GITHUB,
): Promise<boolean> {
  let queued = false
  for (const intent of intents) {
    const about = aboutOf(intent)
    const work = () => apply(connection, intent)
    queued = (await (about ? witnessed(connection, by, about, work) : work())) || queued
    if (intent.type === 'scan') await recordWish(connection, by, intent)
    await dropGrants(connection, intent)
  }
  return queued
}

/** Null: it changes neither installations nor repositories. */
function aboutOf(intent: Intent): About | null {
  switch (intent.type) {
    case 'scan':
    case 'pull':
    case 'repository':
      return { installation: intent.installation, repositories: [intent.repository.id] }
    case 'installation':
      return { installation: intent.installation.id, repositories: [] }
    case 'repositories': {
      const { installation, added, removed } = intent
      return { installation, repositories: [...added.map(({ id }) => id), ...removed] }
    }
    default:
      return null
  }
}

/** What a person asked for with a button on GitHub. */
async function recordWish(connection: Connection, by: By, wish: ScanRequested): Promise<void> {
  const { installation, repository, headSha, ref, baseRef, forced, askedBy } = wish
  if (!forced || askedBy === undefined) return
  await recordAudit(connection, {
    ...{ ...by, actor: askedBy === null ? by.actor : `github/${askedBy}` },
    ...{ action: 'scan.requested', resource: `repository/${repository.id}`, next: { headSha, ref, baseRef } },
    ...{ installationId: installation, repositoryId: repository.id },
  })
}

async function apply(connection: Connection, intent: Intent): Promise<boolean> {
  switch (intent.type) {
    case 'scan':
      await learnRepositories(connection, intent.installation, [intent.repository], false)
      if (intent.pull) await learnPull(connection, intent.repository.id, intent.pull)
      return [await hurry(connection, intent.repository.id), await queueScans(connection, intent)].includes(true)
    case 'pull':
      await learnRepositories(connection, intent.installation, [intent.repository], false)
      await learnPull(connection, intent.repository.id, intent.pull)
      return false
    case 'installation':
      return comesBack(connection, ofInstallation(intent.installation.id), async () => {
        await learnInstallation(connection, intent.installation, intent.state)
        await skipOutOfReach(connection, ofInstallation(intent.installation.id))
      })
    case 'repositories':
      return comesBack(connection, among(intent.added), async () => {
        await learnRepositories(connection, intent.installation, intent.added, true)
        await loseRepositories(connection, intent.installation, intent.removed)
        await skipOutOfReach(connection, ofInstallation(intent.installation))
      })
    case 'first_scans':
      return queueFirstScans(connection, intent.installation, intent.repositories, intent.trigger)
    case 'repository':
      return comesBack(connection, among([intent.repository]), async () => {
        await learnRepository(connection, intent)
        await skipOutOfReach(connection, among([intent.repository]))
      })
    case 'access':
    case 'person':
      return false
  }
}

/** Over `i` (installation). */
const ofInstallation = (id: bigint) => Prisma.sql`i.id = ${id}`

/** Over `r` (repository). */
const among = (repositories: readonly RepositoryFacts[]) =>
  Prisma.sql`r.id IN (SELECT value::bigint FROM json_array_elements_text(${toJson(repositories.map(({ id }) => String(id)))}::json))`

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

/** Answers whether a scan was added. */
async function queueScan(connection: Connection, wish: ScanRequested): Promise<boolean> {
  if (!wish.forced && (await isAnswered(connection, wish))) return false
  return (await addScan(connection, wish.repository.id, wish)).added
}

/** Events of one push come within seconds of each other, in any order. */
const OF_ONE_PUSH = Prisma.sql`interval '10 seconds'`

/**
 * Whether nothing new is wished for. A head whose scans were all superseded is not known: the branch may have been pushed
 * back to it, and is asked before it is scanned (supersede.ts). One whose scan failed a moment ago, since GitHub refuses to
 * show it, was told of by another event of the same push: its check run says so, and a second one would say it again.
 */
async function isAnswered(connection: Connection, wish: ScanRequested): Promise<boolean> {
  const { repository, headSha, baseRef, onlyIfUnknown } = wish
  const kind = kindOf(wish)
  const [state] = await connection.$queryRaw<{ answered: boolean }[]>`
    SELECT EXISTS (
      SELECT 1 FROM scan
      WHERE repository_id = ${repository.id} AND head_sha = ${text(headSha)}::text AND status <> 'superseded'
        AND (${onlyIfUnknown} OR status = 'failed' AND kind = ${kind}::scan_kind
          AND base_ref IS NOT DISTINCT FROM ${text(baseRef)}::text AND created_at > now() - ${OF_ONE_PUSH})) AS answered`
  return state?.answered ?? false
}

export const kindOf = ({ baseRef }: Pick<ScanRequested, 'baseRef'>): ScanKind =>
  baseRef === null ? 'tracked' : 'change'

/**
 * A wish joins the scan that is queued or running already (index `scan_open_key`), which is then asked for as of now: an
 * answer about the branch that is older than this no longer ends it. It becomes a person's if the wish is. One of a change
 * that was asked for through the API comes after all others (wishes.ts) until somebody else wishes for it, too.
 *
 * A head that is seen on several branches or pull requests is shared, whatever it is compared with: that one of them moves
 * on doesn't end its scans, since the check that would be cancelled is also the others'.
 */
export async function addScan(
  connection: Connection,
  repositoryId: bigint,
  wish: Pick<ScanRequested, 'headSha' | 'ref' | 'baseRef' | 'baseSha' | 'trigger' | 'forced'>,
): Promise<{ id: string; added: boolean }> {
  const [headSha, ref, baseRef, baseSha] = [wish.headSha, wish.ref, wish.baseRef, wish.baseSha].map(text)
  const kind = kindOf(wish)
  // The default branch's own head is compared with what it was compared with the first time, however that ended.
  const firstBase = Prisma.sql`(
    SELECT s.base_sha FROM repository r JOIN scan s ON s.id = r.tracked_scan_id
    WHERE r.id = ${repositoryId} AND s.head_sha = ${headSha}::text AND ${kind} = 'tracked')`
  const elsewhere = Prisma.sql`repository_id = ${repositoryId} AND head_sha = ${headSha}::text AND ref <> ${ref}::text`
  const [scan] = await connection.$queryRaw<{ id: string; added: boolean }[]>`
    INSERT INTO scan (repository_id, kind, head_sha, ref, base_ref, base_sha, trigger, forced, shared, lane)
    SELECT ${repositoryId}, ${kind}::scan_kind, ${headSha}::text, ${ref}::text, ${baseRef}::text,
           coalesce(${baseSha}::text, ${firstBase}),
           ${storable(wish.trigger)}, ${wish.forced}, EXISTS (SELECT 1 FROM scan WHERE ${elsewhere}),
           ${laneOf(repositoryId, kind, wish.headSha)}
    ON CONFLICT (repository_id, kind, coalesce(head_sha, ''), coalesce(base_ref, '')) WHERE status IN ('queued', 'running')
    DO UPDATE SET forced = scan.forced OR EXCLUDED.forced, shared = scan.shared OR EXCLUDED.shared,
      ref = coalesce(scan.ref, EXCLUDED.ref), superseded_by = NULL, created_at = EXCLUDED.created_at,
      trigger = CASE WHEN scan.trigger = 'api' AND scan.kind = 'change' THEN EXCLUDED.trigger ELSE scan.trigger END
    RETURNING id, xmax = 0 AS added`
  if (ref !== null) {
    await connection.$executeRaw`
      UPDATE scan SET shared = true, superseded_by = NULL
      WHERE ${elsewhere} AND status IN ('queued', 'running') AND NOT shared`
  }
  if (!scan) throw new Error('An INSERT with ON CONFLICT DO UPDATE answered no row.')
  return scan
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
