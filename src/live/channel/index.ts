import type { ProgressChannel } from '../../scan/ports/progress.ts'
import { InProcessChannel } from './in-process.ts'
import type { ChannelLog } from './listeners.ts'
import { PostgresChannel } from './postgres.ts'
import { RedisChannel } from './redis.ts'

export interface OpenChannel {
  redisUrl: string | null
  databaseUrl: string | null
  /** Of the GitHub App: apps may share a Redis. */
  appId: number
  log: ChannelLog
}

/** Redis where there is one, else PostgreSQL, else (embedded mode) the memory of this process. Connects by itself. */
export function openChannel({ redisUrl, databaseUrl, appId, log }: OpenChannel): ProgressChannel {
  if (redisUrl) return new RedisChannel(redisUrl, nameOf(redisUrl, appId), log)
  return databaseUrl ? new PostgresChannel(databaseUrl, log) : new InProcessChannel(log)
}

/** A name is heard in all databases of a Redis, so it says which one it is of. */
export const nameOf = (redisUrl: string, appId: number): string =>
  `rosie-guard:progress:${appId}:${new URL(redisUrl).pathname.slice(1) || '0'}`
