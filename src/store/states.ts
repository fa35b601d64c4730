import type { SourceState } from '../rosie/model.ts'
import { NO_SOURCE } from '../rosie/state-hash.ts'
import type { StateStore } from '../scan/ports/store.ts'
import type { Database } from './database.ts'
import { storable, toJson } from './json.ts'
import { inChunks } from './rows.ts'

/** What was found out about the source that evidence was made for, by git object: a tree's row is never wrong. */
export class States implements StateStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Trees that differ only in what doesn't count share an identity, so several rows may have the hashes: any will do. */
  async listed(repositoryId: bigint, commits: readonly string[], scope: string): Promise<Map<string, SourceState>> {
    const rows = await this.#database.client.$queryRaw<(SourceState & { commit: string })[]>`
      SELECT DISTINCT ON (commit) commit, tree.state_id AS id, plain, separated
      FROM json_array_elements_text(${toJson(commits)}::json) AS wanted (commit) JOIN tree USING (commit)
        LEFT JOIN state_hash hashes ON hashes.repository_id = tree.repository_id AND hashes.state_id = tree.state_id
      WHERE tree.repository_id = ${repositoryId} AND state_scope = ${storable(scope)}
      ORDER BY commit, plain`
    return new Map(rows.map(({ commit, ...state }) => [commit, state]))
  }

  async replayed(
    repositoryId: bigint,
    commits: readonly string[],
    scope: string,
  ): Promise<Map<string, SourceState | null>> {
    const rows = await this.#database.client.$queryRaw<Replayed[]>`
      SELECT commit, available, tree_sha AS tree, state_id AS id, plain, separated
      FROM json_array_elements_text(${toJson(commits)}::json) AS wanted (commit) JOIN commit_state USING (commit)
        LEFT JOIN state_hash USING (repository_id, tree_sha)
      WHERE repository_id = ${repositoryId} AND scope = ${storable(scope)}`
    const states = new Map<string, SourceState | null>()
    for (const { commit, available, tree, id, plain, separated } of rows) {
      if (!available) states.set(commit, null)
      else if (tree === null) states.set(commit, NO_SOURCE)
      else if (id !== null) states.set(commit, { id, plain, separated })
    }
    return states
  }

  async lostSince(repositoryId: bigint, commits: readonly string[], scope: string, ms: number): Promise<string[]> {
    const rows = await this.#database.client.$queryRaw<{ commit: string }[]>`
      SELECT commit
      FROM json_array_elements_text(${toJson(commits)}::json) AS wanted (commit) JOIN commit_state USING (commit)
      WHERE repository_id = ${repositoryId} AND scope = ${storable(scope)} AND NOT available
        AND asked_at < now() - ${ms}::float8 * interval '1 ms'`
    return rows.map(({ commit }) => commit)
  }

  /** What was there stays: a commit is lost to the app when its fork is deleted, but what it was like is known. */
  async keepDirectories(
    repositoryId: bigint,
    commits: readonly string[],
    scope: string,
    directories: ReadonlyMap<string, string | null>,
  ): Promise<void> {
    const rows = [...new Set(commits)].map((commit) => ({
      commit,
      available: directories.has(commit),
      tree: directories.get(commit) ?? null,
    }))
    await inChunks(
      this.#database,
      rows,
      (json) => this.#database.client.$executeRaw`
        INSERT INTO commit_state AS known (repository_id, commit, scope, available, tree_sha)
        SELECT ${repositoryId}::bigint, commit, ${storable(scope)}, available, tree
        FROM json_to_recordset(${json}::json) AS given (commit text, available boolean, tree text)
        ON CONFLICT (repository_id, commit, scope) DO UPDATE
        SET available = EXCLUDED.available, tree_sha = EXCLUDED.tree_sha, asked_at = now() WHERE NOT known.available`,
    )
  }

  async hashed(repositoryId: bigint, trees: readonly string[]): Promise<Set<string>> {
    const rows = await this.#database.client.stateHash.findMany({
      where: { repositoryId, treeSha: { in: [...trees] } },
      select: { treeSha: true },
    })
    return new Set(rows.map(({ treeSha }) => treeSha))
  }

  async keepState(repositoryId: bigint, tree: string, { id, plain, separated }: SourceState): Promise<void> {
    await this.#database.client.$executeRaw`
      INSERT INTO state_hash (repository_id, tree_sha, state_id, plain, separated)
      VALUES (${repositoryId}, ${tree}, ${id}, ${plain}, ${separated})
      ON CONFLICT DO NOTHING`
  }
}

interface Replayed {
  commit: string
  available: boolean
  tree: string | null
  id: string | null
  plain: string | null
  separated: string | null
}
