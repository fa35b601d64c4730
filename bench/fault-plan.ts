/** What goes wrong during a soak: one thing after the other, every kind in each round, in an order that a seed decides. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { Cluster, Replica } from '../test/support/cluster.ts'
import { randomNumbers } from '../test/support/github/faults.ts'
import type { Limit } from '../test/support/ledger.ts'

export interface Plan {
  cluster: Cluster
  next: () => number
  /** Secondary limits that were armed. */
  limits: Limit[]
}

/** Each ends with what it broke at work again. */
const FAULTS: Record<string, (plan: Plan) => Promise<unknown>> = {
  'a worker killed': async (plan) => killed(plan, [one(plan, plan.cluster.workers)]),
  'both workers killed': async (plan) => killed(plan, plan.cluster.workers),
  'a worker stopped': async (plan) => {
    const worker = one(plan, plan.cluster.workers)
    await worker.stop()
    await worker.start()
  },
  'a web process killed': async (plan) => killed(plan, [one(plan, plan.cluster.webs)]),
  'both web processes killed': async (plan) => killed(plan, plan.cluster.webs),
  'Redis emptied': ({ cluster }) => emptied(cluster.redis.url),
  'Redis killed': async (plan) => {
    await plan.cluster.redis.kill()
    await sleep(seconds(plan, 0, 3))
    await plan.cluster.redis.start()
  },
  'PostgreSQL restarted': async (plan) => {
    await plan.cluster.postgres.stop()
    await sleep(seconds(plan, 0, 2))
    await plan.cluster.postgres.start()
  },
  'PostgreSQL killed': async (plan) => {
    await plan.cluster.postgres.kill()
    await sleep(seconds(plan, 0, 2))
    await plan.cluster.postgres.start()
  },
  'deliveries dropped': async (plan) => fated(plan, 'dropped'),
  'acknowledgements lost': async (plan) => fated(plan, 'unanswered'),
  'a secondary limit': async (plan) => {
    const { github } = plan.cluster
    const { id } = one(plan, github.installations)
    const retryAfter = 2 + Math.floor(plan.next() * 4)
    plan.limits.push({ installation: id, armedAt: Date.now(), seconds: retryAfter })
    github.secondaryLimit(({ installation }) => installation === id, retryAfter)
  },
  'slow answers': async (plan) => {
    plan.cluster.github.delay(100 + Math.floor(plan.next() * 400))
    await sleep(seconds(plan, 1, 3))
    plan.cluster.github.delay(0)
  },
}

/** Breaks one thing after the other until the time is over. Answers how often each. */
export async function breakThings(
  cluster: Cluster,
  seed: number,
  until: number,
  limits: Limit[],
): Promise<Map<string, number>> {
  const plan: Plan = { cluster, next: randomNumbers(seed), limits }
  const done = new Map<string, number>()
  let left: string[] = []
  while (Date.now() < until) {
    if (left.length === 0) left = shuffled(Object.keys(FAULTS), plan.next)
    const name = left.pop() ?? ''
    done.set(name, (done.get(name) ?? 0) + 1)
    await FAULTS[name]?.(plan)
    await sleep(seconds(plan, 0.3, 2))
  }
  return done
}

const seconds = ({ next }: Plan, from: number, to: number) => (from + next() * (to - from)) * 1000

async function killed(plan: Plan, replicas: readonly Replica[]): Promise<void> {
  await Promise.all(replicas.map((replica) => replica.kill()))
  await sleep(seconds(plan, 0, 2))
  await Promise.all(replicas.map((replica) => replica.start()))
}

async function fated(plan: Plan, fate: 'dropped' | 'unanswered'): Promise<void> {
  plan.cluster.balancer.fate = () => fate
  await sleep(seconds(plan, 0.5, 2))
  plan.cluster.balancer.fate = () => 'passed'
}

async function emptied(url: string): Promise<void> {
  const client = new Redis(url)
  await client.flushall()
  client.disconnect()
}

function one<T>({ next }: Plan, from: readonly T[]): T {
  const chosen = from[Math.floor(next() * from.length)]
  if (chosen === undefined) throw new Error('There is none to choose from.')
  return chosen
}

function shuffled<T>(from: readonly T[], next: () => number): T[] {
  const left = [...from]
  return from.map(() => left.splice(Math.floor(next() * left.length), 1)[0] as T)
}
