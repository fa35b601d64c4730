/** The artifacts of a tracked snapshot: documents, evidence, decisions, the register, as pages and one by one. */
import { Prisma } from '../../../generated/prisma/client.ts'
import type { Database } from '../../database.ts'
import { type Page, pageOf } from '../page.ts'
import { all, holds } from '../where.ts'
import { NODE } from './nodes.ts'

export interface ArtifactRow {
  id: string
  kind: string
  path: string
  sha: string
  gxpId: string | null
  title: string | null
  risk: string | null
  status: string | null
  tier: string | null
  updatedAt: Date
  /** Of a requirement that is in force: how far it is covered. */
  linked: boolean | null
  traced: boolean | null
  proven: boolean | null
  /** Of evidence: what the scan said of its signature, of a package's signature what it said of the package; null: no evidence. */
  verdict: string | null
}

/** With what its file says, the signed text of evidence aside. */
export interface ArtifactWithData extends ArtifactRow {
  /** What the graph calls it. */
  node: string
  data: unknown
}

export interface ArtifactFilter {
  risk?: string | undefined
  status?: string | undefined
  tier?: string | undefined
  /** An id that it points at. */
  parent?: string | undefined
  /** Part of its id or title, in capitals or not. */
  text?: string | undefined
  verdict?: string | undefined
}

/** A state that an artifact had on the default branch. */
export interface RevisionRow {
  id: bigint
  path: string
  kind: string
  gxpId: string | null
  change: string
  sha: string | null
  commit: string
  scanId: string
  at: Date
  data: unknown
}

/** Of what the files of one page of a history say, as JSON: a register of 5,000 entries is half a megabyte each time. */
const MOST_BYTES = 2 * 2 ** 20

/** The order of lists: paths, of which each has one artifact. */
export type ArtifactPosition = readonly [path: string]
/** The newest first. */
export type RevisionPosition = readonly [id: string]

const COLUMNS = Prisma.sql`
  a.id, a.kind, a.path, a.sha, a.gxp_id AS "gxpId", a.title, a.risk, a.status, a.data ->> 'tier' AS tier,
  a.updated_at AS "updatedAt", c.linked, c.traced, c.proven, a.verdict`

/** By primary keys. */
const FROM = Prisma.sql`
  artifact a
  LEFT JOIN requirement_coverage c
    ON a.kind = 'requirement' AND c.repository_id = a.repository_id AND c.gxp_id = a.gxp_id`

export class Artifacts {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** By path. `kinds`: none means all. Each kind is a walk along the index on (repository_id, kind, path). */
  async list(
    repositoryId: bigint,
    kinds: readonly string[],
    filter: ArtifactFilter,
    limit: number,
    after: ArtifactPosition | null,
  ): Promise<Page<ArtifactRow, ArtifactPosition>> {
    const where = all([
      Prisma.sql`a.repository_id = ${repositoryId}`,
      ...conditions(repositoryId, filter),
      after && Prisma.sql`a.path > ${after[0]}`,
    ])
    const part = (kind: Prisma.Sql) => Prisma.sql`
      (SELECT ${COLUMNS} FROM ${FROM} WHERE ${where} ${kind} ORDER BY a.path LIMIT ${limit + 1})`
    const parts =
      kinds.length === 0 ? [part(Prisma.empty)] : kinds.map((kind) => part(Prisma.sql`AND a.kind = ${kind}`))
    const rows = await this.#database.client.$queryRaw<ArtifactRow[]>`
      SELECT * FROM (${Prisma.join(parts, ' UNION ALL ')}) AS found ORDER BY path LIMIT ${limit + 1}`
    return pageOf(rows, limit, ({ path }) => [path])
  }

  /** All that define one id, by path. */
  definitions(repositoryId: bigint, kinds: readonly string[], gxpId: string): Promise<ArtifactWithData[]> {
    return this.#withData(Prisma.sql`
      a.repository_id = ${repositoryId} AND a.gxp_id = ${gxpId} AND a.kind = ANY(${[...kinds]}::text[])`)
  }

  ofKind(repositoryId: bigint, kind: string): Promise<ArtifactWithData[]> {
    return this.#withData(Prisma.sql`a.repository_id = ${repositoryId} AND a.kind = ${kind}`)
  }

  async withId(repositoryId: bigint, id: string): Promise<ArtifactWithData | null> {
    const [row] = await this.#withData(Prisma.sql`a.repository_id = ${repositoryId} AND a.id = ${id}::uuid`)
    return row ?? null
  }

  #withData(where: Prisma.Sql): Promise<ArtifactWithData[]> {
    return this.#database.client.$queryRaw<ArtifactWithData[]>`
      SELECT ${COLUMNS}, ${NODE} AS node, a.data - 'jws' AS data FROM ${FROM} WHERE ${where} ORDER BY a.path LIMIT 100`
  }

  /**
   * Of an id, or of a file: the newest first. By the indexes on (repository_id, gxp_id) and (repository_id, path). A page ends
   * with the state whose contents go beyond `MOST_BYTES`.
   */
  async history(
    repositoryId: bigint,
    of: IdOfKinds | { path: string },
    limit: number,
    before: RevisionPosition | null,
  ): Promise<Page<RevisionRow, RevisionPosition>> {
    const states = 'path' in of ? statesOfFile(repositoryId, of.path) : statesOfId(repositoryId, of)
    const rows = await this.#database.client.$queryRaw<(RevisionRow & { fits: boolean })[]>`
      SELECT id, path, kind, gxp_id AS "gxpId", change, sha, commit, scan_id AS "scanId", at, fits,
        CASE WHEN fits THEN data - 'jws' END AS data
      FROM (
        SELECT *, coalesce(sum(octet_length(data::text)) OVER before, 0) < ${MOST_BYTES} AS fits
        FROM (
          SELECT * FROM (${states}) AS state WHERE ${all([before && Prisma.sql`id < ${before[0]}::bigint`])}
          ORDER BY id DESC LIMIT ${limit + 1}) AS newest
        WINDOW before AS (ORDER BY id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) AS sized
      ORDER BY id DESC`
    const fitting = rows.filter(({ fits }) => fits).length
    const revisions = rows.map(({ fits: _, ...row }): RevisionRow => row)
    return pageOf(revisions, Math.min(limit, fitting), ({ id }) => [String(id)])
  }
}

interface IdOfKinds {
  gxpId: string
  kinds: readonly string[]
}

const statesOfFile = (repositoryId: bigint, path: string) => Prisma.sql`
  SELECT * FROM artifact_revision WHERE repository_id = ${repositoryId} AND path = ${path}`

/**
 * With its file an id may change: the state with which a file comes to have another one, or none, is the end of the one
 * before, and the beginning of its own.
 */
function statesOfId(repositoryId: bigint, { gxpId, kinds }: IdOfKinds): Prisma.Sql {
  const own = Prisma.sql`gxp_id = ${gxpId} AND kind = ANY(${[...kinds]}::text[])`
  return Prisma.sql`
    SELECT id, path, CASE WHEN own THEN kind ELSE kind_before END AS kind, ${gxpId}::text AS gxp_id,
      CASE WHEN NOT own THEN 'removed' WHEN change = 'changed' AND NOT had THEN 'added' ELSE change END AS change,
      CASE WHEN own THEN sha END AS sha, CASE WHEN own THEN data END AS data, commit, scan_id, at
    FROM (
      SELECT *, lag(own AND change <> 'removed') OVER file AS had, lag(kind) OVER file AS kind_before
      FROM (
        SELECT *, coalesce(${own}, FALSE) AS own FROM artifact_revision
        WHERE repository_id = ${repositoryId} AND path IN (
          SELECT path FROM artifact_revision WHERE repository_id = ${repositoryId} AND ${own})) AS each
      WINDOW file AS (PARTITION BY path ORDER BY id)) AS state
    WHERE own OR had`
}

const conditions = (repositoryId: bigint, { risk, status, tier, parent, text, verdict }: ArtifactFilter) => [
  risk !== undefined && Prisma.sql`a.risk = ${risk}`,
  status !== undefined && Prisma.sql`a.status = ${status}`,
  tier !== undefined && Prisma.sql`a.data ->> 'tier' = ${tier}`,
  parent !== undefined && under(repositoryId, parent),
  text !== undefined && holds(Prisma.sql`concat_ws(' ', a.gxp_id, a.title)`, text),
  verdict !== undefined && Prisma.sql`a.verdict = ${verdict}`,
]

/**
 * A record of testing is no node: it has the id of its specification as title (store/artifacts.ts). What leads to the parent is
 * looked up once, since it names the repository by itself: 20 ms of 15,000 artifacts, where once for each took 200.
 */
const under = (repositoryId: bigint, parent: string) => Prisma.sql`
  CASE WHEN a.kind = 'testing_record' THEN a.title = ${parent} ELSE ${NODE} IN (
    SELECT e."from" FROM trace_edge e WHERE e.repository_id = ${repositoryId} AND e."to" = ${parent}) END`
