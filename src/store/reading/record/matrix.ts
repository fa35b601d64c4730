/** The traceability matrix of the tracked snapshot: whole, as its scan made it, and requirement by requirement. */
import { Prisma } from '../../../generated/prisma/client.ts'
import type { Database } from '../../database.ts'
import type { CoverageRow } from './links.ts'
import { artifactAt } from './nodes.ts'

/** A line of the matrix as CSV. */
export interface MatrixLine extends CoverageRow {
  title: string | null
  /** Of the document that defines it, the first by path. */
  document: string | null
}

const COVERAGE = Prisma.sql`
  c.gxp_id AS "gxpId", c.risk, c.linked, c.traced, c.proven, c.path, c.tiers, c.missing_tiers AS "missingTiers"`

export class Matrix {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** gzip of JSON (rosie/matrix.ts); null: no scan has made it. */
  async content(repositoryId: bigint): Promise<Uint8Array | null> {
    const row = await this.#database.client.traceabilityMatrix.findUnique({ where: { repositoryId } })
    return row?.content ?? null
  }

  /** The requirements in the order of their ids, those after one: part of a list that is written as it is read. */
  lines(repositoryId: bigint, after: string | null, most: number): Promise<MatrixLine[]> {
    return this.#database.client.$queryRaw<MatrixLine[]>`
      SELECT ${COVERAGE}, document.title, document.path AS document
      FROM requirement_coverage c
      LEFT JOIN LATERAL (${artifactAt(repositoryId, Prisma.sql`c.gxp_id`)}) AS document ON TRUE
      WHERE c.repository_id = ${repositoryId} ${after === null ? Prisma.empty : Prisma.sql`AND c.gxp_id > ${after}`}
      ORDER BY c.gxp_id LIMIT ${most}`
  }
}
