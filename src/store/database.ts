/**
 * PostgreSQL, on a server or embedded in the process (PGlite, WebAssembly) on a folder: the same SQL, the same Prisma
 * client. The rest of the store knows no difference but `embedded`, which says that a long statement blocks the process.
 */
import { existsSync } from 'node:fs'
import { access, constants, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { type Prisma, PrismaClient } from '../generated/prisma/client.ts'
import { lockDataDir } from './data-dir.ts'

/** What runs statements: the client, or one transaction of it. */
export type Connection = Prisma.TransactionClient

/** One transaction below Prisma, for what its client can't do: scripts of many statements. */
export interface Session {
  query(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>
  script(sql: string): Promise<void>
}

export interface Database {
  client: PrismaClient
  embedded: boolean
  /** Runs `work` in one transaction, rolled back when it throws. */
  session<T>(work: (session: Session) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** In ms. Transactions wait for their turn on the embedded database's one connection, behind a large scan at worst. */
const TRANSACTION = { maxWait: 60_000, timeout: 60_000 }
/** In ms: persisting a first scan of 100,000 files. */
export const LONG_TRANSACTION = { maxWait: 60_000, timeout: 600_000 }

/** What a process, or a thread of it, takes of a server. */
export interface Share {
  /** At most, at once. */
  connections: number
  /** Of one statement, waiting for locks included; in ms. */
  statementMs: number
}

/** For whoever has no other: a command line, a test. */
const SHARE: Share = { connections: 10, statementMs: 300_000 }
/**
 * In ms. A transaction whose process does nothing for so long is ended, since it keeps rows locked and the audit trail's chain
 * waiting: longer than a thread may be silent before it is taken for dead.
 */
const IDLE_IN_TRANSACTION_MS = 180_000

/**
 * Opens the database; migrate.ts brings it up to date. `dataDir` is created if need be and locked until `close`: throws
 * `DataDirInUse` when another process has it.
 */
export async function openDatabase(
  where: { url: string; share?: Share | undefined } | { dataDir: string },
): Promise<Database> {
  return 'url' in where ? openServer(where.url, where.share) : openEmbedded(where.dataDir)
}

function openServer(url: string, { connections, statementMs }: Share = SHARE): Database {
  const settings = {
    // Both adapters read and write timestamps as UTC whatever the session's zone is.
    TimeZone: 'UTC',
    statement_timeout: statementMs,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
  }
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`)
  const pool = new pg.Pool({
    connectionString: url,
    options: options.join(' '),
    max: connections,
    connectionTimeoutMillis: 10_000,
  })
  // A connection that breaks while idle is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {})
  const client = new PrismaClient({ adapter: new PrismaPg(pool), transactionOptions: TRANSACTION })
  return {
    client,
    embedded: false,
    session: (work) => inTransaction(pool, work),
    async close() {
      await client.$disconnect()
      await pool.end()
    },
  }
}

async function inTransaction<T>(pool: pg.Pool, work: (session: Session) => Promise<T>): Promise<T> {
  const connection = await pool.connect()
  try {
    await connection.query('BEGIN')
    // Migrations may take as long as they need.
    await connection.query('SET LOCAL statement_timeout = 0')
    const result = await work({
      query: async (sql, values = []) => (await connection.query(sql, values)).rows,
      script: async (sql) => void (await connection.query(sql)),
    })
    await connection.query('COMMIT')
    connection.release()
    return result
  } catch (error) {
    // Closing the connection rolls back, also where it can't answer any more.
    connection.release(true)
    throw error
  }
}

const folderIn = (dataDir: string) => join(dataDir, 'database')

/** Whether an embedded database was ever made there. */
export const hasEmbedded = (dataDir: string): boolean => existsSync(folderIn(dataDir))

async function openEmbedded(dataDir: string): Promise<Database> {
  // A server has no need of these.
  const [{ PGlite }, { PrismaPGlite }] = await Promise.all([
    import('@electric-sql/pglite'),
    import('pglite-prisma-adapter'),
  ])
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const lock = await lockDataDir(dataDir)
  try {
    const folder = folderIn(dataDir)
    // The engine itself would say nothing of why.
    if (existsSync(folder)) await access(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    const engine = await PGlite.create({ dataDir: folder })
    const client = new PrismaClient({ adapter: new PrismaPGlite(engine), transactionOptions: TRANSACTION })
    return {
      client,
      embedded: true,
      session: (work) =>
        engine.transaction((transaction) =>
          work({
            query: async (sql, values = []) => (await transaction.query<Record<string, unknown>>(sql, values)).rows,
            script: async (sql) => void (await transaction.exec(sql)),
          }),
        ),
      async close() {
        await client.$disconnect()
        await engine.close()
        await lock.release()
      },
    }
  } catch (error) {
    await lock.release()
    throw error
  }
}
