/** Annotations of the source and tests of a tracked snapshot, block by block. */
import { Prisma } from '../../../generated/prisma/client.ts'
import type { Block } from '../../../rosie/contents.ts'
import type { Database } from '../../database.ts'
import { type Page, pageOf } from '../page.ts'
import { all } from '../where.ts'

export interface BlockRow {
  path: string
  /** `source` or `test`, by the path. */
  kind: string
  sha: string
  /** Its place among the blocks of its file, from 1. */
  ordinal: bigint
  block: Block
}

export interface BlockFilter {
  kind?: string | undefined
  /** What the path begins with. */
  path?: string | undefined
  /** The name of a tag, without `@`. */
  tag?: string | undefined
  /** An id that a tag names. */
  id?: string | undefined
}

export type BlockPosition = readonly [path: string, ordinal: string]

export class Annotations {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /**
   * By path and line: a walk along the primary key of `tracked_file`, which ends with the page. Those that name an id are
   * looked up by the edges that lead to it.
   */
  async list(
    repositoryId: bigint,
    { kind, path, tag, id }: BlockFilter,
    limit: number,
    after: BlockPosition | null,
  ): Promise<Page<BlockRow, BlockPosition>> {
    const files = [
      Prisma.sql`f.repository_id = ${repositoryId}`,
      kind === undefined ? Prisma.sql`f.kind IN ('source', 'test')` : Prisma.sql`f.kind = ${kind}`,
      path !== undefined && Prisma.sql`starts_with(f.path, ${path})`,
      id !== undefined && Prisma.sql`f.path IN (${naming(repositoryId, id)})`,
      after && Prisma.sql`f.path >= ${after[0]}`,
    ]
    const blocks = [
      tag !== undefined && Prisma.sql`item.block -> 'tags' @> ${JSON.stringify([{ name: tag }])}::jsonb`,
      id !== undefined && Prisma.sql`item.block -> 'tags' @> ${JSON.stringify([{ ids: [{ id }] }])}::jsonb`,
      after && Prisma.sql`(f.path, item.ordinal) > (${after[0]}, ${after[1]}::bigint)`,
    ]
    const rows = await this.#database.client.$queryRaw<BlockRow[]>`
      SELECT f.path, f.kind, f.sha, item.ordinal, item.block
      FROM tracked_file f
      CROSS JOIN LATERAL (
        SELECT b.content -> 'blocks' AS blocks FROM blob b
        WHERE b.repository_id = f.repository_id AND b.sha = f.sha AND starts_with(b.reader, 'annotations/')
        ORDER BY b.parser_version DESC LIMIT 1) AS found
      CROSS JOIN LATERAL jsonb_array_elements(found.blocks) WITH ORDINALITY AS item (block, ordinal)
      WHERE ${all([...files, ...blocks])}
      ORDER BY f.path, item.ordinal LIMIT ${limit + 1}`
    return pageOf(rows, limit, ({ path, ordinal }) => [path, String(ordinal)])
  }
}

const naming = (repositoryId: bigint, id: string) => Prisma.sql`
  SELECT e.path FROM trace_edge e WHERE e.repository_id = ${repositoryId} AND e."to" = ${id} AND e.by LIKE '@%'`
