/**
 * `npm run bench:load`: what load costs, on a real PostgreSQL, and once more with Redis, both started here on free ports. The
 * built app is one process (`ROLE=all`), the stand-in GitHub another one. `--only A` (or B, C)
 * measures one of these, `--queue redis` (or postgresql) with one of the queues:
 *
 * - A: 500 webhooks within 5 s, each a push of a commit of its own, to 20 repositories: how soon each is acknowledged, and
 *   when all scans are done. The repositories belong to ten owners, since GitHub lets an installation create 80 check runs a
 *   minute.
 * - B: a scan of what changed, from the webhook to the completed check run, where GitHub answers after 50 ms.
 * - C: the first scan of 20,000 artifacts, a quarter of them signed evidence: time, requests, peak memory.
 *
 * Report the machine and versions with the figures: docs/performance.md.
 */
import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { specification } from '../test/e2e/record.ts'
import { type RunningApp, startApp } from '../test/support/app.ts'
import { startPostgres, startRedis } from '../test/support/servers/servers.ts'
import { type Change, now, type Prepared, type Pushed, type RemoteStandIn, startStandIn } from './stand-in.ts'

const BURST = { each: 25, everyMs: 10, owners: 10 }
const SIZES = [
  { artifacts: 300, files: 2_000 },
  { artifacts: 3_000, files: 20_000 },
]
const FIRST = { artifacts: 20_000 }
/** Of each answer of GitHub; ms. */
const DELAY = 50
const TIMEOUT_MS = 300_000

interface Bench {
  standIn: RemoteStandIn
  app: RunningApp
}

type Table = (string | number)[][]

const MEASUREMENTS: Record<string, () => Promise<void>> = { A: burst, B: changes, C: first }

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    queue: { type: 'string' },
    repeats: { type: 'string', default: '15' },
    repositories: { type: 'string', default: '20' },
  },
})
/** Of A; 25 webhooks each, so that fewer take less time to prepare. */
const repositories = Number(values.repositories)
const repeats = Number(values.repeats)
let postgresUrl = ''
let redisUrl: string | null = null
let databases = 0

async function bench(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'rosie-guard-bench-'))
  const [postgres, redis] = [await startPostgres(folder, { fsync: true }), await startRedis(folder)]
  try {
    if (!postgres) throw new Error('PostgreSQL is not installed.')
    postgresUrl = postgres.url
    process.stdout.write(`${await machine(redis !== null)}\n`)
    if (values.queue !== 'redis') await measureAll('The queue in PostgreSQL')
    redisUrl = redis?.url ?? null
    if (values.queue !== 'postgresql' && redisUrl) await measureAll('The queue in Redis')
  } finally {
    await Promise.all([postgres?.stop(), redis?.stop()])
    await rm(folder, { recursive: true, force: true })
  }
}

async function measureAll(title: string): Promise<void> {
  process.stdout.write(`\n## ${title}\n`)
  for (const [name, measure] of Object.entries(MEASUREMENTS)) {
    if (values.only === undefined || values.only === name) await measure()
  }
}

/** The app on a database of its own, beside a GitHub of its own. */
async function onStage(measure: (bench: Bench) => Promise<void>): Promise<void> {
  const standIn = await startStandIn()
  const environment = {
    ...(await standIn.environment()),
    LOG_LEVEL: 'error',
    DATABASE_URL: await newDatabase(),
    ...(redisUrl && { REDIS_URL: redisUrl }),
    ...(process.env.BENCH_NODE_OPTIONS && { NODE_OPTIONS: process.env.BENCH_NODE_OPTIONS }),
  }
  const app = await startApp({ environment })
  await standIn.tellsOfChecks(`${app.url}/api/github/webhooks`)
  try {
    await measure({ standIn, app })
  } catch (error) {
    process.stderr.write(app.log())
    throw error
  } finally {
    await app.remove()
    await standIn.close()
  }
}

async function newDatabase(): Promise<string> {
  const name = `bench_${++databases}`
  const client = new pg.Client({ connectionString: postgresUrl })
  await client.connect()
  await client.query(`CREATE DATABASE ${name}`)
  await client.end()
  return new URL(`/${name}`, postgresUrl).href
}

// ── A: many at once ─────────────────────────────────────────────────────────────────────────────────────────────────

async function burst(): Promise<void> {
  await onStage(async ({ standIn, app }) => {
    const { each, everyMs, owners } = BURST
    const [webhooks, ms] = [each * repositories, everyMs * each * repositories]
    const pushes: Pushed[][] = []
    for (let n = 0; n < repositories; n++) {
      const repository = await standIn.repository(`owner-${n % owners}`, `part-${n}`, 30, 100)
      await scanned(standIn, app, await standIn.pushTip(repository))
      pushes.push(
        await standIn.push(
          repository,
          Array.from({ length: each }, (_, k) => changeOf(`change-${k}`, k)),
        ),
      )
    }
    const inTurn = Array.from({ length: each }, (_, k) => pushes.flatMap((of) => of[k] ?? [])).flat()
    await sleep(2_000)
    await standIn.standBack()
    await standIn.delay(DELAY)
    await standIn.reset()
    const started = now()
    const done = standIn.completed(heads(inTurn), TIMEOUT_MS)
    const answers = inTurn.map(async ({ deliveries }, n) => {
      await sleep(started + n * everyMs - now())
      return post(app, deliveries.filter(({ headers }) => headers['x-github-event'] === 'push')[0])
    })
    const times = (await Promise.all(answers)).sort((a, b) => a - b)
    const seconds = ((await done) - started) / 1000
    print(
      `A: ${webhooks} webhooks in ${ms / 1000} s, ${repositories} repositories, ${DELAY} ms an answer of GitHub`,
      [
        ['acknowledged, median', `${quantile(times, 0.5).toFixed(1)} ms`],
        ['acknowledged, p99', `${quantile(times, 0.99).toFixed(1)} ms`],
        ['acknowledged, slowest', `${(times.at(-1) ?? 0).toFixed(1)} ms`],
        ['all scans done after', `${seconds.toFixed(1)} s`],
        ['check runs', words(await standIn.conclusions(heads(inTurn)))],
        ...Object.entries(await standIn.requests()).map(([route, count]) => [`\`${route}\``, count]),
      ],
      ['', ''],
    )
  })
}

// ── B: what changed ─────────────────────────────────────────────────────────────────────────────────────────────────

async function changes(): Promise<void> {
  const table: Table = []
  await onStage(async ({ standIn, app }) => {
    for (const { artifacts, files } of SIZES) {
      const repository = await standIn.repository(`owner-${files}`, 'pump', artifacts, files)
      await scanned(standIn, app, await standIn.pushTip(repository))
      await standIn.delay(DELAY)
      const push = async (change: Change) => (await standIn.push(repository, [change]))[0]
      const kinds: Record<string, (n: number) => Promise<Pushed | undefined>> = {
        'push to the default branch': (n) => push(changeOf('main', n)),
        'push to another branch': (n) => push(changeOf(`change-${n}`, n + repeats)),
        'pull request': (n) => standIn.pull(repository, changeOf(`pull-${n}`, n + 2 * repeats)),
      }
      for (const [what, act] of Object.entries(kinds)) {
        const times: number[] = []
        const requests: number[] = []
        const before = await cpuMs(app)
        for (let n = 0; n < repeats; n++) {
          const pushed = await act(n)
          if (!pushed) throw new Error('nothing was pushed')
          await standIn.reset()
          times.push(await scanned(standIn, app, pushed))
          // What follows the check run: its row completed, comments.
          await sleep(400)
          requests.push(sum(await standIn.requests()))
        }
        const inOrder = times.toSorted((a, b) => a - b)
        table.push([
          what,
          artifacts,
          files,
          [...new Set(requests)].sort().join(' or '),
          Math.round(quantile(inOrder, 0.5)),
          Math.round(inOrder.at(-1) ?? 0),
          Math.round(((await cpuMs(app)) - before) / repeats),
        ])
      }
      await standIn.delay(0)
    }
  })
  const columns = ['scan', 'artifacts', 'files', 'GitHub requests', 'ms (median)', 'ms (slowest)', "app's CPU ms"]
  print(`B: one artifact changed, ${DELAY} ms an answer of GitHub, ${repeats} runs each`, table, columns)
}

// ── C: a first scan ─────────────────────────────────────────────────────────────────────────────────────────────────

async function first(): Promise<void> {
  await onStage(async ({ standIn, app }) => {
    const repository = await standIn.signedRepository('acme', 'plant', FIRST.artifacts)
    const push = await standIn.pushTip(repository)
    await standIn.standBack()
    await standIn.delay(DELAY)
    await standIn.reset()
    const idle = await peakMb(app)
    const seconds = (await scanned(standIn, app, push)) / 1000
    const [requests, peak] = [await standIn.requests(), await peakMb(app)]
    print(
      `C: first scan of ${FIRST.artifacts} artifacts, ${DELAY} ms an answer of GitHub`,
      [
        ['time', `${seconds.toFixed(1)} s`],
        ['GitHub requests', sum(requests)],
        ...Object.entries(requests).map(([route, count]) => [`\`${route}\``, count]),
        ['peak memory', `${peak} MB (before: ${idle} MB)`],
        ['check runs', words(await standIn.conclusions([push.head]))],
      ],
      ['', ''],
    )
  })
}

/** What the process has taken so far, threads included. `CLK_TCK` is 100 on every Linux. */
async function cpuMs({ pid }: RunningApp): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
  return (Number(user) + Number(system)) * 10
}

/** Of the whole process so far, threads included. */
async function peakMb({ pid }: RunningApp): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Math.round(Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) / 1024)
}

// ── shared ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** One specification says something else. */
const changeOf = (branch: string, n: number): Change => ({
  branch,
  files: { '.gxp/specs/SPEC-0001.md': specification('SPEC-0001', 'US-0001', `Version ${n}`) },
})

const heads = (pushes: readonly Pushed[]) => pushes.map(({ head }) => head)

/** Tells of a push and waits for the completed check run. Answers how long that took, in ms. */
async function scanned(standIn: RemoteStandIn, app: RunningApp, { head, deliveries }: Pushed): Promise<number> {
  const done = standIn.completed([head], TIMEOUT_MS)
  const started = now()
  await Promise.all(deliveries.map((delivery) => post(app, delivery)))
  return (await done) - started
}

const agent = new Agent({ keepAlive: true })

/** Answers after how many ms a delivery was acknowledged; throws where it was not stored. */
function post({ url }: RunningApp, delivery: Prepared | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    if (!delivery) throw new Error('nothing to deliver')
    const started = now()
    const asked = request(`${url}/api/github/webhooks`, { method: 'POST', agent, headers: delivery.headers })
    asked.once('error', reject)
    asked.once('response', (answer) => {
      answer.resume()
      answer.once('end', () => {
        if (answer.statusCode === 202) resolve(now() - started)
        else reject(new Error(`a delivery was answered ${answer.statusCode}`))
      })
    })
    asked.end(delivery.body)
  })
}

/** Of values in ascending order. */
const quantile = (values: readonly number[], share: number) =>
  values[Math.min(values.length - 1, Math.ceil(values.length * share) - 1)] ?? 0

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((total, count) => total + count, 0)

const words = (counts: Record<string, number>) =>
  Object.entries(counts)
    .map(([word, count]) => `${count} ${word}`)
    .join(', ')

function print(title: string, rows: Table, columns: string[]): void {
  const line = (cells: Table[number]) => `| ${cells.join(' | ')} |\n`
  process.stdout.write(`\n${title}\n\n${line(columns)}${line(columns.map(() => '---'))}${rows.map(line).join('')}`)
}

async function machine(withRedis: boolean): Promise<string> {
  const client = new pg.Client({ connectionString: postgresUrl })
  await client.connect()
  const { rows } = await client.query<{ server_version: string }>('SHOW server_version')
  await client.end()
  const redis = withRedis ? execFileSync('redis-server', ['--version'], { encoding: 'utf8' }) : ''
  const versions = [`Node ${process.version}`, `PostgreSQL ${rows[0]?.server_version}`]
  if (redis) versions.push(`Redis ${/v=(\S+)/.exec(redis)?.[1]}`)
  return `${cpus().length} × ${cpus()[0]?.model}, ${versions.join(', ')}`
}

await bench()
