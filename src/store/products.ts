/**
 * Products, what they are made of, and by whom, as administrators keep them. Each change is an event of the audit trail in
 * the same transaction; those of one installation come one after the other, so that names and numbers are taken once.
 */
import type { AuditAction } from '../audit/actions.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { type AuditEntry, type By, recordAudit } from './audit.ts'
import type { Connection, Database } from './database.ts'
import { MANUFACTURER, type ManufacturerRow, numbered, PRODUCT, type ProductRow } from './reading/products.ts'

/** Who changes it, and why, where they say so. */
export interface Because extends By {
  reason?: string | undefined
}

export interface ProductFacts {
  name: string
  gtin: string | null
}

/** Some of them. */
type Changed<Facts> = { [Fact in keyof Facts]?: Facts[Fact] | undefined }

/** `taken`: another one has that name or number already. `in use`: it has products. */
export type Refused = 'taken' | 'in use'

export class ProductRegistry {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  createManufacturer(installationId: bigint, name: string, by: Because): Promise<ManufacturerRow | Refused> {
    return this.#changing(installationId, async (transaction) => {
      const [row] = await transaction.$queryRaw<ManufacturerRow[]>`
        INSERT INTO manufacturer AS m (installation_id, name) VALUES (${installationId}, ${name})
        ON CONFLICT DO NOTHING RETURNING ${MANUFACTURER}`
      if (!row) return 'taken'
      await record(transaction, by, eventOf('manufacturer.created', row, null, { name }))
      return row
    })
  }

  renameManufacturer(row: ManufacturerRow, name: string, by: Because): Promise<ManufacturerRow | Refused | null> {
    return this.#changing(row.installationId, async (transaction) => {
      const before = await manufacturerIn(transaction, row.id)
      if (!before || before.name === name) return before
      const same = Prisma.sql`SELECT 1 FROM manufacturer WHERE installation_id = ${row.installationId} AND name = ${name}`
      const [after] = await transaction.$queryRaw<ManufacturerRow[]>`
        UPDATE manufacturer m SET name = ${name} WHERE m.id = ${row.id}::uuid AND NOT EXISTS (${same})
        RETURNING ${MANUFACTURER}`
      if (!after) return 'taken'
      await record(transaction, by, eventOf('manufacturer.changed', after, { name: before.name }, { name }))
      return after
    })
  }

  /** Null: there is none any more. */
  deleteManufacturer(row: ManufacturerRow, by: Because): Promise<true | Refused | null> {
    return this.#changing(row.installationId, async (transaction) => {
      const before = await manufacturerIn(transaction, row.id)
      if (!before) return null
      const gone = await transaction.$executeRaw`
        DELETE FROM manufacturer m WHERE m.id = ${row.id}::uuid
          AND NOT EXISTS (SELECT 1 FROM product WHERE manufacturer_id = m.id)`
      if (gone === 0) return 'in use'
      await record(transaction, by, eventOf('manufacturer.deleted', before, { name: before.name }, null))
      return true
    })
  }

  createProduct(
    { id: manufacturerId, installationId }: ManufacturerRow,
    facts: ProductFacts,
    by: Because,
  ): Promise<ProductRow | Refused | null> {
    return this.#changing(installationId, async (transaction) => {
      if (!(await manufacturerIn(transaction, manufacturerId))) return null
      const same = Prisma.sql`SELECT 1 FROM product WHERE manufacturer_id = ${manufacturerId}::uuid AND ${numbered(facts.gtin)}`
      const [made] = await transaction.$queryRaw<{ id: string }[]>`
        INSERT INTO product (manufacturer_id, name, gtin)
        SELECT ${manufacturerId}::uuid, ${facts.name}, ${facts.gtin}::text WHERE NOT EXISTS (${same}) RETURNING id`
      const row = made && (await productIn(transaction, made.id))
      if (!row) return 'taken'
      await record(transaction, by, eventOf('product.created', row, null, told(row)))
      return row
    })
  }

  /** What is not named stays as it is. Null: there is none any more. */
  changeProduct(
    { id, installationId }: ProductRow,
    facts: Changed<ProductFacts>,
    by: Because,
  ): Promise<ProductRow | Refused | null> {
    return this.#changing(installationId, async (transaction) => {
      const before = await productIn(transaction, id)
      if (!before) return null
      const { name = before.name, gtin = before.gtin } = facts
      if (before.name === name && before.gtin === gtin) return before
      const changed = await transaction.$executeRaw`
        UPDATE product p SET name = ${name}, gtin = ${gtin}::text
        WHERE p.id = ${id}::uuid AND NOT EXISTS (
          SELECT 1 FROM product WHERE manufacturer_id = p.manufacturer_id AND ${numbered(gtin)} AND id <> p.id)`
      if (changed === 0) return 'taken'
      const after = { ...before, name, gtin }
      await record(transaction, by, eventOf('product.changed', after, told(before), told(after)))
      return after
    })
  }

  /** Null: there is none any more. */
  deleteProduct(row: ProductRow, by: Because): Promise<true | null> {
    return this.#changing(row.installationId, async (transaction) => {
      const before = await productIn(transaction, row.id)
      if (!before) return null
      const linked = await transaction.$queryRaw<{ id: bigint }[]>`
        SELECT repository_id AS id FROM product_repository WHERE product_id = ${row.id}::uuid ORDER BY 1`
      await transaction.$executeRaw`DELETE FROM product WHERE id = ${row.id}::uuid`
      const previous = { ...told(before), repositoryIds: linked.map(({ id }) => String(id)) }
      await record(transaction, by, eventOf('product.deleted', before, previous, null))
      return true
    })
  }

  /** Whether that changed anything. */
  link(product: ProductRow, repositoryId: bigint, by: Because): Promise<boolean> {
    return this.#changing(product.installationId, async (transaction) => {
      const linked = await transaction.$executeRaw`
        INSERT INTO product_repository (product_id, repository_id)
        SELECT p.id, r.id FROM product p, repository r WHERE p.id = ${product.id}::uuid AND r.id = ${repositoryId}
        ON CONFLICT DO NOTHING`
      if (linked === 0) return false
      const next = { repositoryId: String(repositoryId) }
      await record(transaction, by, { ...eventOf('product.repository_linked', product, null, next), repositoryId })
      return true
    })
  }

  /** Whether that changed anything. */
  unlink(product: ProductRow, repositoryId: bigint, by: Because): Promise<boolean> {
    return this.#changing(product.installationId, async (transaction) => {
      const unlinked = await transaction.$executeRaw`
        DELETE FROM product_repository WHERE product_id = ${product.id}::uuid AND repository_id = ${repositoryId}`
      if (unlinked === 0) return false
      const previous = { repositoryId: String(repositoryId) }
      await record(transaction, by, {
        ...eventOf('product.repository_unlinked', product, previous, null),
        repositoryId,
      })
      return true
    })
  }

  #changing<T>(installationId: bigint, work: (transaction: Connection) => Promise<T>): Promise<T> {
    return this.#database.client.$transaction(async (transaction) => {
      const name = `products/${installationId}`
      await transaction.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${name}::text, 0))::text`
      return work(transaction)
    })
  }
}

async function manufacturerIn(transaction: Connection, id: string): Promise<ManufacturerRow | null> {
  const [row] = await transaction.$queryRaw<ManufacturerRow[]>`
    SELECT ${MANUFACTURER} FROM manufacturer m WHERE m.id = ${id}::uuid`
  return row ?? null
}

async function productIn(transaction: Connection, id: string): Promise<ProductRow | null> {
  const [row] = await transaction.$queryRaw<ProductRow[]>`
    SELECT ${PRODUCT} FROM product p JOIN manufacturer m ON m.id = p.manufacturer_id WHERE p.id = ${id}::uuid`
  return row ?? null
}

// ── the audit trail ─────────────────────────────────────────────────────────────────────────────────────────────────

const record = (transaction: Connection, { reason, ...by }: Because, event: Omit<AuditEntry, keyof By>) =>
  recordAudit(transaction, { ...by, ...event, ...(reason !== undefined && { reason }) })

const eventOf = (
  action: Extract<AuditAction, `${'manufacturer' | 'product'}.${string}`>,
  row: ManufacturerRow | ProductRow,
  previous: object | null,
  next: object | null,
) => ({
  ...{ action, resource: `${action.split('.')[0]}/${row.id}`, installationId: row.installationId },
  ...(previous && { previous }),
  ...(next && { next }),
})

const told = ({ manufacturerId, name, gtin }: ProductRow) => ({ manufacturerId, name, gtin })
