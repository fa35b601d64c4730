import { createPostgresBackend, Queue, Worker } from 'bullmq'
import type { Backend } from './bullmq.ts'
import { ANSWER_MS } from './bullmq.ts'

/** BullMQ keeps its tables in a schema of its own and migrates them at start, under its own lock. */
const SCHEMA = 'bullmq'

/** Needs PostgreSQL 13 or newer and, at the first start, the right to create a schema. */
export function postgresBackend(url: string): Backend {
  const connect = (max: number) => ({
    connectionString: url,
    schema: SCHEMA,
    migrate: true,
    max,
    connectionTimeoutMillis: ANSWER_MS,
    application_name: 'rosie-guard queue',
  })
  return {
    producer: (name, options) => new Queue(name, { ...options, connection: connect(1) }, createPostgresBackend),
    // Connections are held for single statements only; the worker listens on one more.
    worker: (name, work, options) =>
      new Worker(name, work, { ...options, connection: connect(2) }, createPostgresBackend),
    reachable: async () => {}, // the pool connects on demand, and gives up after ANSWER_MS
    writable: async () => {}, // its database is asked by others
    close: () => {},
  }
}
