// @ts-nocheck
// Prisma's schema engine as WebAssembly, on throw-away embedded databases: compares the committed migrations with the
// schema without a native engine, a server or a network. Only for authoring; the app applies migrations by itself
// (src/store/migrate.ts).
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { PGlite } from '@electric-sql/pglite'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg'
import { PrismaPGlite } from 'pglite-prisma-adapter'

const folder = new URL('./migrations/', import.meta.url)
const noFilters = { externalTables: [], externalEnums: [] }

export const schema = readFileSync(new URL('./schema.prisma', import.meta.url), 'utf8')

/** The SQL that takes a database with all committed migrations to schema.prisma; empty when they agree. */
export async function difference() {
  const databases = []
  const engine = await load(databases)
  const { stdout, exitCode } = await engine.diff({
    from: { tag: 'migrations', ...migrationsList() },
    to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: schema }] },
    script: true,
    exitCode: true,
    shadowDatabaseUrl: null,
    filters: noFilters,
  })
  await Promise.all(databases.map((database) => database.close()))
  return exitCode === 0 ? '' : stdout
}

async function load(databases) {
  const file = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg')
  const wasm = readFileSync(file.replace(/\.js$/, '.wasm'))
  const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': bindings })
  bindings.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
  const connect = async () => {
    const database = await PGlite.create()
    databases.push(database)
    const adapter = await new PrismaPGlite(database).connect()
    // The adapter's own neither waits for the script nor reports its errors.
    adapter.executeScript = async (script) => void (await database.exec(script))
    return adapter
  }
  const factory = { provider: 'postgres', adapterName: 'pglite', connect, connectToShadowDb: connect }
  const datamodels = [['schema.prisma', schema]]
  return bindings.SchemaEngine.new({ datamodels }, () => {}, bindMigrationAwareSqlAdapterFactory(factory))
}

function migrationsList() {
  const directories = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return {
    baseDir: 'prisma/migrations',
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: directories.map(({ name }) => ({
      path: name,
      migrationFile: {
        path: 'migration.sql',
        content: { tag: 'ok', value: readFileSync(new URL(`${name}/migration.sql`, folder), 'utf8') },
      },
    })),
  }
}
