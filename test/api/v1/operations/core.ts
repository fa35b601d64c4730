import type { Operations } from './operation.ts'

const inRepository = ({ repositoryId }: { repositoryId: number }) => ({ params: { repositoryId } })
const inInstallation = ({ installationId }: { installationId: number }) => ({ params: { installationId } })
const nowhere = { params: { repositoryId: 'pump' } }
const noInstallation = { params: { installationId: 'acme' } }
const whole = () => ({})
const badPage = { query: { limit: 101 } }
const noUuid = (name: string) => ({ params: { [name]: '17' } })

export const core: Operations = {
  listInstallations: { good: () => ({ query: { limit: 1 } }), also: [whole], bad: badPage, stranger: 200 },
  getInstallation: { good: inInstallation, bad: noInstallation, neighbour: 200 },
  listInstallationKeys: { good: inInstallation, bad: badPage, neighbour: 403 },
  registerInstallationKey: {
    good: async (things) => ({
      ...inInstallation(things),
      body: { owner: 'Q. Officer', key: await things.publicKey() },
    }),
    ...{ key: 'admin', status: 201, bad: { body: { owner: 'Q. Officer', key: 'none' } }, neighbour: 403 },
  },
  revokeInstallationKey: {
    good: async ({ installationId, signingKeyId }) => ({
      params: { installationId, keyId: await signingKeyId('installations') },
      body: { reason: 'lost' },
    }),
    ...{ key: 'admin', bad: { body: {} }, neighbour: 403 },
  },

  listRepositories: { good: () => ({ query: { limit: 2 } }), also: [whole], bad: badPage, stranger: 200 },
  getRepository: { good: inRepository, bad: nowhere },
  getRepositorySettings: { good: inRepository, bad: nowhere },
  listRepositoryKeys: { good: inRepository, bad: badPage },
  registerRepositoryKey: {
    good: async (things) => ({ ...inRepository(things), body: { owner: 'Q. Officer', key: await things.publicKey() } }),
    ...{ key: 'admin', status: 201, bad: { body: { owner: 'Q. Officer' } } },
  },
  revokeRepositoryKey: {
    good: async ({ repositoryId, signingKeyId }) => ({
      params: { repositoryId, keyId: await signingKeyId('repositories') },
      body: { reason: 'lost' },
    }),
    ...{ key: 'admin', bad: noUuid('keyId') },
  },

  requestScan: {
    good: (things) => ({ ...inRepository(things), body: {} }),
    ...{ key: 'scan', status: 202, bad: { body: { commit: 'HEAD' } } },
  },
  listScans: {
    good: () => ({ query: { kind: 'tracked' } }),
    also: [whole],
    ...{ bad: { query: { kind: 'report' } }, stranger: 200 },
  },
  listRepositoryScans: { good: inRepository, bad: { query: { from: 'yesterday' } } },
  getScan: { good: ({ scanId }) => ({ params: { scanId } }), bad: noUuid('scanId') },
  listScanFindings: { good: ({ scanId }) => ({ params: { scanId } }), bad: { query: { severity: 'bad' } } },
  listFindings: { good: inRepository, bad: { query: { status: 'old' } } },

  listJobStatistics: { good: () => ({}), bad: badPage, stranger: 200 },
  getJob: {
    good: ({ scanId: jobId }) => ({ params: { jobId } }),
    also: [({ reportJobId: jobId }) => ({ params: { jobId } })],
    bad: noUuid('jobId'),
  },

  listApiKeys: { good: whole, key: 'admin', bad: { query: { state: 'good' } }, lessIs: null, stranger: 200 },
  createApiKey: {
    good: ({ installationId }) => ({ body: { name: 'dashboard', installationId, scopes: ['read'] } }),
    ...{ key: 'admin', status: 201, bad: { body: { name: 'dashboard', scopes: [] } }, neighbour: 403 },
  },
  getApiKey: {
    good: async ({ apiKeyId }) => ({ params: { apiKeyId: await apiKeyId() } }),
    ...{ key: 'admin', bad: noUuid('apiKeyId'), lessIs: null },
  },
  revokeApiKey: {
    good: async ({ apiKeyId }) => ({ params: { apiKeyId: await apiKeyId() }, body: { reason: 'lost' } }),
    ...{ key: 'admin', bad: { body: { reason: '' } }, lessIs: null },
  },

  listWebhookDeliveries: {
    good: () => ({ query: { event: 'push' } }),
    also: [whole],
    ...{ bad: { query: { state: 'new' } }, stranger: 200 },
  },
  getWebhookDelivery: {
    good: ({ deliveryId }) => ({ params: { deliveryId } }),
    bad: { params: { deliveryId: 'a b' } },
  },
  getWebhookPayload: {
    good: ({ deliveryId }) => ({ params: { deliveryId } }),
    ...{ key: 'admin', bad: { params: { deliveryId: 'a b' } } },
  },
}
