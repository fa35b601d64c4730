/**
 * Products and their manufacturers as whoever reads may see them: those of an installation that is wholly theirs to read,
 * and products with a repository that they may read.
 */
import type { Grant } from '../../access/grant.ts'
import { Prisma } from '../../generated/prisma/client.ts'
import type { Database } from '../database.ts'
import { type Page, pageOf } from './page.ts'
import { ofWhole, visible } from './visible.ts'
import { all, holds } from './where.ts'

export interface ManufacturerRow {
  id: string
  installationId: bigint
  name: string
  createdAt: Date
}

export interface ProductRow {
  id: string
  installationId: bigint
  manufacturerId: string
  manufacturer: string
  name: string
  gtin: string | null
  createdAt: Date
}

/** A repository of a product; conclusion and summary are those of its tracked scan. */
export interface ProductRepositoryRow {
  id: bigint
  owner: string
  name: string
  trackedHead: string | null
  trackedAt: Date | null
  conclusion: string | null
  summary: unknown
}

export interface ProductFilter {
  installationId?: bigint | undefined
  manufacturerId?: string | undefined
  gtin?: string | undefined
  /** Part of the name, in capitals or not. */
  text?: string | undefined
}

/** The order of both lists. */
export type NamePosition = readonly [name: string, id: string]

export const MANUFACTURER = Prisma.sql`m.id, m.installation_id AS "installationId", m.name, m.created_at AS "createdAt"`
export const PRODUCT = Prisma.sql`
  p.id, m.installation_id AS "installationId", p.manufacturer_id AS "manufacturerId", m.name AS manufacturer, p.name, p.gtin,
  p.created_at AS "createdAt"`

/** A product of that number, however many zeros either is written with: GTINs of all lengths are one space of 14 digits. */
export const numbered = (gtin: string | null) => Prisma.sql`lpad(gtin, 14, '0') = lpad(${gtin}::text, 14, '0')`

/** A repository that was transferred to another account is the product's no more. */
const LINKED = Prisma.sql`
  product_repository l JOIN repository r ON r.id = l.repository_id AND r.installation_id = m.installation_id AND r.removed_at IS NULL`

export class Products {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** By name. */
  async manufacturers(
    grants: readonly Grant[],
    { installationId, text }: Pick<ProductFilter, 'installationId' | 'text'>,
    limit: number,
    after: NamePosition | null,
  ): Promise<Page<ManufacturerRow, NamePosition>> {
    const where = [
      manufacturersOf(grants),
      installationId !== undefined && Prisma.sql`m.installation_id = ${installationId}`,
      text !== undefined && holds(Prisma.sql`m.name`, text),
      after && Prisma.sql`(m.name, m.id) > (${after[0]}, ${after[1]}::uuid)`,
    ]
    const rows = await this.#database.client.$queryRaw<ManufacturerRow[]>`
      SELECT ${MANUFACTURER} FROM manufacturer m JOIN installation i ON i.id = m.installation_id
      WHERE i.removed_at IS NULL AND ${all(where)} ORDER BY m.name, m.id LIMIT ${limit + 1}`
    return pageOf(rows, limit, ({ name, id }) => [name, id])
  }

  /** Null: there is none, or it is not theirs to see. */
  async manufacturer(grants: readonly Grant[], id: string): Promise<ManufacturerRow | null> {
    const [row] = await this.#database.client.$queryRaw<ManufacturerRow[]>`
      SELECT ${MANUFACTURER} FROM manufacturer m JOIN installation i ON i.id = m.installation_id
      WHERE m.id = ${id}::uuid AND i.removed_at IS NULL AND ${manufacturersOf(grants)}`
    return row ?? null
  }

  /** By name. */
  async products(
    grants: readonly Grant[],
    { installationId, manufacturerId, gtin, text }: ProductFilter,
    limit: number,
    after: NamePosition | null,
  ): Promise<Page<ProductRow, NamePosition>> {
    const where = [
      productsOf(grants),
      installationId !== undefined && Prisma.sql`m.installation_id = ${installationId}`,
      manufacturerId !== undefined && Prisma.sql`m.id = ${manufacturerId}::uuid`,
      gtin !== undefined && numbered(gtin),
      text !== undefined && holds(Prisma.sql`p.name`, text),
      after && Prisma.sql`(p.name, p.id) > (${after[0]}, ${after[1]}::uuid)`,
    ]
    const rows = await this.#database.client.$queryRaw<ProductRow[]>`
      SELECT ${PRODUCT}
      FROM product p JOIN manufacturer m ON m.id = p.manufacturer_id JOIN installation i ON i.id = m.installation_id
      WHERE i.removed_at IS NULL AND ${all(where)} ORDER BY p.name, p.id LIMIT ${limit + 1}`
    return pageOf(rows, limit, ({ name, id }) => [name, id])
  }

  /** Null: there is none, or it is not theirs to see. */
  async product(grants: readonly Grant[], id: string): Promise<ProductRow | null> {
    const [row] = await this.#database.client.$queryRaw<ProductRow[]>`
      SELECT ${PRODUCT}
      FROM product p JOIN manufacturer m ON m.id = p.manufacturer_id JOIN installation i ON i.id = m.installation_id
      WHERE p.id = ${id}::uuid AND i.removed_at IS NULL AND ${productsOf(grants)}`
    return row ?? null
  }

  /** Those of a product that they may read, by owner and name, and how many others there are. */
  async repositoriesOf(
    grants: readonly Grant[],
    productId: string,
  ): Promise<{ repositories: ProductRepositoryRow[]; others: number }> {
    const rows = await this.#database.client.$queryRaw<(ProductRepositoryRow & { readable: boolean })[]>`
      SELECT r.id, r.owner, r.name, r.tracked_head AS "trackedHead", r.tracked_at AS "trackedAt", s.conclusion, s.summary,
        ${visible(grants, 'read')} AS readable
      FROM product p JOIN manufacturer m ON m.id = p.manufacturer_id CROSS JOIN LATERAL (
          SELECT r.* FROM ${LINKED} WHERE l.product_id = p.id) AS r
        LEFT JOIN scan s ON s.id = r.tracked_scan_id
      WHERE p.id = ${productId}::uuid ORDER BY r.owner, r.name, r.id`
    const repositories = rows.filter(({ readable }) => readable).map(({ readable: _, ...row }) => row)
    return { repositories, others: rows.length - repositories.length }
  }
}

/** Over `m` (manufacturer): in an installation that is wholly theirs to read. */
const whole = (grants: readonly Grant[]) => ofWhole(grants, 'read', Prisma.sql`m.installation_id`)

/** Over `p` and `m`. */
const productsOf = (grants: readonly Grant[]) => Prisma.sql`(${whole(grants)} OR EXISTS (
  SELECT 1 FROM ${LINKED} WHERE l.product_id = p.id AND ${visible(grants, 'read')}))`

/** Over `m`. */
const manufacturersOf = (grants: readonly Grant[]) => Prisma.sql`(${whole(grants)} OR EXISTS (
  SELECT 1 FROM product p, ${LINKED} WHERE p.manufacturer_id = m.id AND l.product_id = p.id AND ${visible(grants, 'read')}))`
