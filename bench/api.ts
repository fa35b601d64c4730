/**
 * `npm run bench:api`: how soon the REST interface answers, on a real PostgreSQL that is started here on a free port: 200
 * repositories, 100,000 artifacts, a fifth of them in one repository, and 1,000,000 findings. Two of the repositories are
 * really scanned, from memory; the others are copies of the smaller one's rows. The built app is one process (`ROLE=web`), the
 * questions come from this one, so many a second whatever the answers take (`--rate 200`), for each resource in turn (`--seconds
 * 3`). `--only matrix` asks only what has that in its name, and may be given several times; `--keep URL` seeds a database that
 * stays there, or reads one that was seeded, so that the seed need not be waited for again.
 *
 * Report the machine and versions with the figures: docs/performance.md.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { newKey } from '../src/access/api-key.ts'
import { ApiKeys } from '../src/store/api-keys.ts'
import { type Database, openDatabase } from '../src/store/database.ts'
import { migrate } from '../src/store/migrate.ts'
import { type RunningApp, startApp } from '../test/support/app.ts'
import { GitHub } from '../test/support/github/index.ts'
import { startPostgres } from '../test/support/servers/servers.ts'
import { INSTALLATION, LARGE, REPOSITORIES, seed } from './api-seed.ts'

/** Each may ask 600 times a minute. */
const KEYS = 60
const DEEP = 0.6
const WARMING_SECONDS = 1

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '3' },
    only: { type: 'string', multiple: true, default: [''] },
    keep: { type: 'string' },
  },
})
const [rate, seconds] = [Number(values.rate), Number(values.seconds)]
const isWanted = (name: string) => values.only.some((part) => name.includes(part))

async function bench(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'rosie-guard-bench-'))
  const postgres = values.keep ? null : await startPostgres(folder, { fsync: true })
  const url = values.keep ?? postgres?.url
  if (!url) throw new Error('PostgreSQL is not installed.')
  const database = await openDatabase({ url })
  const github = await GitHub.start()
  try {
    await migrate(database)
    if ((await database.client.repository.count()) === 0) await seed(database)
    const keys = await keysIn(database)
    const environment = { ...github.environment, DATABASE_URL: url, ROLE: 'web', LOG_LEVEL: 'error' }
    await tell(database)
    const app = await startApp({ environment })
    try {
      await measure(app, keys, database)
    } finally {
      await app.remove()
    }
  } finally {
    await github.close()
    await database.close()
    await postgres?.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function tell({ client }: Database): Promise<void> {
  const [row] = await client.$queryRaw<Record<string, string>[]>`
    SELECT current_setting('server_version') AS version, (SELECT count(*) FROM repository)::text AS repositories,
      (SELECT count(*) FROM artifact)::text AS artifacts, (SELECT count(*) FROM finding)::text AS findings,
      (SELECT count(*) FROM trace_edge)::text AS edges, (SELECT count(*) FROM scan)::text AS scans,
      pg_size_pretty(pg_database_size(current_database())) AS size`
  process.stdout.write(`${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, PostgreSQL ${row?.version}\n`)
  process.stdout.write(`${JSON.stringify({ ...row, version: undefined })}\n`)
}

// ── who asks ────────────────────────────────────────────────────────────────────────────────────────────────────────

async function keysIn(database: Database): Promise<string[]> {
  const keys = Array.from({ length: KEYS }, newKey)
  const store = new ApiKeys(database)
  const wanted = { scopes: ['admin' as const], expiresAt: null, installationId: INSTALLATION, repositoryIds: [] }
  for (const [n, key] of keys.entries()) await store.create(key, { ...wanted, name: `bench ${n}` }, 'bench')
  return keys
}

// ── the questions ───────────────────────────────────────────────────────────────────────────────────────────────────

/** Below `/api/v1`; another each time. */
type Question = () => string

const anyOf = <Item>(items: readonly Item[]): Item => items[Math.floor(Math.random() * items.length)] as Item
const number = (most: number) => String(Math.floor(Math.random() * most)).padStart(5, '0')
/** Around what is answered where none is named; mostly what nobody has asked for yet, so that kept answers are the exception. */
const limit = () => `limit=${20 + Math.floor(Math.random() * 21)}`

/** Lists of one repository: of each its first page is asked for in any repository, and a deep one in the large one. */
const LISTS = [
  ...[
    'requirements',
    'user-stories',
    'specifications',
    'evidence',
    'artifacts',
    'annotations',
    'findings',
    'scans',
    'risks',
  ],
  ...['traceability/broken', 'compliance/audit-trail'],
]
const FILTERED = [
  ...['requirements?risk=HIGH', 'requirements?q=number', 'evidence?tier=OQ', 'evidence?parent=SPEC-00042'],
  ...['findings?severity=error', 'findings?rule=evidence/stale', 'annotations?id=SPEC-00042'],
]

async function questions(ask: Ask, { client }: Database): Promise<Record<string, Question>> {
  const any = () => `/repositories/${1 + Math.floor(Math.random() * REPOSITORIES)}`
  const large = `/repositories/${LARGE}`
  const withLimit = (path: string) => `${path}${path.includes('?') ? '&' : '?'}${limit()}`
  const artifacts = await client.artifact.findMany({ take: 5_000, select: { id: true, repositoryId: true } })
  const scans = await client.scan.findMany({ select: { id: true } })
  const products = await client.product.findMany({ select: { id: true } })
  const artifact = () => {
    const { id, repositoryId } = anyOf(artifacts)
    return `/repositories/${repositoryId}/artifacts/${id}`
  }
  const asked: Record<string, Question> = {
    repositories: () => withLimit('/repositories'),
    'all scans': () => withLimit('/scans'),
    'findings of a scan': () => withLimit(`/scans/${anyOf(scans).id}/findings`),
    'audit events': () => withLimit('/audit-events'),
    'webhook deliveries': () => withLimit('/webhook-deliveries'),
    installations: () => '/installations',
    'API keys': () => withLimit('/api-keys'),
    manufacturers: () => withLimit('/manufacturers'),
    products: () => withLimit('/products'),
    'a product, aggregated': () => `/products/${anyOf(products).id}`,
    'a job': () => `/jobs/${anyOf(scans).id}`,
    'statistics of jobs': () => '/jobs/stats',
    'who asks': () => '/me',
    'the system context': () => `${any()}/system-context`,
    'an evidence': () => `${large}/evidence/EV-${number(4_998)}`,
    'a repository': any,
    'a scan': () => `/scans/${anyOf(scans).id}`,
    'a requirement': () => `${large}/requirements/REQ-${number(2_500)}`,
    'a specification': () => `${large}/specifications/SPEC-${number(5_000)}`,
    'an artifact': artifact,
    "an artifact's history": () => `${artifact()}/history`,
    'a chain up': () => `${large}/traceability/chain/SPEC-${number(5_000)}`,
    'a chain down': () => `${large}/traceability/chain/REQ-${number(2_500)}?direction=down`,
    'a proof': () => `${large}/traceability/proof/REQ-${number(2_500)}`,
    'the score': () => `${any()}/compliance/score`,
    'the risk register': () => `${any()}/risk/register`,
    'the risk assessment': () => `${any()}/risk/assessment`,
  }
  for (const list of LISTS) asked[`${list}, first page`] = () => withLimit(`${any()}/${list}`)
  for (const list of FILTERED) asked[list] = () => withLimit(`${any()}/${list}`)
  for (const [name, list] of [
    ...LISTS.map((each) => [each, `${large}/${each}`] as const),
    ['repositories', '/repositories'] as const,
    ['all scans', '/scans'] as const,
    ['webhook deliveries', '/webhook-deliveries'] as const,
  ]) {
    const cursors = await deepCursors(ask, list)
    if (cursors.length > 0) asked[`${name}, deep`] = () => `${withLimit(list)}&cursor=${anyOf(cursors)}`
  }
  return asked
}

/** The last two fifths of the cursors on the way to the end of a list; of a list of one page none. */
async function deepCursors(ask: Ask, list: string): Promise<string[]> {
  const cursors: string[] = []
  for (let cursor: string | null = null; cursors.length < 100; cursors.push(cursor)) {
    const { body } = await ask(`${list}?limit=100${cursor === null ? '' : `&cursor=${cursor}`}`)
    cursor = (JSON.parse(body.toString()) as { next: string | null }).next
    if (cursor === null) break
  }
  return cursors.slice(Math.floor(cursors.length * DEEP))
}

// ── measuring ───────────────────────────────────────────────────────────────────────────────────────────────────────

interface Answer {
  status: number
  etag: string
  body: Buffer
  ms: number
}
type Ask = (path: string, headers?: Record<string, string>) => Promise<Answer>

async function measure(app: RunningApp, keys: readonly string[], database: Database): Promise<void> {
  const ask = asking(app, keys)
  const asked = Object.entries(await questions(ask, database)).filter(([name]) => isWanted(name))
  row('asked', 'answers', 'other than 200', 'median', 'p95', 'slowest')
  const all: number[] = []
  for (const [name, question] of asked) {
    // What nobody has asked for since the start is compiled first.
    await atRate(() => ask(question()), WARMING_SECONDS)
    const answers = await atRate(() => ask(question()))
    all.push(...answers.map(({ ms }) => ms))
    tellTimes(name, answers)
  }
  if (isWanted('matrix')) await matrix(ask)
  row('all', String(all.length), '', ...timesOf(all))
}

/** The large repository's, as a whole, and once it is known. */
async function matrix(ask: Ask): Promise<void> {
  const path = `/repositories/${LARGE}/traceability/matrix`
  const plain = []
  for (let n = 0; n < 20; n++) plain.push(await ask(path))
  tellTimes(`the matrix, ${plain[0]?.body.length} bytes`, plain)
  const zipped = []
  for (let n = 0; n < 20; n++) zipped.push(await ask(path, { 'accept-encoding': 'gzip' }))
  tellTimes(`the matrix, ${zipped[0]?.body.length} bytes of gzip`, zipped)
  const known = []
  for (let n = 0; n < 100; n++) known.push(await ask(path, { 'if-none-match': plain[0]?.etag ?? '' }))
  tellTimes('the matrix, known (304)', known)
}

/** One after the other at even distances, without waiting for answers. */
async function atRate(ask: () => Promise<Answer>, during = seconds): Promise<Answer[]> {
  const answers: Promise<Answer>[] = []
  const begun = performance.now()
  for (let n = 0; n < rate * during; n++) {
    const early = begun + (n * 1_000) / rate - performance.now()
    if (early > 0) await sleep(early)
    answers.push(ask())
  }
  return Promise.all(answers)
}

function asking(app: RunningApp, keys: readonly string[]): Ask {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  let turn = 0
  return (path, more = {}) =>
    new Promise((resolve, reject) => {
      const begun = performance.now()
      const headers = { authorization: `Bearer ${keys[turn++ % keys.length]}`, ...more }
      const asked = request(`${app.url}/api/v1${path}`, { agent, headers }, (answer) => {
        const parts: Buffer[] = []
        answer.on('data', (part: Buffer) => parts.push(part))
        answer.on('end', () => {
          const { statusCode: status = 0, headers: told } = answer
          resolve({ status, etag: told.etag ?? '', body: Buffer.concat(parts), ms: performance.now() - begun })
        })
        answer.on('error', reject)
      })
      asked.on('error', reject)
      asked.end()
    })
}

function tellTimes(name: string, answers: readonly Answer[]): void {
  const other = answers.filter(({ status }) => status !== 200).map(({ status }) => status)
  const counts = [...new Set(other)].map((status) => `${other.filter((each) => each === status).length} × ${status}`)
  row(name, String(answers.length), counts.join(', '), ...timesOf(answers.map(({ ms }) => ms)))
}

function timesOf(times: readonly number[]): [string, string, string] {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1)
  return [at(0.5), at(0.95), at(1)]
}

const row = (...cells: [string, ...string[]]) => {
  const [name, ...numbers] = cells
  process.stdout.write(`${name.padEnd(44)}${numbers.map((cell) => cell.padStart(15)).join('')}\n`)
}

await bench()
