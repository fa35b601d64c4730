/** What an artifact is joined with, what is found on it, and how far it is covered. */
import { Prisma } from '../../../generated/prisma/client.ts'
import type { Database } from '../../database.ts'
import { artifactAt } from './nodes.ts'

export interface EdgeRow {
  id: bigint
  from: string
  to: string
  type: string
  /** The key or tag that says it, and where. */
  by: string
  path: string
  line: number
}

/** An edge, and what the artifact at its other end is called. */
export interface LinkRow extends EdgeRow {
  direction: 'outgoing' | 'incoming'
  title: string | null
}

export interface CoverageRow {
  gxpId: string
  risk: string | null
  linked: boolean
  traced: boolean
  proven: boolean
  path: string[]
  tiers: string[]
  missingTiers: string[]
}

export interface FindingRow {
  id: bigint
  rule: string
  severity: string
  path: string | null
  line: number | null
  message: string
  fingerprint: string
  status: string
}

export const EDGE = Prisma.sql`e.id, e."from", e."to", e.type, e.by, e.path, e.line`

export class Links {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Edges that leave these nodes or lead to them, the first `most` of each. By the indexes on both ends. */
  of(repositoryId: bigint, nodes: readonly string[], most: number): Promise<LinkRow[]> {
    const names = [...nodes]
    return this.#database.client.$queryRaw<LinkRow[]>`
      SELECT e.*, other.title FROM (
        (SELECT 'outgoing' AS direction, e."to" AS other, ${EDGE} FROM trace_edge e
         WHERE e.repository_id = ${repositoryId} AND e."from" = ANY(${names}::text[]) ORDER BY e.id LIMIT ${most})
        UNION ALL
        (SELECT 'incoming', e."from", ${EDGE} FROM trace_edge e
         WHERE e.repository_id = ${repositoryId} AND e."to" = ANY(${names}::text[]) ORDER BY e.id LIMIT ${most})
      ) AS e LEFT JOIN LATERAL (${artifactAt(repositoryId, Prisma.sql`e.other`)}) AS other ON TRUE
      ORDER BY e.direction DESC, e.id`
  }

  /** Of the tracked scan: on the id, or in the files that define it; the first `most`. */
  findings(scanId: string, gxpIds: readonly string[], paths: readonly string[], most: number): Promise<FindingRow[]> {
    const columns = Prisma.sql`id, rule, severity, path, line, message, fingerprint, status`
    return this.#database.client.$queryRaw<FindingRow[]>`
      (SELECT ${columns} FROM finding WHERE scan_id = ${scanId}::uuid AND ${isOne('gxp_id', gxpIds)} LIMIT ${most})
      UNION
      (SELECT ${columns} FROM finding WHERE scan_id = ${scanId}::uuid AND ${isOne('path', paths)} LIMIT ${most})
      ORDER BY id LIMIT ${most}`
  }

  async coverage(repositoryId: bigint, gxpId: string): Promise<CoverageRow | null> {
    const [row] = await this.#database.client.$queryRaw<CoverageRow[]>`
      SELECT gxp_id AS "gxpId", risk, linked, traced, proven, path, tiers, missing_tiers AS "missingTiers"
      FROM requirement_coverage WHERE repository_id = ${repositoryId} AND gxp_id = ${gxpId}`
    return row ?? null
  }
}

/** By the index on the beginnings of both columns: a whole value may be too long for one. */
function isOne(column: 'gxp_id' | 'path', values: readonly string[]): Prisma.Sql {
  const [name, given] = [Prisma.raw(column), Prisma.sql`${[...values]}::text[]`]
  return Prisma.sql`left(${name}, 200) = ANY(ARRAY(SELECT left(value, 200) FROM unnest(${given}) AS value)) AND ${name} = ANY(${given})`
}
