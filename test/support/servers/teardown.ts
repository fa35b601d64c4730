import { rmSync } from 'node:fs'
import type { TestServers } from './setup.ts'

/** After all suites: the servers end, their folder goes. */
export default async function teardown() {
  const { testServers } = globalThis as { testServers?: TestServers }
  if (!testServers) return
  await Promise.all(testServers.servers.map((server) => server.stop()))
  rmSync(testServers.folder, { recursive: true, force: true })
}
