/** Ways through the graph of a tracked snapshot: chains up and down, edges that lead nowhere, paths that prove. */
import { Prisma } from '../../../generated/prisma/client.ts'
import type { Database } from '../../database.ts'
import { type Page, pageOf } from '../page.ts'
import { all } from '../where.ts'
import { EDGE, type EdgeRow } from './links.ts'
import { artifactAt } from './nodes.ts'

export interface ChainNode {
  node: string
  /** Edges from where the chain begins. */
  depth: number
  /** Of an artifact. */
  kind: string | null
  title: string | null
  path: string | null
}

export interface BrokenRow extends EdgeRow {
  /** Of the finding that tells it; null: none does, or it is set aside. */
  findingId: bigint | null
  severity: string | null
  message: string | null
}

/** The scan that the edges are of: the next one may write an edge anew, under another id. */
export type BrokenPosition = readonly [scanId: string, id: string]

/** One step of a path; without an edge where none was kept. */
export interface StepRow {
  from: string
  to: string
  type: string | null
  by: string | null
  path: string | null
  line: number | null
}

/** Rows that a walk reads at most: hostile graphs join everything with everything, in circles. */
const MOST_ROWS = 20_000

export class Traceability {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /**
   * The nodes that one leads to (`up`) or that lead to it (`down`), nearest first; itself is the first. A node is met once
   * at each depth at most, and the depth is bounded, so circles end. PostgreSQL reads no more of a recursive query than
   * the LIMIT asks for, and the nearest first.
   */
  chain(repositoryId: bigint, node: string, direction: 'up' | 'down', depth: number, most: number) {
    const [here, there] =
      direction === 'up' ? [Prisma.sql`e."from"`, Prisma.sql`e."to"`] : [Prisma.sql`e."to"`, Prisma.sql`e."from"`]
    return this.#database.client.$queryRaw<ChainNode[]>`
      WITH RECURSIVE walk (node, depth) AS (
        SELECT ${node}::text, 0
        UNION
        SELECT ${there}, walk.depth + 1 FROM walk JOIN trace_edge e ON ${here} = walk.node
        WHERE e.repository_id = ${repositoryId} AND walk.depth < ${depth}::int
      ), met AS (SELECT node, depth FROM walk LIMIT ${MOST_ROWS}),
      nearest AS (SELECT node, min(depth) AS depth FROM met GROUP BY node ORDER BY 2, 1 LIMIT ${most})
      SELECT nearest.node, nearest.depth, known.kind, known.title, known.path
      FROM nearest LEFT JOIN LATERAL (${artifactAt(repositoryId, Prisma.sql`nearest.node`)}) AS known ON TRUE
      ORDER BY nearest.depth, nearest.node`
  }

  /** Edges that join two of these nodes; the first `most`. */
  among(repositoryId: bigint, nodes: readonly string[], most: number): Promise<EdgeRow[]> {
    const names = [...nodes]
    return this.#database.client.$queryRaw<EdgeRow[]>`
      SELECT ${EDGE} FROM trace_edge e
      WHERE e.repository_id = ${repositoryId} AND e."from" = ANY(${names}::text[]) AND e."to" = ANY(${names}::text[])
      ORDER BY e.id LIMIT ${most}`
  }

  /** Whether anything defines or names it. */
  async knows(repositoryId: bigint, node: string): Promise<boolean> {
    const [row] = await this.#database.client.$queryRaw<{ known: boolean }[]>`
      SELECT EXISTS (${artifactAt(repositoryId, Prisma.sql`${node}::text`)})
        OR EXISTS (SELECT 1 FROM trace_edge WHERE repository_id = ${repositoryId} AND "from" = ${node})
        OR EXISTS (SELECT 1 FROM trace_edge WHERE repository_id = ${repositoryId} AND "to" = ${node}) AS known`
    return row?.known ?? false
  }

  /**
   * Edges to ids that nothing defines (rosie/graph.ts, `unknown`), in the order in which they were kept, with the finding at the
   * same place. By `trace_edge_broken_idx`. Null: the position is of another scan.
   */
  async broken(
    repositoryId: bigint,
    scanId: string | null,
    limit: number,
    after: BrokenPosition | null,
  ): Promise<Page<BrokenRow, BrokenPosition> | null> {
    if (after && after[0] !== scanId) return null
    const beyond = after && Prisma.sql`e.id > ${after[1]}::bigint`
    const rows = await this.#database.client.$queryRaw<BrokenRow[]>`
      WITH broken AS (
        SELECT ${EDGE} FROM trace_edge e
        WHERE e.repository_id = ${repositoryId} AND e.broken AND ${all([beyond])}
        ORDER BY e.id LIMIT ${limit + 1})
      SELECT broken.*, told.id AS "findingId", told.severity, told.message
      FROM broken LEFT JOIN LATERAL (
        SELECT f.id, f.severity, f.message FROM finding f
        WHERE f.scan_id = ${scanId}::uuid AND left(f.path, 200) = left(broken.path, 200) AND f.path = broken.path AND f.line = broken.line
          AND (starts_with(f.rule, 'trace/') OR starts_with(f.rule, 'annotation/') OR starts_with(f.rule, 'evidence/'))
          AND strpos(f.message, broken."to") > 0 AND f.message ~ ${naming(Prisma.sql`broken."to"`)}
        ORDER BY f.gxp_id IS NOT DISTINCT FROM broken."to" DESC, f.id LIMIT 1) AS told ON TRUE
      ORDER BY broken.id`
    return pageOf(rows, limit, ({ id }) => [String(scanId), String(id)])
  }

  /** The edges of a path, in its order, each at the first place that says it. */
  steps(repositoryId: bigint, path: readonly string[]): Promise<StepRow[]> {
    return this.#database.client.$queryRaw<StepRow[]>`
      SELECT step."from", step."to", said.type, said.by, said.path, said.line
      FROM unnest(${path.slice(0, -1)}::text[], ${path.slice(1)}::text[]) WITH ORDINALITY AS step ("from", "to", place)
      LEFT JOIN LATERAL (
        SELECT e.type, e.by, e.path, e.line FROM trace_edge e
        WHERE e.repository_id = ${repositoryId} AND e."from" = step."from" AND e."to" = step."to"
        ORDER BY e.id LIMIT 1) AS said ON TRUE
      ORDER BY step.place`
  }
}

/** A pattern of what names it, and not a longer id that begins or ends like it. */
const naming = (id: Prisma.Sql) => Prisma.sql`
  ('(?<![A-Za-z0-9_-])' || regexp_replace(${id}, ${SPECIAL}, ${ESCAPED}, 'g') || '(?![A-Za-z0-9_-])')`

/** What means something in a pattern, and what it is replaced by there. */
const SPECIAL = String.raw`[][\\.^$*+?(){}|]`
const ESCAPED = String.raw`\\\&`
