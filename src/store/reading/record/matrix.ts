/** What a traceability matrix is made of, in few values: as rows of their own, the client takes several times as long. */
import { Prisma } from '../../../generated/prisma/client.ts'
import type { Database } from '../../database.ts'
import type { CoverageRow } from './links.ts'

export interface MatrixEdge {
  /** An id, an `EVIDENCE:` node or an annotated block; and the same with the whole file of a block. */
  node: string
  from: string
  to: string
  type: string
  /** Where it is said. */
  path: string
  /** By the tag of draft-02 that defines what it names. */
  defines: boolean
}

export interface MatrixArtifact {
  /** Null: a document without an id, which may be one that can't be read. */
  node: string | null
  kind: string
  path: string
  title: string | null
  risk: string | null
  tier: string | null
}
export interface MatrixRows {
  artifacts: MatrixArtifact[]
  /** Paths of all files that could hold annotations. */
  sources: string[]
  tests: string[]
  edges: MatrixEdge[]
  coverage: CoverageRow[]
}

/** A line of the matrix as CSV. */
export interface MatrixLine extends CoverageRow {
  title: string | null
  /** Of the document that defines it, the first by path. */
  document: string | null
}

/** The kinds that are nodes of the matrix. */
const NODES = ['requirement', 'user_story', 'specification', 'evidence', 'package_file']

const COVERAGE = Prisma.sql`
  c.gxp_id AS "gxpId", c.risk, c.linked, c.traced, c.proven, c.path, c.tiers, c.missing_tiers AS "missingTiers"`

export class Matrix {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /**
   * One statement, so that all of it is of one moment. Column by column: an array for each row takes PostgreSQL three times
   * as long. A place that the edge's own beginning tells is left out.
   */
  async rows(repositoryId: bigint): Promise<MatrixRows> {
    const [row] = await this.#database.client.$queryRaw<Columns[]>`
      SELECT a.*, f.*, e.*, c.coverage
      FROM (
        SELECT json_agg(CASE WHEN kind = 'evidence' THEN 'EVIDENCE:' || path
            WHEN kind = 'package_file' THEN 'EVIDENCE:' || regexp_replace(path, '/[^/]*$', '') ELSE gxp_id END)::text AS nodes,
          json_agg(kind)::text AS kinds, json_agg(path)::text AS paths,
          json_agg(CASE WHEN kind IN ('evidence', 'package_file') THEN gxp_id ELSE title END)::text AS titles,
          json_agg(risk)::text AS risks, json_agg(data ->> 'tier')::text AS tiers
        FROM (SELECT * FROM artifact WHERE repository_id = ${repositoryId} AND kind = ANY(${NODES}::text[]) ORDER BY path) AS a
      ) AS a, (
        SELECT json_agg(path) FILTER (WHERE kind = 'source')::text AS sources,
          json_agg(path) FILTER (WHERE kind = 'test')::text AS tests
        FROM tracked_file WHERE repository_id = ${repositoryId} AND kind IN ('source', 'test')
      ) AS f, (
        SELECT json_agg("from")::text AS "from", json_agg("to")::text AS "to", json_agg(type)::text AS types,
          json_agg(CASE WHEN starts_with("from", 'FILE:' || path || '#') OR "from" = 'EVIDENCE:' || path THEN NULL ELSE path END)::text
            AS places,
          string_agg(CASE by WHEN '@gxp-tag' THEN '1' ELSE '0' END, '') AS defines
        FROM (SELECT * FROM trace_edge WHERE repository_id = ${repositoryId} ORDER BY id) AS e
      ) AS e, (
        SELECT json_agg(json_build_array(gxp_id, risk, linked, traced, proven, path, tiers, missing_tiers) ORDER BY gxp_id)::text
          AS coverage
        FROM requirement_coverage WHERE repository_id = ${repositoryId}
      ) AS c`
    return row ? { ...artifactsIn(row), ...edgesIn(row), coverage: coverageIn(row) } : NONE
  }

  /** The requirements in the order of their ids, those after one: part of a list that is written as it is read. */
  lines(repositoryId: bigint, after: string | null, most: number): Promise<MatrixLine[]> {
    return this.#database.client.$queryRaw<MatrixLine[]>`
      SELECT ${COVERAGE}, document.title, document.path AS document
      FROM requirement_coverage c LEFT JOIN LATERAL (
        SELECT a.title, a.path FROM artifact a
        WHERE a.repository_id = c.repository_id AND a.gxp_id = c.gxp_id ORDER BY a.path LIMIT 1) AS document ON TRUE
      WHERE c.repository_id = ${repositoryId} ${after === null ? Prisma.empty : Prisma.sql`AND c.gxp_id > ${after}`}
      ORDER BY c.gxp_id LIMIT ${most}`
  }
}

const NONE: MatrixRows = { artifacts: [], sources: [], tests: [], edges: [], coverage: [] }

/** JSON lists of one length for each table; null where it has no rows. */
type Columns = Record<
  'nodes' | 'kinds' | 'paths' | 'titles' | 'risks' | 'tiers' | 'sources' | 'tests' | 'from' | 'to' | 'types' | 'places',
  string | null
> & { coverage: string | null; defines: string | null }

function artifactsIn(row: Columns): Pick<MatrixRows, 'artifacts' | 'sources' | 'tests'> {
  const [nodes, kinds, paths] = [listIn<string | null>(row.nodes), listIn<string>(row.kinds), listIn<string>(row.paths)]
  const [titles, risks, tiers] = [row.titles, row.risks, row.tiers].map((list) => listIn<string | null>(list))
  const artifacts = paths.map((path, n) => ({
    ...{ path, node: nodes[n] ?? null, kind: kinds[n] ?? '' },
    ...{ title: titles?.[n] ?? null, risk: risks?.[n] ?? null, tier: tiers?.[n] ?? null },
  }))
  return { artifacts, sources: listIn<string>(row.sources), tests: listIn<string>(row.tests) }
}

function edgesIn({ from, to, types, places, defines }: Columns): Pick<MatrixRows, 'edges'> {
  const [ends, kinds, paths] = [listIn<string>(to), listIn<string>(types), listIn<string | null>(places)]
  const edges = listIn<string>(from).map((node, n): MatrixEdge => {
    const file = wholeFile(node)
    const path = paths[n] ?? file.slice(file.indexOf(':') + 1)
    return { node, from: file, to: ends[n] ?? '', type: kinds[n] ?? '', path, defines: defines?.[n] === '1' }
  })
  return { edges }
}

/** `FILE:path`: the matrix knows files, not blocks. */
export const wholeFile = (node: string): string => {
  const at = node.startsWith('FILE:') ? node.lastIndexOf('#L') : -1
  return at > 0 && /^\d+$/.test(node.slice(at + 2)) ? node.slice(0, at) : node
}

type Coverage = [string, string | null, boolean, boolean, boolean, string[], string[], string[]]

const coverageIn = ({ coverage }: Columns): CoverageRow[] =>
  listIn<Coverage>(coverage).map(([gxpId, risk, linked, traced, proven, path, tiers, missingTiers]) => {
    return { gxpId, risk, linked, traced, proven, path, tiers, missingTiers }
  })

const listIn = <Item>(json: string | null) => JSON.parse(json ?? '[]') as Item[]
