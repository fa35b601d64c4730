/**
 * `npm run bench:live`: how soon a client hears of a scan's progress, on one machine. A process that scans publishes in one
 * process, live progress is served in another, and a client in a third listens; PostgreSQL and Redis are started here on free
 * ports. `--events 2000` sends so many, `--pause 2` ms apart; `--clients 50` connects so many, each of which hears all.
 *
 * What is measured: from `publish` in the one process to the listener of the client in the other. Report the machine and
 * versions with the figures: docs/performance.md.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { io, type Socket } from 'socket.io-client'
import { openChannel } from '../src/live/channel/index.ts'
import { startLive } from '../src/live/index.ts'
import type { ProgressRows, ScanProgress } from '../src/scan/ports/progress.ts'
import { startPostgres, startRedis } from '../test/support/servers/servers.ts'

type Place = { redisUrl: string | null; databaseUrl: string | null }

const SCAN = '00000000-0000-4000-8000-000000000001'
const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '2000' },
    pause: { type: 'string', default: '2' },
    clients: { type: 'string', default: '10' },
    /** Set for the processes that this one starts: what each is, and where the servers are. */
    as: { type: 'string' },
    place: { type: 'string' },
  },
})
const [events, pauseMs, clients] = [values.events, values.pause, values.clients].map(Number) as [number, number, number]

/** ms since 1970, finer than `Date.now`; on one machine the same in all processes, to some hundredths. */
const now = () => performance.timeOrigin + performance.now()
const log = {
  info() {},
  warn: (facts: object, words: string) => process.stderr.write(`${words} ${JSON.stringify(facts)}\n`),
}

const moment = (progress: number, message: string): ScanProgress => ({
  ...{ scanId: SCAN, kind: 'change', repositoryId: 1, token: 1, status: 'running', phase: 'Parse', progress, message },
  ...{ filesProcessed: 100, totalFiles: 200, timestamp: new Date().toISOString(), result: null, error: null },
})

// ── the processes ───────────────────────────────────────────────────────────────────────────────────────────────────

/** Serves whoever connects; in the mode of one process it publishes too. */
async function serveProgress(place: Place): Promise<void> {
  const state = moment(0, '')
  const there = { installationId: 1n, repositoryId: 1n }
  const rows: ProgressRows = {
    scan: async () => state,
    openScans: async () => [state],
    states: async () => [],
    placeOf: async () => there,
    places: async () => [there],
  }
  const server = createServer()
  const channel = openChannel({ ...place, appId: 1, log })
  const reader = {
    actor: 'bench',
    name: 'bench',
    grants: [{ scopes: ['read'], installationId: 1n, repositoryIds: [] }],
  } as const
  startLive({
    ...{ server, channel, rows, log, limits: { ofReader: clients, arriving: clients, asks: clients } },
    measures: { liveConnections() {}, liveRooms() {}, liveSent() {}, liveRefused() {} },
    identify: async () => reader,
    address: () => 'bench',
    origins: { publicUrl: null, others: [] },
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  process.send?.((server.address() as AddressInfo).port)
  if (place.redisUrl === null && place.databaseUrl === null)
    process.once('message', () => void publishAll(channel.publish))
}

async function scanForEver(place: Place): Promise<void> {
  const channel = openChannel({ ...place, appId: 1, log })
  await sleep(500)
  process.send?.('ready')
  process.once('message', () => void publishAll(channel.publish))
}

async function publishAll(publish: (progress: ScanProgress) => void): Promise<void> {
  for (let n = 0; n < events; n++) {
    publish(moment(50, String(now())))
    await sleep(pauseMs)
  }
  publish({
    ...moment(100, ''),
    status: 'completed',
    result: { status: 'success', artifactsCreated: 0, durationMs: 1 },
  })
}

// ── the measurement ─────────────────────────────────────────────────────────────────────────────────────────────────

function start(as: 'server' | 'scanner', place: Place): ChildProcess {
  const args = ['--as', as, '--place', JSON.stringify(place), '--events', `${events}`, '--pause', `${pauseMs}`]
  return fork(fileURLToPath(import.meta.url), [...args, '--clients', `${clients}`], { execArgv: process.execArgv })
}

async function measure(name: string, place: Place): Promise<void> {
  const server = start('server', place)
  const [port] = await once(server, 'message')
  const apart = place.redisUrl !== null || place.databaseUrl !== null
  const scanner = apart ? start('scanner', place) : server
  if (apart) await once(scanner, 'message')
  const took: number[] = []
  const sockets = await Promise.all(Array.from({ length: clients }, () => connect(`http://127.0.0.1:${port}/ws`, took)))
  const ends = sockets.map((socket) => new Promise((resolve) => socket.once(`scan:${SCAN}:complete`, resolve)))
  scanner.send('go')
  await Promise.all(ends)
  for (const socket of sockets) socket.disconnect()
  for (const child of new Set([server, scanner])) child.kill()
  const sorted = took.sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]?.toFixed(2)
  process.stdout.write(`| ${name} | ${took.length} of ${events * clients} | ${at(0.5)} | ${at(0.99)} | ${at(1)} |\n`)
}

async function connect(url: string, took: number[]): Promise<Socket> {
  const socket = io(url, { transports: ['websocket'], forceNew: true, auth: { token: 'bench' } })
  await once(socket as never, 'connect')
  socket.on(`scan:${SCAN}:progress`, ({ message }: { message: string }) => took.push(now() - Number(message)))
  const { ok } = await socket.emitWithAck('subscribe', { scan: SCAN })
  if (!ok) throw new Error('The client was refused.')
  return socket
}

async function bench(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'rosie-guard-bench-'))
  const [postgres, redis] = [await startPostgres(folder), await startRedis(folder)]
  try {
    process.stdout.write(
      `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}; ${clients} clients, an event every ${pauseMs} ms\n\n` +
        '| channel | heard | p50 ms | p99 ms | most ms |\n| --- | ---: | ---: | ---: | ---: |\n',
    )
    await measure('in the process', { redisUrl: null, databaseUrl: null })
    if (postgres) await measure('PostgreSQL', { redisUrl: null, databaseUrl: postgres.url })
    if (redis) await measure('Redis', { redisUrl: redis.url, databaseUrl: null })
  } finally {
    await Promise.all([postgres?.stop(), redis?.stop()])
    await rm(folder, { recursive: true, force: true })
  }
}

const place = JSON.parse(values.place ?? 'null') as Place
if (values.as === 'server') await serveProgress(place)
else if (values.as === 'scanner') await scanForEver(place)
else await bench()
