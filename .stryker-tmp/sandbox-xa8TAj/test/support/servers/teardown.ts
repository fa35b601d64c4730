// @ts-nocheck
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import type { TestServers } from './setup.ts'

/** After all suites: the servers end, their folder goes. */
export default async function teardown() {
  const { testServers } = globalThis as { testServers?: TestServers }
  if (!testServers) return
  await Promise.all(testServers.processes.map(end))
  rmSync(testServers.folder, { recursive: true, force: true })
}

/** SIGINT: PostgreSQL's fast shutdown, which waits for no client. */
async function end(server: ChildProcess) {
  if (server.exitCode !== null || server.signalCode !== null) return
  const ended = once(server, 'exit')
  server.kill('SIGINT')
  await ended
}
