import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { may } from '../../access/grant.ts'
import type { Reading } from '../../store/reading/index.ts'
import type { ProductRow } from '../../store/reading/products.ts'
import { Problem } from '../problem.ts'
import { byOf } from './by.ts'
import { decodeCursor, encodeCursor, pageOf, pageQuery } from './cursor.ts'
import { faultOfGtin } from './gtin.ts'
import { repositoryParams } from './in-repository.ts'
import { demandInstallation } from './installations.ts'
import { byName, noManufacturer } from './manufacturers.ts'
import { aggregated, aggregateOf } from './product-aggregate.ts'
import { gitHubId, line, problems, reasoned, time, timeOf } from './schemas.ts'

const product = z
  .object({
    id: z.uuid(),
    installationId: z.int(),
    manufacturerId: z.uuid(),
    manufacturer: z.string(),
    name: z.string(),
    gtin: z.string().nullable().describe('Global Trade Item Number: 8, 12, 13 or 14 digits.'),
    createdAt: time,
  })
  .meta({ id: 'Product' })

const wholeProduct = product.extend(aggregated.shape).meta({ id: 'WholeProduct' })

const gtin = z
  .string()
  .max(14)
  .superRefine((text, context) => {
    const fault = faultOfGtin(text)
    if (fault !== null) context.addIssue({ code: 'custom', message: fault })
  })

const productParams = z.object({ productId: z.uuid() })
const linkParams = productParams.extend(repositoryParams.shape)

const told = ({ installationId, createdAt, ...row }: ProductRow): z.infer<typeof product> => ({
  installationId: Number(installationId),
  createdAt: timeOf(createdAt),
  ...row,
})

const noProduct = () => new Problem(404, 'There is no such product, or it is not for you.')
const taken = () => new Problem(409, 'The manufacturer has a product of this number already.')

type Store = Pick<Reading, 'products' | 'productRegistry' | 'installations' | 'repositories'>
const tags = ['products']

export const products: FastifyPluginAsyncZod<{ store: Store }> = async (app, { store }) => {
  await app.register(listed, { store })
  await app.register(one, { store })
  await app.register(links, { store })
}

const listed: FastifyPluginAsyncZod<{ store: Store }> = async (app, { store }) => {
  app.get(
    '/products',
    {
      schema: {
        ...{ operationId: 'listProducts', tags, summary: 'Products, by name' },
        querystring: pageQuery.extend({
          installationId: gitHubId.optional(),
          manufacturerId: z.uuid().optional(),
          gtin: gtin.optional(),
          q: line.optional().describe('Part of the name, in capitals or not.'),
        }),
        response: { 200: pageOf(product), ...problems(400) },
      },
    },
    async ({ query: { limit, cursor, installationId, q: text, ...rest }, reader }) => {
      const filter = {
        ...rest,
        text,
        installationId: installationId === undefined ? undefined : BigInt(installationId),
      }
      const { items, next } = await store.products.products(reader.grants, filter, limit, decodeCursor(cursor, byName))
      return { items: items.map(told), next: encodeCursor(next) }
    },
  )

  app.post(
    '/products',
    {
      schema: {
        ...{ operationId: 'createProduct', tags, summary: 'Add a product of a manufacturer' },
        body: z.strictObject({ manufacturerId: z.uuid(), name: line, gtin: gtin.nullable().default(null) }),
        response: { 201: product, ...problems(400, 403, 404, 409) },
      },
    },
    async (request, reply) => {
      const { manufacturerId, ...facts } = request.body
      const manufacturer = await store.products.manufacturer(request.reader.grants, manufacturerId)
      if (!manufacturer) throw noManufacturer()
      await demandInstallation(store, request, manufacturer.installationId, 'admin')
      const made = await store.productRegistry.createProduct(manufacturer, facts, byOf(request))
      if (made === null) throw noManufacturer()
      if (typeof made === 'string') throw taken()
      return reply.code(201).send(told(made))
    },
  )
}

/** Throws `Problem` 404. */
async function found(store: Store, { reader, params }: FastifyRequest): Promise<ProductRow> {
  const row = await store.products.product(reader.grants, (params as z.infer<typeof productParams>).productId)
  if (!row) throw noProduct()
  return row
}

/** With what its repositories hold that the reader may read. */
const whole = async (
  store: Store,
  { reader }: FastifyRequest,
  row: ProductRow,
): Promise<z.infer<typeof wholeProduct>> => ({
  ...told(row),
  ...aggregateOf(await store.products.repositoriesOf(reader.grants, row.id)),
})

const one: FastifyPluginAsyncZod<{ store: Store }> = async (app, { store }) => {
  app.get(
    '/products/:productId',
    {
      schema: {
        ...{ operationId: 'getProduct', tags },
        summary: 'A product, with artifacts and coverage of all its repositories that you may read',
        params: productParams,
        response: { 200: wholeProduct, ...problems(400, 404) },
      },
    },
    async (request) => whole(store, request, await found(store, request)),
  )

  app.patch(
    '/products/:productId',
    {
      schema: {
        ...{ operationId: 'changeProduct', tags, summary: "Change a product's name or number" },
        params: productParams,
        body: z.strictObject({ name: line.optional(), gtin: gtin.nullable().optional(), reason: line.optional() }),
        response: { 200: product, ...problems(400, 403, 404, 409) },
      },
    },
    async (request) => {
      const row = await found(store, request)
      await demandInstallation(store, request, row.installationId, 'admin')
      const { reason, ...facts } = request.body
      const changed = await store.productRegistry.changeProduct(row, facts, { ...byOf(request), reason })
      if (changed === null) throw noProduct()
      if (typeof changed === 'string') throw taken()
      return told(changed)
    },
  )

  app.delete(
    '/products/:productId',
    {
      schema: {
        ...{ operationId: 'deleteProduct', tags, summary: 'Delete a product; its repositories stay as they are' },
        ...{ params: productParams, querystring: reasoned },
        response: { 200: product.describe('As it was.'), ...problems(400, 403, 404) },
      },
    },
    async (request) => {
      const row = await found(store, request)
      await demandInstallation(store, request, row.installationId, 'admin')
      const gone = await store.productRegistry.deleteProduct(row, { ...byOf(request), ...request.query })
      if (gone === null) throw noProduct()
      return told(row)
    },
  )
}

const links: FastifyPluginAsyncZod<{ store: Store }> = async (app, { store }) => {
  const url = '/products/:productId/repositories/:repositoryId'
  const schema = {
    ...{ tags, params: linkParams },
    response: { 200: wholeProduct, ...problems(400, 403, 404) },
  }
  const asked = async (request: FastifyRequest) => {
    const row = await found(store, request)
    await demandInstallation(store, request, row.installationId, 'admin')
    const { repositoryId } = request.params as z.infer<typeof linkParams>
    return { row, repositoryId: BigInt(repositoryId) }
  }

  app.put(
    url,
    { schema: { ...schema, operationId: 'linkProductRepository', summary: 'Make a repository one of a product' } },
    async (request) => {
      const { row, repositoryId } = await asked(request)
      await demandRepository(store, request, row, repositoryId)
      await store.productRegistry.link(row, repositoryId, byOf(request))
      return whole(store, request, row)
    },
  )

  app.delete(
    url,
    {
      schema: {
        ...{ ...schema, operationId: 'unlinkProductRepository', querystring: reasoned },
        summary: 'Make a repository none of a product any more',
      },
    },
    async (request) => {
      const { row, repositoryId } = await asked(request)
      const because = { ...byOf(request), ...request.query }
      // A repository that went to another account, or is gone, can still be taken off.
      const unlinked = await store.productRegistry.unlink(row, repositoryId, because)
      if (!unlinked) await demandRepository(store, request, row, repositoryId)
      return whole(store, request, row)
    },
  )
}

/** One of the same installation, which the reader may administer. Throws `Problem`. */
async function demandRepository(
  store: Store,
  { reader }: FastifyRequest,
  { installationId }: ProductRow,
  id: bigint,
): Promise<void> {
  const repository = await store.repositories.withId(id)
  const target = repository && { installationId: repository.installationId, repositoryId: id }
  if (!target || target.installationId !== installationId || !may(reader, 'read', target)) {
    throw new Problem(404, "The product's installation has no such repository, or it is not for you.")
  }
  if (!may(reader, 'admin', target)) throw new Problem(403, 'This needs the scope admin for the repository.')
}
