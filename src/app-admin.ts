/** The admin side, put together: the page at `/`, signing in, the board of the queue, the REST interface, live progress. */
import type { AddressOf } from './access/address.ts'
import { memoryCache } from './api/cache/memory-cache.ts'
import { redisCache } from './api/cache/redis-cache.ts'
import { countedTogether } from './api/counted-together.ts'
import { gathered } from './api/gathered.ts'
import { home } from './api/home.ts'
import type { createHost } from './api/host.ts'
import { type Keyring, keyAccess } from './api/key-access.ts'
import { BOARD_PATH, queueBoard } from './api/queue-board.ts'
import { authenticateBy } from './api/session-access.ts'
import { signIn } from './api/sign-in/routes.ts'
import type { CheckpointKey } from './api/v1/audit-events.ts'
import { apiV1 } from './api/v1/index.ts'
import { liveOn } from './app-live.ts'
import { answersAtOnce, type Parts, type probotOf, VERSION } from './app-parts.ts'
import { signInOf } from './app-sign-in.ts'
import { checkpointSigner } from './audit/checkpoint.ts'
import { detachedSigner } from './audit/detached.ts'
import type { Config } from './config.ts'
import { createClients } from './github/clients.ts'
import { rawTextFrom } from './github/raw-text.ts'
import { boardOf } from './queue/board.ts'
import { dispensableRedis } from './queue/redis.ts'
import { PARSER_VERSION } from './rosie/parse/index.ts'
import type { ProgressChannel } from './scan/ports/progress.ts'
import type { Queue } from './scan/ports/queue.ts'
import { ApiKeys } from './store/api-keys.ts'
import { InstallationLimits } from './store/limits.ts'
import { readingOf } from './store/reading/index.ts'
import type { Metrics } from './telemetry/metrics.ts'

/** What answers look like: none of another version is taken for one of this. */
const ANSWERS = `${VERSION}/${PARSER_VERSION}`

export interface AdminParts extends Parts {
  queue: Queue
  channel: ProgressChannel
  metrics: Metrics
  /** A delivery, or a request, led to new scans. */
  onScans: () => void
}

export interface Admin {
  /** Whoever watches is sent elsewhere; requests are still answered. */
  rest(): void
  /** After the host. */
  close(): void
}

export async function adminOn(
  host: ReturnType<typeof createHost>,
  parts: AdminParts,
  { probot, addressOf }: { probot: ReturnType<typeof probotOf>; addressOf: AddressOf },
): Promise<Admin> {
  const { config, database, queue, metrics, onScans } = parts
  const people = signInOf(parts)
  await host.register(home, { version: VERSION, signIn: people.access !== null })
  await host.register(signIn, people.options)
  const keys = new ApiKeys(database)
  const authenticate = authenticateBy(keyAccess({ keys: keyring(keys), signIn: people.access !== null }), people.access)
  const board = { queue: boardOf(queue), reachable: () => queue.reachable() }
  await host.register(queueBoard, { prefix: BOARD_PATH, ...board, authenticate })
  const live = liveOn(host.server, { ...parts, addressOf }, authenticate)
  const redis = config.redisUrl ? dispensableRedis(config.redisUrl) : null
  await host.register(apiV1, {
    authenticate,
    origins: config.corsOrigins,
    publicUrl: config.publicUrl,
    limits: { redis },
    turns: { atOnce: answersAtOnce(config), countedAs: countedTogether((id) => keys.rootOf(id)) },
    ...(await signaturesOf(config)),
    store: readingOf(database),
    rawText: rawTextOf(parts, probot),
    onScans,
    version: ANSWERS,
    keep: { cache: redis ? redisCache(redis) : memoryCache(), measures: metrics },
  })
  return { rest: () => live.close(), close: () => redis?.disconnect() }
}

/** However many requests come with one key at once, it is looked up for all of them. */
const keyring = (keys: ApiKeys): Keyring => ({
  find: gathered((key) => keys.find(key)),
  used: (key, now) => keys.used(key, now),
})

/** What verifies checkpoints, for whoever asks, and what signs reports. Null: nothing is signed. */
async function signaturesOf({ checkpointKey: key }: Config) {
  if (key === null) return { checkpointKey: null, signReport: null }
  const { publicKey } = checkpointSigner(key)
  return { checkpointKey: (await publicKey()) as CheckpointKey, signReport: await detachedSigner(key) }
}

/** The half that works sends requests of its own, also where it is this very process. */
function rawTextOf({ database, metrics, log }: AdminParts, probot: ReturnType<typeof probotOf>) {
  const limits = { store: new InstallationLimits(database), shared: true, log }
  return rawTextFrom(createClients(probot, limits, metrics))
}
