import type { OpenQueue } from '../../src/queue/index.ts'
import type { Queue } from '../../src/scan/ports/queue.ts'
import { gate, Queues, quietly, Runs, until } from './support.ts'

const { TEST_REDIS_URL: redisUrl, TEST_DATABASE_URL: databaseUrl } = process.env

type Server = Pick<OpenQueue, 'redisUrl' | 'databaseUrl'>

contract('in this process', true, {})
contract('BullMQ on Redis', redisUrl !== undefined, { redisUrl }, sharedServer)
contract('BullMQ on PostgreSQL', databaseUrl !== undefined, { databaseUrl }, sharedServer)

function contract(driver: string, available: boolean, server: Server, more?: (server: Server) => void): void {
  const suite = available ? describe : describe.skip
  suite(`A queue: ${driver}`, () => {
    let queues: Queues
    let queue: Queue
    let runs: Runs

    beforeEach(async () => {
      queues = new Queues()
      queue = await queues.open(server)
      runs = new Runs()
    })
    afterEach(() => queues.close())

    it('runs each scan once, as its first attempt, whether it was added before the work began or after', async () => {
      await queue.add('early')
      queue.process(runs.handler())
      await queue.add('late')
      await until('both ran', () => runs.all.length === 2)
      await quietly()
      expect(runs.ids.sort()).toEqual(['early', 'late'])
      expect(runs.all.map((run) => run.attempt)).toEqual([1, 1])
    })

    it('runs three at once by default, and no more', async () => {
      const hold = gate()
      queue.process(runs.handler(() => hold.opened.then(() => undefined)))
      for (let i = 0; i < 8; i++) await queue.add(`scan-${i}`)
      await until('three are running', () => runs.active.length === 3)
      await quietly()
      expect(runs.all).toHaveLength(3)
      hold.open()
      await until('all ran', () => runs.all.length === 8 && runs.active.length === 0)
      expect(runs.mostAtOnce).toBe(3)
    })

    it('runs as many at once as it is told', async () => {
      const hold = gate()
      const narrow = await queues.open({ ...server, concurrency: 1 })
      narrow.process(runs.handler(() => hold.opened.then(() => undefined)))
      await narrow.add('a')
      await narrow.add('b')
      await until('one is running', () => runs.active.length === 1)
      await quietly()
      expect(runs.all).toHaveLength(1)
      hold.open()
      await until('both ran', () => runs.all.length === 2)
    })

    it('takes a scan that is waiting already only once', async () => {
      await queue.add('scan')
      await queue.add('scan')
      await Promise.all([queue.add('scan'), queue.add('scan')])
      queue.process(runs.handler())
      await until('it ran', () => runs.all.length > 0)
      await quietly()
      expect(runs.ids).toEqual(['scan'])
    })

    it('runs a scan once more, afterwards, when it is added while it runs', async () => {
      const hold = gate()
      queue.process(runs.handler(() => hold.opened.then(() => undefined)))
      await queue.add('scan')
      await until('it is running', () => runs.active.length === 1)
      await queue.add('scan')
      await queue.add('scan')
      await quietly()
      expect(runs.all).toHaveLength(1)
      hold.open()
      await until('it ran again', () => runs.all.length === 2 && runs.active.length === 0)
      await quietly()
      expect(runs.all.map((run) => run.attempt)).toEqual([1, 1])
      expect(runs.mostAtOnce).toBe(1)
    })

    it('runs a scan again that is added after it has ended', async () => {
      queue.process(runs.handler())
      await queue.add('scan')
      await until('it ran', () => runs.all.length === 1)
      await quietly()
      await queue.add('scan')
      await until('it ran again', () => runs.all.length === 2)
    })

    it('runs a scan later that asks for it, which costs no attempt', async () => {
      const asks = 4
      queue.process(runs.handler(() => (runs.all.length <= asks ? { again: 120 } : undefined)))
      await queue.add('scan')
      await until('it had its way', () => runs.all.length === asks + 1)
      await quietly()
      expect(runs.all.map((run) => run.attempt)).toEqual([1, 1, 1, 1, 1])
      for (const gap of runs.gaps) expect(gap).toBeGreaterThanOrEqual(115)
    })

    it('takes a scan that is put off already only once', async () => {
      queue.process(runs.handler(() => (runs.all.length === 1 ? { again: 200 } : undefined)))
      await queue.add('scan')
      await until('it was put off', () => runs.all.length === 1 && runs.active.length === 0)
      await new Promise((resolve) => setTimeout(resolve, 50))
      await queue.add('scan')
      await until('it ran again', () => runs.all.length === 2)
      await quietly()
      expect(runs.all).toHaveLength(2)
      expect(runs.gaps[0]).toBeGreaterThanOrEqual(195)
    })

    it('does not let a scan that waits for its time hold up the others', async () => {
      queue.process(runs.handler(({ scanId }) => (scanId === 'slow' ? { again: 60_000 } : undefined)))
      for (const scanId of ['slow', 'a', 'b', 'c', 'd']) await queue.add(scanId)
      await until('the others ran', () => runs.all.length === 5)
    })

    it('tries a failing scan three times, with growing pauses, and drops it with a line in the log', async () => {
      const backoffMs = 150
      const patient = await queues.open({ ...server, backoffMs })
      patient.process(
        runs.handler(() => {
          throw new Error('the database is away')
        }),
      )
      await patient.add('scan')
      await until('it was dropped', () => queues.log.some((line) => line.level === 'error'))
      await quietly()
      expect(runs.all.map((run) => run.attempt)).toEqual([1, 2, 3])
      expect(runs.gaps[0]).toBeGreaterThanOrEqual(backoffMs - 5)
      expect(runs.gaps[1]).toBeGreaterThanOrEqual(2 * backoffMs - 5)
      expect(queues.log.map(({ level, scanId, attempt }) => ({ level, scanId, attempt }))).toEqual([
        { level: 'warn', scanId: 'scan', attempt: 1 },
        { level: 'warn', scanId: 'scan', attempt: 2 },
        { level: 'error', scanId: 'scan', attempt: 3 },
      ])
    })

    it('starts afresh with a scan that was dropped and is added again', async () => {
      queue.process(
        runs.handler(() => {
          if (runs.all.length <= 3) throw new Error('not yet')
          return undefined
        }),
      )
      await queue.add('scan')
      await until('it was dropped', () => queues.log.some((line) => line.level === 'error'))
      await queue.add('scan')
      await until('it ran again', () => runs.all.length === 4)
      expect(runs.all.map((run) => run.attempt)).toEqual([1, 2, 3, 1])
    })

    it('waits for the running job when it closes, and begins no other', async () => {
      const hold = gate()
      const narrow = await queues.open({ ...server, concurrency: 1 })
      narrow.process(runs.handler(() => hold.opened.then(() => undefined)))
      await narrow.add('running')
      await narrow.add('waiting')
      await until('one is running', () => runs.active.length === 1)
      let closed = false
      const closing = narrow.close(10_000).then(() => {
        closed = true
      })
      await quietly()
      expect(closed).toBe(false)
      hold.open()
      await closing
      expect(runs.active).toEqual([])
      await quietly()
      expect(runs.all).toHaveLength(1)
    })

    it('waits no longer than the grace when it closes', async () => {
      const hold = gate()
      queue.process(runs.handler(() => hold.opened.then(() => undefined)))
      await queue.add('endless')
      await until('it is running', () => runs.active.length === 1)
      const start = performance.now()
      await queue.close(200)
      expect(performance.now() - start).toBeLessThan(4000)
      expect(runs.active).toEqual(['endless'])
      hold.open()
    })

    it('refuses scans after it was closed, and a second handler', async () => {
      queue.process(runs.handler())
      expect(() => queue.process(runs.handler())).toThrow('handler already')
      await queue.close()
      await expect(queue.add('scan')).rejects.toThrow('closed')
    })

    more?.(server)
  })
}

function sharedServer(server: Server): void {
  describe('shared by two processes', () => {
    let queues: Queues
    beforeEach(() => {
      queues = new Queues()
    })
    afterEach(() => queues.close())

    it('spreads the work, and never runs a scan twice at once', async () => {
      const runs = new Runs()
      const overlaps: string[] = []
      const workers = await Promise.all([queues.open(server), queues.open(server)])
      const done = [0, 0]
      workers.forEach((worker, i) => {
        worker.process(
          runs.handler(async ({ scanId }) => {
            if (runs.active.filter((id) => id === scanId).length > 1) overlaps.push(scanId)
            await new Promise((resolve) => setTimeout(resolve, 20))
            done[i] = (done[i] ?? 0) + 1
            return undefined
          }),
        )
      })
      const ids = Array.from({ length: 30 }, (_, i) => `scan-${i}`)
      for (const id of ids) await Promise.all(workers.map((worker) => worker.add(id)))
      await until('all ran', () => new Set(runs.ids).size === ids.length && runs.active.length === 0)
      expect(overlaps).toEqual([])
      expect(Math.min(...done)).toBeGreaterThan(0)
    })

    it('hands on what one process was told and did not begin', async () => {
      const runs = new Runs()
      const first = await queues.open(server)
      await first.add('left behind')
      await first.close()
      const second = await queues.open(server)
      second.process(runs.handler())
      await until('the other process ran it', () => runs.ids.includes('left behind'))
    })
  })
}
