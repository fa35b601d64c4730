/** The server's own database, for verbs that need it while the server may run. */
import { loadConfig } from '../config.ts'
import { type Database, hasEmbedded, openDatabase } from '../store/database.ts'
import { pendingMigrations } from '../store/migrate.ts'

/**
 * Runs `work` on the database that the environment names, as the server would: DATABASE_URL, else DATA_DIR. Nothing is
 * created and nothing is migrated. Throws errors that say what to do.
 */
export async function onServerDatabase<T>(work: (database: Database) => Promise<T>): Promise<T> {
  const { databaseUrl, dataDir } = loadConfig(process.env)
  if (!databaseUrl && !hasEmbedded(dataDir)) {
    throw new Error(
      `There is no database in ${dataDir}. Set DATA_DIR to the folder of the server, or DATABASE_URL as on the server; or ` +
        'start the server once, which makes one.',
    )
  }
  const database = await openDatabase(databaseUrl ? { url: databaseUrl } : { dataDir }).catch(explain)
  try {
    if (!database.embedded) await reach(database)
    if ((await pendingMigrations(database)).length > 0) {
      throw new Error('The database is of an older version. Start the server of this version once: it migrates it.')
    }
    return await work(database)
  } finally {
    await database.close()
  }
}

function explain(error: Error): never {
  if (error.name !== 'DataDirInUse') throw error
  throw new Error(
    `${error.message}\nIf that is the server: its embedded database serves one process at a time. Stop the server, run ` +
      'this, and start it again. On PostgreSQL both can run at once.',
  )
}

/** Only the error's code is told: the driver's words may hold parts of the address. */
async function reach(database: Database): Promise<void> {
  await database
    .session(async () => {})
    .catch((error: Error & { code?: string }) => {
      throw new Error(
        `DATABASE_URL: the database does not let us in (${error.code ?? error.message}). Check that it runs and can be ` +
          'reached from here, and that the host, port, user, password and database name are right.',
      )
    })
}
