/**
 * A Redis and a PostgreSQL of our own, on free ports of the loopback interface, with their data below a given folder. Each
 * can be stopped, killed and started again on the same port and data: one for all suites (setup.ts), and one for each suite
 * that breaks its own.
 */
import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

export interface Server {
  /** The same after each start. */
  readonly url: string
  /** Waits until it serves. */
  start(): Promise<void>
  /** In good order, without waiting for clients: what is under way is broken off. */
  stop(): Promise<void>
  /** At once: nothing is put away. */
  kill(): Promise<void>
}

/** In ms. */
const STARTS_WITHIN = 30_000

/**
 * Null where Redis isn't installed. Without `appendOnly` it is empty whenever it starts; with it, it comes back with what
 * it held, the last second before a kill perhaps aside.
 */
export async function startRedis(folder: string, { appendOnly = false } = {}): Promise<Server | null> {
  const program = find('redis-server', [])
  if (!program) return null
  const port = await freePort()
  const data = mkdtempSync(join(folder, 'redis-'))
  const keeping = ['--save', '', '--appendonly', appendOnly ? 'yes' : 'no']
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', data, ...keeping]
  return served({
    url: `redis://127.0.0.1:${port}`,
    run: () => spawn(program, args, { stdio: 'ignore' }),
    isReady: () => answersPing(port),
    stopSignal: 'SIGINT',
    killSignal: 'SIGKILL',
  })
}

/**
 * Null where PostgreSQL isn't installed. Connects as a superuser, to the database `postgres`. Without `fsync` nothing waits
 * for the disk, and what was committed outlives a kill all the same, though not a loss of power.
 */
export async function startPostgres(folder: string, { fsync = false } = {}): Promise<Server | null> {
  const initdb = find('initdb', debianPostgres())
  const postgres = find('postgres', debianPostgres())
  if (!initdb || !postgres) return null
  const data = mkdtempSync(join(folder, 'postgres-'))
  const account = accountFor(folder, data)
  execFileSync(initdb, ['-D', data, '-U', 'test', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'], account)
  const port = await freePort()
  // A zone far from UTC: what depends on the server's own fails here.
  const own = { fsync: fsync ? 'on' : 'off', timezone: 'Asia/Tokyo' }
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: '', ...own }
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const url = `postgres://test@127.0.0.1:${port}/postgres`
  return served({
    url,
    run: () => spawn(postgres, ['-D', data, '-p', `${port}`, ...args], account),
    isReady: () => answers(url),
    // "Fast": clients are cut off, what they had under way is rolled back.
    stopSignal: 'SIGINT',
    // "Immediate": every process of it quits as it is, and the next start recovers as after a crash. SIGKILL would take the
    // first process only, and leave the others with the data.
    killSignal: 'SIGQUIT',
  })
}

interface Served {
  url: string
  run: () => ChildProcess
  isReady: () => Promise<boolean>
  stopSignal: NodeJS.Signals
  killSignal: NodeJS.Signals
}

async function served({ url, run, isReady, stopSignal, killSignal }: Served): Promise<Server> {
  let process_: ChildProcess | null = null
  // Where nobody comes to stop it.
  process.once('exit', () => process_?.kill(stopSignal))
  const start = async () => {
    if (isRunning(process_)) return
    const until = Date.now() + STARTS_WITHIN
    // Until it has its port back: a connection of somebody else's may have taken it for a moment.
    while (Date.now() < until) {
      if (!isRunning(process_)) process_ = run()
      if (await isReady()) return
      await sleep(25)
    }
    throw new Error(`${process_?.spawnfile} did not start: ${process_?.spawnargs.join(' ')}`)
  }
  const end = async (signal: NodeJS.Signals) => {
    if (!isRunning(process_)) return
    const ended = once(process_, 'exit')
    process_.kill(signal)
    await ended
  }
  await start()
  return { url, start, stop: () => end(stopSignal), kill: () => end(killSignal) }
}

const isRunning = (child: ChildProcess | null): child is ChildProcess =>
  child !== null && child.exitCode === null && child.signalCode === null

/** PostgreSQL refuses to run as root: there it runs as its own user, whom the folders are opened to. */
function accountFor(folder: string, data: string): SpawnOptions & { stdio: 'ignore' } {
  if (process.getuid?.() !== 0) return { cwd: folder, stdio: 'ignore' }
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  const account = { uid: id('-u'), gid: id('-g') }
  chownSync(folder, account.uid, account.gid)
  chownSync(data, account.uid, account.gid)
  return { ...account, cwd: data, stdio: 'ignore' }
}

/** Where a browser of Chromium's kind is installed; undefined: none is. */
export const findChromium = (): string | undefined =>
  ['chromium', 'google-chrome', 'chromium-browser'].flatMap((name) => find(name, []) ?? [])[0]

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

/** A Redis that reads its file accepts connections before it serves them. */
function answersPing(port: number): Promise<boolean> {
  return new Promise((answer) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    const say = (whether: boolean) => {
      socket.destroy()
      answer(whether)
    }
    socket.once('data', (said) => say(said.toString().startsWith('+PONG')))
    socket.once('error', () => say(false))
    socket.once('close', () => say(false))
  })
}

/** PostgreSQL accepts connections before it serves them. */
async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.end()
    return true
  } catch {
    return false
  }
}
