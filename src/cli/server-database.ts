/** The server's own database, for verbs that need it while the server may run. */
import { access, constants } from 'node:fs/promises'
import { loadConfig } from '../config.ts'
import { enter } from '../store/admission.ts'
import { type Database, hasEmbedded, openDatabase } from '../store/database.ts'
import { pendingMigrations } from '../store/migrate.ts'

/**
 * Runs `work` on the database that the environment names, as the server would: DATABASE_URL, else DATA_DIR. Nothing is
 * created and nothing is migrated. Throws errors that say what to do.
 */
export async function onServerDatabase<T>(work: (database: Database) => Promise<T>): Promise<T> {
  const { databaseUrl, dataDir } = loadConfig(process.env)
  if (!databaseUrl) await admitted(dataDir)
  if (!databaseUrl && !hasEmbedded(dataDir)) {
    throw new Error(
      `There is no database in ${dataDir}. Set DATA_DIR to the folder of the server, or DATABASE_URL as on the server; or ` +
        'start the server once, which makes one.',
    )
  }
  const database = await openDatabase(databaseUrl ? { url: databaseUrl } : { dataDir }).catch(explain)
  try {
    if (!database.embedded) await enter(database)
    if ((await pendingMigrations(database)).length > 0) {
      throw new Error('The database is of an older version. Start the server of this version once: it migrates it.')
    }
    return await work(database)
  } finally {
    await database.close()
  }
}

/** What this account can't see looks like what isn't there. */
async function admitted(dataDir: string): Promise<void> {
  const { R_OK, W_OK, X_OK } = constants
  await access(dataDir, R_OK | W_OK | X_OK).catch(({ code }: NodeJS.ErrnoException) => {
    if (code === 'ENOENT') return
    throw new Error(`DATA_DIR: ${dataDir} can't be used (${code}). Run this under the account of the server.`)
  })
}

function explain(error: Error): never {
  if (error.name !== 'DataDirInUse') throw error
  throw new Error(
    `${error.message}\nIf that is the server: its embedded database serves one process at a time. Stop the server, run ` +
      'this, and start it again. On PostgreSQL both can run at once.',
  )
}
