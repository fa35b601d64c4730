/** The built app as a process of its own, as users run it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

export interface RunningApp {
  url: string
  pid: number
  dataDir: string
  /** What the process wrote so far. */
  log(): string
  /** The exit code, once it has ended; null when a signal ended it. */
  exited: Promise<number | null>
  /** SIGTERM, and SIGKILL after 20 s. Answers the exit code. The data folder stays. */
  stop(): Promise<number | null>
  /** SIGKILL: nothing is put away. */
  kill(): Promise<void>
  /** The end: the process and its data folder are gone. */
  remove(): Promise<void>
}

export interface AppOptions {
  /** Besides PORT and DATA_DIR; with where the app will listen, where that matters. */
  environment?: Record<string, string> | ((url: string) => Record<string, string>)
  /** A folder of an earlier run. */
  dataDir?: string
  /** Where to look for readiness; null: don't wait. */
  ready?: string | null
  /** Told where the app will listen, before it does. */
  onUrl?: (url: string) => void
  /** What node runs, where that is not the build in this repository. */
  main?: string
}

/** Starts `dist/main.js` (`npm run build` makes it) on a free port and waits until it is ready. */
export async function startApp({
  environment = {},
  dataDir,
  ready = '/readyz',
  onUrl,
  main = MAIN,
}: AppOptions = {}): Promise<RunningApp> {
  const folder = dataDir ?? (await mkdtemp(join(tmpdir(), 'rosie-guard-')))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  onUrl?.(url)
  const { PATH = '', HOME = '' } = process.env
  const given = typeof environment === 'function' ? environment(url) : environment
  const child = spawn(process.execPath, [main], {
    env: { PATH, HOME, NODE_ENV: 'production', PORT: String(port), DATA_DIR: folder, ...given },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  child.stdout.on('data', (chunk) => {
    log += chunk
  })
  child.stderr.on('data', (chunk) => {
    log += chunk
  })
  const app: RunningApp = {
    url,
    pid: child.pid ?? 0,
    dataDir: folder,
    log: () => log,
    exited: new Promise((resolve) => child.once('exit', resolve)),
    stop: () => end(child, 'SIGTERM'),
    kill: async () => void (await end(child, 'SIGKILL')),
    async remove() {
      await end(child, 'SIGTERM')
      await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
  try {
    if (ready) await untilReady(child, `${url}${ready}`, () => log)
  } catch (error) {
    if (dataDir === undefined) await app.remove()
    throw error
  }
  return app
}

async function untilReady(child: ChildProcess, url: string, log: () => string): Promise<void> {
  const deadline = Date.now() + 60_000
  while (Date.now() < deadline) {
    const end = child.exitCode ?? child.signalCode
    if (end !== null) throw new Error(`The app ended with ${end}:\n${log()}`)
    const answer = await fetch(url).catch(() => null)
    if (answer?.ok) return
    await sleep(50)
  }
  child.kill('SIGKILL')
  throw new Error(`The app was not ready within a minute:\n${log()}`)
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const ended = once(child, 'exit')
  child.kill(signal)
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000)
  await ended
  clearTimeout(timer)
  return child.exitCode
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
