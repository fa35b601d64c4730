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
import { Recent } from './recent.ts'
import { inChunks } from './rows.ts'

/** Bytes of contents as jsonb, not compressed, of which the objects stay in memory: these take several times as many. */
const RECENT = 32 * 2 ** 20

/**
 * What git objects say, kept for ever: git's SHA is the identity, so a row is never wrong, only unread. What was read lately
 * is the same object again, so that what follows from it is known as well (rosie/memo.ts).
 */
export class Contents implements ContentStore {
  readonly #database: Database
  readonly #parserVersion: number
  readonly #recent: Recent<Content>

  /** `parserVersion`: contents read by another version of the parsers are not seen. */
  constructor(database: Database, parserVersion: number, recent = RECENT) {
    this.#recent = new Recent(recent)
    this.#database = database
    this.#parserVersion = parserVersion
  }

  /**
   * Row for row by the primary key: the planner, which can't tell a few keys from many, may read the whole table else. The
   * column itself has the size of what compression made of it; the path of no steps is the value, decompressed.
   */
  async contents(
    repositoryId: bigint,
    wanted: readonly { sha: string; reader: Reader }[],
  ): Promise<Map<string, Content>> {
    const recent = this.#recent.of(repositoryId)
    const found = new Map<string, Content>()
    const unread = wanted.filter(({ sha, reader }) => {
      const key = contentKey(sha, reader)
      const content = recent.get(key)
      if (content) found.set(key, content)
      return content === undefined
    })
    await inChunks(this.#database, unread, async (keys) => {
      const rows = await this.#database.client.$queryRaw<
        { sha: string; reader: Reader; content: Content; size: number }[]
      >`
        SELECT sha, reader, content, pg_column_size(content #> '{}') AS size
        FROM json_to_recordset(${keys}::json) AS wanted (sha text, reader text) CROSS JOIN LATERAL (
          SELECT content FROM blob
          WHERE repository_id = ${repositoryId} AND blob.sha = wanted.sha AND blob.reader = wanted.reader
            AND parser_version = ${this.#parserVersion} LIMIT 1) AS known`
      const read = rows.map(({ sha, reader, content }) => [contentKey(sha, reader), content] as const)
      for (const [key, content] of read) found.set(key, content)
      const size = rows.reduce((sum, row) => sum + row.size, 0)
      this.#recent.add(repositoryId, read, size)
    })
    return found
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
    // The rows have the last word: what is stored may differ from what was given.
    for (const { sha, reader } of contents) this.#recent.drop(repositoryId, contentKey(sha, reader))
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

  /** In memory nothing stays known of a repository without a snapshot: it is new, or was erased. */
  async tracked(repositoryId: bigint): Promise<{ commit: string; files: Map<string, string> } | null> {
    // In two values: as rows of their own, the client would take more than twice as long over them.
    const [snapshot] = await this.#database.client.$queryRaw<Snapshot[]>`
      SELECT r.tracked_head AS commit, files.*
      FROM repository r CROSS JOIN LATERAL (
        SELECT json_agg(path)::text AS paths, string_agg(sha, ' ') AS shas FROM tracked_file
        WHERE repository_id = r.id) AS files
      WHERE r.id = ${repositoryId} AND r.tracked_head IS NOT NULL`
    if (!snapshot) {
      this.#recent.forget(repositoryId)
      return null
    }
    const paths = JSON.parse(snapshot.paths ?? '[]') as string[]
    const shas = snapshot.shas?.split(' ') ?? []
    return { commit: snapshot.commit, files: new Map(paths.map((path, n) => [path, shas[n] ?? ''])) }
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

/** Paths and SHAs in one order; null where there are none. */
interface Snapshot {
  commit: string
  paths: string | null
  shas: string | null
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
