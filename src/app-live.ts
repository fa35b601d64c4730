/** Live progress, put together: from whoever scans through a channel to whoever watches. */
import type { Server as HttpServer } from 'node:http'
import type { AddressOf } from './access/address.ts'
import type { Authenticate, Sender } from './api/key-access.ts'
import { networkOf } from './api/rate-limit.ts'
import type { Parts } from './app-parts.ts'
import { openChannel } from './live/channel/index.ts'
import { type Live, startLive } from './live/index.ts'
import { paced } from './live/paced.ts'
import type { LiveMeasures } from './scan/ports/measures.ts'
import type { ProgressChannel, TellProgress } from './scan/ports/progress.ts'
import { ProgressOfScans } from './store/progress.ts'

export interface Progress {
  channel: ProgressChannel
  /** For whoever scans in this process. */
  onProgress: TellProgress
}

export function openProgress({ config, credentials, log }: Omit<Parts, 'database'>): Progress {
  const { redisUrl, databaseUrl } = config
  const channel = openChannel({ redisUrl, databaseUrl, appId: credentials.appId, log })
  return { channel, onProgress: paced(channel.publish) }
}

interface LiveParts extends Parts {
  channel: ProgressChannel
  metrics: LiveMeasures
  addressOf: AddressOf
}

/** Beside the API, for those whom the API knows. */
export function liveOn(
  server: HttpServer,
  { config, database, channel, metrics, addressOf, log }: LiveParts,
  authenticate: Authenticate,
): Live {
  return startLive({
    server,
    channel,
    measures: metrics,
    address: (request) => networkOf(addressOf(request)),
    rows: new ProgressOfScans(database),
    identify: (caller) => authenticate({ ...caller, log: log as Sender['log'] }),
    origins: { publicUrl: config.publicUrl, others: config.corsOrigins },
    log,
  })
}
