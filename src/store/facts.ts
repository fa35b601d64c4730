/**
 * What events say about installations, repositories and pull requests.
 *
 * Deliveries arrive late, twice and out of order, and mostly don't say when they were true. What can be told: GitHub never
 * uses an installation's id again, so a removal is final; a pull request's opening is the oldest word about it, and its
 * other events carry its `updated_at`; and an event that mentions a repository in passing is no reason to take back a
 * removal or an archiving of minutes ago, but proof that an old one was undone.
 */
import { Prisma } from '../generated/prisma/client.ts'
import type { InstallationFacts, PullRequestFacts, RepositoryFacts } from '../scan/ports/intents.ts'
import type { Connection } from './database.ts'
import { storable, toJson } from './json.ts'

/** For how long a removal or an archiving stands against events that mention the repository in passing. */
const LATE = Prisma.sql`interval '10 minutes'`

export type InstallationState = 'active' | 'suspended' | 'removed'

export async function learnInstallation(
  connection: Connection,
  { id, account, accountType }: InstallationFacts,
  state: InstallationState,
): Promise<void> {
  const suspendedAt = state === 'suspended' ? Prisma.sql`now()` : Prisma.sql`NULL::timestamptz`
  const removedAt = state === 'removed' ? Prisma.sql`now()` : Prisma.sql`NULL::timestamptz`
  await connection.$executeRaw`
    INSERT INTO installation AS known (id, account, account_type, suspended_at, removed_at)
    VALUES (${id}, ${storable(account)}, ${storable(accountType)}, ${suspendedAt}, ${removedAt})
    ON CONFLICT (id) DO UPDATE SET account = EXCLUDED.account, account_type = EXCLUDED.account_type,
      suspended_at = CASE WHEN EXCLUDED.suspended_at IS NOT NULL THEN coalesce(known.suspended_at, EXCLUDED.suspended_at) END,
      removed_at = coalesce(known.removed_at, EXCLUDED.removed_at)`
}

/**
 * `stated`: the event is about these repositories being there, so it takes back a removal and moves them to this
 * installation. An installation that no event has introduced yet is known by its repositories' owner.
 */
export async function learnRepositories(
  connection: Connection,
  installation: bigint,
  repositories: readonly RepositoryFacts[],
  stated: boolean,
): Promise<void> {
  const [first] = repositories
  if (!first) return
  // A conflict alone would wait for whoever changes it.
  await connection.$executeRaw`
    INSERT INTO installation (id, account, account_type) SELECT ${installation}, ${storable(first.owner)}, 'Unknown'
    WHERE NOT EXISTS (SELECT 1 FROM installation WHERE id = ${installation})
    ON CONFLICT (id) DO NOTHING`
  const rows = toJson(repositories.map((repository) => ({ ...repository, id: String(repository.id) })))
  const facts = Prisma.sql`
    (SELECT DISTINCT ON (id) * FROM json_to_recordset(${rows}::json) AS fact
      (id bigint, owner text, name text, private boolean, "defaultBranch" text, archived boolean) ORDER BY id)`
  await connection.$executeRaw`
    INSERT INTO repository (id, installation_id, owner, name)
    SELECT id, ${installation}, owner, name FROM ${facts} AS fact
    ON CONFLICT (id) DO NOTHING`
  await connection.$executeRaw`
    UPDATE repository known SET owner = fact.owner, name = fact.name, private = fact.private,
      default_branch = coalesce(fact."defaultBranch", known.default_branch),
      archived_at = CASE
        WHEN fact.archived THEN coalesce(known.archived_at, now())
        WHEN NOT fact.archived AND (${stated} OR known.archived_at <= now() - ${LATE}) THEN NULL
        ELSE known.archived_at END,
      removed_at = CASE
        WHEN ${stated} OR known.installation_id <> ${installation} OR known.removed_at <= now() - ${LATE} THEN NULL
        ELSE known.removed_at END,
      installation_id = CASE
        WHEN ${stated} OR known.removed_at IS NOT NULL OR current.removed_at IS NOT NULL THEN ${installation}
        ELSE known.installation_id END
    FROM ${facts} AS fact, installation current
    WHERE known.id = fact.id AND current.id = known.installation_id`
}

/** Only where they still belong to this installation: the news of a transfer's two ends may arrive in either order. */
export async function loseRepositories(
  connection: Connection,
  installation: bigint,
  repositories: readonly bigint[],
): Promise<void> {
  await connection.$executeRaw`
    UPDATE repository SET removed_at = coalesce(removed_at, now())
    WHERE installation_id = ${installation}
      AND id IN (SELECT value::bigint FROM json_array_elements_text(${toJson(repositories.map(String))}::json))`
}

/**
 * A comment goes to the head that is stored here, so an event that comes late must not bring an old one back. Where two
 * events share a second, the one that arrives later counts until the branch was asked (supersede.ts); one without a time only
 * makes a pull request known.
 */
export async function learnPull(connection: Connection, repository: bigint, pull: PullRequestFacts): Promise<void> {
  const { number, headSha, headRef, baseRef, open, opening, updatedAt } = pull
  const news = opening
    ? Prisma.sql`from_opening = true, updated_at = now()`
    : Prisma.sql`head_sha = EXCLUDED.head_sha, head_ref = EXCLUDED.head_ref, base_ref = EXCLUDED.base_ref,
        open = EXCLUDED.open, seen_at = EXCLUDED.seen_at, updated_at = now(),
        head_unsure = EXCLUDED.seen_at IS NOT DISTINCT FROM known.seen_at
          AND (known.head_unsure OR known.head_sha <> EXCLUDED.head_sha)
        WHERE EXCLUDED.seen_at >= coalesce(known.seen_at, '-infinity')`
  await connection.$executeRaw`
    INSERT INTO pull_request AS known
      (repository_id, number, head_sha, head_ref, base_ref, open, seen_at, from_opening, updated_at)
    VALUES (${repository}, ${number}, ${storable(headSha)}, ${storable(headRef)}, ${storable(baseRef)}, ${open},
            ${updatedAt}::timestamptz, ${opening}, now())
    ON CONFLICT (repository_id, number) DO UPDATE SET ${news}`
}
