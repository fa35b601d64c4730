import { once } from 'node:events'
import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import type { Backend } from './bullmq.ts'
import { ANSWER_MS } from './bullmq.ts'

/**
 * For what can do without: a command is refused at once while there is no connection, and given up after half a second.
 * Whoever opens it calls `disconnect`.
 */
export function dispensableRedis(url: string): Redis {
  const client = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: 500,
    disconnectTimeout: 200,
    retryStrategy: (attempt) => Math.min(attempt * 500, 5000),
  })
  // The queue's connection reports it.
  client.on('error', () => {})
  return client
}

/** Needs Redis 6.2 or newer with `maxmemory-policy noeviction`. */
export function redisBackend(url: string): Backend {
  const client = new Redis(url, {
    maxRetriesPerRequest: null,
    // Without a connection a command is refused at once rather than kept in memory until there is one.
    enableOfflineQueue: false,
    // ms; a socket given up while it connects would keep a stopping process alive for ioredis' own 2 s.
    disconnectTimeout: 200,
    retryStrategy: (attempt) => Math.min(attempt * 500, 5000),
  })
  client.on('error', () => {}) // BullMQ reports it; this listener holds after BullMQ's is gone
  return {
    // The worker checks the server's version; here the check would race with `enableOfflineQueue`.
    producer: (name, options) => new Queue(name, { ...options, connection: client, skipVersionCheck: true }),
    worker: (name, work, options) =>
      new Worker(name, work, { ...options, connection: { url, maxRetriesPerRequest: null } }),
    reachable: async () => {
      // Rejects with the connection's error, if one comes first.
      if (client.status !== 'ready') await once(client, 'ready', { signal: AbortSignal.timeout(ANSWER_MS) })
    },
    // Whose memory is full refuses it, as it would refuse a job.
    writable: async () => void (await client.set('rosie-guard:written', Date.now(), 'EX', 60)),
    close: () => client.disconnect(),
  }
}
