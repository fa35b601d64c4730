import type { Operations } from './operation.ts'

const noUuid = { params: { manufacturerId: '17', productId: '17' } }
const reason = { reason: 'merged' }

export const products: Operations = {
  listManufacturers: { good: () => ({ query: { q: 'a' } }), bad: { query: { limit: 0 } }, stranger: 200 },
  createManufacturer: {
    good: ({ installationId, name }) => ({ body: { installationId, name: name() } }),
    ...{ key: 'admin', status: 201, bad: { body: { name: 'Acme' } }, neighbour: 403 },
  },
  getManufacturer: {
    good: async ({ manufacturerId }) => ({ params: { manufacturerId: await manufacturerId() } }),
    bad: noUuid,
  },
  renameManufacturer: {
    good: async ({ manufacturerId, name }) => ({
      params: { manufacturerId: await manufacturerId() },
      body: { name: name(), ...reason },
    }),
    ...{ key: 'admin', bad: { body: {} } },
  },
  deleteManufacturer: {
    good: async ({ manufacturerId }) => ({ params: { manufacturerId: await manufacturerId() }, query: reason }),
    ...{ key: 'admin', bad: noUuid },
  },
  listProducts: { good: () => ({ query: { q: 'a' } }), bad: { query: { manufacturerId: '17' } }, stranger: 200 },
  createProduct: {
    good: async ({ manufacturerId, name }) => ({ body: { manufacturerId: await manufacturerId(), name: name() } }),
    ...{ key: 'admin', status: 201, bad: { body: { name: 'Pump' } } },
  },
  getProduct: { good: async ({ productId }) => ({ params: { productId: await productId() } }), bad: noUuid },
  changeProduct: {
    good: async ({ productId }) => ({ params: { productId: await productId() }, body: { gtin: null, ...reason } }),
    ...{ key: 'admin', bad: { body: { gtin: '4006381333930' } } },
  },
  deleteProduct: {
    good: async ({ productId }) => ({ params: { productId: await productId() }, query: reason }),
    ...{ key: 'admin', bad: noUuid },
  },
  linkProductRepository: {
    good: async ({ productId, repositoryId }) => ({ params: { productId: await productId(), repositoryId } }),
    ...{ key: 'admin', bad: noUuid },
  },
  unlinkProductRepository: {
    good: async ({ productId, repositoryId }) => ({
      params: { productId: await productId(), repositoryId },
      query: reason,
    }),
    ...{ key: 'admin', bad: noUuid },
  },
}
