/**
 * Before all suites: a Redis and a PostgreSQL for the suites that need them, and where the browser is. What isn't installed
 * is named, and its suites are skipped; with CI=true that is an error.
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findChromium, type Server, startPostgres, startRedis } from './servers.ts'

/** What teardown.ts ends. */
export interface TestServers {
  folder: string
  servers: Server[]
}

export default async function setup() {
  const folder = mkdtempSync(join(tmpdir(), 'rosie-guard-test-'))
  const testServers: TestServers = { folder, servers: [] }
  Object.assign(globalThis, { testServers })
  process.env.TEST_FOLDER = folder
  const [redis, postgres] = await Promise.all([startRedis(folder), startPostgres(folder)])
  testServers.servers.push(...[redis, postgres].filter((server) => server !== null))
  offer('TEST_REDIS_URL', 'Redis', redis?.url)
  offer('TEST_DATABASE_URL', 'PostgreSQL', postgres?.url)
  offer('TEST_CHROMIUM', 'Chromium', findChromium())
}

function offer(variable: string, name: string, where: string | undefined) {
  if (where !== undefined) process.env[variable] = where
  else if (process.env.CI === 'true') throw new Error(`${name} not found: with CI=true its suites must run.`)
  else console.log(`\n${name} not found: its suites are skipped.`)
}
