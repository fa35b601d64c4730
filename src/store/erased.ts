/**
 * What goes with an installation or a repository that is erased, as the audit trail keeps it. Read before it goes, in the same
 * transaction, once its rows are locked: nobody adds anything to it then.
 */
import { Prisma } from '../generated/prisma/client.ts'
import type { AuditEntry } from './audit.ts'
import type { Connection } from './database.ts'

/** In the audit trail, the server itself. */
export const ACTOR = 'rosie-guard'

/** As many as there were, and the first of them. */
interface Listed {
  total: number
  first: object[]
}

/** So many are listed. */
const MOST = 100

/** A list of what a table has, with where and an order by its columns; `facts`: of each, as `json_build_object` takes them. */
const listed = (from: Prisma.Sql, order: Prisma.Sql, facts: Prisma.Sql) => Prisma.sql`
  (SELECT json_build_object('total', count(*), 'first', coalesce(json_agg(fact ORDER BY nth) FILTER (WHERE nth <= ${MOST}), '[]'))
   FROM (SELECT json_build_object(${facts}) AS fact, row_number() OVER (ORDER BY ${order}) AS nth FROM ${from}) AS each)`

const KEY = Prisma.sql`'id', k.id, 'kid', k.kid, 'owner', k.owner`

/** Of a repository: what its own account had there. */
export async function goneWithRepository(connection: Connection, id: bigint): Promise<Record<string, Listed>> {
  const keys = Prisma.sql`
    signing_key k JOIN repository r ON r.id = k.repository_id
    WHERE r.id = ${id} AND k.installation_id = r.installation_id`
  const [gone] = await connection.$queryRaw<Record<string, Listed>[]>`
    SELECT
      ${listed(Prisma.sql`compliance_report c WHERE c.repository_id = ${id}`, NEWEST, REPORT)} AS reports,
      ${listed(keys, Prisma.sql`k.created_at, k.id`, KEY)} AS "signingKeys"`
  return gone ?? {}
}

const NEWEST = Prisma.sql`c.created_at DESC, c.id`
const REPORT = Prisma.sql`'id', c.id, 'format', c.format, 'sha256', c.sha256`

/** Of an installation: all that is kept for it by name. */
export async function goneWithInstallation(connection: Connection, id: bigint): Promise<Record<string, Listed>> {
  const product = Prisma.sql`product p JOIN manufacturer m ON m.id = p.manufacturer_id`
  const [gone] = await connection.$queryRaw<Record<string, Listed>[]>`
    SELECT
      ${listed(
        Prisma.sql`repository r WHERE r.installation_id = ${id}`,
        Prisma.sql`r.owner, r.name, r.id`,
        Prisma.sql`'id', r.id::text, 'owner', r.owner, 'name', r.name`,
      )} AS repositories,
      ${listed(
        Prisma.sql`compliance_report c JOIN repository r ON r.id = c.repository_id WHERE r.installation_id = ${id}`,
        NEWEST,
        Prisma.sql`${REPORT}, 'repositoryId', r.id::text`,
      )} AS reports,
      ${listed(
        Prisma.sql`signing_key k WHERE k.installation_id = ${id}`,
        Prisma.sql`k.created_at, k.id`,
        Prisma.sql`${KEY}, 'repositoryId', k.repository_id::text`,
      )} AS "signingKeys",
      ${listed(
        Prisma.sql`api_key a WHERE a.installation_id = ${id}`,
        Prisma.sql`a.created_at, a.id`,
        Prisma.sql`'id', a.id, 'name', a.name`,
      )} AS "apiKeys",
      ${listed(
        Prisma.sql`manufacturer m WHERE m.installation_id = ${id}`,
        Prisma.sql`m.name, m.id`,
        Prisma.sql`'id', m.id, 'name', m.name`,
      )} AS manufacturers,
      ${listed(
        Prisma.sql`${product} WHERE m.installation_id = ${id}`,
        Prisma.sql`p.name, p.id`,
        Prisma.sql`'id', p.id, 'name', p.name, 'gtin', p.gtin, 'manufacturerId', m.id`,
      )} AS products,
      ${listed(
        Prisma.sql`product_repository l JOIN ${product} ON p.id = l.product_id WHERE m.installation_id = ${id}`,
        Prisma.sql`l.product_id, l.repository_id`,
        Prisma.sql`'productId', l.product_id, 'repositoryId', l.repository_id::text`,
      )} AS "productRepositories"`
  return gone ?? {}
}

/** Whose it is, and of which repository. */
interface Of {
  installationId: bigint
  repositoryId: bigint
}

/**
 * What goes with repositories, those that `which` selects over `r` (repository), and has events of its own: that products,
 * but for those of the installation `but`, are without them from now on; and the keys that another account had registered for
 * them while they were its own, which is told that account alone.
 */
export async function goneElsewhere(
  connection: Connection,
  which: Prisma.Sql,
  but: bigint | null,
  reason: string,
): Promise<AuditEntry[]> {
  const links = await connection.$queryRaw<(Of & { productId: string })[]>`
    SELECT m.installation_id AS "installationId", r.id AS "repositoryId", p.id AS "productId"
    FROM repository r JOIN product_repository l ON l.repository_id = r.id
      JOIN product p ON p.id = l.product_id JOIN manufacturer m ON m.id = p.manufacturer_id
    WHERE ${which} AND m.installation_id IS DISTINCT FROM ${but}::bigint ORDER BY r.id, p.id`
  const keys = await connection.$queryRaw<(Of & { signingKeys: Listed })[]>`
    SELECT o."installationId", o."repositoryId", ${listed(
      Prisma.sql`signing_key k WHERE k.installation_id = o."installationId" AND k.repository_id = o."repositoryId"`,
      Prisma.sql`k.created_at, k.id`,
      KEY,
    )} AS "signingKeys"
    FROM (
      SELECT DISTINCT k.installation_id AS "installationId", r.id AS "repositoryId"
      FROM repository r JOIN signing_key k ON k.repository_id = r.id
      WHERE ${which} AND k.installation_id <> r.installation_id) AS o
    ORDER BY 2, 1`
  return [
    ...links.map(
      ({ productId, ...of }): AuditEntry => ({
        ...{ ...of, actor: ACTOR, action: 'product.repository_unlinked', resource: `product/${productId}`, reason },
        previous: { repositoryId: String(of.repositoryId) },
      }),
    ),
    ...keys.map(
      ({ signingKeys, ...of }): AuditEntry => ({
        ...{ ...of, actor: ACTOR, action: 'repository.erased', resource: `repository/${of.repositoryId}`, reason },
        previous: { signingKeys },
      }),
    ),
  ]
}
