import { Prisma } from '../generated/prisma/client.ts'
import type { Intent, RepositoryFacts } from '../scan/ports/intents.ts'
import type { DiscoveryStore, Found, KnownInstallation, Listing, Unlisted } from '../scan/ports/reconcile.ts'
import type { Connection, Database } from './database.ts'
import { learnRepositories } from './facts.ts'
import { applyIntents } from './intents.ts'
import { toJson } from './json.ts'
import { skipOutOfReach } from './reach.ts'
import { witnessed } from './witness.ts'

/** Installations and their repositories, as far as events have told of them. */
export class Discovery implements DiscoveryStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async installations(): Promise<KnownInstallation[]> {
    return this.#database.client.$queryRaw<KnownInstallation[]>`
      SELECT id, account, account_type AS "accountType", suspended_at IS NOT NULL AS suspended
      FROM installation WHERE removed_at IS NULL`
  }

  async learn(intents: readonly Intent[]): Promise<void> {
    await this.#database.client.$transaction((transaction) => applyIntents(transaction, intents))
  }

  async unlisted(olderThanMs: number): Promise<Unlisted[]> {
    return this.#database.client.$queryRaw<Unlisted[]>`
      SELECT id, now() AS "askedAt" FROM installation
      WHERE removed_at IS NULL AND suspended_at IS NULL AND (blocked_until IS NULL OR blocked_until <= now())
        AND (listed_at IS NULL OR listed_at < now() - ${olderThanMs}::float8 * interval '1 ms')
      ORDER BY listed_at NULLS FIRST, id`
  }

  async listed(installation: Unlisted, listing: Listing): Promise<Found> {
    const { id } = installation
    return this.#database.client.$transaction(async (transaction) => {
      const { added, changed, elsewhere } = await newsIn(transaction, installation, listing.repositories)
      const removed = listing.all === null ? [] : await lostFrom(transaction, installation, listing.all)
      const queued = await applyIntents(transaction, [
        { type: 'repositories', installation: id, added, removed },
        { type: 'first_scans', installation: id, repositories: added.map((one) => one.id), trigger: TRIGGER },
      ])
      const about = { installation: id, repositories: changed.map((one) => one.id) }
      await witnessed(transaction, { actor: 'github' }, about, () => learnRepositories(transaction, id, changed, true))
      await skipOutOfReach(transaction, Prisma.sql`i.id = ${id}`)
      // One that another installation has, too, is being transferred: soon again.
      if (elsewhere === 0) await pass(transaction, installation)
      return { queued, added: added.length, removed: removed.length }
    })
  }

  async pass(installation: Unlisted): Promise<void> {
    await pass(this.#database.client, installation)
  }
}

async function pass(connection: Connection, { id }: Unlisted): Promise<void> {
  await connection.$executeRaw`UPDATE installation SET listed_at = now() WHERE id = ${id}`
}

/** As the event would have it that told of them. */
const TRIGGER = 'installation_repositories'

/**
 * What our rows don't know, or know otherwise. What was learnt of a repository since GitHub was asked is newer than its
 * answer, so that one is left alone.
 */
async function newsIn(
  connection: Connection,
  { id, askedAt }: Unlisted,
  repositories: readonly RepositoryFacts[],
): Promise<{ added: RepositoryFacts[]; changed: RepositoryFacts[]; elsewhere: number }> {
  const facts = toJson(repositories.map((repository) => ({ ...repository, id: String(repository.id) })))
  const asked = Prisma.sql`${askedAt}::timestamptz`
  const rows = await connection.$queryRaw<{ id: bigint; news: 'added' | 'changed' | 'elsewhere' }[]>`
    SELECT id, news FROM (
      SELECT fact.id,
        CASE
          WHEN known.id IS NULL THEN 'added'
          WHEN known.removed_at IS NOT NULL THEN CASE WHEN known.removed_at < ${asked} THEN 'added' END
          WHEN known.installation_id <> ${id} THEN CASE WHEN holder.removed_at < ${asked} THEN 'added' ELSE 'elsewhere' END
          WHEN known.archived_at >= ${asked} THEN NULL
          WHEN (known.owner, known.name, known.private, known.default_branch, known.archived_at IS NOT NULL) IS DISTINCT FROM
            (fact.owner, fact.name, fact.private, coalesce(fact."defaultBranch", known.default_branch),
              coalesce(fact.archived, known.archived_at IS NOT NULL)) THEN 'changed'
        END AS news
      FROM json_to_recordset(${facts}::json) AS fact
          (id bigint, owner text, name text, private boolean, "defaultBranch" text, archived boolean)
        LEFT JOIN repository known ON known.id = fact.id
        LEFT JOIN installation holder ON holder.id = known.installation_id) seen
    WHERE news IS NOT NULL`
  const news = new Map(rows.map((row) => [row.id, row.news]))
  const those = (kind: string) => repositories.filter((repository) => news.get(repository.id) === kind)
  return { added: those('added'), changed: those('changed'), elsewhere: those('elsewhere').length }
}

/**
 * Repositories that this installation had, and has no more. None where an event has said since GitHub was asked which it
 * has: one that was taken away and given back is missing in the answer. The next listing tells.
 */
async function lostFrom(connection: Connection, { id, askedAt }: Unlisted, all: readonly bigint[]): Promise<bigint[]> {
  const asked = Prisma.sql`${askedAt}::timestamptz`
  const rows = await connection.$queryRaw<{ id: bigint }[]>`
    SELECT id FROM repository
    WHERE installation_id = ${id} AND removed_at IS NULL AND created_at < ${asked}
      AND id NOT IN (SELECT value::bigint FROM json_array_elements_text(${toJson(all.map(String))}::json))
      AND NOT EXISTS (
        SELECT 1 FROM webhook_delivery
        WHERE processed_at >= ${asked} AND installation_id = ${id} AND event IN ('installation_repositories', 'repository'))`
  return rows.map((row) => row.id)
}
