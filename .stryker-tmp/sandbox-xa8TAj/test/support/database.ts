/**
 * Suites that run on every database: the embedded one and, where it is installed, a PostgreSQL server. Each test file gets
 * databases of its own, copied from one that has the migrations.
 */
// @ts-nocheck

import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { type Database, openDatabase } from '../../src/store/database.ts'
import { migrate } from '../../src/store/migrate.ts'

export type Where = { url: string } | { dataDir: string }

/** What a suite works with. Everything opened is closed, everything made is removed when the suite ends. */
export interface Databases {
  embedded: boolean
  /** An opened database with the migrations applied. */
  open(): Promise<Database>
  /** A place for a database: with the migrations applied, or empty. */
  place(state?: 'migrated' | 'empty'): Promise<Where>
  /** Opens a place once more. */
  openAt(where: Where): Promise<Database>
}

/** Runs the suite once for each kind of database. */
export function forEachDatabase(name: string, suite: (databases: Databases) => void) {
  describe(`${name}, embedded database`, () => suite(databasesOf(true, placeEmbedded)))
  const server = process.env.TEST_DATABASE_URL
  const describeServer = server ? describe : describe.skip
  describeServer(`${name}, PostgreSQL`, () =>
    suite(databasesOf(false, (state, remove) => placeOnServer(server ?? '', state, remove))),
  )
}

type Place = (state: 'migrated' | 'empty', remove: (() => Promise<void>)[]) => Promise<Where>

function databasesOf(embedded: boolean, place: Place): Databases {
  const opened: Database[] = []
  const remove: (() => Promise<void>)[] = []
  afterAll(async () => {
    for (const database of opened) await database.close()
    for (const action of remove) await action()
  })
  const openAt = async (where: Where) => {
    const database = await openDatabase(where)
    opened.push(database)
    return database
  }
  return {
    embedded,
    openAt,
    place: (state = 'migrated') => place(state, remove),
    open: async () => openAt(await place('migrated', remove)),
  }
}

// ── embedded ────────────────────────────────────────────────────────────────────────────────────────────────────────

async function placeEmbedded(state: 'migrated' | 'empty', remove: (() => Promise<void>)[]): Promise<Where> {
  const dataDir = await mkdtemp(join(process.env.TEST_FOLDER ?? tmpdir(), 'data-'))
  remove.push(() => rm(dataDir, { recursive: true, force: true }))
  await cp(await embeddedTemplate(state), dataDir, { recursive: true })
  return { dataDir }
}

/** Made once in each worker: a first start takes 3 s, a copy 0.15 s. */
async function embeddedTemplate(state: 'migrated' | 'empty'): Promise<string> {
  const folder = join(process.env.TEST_FOLDER ?? tmpdir(), `template-${process.env.JEST_WORKER_ID}-${state}`)
  if (existsSync(folder)) return folder
  const draft = `${folder}-${randomUUID()}`
  const database = await openDatabase({ dataDir: draft })
  if (state === 'migrated') await migrate(database)
  await database.close()
  await rename(draft, folder)
  return folder
}

// ── server ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const TEMPLATE = 'rosie_guard_template'

async function placeOnServer(
  server: string,
  state: 'migrated' | 'empty',
  remove: (() => Promise<void>)[],
): Promise<Where> {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await administer(server, async (admin) => {
    await admin.query(`SELECT pg_advisory_lock(1)`)
    if (state === 'migrated') await serverTemplate(server, admin)
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${state === 'migrated' ? TEMPLATE : 'template0'}`)
  })
  remove.push(() => administer(server, async (admin) => void (await admin.query(`DROP DATABASE ${name} WITH (FORCE)`))))
  return { url: databaseUrl(server, name) }
}

/** Made once for all workers, by the first that needs it. */
async function serverTemplate(server: string, admin: pg.Client) {
  const { rowCount } = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [TEMPLATE])
  if (rowCount) return
  await admin.query(`CREATE DATABASE ${TEMPLATE}`)
  const database = await openDatabase({ url: databaseUrl(server, TEMPLATE) })
  await migrate(database)
  await database.close()
}

async function administer(server: string, work: (admin: pg.Client) => Promise<void>) {
  const admin = new pg.Client({ connectionString: server })
  await admin.connect()
  try {
    await work(admin)
  } finally {
    await admin.end()
  }
}

function databaseUrl(server: string, name: string): string {
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}
