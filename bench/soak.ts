/**
 * `npm run soak`: mixed work with faults, against two web and two worker processes with a PostgreSQL and a Redis of their own.
 * Every fifth answer of GitHub fails or gets lost all the time, and one thing after the other breaks (fault-plan.ts). Then
 * the faults end, and once all is quiet each head must have its verdict, once, and no delivery may be missing.
 *
 *     npm run soak -- --seconds 60 --seed 1 --repositories 8
 *     npm run soak -- --seeds 10                                writes docs/reliability.md
 *
 * Ends with 1 where anything was lost or is there twice, and says what.
 */
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Cluster } from '../test/support/cluster.ts'
import { early, type Judgement, type Limit, settle } from '../test/support/ledger.ts'
import { People, type Place } from '../test/support/people.ts'
import { breakThings } from './fault-plan.ts'
import { work } from './mixed-load.ts'
import { reliabilityPage, type Soaked } from './reliability-page.ts'

/** How many of GitHub's answers fail: half before, half after the request was applied. */
const FAILING = 0.2
/** Between two things that somebody does in one repository, on average; ms. */
const ACT_EVERY = 1_200
/** How long it may take until all is quiet after the faults, and from when on it is told what took so long; ms. */
const QUIET_WITHIN = 300_000
const LATE = 30_000
/** From the answer that told an installation to wait until its other processes must have heard of it; ms. */
const HEARD_WITHIN = 500

const { seconds, seed, seeds, repositories } = options()
let running: Cluster | null = null
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void running?.close().finally(() => process.exit(1)))
const soaked: Soaked[] = []
for (let n = 0; n < seeds; n++) soaked.push(await soak(seed + n))
if (seeds > 1)
  writeFileSync(new URL('../docs/reliability.md', import.meta.url), reliabilityPage(soaked, seconds, repositories))
const failed = soaked.filter(({ lost, duplicates }) => lost + duplicates > 0)
process.stdout.write(`\n${soaked.length} runs, ${failed.length} of them with something lost or twice\n`)
process.exit(failed.length > 0 ? 1 : 0)

function options() {
  const option = (name: string, standard: number) => ({
    type: 'string' as const,
    default: process.env[`SOAK_${name}`] ?? String(standard),
  })
  const { values } = parseArgs({
    options: {
      seconds: option('SECONDS', 60),
      seed: option('SEED', 1),
      seeds: option('SEEDS', 1),
      repositories: option('REPOSITORIES', 8),
    },
  })
  const number = (name: keyof typeof values) => {
    const value = Number(values[name])
    if (Number.isInteger(value) && value > 0) return value
    throw new Error(`--${name} must be a whole number above 0.`)
  }
  return {
    seconds: number('seconds'),
    seed: number('seed'),
    seeds: number('seeds'),
    repositories: number('repositories'),
  }
}

async function soak(seed: number): Promise<Soaked> {
  process.stdout.write(
    `\nseed ${seed}: two web and two worker processes start, ${seconds} s of work and faults follow\n`,
  )
  // A Redis that comes back empty is another case than one that remembers what was.
  const cluster = await Cluster.start({ appendOnly: seed % 2 === 0 })
  running = cluster
  try {
    const people = new People(cluster)
    const places = await Promise.all(
      Array.from({ length: repositories }, (_, n) => people.place(`owner-${n % Math.ceil(repositories / 2)}`)),
    )
    await settle(cluster, people.ledger, QUIET_WITHIN)
    const limits: Limit[] = []
    const acts = new Map<string, number>()
    cluster.github.failAtRandom(FAILING, seed)
    const until = Date.now() + seconds * 1000
    const begun = Date.now()
    const faults = await workAndBreak(cluster, people, places, { seed, until, limits, acts })
    cluster.github.failAtRandom(0, 0)
    const worked = Date.now()
    const { judgement, quietAfter, last } = await settle(cluster, people.ledger, QUIET_WITHIN)
    const run = figures({ cluster, people, limits, faults, acts, judgement, seed, begun, worked, quietAfter })
    print(run, judgement, cluster)
    if (quietAfter === null || quietAfter > LATE) for (const fact of last) process.stdout.write(`  LAST ${fact}\n`)
    return run
  } finally {
    await cluster.close()
  }
}

async function workAndBreak(
  cluster: Cluster,
  people: People,
  places: readonly Place[],
  { seed, until, limits, acts }: { seed: number; until: number; limits: Limit[]; acts: Map<string, number> },
): Promise<Map<string, number>> {
  const [faults] = await Promise.all([
    breakThings(cluster, seed, until, limits),
    ...places.map((place, n) => work(people, place, seed * 1000 + n, ACT_EVERY, until, acts)),
  ])
  return faults
}

interface Run {
  cluster: Cluster
  people: People
  limits: Limit[]
  faults: Map<string, number>
  acts: Map<string, number>
  judgement: Judgement
  seed: number
  /** When the faults began and ended; ms since 1970. */
  begun: number
  worked: number
  quietAfter: number | null
}

function figures({ cluster, people, limits, faults, acts, judgement, seed, begun, worked, quietAfter }: Run): Soaked {
  const { github, balancer, replicas } = cluster
  const checks = github.repositories.flatMap(({ checks }) => checks.all)
  const { deliveries } = github
  const requests = github.requests.filter(({ at }) => at.getTime() >= begun && at.getTime() < worked)
  return {
    seed,
    seconds: Math.round((worked - begun) / 1000),
    acts,
    heads: people.ledger.heads.length,
    deliveries: new Set(deliveries.map(({ guid }) => guid)).size,
    redelivered: deliveries.filter(({ redelivery }) => redelivery).length,
    dropped: balancer.fates.dropped,
    unanswered: balancer.fates.unanswered,
    refused: deliveries.filter(({ statusCode }) => statusCode === 503).length,
    checks: checks.filter(({ status }) => status === 'completed').length,
    superseded: checks.filter(({ conclusion }) => conclusion === 'cancelled').length,
    comments: github.repositories.reduce((sum, { allComments }) => sum + allComments.all.length, 0),
    requests: requests.length,
    failedAnswers: requests.filter(({ status }) => status >= 500 || status === 0).length,
    early: early(github.requests, limits, HEARD_WITHIN).length,
    faults,
    deaths: replicas.reduce((sum, { deaths }) => sum + deaths.length, 0),
    lost: judgement.lost.length,
    duplicates: judgement.duplicates.length,
    quietAfter,
  }
}

function print(run: Soaked, { lost, duplicates }: Judgement, cluster: Cluster): void {
  const line = (what: string, value: unknown) => process.stdout.write(`  ${what.padEnd(40)} ${value}\n`)
  const list = (counts: ReadonlyMap<string, number>) =>
    [...counts]
      .sort()
      .map(([what, count]) => `${what} ${count}`)
      .join(', ')
  line('work and faults', `${run.seconds} s`)
  line('what people did', list(run.acts))
  line('what broke', list(run.faults))
  line('deliveries in', run.deliveries)
  line('… dropped, unanswered, refused with 503', `${run.dropped}, ${run.unanswered}, ${run.refused}`)
  line('… sent again', run.redelivered)
  line('requests to GitHub meanwhile', `${run.requests}, of which ${run.failedAnswers} failed or got no answer`)
  line('… before their time', run.early)
  line('heads', run.heads)
  line('checks completed', `${run.checks}, of which ${run.superseded} cancelled`)
  line('comments', run.comments)
  line('processes that ended by themselves', run.deaths)
  line(
    'quiet after',
    run.quietAfter === null ? `never, within ${QUIET_WITHIN / 1000} s` : `${(run.quietAfter / 1000).toFixed(1)} s`,
  )
  line('lost', run.lost)
  line('duplicates', run.duplicates)
  for (const fact of lost) process.stdout.write(`  LOST ${fact}\n`)
  for (const fact of duplicates) process.stdout.write(`  TWICE ${fact}\n`)
  const late = (run.quietAfter ?? QUIET_WITHIN) > LATE
  if (lost.length + duplicates.length + run.deaths + run.early === 0 && !late) return
  const file = join(tmpdir(), `soak-${run.seed}-${process.pid}.log`)
  const requests = cluster.github.requests.map(
    ({ at, installation, method, path, status, body }) =>
      `github ${JSON.stringify({ time: at.getTime(), installation, method, path, status, body: JSON.stringify(body)?.slice(0, 300) })}`,
  )
  writeFileSync(file, `${cluster.log()}\n${requests.join('\n')}\n`)
  process.stdout.write(`  what the processes wrote, and what they asked: ${file}\n`)
}
