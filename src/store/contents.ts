import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { Content } from '../rosie/contents.ts'
import type { Reader, Verdict } from '../rosie/model.ts'
import type { PolicyFile } from '../rosie/parse/policy-file.ts'
import { ORGANISATION_REPOSITORY } from '../scan/policy.ts'
import type { RepositoryRef, TreeEntry } from '../scan/ports/source.ts'
import { type ContentStore, contentKey } from '../scan/ports/store.ts'
import type { Database } from './database.ts'
import { storable, toJson } from './json.ts'
import { inChunks } from './rows.ts'

/** What git objects say, kept for ever: git's SHA is the identity, so a row is never wrong, only unread. */
export class Contents implements ContentStore {
  readonly #database: Database
  readonly #parserVersion: number

  /** `parserVersion`: contents read by another version of the parsers are not seen. */
  constructor(database: Database, parserVersion: number) {
    this.#database = database
    this.#parserVersion = parserVersion
  }

  /** One query by the primary key. */
  async contents(
    repositoryId: bigint,
    wanted: readonly { sha: string; reader: Reader }[],
  ): Promise<Map<string, Content>> {
    const keys = toJson(wanted.map(({ sha, reader }) => ({ sha, reader })))
    const rows = await this.#database.client.$queryRaw<{ sha: string; reader: Reader; content: Content }[]>`
      SELECT sha, reader, content
      FROM json_to_recordset(${keys}::json) AS wanted (sha text, reader text) JOIN blob USING (sha, reader)
      WHERE repository_id = ${repositoryId} AND parser_version = ${this.#parserVersion}`
    return new Map(rows.map(({ sha, reader, content }) => [contentKey(sha, reader), content]))
  }

  /**
   * Only what was too large under the limits of then is written anew. Each row once, as one statement may not update it
   * twice, and in one order, so that two scans which keep the same contents never wait for each other in a circle.
   */
  async keepContents(
    repositoryId: bigint,
    contents: readonly { sha: string; reader: Reader; content: Content }[],
  ): Promise<void> {
    await inChunks(
      this.#database,
      contents,
      (rows) => this.#database.client.$executeRaw`
        INSERT INTO blob (repository_id, sha, reader, parser_version, content)
        SELECT DISTINCT ON (sha, reader) ${repositoryId}::bigint, sha, reader, ${this.#parserVersion}::int, content
        FROM json_to_recordset(${rows}::json) AS given (sha text, reader text, content jsonb) ORDER BY sha, reader
        ON CONFLICT (repository_id, sha, reader, parser_version) DO UPDATE
          SET content = EXCLUDED.content, verdict = NULL, verdict_keys = NULL
          WHERE blob.content -> 'problems' @> '[{"cause": "too-large"}]'`,
    )
  }

  async verdicts(repositoryId: bigint, shas: readonly string[], keysHash: string): Promise<Map<string, Verdict>> {
    const rows = await this.#database.client.$queryRaw<{ sha: string; verdict: Verdict }[]>`
      SELECT sha, verdict
      FROM json_array_elements_text(${toJson(shas)}::json) AS wanted (sha) JOIN blob USING (sha)
      WHERE repository_id = ${repositoryId} AND reader IN ('evidence', 'package/signature') AND parser_version = ${this.#parserVersion}
        AND verdict_keys = ${keysHash}`
    return new Map(rows.map(({ sha, verdict }) => [sha, verdict]))
  }

  /** A verdict is kept with its blob's content, so that comes first. */
  async keepVerdicts(repositoryId: bigint, verdicts: ReadonlyMap<string, Verdict>, keysHash: string): Promise<void> {
    await inChunks(
      this.#database,
      Array.from(verdicts, ([sha, verdict]) => ({ sha, verdict })),
      (rows) => this.#database.client.$executeRaw`
        UPDATE blob SET verdict = given.verdict, verdict_keys = ${keysHash}
        FROM json_to_recordset(${rows}::json) AS given (sha text, verdict jsonb)
        WHERE repository_id = ${repositoryId} AND blob.sha = given.sha AND reader IN ('evidence', 'package/signature')
          AND parser_version = ${this.#parserVersion}`,
    )
  }

  /**
   * One statement. The update that changes nothing answers what is known, also where another scan notes it at the same
   * moment; in the order of the SHAs, so that the two never wait for each other in a circle.
   */
  async firstSeen(repositoryId: bigint, shas: readonly string[], now: number): Promise<Map<string, number>> {
    const seen = new Map<string, number>()
    await inChunks(this.#database, shas, async (chunk) => {
      const rows = await this.#database.client.$queryRaw<{ sha: string; seen_at: Date }[]>`
        INSERT INTO evidence_seen AS known (repository_id, sha, seen_at)
        SELECT DISTINCT ${repositoryId}::bigint, sha, ${new Date(now)}::timestamptz
        FROM json_array_elements_text(${chunk}::json) AS given (sha) ORDER BY sha
        ON CONFLICT (repository_id, sha) DO UPDATE SET seen_at = known.seen_at
        RETURNING sha, seen_at`
      for (const { sha, seen_at } of rows) seen.set(sha, seen_at.getTime())
    })
    return seen
  }

  async tree(repositoryId: bigint, commit: string, scope: string): Promise<TreeEntry[] | null> {
    const tree = await this.#database.client.tree.findUnique({
      where: { repositoryId_commit: { repositoryId, commit }, stateScope: storable(scope) },
    })
    return tree && unpack(tree.entries)
  }

  async keepTree(
    repositoryId: bigint,
    commit: string,
    entries: readonly TreeEntry[],
    { scope, id }: { scope: string; id: string },
  ): Promise<void> {
    const packed = await pack(entries)
    await this.#database.client.$executeRaw`
      INSERT INTO tree (repository_id, commit, entries, state_scope, state_id)
      VALUES (${repositoryId}, ${commit}, ${packed}, ${storable(scope)}, ${id})
      ON CONFLICT (repository_id, commit) DO UPDATE SET state_scope = EXCLUDED.state_scope, state_id = EXCLUDED.state_id`
  }

  async tracked(repositoryId: bigint): Promise<{ commit: string; files: Map<string, string> } | null> {
    const rows = await this.#database.client.$queryRaw<{ commit: string; path: string | null; sha: string }[]>`
      SELECT r.tracked_head AS commit, f.path, f.sha
      FROM repository r LEFT JOIN tracked_file f ON f.repository_id = r.id
      WHERE r.id = ${repositoryId} AND r.tracked_head IS NOT NULL`
    const [first] = rows
    if (!first) return null
    return {
      commit: first.commit,
      files: new Map(rows.flatMap(({ path, sha }) => (path === null ? [] : [[path, sha]]))),
    }
  }

  /** Read by an older version of the parsers it still holds: its own next scan reads it again. */
  async organisationPolicy({ id, installationId, owner }: RepositoryRef): Promise<PolicyFile | null> {
    const rows = await this.#database.client.$queryRaw<{ content: PolicyFile }[]>`
      SELECT b.content
      FROM repository r
        JOIN tracked_file f ON f.repository_id = r.id AND f.path = '.github/rosie.yml'
        JOIN blob b ON b.repository_id = r.id AND b.sha = f.sha AND b.reader = 'policy'
      WHERE r.installation_id = ${installationId} AND lower(r.owner) = lower(${owner})
        AND r.name = ${ORGANISATION_REPOSITORY} AND r.removed_at IS NULL AND r.id <> ${id}
        AND b.parser_version <= ${this.#parserVersion}
      ORDER BY r.tracked_at DESC, b.parser_version DESC LIMIT 1`
    return rows[0]?.content ?? null
  }
}

/** One line a file: blob SHA, size (empty where unknown), path. A path may hold anything but U+0000, line ends included. */
async function pack(entries: readonly TreeEntry[]): Promise<Uint8Array<ArrayBuffer>> {
  const lines = entries.map(({ path, sha, size }) => `${sha}\t${size ?? ''}\t${escapeLine(path)}\n`)
  return new Uint8Array(await promisify(gzip)(lines.join(''), { level: 1 }))
}

async function unpack(packed: Uint8Array): Promise<TreeEntry[]> {
  const text = (await promisify(gunzip)(packed)).toString()
  const entries: TreeEntry[] = []
  for (const line of text.split('\n').slice(0, -1)) {
    const [sha = '', size] = line.split('\t', 2)
    const path = line.slice(sha.length + (size?.length ?? 0) + 2)
    entries.push({ path: unescapeLine(path), sha, size: size ? Number(size) : null })
  }
  return entries
}

const escapeLine = (path: string) => path.replace(/[\\\n]/g, (sign) => (sign === '\n' ? '\\n' : '\\\\'))

const unescapeLine = (path: string) => path.replace(/\\(.)/g, (_escape, sign) => (sign === 'n' ? '\n' : sign))
