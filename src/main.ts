/** The start of the process: environment → parts → work, or the registration page where there is no app yet. */
import { resolve } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { createHost } from './api/host.ts'
import { setup } from './api/setup/routes.ts'
import { loadStoredApp } from './api/setup/stored-app.ts'
import { type Running, startWork } from './app.ts'
import { credentialsOf, databaseOf } from './app-parts.ts'
import { localUrl } from './app-web.ts'
import { type Config, ConfigError, loadConfig } from './config.ts'
import { within } from './scan/within.ts'
import { enter } from './store/admission.ts'
import { type Database, openDatabase } from './store/database.ts'
import { migrate } from './store/migrate.ts'
import { createLogger, type Logger } from './telemetry/logger.ts'

/**
 * By how much a heap may grow before all of it is collected: V8 lets it double and more. A first scan of 20,000 artifacts took
 * 60 MB less, and no longer (docs/performance.md).
 */
setFlagsFromString('--heap-growing-percent=30')

/** How long running scans may take to end after SIGTERM, those included that have to be handed back; ms. */
const GRACE_MS = 10_000
/** A connection that is still waited for then breaks with the process; ms. */
const DISCONNECT_MS = 2_000

/** The operator can mend this; the message says how. */
class CannotStart extends Error {}

try {
  await start()
} catch (error) {
  process.stderr.write(`rosie-guard can't start: ${error instanceof Error ? explain(error) : String(error)}\n`)
  process.exit(1)
}

async function start(): Promise<void> {
  const config = loadConfig(process.env)
  await startAs(config).catch((error) => {
    throw refused(error, config) ?? error
  })
}

async function startAs(config: Config): Promise<void> {
  const log = createLogger(config.logLevel)
  const database = await openDatabase(databaseOf(config))
  if (!database.embedded) await enter(database)
  const applied = await migrate(database)
  if (applied.length > 0) log.info({ applied }, 'migrations applied')
  const stored = config.app ? null : await loadStoredApp(config.dataDir)
  const credentials = config.app ? { ...config.app, slug: null } : stored && credentialsOf(stored)
  let running = credentials
    ? startWork(config, credentials, database, log)
    : register(config, database, log, (next) => {
        running = next
      })
  stopOn(['SIGTERM', 'SIGINT'], async () => {
    log.info('stopping')
    await (await running).stop(GRACE_MS)
    await within(DISCONNECT_MS, database.close())
  })
  await running
}

/** Serves the registration page; once the app is registered, the app at work takes the page's place. */
async function register(
  config: Config,
  database: Database,
  log: Logger,
  onWork: (work: Promise<Running>) => void,
): Promise<Running> {
  const hasData = async () => (await database.client.installation.count()) > 0
  if (await hasData()) {
    throw new CannotStart(
      'The database holds the data of an app, but its credentials are missing. Set APP_ID, PRIVATE_KEY and ' +
        'WEBHOOK_SECRET, or restore app.json in DATA_DIR.',
    )
  }
  const host = createHost({ logger: log })
  await host.register(setup, {
    dataDir: config.dataDir,
    publicUrl: config.publicUrl ?? localUrl(config),
    webhookProxyUrl: config.webhookProxyUrl,
    github: config.github,
    hasData,
    onRegistered: (app) => {
      const work = host.close().then(() => startWork(config, credentialsOf(app), database, log))
      onWork(work)
      work.catch((error) => {
        log.fatal({ err: error }, 'The app was registered but could not start. Its credentials are kept: start again.')
        process.exit(1)
      })
    },
  })
  host.get('/healthz', async () => ({ status: 'ok' }))
  const url = await host.listen({ host: config.host, port: config.port })
  return { url, stop: () => host.close() }
}

/** Runs `stop` once, at the first signal; a second one ends the process at once. */
function stopOn(signals: NodeJS.Signals[], stop: () => Promise<void>): void {
  for (const signal of signals) {
    process.once(signal, () => {
      for (const other of signals) process.on(other, () => process.exit(1))
      stop().then(
        () => process.exit(0),
        () => process.exit(1),
      )
    })
  }
}

/** What the system refused, by the variable that names it; null: the error is another. */
function refused(error: NodeJS.ErrnoException, { host, port, dataDir }: Config): CannotStart | null {
  const { code, syscall, path } = error
  if (syscall === 'listen' && code === 'EADDRINUSE') {
    return new CannotStart(
      `PORT: something listens at port ${port} of ${host} already (${code}). Stop it, or set PORT to another.`,
    )
  }
  if (syscall === 'listen' && code === 'EACCES') {
    return new CannotStart(`PORT: this account may not listen at port ${port} (${code}). Set PORT to 1024 or more.`)
  }
  if (syscall === 'listen')
    return new CannotStart(`HOST: nothing can listen at ${host} (${code}). Set HOST to another.`)
  if (!code || !path || !resolve(path).startsWith(resolve(dataDir))) return null
  if (code === 'EEXIST' || code === 'ENOTDIR') {
    return new CannotStart(`DATA_DIR: ${dataDir} is a file, or below one (${code}). Set DATA_DIR to a folder.`)
  }
  return new CannotStart(
    `DATA_DIR: ${path} can't be used (${code}). Let the account that runs the server read and write there, or set DATA_DIR ` +
      'to another folder.',
  )
}

/** Errors with words for the operator need no stack. */
function explain(error: Error): string {
  const forOperators = error instanceof ConfigError || error instanceof CannotStart
  return forOperators || ['DatabaseRefused', 'DataDirInUse', 'MigrationConflict', 'QueueRefused'].includes(error.name)
    ? error.message
    : (error.stack ?? error.message)
}
