import type { Database } from './database.ts'

/** The server of the database can't be used. The message is for the operator, and says what to do. */
export class DatabaseRefused extends Error {
  override name = 'DatabaseRefused'
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const NO_SUCH_DATABASE = '3D000'

/**
 * Asked before anything else. Throws `DatabaseRefused`, with the error's code alone: the driver's words may hold parts of the
 * address.
 */
export async function enter(database: Database): Promise<void> {
  await database
    .session(async () => {})
    .catch(({ code, message }: Error & { code?: string }) => {
      throw new DatabaseRefused(
        code === NO_SUCH_DATABASE
          ? `DATABASE_URL: its server has no such database (${code}). Create it, or correct its name.`
          : `DATABASE_URL: the database does not let us in (${code ?? message}). Check that the server runs and can be ` +
              'reached from here, and that the host, port, user, password and database name are right.',
      )
    })
}
