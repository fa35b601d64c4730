/** How long the queue's server remembers jobs that have ended: BullMQ removes the old ones as the next one ends. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPostgresBackend, Queue } from 'bullmq'
import { type OpenQueue, openQueue } from '../../src/queue/index.ts'
import { createLogger } from '../../src/telemetry/logger.ts'

const { TEST_REDIS_URL: redisUrl, TEST_DATABASE_URL: databaseUrl } = process.env
const SECOND = 1 / 3600

/** Of BullMQ's Queue, what is asked here. Its own type names the backend. */
interface Jobs {
  getCompletedCount(): Promise<number>
  getFailedCount(): Promise<number>
  close(): Promise<void>
}

suite('Redis', { redisUrl }, (name) => new Queue(name, { connection: { url: redisUrl ?? '' } }))
suite('PostgreSQL', { databaseUrl }, (name) => {
  const connection = { connectionString: databaseUrl ?? '', schema: 'bullmq' }
  return new Queue(name, { connection }, createPostgresBackend)
})

function suite(server: string, where: Pick<OpenQueue, 'redisUrl' | 'databaseUrl'>, look: (name: string) => Jobs) {
  const available = Object.values(where).every((url) => url !== undefined)
  ;(available ? describe : describe.skip)(`Jobs that ended, on ${server}`, () => {
    it.each([
      { what: 'an hour, those that failed a day, by default', keepHours: undefined, completed: 2, failed: 2 },
      { what: 'as long as configured', keepHours: { completed: SECOND, failed: SECOND }, completed: 1, failed: 1 },
    ])('are kept $what', async ({ keepHours, completed, failed }) => {
      const name = `test-${randomUUID()}`
      const log = createLogger('silent')
      const queue = await openQueue({ ...where, name, log, backoffMs: 1, ...(keepHours && { keepHours }) })
      const server = look(name)
      const counts = async () => [await server.getCompletedCount(), await server.getFailedCount()]
      try {
        queue.process(async (id) => {
          if (id.startsWith('bad')) throw new Error('no')
          return undefined
        })
        for (const round of [1, 2]) {
          for (const kind of ['good', 'bad']) await queue.add(`${kind} ${round}`)
          await ended(counts, round)
          await sleep(1500)
        }
        expect(await counts()).toEqual([completed, failed])
      } finally {
        await queue.close(0)
        await server.close()
      }

      /** Both jobs of a round. Where those of the first are removed, they are so as those of the second end. */
      async function ended(count: () => Promise<number[]>, round: number) {
        if (round > 1) return sleep(1000)
        for (let done = false; !done; ) done = (await count()).every((ends) => ends === round)
      }
    })
  })
}
