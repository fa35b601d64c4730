import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Reading } from '../../store/reading/index.ts'
import type { ManufacturerRow } from '../../store/reading/products.ts'
import { Problem } from '../problem.ts'
import { byOf } from './by.ts'
import { decodeCursor, encodeCursor, pageOf, pageQuery } from './cursor.ts'
import { demandInstallation } from './installations.ts'
import { gitHubId, gitHubIdInBody, line, problems, reasoned, text, time, timeOf } from './schemas.ts'

const manufacturer = z
  .object({ id: z.uuid(), installationId: z.int(), name: z.string(), createdAt: time })
  .meta({ id: 'Manufacturer', description: 'Who makes products, as an installation knows them.' })

export const manufacturerParams = z.object({ manufacturerId: z.uuid() })
export const byName = z.tuple([text(500), z.uuid()])

const told = ({ id, installationId, name, createdAt }: ManufacturerRow): z.infer<typeof manufacturer> => ({
  ...{ id, installationId: Number(installationId), name, createdAt: timeOf(createdAt) },
})

export const noManufacturer = () => new Problem(404, 'There is no such manufacturer, or it is not for you.')
const taken = () => new Problem(409, 'The installation has a manufacturer of this name already.')

type Store = Pick<Reading, 'products' | 'productRegistry' | 'installations'>
const tags = ['products']

export const manufacturers: FastifyPluginAsyncZod<{ store: Store }> = async (app, { store }) => {
  await app.register(listed, { store })
  await app.register(one, { store })
}

const listed: FastifyPluginAsyncZod<{ store: Store }> = async (app, { store }) => {
  app.get(
    '/manufacturers',
    {
      schema: {
        ...{ operationId: 'listManufacturers', tags, summary: 'Manufacturers, by name' },
        querystring: pageQuery.extend({
          installationId: gitHubId.optional(),
          q: line.optional().describe('Part of the name, in capitals or not.'),
        }),
        response: { 200: pageOf(manufacturer), ...problems(400) },
      },
    },
    async ({ query: { limit, cursor, installationId, q: text }, reader }) => {
      const filter = { text, installationId: installationId === undefined ? undefined : BigInt(installationId) }
      const { items, next } = await store.products.manufacturers(
        reader.grants,
        filter,
        limit,
        decodeCursor(cursor, byName),
      )
      return { items: items.map(told), next: encodeCursor(next) }
    },
  )

  app.post(
    '/manufacturers',
    {
      schema: {
        ...{ operationId: 'createManufacturer', tags, summary: 'Add a manufacturer to an installation' },
        body: z.strictObject({ installationId: gitHubIdInBody, name: line }),
        response: { 201: manufacturer, ...problems(400, 403, 404, 409) },
      },
    },
    async (request, reply) => {
      const installationId = BigInt(request.body.installationId)
      await demandInstallation(store, request, installationId, 'admin')
      const made = await store.productRegistry.createManufacturer(installationId, request.body.name, byOf(request))
      if (typeof made === 'string') throw taken()
      return reply.code(201).send(told(made))
    },
  )
}

const one: FastifyPluginAsyncZod<{ store: Store }> = async (app, { store }) => {
  const found = async ({
    reader,
    params,
  }: {
    reader: { grants: Parameters<Store['products']['manufacturer']>[0] }
    params: { manufacturerId: string }
  }) => {
    const row = await store.products.manufacturer(reader.grants, params.manufacturerId)
    if (!row) throw noManufacturer()
    return row
  }

  app.get(
    '/manufacturers/:manufacturerId',
    {
      schema: {
        ...{ operationId: 'getManufacturer', tags, summary: 'A manufacturer' },
        params: manufacturerParams,
        response: { 200: manufacturer, ...problems(400, 404) },
      },
    },
    async (request) => told(await found(request)),
  )

  app.patch(
    '/manufacturers/:manufacturerId',
    {
      schema: {
        ...{ operationId: 'renameManufacturer', tags, summary: 'Give a manufacturer another name' },
        params: manufacturerParams,
        body: z.strictObject({ name: line, reason: line.optional() }),
        response: { 200: manufacturer, ...problems(400, 403, 404, 409) },
      },
    },
    async (request) => {
      const row = await found(request)
      await demandInstallation(store, request, row.installationId, 'admin')
      const { name, reason } = request.body
      const renamed = await store.productRegistry.renameManufacturer(row, name, { ...byOf(request), reason })
      if (renamed === null) throw noManufacturer()
      if (typeof renamed === 'string') throw taken()
      return told(renamed)
    },
  )

  app.delete(
    '/manufacturers/:manufacturerId',
    {
      schema: {
        ...{ operationId: 'deleteManufacturer', tags, summary: 'Delete a manufacturer that has no products' },
        ...{ params: manufacturerParams, querystring: reasoned },
        response: { 200: manufacturer.describe('As it was.'), ...problems(400, 403, 404, 409) },
      },
    },
    async (request) => {
      const row = await found(request)
      await demandInstallation(store, request, row.installationId, 'admin')
      const gone = await store.productRegistry.deleteManufacturer(row, { ...byOf(request), ...request.query })
      if (gone === null) throw noManufacturer()
      if (gone !== true) throw new Problem(409, 'It has products. Delete those first.')
      return told(row)
    },
  )
}
