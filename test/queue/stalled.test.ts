/** A process that dies keeps its job no longer than a lease, and with it one that is added for the same scan. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPostgresBackend, Worker } from 'bullmq'
import { type OpenQueue, openQueue } from '../../src/queue/index.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import { until } from './support.ts'

const { TEST_REDIS_URL: redisUrl, TEST_DATABASE_URL: databaseUrl } = process.env
/** Of which a third is no whole number of milliseconds. */
const LEASE_MS = 1_000

/** Of BullMQ's Worker, what is used here. Its own type names the backend. */
interface Taker {
  getNextJob(token: string): Promise<unknown>
  close(force: boolean): Promise<void>
}

suite('Redis', { redisUrl }, (name) => {
  return new Worker(name, null, {
    connection: { url: redisUrl ?? '', maxRetriesPerRequest: null },
    lockDuration: LEASE_MS,
  })
})
suite('PostgreSQL', { databaseUrl }, (name) => {
  const connection = { connectionString: databaseUrl ?? '', schema: 'bullmq' }
  return new Worker(name, null, { connection, lockDuration: LEASE_MS }, createPostgresBackend)
})

function suite(server: string, where: Pick<OpenQueue, 'redisUrl' | 'databaseUrl'>, taker: (name: string) => Taker) {
  const available = Object.values(where).every((url) => url !== undefined)
  ;(available ? describe : describe.skip)(`A job whose process died, on ${server}`, () => {
    let name = ''
    beforeEach(() => {
      name = `test-${randomUUID()}`
    })
    const log = createLogger('silent')
    const open = () => openQueue({ ...where, name, log, leaseMs: LEASE_MS })
    const dead: Taker[] = []
    /** Takes the job, and is never heard of again. */
    const takeAndDie = async () => {
      const worker = taker(name)
      dead.push(worker)
      expect(await worker.getNextJob('dead')).toMatchObject({ data: { scanId: 'scan' } })
    }
    afterAll(() => Promise.all(dead.map((worker) => worker.close(true))))

    it('runs again once the lease is over, and so does what was added meanwhile', async () => {
      const queue = await open()
      await queue.add('scan')
      await takeAndDie()
      const died = Date.now()
      await queue.add('scan')
      const runs: string[] = []
      queue.process(async (scanId) => {
        runs.push(scanId)
        return undefined
      })
      await until('both have run', () => runs.length === 2)
      expect(Date.now() - died).toBeGreaterThan(LEASE_MS / 2)
      await sleep(300)
      expect(runs).toEqual(['scan', 'scan'])
      await queue.close(0)
    })

    it('runs again however often that happens', async () => {
      let runs = 0
      const producer = await open()
      await producer.add('scan')
      await takeAndDie()
      for (let death = 1; death <= 3; death++) {
        const queue = await open()
        queue.process(async () => {
          runs += 1
          if (death < 3) await sleep(60_000, undefined, { ref: false })
          return undefined
        })
        await until(`death ${death}`, () => runs === death)
        // With a job at hand, it ends as if it had died.
        await queue.close(0)
      }
      await producer.close(0)
    }, 30_000)
  })
}
