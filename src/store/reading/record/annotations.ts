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

/** The ordinal is one in the file as it was, by its git blob. */
export type BlockPosition = readonly [path: string, kind: string, sha: string, ordinal: string]

export class Annotations {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /**
   * By path and line: a walk along the primary key of `tracked_file`, which ends with the page. Those that name an id are
   * looked up by the edges that lead to it. A file in the middle of which a page ended is told to its end as it was: a block on
   * top of it moves all others. Null: what it was is kept no more.
   */
  async list(
    repositoryId: bigint,
    filter: BlockFilter,
    limit: number,
    after: BlockPosition | null,
  ): Promise<Page<BlockRow, BlockPosition> | null> {
    const rest = after ? await this.#restOf(repositoryId, filter, limit + 1, after) : []
    if (rest === null) return null
    const more = rest.length > limit ? [] : await this.#ofFiles(repositoryId, filter, limit + 1 - rest.length, after)
    return pageOf([...rest, ...more], limit, ({ path, kind, sha, ordinal }) => [path, kind, sha, String(ordinal)])
  }

  async #ofFiles(
    repositoryId: bigint,
    { kind, path, ...named }: BlockFilter,
    most: number,
    after: BlockPosition | null,
  ): Promise<BlockRow[]> {
    const { id } = named
    const where = [
      Prisma.sql`f.repository_id = ${repositoryId}`,
      kind === undefined ? Prisma.sql`f.kind IN ('source', 'test')` : Prisma.sql`f.kind = ${kind}`,
      path !== undefined && Prisma.sql`starts_with(f.path, ${path})`,
      id !== undefined && Prisma.sql`f.path IN (${naming(repositoryId, id)})`,
      after && Prisma.sql`f.path > ${after[0]}`,
    ]
    return this.#database.client.$queryRaw<BlockRow[]>`
      SELECT f.path, f.kind, f.sha, item.ordinal, item.block
      FROM tracked_file f
      CROSS JOIN LATERAL (${blocksOf(repositoryId, Prisma.sql`f.sha`)}) AS found
      CROSS JOIN LATERAL jsonb_array_elements(found.blocks) WITH ORDINALITY AS item (block, ordinal)
      WHERE ${all([...where, ...tagged(named)])}
      ORDER BY f.path, item.ordinal LIMIT ${most}`
  }

  /** Null: nothing is kept of the file. */
  async #restOf(
    repositoryId: bigint,
    filter: BlockFilter,
    most: number,
    [path, kind, sha, ordinal]: BlockPosition,
  ): Promise<BlockRow[] | null> {
    const found = blocksOf(repositoryId, Prisma.sql`${sha}`)
    const rows = await this.#database.client.$queryRaw<Pick<BlockRow, 'ordinal' | 'block'>[]>`
      SELECT item.ordinal, item.block FROM (${found}) AS found
      CROSS JOIN LATERAL jsonb_array_elements(found.blocks) WITH ORDINALITY AS item (block, ordinal)
      WHERE ${all([Prisma.sql`item.ordinal > ${ordinal}::bigint`, ...tagged(filter)])}
      ORDER BY item.ordinal LIMIT ${most}`
    if (rows.length === 0 && (await this.#database.client.$queryRaw<object[]>(found)).length === 0) return null
    return rows.map((row) => ({ path, kind, sha, ...row }))
  }
}

/** Of the file of that git blob. */
const blocksOf = (repositoryId: bigint, sha: Prisma.Sql) => Prisma.sql`
  SELECT b.content -> 'blocks' AS blocks FROM blob b
  WHERE b.repository_id = ${repositoryId} AND b.sha = ${sha} AND starts_with(b.reader, 'annotations/')
  ORDER BY b.parser_version DESC LIMIT 1`

/** Over `item`. */
const tagged = ({ tag, id }: BlockFilter) => [
  tag !== undefined && Prisma.sql`item.block -> 'tags' @> ${JSON.stringify([{ name: tag }])}::jsonb`,
  id !== undefined && Prisma.sql`item.block -> 'tags' @> ${JSON.stringify([{ ids: [{ id }] }])}::jsonb`,
]

const naming = (repositoryId: bigint, id: string) => Prisma.sql`
  SELECT e.path FROM trace_edge e WHERE e.repository_id = ${repositoryId} AND e."to" = ${id} AND e.by LIKE '@%'`
