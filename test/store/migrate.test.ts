import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Database } from '../../src/store/database.ts'
import { MigrationConflict, migrate } from '../../src/store/migrate.ts'
import { forEachDatabase } from '../support/database.ts'

const folders: string[] = []
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))))

/** The committed ones, oldest first. */
const COMMITTED = readdirSync('prisma/migrations', { withFileTypes: true })
  .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
  .sort()

/** The committed migrations, to be changed. */
function copyOfMigrations() {
  const folder = mkdtempSync(join(tmpdir(), 'migrations-'))
  folders.push(folder)
  cpSync('prisma/migrations', folder, { recursive: true })
  return {
    url: pathToFileURL(`${folder}/`),
    init: join(folder, '20261122000000_init/migration.sql'),
    async add(name: string, script: string) {
      await mkdir(join(folder, name))
      writeFileSync(join(folder, name, 'migration.sql'), script)
    },
  }
}

const recorded = (database: Database) =>
  database.client.$queryRawUnsafe<Record<string, unknown>[]>('SELECT * FROM _prisma_migrations')

forEachDatabase('migrations', (databases) => {
  it('are applied once, and recorded as Prisma records them', async () => {
    const database = await databases.openAt(await databases.place('empty'))
    expect(await migrate(database)).toEqual(COMMITTED)
    expect(await migrate(database)).toEqual([])
    const records = await recorded(database)
    expect(records.map(({ migration_name }) => migration_name)).toEqual(COMMITTED)
    expect(records[0]).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
      migration_name: '20261122000000_init',
      finished_at: expect.any(Date),
      rolled_back_at: null,
      logs: null,
      applied_steps_count: 1,
    })
    expect(await database.client.installation.count()).toBe(0)
  })

  it('wait for one another when several processes start at once', async () => {
    const where = await databases.place('empty')
    // The embedded database has one process; its starts share it.
    const shared = await databases.openAt(where)
    const replicas = databases.embedded
      ? [shared, shared, shared]
      : [shared, await databases.openAt(where), await databases.openAt(where)]
    const applied = await Promise.all(replicas.map((replica) => migrate(replica)))
    expect(applied.flat().sort()).toEqual(COMMITTED)
    expect(await recorded(shared)).toHaveLength(COMMITTED.length)
  })

  it('leave nothing behind when one fails, and go on after the repair', async () => {
    const database = await databases.open()
    const migrations = copyOfMigrations()
    await migrations.add('20270101000000_broken', 'CREATE TABLE half (id INT); SELECT 1 / 0;')
    await expect(migrate(database, migrations.url)).rejects.toThrow(
      /20270101000000_broken could not be applied.*division/,
    )
    expect(await recorded(database)).toHaveLength(COMMITTED.length)
    await expect(database.client.$queryRaw`SELECT * FROM half`).rejects.toThrow('half')

    writeFileSync(new URL('20270101000000_broken/migration.sql', migrations.url), 'CREATE TABLE half (id INT);')
    expect(await migrate(database, migrations.url)).toEqual(['20270101000000_broken'])
    expect(await database.client.$queryRaw`SELECT * FROM half`).toEqual([])
  })

  it('refuse a database that a newer version has used', async () => {
    const database = await databases.open()
    const newer = copyOfMigrations()
    await newer.add('20990101000000_future', 'CREATE TABLE future (id INT);')
    await migrate(database, newer.url)
    await expect(migrate(database)).rejects.toThrow(MigrationConflict)
    await expect(migrate(database)).rejects.toThrow(/20990101000000_future.*Start that version/)
  })

  it('refuse a migration that was changed after it was applied', async () => {
    const database = await databases.open()
    const changed = copyOfMigrations()
    writeFileSync(changed.init, `${readFileSync(changed.init, 'utf8')}\n-- a thought`)
    await expect(migrate(database, changed.url)).rejects.toThrow(/was changed after it was applied.*Restore/)
  })

  it('refuse a database where another tool failed halfway', async () => {
    const database = await databases.open()
    await database.client.$executeRaw`UPDATE _prisma_migrations SET finished_at = NULL`
    await expect(migrate(database)).rejects.toThrow(/failed halfway.*prisma migrate resolve/)
  })
})
