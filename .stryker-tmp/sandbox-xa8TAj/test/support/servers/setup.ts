/**
 * Before all suites: a Redis and a PostgreSQL of their own, on free ports, with their data in a temporary folder, for the
 * suites that need them. One that isn't installed is named, and its suites are skipped; with CI=true that is an error.
 */
// @ts-nocheck

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import pg from 'pg'

/** What teardown.ts ends. */
export interface TestServers {
  folder: string
  processes: ChildProcess[]
}

export default async function setup() {
  const folder = mkdtempSync(join(tmpdir(), 'rosie-guard-test-'))
  const servers: TestServers = { folder, processes: [] }
  Object.assign(globalThis, { testServers: servers })
  process.env.TEST_FOLDER = folder
  const [redis, postgres] = await Promise.all([startRedis(servers), startPostgres(servers)])
  offer('TEST_REDIS_URL', 'Redis', redis)
  offer('TEST_DATABASE_URL', 'PostgreSQL', postgres)
}

function offer(variable: string, server: string, url: string | null) {
  if (url !== null) process.env[variable] = url
  else if (process.env.CI === 'true') throw new Error(`${server} not found: with CI=true its suites must run.`)
  else console.log(`\n${server} not found: its suites are skipped.`)
}

async function startRedis(servers: TestServers): Promise<string | null> {
  const program = find('redis-server', [])
  if (!program) return null
  const port = await freePort()
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', servers.folder]
  await start(servers, program, args, () => accepts(port), {})
  return `redis://127.0.0.1:${port}`
}

async function startPostgres(servers: TestServers): Promise<string | null> {
  const initdb = find('initdb', debianPostgres())
  const postgres = find('postgres', debianPostgres())
  if (!initdb || !postgres) return null
  const data = join(servers.folder, 'postgres')
  const account = accountFor(servers.folder, data)
  execFileSync(initdb, ['-D', data, '-U', 'test', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'], account)
  const port = await freePort()
  // A zone far from UTC: what depends on the server's own fails here.
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: '', fsync: 'off', timezone: 'Asia/Tokyo' }
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const url = `postgres://test@127.0.0.1:${port}/postgres`
  await start(servers, postgres, ['-D', data, '-p', `${port}`, ...args], () => answers(url), account)
  return url
}

/** PostgreSQL refuses to run as root: there it runs as its own user, whom the folders are opened to. */
function accountFor(folder: string, data: string): { uid?: number; gid?: number; cwd: string; stdio: 'ignore' } {
  mkdirSync(data, { mode: 0o700 })
  if (process.getuid?.() !== 0) return { cwd: folder, stdio: 'ignore' }
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  const account = { uid: id('-u'), gid: id('-g') }
  chownSync(folder, account.uid, account.gid)
  chownSync(data, account.uid, account.gid)
  return { ...account, cwd: data, stdio: 'ignore' }
}

async function start(
  { processes }: TestServers,
  program: string,
  args: string[],
  isReady: () => Promise<boolean>,
  options: object,
) {
  const server = spawn(program, args, { stdio: 'ignore', ...options })
  processes.push(server)
  // Where no teardown is reached.
  process.once('exit', () => server.kill('SIGINT'))
  const until = Date.now() + 20_000
  while (!(await isReady())) {
    if (server.exitCode !== null || Date.now() > until) throw new Error(`${program} ${args.join(' ')} did not start.`)
    await setTimeout(25)
  }
}

function find(program: string, folders: string[]): string | undefined {
  const path = (process.env.PATH ?? '').split(delimiter)
  return [...path, ...folders].map((folder) => join(folder, program)).find((file) => existsSync(file))
}

/** Debian keeps each major version apart and off the PATH. */
function debianPostgres(): string[] {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : []
  return versions.map((version) => join(root, version, 'bin'))
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  if (address === null || typeof address === 'string') throw new Error('No TCP port.')
  return address.port
}

function accepts(port: number): Promise<boolean> {
  return new Promise((answer) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      answer(true)
    })
    socket.once('error', () => answer(false))
  })
}

/** PostgreSQL accepts connections before it serves them. */
async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url })
  try {
    await client.connect()
    await client.end()
    return true
  } catch {
    return false
  }
}
