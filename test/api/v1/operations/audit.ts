import type { Operations } from './operation.ts'

export const audit: Operations = {
  listAuditEvents: {
    good: () => ({ query: { action: 'api_key.created', limit: 2 } }),
    also: [() => ({ query: { limit: 100 } })],
    ...{ key: 'admin', bad: { query: { from: 'yesterday' } }, stranger: 200 },
  },
  getAuditEvent: {
    good: ({ auditEventId }) => ({ params: { auditEventId } }),
    ...{ key: 'admin', bad: { params: { auditEventId: 'first' } } },
  },
  exportAuditEvents: {
    good: () => ({ query: { format: 'csv' } }),
    also: [() => ({ query: { format: 'jsonl' } })],
    ...{ key: 'admin', bad: { query: { format: 'xml' } }, stranger: 200 },
  },
  listAuditCheckpoints: {
    good: () => ({ query: { limit: 5 } }),
    ...{ key: 'root', bad: { query: { cursor: 'AAAA' } }, stranger: 403 },
  },
  getCheckpointKey: {
    good: () => ({}),
    ...{ bad: null, because: 'It takes nothing.', stranger: 200 },
  },
}
