/**
 * The tracked snapshot of a repository as rows: its files, artifacts, the history of both, what was judged of
 * artifacts, edges, coverage and matrix. Written only when a tracked scan's result is kept, in that transaction.
 */
import type { Edge, FileKind, SnapshotFile } from '../rosie/model.ts'
import type { Scan, TrackedChange } from '../scan/ports/store.ts'
import { artifactOf } from './artifacts.ts'
import { writeCoverage } from './coverage.ts'
import type { Connection, Database } from './database.ts'
import { indexable } from './indexable.ts'
import { toJson } from './json.ts'
import { writeMatrix } from './matrix.ts'
import { inChunks } from './rows.ts'
import { writeSignedFiles } from './signed-files.ts'

export async function writeSnapshot(
  database: Database,
  connection: Connection,
  scan: Scan,
  { commit, removed, changed, signed, edges, unknown, coverage, matrix }: TrackedChange,
): Promise<void> {
  const repository = scan.repository.id
  const revision = { repository, commit, scanId: scan.id }
  const artifacts = changed.flatMap((file) => artifactOf(file) ?? [])
  const are = new Set(artifacts.map(({ path }) => path))
  // A file that lies where an artifact was, but is none any more, ends that artifact too.
  const ended = [...removed, ...changed.flatMap(({ path }) => (are.has(path) ? [] : [path]))]
  const others = changed.filter(({ path, kind }) => !are.has(path) && !CODE.has(kind))

  // Each history before the rows that it compares with are written.
  await inChunks(database, removed, (paths) => removeFiles(connection, revision, paths))
  await inChunks(database, ended, (paths) => endArtifacts(connection, revision, paths))
  await inChunks(database, others.map(fileRow), (files) => reviseFiles(connection, revision, files))
  await inChunks(database, changed.map(fileRow), (files) => writeFiles(connection, repository, files))
  await inChunks(database, artifacts, (rows) => writeArtifacts(connection, revision, rows))
  await writeSignedFiles(database, connection, repository, signed)
  await replaceEdges(database, connection, repository, edges.map(edgeRow(unknown)))
  await writeCoverage(database, connection, repository, coverage)
  await writeMatrix(connection, repository, matrix)
}

interface Revision {
  repository: bigint
  commit: string
  scanId: string
}

// ── files ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const fileRow = ({ path, sha, kind }: SnapshotFile) => ({ path, sha, kind })

/** All others that are tracked are of the record: what is no artifact, such as keys and policies, has a history too. */
const CODE: ReadonlySet<FileKind> = new Set(['source', 'test'])

/** While artifacts are still there, whose history `endArtifacts` ends. */
function removeFiles(connection: Connection, { repository, commit, scanId }: Revision, paths: string) {
  return connection.$executeRaw`
    WITH gone AS (
      DELETE FROM tracked_file
      WHERE repository_id = ${repository} AND path IN (SELECT json_array_elements_text(${paths}::json))
      RETURNING path, kind
    )
    INSERT INTO artifact_revision (repository_id, path, kind, change, commit, scan_id)
    SELECT ${repository}::bigint, path, kind, 'removed', ${commit}, ${scanId}::uuid FROM gone
    WHERE kind <> ALL(${[...CODE]}::text[])
      AND NOT EXISTS (SELECT FROM artifact WHERE repository_id = ${repository} AND path = gone.path)
    ORDER BY path`
}

/** Of files of the record that are no artifacts. What comes to be of another kind begins anew. */
function reviseFiles(connection: Connection, { repository, commit, scanId }: Revision, files: string) {
  return connection.$executeRaw`
    INSERT INTO artifact_revision (repository_id, path, kind, change, sha, commit, scan_id)
    SELECT ${repository}::bigint, given.path, given.kind, CASE WHEN before.kind = given.kind THEN 'changed' ELSE 'added' END,
      given.sha, ${commit}, ${scanId}::uuid
    FROM (
      SELECT DISTINCT ON (path) path, sha, kind FROM json_to_recordset(${files}::json) AS file (path text, sha text, kind text)
    ) given LEFT JOIN tracked_file before ON before.repository_id = ${repository} AND before.path = given.path
    WHERE before.path IS NULL OR (before.sha, before.kind) <> (given.sha, given.kind)
    ORDER BY given.path`
}

function writeFiles(connection: Connection, repository: bigint, files: string) {
  return connection.$executeRaw`
    INSERT INTO tracked_file (repository_id, path, sha, kind)
    SELECT DISTINCT ON (path) ${repository}::bigint, path, sha, kind
    FROM json_to_recordset(${files}::json) AS file (path text, sha text, kind text)
    ON CONFLICT (repository_id, path) DO UPDATE SET sha = EXCLUDED.sha, kind = EXCLUDED.kind`
}

// ── artifacts ───────────────────────────────────────────────────────────────────────────────────────────────────────

function endArtifacts(connection: Connection, { repository, commit, scanId }: Revision, paths: string) {
  return connection.$executeRaw`
    WITH ended AS (
      DELETE FROM artifact
      WHERE repository_id = ${repository} AND path IN (SELECT json_array_elements_text(${paths}::json))
      RETURNING path, kind, gxp_id
    )
    INSERT INTO artifact_revision (repository_id, path, kind, gxp_id, change, commit, scan_id)
    SELECT ${repository}::bigint, path, kind, gxp_id, 'removed', ${commit}, ${scanId}::uuid FROM ended ORDER BY path`
}

/** The same bytes read by a newer parser change the artifact, but are no new state of it. */
function writeArtifacts(connection: Connection, { repository, commit, scanId }: Revision, rows: string) {
  return connection.$executeRaw`
    WITH given AS (
      SELECT DISTINCT ON (path) * FROM json_to_recordset(${rows}::json) AS artifact
        (path text, kind text, sha text, "gxpId" text, title text, risk text, status text, data jsonb)
      ORDER BY path
    ), revised AS (
      INSERT INTO artifact_revision (repository_id, path, kind, gxp_id, change, sha, data, commit, scan_id)
      SELECT ${repository}::bigint, given.path, given.kind, "gxpId", CASE WHEN before.id IS NULL THEN 'added' ELSE 'changed' END,
             given.sha, given.data, ${commit}, ${scanId}::uuid
      FROM given LEFT JOIN artifact before ON before.repository_id = ${repository} AND before.path = given.path
      WHERE before.id IS NULL OR (before.sha, before.kind) <> (given.sha, given.kind)
      ORDER BY given.path
    )
    INSERT INTO artifact (repository_id, path, kind, sha, gxp_id, title, risk, status, data)
    SELECT ${repository}::bigint, path, kind, sha, "gxpId", title, risk, status, data FROM given
    ON CONFLICT (repository_id, path) DO UPDATE SET kind = EXCLUDED.kind, sha = EXCLUDED.sha, gxp_id = EXCLUDED.gxp_id,
      title = EXCLUDED.title, risk = EXCLUDED.risk, status = EXCLUDED.status, data = EXCLUDED.data, verdict = NULL, account = NULL, updated_at = now()`
}

// ── edges ───────────────────────────────────────────────────────────────────────────────────────────────────────────

interface EdgeRow {
  from: string
  to: string
  type: string
  by: string
  path: string
  line: number
  /** Nothing defines what it leads to. Part of what it is, so that it is written anew when that comes or goes. */
  broken: boolean
}

/** Only those that differ are written: a change of one file leaves the edges of 20,000 others alone. */
async function replaceEdges(
  database: Database,
  connection: Connection,
  repository: bigint,
  edges: readonly EdgeRow[],
): Promise<void> {
  // In one value: as rows of their own, the client would take more than twice as long over them.
  const [answer] = await connection.$queryRaw<{ stored: string | null }[]>`
    SELECT json_agg(json_build_array(id, "from", "to", type, by, path, line, broken))::text AS stored
    FROM trace_edge WHERE repository_id = ${repository}`
  const stored = JSON.parse(answer?.stored ?? '[]') as [id: number, ...EdgeRow[keyof EdgeRow][]][]
  const missing = new Map(edges.map((edge) => [edgeKey(edge), edge]))
  const gone = stored.filter(([, ...edge]) => !missing.delete(JSON.stringify(edge))).map(([id]) => id)

  await inChunks(
    database,
    gone,
    (ids) => connection.$executeRaw`
      DELETE FROM trace_edge WHERE id IN (SELECT value::bigint FROM json_array_elements_text(${ids}::json))`,
  )
  await inChunks(
    database,
    [...missing.values()],
    (rows) => connection.$executeRaw`
      INSERT INTO trace_edge (repository_id, "from", "to", type, by, path, line, broken)
      SELECT ${repository}::bigint, "from", "to", type, by, path, line, broken
      FROM json_to_recordset(${rows}::json) AS edge
        ("from" text, "to" text, type text, by text, path text, line int, broken boolean)`,
  )
}

const edgeRow =
  (unknown: ReadonlySet<string>) =>
  ({ from, to, type, by, origin: { path, line } }: Edge): EdgeRow => ({
    from: indexable(from),
    to: indexable(to),
    type,
    by,
    path,
    line,
    broken: unknown.has(to),
  })

const edgeKey = ({ from, to, type, by, path, line, broken }: EdgeRow) =>
  toJson([from, to, type, by, path, line, broken])
