/**
 * Applies the committed migrations (prisma/migrations) and records them in `_prisma_migrations` as Prisma does, so that
 * `prisma migrate deploy` and `prisma migrate status` agree with what is done here. Each migration and its record are one
 * transaction: it is applied and recorded, or nothing happened.
 */
// @ts-nocheck

import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import type { Database, Session } from './database.ts'

/** The same from src/store and from dist/store. */
const FOLDER = new URL('../../prisma/migrations/', import.meta.url)

/** The key under which Prisma's own engine takes its advisory lock: replicas and `prisma migrate` exclude each other. */
const LOCK = 72707369

/** As Prisma's engine creates it. */
const TABLE = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             TIMESTAMPTZ,
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          TIMESTAMPTZ,
    started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count     INTEGER NOT NULL DEFAULT 0
)`

interface Migration {
  name: string
  script: string
  /** SHA-256 of the script in hex. */
  checksum: string
}

interface Applied {
  migration_name: string
  checksum: string
  finished: boolean
}

/** The database and the committed migrations contradict each other. The message says what to do. */
export class MigrationConflict extends Error {
  override name = 'MigrationConflict'
}

/** Answers the names of the migrations it applied; none when the database is current. Throws `MigrationConflict`. */
export async function migrate(database: Database, folder = FOLDER): Promise<string[]> {
  const committed = await committedIn(folder)
  const pending = await database.session((session) => pendingOf(session, committed))
  const applied: string[] = []
  for (const migration of pending) {
    if (await database.session((session) => apply(session, migration, committed))) applied.push(migration.name)
  }
  return applied
}

/** The names of committed migrations that the database lacks. Throws `MigrationConflict`. */
export async function pendingMigrations(database: Database, folder = FOLDER): Promise<string[]> {
  const committed = await committedIn(folder)
  return (await database.session((session) => pendingOf(session, committed))).map(({ name }) => name)
}

async function committedIn(folder: URL): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort()
  return Promise.all(
    names.map(async (name) => {
      const script = await readFile(new URL(`${name}/migration.sql`, folder), 'utf8')
      return { name, script, checksum: createHash('sha256').update(script).digest('hex') }
    }),
  )
}

async function pendingOf(session: Session, committed: readonly Migration[]): Promise<Migration[]> {
  const [table] = await session.query(`SELECT to_regclass('_prisma_migrations') IS NOT NULL AS exists`)
  const applied = table?.exists ? await appliedIn(session) : []
  const known = new Map(committed.map(({ name, checksum }) => [name, checksum]))
  for (const { migration_name: name, checksum, finished } of applied) {
    if (!finished) {
      throw new MigrationConflict(
        `Migration ${name} failed halfway when another tool applied it. Repair the database, tell Prisma (npx prisma migrate resolve), start again.`,
      )
    }
    if (!known.has(name)) {
      throw new MigrationConflict(
        `The database has the migration ${name}, which this version of rosie-guard does not know: a newer version used it. Start that version, or restore a backup from before.`,
      )
    }
    if (known.get(name) !== checksum) {
      throw new MigrationConflict(
        `Migration ${name} was changed after it was applied to this database. Restore prisma/migrations/${name}/migration.sql (SHA-256 ${checksum}); changes belong into a new migration.`,
      )
    }
  }
  const done = new Set(applied.map((row) => row.migration_name))
  return committed.filter(({ name }) => !done.has(name))
}

async function appliedIn(session: Session): Promise<Applied[]> {
  const rows = await session.query(
    `SELECT migration_name, checksum, finished_at IS NOT NULL AS finished FROM _prisma_migrations WHERE rolled_back_at IS NULL`,
  )
  return rows as unknown as Applied[]
}

async function apply(session: Session, migration: Migration, committed: readonly Migration[]): Promise<boolean> {
  await session.query(`SELECT pg_advisory_xact_lock(${LOCK})`)
  await session.query(TABLE)
  // Another replica may have been here while this one waited for the lock.
  if (!(await pendingOf(session, committed)).includes(migration)) return false
  await session.script(migration.script).catch((cause) => {
    throw new Error(`Migration ${migration.name} could not be applied, nothing of it was kept: ${cause}`, { cause })
  })
  await session.query(
    `INSERT INTO _prisma_migrations (id, checksum, started_at, finished_at, migration_name, applied_steps_count)
     VALUES ($1, $2, now(), clock_timestamp(), $3, 1)`,
    [randomUUID(), migration.checksum, migration.name],
  )
  return true
}
